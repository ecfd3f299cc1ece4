# rmsnorm and layernorm along rows: lengths from 1 to several tiles; a mean far from zero.
# REQUIRES: compiler, numpy
# RUN: %python %s
import numpy as np
from kernel_test import Tensor, check, epsilon, random, rounding, run, to_values

rng = np.random.default_rng(6)
EPS = 1e-3


def rmsnorm(rows, columns, dtype, **tiles):
    x, w = random(rng, (rows, columns), dtype), random(rng, (columns,), dtype)
    y, = run("rmsnorm.mlir", "rmsnorm", {"T": dtype, **tiles},
             [Tensor(dtype, x), Tensor(dtype, w), Tensor(dtype, shape=x.shape), f"f32:{EPS}"])
    x, w = to_values(x, dtype), to_values(w, dtype)
    expected = x / np.sqrt((x * x).mean(axis=1, keepdims=True) + EPS) * w
    check(f"rmsnorm {rows}x{columns} {dtype}", y, expected,
          rounding(dtype, expected) + (columns + 8) * epsilon("f32") * abs(expected))


def layernorm(rows, columns, dtype, mean=0.0, **tiles):
    x = random(rng, (rows, columns), dtype)
    if mean:
        x = (x + mean).astype(x.dtype)
    w, b = random(rng, (columns,), dtype), random(rng, (columns,), dtype)
    y, = run("layernorm.mlir", "layernorm", {"T": dtype, **tiles},
             [Tensor(dtype, x), Tensor(dtype, w), Tensor(dtype, b), Tensor(dtype, shape=x.shape), f"f32:{EPS}"])
    x, w, b = to_values(x, dtype), to_values(w, dtype), to_values(b, dtype)
    scale = 1 / np.sqrt(x.var(axis=1, keepdims=True) + EPS)
    expected = (x - x.mean(axis=1, keepdims=True)) * scale * w + b
    # The mean is wrong by up to `columns` roundings of its size; everything else by a few of the result's.
    meanError = (columns + 8) * epsilon("f32") * abs(x).mean(axis=1, keepdims=True)
    parts = abs(x - x.mean(axis=1, keepdims=True)) * scale * abs(w) + abs(b)
    check(f"layernorm {rows}x{columns} {dtype} mean {mean}", y, expected,
          rounding(dtype, expected) + (columns + 16) * epsilon("f32") * parts + 2 * meanError * scale * abs(w))


for norm in [rmsnorm, layernorm]:
    for shape in [(1, 1), (5, 31), (4, 256), (3, 1031)]:
        norm(*shape, "f32")
    norm(6, 300, "bf16", BM=2, BN=64)
    norm(6, 300, "f16", BM=1, BN=128)
layernorm(3, 100, "f32", mean=1000.0)
