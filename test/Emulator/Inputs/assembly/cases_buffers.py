"""What the kernels of buffers.s compute."""
import numpy as np

from launches import Case, words, zeros

LANE = np.arange(64)


def bf16(values):
    return (np.asarray(values, np.float32).view(np.uint32) >> 16).astype(np.uint16)


def cases(chip):
    table = words(24 * 80, 1)
    record = LANE[:, None] + 5
    place = (record // 16 * 24 + np.arange(2, 6)) * 16 + record % 16
    yield Case("swizzled", [table, zeros(64, 4)], {1: np.where(record < 66, table[place], 0)})
    yield Case("lane_index", [table, zeros(64, 2)], {1: np.where(LANE[:, None] < 60, table[LANE[:, None] * 3 + [2, 1]], 0)})

    loaded = 3 * LANE[:, None] + 3 + np.arange(4)
    loaded = np.where(loaded < 125, table[loaded], 0)
    stored = zeros(260)
    stored[1:257] = loaded.reshape(-1)
    stored[51:] = 0
    yield Case("raw_range", [table, zeros(260)], {1: stored})

    records = words((50, 4), 2)
    index, offset = words(64, 3) % 55, words(64, 4) % 3 * 4
    inside = index < 50
    picked = np.where(inside, records[index * inside, offset // 4], 0)
    rest = [records[1, 3], records[2, 0], records.reshape(-1)[198:].sum(dtype=np.uint32)]
    yield Case("structured", [records, index, offset, zeros(64, 4)], {3: np.column_stack([picked] + [np.full(64, word) for word in rest])})

    tile = words((64, 64), 5)
    yield Case("transpose_by_dma", [tile, zeros(64, 64), np.uint32(40)], {1: np.where(LANE[:, None] < 40, tile, 0).T})

    bytes_ = words(32, 6).view(np.int8)
    yield Case("bytes_by_dma", [bytes_, zeros(64)], {1: np.where(LANE < 48, bytes_[32:96].astype(np.int32), -1).view(np.uint32)})

    if chip != "gfx950":
        return
    stream = words(300, 7)
    first = stream[:256].reshape(64, 4)[LANE ^ 3].reshape(-1)
    first[(LANE[:, None] ^ 3).repeat(4, 1).reshape(-1) * 4 + np.tile(np.arange(4), 64) >= 250] = 0
    yield Case("wide_dma", [stream, zeros(512)], {1: np.concatenate([first, stream[4:260]])})

    numbers = np.random.default_rng(8).integers(-8, 9, (64, 2))
    sums = np.zeros((8, 2))
    for row in range(6):
        sums[row] = numbers[row::8].sum(0)
    yield Case("add_bf16", [bf16(numbers), np.zeros((8, 2), np.uint16)], {1: bf16(sums)})
