"""What the kernels of lanes.s compute."""
import numpy as np

from launches import Case, words, zeros

LANE = np.arange(64)
ROW, BANK = LANE // 16, LANE // 4 % 4


def cases(chip):
    x = words(64, 1)
    yield Case("dpp_scan", [x, zeros(2, 64)], {1: np.stack([np.cumsum(x, dtype=np.uint32), np.full(64, x.sum(dtype=np.uint32))])})

    rows = x.reshape(4, 16)
    turned = np.where(np.isin(ROW, (0, 2)), np.roll(rows, 3, axis=1).reshape(-1), 9)  # ror: lane i gets i - 3
    left = np.where(np.isin(BANK, (0, 3)) & (LANE % 16 < 11), np.roll(x, -5), 9)
    yield Case("dpp_rows", [x, zeros(4, 64)], {1: np.stack([rows.max(axis=1).repeat(16), turned, left, rows[:, 6].repeat(16)])})

    shifted = np.append(np.uint32(5), x[:-1])
    # Even lanes alone are on in the lower half: quads take lanes 1 (off), 2, 0, 0; where the source is off the old 5 stays.
    quads = x.reshape(16, 4)[:, [1, 2, 0, 0]].reshape(-1) + x
    on = (LANE >= 32) | (LANE % 2 == 0)
    source_on = (LANE >= 32) | (LANE % 4 != 0)
    yield Case("dpp_wave", [x, zeros(4, 64)], {1: np.stack([shifted, np.roll(x, -1), np.append(x[1:], np.uint32(0)), np.where(on & source_on, quads, 5)])})

    a, b, alpha = (words(64, seed).view(np.uint8) for seed in (2, 3, 4))
    wide = [array.astype(np.int32) for array in (a, b, alpha)]
    blended = (wide[0] + ((wide[1] - wide[0]) * wide[2] >> 8)).astype(np.uint8).view(np.uint32)
    third = a.reshape(64, 4)[:, 2].view(np.int8).astype(np.int16).view(np.uint16).astype(np.uint32) << 16
    yield Case("sdwa_pixels", [a.view(np.uint32), b.view(np.uint32), alpha.view(np.uint32), zeros(2, 64)], {3: np.stack([blended, third])})

    reverse = [int(f"{lane:06b}"[::-1], 2) for lane in LANE]
    yield Case("swizzles", [x, zeros(3, 64)], {1: np.stack([x.reshape(2, 32).sum(1, dtype=np.uint32).repeat(32), x[reverse], np.roll(x, -3)])})

    data, limit = words(256, 5) % 1000, 600
    above = [data[64 * wave:64 * wave + 64] for wave in range(4)]
    count = int((data > limit).sum())
    yield Case("append", [data, zeros(256), zeros(256), zeros(2), np.uint32(limit)], {3: np.array([count, count], np.uint32)}, block=256)

    if chip == "gfx950":
        quarters = words((2, 4, 16), 6)
        first = np.stack([quarters[0, 0], quarters[0, 1], quarters[1, 0], quarters[1, 1]])
        second = np.stack([quarters[0, 2], quarters[0, 3], quarters[1, 2], quarters[1, 3]])
        swapped = [np.stack([first[0], second[0], first[2], second[2]]), np.stack([first[1], second[1], first[3], second[3]])]
        yield Case("permlane_swaps", [quarters, zeros(2, 4, 16)], {1: np.stack(swapped)})
