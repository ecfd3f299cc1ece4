# What roles cannot do is refused, with the op, what it must be and what it is. Each case changes one thing of the kernel of
# pipeline-roles.mlir.
# REQUIRES: compiler, kiln-opt
# RUN: %python %s %inputs %S
import pathlib
import re
import subprocess
import sys

INPUTS, HERE = map(pathlib.Path, sys.argv[1:3])
KERNEL = re.sub(r"^//.*\n", "", (HERE / "pipeline-roles.mlir").read_text(), flags=re.M)
MACHINE = (INPUTS / "roles-machine.mlir").read_text()

# (what stands there, what stands there now, what is said)
CASES = [
    ("buffers = 3", "buffers = 1", r"expects more buffers than the 1 products in flight .* found 1"),
    ("{schedule.pipeline = {buffers = 3 : i64}}", "", r"expected a kernel.program_id and then a loop that is pipelined"),
    ("producers = 2", "producers = 3", r"has 3 producing waves; toy groups waves by 2"),
    ("producers = 2", "producers = 6", r"has 4 computing and 6 producing waves; toy has at most 8"),
    ("@product, schedule.waves", "@in_registers, schedule.waves", r"expected an instruction that reads its operands there"),
    ("@product, schedule.waves", "@product_rs, schedule.waves",
     r"has A in registers by product_rs, and the next step reads others into them: expected in_flight 0, found 1"),
    ("kernel.mma %x, %t", "kernel.mma %x, %y", r"reads its operands from shared memory by product, which wants rows along K"),
    ("%a[%m, %k] {schedule.copy = @tile_in}", "%a[%m, %k] {schedule.copy = @tile_out}",
     r"is scheduled on 'tile_out', which is no copy of whole tiles of toy from global to shared memory"),
    ("%a[%m, %k] {schedule.copy = @tile_in}", "%a[%m, %k]", r"cannot be part of a loop that roles share"),
    ("%a[%m, %k] {schedule.copy = @tile_in}", "%a[%m, %k] {schedule.copy = @tile_in, schedule.swizzle = array<i64: 4>}",
     r"is scheduled with a swizzle, but 'tile_in' has its own"),
    ("f16, align = 8>", "f16, align = 4>", r"promises an alignment of 4 bytes, expected a multiple of 8"),
    ("tile_limit = 8", "tile_limit = 4", r"is a tile of 8 rows of 8 x 'f16'; 'tile_in' copies at most 4 rows of 16 bytes"),
    ("tile_swizzles = [[8]]", "tile_swizzles = [[16]]", r"is a tile of 8 rows of 8 x 'f16'; 'tile_in' copies at most 8 rows of 32 bytes"),
    ("shared_swizzle = [8]", "shared_swizzle = [0, 8]", r"is copied in rows of 16 bytes with the masks \[8\]; product reads rows of 16 with \[0, 8\]"),
    ("schedule.roles = {producers = 2 : i64, in_flight = 1 : i64, registers = array<i64: 40, 232>}",
     "schedule.grid = {dies = 1 : i64, group = 1 : i64, persistent = 4 : i64}", r"persistent grid, which needs roles"),
]


def passes(text):
    done = subprocess.run(["kiln-opt", "--stage-pipeline-roles", "--stage-stores", "-o", "/dev/null"], input=text,
                          capture_output=True, text=True)
    return done.returncode, done.stderr


faults = []
status, said = passes(MACHINE + KERNEL)
if status:
    faults.append(f"the kernel itself: {said}")
for old, new, expected in CASES:
    text = MACHINE + KERNEL
    if old not in text:
        faults.append(f"nowhere: {old}")
        continue
    status, said = passes(text.replace(old, new))
    errors = re.findall(r"error: (.*)", said)
    if status != 1 or len(errors) != 1 or not re.search(expected, errors[0]):
        faults.append(f"{old} -> {new}: status {status}, expected /{expected}/, found\n{said}")
sys.exit("\n".join(faults) or 0)
