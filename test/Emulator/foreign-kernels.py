# Kernels that clang alone has compiled, at every level of optimisation, against NumPy: reductions, scan, sort, histogram, top-k,
# normalisations, matrix products of four kinds, attention, float atomics, private memory.
# REQUIRES: kiln-run, numpy
# RUN: %python %s %S/Inputs %t.dir
import json
import os
import subprocess
import sys

INPUTS, WORK = sys.argv[1], sys.argv.pop()
import numpy as np
from kernel_test import code_values

rng = np.random.default_rng(29)


def run(code, chip, kernel, grid, block, arguments):
    """Arrays are passed by pointer and come back, integers by value."""
    described = []
    for number, argument in enumerate(arguments):
        if isinstance(argument, int):
            described.append({"u32": argument})
            continue
        np.save(f"{WORK}/{number}.npy", argument)
        described.append({"npy": f"{number}.npy", "save": f"{number}.out.npy"})
    with open(f"{WORK}/launch.json", "w") as file:
        json.dump({"kernel": kernel, "grid": [grid, 1, 1], "block": [block, 1, 1], "args": described}, file)
    subprocess.run(["kiln-run", "run", code, "--no-observers", "--device", f"emulator:{chip}", "--launch", f"{WORK}/launch.json"], check=True, stdout=subprocess.DEVNULL)
    return [None if isinstance(argument, int) else np.load(f"{WORK}/{number}.out.npy") for number, argument in enumerate(arguments)]


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def stack_machine(program, item):
    stack = []
    for word in program:
        operation, value = word & 3, (word >> 2) + item & 0xFFFFFFFF
        if operation == 0 or len(stack) < 2:
            stack.append(value)
        else:
            b, a = stack.pop(), stack.pop()
            stack.append((a + b if operation == 1 else a * 3 - b if operation == 2 else a ^ b) & 0xFFFFFFFF)
    return stack[-1]


def kernels(chip):
    """kernel, grid, block, arguments, {argument: (expected, tolerance)}"""
    rows = rng.standard_normal((3, 1000)).astype(np.float32)
    yield "reduction", 3, 256, [rows, np.zeros(3, np.float32), 1000], {1: (rows.astype(np.float64).sum(axis=1), 1e-3)}
    words = rng.integers(0, 1000, (2, 256)).astype(np.uint32)
    yield "scan", 2, 256, [words, np.zeros_like(words)], {1: (np.cumsum(words, axis=1), 0)}
    unsorted = rng.integers(0, 1 << 32, (2, 512), dtype=np.uint32)
    yield "bitonic_sort", 2, 256, [unsorted], {0: (np.sort(unsorted, axis=1), 0)}
    letters = rng.integers(0, 256, 5000).astype(np.uint8)
    yield "histogram", 2, 256, [letters, np.zeros(64, np.uint32), 5000], {1: (np.bincount(letters & 63, minlength=64), 0)}
    whole = rng.integers(-50, 50, (2, 700)).astype(np.float32)
    order = np.argsort(-whole, axis=1, kind="stable")[:, :4]
    yield "top4", 2, 256, [whole, np.zeros((2, 4), np.float32), np.zeros((2, 4), np.uint32), 700], {1: (np.take_along_axis(whole, order, 1), 0), 2: (order, 0)}
    yield "softmax", 3, 256, [rows, np.zeros_like(rows), 1000], {1: (softmax(rows.astype(np.float64)), 1e-6)}
    half, gain = rows[:, :500].astype(np.float16), rng.standard_normal(500).astype(np.float16)
    wide = half.astype(np.float64)
    normal = (wide - wide.mean(1, keepdims=True)) / np.sqrt(wide.var(1, keepdims=True) + 1e-5) * gain
    yield "layer_norm", 3, 256, [half, gain, np.zeros_like(half), 500], {2: (normal, 1e-2)}
    a, b = (rng.standard_normal(shape).astype(np.float16) for shape in ((32, 64), (64, 32)))
    yield "gemm_f16", 4, 64, [a, b, np.zeros((32, 32), np.float32)], {2: (a.astype(np.float64) @ b, 1e-4)}
    i, j = (rng.integers(-128, 128, shape).astype(np.int8) for shape in ((16, 128), (128, 16)))
    yield "gemm_i8_split_k", 4, 64, [i, j, np.zeros((16, 16), np.int32)], {2: (i.astype(np.int64) @ j.astype(np.int64), 0)}
    x, y = (rng.standard_normal((16, 16)) for _ in range(2))
    yield "gemm_f64", 1, 64, [x, y, np.zeros((16, 16))], {2: (x @ y, 1e-13)}
    if chip == "gfx950":
        codes = [rng.integers(0, 16, (16, 128)) for _ in range(2)]
        scales = [rng.integers(120, 134, (16, 4)).astype(np.uint8) for _ in range(2)]
        values = [code_values("f4E2M1FN")[c] * np.repeat(2.0 ** (s.astype(int) - 127), 32, axis=1) for c, s in zip(codes, scales)]
        packed = [(c[:, 0::2] | c[:, 1::2] << 4).astype(np.uint8) for c in codes]
        yield "gemm_mxfp4", 1, 64, [*packed, *scales, np.zeros((16, 16), np.float32)], {4: (values[0] @ values[1].T, 128 * 2.0 ** -24 * (abs(values[0]) @ abs(values[1]).T).max())}
    q, k, v = (rng.standard_normal((n, 16)).astype(np.float16) for n in (16, 80, 80))
    yield "attention", 1, 64, [q, k, v, np.zeros((16, 16), np.float32), 80], {3: (softmax(q.astype(np.float64) @ k.T.astype(np.float64)) @ v, 5e-3)}
    small = rng.integers(-20, 20, (4, 256)).astype(np.float32)
    yield "float_atomics", 4, 256, [small, np.zeros(8, np.float32), np.zeros(4)], {1: (small.reshape(-1, 8).sum(0), 0), 2: (small.reshape(-1, 4).sum(0), 0)}
    program = rng.integers(0, 1 << 32, 90, dtype=np.uint32)
    program[:10] &= 0xFFFFFFFC
    yield "stack_machine", 1, 256, [program, np.zeros(256, np.uint32), 90], {1: ([stack_machine([int(w) for w in program], item) for item in range(256)], 0)}


os.makedirs(WORK, exist_ok=True)
wrong = []
for chip in ("gfx942", "gfx950"):
    for level in ("0", "1", "2", "3", "s"):
        code = f"{WORK}/{chip}-O{level}.co"
        subprocess.run(["clang", "-x", "c", "-target", "amdgcn-amd-amdhsa", f"-mcpu={chip}", "-nogpulib", f"-O{level}", "-w", f"{INPUTS}/foreign.c", "-o", code], check=True)
        for kernel, grid, block, arguments, expected in kernels(chip):
            results = run(code, chip, kernel, grid, block, arguments)
            for number, (values, tolerance) in expected.items():
                error = np.abs(results[number].astype(np.float64) - np.asarray(values, np.float64)).max()
                if not error <= tolerance:
                    wrong.append(f"{chip} -O{level} {kernel}: argument {number} is off by {error}, allowed {tolerance}")
sys.exit("\n".join(wrong) or 0)
