# An A in registers is safe until its product is done: with one product in flight, as products of two operands in shared memory have, the
# next step would read others into the same registers, and the checker of roles must say so. So must it of a slot that is given back
# before it is read.
# REQUIRES: compiler, kiln-opt
# RUN: %python %s %inputs %S
import pathlib
import re
import subprocess
import sys

INPUTS, HERE = map(pathlib.Path, sys.argv[1:3])
KERNEL = re.sub(r"^//.*\n", "", (HERE / "pipeline-roles-registers.mlir").read_text(), flags=re.M)
MACHINE = (INPUTS / "roles-machine.mlir").read_text()


def opt(text, *passes):
    done = subprocess.run(["kiln-opt", *passes], input=text, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def staged(in_flight, atom):
    kernel = KERNEL.replace("in_flight = 0", f"in_flight = {in_flight}").replace("@product_rs", atom)
    kernel = kernel.replace("kernel.mma %xt", "kernel.mma %x") if atom == "@product" else kernel
    status, text, said = opt(MACHINE + kernel, "--stage-pipeline-roles")
    if status:
        sys.exit(said)
    return text


def expect(what, text, pattern):
    status, _, said = opt(text, "--stage-check-roles")
    if (status != 0) != bool(pattern) or (pattern and not re.search(pattern, said)):
        sys.exit(f"{what}: status {status}, expected /{pattern}/, found\n{said}")


safe = staged(0, "@product_rs")
expect("each product is waited for", safe, None)
unread = re.sub(r"(%\w+) = stage\.read (%\w+)\[%\w+\](.*)", r"\1 = stage.read \2[%c1_other]\3", safe)
unread = unread.replace("} compute {", "} compute {\n%c1_other = arith.constant 1 : index", 1)
expect("another slot is read", unread, r"reads (a slot that may not be full|the tile of another step)")

# The pipeline that leaves one product in flight, whose A is a view; read it instead.
behind = staged(1, "@product")
expect("both in shared memory", behind, None)
view = re.search(r"(%\w+) = stage\.view (%\w+)\[(%\w+)\] : (\S.*) -> <\[8, 8\], f16, #layout\.shared>", behind)
if not view:
    sys.exit("no view of A\n" + behind)
read = f"{view[1]} = stage.read {view[2]}[{view[3]}] : {view[4]} -> <[8, 8], f16>"
held = behind.replace(view[0], read).replace("@product,", "@product_rs,")
line = next(text for text in held.splitlines() if "kernel.mma" in text)
held = held.replace(line, line.replace("<[8, 8], f16, #layout.shared>", "<[8, 8], f16>", 1))
expect("one product in flight", held, r"overwrites registers that a product may still read: no stage.retire before it")
