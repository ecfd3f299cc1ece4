# Code objects of versions 4 to 6 at every level of optimisation: relocations, globals, constants, calls, LDS, private memory, hidden
# and preloaded arguments, several kernels.
# REQUIRES: kiln-run, numpy
# RUN: %python %s %S/Inputs %t.dir
import json
import os
import subprocess
import sys

import numpy as np

INPUTS, WORK = sys.argv[1:3]
ITEM = np.arange(64, dtype=np.uint32)


def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def private_memory(item):
    array = [0] * 40
    for i in range(40):
        array[(i * 7 + item) % 40] = i
    return array[item % 40]


EXPECTED = {
    "pointers": np.array([20, 40, 10])[ITEM % 3] + np.array([1, 100, 10000])[ITEM % 3],
    "indirect_calls": np.where(ITEM & 1, (ITEM + 3) ** 2, (ITEM + 3) * 2),
    "recursion": [fibonacci(int(i) % 10) for i in ITEM],
    "shared": (63 - ITEM) * 5 + (ITEM ^ 1) * 7,
    "private_memory": [private_memory(int(i)) for i in ITEM],
    "scalars": 1000 + 9 * 3 + 77 * 5 + 12 * 7 + ITEM,
}


def build(chip, level, version, *more):
    path = f"{WORK}/{chip}-O{level}-v{version}{len(more)}.co"
    subprocess.run(["clang", "-x", "c", "-target", "amdgcn-amd-amdhsa", f"-mcpu={chip}", "-nogpulib", f"-O{level}", "-w", f"-mcode-object-version={version}", *more,
                    f"{INPUTS}/objects.c", "-o", path], check=True)
    return path


def run(code, chip, kernel, arguments, grid=1, block=64, dynamic_lds=0):
    with open(f"{WORK}/launch.json", "w") as file:
        json.dump({"kernel": kernel, "grid": [grid, 1, 1], "block": [block, 1, 1], "dynamic_lds": dynamic_lds, "args": arguments}, file)
    subprocess.run(["kiln-run", "run", code, "--no-observers", "--device", f"emulator:{chip}", "--launch", f"{WORK}/launch.json"], check=True, stdout=subprocess.DEVNULL)
    return np.load(f"{WORK}/out.npy")


def check(code, chip, what):
    wrong = []
    for kernel, expected in EXPECTED.items():
        arguments = [{"zeros": "u32[64]", "save": "out.npy"}]
        if kernel == "scalars":
            arguments += [{"u32": 1000}, {"u64": 9 << 32 | 5}, {"u16": 77}, {"f32": 12.5}]
        found = run(code, chip, kernel, arguments, dynamic_lds=256 if kernel == "shared" else 0)
        if not np.array_equal(found, np.asarray(expected)):
            wrong.append(f"{what} {kernel}: {found.tolist()}")
    return wrong


os.makedirs(WORK, exist_ok=True)
wrong = []
for chip in ("gfx942", "gfx950"):
    for level, version in ((0, 4), (1, 5), (2, 6), (3, 5)):
        code = build(chip, level, version)
        wrong += check(code, chip, f"{chip} -O{level} version {version}")
        if version >= 5:  # three groups of 96
            found = run(code, chip, "hidden", [{"zeros": "u32[24]", "save": "out.npy"}], grid=3, block=96).reshape(3, 8)[:, :7]
            if not (found == [3, 96, 0, 1, 1, 96, 288]).all():
                wrong.append(f"{chip} -O{level} version {version} hidden: {found.tolist()}")
    code = build(chip, 2, 5, "-mllvm", "-amdgpu-kernarg-preload-count=8")
    wrong += check(code, chip, f"{chip} preloaded")
sys.exit("\n".join(wrong) or 0)
