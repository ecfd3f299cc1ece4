# Plain matmul: all element types, transpositions, and sizes that no tile divides.
# REQUIRES: compiler, numpy
# RUN: %python %s
import numpy as np
from kernel_test import Tensor, check, epsilon, random, rounding, run, to_values

rng = np.random.default_rng(1)


def matmul(m, n, k, dtype, acc="f32", out="f32", transA=False, transB=True, **tiles):
    a = random(rng, (k, m) if transA else (m, k), dtype)
    b = random(rng, (n, k) if transB else (k, n), dtype)
    c, = run("matmul.mlir", "matmul", {"T": dtype, "Acc": acc, "Out": out, "TransA": transA, "TransB": transB, **tiles},
             [Tensor(dtype, a), Tensor(dtype, b), Tensor(out, shape=(m, n))])
    a, b = to_values(a, dtype), to_values(b, dtype)
    a, b = a.T if transA else a, b.T if transB else b
    exact = a @ b
    what = f"matmul {m}x{n}x{k} {dtype} {acc} {out} {transA} {transB}"
    if acc == "i32":
        return check(what, c, exact, 0)
    # Each of the k additions may be wrong by half a unit of the sum of magnitudes; the output is rounded once.
    tolerance = k * epsilon(acc) * (abs(a) @ abs(b)) + rounding(out, exact)
    check(what, c, exact, tolerance)


for size in [(1, 1, 1), (1, 67, 5), (67, 1, 33), (61, 53, 47), (64, 64, 32), (130, 65, 70)]:
    matmul(*size, "bf16")
for dtype in ["f16", "f32", "f8E4M3FN", "f8E5M2", "f8E4M3FNUZ", "f8E5M2FNUZ"]:
    matmul(31, 37, 41, dtype, BM=16, BN=32, BK=16)
for dtype in ["f6E2M3FN", "f6E3M2FN", "f4E2M1FN"]:
    matmul(31, 37, 40, dtype, BM=16, BN=32, BK=16)
matmul(31, 37, 41, "f64", acc="f64", out="f64", BM=16, BN=16)
matmul(31, 37, 41, "i8", acc="i32", out="i32", BM=16, BN=16)
for transA in [False, True]:
    for transB in [False, True]:
        matmul(19, 23, 29, "f16", transA=transA, transB=transB, out="f16", BM=8, BN=16, BK=8)
matmul(19, 23, 29, "bf16", out="bf16", BM=8, BN=16, BK=8)
