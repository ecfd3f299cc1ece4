"""What the kernels of registers.s compute."""
import numpy as np

from launches import Case, words, zeros

LANE = np.arange(64, dtype=np.uint32)


def cases(chip):
    masks = np.array([0x5A, 0xFF, 0x00], np.uint64)
    steps = zeros(3, 8, 64)
    for group, mask in enumerate(masks):
        value = LANE
        for step in range(8):
            if int(mask) >> step & 1:
                value = value + np.uint32(1 << 4 * step)
                steps[group, step] = value
    yield Case("skipped_steps", [zeros(3, 8, 64), np.uint64(masks[0] | masks[1] << np.uint64(8))], {0: steps}, grid=3)

    table = words((16, 64), 1)
    turned = np.roll(table, 5, axis=0)
    yield Case("indexed_registers", [table, zeros(16, 64), np.uint32(5)], {1: turned + np.arange(16, dtype=np.uint32)[:, None] * turned[::-1]})

    chosen = words(64, 2) % 8
    yield Case("waterfall", [chosen, zeros(64)], {1: (chosen + 100) * 3})

    numbers = words(8, 3)
    yield Case("scalar_table", [numbers, zeros(8)], {1: np.cumsum(numbers, dtype=np.uint32)})

    # The second counter goes down from 5 and begins again at 7; out[ticket] = (workgroup, value before).
    left = [5, 4, 3, 2, 1, 0, 7, 6, 5, 4]
    yield Case("scalar_tickets", [np.array([0, 5], np.uint32), zeros(10, 2)], {0: np.array([10, 3], np.uint32)}, grid=10)

    squares = LANE * LANE + 3
    yield Case("subroutines", [zeros(4, 64, 3)],
               {0: np.stack([np.column_stack([squares, squares + 3, np.full(64, 10 * (group + 1), np.uint32)]) for group in range(4)])}, grid=4)

    yield Case("without_effect", [words(64, 4)], {0: zeros(64)})
    yield Case("preloaded", [zeros(3, 64), np.uint32(7), np.uint32(1000)], {0: np.tile(LANE * 7 + 1000, (3, 1))}, grid=3)
