# Sums and maxima of rows; the sum of everything in two launches.
# REQUIRES: compiler, numpy
# RUN: %python %s
import numpy as np
from kernel_test import Tensor, check, epsilon, random, run, to_values

rng = np.random.default_rng(7)

for shape in [(1, 1), (5, 31), (4, 256), (7, 1031)]:
    for dtype in ["f32", "bf16"]:
        x = random(rng, shape, dtype)
        values = to_values(x, dtype)
        sums, = run("reduce.mlir", "reduce_rows", {"T": dtype}, [Tensor(dtype, x), Tensor("f32", shape=shape[:1])])
        check(f"row sums {shape} {dtype}", sums, values.sum(axis=1), shape[1] * epsilon("f32") * abs(values).sum(axis=1))
        maxima, = run("reduce.mlir", "reduce_rows", {"T": dtype, "Max": True},
                      [Tensor(dtype, -abs(x) if dtype == "f32" else x), Tensor("f32", shape=shape[:1])])
        check(f"row maxima {shape} {dtype}", maxima, (-abs(values) if dtype == "f32" else values).max(axis=1), 0)

for size, programs in [(1, 1), (1000, 4), (10007, 3)]:
    x = random(rng, (size,), "f32")
    partial, = run("reduce.mlir", "reduce_all", {}, [Tensor("f32", x), Tensor("f32", shape=(programs,))])
    total, = run("reduce.mlir", "reduce_all", {"B": 2},
                 [Tensor("f32", partial.astype(np.float32)), Tensor("f32", shape=(1,))])
    x = x.astype(np.float64)
    check(f"sum of {size}", total, x.sum(keepdims=True), size * epsilon("f32") * abs(x).sum())
