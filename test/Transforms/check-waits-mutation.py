# The checker of waits is itself checked by mutation: the pipelined matmul passes; with any wait or barrier removed, or
# any wait weakened by one operation, it must object.
# REQUIRES: compiler, kiln-opt
# RUN: %python %s %kernels %targets 8_waves
# RUN: %python %s %kernels %targets 4_waves
# RUN: %python %s %kernels %targets ping_pong
import re
import subprocess
import sys

KERNELS, TARGETS, SCHEDULE = sys.argv[1:4]
# All that the checker asks a machine: how much one copy moves.
MACHINE = """
target.machine @gfx950 attributes {lanes = 64} {
  target.copy @load_to_shared_b128 attributes {from = "global", to = "shared", bytes = 16} {
  ^bb0(%view: !llvm.ptr<8>, %offset: i32, %uniform: i32, %in_bounds: i1, %destination: !llvm.ptr<3>):
    target.yield
  }
}
"""
WAIT = re.compile(r"^ *stage\.wait copies (\d+)$")
BARRIER = re.compile(r"^ *stage\.barrier( bare)?$")


def objects(lines):
    """What the checker says, empty if nothing."""
    module = "\n".join(lines).replace("module {", "module {" + MACHINE, 1)
    done = subprocess.run(["kiln-opt", "--stage-check-waits", "-o", "/dev/null"], input=module, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"kiln-opt ended with {done.returncode}\n{done.stderr}")
    return done.stderr if done.returncode else ""


staged = subprocess.run(["kiln", "compile", f"{KERNELS}/matmul.mlir", "--target", "gfx950", "--target-dir", TARGETS, "--param",
                         "Align=16", "--schedule", f"@matmul_{SCHEDULE}", "--emit", "staged"], capture_output=True, text=True)
if staged.returncode != 0:
    sys.exit(staged.stderr)
lines = staged.stdout.splitlines()
if said := objects(lines):
    sys.exit(f"the checker objects to what the compiler made:\n{said}")

mutations = 0
missed = []
for i, line in enumerate(lines):
    mutants = []
    if wait := WAIT.match(line):
        count = int(wait.group(1))
        mutants = [("removed", []), ("weakened", [line.replace(f"copies {count}", f"copies {count + 1}")])]
    elif BARRIER.match(line):
        mutants = [("removed", [])]
    for what, replacement in mutants:
        mutations += 1
        said = objects(lines[:i] + replacement + lines[i + 1:])
        if "error: 'stage." not in said:
            missed.append(f"line {i + 1} {what}: {line.strip()}\n{said}")
if mutations < 20:
    sys.exit(f"only {mutations} mutations: the kernel is not pipelined")
sys.exit("no objection to\n" + "\n".join(missed) if missed else 0)
