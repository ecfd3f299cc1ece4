"""Writes variants of the eight-wave matmul schedule, each wrong in one way: `variants.py SCHEDULE FOLDER`."""
import pathlib
import re
import sys

text = pathlib.Path(sys.argv[1]).read_text()
folder = pathlib.Path(sys.argv[2])
folder.mkdir(parents=True)
# Only this sequence, so that no other fits instead.
head, rest = text.split("module attributes", 1)
sequence = re.search(r"  transform\.named_sequence @matmul_8_waves.*?\n  }\n", text, re.S).group(0)
RIGHT = "module attributes {transform.with_named_sequence} {\n" + sequence + "}\n"

VARIANTS = {
    "right": [],
    "syntax": [("schedule.pipeline ", "schedule.pipelining ")],
    "missing-op": [('"kernel.mma"', '"kernel.reduce"')],
    "missing-atom": [("shape [16, 16, 32]", "uses @mfma_f32_64x64x32_bf16")],
    "other-types": [("shape [16, 16, 32]", "uses @mfma_f32_16x16x32_f16")],
    "missing-shape": [("shape [16, 16, 32]", "shape [16, 16, 8]")],
    "two-sizes": [("shape [16, 16, 32]", "shape [16, 16]")],
    "atom-and-shape": [("shape [16, 16, 32]", "uses @mfma_f32_16x16x32_bf16 shape [16, 16, 32]")],
    "priority": [("    transform.yield", "    schedule.priority %loop : !transform.any_op\n    transform.yield")],
    "first": [("    transform.yield", "    schedule.interleave %kernel first \"stores\" within 50 : !transform.any_op\n    transform.yield")],
    "within": [("    transform.yield", "    schedule.interleave %kernel first \"reads\" within 0 : !transform.any_op\n    transform.yield")],
    "odd-parts": [("    transform.yield", "    schedule.split %mma parts [3, 2] : !transform.any_op\n    transform.yield")],
    "many-parts": [("    transform.yield", "    schedule.split %mma parts [512, 1] : !transform.any_op\n    transform.yield")],
    "small-parts": [("    transform.yield", "    schedule.split %mma parts [16, 1] : !transform.any_op\n    transform.yield")],
    "missing-copy": [("@load_to_shared_b128", "@load_to_shared_b256")],
    "waves": [("count 8", "count 32"), ("waves [2, 4]", "waves [8, 4]")],
    "odd-waves": [("count 8", "count 6")],
    "split": [("waves [2, 4]", "waves [2, 2]")],
    "no-split": [("waves [2, 4]", "waves [0, 8]")],
    "small-tile": [("BM = 256", "BM = 32")],
    "buffers": [("buffers 4", "buffers 6")],
    "one-buffer": [("buffers 4", "buffers 1")],
    "many-buffers": [("buffers 4", "buffers 4294967296")],
    "swizzle": [("@load_to_shared_b128", "@load_to_shared_b128 swizzle [0, 0, 4, 24]")],
    "wide-swizzle": [("@load_to_shared_b128", "@load_to_shared_b128 swizzle [0, 0, 32, 24]")],
    "align": [(", Align = 16 : index", "")],
    "other-kernel": [('schedule.kernel = "matmul"', 'schedule.kernel = "softmax"')],
}
for name, changes in VARIANTS.items():
    variant = RIGHT
    for old, new in changes:
        if old not in variant:
            sys.exit(f"{name}: the schedule has no '{old}'")
        variant = variant.replace(old, new)
    (folder / f"{name}.mlir").write_text(variant)
