# Algorithms in HIP C++ as clang compiles them, against NumPy and with all observers: no finding, and the same numbers in every order
# of waves and at every time of memory. `all` takes every level of optimisation, code object version and variant of a feature.
# REQUIRES: kiln, numpy
# RUN: %python %s %S/Inputs %t.dir
import os
import subprocess
import sys

INPUTS, WORK = sys.argv[1:3]
sys.path[:0] = [INPUTS]
import cases_algorithms
from launches import EXECUTIONS, faults

GLOBAL_ISEL = ["-mllvm", "-global-isel", "-mllvm", "-global-isel-abort=2"]
BUILDS = [["-O2"], ["-O0", "-mcode-object-version=4"]]
if sys.argv[3:] == ["all"]:
    BUILDS = [["-O0"], ["-O1", "-mcode-object-version=4"], ["-O2", "-mcode-object-version=6"], ["-O3", "-mtgsplit"], ["-Os"], ["-O0", *GLOBAL_ISEL], ["-O2", *GLOBAL_ISEL],
              ["-O3", "-mllvm", "-amdgpu-kernarg-preload-count=16"], ["-O2", "-ffast-math"], ["-O3", "-munsafe-fp-atomics"]]

os.makedirs(WORK, exist_ok=True)
wrong, runs = [], 0
for chip in ("gfx942", "gfx950"):
    for target in (chip, f"{chip}:xnack+:sramecc+"):
        for number, flags in enumerate(BUILDS):
            code = f"{WORK}/{target.replace(':', '')}-{number}.co"
            subprocess.run(["clang", "-x", "hip", f"--offload-arch={target}", "--offload-device-only", "--no-gpu-bundle-output", "-nogpuinc", "-nogpulib", "-w", *flags,
                            f"{INPUTS}/algorithms.hip", "-o", code], check=True)
            for case in cases_algorithms.cases(chip):
                runs += 1
                wrong += [f"{' '.join(flags)}: {line}" for line in faults(WORK, code, chip, case, EXECUTIONS[runs % len(EXECUTIONS)])]
        if sys.argv[3:] != ["all"]:
            break
print(runs, "runs")
sys.exit("\n".join(wrong) or 0)
