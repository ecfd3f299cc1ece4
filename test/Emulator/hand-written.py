# Assembly as it is written by hand, with what compilers seldom emit, against NumPy: no finding, and the same numbers in
# every order of waves and at every time of memory.
# REQUIRES: kiln, numpy
# RUN: %python %s %S/Inputs %t.dir
import os
import subprocess
import sys

INPUTS, WORK = sys.argv[1:3]
sys.path[:0] = [INPUTS, f"{INPUTS}/assembly"]
import cases_buffers
import cases_lanes
import cases_matrices
import cases_registers
import cases_synchronisation
from launches import EXECUTIONS, faults

os.makedirs(WORK, exist_ok=True)
wrong = []
for chip in ("gfx942", "gfx950"):
    for module in (cases_buffers, cases_lanes, cases_matrices, cases_registers, cases_synchronisation):
        name = module.__name__.removeprefix("cases_")
        code = f"{WORK}/{name}-{chip}.co"
        subprocess.run(["clang", "-target", "amdgcn-amd-amdhsa", f"-mcpu={chip}", f"-Wa,-defsym,{chip}=1", f"-I{INPUTS}/assembly", "-x", "assembler",
                        f"{INPUTS}/assembly/{name}.s", "-o", code], check=True)
        for number, case in enumerate(module.cases(chip)):
            for options in EXECUTIONS if module is cases_synchronisation else [EXECUTIONS[number % len(EXECUTIONS)]]:
                wrong += faults(WORK, code, chip, case, options)
sys.exit("\n".join(wrong) or 0)
