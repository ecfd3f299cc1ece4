# Matmul with its epilogue: every activation, bias and residual on and off, transpositions, output types.
# REQUIRES: compiler, numpy
# RUN: %python %s
import numpy as np
from kernel_test import Tensor, activation, check, epsilon, random, rounding, run, to_values

rng = np.random.default_rng(2)


def fused(m, n, k, act, bias, residual, out="f32", transA=False, transB=True, alpha=0.5, beta=-1.25, inPlace=False):
    a = random(rng, (k, m) if transA else (m, k), "bf16")
    b = random(rng, (n, k) if transB else (k, n), "bf16")
    v = random(rng, (n if bias else 0,), "f32")
    r = random(rng, (m, n) if residual else (0, 0), out)
    params = {"T": "bf16", "Out": out, "Act": act, "HasBias": bias, "HasResidual": residual, "TransA": transA,
              "TransB": transB, "BM": 16, "BN": 32, "BK": 16}
    c, = run("matmul-fused.mlir", "matmul_fused", params,
             [Tensor("bf16", a), Tensor("bf16", b), Tensor(out, shape=(m, n)), Tensor("f32", v), Tensor(out, r),
              f"f32:{alpha}", f"f32:{beta}"])
    a, b = to_values(a, "bf16"), to_values(b, "bf16")
    a, b = a.T if transA else a, b.T if transB else b
    x = alpha * (a @ b)
    expected = activation(act, x + to_values(v, "f32") if bias else x)
    if residual:
        expected = expected + beta * to_values(r, out)
    # The slope of every activation is below 1.2; the rest are a few roundings of the parts.
    parts = abs(alpha) * (abs(a) @ abs(b)) + abs(beta) * 4 + 4
    tolerance = 1.2 * (k + 8) * epsilon("f32") * parts + rounding(out, expected)
    check(f"matmul_fused {m}x{n}x{k} act {act} bias {bias} residual {residual} {out}", c, expected, tolerance)


for act in range(4):
    fused(37, 41, 29, act, bias=True, residual=True)
fused(37, 41, 29, 0, bias=False, residual=False)
fused(17, 3, 64, 1, bias=True, residual=False, out="bf16")
fused(1, 1, 1, 2, bias=False, residual=True, out="f16")
fused(33, 65, 16, 3, bias=True, residual=True, out="bf16", transA=True, transB=False)
