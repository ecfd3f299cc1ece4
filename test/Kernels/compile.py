# Every kernel of the library compiles for every target with the generic schedule, or is refused with the reason.
# REQUIRES: compiler
# RUN: %python %s %kernels %targets
import pathlib
import re
import subprocess
import sys

KERNELS, TARGETS = map(pathlib.Path, sys.argv[1:])
# Block-scaled matrix instructions exist on gfx950 only.
REFUSED = {("matmul_mx", "gfx942"), ("matmul_mx", "sm_80"), ("matmul_mx", "sm_90a")}

targets = ["gfx942", "gfx950", "sm_80", "sm_90a"]
faults = []
for file in sorted(KERNELS.glob("*.mlir")):
    for kernel in re.findall(r"^kernel\.func @(\w+)", file.read_text(), re.M):
        for target in targets:
            command = ["kiln", "compile", file, "--kernel", kernel, "--target", target, "--target-dir", TARGETS]
            done = subprocess.run(command, capture_output=True, text=True)
            if (kernel, target) in REFUSED:
                reason = f"for which {target} has no matrix instruction; it multiplies"
                if done.returncode != 1 or reason not in done.stderr:
                    faults.append(f"{kernel} {target}: expected a refusal, found {done.returncode}\n{done.stderr}")
            elif done.returncode != 0 or not done.stdout.strip():
                faults.append(f"{kernel} {target}: {done.returncode}\n{done.stderr}")
sys.exit("\n".join(faults) or 0)
