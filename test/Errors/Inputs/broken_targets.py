"""Copies the folder of sm_80 once per mistake and puts the mistake in: `broken_targets.py TARGETS FOLDER`."""
import pathlib
import shutil
import sys

TARGETS, FOLDER = map(pathlib.Path, sys.argv[1:])

# name: (file, what stands there, what stands there now)
MISTAKES = {
    "missing-key": ("machine.mlir", "lanes = 32, ", ""),
    "unknown-key": ("machine.mlir", "max_threads = 1024", "max_treads = 1024"),
    "layout": ("mma-half.mlir", """layout_acc = #acc_16x8, unit = "tensor", cycles = 8} {
  ^bb0(%a: vector<8xbf16>""", """layout_acc = #twice, unit = "tensor", cycles = 8} {
  ^bb0(%a: vector<8xbf16>"""),
    "no-barrier": ("operations.mlir", "@barrier", "@hurdle"),
    "no-triple": ("machine.mlir", "nvptx64-nvidia-cuda", "venus-unknown-unknown"),
}
# Two registers hold the same column, and nobody the lower eight rows.
ALIAS = "#twice = #layout.linear<2, reg = [[0, 1], [0, 1]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]]>\n"
for name, (file, old, new) in MISTAKES.items():
    shutil.copytree(TARGETS / "sm_80", FOLDER / name)
    for path in (FOLDER / name).glob("*.mlir"):
        text = path.read_text().replace("@sm_80", f'@"{name}"')
        if path.name == file:
            if old not in text:
                sys.exit(f"{name}: {file} has no '{old}'")
            text = ALIAS + text.replace(old, new)
        path.write_text(text)


def write(name, text, file="machine.mlir"):
    (FOLDER / name).mkdir(parents=True, exist_ok=True)
    (FOLDER / name / file).write_text(text)


# sm_90a with another way to take accumulators, or none.
SETTLE = "target.operation @settle_f32 {\n^bb0(%acc: vector<3xf32>):\n  target.yield %acc : vector<3xf32>\n}\n"
for name, settle in [("no-settle", ""), ("odd-settle", SETTLE)]:
    write(name, f'target.machine @"{name}" attributes {{inherits = ["sm_90a"], removes = ["settle_f32"]}} {{\n{settle}}}\n')
# An A in registers needs its four words held.
HOLD = "target.operation @matrix_hold {\n^bb0(%words: vector<3xi32>):\n  target.yield %words : vector<3xi32>\n}\n"
for name, hold in [("no-hold", ""), ("odd-hold", HOLD)]:
    write(name, f'target.machine @"{name}" attributes {{inherits = ["sm_90a"], removes = ["matrix_hold"]}} {{\n{hold}}}\n')
# A body that has the narrow instruction's length in a constant.
write("odd-width", """#acc = #layout.linear<2, reg = [[0, 1], [8, 0]], lane = [[0, 2], [0, 4], [1, 0], [2, 0], [4, 0]], wave = [[16, 0], [32, 0]]>
target.machine @"odd-width" attributes {inherits = ["sm_90a"]} {
  target.mma @zero_$n attributes {m = 64, n = 8, k = 16, a = f16, b = f16, acc = f32, waves = 4, shared_swizzle = [16, 32, 64],
      settle = @settle_f32, layout_acc = #acc, wider = [[16, 8]], unit = "tensor", cycles = 4} {
  ^bb0(%a: !llvm.ptr<3>, %b: !llvm.ptr<3>, %acc: vector<4xf32>):
    %zero = arith.constant dense<0.0> : vector<4xf32>
    target.yield %zero : vector<4xf32>
  }
}
""")
for file in ["machine.mlir", "more.mlir"]:
    write("twice", "target.machine @twice {\n  target.memory @shared {space = 3}\n}\n", file)
write("itself", 'target.machine @itself attributes {inherits = ["itself"]} {}\n')
write("orphan", 'target.machine @orphan attributes {inherits = ["nobody"]} {}\n')
write("empty", "// Nothing.\n")
