"""Executes single instructions on many inputs in one launch, and compares with a model.

A Batch is a kernel of one wave a workgroup. Every case presets v[10:11] to D, runs its lines and stores v[10:11], of which
`expected` says what they should be. Registers when a case starts:
  v[2:3] v[4:5] v[6:7] v[8:9]          A, B, C, D: 64 bits of each lane
  s[16:17] s[18:19] s[20:21] s[22:23]  the same four of lane 0
v0 is the lane, v1 eight times it; v12 to v103, s24 to s99, VCC, SCC and M0 are free.
"""
import json
import os
import re
import subprocess

import numpy as np

LANES = 64
CLANG = "clang"

HEADER = """
  .amdgcn_target "amdgcn-amd-amdhsa--{chip}"
  .text
  .globl batch
  .p2align 8
  .type batch,@function
batch:
  s_load_dwordx4 s[4:7], s[0:1], 0x0
  v_lshlrev_b32 v1, 3, v0
  s_waitcnt lgkmcnt(0)
  s_mul_i32 s3, s2, 2048
  s_add_u32 s4, s4, s3
  s_addc_u32 s5, s5, 0
  s_mul_i32 s3, s2, {stride}
  s_add_u32 s6, s6, s3
  s_addc_u32 s7, s7, 0
  global_load_dwordx2 v[2:3], v1, s[4:5]
  global_load_dwordx2 v[4:5], v1, s[4:5] offset:512
  global_load_dwordx2 v[6:7], v1, s[4:5] offset:1024
  global_load_dwordx2 v[8:9], v1, s[4:5] offset:1536
  s_load_dwordx2 s[16:17], s[4:5], 0x0
  s_load_dwordx2 s[18:19], s[4:5], 0x200
  s_load_dwordx2 s[20:21], s[4:5], 0x400
  s_load_dwordx2 s[22:23], s[4:5], 0x600
  s_waitcnt vmcnt(0) lgkmcnt(0)
  s_setreg_imm32_b32 hwreg(HW_REG_MODE, 0, 10), {mode}
"""
FOOTER = """
  s_endpgm
  .section .rodata,"a"
  .p2align 6
  .amdhsa_kernel batch
    .amdhsa_group_segment_fixed_size 8192
    .amdhsa_private_segment_fixed_size 64
    .amdhsa_enable_private_segment 1
    .amdhsa_user_sgpr_kernarg_segment_ptr 1
    .amdhsa_next_free_vgpr 128
    .amdhsa_next_free_sgpr 100
    .amdhsa_accum_offset 104
  .end_amdhsa_kernel
  .amdgpu_metadata
---
amdhsa.version: [1, 2]
amdhsa.kernels:
  - .name: batch
    .symbol: batch.kd
    .kernarg_segment_size: 16
    .group_segment_fixed_size: 8192
    .private_segment_fixed_size: 64
    .kernarg_segment_align: 8
    .wavefront_size: 64
    .sgpr_count: 100
    .vgpr_count: 128
    .max_flat_workgroup_size: 64
    .args:
      - {.offset: 0, .size: 8, .value_kind: global_buffer, .address_space: global}
      - {.offset: 8, .size: 8, .value_kind: global_buffer, .address_space: global}
...
  .end_amdgpu_metadata
"""


def expand(pattern):
    """Names as a shell expands braces: v_{add,sub}_{f16,f32}."""
    names = [""]
    for part in re.findall(r"\{[^}]*\}|[^{]+", pattern):
        options = part[1:-1].split(",") if part[0] == "{" else [part]
        names = [name + option for name in names for option in options]
    return names


class Batch:
    def __init__(self, chip, inputs, mode=0xF0):
        """inputs: four arrays of 64-bit words, rows x 64."""
        self.chip, self.mode = chip, mode
        self.inputs = [np.asarray(word, np.uint64) for word in inputs]
        self.cases = []

    def add(self, name, lines, expected, mask=0xFFFFFFFFFFFFFFFF, same=None):
        """`same(found, expected)` may compare in another way than bit by bit under `mask`."""
        expected = np.broadcast_to(np.asarray(expected).astype(np.uint64), self.inputs[0].shape)
        self.cases.append((name, lines, expected, np.uint64(mask), same))

    def text(self):
        body = [HEADER.format(chip=self.chip, stride=512 * len(self.cases), mode=self.mode)]
        for _, lines, *_ in self.cases:
            body.append(f"  v_mov_b32 v10, v8\n  v_mov_b32 v11, v9\n  {lines}\n  global_store_dwordx2 v1, v[10:11], s[6:7]\n"
                        "  s_add_u32 s6, s6, 512\n  s_addc_u32 s7, s7, 0\n")
        return "".join(body) + FOOTER

    def run(self, work):
        """Lines that say what is wrong."""
        os.makedirs(work, exist_ok=True)
        rows = self.inputs[0].shape[0]
        with open(f"{work}/batch.s", "w") as file:
            file.write(self.text())
        subprocess.run([CLANG, "-x", "assembler", "-target", "amdgcn-amd-amdhsa", f"-mcpu={self.chip}", f"{work}/batch.s", "-o",
                        f"{work}/batch.co"], check=True)
        np.save(f"{work}/in.npy", np.stack(self.inputs, axis=1).view(np.uint32).reshape(-1))
        size = rows * len(self.cases) * 2 * LANES
        with open(f"{work}/launch.json", "w") as file:
            json.dump({"kernel": "batch", "grid": [rows, 1, 1], "block": [64, 1, 1],
                       "args": [{"npy": "in.npy"}, {"zeros": f"u32[{size}]", "save": "out.npy"}]}, file)
        subprocess.run(["kiln-run", "run", f"{work}/batch.co", "--no-observers", "--device", f"emulator:{self.chip}", "--launch",
                        f"{work}/launch.json"], check=True, stdout=subprocess.DEVNULL)
        found = np.load(f"{work}/out.npy").view(np.uint64).reshape(rows, len(self.cases), LANES)
        return [line for number, case in enumerate(self.cases) if (line := self.judge(case, found[:, number]))]

    def judge(self, case, found):
        name, lines, expected, mask, same = case
        right = same(found, expected) if same else (found ^ expected) & mask == 0
        if right.all():
            return None
        row, lane = (int(i) for i in np.argwhere(~right)[0])
        values = " ".join(f"{letter}={int(word[row, lane]):#x}" for letter, word in zip("ABCD", self.inputs))
        return (f"{self.chip} mode {self.mode:#x} {name}: `{lines.strip()}` with {values}, lane {lane}: expected "
                f"{int(expected[row, lane] & mask):#x}, found {int(found[row, lane] & mask):#x} ({(~right).sum()} wrong)")


# ---- Inputs ----

def integers(rng, rows):
    """Random words; every other one small, or of ones and zeros in runs."""
    words = rng.integers(0, 1 << 64, (4, rows, LANES), dtype=np.uint64)
    edges = np.array([0, 1, 2, 31, 32, 63, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF,
                      0x7FFFFFFFFFFFFFFF, 0x8000000000000000, 0xFFFFFFFFFFFFFFFF, 0x100000000], np.uint64)
    chosen = rng.choice(edges, words.shape)
    return list(np.where(rng.random(words.shape) < 0.4, chosen, words))


def same_float(kind, mask):
    """Equal bits, or both NaN."""
    def same(found, expected):
        a, b = (np.ascontiguousarray((words & np.uint64(mask)).astype(f"u{np.dtype(kind).itemsize}")).view(kind) for words in (found, expected))
        return (a.view(f"u{a.itemsize}") == b.view(f"u{a.itemsize}")) | (np.isnan(a) & np.isnan(b))
    return same


def bits(values):
    """Floats as 64-bit words with zeros above."""
    values = np.ascontiguousarray(values)
    return values.view(f"u{values.itemsize}").astype(np.uint64)
