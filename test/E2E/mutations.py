# `kiln verify` notices what is wrong in a target file. Each mutation is one changed line of text in a copy of the target folders,
# still a legal target; the code that it gives must be called wrong, and the unchanged copy's right.
# REQUIRES: compiler
# RUN: %python %s %kernels %targets %t
import pathlib
import re
import shutil
import subprocess
import sys

KERNELS, TARGETS, WORK = map(pathlib.Path, sys.argv[1:])
MATMUL = ["matmul.mlir", "--param", "T=bf16", "--param", "Out=f32", "--shapes", "65x63x96"]
MX = ["matmul-mx.mlir", "--param", "TA=f8E4M3FN", "--param", "TB=f8E4M3FN", "--shapes", "64x64x256"]
# name, target, files, pattern, replacement, what to verify
MUTATIONS = [
    ("B's rows along K change places", "gfx950", "gfx950/mma.mlir", r"(#b_\w+ = .*reg = )\[\[1, 0\], \[2, 0\]", r"\1[[2, 0], [1, 0]", MATMUL),
    ("the same on CDNA3", "gfx942", "gfx942/mma.mlir", r"(#b_\w+ = .*reg = )\[\[1, 0\], \[2, 0\]", r"\1[[2, 0], [1, 0]", MATMUL),
    ("A's rows in the wrong lanes", "gfx950", "gfx950/mma.mlir", r"(#a_\w+ = .*\n\s*lane = )\[\[1, 0\], \[2, 0\]", r"\1[[2, 0], [1, 0]", MATMUL),
    ("results in the wrong registers", "gfx950", "gfx950/mma.mlir", r"(#acc_\w+ = .*reg = )\[\[1, 0\], \[2, 0\]", r"\1[[2, 0], [1, 0]", MATMUL),
    ("B's scales belong to other blocks", "gfx950", "gfx950/mma-scaled-*.mlir", r"(#scale_b_4x16 .*\n.*)\[1, 0\], \[2, 0\]\]", r"\1[2, 0], [1, 0]]", MX),
    ("the instruction takes a wrong byte of the scales", "gfx950", "gfx950/mma-scaled-*.mlir",
     r"%zero = llvm.mlir.constant\(0 : i32\)", "%zero = llvm.mlir.constant(1 : i32)", MX),
]


def verify(folder, target, work):
    command = ["kiln", "verify", KERNELS / work[0], "--target", target, "--target-dir", folder, *work[1:]]
    return subprocess.run(command, capture_output=True, text=True)


def copy(name):
    folder = WORK / name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(TARGETS, folder)
    return folder


faults = []
unchanged = copy("unchanged")
for target, work in [("gfx950", MATMUL), ("gfx942", MATMUL), ("gfx950", MX)]:
    done = verify(unchanged, target, work)
    if done.returncode != 0:
        faults.append(f"unchanged {target} {work[0]}: {done.stdout}{done.stderr}")
for number, (what, target, files, pattern, replacement, work) in enumerate(MUTATIONS):
    folder = copy(str(number))
    changes = 0
    for file in folder.glob(files):
        text, count = re.subn(pattern, replacement, file.read_text())
        file.write_text(text)
        changes += count
    done = verify(folder, target, work)
    if not changes or done.returncode != 1 or not re.search(r"^WRONG .*\n.* elements wrong, first at", done.stdout, re.M):
        faults.append(f"{what}: {changes} changes, exit status {done.returncode}\n{done.stdout}{done.stderr}")
sys.exit("\n".join(faults) or 0)
