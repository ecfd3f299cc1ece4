# Every kernel of the library with every element type, transposed and not, on every target: machine code, or one error that
# says why not. Nothing else.
# REQUIRES: compiler, slow
# RUN: %python %s %kernels %targets
import concurrent.futures
import itertools
import os
import pathlib
import re
import subprocess
import sys

KERNELS, TARGETS = map(pathlib.Path, sys.argv[1:])
TYPES = ["f64", "f32", "f16", "bf16", "i8", "i32", "f8E4M3FN", "f8E5M2", "f8E4M3FNUZ", "f8E5M2FNUZ", "f6E2M3FN", "f6E3M2FN",
         "f4E2M1FN"]
SMALL = TYPES[6:]
SWITCH = ["false", "true"]


def variants(kernel):
    """Parameters to compile a kernel with."""
    if kernel.startswith("matmul") and kernel != "matmul_mx":
        for t, a, b in itertools.product(TYPES, SWITCH, SWITCH):
            acc = {"f64": "f64", "i8": "i32", "i32": "i32"}.get(t, "f32")
            yield {"T": t, "Acc": acc, "Out": acc, "TransA": a, "TransB": b, "BK": 128}
        for t in TYPES:
            acc = {"f64": "f64", "i8": "i32", "i32": "i32"}.get(t, "f32")
            yield {"T": t, "Acc": acc, "Out": t, "BK": 128, "Align": 16}
    elif kernel == "matmul_mx":
        for a, b in itertools.product(SMALL, SMALL):
            yield {"TA": a, "TB": b}
        for t in SMALL:
            yield {"TA": t, "TB": t, "Align": 16}
    else:
        for t, align in itertools.product(TYPES, [1, 16]):
            yield {"T": t, "Align": align}


def fault(case):
    """What is wrong with one compilation, or None."""
    file, kernel, target, params = case
    command = ["kiln", "compile", str(file), "--kernel", kernel, "--target", target, "--target-dir", str(TARGETS),
               "--emit", "obj"]
    for name, value in params.items():
        command += ["--param", f"{name}={value}"]
    done = subprocess.run(command, capture_output=True)
    said = done.stderr.decode(errors="replace")
    errors = len(re.findall(r": error: ", said))
    if done.returncode == 0 and done.stdout and not said:
        return None
    if done.returncode == 1 and errors == 1 and not done.stdout and "code generation" not in said:
        return None
    return f"{kernel} {target} {params}: status {done.returncode}, {errors} errors\n{said[:500]}"


cases = [(file, kernel, target, params)
         for file in sorted(KERNELS.glob("*.mlir"))
         for kernel in re.findall(r"^kernel\.func @(\w+)", file.read_text(), re.M)
         for params in variants(kernel)
         for target in ["gfx942", "gfx950", "sm_80", "sm_90a"]]
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    faults = [found for found in pool.map(fault, cases) if found]
sys.exit(f"{len(faults)} of {len(cases)} compilations:\n" + "\n".join(faults) if faults else 0)
