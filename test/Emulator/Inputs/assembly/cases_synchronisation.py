"""What the kernels of synchronisation.s compute."""
import numpy as np

from launches import Case, words, zeros


def cases(chip):
    parts = np.random.default_rng(1).integers(-99, 99, (40, 64)).astype(np.float32)
    yield Case("split_k", [parts, np.zeros(64, np.float32), zeros(1), np.zeros(64, np.float32), np.uint32(39)], {2: zeros(1), 3: parts.sum(0) / 2}, grid=40)

    data = words((48, 64), 2)
    yield Case("stream_k", [data, zeros(48, 64), zeros(48), zeros(12, 64)], {3: data.reshape(12, 4, 64).sum(1, dtype=np.uint32)}, grid=48)

    ring = words(8 * 256, 3)
    expected = ring
    for _ in range(6):
        expected = np.roll(expected, 1) + np.roll(expected, -1)
    yield Case("rounds", [ring, zeros(8 * 256), zeros(1), np.uint32(6), np.uint32(8)], {0: expected}, grid=8, block=256)

    yield Case("lock", [zeros(1)], {0: np.array([28], np.uint32)}, block=512)

    tiles = words((7, 64), 4)
    sums = zeros(3, 64)
    for tile in tiles:
        sums = sums * np.arange(1, 4, dtype=np.uint32)[:, None] + tile
    # What the flags order is a race to an observer that knows barriers.
    yield Case("producer", [tiles, zeros(3, 64), np.uint32(7)], {1: sums}, block=256, findings=("lds-race",))

    seen = np.cumsum(12 + np.arange(7))
    yield Case("uneven", [zeros(4)], {0: seen[3:].astype(np.uint32)}, block=256, findings=("divergent-barrier",))
