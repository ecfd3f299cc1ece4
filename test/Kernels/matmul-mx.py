# Block-scaled matmul: every pair of element formats, sizes that no tile and no block divides.
# REQUIRES: compiler, numpy
# RUN: %python %s
import numpy as np
from kernel_test import SMALL, Tensor, check, epsilon, random, rounding, run, to_values

rng = np.random.default_rng(3)


def matmul(m, n, k, typeA, typeB, out="f32", **tiles):
    a, b = random(rng, (m, k), typeA), random(rng, (n, k), typeB)
    blocks = -(-k // 32)
    sa, sb = random(rng, (m, blocks), "f8E8M0FNU"), random(rng, (n, blocks), "f8E8M0FNU")
    c, = run("matmul-mx.mlir", "matmul_mx", {"TA": typeA, "TB": typeB, "Out": out, **tiles},
             [Tensor(typeA, a), Tensor(typeB, b), Tensor("f8E8M0FNU", sa), Tensor("f8E8M0FNU", sb),
              Tensor(out, shape=(m, n))])
    spread = lambda scales: np.repeat(to_values(scales, "f8E8M0FNU"), 32, axis=1)[:, :k]
    a, b = to_values(a, typeA) * spread(sa), to_values(b, typeB) * spread(sb)
    exact = a @ b.T
    tolerance = k * epsilon("f32") * (abs(a) @ abs(b).T) + rounding(out, exact)
    check(f"matmul_mx {m}x{n}x{k} {typeA} {typeB} {out}", c, exact, tolerance)


formats = [name for name in SMALL if "FNUZ" not in name]
for typeA in formats:
    for typeB in formats:
        matmul(9, 11, 72, typeA, typeB, BM=8, BN=16, BK=64)
for size in [(1, 1, 4), (67, 5, 32), (37, 41, 132), (64, 64, 128)]:
    matmul(*size, "f4E2M1FN", "f4E2M1FN")
matmul(37, 41, 100, "f8E4M3FN", "f4E2M1FN", out="bf16", BK=32)
