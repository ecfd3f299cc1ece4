# Softmax along rows: one column, one tile, many tiles; values that overflow exp, and rows with -inf.
# REQUIRES: compiler, numpy
# RUN: %python %s
import numpy as np
from kernel_test import Tensor, check, epsilon, random, rounding, run, to_values

rng = np.random.default_rng(5)


def softmax(x, dtype, **tiles):
    y, = run("softmax.mlir", "softmax", {"T": dtype, **tiles}, [Tensor(dtype, x), Tensor(dtype, shape=x.shape)])
    values = to_values(x, dtype)
    shifted = np.exp(values - values.max(axis=1, keepdims=True))
    expected = shifted / shifted.sum(axis=1, keepdims=True)
    # exp's argument is rounded to f32, which moves its result by |argument| units.
    finite = np.where(np.isfinite(values), values, 0)
    tolerance = rounding(dtype, expected) + epsilon("f32") * (8 + x.shape[1] + 4 * abs(finite).max()) * expected
    check(f"softmax {x.shape} {dtype}", y, expected, tolerance)


for shape in [(1, 1), (3, 7), (5, 256), (2, 257), (7, 1031)]:
    softmax(random(rng, shape, "f32", 4), "f32")
softmax(random(rng, (5, 300), "bf16", 4), "bf16", BN=64)
softmax(random(rng, (5, 300), "f16", 4), "f16", BM=1, BN=128)
softmax(np.array([[1000, 999, -1000, 0]] * 2, dtype=np.float32), "f32", BN=2)
softmax(np.array([[-np.inf, -np.inf, 1, 2, -np.inf]], dtype=np.float32), "f32", BN=2)
