# Good code of another compiler gives no finding, whatever the level of optimisation, the order of the waves and the time at
# which memory returns; and it computes the same in all of them.
# REQUIRES: kiln
# RUN: mkdir -p %t && env PYTHONPATH=%S/Inputs %python %s %t
import json
import subprocess
import sys

import foreign_kernels as foreign

WORK = sys.argv[1]
HOW = [[], ["--policy", "one-ahead", "--memory-timing", "at-wait"], ["--policy", "random", "--memory-timing", "random", "--seed", "5"]]
faults, runs = [], 0
for chip in ["gfx942", "gfx950"]:
    for level in range(4):
        code = foreign.compile(WORK, chip, level)
        for kernel in foreign.LAUNCHES:
            how = HOW[runs % len(HOW)] # each kernel meets each of them at some level
            runs += 1
            command = ["kiln", "run", code, "--launch", foreign.launch(WORK, kernel), "--json", *how]
            result = json.loads(subprocess.run(command, capture_output=True, text=True).stdout)
            if result["status"] != "ok":
                faults.append(f"{kernel} on {chip} at -O{level} {' '.join(how)}: {json.dumps(result)[:400]}")
print(runs, "runs")
sys.exit("\n".join(faults) or 0)
