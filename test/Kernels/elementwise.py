# The elementwise chain and the gated activations.
# REQUIRES: compiler, numpy
# RUN: %python %s
import numpy as np
from kernel_test import Tensor, activation, check, epsilon, random, rounding, run, to_values

rng = np.random.default_rng(4)

for size, dtype, tile in [(1, "f32", 1024), (1000, "bf16", 1024), (2049, "f16", 256), (4099, "f32", 1024)]:
    stored = [random(rng, (size,), dtype, 3) for _ in range(3)]
    y, = run("elementwise.mlir", "silu_mul_add", {"T": dtype, "B": tile},
             [Tensor(dtype, data) for data in stored] + [Tensor(dtype, shape=(size,)), "f32:0.75"])
    a, b, r = [to_values(data, dtype) for data in stored]
    expected = activation(3, a) * b + 0.75 * r
    tolerance = rounding(dtype, expected) + 8 * epsilon("f32") * (abs(a * b) + abs(r))
    check(f"silu_mul_add {size} {dtype}", y, expected, tolerance)

for act in [1, 2, 3]:
    for rows, columns, dtype in [(1, 1, "f32"), (5, 37, "bf16"), (3, 300, "f16")]:
        x = random(rng, (rows, 2 * columns), dtype, 2)
        y, = run("gated-activation.mlir", "gated_activation", {"T": dtype, "Act": act, "BN": 64},
                 [Tensor(dtype, x), Tensor(dtype, shape=(rows, columns))])
        gate, value = np.split(to_values(x, dtype), 2, axis=1)
        expected = activation(act, gate) * value
        tolerance = rounding(dtype, expected) + 8 * epsilon("f32") * abs(gate * value)
        check(f"gated_activation {act} {rows}x{columns} {dtype}", y, expected, tolerance)
