# Waits, wait states and barriers are taken out of good kernels one by one: of another compiler's, and of matrix assembly that
# is written by hand. As they are, no observer finds anything; and no mutation makes a result wrong without a finding.
# REQUIRES: kiln, emulator-mutations
# RUN: mkdir -p %t && env PYTHONPATH=%S/Inputs %python %s %t %S/Inputs
import json
import pathlib
import re
import subprocess
import sys

import foreign_kernels as foreign

WORK, INPUTS = map(pathlib.Path, sys.argv[1:])
faults = []


def mutate(name, code, launch, least):
    """Lines of the report; at least `least` of the mutations must be found."""
    run = subprocess.run(["emulator-mutations", code, launch], capture_output=True, text=True)
    counts = re.search(r"(\d+) mutations: (\d+) found, (\d+) holes", run.stdout)
    if run.returncode != 0 or int(counts[2]) < least:
        faults.append(f"{name}: expected at least {least} found and no holes:\n{run.stdout}{run.stderr}")
    print(f"{name}: {counts[0] if counts else 'failed'}")
    return run.stdout.splitlines()


# Barriers, counts of waits in loops, chains of matrix instructions, loads into LDS, reductions, calls.
code = {chip: foreign.compile(WORK, chip, 2) for chip in ["gfx942", "gfx950"]}
for chip, kernel, least in [("gfx950", "gemm", 8), ("gfx942", "gemm", 8), ("gfx950", "attention", 10), ("gfx950", "scan", 4),
                            ("gfx942", "layer_norm", 8), ("gfx950", "lds_dma", 4), ("gfx942", "doubles", 3)]:
    mutate(f"{kernel} {chip}", code[chip], foreign.launch(WORK, kernel), least)

# The assembly has nothing that is not needed.
arguments = [foreign.buffer("f16[64,48]"), foreign.buffer("f16[64,48]", 2), foreign.zeros("f32[64,64]"), foreign.i32(48)]
(WORK / "gemm.json").write_text(json.dumps({"kernel": "gemm", "grid": [1], "block": [256], "args": arguments}))
for chip, flags in [("gfx942", ["-Wa,-defsym,gfx942=1"]), ("gfx950", [])]:
    assembled = WORK / f"gemm-{chip}.co"
    subprocess.run(["clang", "-target", "amdgcn-amd-amdhsa", f"-mcpu={chip}", *flags, INPUTS / "gemm.s", "-o", assembled], check=True)
    for line in mutate(f"gemm.s {chip}", assembled, WORK / "gemm.json", 6):
        if line.endswith("no effect"):
            faults.append(f"gemm.s {chip}: {line}")
sys.exit("\n".join(faults) or 0)
