# Rotary embedding: against complex multiplication.
# REQUIRES: compiler, numpy
# RUN: %python %s
import numpy as np
from kernel_test import Tensor, check, epsilon, random, rounding, run, to_values

rng = np.random.default_rng(8)

for batch, heads, length, d, dtype in [(1, 1, 1, 64, "f32"), (2, 3, 37, 64, "bf16"), (1, 2, 70, 128, "f16")]:
    x = random(rng, (batch, heads, length, d), dtype)
    angle = np.outer(np.arange(length), 10000.0 ** (-2 * np.arange(d // 2) / d))
    cos, sin = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    y, = run("rotary.mlir", "rotary", {"T": dtype, "D": d, "BS": 32},
             [Tensor(dtype, x), Tensor("f32", cos), Tensor("f32", sin), Tensor(dtype, shape=x.shape)])
    values = to_values(x, dtype)
    turned = (values[..., : d // 2] + 1j * values[..., d // 2 :]) * (cos.astype(np.float64) + 1j * sin)
    expected = np.concatenate([turned.real, turned.imag], axis=-1)
    size = np.concatenate([abs(turned)] * 2, axis=-1)
    check(f"rotary {x.shape} {dtype}", y, expected, rounding(dtype, expected) + 4 * epsilon("f32") * size)
