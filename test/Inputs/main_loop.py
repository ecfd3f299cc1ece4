"""Prints the instructions of a kernel's main loop, without comments: `main_loop.py < kernel.s`.

The main loop is the innermost one with the most matrix instructions, of GCN assembly or PTX.
"""
import re
import sys

LABEL = re.compile(r"^(\$?[.\w]+):")
BRANCH = re.compile(r"^\s+(?:@!?%p\d+\s+)?(?:s_cbranch\w*|s_branch|bra(?:\.uni)?)\s+(\$?[.\w]+)")
MATRIX = re.compile(r"\s(v_mfma|mma\.sync|wgmma\.mma)")

lines = [re.split(r"\s*(?:;|//)\s", line.rstrip() + " ")[0].rstrip() for line in sys.stdin]
start, loops = {}, []
for i, line in enumerate(lines):
    if label := LABEL.match(line):
        start[label.group(1)] = i
    elif (branch := BRANCH.match(line)) and branch.group(1) in start:
        loops.append(lines[start[branch.group(1)] + 1:i + 1])
if not loops:
    sys.exit("no loop")
matrix = lambda loop: sum(bool(MATRIX.search(line)) for line in loop)
main = max(loops, key=lambda loop: (matrix(loop), -len(loop)))
print("\n".join(line.strip() for line in main if line.strip() and not line.lstrip().startswith(".")))
