# The checker of roles is itself checked by mutation: the matmul with roles passes; with any wait, arrival, fetch or barrier removed
# or weakened it must object.
# REQUIRES: compiler, kiln-opt
# RUN: %python %s %kernels %targets
import re
import subprocess
import sys

KERNELS, TARGETS = sys.argv[1:3]
REMOVED = re.compile(r"^ *stage\.(await|expect|arrive|fetch|retire|publish|barrier|reclaim)\b")
# What stands there, and what is weaker.
WEAKER = [(r"retire leaving (\d+)", lambda n: f"retire leaving {n + 1}"), (r"reclaim leaving (\d+)", lambda n: f"reclaim leaving {n + 1}"),
          (r"bytes (\d+)", lambda n: f"bytes {n - 16}"), (r"bytes (\d+)", lambda n: f"bytes {n + 16}"),
          (r"arrivals (\d+)", lambda n: f"arrivals {n - 1}" if n > 1 else None), (r"arrivals (\d+)", lambda n: f"arrivals {n + 1}")]


def objects(lines):
    """What the checker says, empty if nothing."""
    done = subprocess.run(["kiln-opt", "--stage-check-roles", "-o", "/dev/null"], input="\n".join(lines), capture_output=True,
                          text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"kiln-opt ended with {done.returncode}\n{done.stderr}")
    return done.stderr if done.returncode else ""


staged = subprocess.run(["kiln", "compile", f"{KERNELS}/matmul.mlir", "--target", "sm_90a", "--target-dir", TARGETS, "--param",
                         "Align=16", "--param", "Out=bf16", "--emit", "staged"], capture_output=True, text=True)
if staged.returncode != 0:
    sys.exit(staged.stderr)
lines = staged.stdout.splitlines()
if said := objects(lines):
    sys.exit(f"the checker objects to what the compiler made:\n{said}")


def mutants(i):
    line = lines[i]
    if REMOVED.match(line):
        yield "removed", lines[:i] + lines[i + 1:]
    if settle := re.match(r"^ *(%\w+) = stage\.settle (%[\w#]+)", line):
        after = [re.sub(re.escape(settle.group(1)) + r"\b", settle.group(2), rest) for rest in lines[i + 1:]]
        yield "removed", lines[:i] + after
    for pattern, weaker in WEAKER:
        if (found := re.search(pattern, line)) and (text := weaker(int(found.group(1)))):
            yield f"'{text}'", lines[:i] + [line.replace(found.group(0), text)] + lines[i + 1:]
    # Another slot, another phase, another time.
    if " when %" in line:
        yield "always", lines[:i] + [re.sub(r" when %\w+", "", line)] + lines[i + 1:]
    if slot := re.search(r"stage\.(?:await|arrive|view) %\w+\[(%\w+)\]", line):
        yield "slot 0", lines[:i] + [line.replace(f"[{slot.group(1)}]", "[%c0]")] + lines[i + 1:]
    if parity := re.search(r" parity (%\w+)", line):
        yield "parity 0", lines[:i] + [line.replace(parity.group(0), " parity %c0")] + lines[i + 1:]


mutations, missed = 0, []
for i in range(len(lines)):
    for what, mutant in mutants(i):
        mutations += 1
        said = objects(mutant)
        if "error: 'stage." not in said and "error: 'kernel." not in said:
            missed.append(f"line {i + 1} {what}: {lines[i].strip()[:160]}\n{said}")
if mutations < 40:
    sys.exit(f"only {mutations} mutations: the kernel has no roles")
sys.exit("no objection to\n" + "\n".join(missed) if missed else 0)
