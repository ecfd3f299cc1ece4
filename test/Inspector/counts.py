# What stands in the code, times how often its loops run, is what the emulator counts: instructions by unit, FLOPs, bytes,
# and cycles of LDS banks.
# REQUIRES: compiler, numpy
# RUN: %python %s %targets %kernels
import json
import os
import subprocess
import sys

TARGETS, KERNELS = sys.argv[1:3]

# Nested loops whose bounds stand in the code, with every kind of traffic. Lane l reads word 2 * l of LDS, so that two
# lanes of 32 share a bank.
BY_HAND = """
.amdgcn_target "amdgcn-amd-amdhsa--{chip}"
.text
.globl nest
.p2align 8
.type nest,@function
nest:
  s_load_dwordx2 s[2:3], s[0:1], 0x0
  v_lshlrev_b32_e32 v1, 3, v0
  s_mov_b32 s4, 0
  s_waitcnt lgkmcnt(0)
outer:
  ds_write_b32 v1, v0
  s_movk_i32 s5, 0x14
inner:
  ds_read_b32 v2, v1
  s_waitcnt lgkmcnt(0)
  v_mfma_f32_16x16x16_f16 a[0:3], v[2:3], v[2:3], a[0:3]
  v_fma_f32 v4, v2, v2, v2
  v_pk_fma_f32 v[6:7], v[2:3], v[2:3], v[2:3]
  s_add_i32 s5, s5, -4
  s_cmp_lg_u32 s5, 0
  s_cbranch_scc1 inner
  global_store_dwordx2 v1, v[0:1], s[2:3]
  s_add_i32 s4, s4, 1
  s_cmp_lt_u32 s4, 7
  s_cbranch_scc1 outer
  s_endpgm
.Lend:
.size nest, .Lend-nest
.rodata
.p2align 6
.amdhsa_kernel nest
  .amdhsa_next_free_vgpr 16
  .amdhsa_accum_offset 8
  .amdhsa_next_free_sgpr 16
  .amdhsa_group_segment_fixed_size 512
  .amdhsa_user_sgpr_kernarg_segment_ptr 1
.end_amdhsa_kernel
.amdgpu_metadata
---
amdhsa.version: [1, 2]
amdhsa.target: amdgcn-amd-amdhsa--{chip}
amdhsa.kernels:
  - .name: nest
    .symbol: nest.kd
    .kernarg_segment_size: 8
    .kernarg_segment_align: 8
    .group_segment_fixed_size: 512
    .private_segment_fixed_size: 0
    .max_flat_workgroup_size: 64
    .wavefront_size: 64
    .sgpr_count: 16
    .vgpr_count: 12
    .agpr_count: 4
    .args:
      - {{.offset: 0, .size: 8, .value_kind: global_buffer, .address_space: global}}
...
.end_amdgpu_metadata
"""
UNITS = {"matrix": "matrix", "valu": "valu", "lds": "lds", "vmem": "vmem", "smem": "smem"}


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def times(kernel, loop):
    """How often a loop's own instructions run."""
    if loop is None:
        return 1
    loop = kernel["loops"][loop]
    return loop["trips"]["trips"] * times(kernel, loop["parent"])


def expected(kernel, figure):
    """Sums a figure over the parts of a kernel, each as often as it runs. `whole` counts each instruction once."""
    loops = kernel["loops"]
    once = figure(kernel["whole"]) - sum(figure(loop) for loop in loops)
    return once + sum(figure(loop) * times(kernel, loop["index"]) for loop in loops)


def check_by_hand(chip):
    path = f"nest-{chip}"
    with open(path + ".s", "w") as file:
        file.write(BY_HAND.format(chip=chip))
    launch = {"kernel": "nest", "grid": [3, 1, 1], "block": [64, 1, 1], "args": [{"zeros": "u32[1024]"}]}
    with open(path + ".json", "w") as file:
        json.dump(launch, file)
    run("llvm-mc", "-triple=amdgcn-amd-amdhsa", f"-mcpu={chip}", "-filetype=obj", path + ".s", "-o", path + ".o")
    run("ld.lld", "-shared", path + ".o", "-o", path + ".co")
    inspect = ["kiln", "inspect", path + ".co", "--target-dir", TARGETS, "--format", "json"]
    kernel = json.loads(run(*inspect))["objects"][0]["kernels"][0]
    counted = json.loads(run("kiln", "run", path + ".co", "--launch", path + ".json", "--counters", "--json"))["counters"]
    waves = 3
    assert [loop["trips"]["trips"] for loop in kernel["loops"]] == [7, 5], kernel["loops"]
    assert waves * expected(kernel, lambda part: part["instructions"]) == counted["instructions"]
    for family, unit in UNITS.items():
        assert waves * expected(kernel, lambda part: part["families"][family]) == counted["by_unit"][unit], (family, counted)
    assert waves * expected(kernel, lambda part: part["flops"].get("f16", 0)) == counted["matrix_flops"]["f16"]
    for kind, place in [("lds", "lds_bytes"), ("global", "global_bytes")]:
        for ours, theirs in [("loaded", "read"), ("stored", "written")]:
            found = waves * expected(kernel, lambda part: part["bytes"][kind][ours])
            if kind == "global" and ours == "loaded":
                found += waves * kernel["whole"]["bytes"]["scalar"]  # the emulator counts scalar loads there too
            assert found == counted[place][theirs], (kind, ours, found, counted[place])
    cycles = sum(access["cycles"] * times(kernel, access["loop"]) for access in kernel["lds_accesses"])
    conflicts = sum(access["conflicts"] * times(kernel, access["loop"]) for access in kernel["lds_accesses"])
    assert conflicts > 0
    assert (waves * cycles, waves * conflicts) == (counted["lds_cycles"], counted["lds_conflicts"]), counted


def check_ours(kernel, chip, parameters, launch):
    """Conflicts computed from the code against those that the emulator measures, instruction by instruction."""
    path = f"{kernel}-{chip}.launch.json"
    with open(path, "w") as file:
        json.dump(launch, file)
    command = ["kiln", "inspect", os.path.join(KERNELS, kernel + ".mlir"), "--target", chip, "--target-dir", TARGETS]
    command += [word for parameter in parameters for word in ("--param", parameter)]
    command += ["--kernel", launch["kernel"], "--dynamic", "--launch", path, "--format", "json"]
    report = json.loads(run(*command))["objects"][0]["kernels"][0]
    measured = {access["address"]: access for access in report["measured"]["accesses"]}
    known = 0
    for access in report["lds_accesses"]:
        found = measured.get(access["address"])
        if access["cycles"] is None or not found or found["active_lanes"] != 64 * found["executed"]:
            continue
        known += 1
        # The static figure is that of the worst wave.
        assert found["lds_cycles"] <= found["executed"] * access["cycles"], (kernel, access, found)
        if found["lds_conflicts"] or access["conflicts"]:
            assert found["lds_conflicts"] > 0 and access["conflicts"] > 0, (kernel, access, found)
    assert known >= 8, (kernel, chip, known)
    return known


for chip in ["gfx942", "gfx950"]:
    check_by_hand(chip)
MATMUL = {"kernel": "matmul", "args": [{"random": "bf16[320,192]", "seed": 1}, {"random": "bf16[320,192]", "seed": 2},
                                       {"zeros": "f32[320,320]"}]}
print(check_ours("matmul", "gfx950", ["Align=16"], MATMUL), check_ours("matmul", "gfx942", [], MATMUL), "accesses")
