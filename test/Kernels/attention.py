# Attention against the definition: softmax of all scores, in float64.
# REQUIRES: compiler, numpy
# RUN: %python %s
import numpy as np
from kernel_test import Tensor, check, epsilon, random, rounding, run, to_values

rng = np.random.default_rng(9)


def attention(batch, heads, keyHeads, queries, keys, d, dtype, causal=False, **tiles):
    q = random(rng, (batch, heads, queries, d), dtype)
    k, v = [random(rng, (batch, keyHeads, keys, d), dtype) for _ in range(2)]
    scale = d**-0.5
    params = {"T": dtype, "D": d, "Causal": causal, "BM": 16, "BN": 32, **tiles}
    o, = run("attention.mlir", "attention", params,
             [Tensor(dtype, q), Tensor(dtype, k), Tensor(dtype, v), Tensor(dtype, shape=q.shape), f"f32:{scale}"])
    q, k, v = [to_values(x, dtype) for x in (q, k, v)]
    k, v = [np.repeat(x, heads // keyHeads, axis=1) for x in (k, v)]
    scores = scale * q @ k.swapaxes(2, 3)
    if causal:
        visible = np.arange(keys)[None, :] <= np.arange(queries)[:, None] + keys - queries
        scores = np.where(visible, scores, -np.inf)
    highest = scores.max(axis=3, keepdims=True)
    weights = np.exp(scores - np.where(np.isfinite(highest), highest, 0))
    total = weights.sum(axis=3, keepdims=True)
    weights = weights / np.where(total == 0, 1, total)
    expected = weights @ v
    # Weights are rounded to the element type before the second product, the output once more.
    finite = np.where(np.isfinite(scores), scores, 0)
    relative = epsilon(dtype) + (keys + d + 16 + 4 * abs(finite).max()) * epsilon("f32")
    check(f"attention {q.shape} {k.shape} {dtype} causal {causal}", o, expected,
          relative * (weights @ abs(v)) + rounding(dtype, expected))


attention(1, 1, 1, 1, 1, 64, "f32")
attention(2, 2, 2, 37, 41, 64, "f32")
attention(1, 2, 1, 37, 41, 64, "bf16")
attention(1, 6, 2, 19, 33, 128, "f16")
attention(1, 1, 1, 64, 64, 64, "bf16", causal=True)
attention(1, 4, 2, 37, 37, 64, "f32", causal=True)
attention(1, 1, 1, 7, 53, 64, "f32", causal=True)
attention(1, 1, 1, 53, 7, 64, "f32", causal=True)
attention(1, 1, 1, 70, 70, 128, "bf16", causal=True, BM=64, BN=64)
