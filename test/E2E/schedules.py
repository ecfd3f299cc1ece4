# Every schedule of a target's own gives the kernel's numbers.
# REQUIRES: compiler
# RUN: %python %s %kernels %targets gfx950 quick
# RUN: %python %s %kernels %targets gfx942 quick
# RUN: %if slow %{ %python %s %kernels %targets gfx950 %}
# RUN: %if slow %{ %python %s %kernels %targets gfx942 %}
import itertools
import pathlib
import re
import subprocess
import sys

KERNELS, TARGETS, TARGET, QUICK = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3], "quick" in sys.argv[4:]
# One tile with less than a round of steps, and several with a ragged edge, a steady loop and a tail of less than a step. Rows are as long as
# the schedules' kernels promise.
SHAPES = {"matmul": "16x272x144,272x16x1072", "matmul_mx": "16x272x128,272x16x1664"}
SEQUENCE = re.compile(r"named_sequence @(\w+)\(.*?schedule\.kernel = \"(\w+)\"(?:,\s*schedule\.when = \{(.*?)\})?\}", re.S)

faults, tried = [], 0
for file in sorted((TARGETS / TARGET / "schedules").glob("*.mlir")):
    for name, kernel, conditions in SEQUENCE.findall(file.read_text()):
        # A parameter may have one of several values, and so may its transpositions if nothing is said of them.
        values = {parameter: re.findall(r"\w+", value) for parameter, value in re.findall(r"(\w+) = (\[[^]]*\]|\w+)", conditions)}
        if kernel == "matmul":
            values = {"TransA": ["false", "true"], "TransB": ["true", "false"]} | values
        if QUICK: # the first value of each
            values = {parameter: list_[:1] for parameter, list_ in values.items()}
        for choice in itertools.product(*values.values()):
            command = ["kiln", "verify", KERNELS / f"{kernel.replace('_', '-')}.mlir", "--kernel", kernel, "--target", TARGET,
                       "--schedule", f"@{name}", "--shapes", SHAPES[kernel]]
            for parameter, value in zip(values, choice):
                command += ["--param", f"{parameter}={value}"]
            if kernel == "matmul" and "Out" not in values:
                command += ["--param", "Out=" + ("i32" if "i32" in choice else "f32")]
            done = subprocess.run(command, capture_output=True, text=True)
            print(name, choice, done.stdout.splitlines()[-1:], done.stderr)
            tried += 1
            if done.returncode != 0:
                faults.append(f"{name} {choice}: {done.stdout}{done.stderr}")
if not tried:
    faults.append("found no schedules")
sys.exit("\n".join(faults) or 0)
