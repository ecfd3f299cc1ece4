"""What the kernels of matrices.s compute."""
import numpy as np
from kernel_test import code_values, pack

from launches import Case


def close(product, factors):
    """The product, and what the order of the sums may change."""
    return product, 256 * 2.0 ** -24 * np.abs(factors[0]).max() * np.abs(factors[1]).max()


def cases(chip):
    rng = np.random.default_rng(4)
    a, b = (rng.integers(-50, 50, (32, 40)).astype(np.float16) for _ in range(2))
    yield Case("agpr_f16", [a, b, np.zeros((32, 32), np.float32), np.uint32(80)], {2: a.astype(np.float64) @ b.T.astype(np.float64)})
    a, b = (rng.integers(-128, 128, (32, 96)).astype(np.int8) for _ in range(2))
    yield Case("agpr_i8", [a, b, np.zeros((32, 32), np.int32), np.uint32(96)], {2: a.astype(np.int64) @ b.T.astype(np.int64)})

    kept = rng.integers(-9, 9, (16, 8, 2))
    places = np.array([np.sort(rng.choice(4, 2, replace=False)) for _ in range(128)]).reshape(16, 8, 2)
    dense = np.zeros((16, 8, 4))
    np.put_along_axis(dense, places, kept, axis=2)
    index = (places.reshape(16, 4, 4) << 2 * np.arange(4)).sum(2).astype(np.uint8)
    factor, old = rng.integers(-9, 9, (16, 32)), rng.integers(-9, 9, (16, 16)).astype(np.float32)
    yield Case("sparse", [kept.reshape(16, 16).astype(np.float16), index, factor.astype(np.float16), old], {3: old + dense.reshape(16, 32) @ factor.T})

    if chip != "gfx950":
        return
    a, b = (rng.integers(-100, 100, (32, 16)) for _ in range(2))
    yield Case("transposed_bf16", [(x.astype(np.float32).view(np.uint32) >> 16).astype(np.uint16) for x in (a, b)] + [np.zeros((16, 16), np.float32)], {2: a.T @ b})

    def random(kind, bits):
        codes = rng.integers(0, 1 << bits, (128, 16))
        values = code_values(kind)
        codes = np.where(np.isnan(values[codes]), 1, codes)
        return codes, values[codes].astype(np.float64)

    a, b = random("f8E4M3FN", 8), random("f4E2M1FN", 4)
    scales = rng.integers(120, 134, (2, 16, 4)).astype(np.uint8)
    wide = [values * np.repeat(2.0 ** (scale.astype(int) - 127), 32, axis=1).T for (_, values), scale in zip((a, b), scales)]
    yield Case("transposed_fp8_fp4", [pack(a[0], 8), pack(b[0], 4), scales, np.zeros((16, 16), np.float32)], {3: close(wide[0].T @ wide[1], wide)})

    a, b = random("f6E3M2FN", 6), random("f6E2M3FN", 6)
    rows = [np.concatenate([pack(codes, 6), np.zeros((128, 12), np.uint8)]).reshape(-1)[:2048] for codes, _ in (a, b)]
    yield Case("transposed_bf6_fp6", rows + [np.zeros((16, 16), np.float32)], {2: close(a[1].T @ b[1], (a[1], b[1]))})
