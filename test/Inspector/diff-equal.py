# `kiln diff` on variants of a kernel written by hand: renamed registers and permuted independent instructions make no
# difference; what changes the values, what is waited for or how it is done, does.
# REQUIRES: compiler
# RUN: %python %s %t %targets
import json
import os
import subprocess
import sys

folder, targets = sys.argv[1:]
os.makedirs(folder, exist_ok=True)

BASE = """
  s_load_dwordx4 s[4:7], s[0:1], 0x0
  s_load_dwordx4 s[12:15], s[0:1], 0x10
  v_lshlrev_b32_e32 v9, 4, v0
  v_mov_b32_e32 v8, 1.0
  s_mov_b32 s8, 16
  v_accvgpr_write_b32 a0, 0
  v_accvgpr_write_b32 a1, 0
  v_accvgpr_write_b32 a2, 0
  v_accvgpr_write_b32 a3, 0
  v_accvgpr_write_b32 a4, 0
  v_accvgpr_write_b32 a5, 0
  v_accvgpr_write_b32 a6, 0
  v_accvgpr_write_b32 a7, 0
  s_waitcnt lgkmcnt(0)
  buffer_load_dword v20, v9, s[12:15], 0 offen
  buffer_load_dword v21, v9, s[12:15], 0 offen offset:64
  s_waitcnt vmcnt(0)
loop:
  s_mov_b32 m0, s9
  buffer_load_dwordx4 v9, s[4:7], 0 offen lds
  buffer_load_dwordx4 v9, s[4:7], 0 offen offset:1024 lds
  ds_read_b128 v[10:13], v9
  ds_read_b128 v[14:17], v9 offset:1024
  s_waitcnt vmcnt(1) lgkmcnt(0)
  s_barrier
  v_mfma_f32_16x16x32_bf16 a[0:3], v[10:13], v[14:17], a[0:3]
  v_mfma_f32_16x16x32_bf16 a[4:7], v[14:17], v[10:13], a[4:7]
  v_add_f32_e32 v8, v20, v8
  v_sub_f32_e32 v22, v20, v21
  v_mov_b32_e32 v23, v22
  s_sub_u32 s8, s8, 1
  s_cmp_lg_u32 s8, 0
  s_cbranch_scc1 loop
  v_mov_b32_e32 v1, 0
  s_mov_b64 s[2:3], exec
  v_cmp_lt_f32_e32 vcc, v8, v23
  s_and_b64 exec, s[2:3], vcc
  v_mov_b32_e32 v1, 2.0
  s_mov_b64 exec, s[2:3]
  ds_write_b32 v9, v1
  buffer_store_dwordx4 a[0:3], v9, s[12:15], 0 offen
  buffer_store_dwordx4 a[4:7], v9, s[12:15], 0 offen offset:1024
  s_endpgm
"""

METADATA = """
.amdgpu_metadata
---
amdhsa.version: [1, 2]
amdhsa.target: amdgcn-amd-amdhsa--gfx950
amdhsa.kernels:
  - {.name: byhand, .symbol: byhand.kd, .kernarg_segment_size: 32, .kernarg_segment_align: 8,
     .group_segment_fixed_size: 4096, .private_segment_fixed_size: 0, .max_flat_workgroup_size: 256,
     .wavefront_size: 64, .sgpr_count: 24, .vgpr_count: 40, .agpr_count: 8, .sgpr_spill_count: 0, .vgpr_spill_count: 0}
...
.end_amdgpu_metadata
"""


def swap(first, second):
    """Exchanges two lines (each given by how it begins)."""
    def edit(lines):
        i, j = (next(n for n, line in enumerate(lines) if line.strip().startswith(begin)) for begin in (first, second))
        lines[i], lines[j] = lines[j], lines[i]
    return edit


def replace(old, new, times=1):
    def edit(lines):
        text = "\n".join(lines)
        assert text.count(old) >= 1, old
        lines[:] = text.replace(old, new, times).split("\n")
    return edit


def move(begin, behind):
    """Moves a line behind another."""
    def edit(lines):
        i = next(n for n, line in enumerate(lines) if line.strip().startswith(begin))
        line = lines.pop(i)
        lines.insert(next(n for n, other in enumerate(lines) if other.strip().startswith(behind)) + 1, line)
    return edit


def all_of(*edits):
    def edit(lines):
        for one in edits:
            one(lines)
    return edit


EQUAL = {
    "nothing": lambda lines: None,
    "vector registers renamed": all_of(replace("v9", "v30", -1), replace("v20", "v9", -1)),
    "a tuple renamed": all_of(replace("v[10:13]", "v[24:27]", -1), replace("v[14:17]", "v[10:13]", -1)),
    "accumulators exchanged": all_of(replace("a[0:3]", "a[X]", -1), replace("a[4:7]", "a[0:3]", -1),
                                     replace("a[X]", "a[4:7]", -1)),
    "scalar registers renamed": all_of(replace("s8", "s20", -1), replace("s[4:7]", "s[16:19]", -1)),
    "independent vector instructions": swap("v_add_f32", "v_sub_f32"),
    "independent matrix instructions": swap("v_mfma_f32_16x16x32_bf16 a[0:3]", "v_mfma_f32_16x16x32_bf16 a[4:7]"),
    "a scalar instruction among vector ones": move("v_add_f32", "s_sub_u32"),
    "reads that one wait waits for": swap("ds_read_b128 v[10:13]", "ds_read_b128 v[14:17]"),
    "scalar loads": swap("s_load_dwordx4 s[4:7]", "s_load_dwordx4 s[12:15]"),
    "loads that one wait waits for": swap("buffer_load_dword v20", "buffer_load_dword v21"),
}

DIFFERENT = {
    "opcode": replace("v_add_f32_e32 v8", "v_mul_f32_e32 v8"),
    "encoding": replace("v_add_f32_e32 v8", "v_add_f32_e64 v8"),
    "modifier": replace("v_sub_f32_e32 v22, v20, v21", "v_sub_f32_e64 v22, v20, v21 clamp"),
    "negated source": replace("v_sub_f32_e32 v22, v20, v21", "v_sub_f32_e64 v22, v20, -v21"),
    "offset": replace("v[14:17], v9 offset:1024", "v[14:17], v9 offset:2048"),
    "cache policy": replace("buffer_load_dword v20, v9, s[12:15], 0 offen", "buffer_load_dword v20, v9, s[12:15], 0 offen nt"),
    "wait count": replace("vmcnt(1) lgkmcnt(0)", "vmcnt(0) lgkmcnt(0)"),
    "a counter that is not waited for": replace("vmcnt(1) lgkmcnt(0)", "vmcnt(1)"),
    "constant": replace("s_mov_b32 s8, 16", "s_mov_b32 s8, 17"),
    "operands exchanged": replace("v_sub_f32_e32 v22, v20, v21", "v_sub_f32_e32 v22, v21, v20"),
    "matrix operands exchanged": replace("a[0:3], v[10:13], v[14:17]", "a[0:3], v[14:17], v[10:13]"),
    "another accumulator": replace("v[14:17], a[0:3]", "v[14:17], a[4:7]"),
    "a result that is not used": replace("v_mov_b32_e32 v23, v22", "v_mov_b32_e32 v23, v21"),
    "dependent instructions": swap("v_sub_f32", "v_mov_b32_e32 v23"),
    "compared before it is counted": swap("s_sub_u32", "s_cmp_lg_u32"),
    "branch's condition": replace("s_cbranch_scc1", "s_cbranch_scc0"),
    "stored from the other accumulator": all_of(replace("store_dwordx4 a[0:3]", "store_dwordx4 a[X]"),
                                                replace("store_dwordx4 a[4:7]", "store_dwordx4 a[0:3]"),
                                                replace("store_dwordx4 a[X]", "store_dwordx4 a[4:7]")),
    "copies of which a wait leaves one": swap("buffer_load_dwordx4 v9, s[4:7], 0 offen lds",
                                              "buffer_load_dwordx4 v9, s[4:7], 0 offen offset:1024 lds"),
    "a read behind its wait": move("ds_read_b128 v[14:17]", "s_waitcnt vmcnt(1)"),
    "a matrix instruction in front of the barrier": move("v_mfma_f32_16x16x32_bf16 a[0:3]", "s_waitcnt vmcnt(1)"),
    "a copy in front of its address": move("s_mov_b32 m0", "buffer_load_dwordx4 v9, s[4:7], 0 offen lds"),
    "out of the loop": move("v_add_f32", "s_cbranch_scc1"),
    "more": replace("v_mov_b32_e32 v8, 1.0", "v_mov_b32_e32 v8, 1.0\n  v_mov_b32_e32 v30, 1.0"),
    "less": replace("  v_add_f32_e32 v8, v20, v8\n", ""),
    # Lanes that the comparison leaves out keep the 0; v2 has nothing there.
    "a register whose other lanes are not set": all_of(replace("v_mov_b32_e32 v1, 2.0", "v_mov_b32_e32 v2, 2.0"),
                                                       replace("ds_write_b32 v9, v1", "ds_write_b32 v9, v2")),
    "a write under another EXEC": swap("v_mov_b32_e32 v1, 2.0", "s_mov_b64 exec"),
}


def build(name, edit):
    lines = BASE.split("\n")
    edit(lines)
    path = os.path.join(folder, "".join(c if c.isalnum() else "-" for c in name))
    with open(path + ".s", "w") as file:
        file.write('.amdgcn_target "amdgcn-amd-amdhsa--gfx950"\n.globl byhand\n.type byhand,@function\nbyhand:'
                   + "\n".join(lines) + "\n.size byhand, .-byhand\n" + METADATA)
    subprocess.run(["llvm-mc", "-triple=amdgcn-amd-amdhsa", "-mcpu=gfx950", "-filetype=obj", path + ".s", "-o",
                    path + ".o"], check=True)
    return path + ".o"


def diff(a, b):
    done = subprocess.run(["kiln", "diff", a, b, "--target-dir", targets, "--format", "json", "--fail-on", "none"],
                          capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


base = build("base", lambda lines: None)
failed = []
for expected, variants in [(True, EQUAL), (False, DIFFERENT)]:
    for name, edit in variants.items():
        for a, b in [(base, build(name, edit))] + ([(build(name, edit), base)] if name == "more" else []):
            found = diff(a, b)
            if (found["same"] == 1 and not found["different"]) != expected:
                failed.append(f"{name}: expected {'no ' if expected else 'a '}difference, found {found}")
print("\n".join(failed) or f"{len(EQUAL)} equal, {len(DIFFERENT)} different, as expected")
sys.exit(bool(failed))
