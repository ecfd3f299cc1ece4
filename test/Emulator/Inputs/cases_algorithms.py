"""What the kernels of algorithms.hip compute."""
import numpy as np
from kernel_test import code_values

from launches import Case, words, zeros


def bf16(values):
    """Rounded to bf16, ties to even: the codes."""
    word = np.asarray(values, np.float32).view(np.uint32)
    return ((word + 0x7FFF + (word >> 16 & 1)) >> 16).astype(np.uint16)


def wide(codes):
    return (codes.astype(np.uint32) << 16).view(np.float32)


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def sorting(rng):
    keys = words(1024, 1) & 0xFFFF00FF
    order = np.argsort(keys, kind="stable")
    yield Case("radix_sort", [keys, np.arange(1024, dtype=np.uint32)], {0: keys[order], 1: order.astype(np.uint32)}, block=256)
    data = words(24 * 256, 2)
    yield Case("lookback_scan", [data, zeros(24 * 256), zeros(1), np.zeros(24, np.uint64)], {1: np.cumsum(data, dtype=np.uint32)}, grid=24, block=256)
    rows = np.stack([rng.permutation(1 << 20)[:700].astype(np.uint32) * 4001 for _ in range(2)])
    places = np.sort(np.argsort(rows, axis=1)[:, -37:], axis=1)
    yield Case("select_top", [rows, zeros(2, 37), np.uint32(700), np.uint32(37)], {1: places.astype(np.uint32)}, grid=2, block=256)
    columns = rng.integers(-500, 500, (30, 256)).astype(np.float32)
    yield Case("heap_top", [columns, np.zeros((8, 256), np.float32), np.uint32(30)], {1: -np.sort(-columns, axis=0)[:8]}, block=256)
    segment = np.sort(rng.integers(0, 40, 700)).astype(np.uint32)
    values = rng.integers(-50, 50, 700).astype(np.float32)
    yield Case("segmented_sum", [segment, values, np.zeros(40, np.float32), np.uint32(700)], {2: np.bincount(segment, values, 40)}, grid=3, block=256)
    values = rng.standard_normal(3000).astype(np.float32)
    values[[1234, 2345]] = 9
    best = np.uint64((0x80000000 | int(values[1234].view(np.uint32))) << 32 | ~1234 & 0xFFFFFFFF)
    yield Case("argmax", [values, np.zeros(1, np.uint64), np.uint32(3000)], {1: np.array([best])}, grid=2, block=256)


def networks(rng, chip):
    kind, largest = ("f8E4M3FN", 448) if chip == "gfx950" else ("f8E4M3FNUZ", 240)
    x, residual = (bf16(rng.standard_normal((3, 1000))) for _ in range(2))
    gain = bf16(1 + rng.standard_normal(1000) / 8)
    total = bf16(wide(x) + wide(residual))
    rows = wide(total).astype(np.float64)
    normal = rows / np.sqrt((rows ** 2).mean(1, keepdims=True) + 1e-5) * wide(gain)
    scale = largest / abs(normal).max(1)
    table = np.sort(code_values(kind)[~np.isnan(code_values(kind))])
    codes = Codes(normal * scale[:, None], code_values(kind), table)
    yield Case("rms_norm_fp8", [x, residual, gain, np.zeros((3, 1000), np.uint8), np.zeros(3, np.float32), np.uint32(1000), np.float32(1e-5), np.float32(largest)],
               {1: total, 3: codes, 4: (1 / scale, 1e-6)}, grid=3, block=256)

    q, cache = rng.standard_normal((3, 64)).astype(np.float16), rng.standard_normal((12, 2, 16, 64)).astype(np.float16)
    pages = rng.permutation(12)[:7].astype(np.uint32)
    keys, values = (cache[pages, side].reshape(-1, 64)[:105].astype(np.float64) for side in (0, 1))
    yield Case("paged_attention", [q, cache, pages, np.zeros((3, 64), np.float16), np.uint32(105), np.float32(0.125)],
               {3: (softmax(q.astype(np.float64) @ keys.T * 0.125) @ values, 2e-3)}, grid=3)

    x = rng.standard_normal((4, 8, 2, 32)).astype(np.float16)
    positions = np.array([0, 1, 77, 500], np.uint32)
    angle = positions[:, None, None] * 10000.0 ** (-np.arange(32) / 32)
    a, b = x[:, :, 0].astype(np.float64), x[:, :, 1].astype(np.float64)
    turned = np.stack([a * np.cos(angle) - b * np.sin(angle), a * np.sin(angle) + b * np.cos(angle)], axis=2)
    yield Case("rotary", [x, positions, np.uint32(8)], {0: (turned, 5e-3)}, grid=4, block=256)

    logits = rng.standard_normal((70, 16)).astype(np.float32)
    best = np.argsort(-logits, axis=1)[:, :2]
    yield Case("route", [logits, zeros(70, 2), np.zeros((70, 2), np.float32), zeros(16), np.uint32(70)],
               {1: best, 2: (softmax(np.take_along_axis(logits, best, 1).astype(np.float64)), 1e-6), 3: np.bincount(best.reshape(-1), minlength=16)}, block=256)

    weights = softmax(np.take_along_axis(logits, best, 1)).astype(np.float32)
    x, w = rng.standard_normal((70, 64)).astype(np.float16), rng.standard_normal((16, 64, 32)).astype(np.float16)
    rows, experts = [], []
    for expert in range(16):
        slots = np.flatnonzero(best.reshape(-1) == expert)
        for start in range(0, len(slots), 16):
            block = slots[start:start + 16]
            rows.append(np.append(block, np.full(16 - len(block), 0xFFFFFFFF)).astype(np.uint32))
            experts.append(expert)
    expected = np.einsum("tk,tkn->tn", weights.astype(np.float64), np.einsum("td,tkdn->tkn", x.astype(np.float64), w[best].astype(np.float64)))
    yield Case("grouped_gemm", [x, w, np.stack(rows), np.array(experts, np.uint32), weights, np.zeros((70, 32), np.float32)], {5: (expected, 1e-4)}, grid=len(rows))

    ids, table = rng.integers(0, 5, 9).astype(np.uint32), bf16(rng.standard_normal((5, 300)))
    change = rng.integers(-9, 9, (9, 300)).astype(np.float32)
    gradient = np.zeros((5, 300))
    np.add.at(gradient, ids, change)
    yield Case("embed", [ids, table, np.zeros((5, 300), np.float32), change, np.zeros((9, 300), np.float32), np.uint32(300)], {2: gradient, 4: wide(table)[ids]}, grid=9, block=256)

    numbers = (rng.standard_normal((256, 32)) * 2.0 ** rng.integers(-9, 9, (256, 1))).astype(np.float32)
    exponent = (abs(numbers).max(1).view(np.uint32) >> 23) - 2
    scaled = numbers / 2.0 ** (exponent[:, None].astype(float) - 127)
    values = code_values("f4E2M1FN")
    distance = abs(abs(scaled)[..., None] - values[:8])
    near = distance.argmin(-1)  # the lower code of two that are as near
    tie = np.take_along_axis(distance, np.minimum(near + 1, 7)[..., None], -1)[..., 0] == distance.min(-1)
    near = np.where(tie & (near % 2 == 1) & (near < 7), near + 1, near) | np.where(numbers < 0, 8, 0)
    yield Case("quantise_mxfp4", [numbers, np.zeros((256, 16), np.uint8), np.zeros(256, np.uint8)], {1: near[:, ::2] | near[:, 1::2] << 4, 2: exponent}, block=256)


class Codes:
    """Values whose codes may be those of either neighbour where f32 cannot tell which is nearer."""

    def __init__(self, exact, values, table):
        self.exact, self.values, self.table = exact, values, table

    def same(self, found):
        got = self.values[found]
        high = np.clip(np.searchsorted(self.table, self.exact), 1, len(self.table) - 1)
        near = np.minimum(abs(self.table[high] - self.exact), abs(self.table[high - 1] - self.exact))
        return abs(got - self.exact) <= near + 1e-5 * abs(self.exact)


def transforms(rng):
    image = rng.integers(-99, 99, (37, 50)).astype(np.int32)
    padded, weights = np.pad(image, 1), np.array([[1, 2, 1], [0, -3, 0], [4, 5, -6]])
    filtered = sum(weights[y, x] * padded[y:y + 37, x:x + 50] for y in range(3) for x in range(3))
    yield Case("convolve", [image, np.zeros_like(image), np.uint32(50), np.uint32(37)], {1: filtered}, grid=12, block=256)
    signal = rng.standard_normal((512, 2)).astype(np.float32)
    spectrum = np.fft.fft(signal[:, 0] + 1j * signal[:, 1])
    yield Case("fft", [signal], {0: (np.stack([spectrum.real, spectrum.imag], 1), 1e-3)}, block=256)
    counter = [np.tile(np.arange(256, dtype=np.uint64), 2), np.repeat(np.arange(2, dtype=np.uint64), 256), np.zeros(512, np.uint64), np.zeros(512, np.uint64)]
    key, low, half = [0x12345678, 0x9ABCDEF0], np.uint64(0xFFFFFFFF), np.uint64(32)
    for _ in range(10):
        a, b = np.uint64(0xD2511F53) * counter[0], np.uint64(0xCD9E8D57) * counter[2]
        counter = [b >> half ^ counter[1] ^ np.uint64(key[0]), b & low, a >> half ^ counter[3] ^ np.uint64(key[1]), a & low]
        key = [key[0] + 0x9E3779B9 & 0xFFFFFFFF, key[1] + 0xBB67AE85 & 0xFFFFFFFF]
    yield Case("philox", [zeros(2 * 256, 4), np.uint32(0x12345678), np.uint32(0x9ABCDEF0)], {0: np.stack(counter, 1)}, grid=2, block=256)
    rows = words((3, 900), 8)
    yield Case("reverse_rows", [rows, np.uint32(900)], {0: rows[:, ::-1]}, grid=3, block=256, dynamic_lds=3600)


def language(rng):
    item = np.arange(256)
    areas = np.choose(item % 3, [item + 7, (item + 7) ** 2, (item + 7) ** 2 - (item % 5) ** 2])
    yield Case("calls", [zeros(256)], {0: areas + 1000000 * (2 * (item % 4) + 3)}, block=256)
    prime = np.array([n > 1 and all(n % d for d in range(2, n)) for n in range(130)])
    yield Case("variable_array", [zeros(256)], {0: np.cumsum(prime)[item // 2 + 2]}, block=256)

    a, b = (rng.integers(1, 1 << 64, 256, dtype=np.uint64) >> rng.integers(0, 60, 256).astype(np.uint64) | np.uint64(1) for _ in range(2))
    expected = []
    signed = lambda x, bits: x - (1 << bits) if x >> (bits - 1) else x
    for i in range(256):
        x, y, z = int(a[i]) << 64 | int(b[i]), int(b[255 - i]) >> 20 << 32 | 1, signed(int(a[255 - i]), 64) | 1
        dividend = signed(x, 128)
        quotient = abs(dividend) // abs(z) * (1 if (dividend < 0) == (z < 0) else -1)
        expected += [value >> shift & (1 << 64) - 1 for value in (x // y, x % y, x * y, int(a[i]) // int(b[i]) << 64 | int(a[i]) % int(b[i]), quotient) for shift in (0, 64)]
    yield Case("wide_integers", [a, b, np.zeros(2560, np.uint64)], {2: np.array(expected, np.uint64)}, block=256)

    a, b = rng.standard_normal(256) * 1000, rng.standard_normal(256) * 10
    exact = np.longdouble(a) * np.longdouble(b) - 1
    rest = np.trunc(a * 1e6) + np.trunc(abs(b) * 1e3) + np.floor(a) + np.rint(b)
    yield Case("doubles", [a, b, np.zeros((4, 256))], {2: (np.stack([a / b, np.sqrt(abs(a)), exact.astype(np.float64), rest]), 1e-11)}, block=256)


def cases(chip):
    rng = np.random.default_rng(31)
    yield from sorting(rng)
    yield from networks(rng, chip)
    yield from transforms(rng)
    yield from language(rng)
