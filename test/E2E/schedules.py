# Every schedule of a target's own gives the kernel's numbers.
# REQUIRES: compiler
# RUN: %python %s %kernels %targets gfx950 --first 2
# RUN: %if slow %{ %python %s %kernels %targets gfx950 %}
import pathlib
import re
import subprocess
import sys

KERNELS, TARGETS, TARGET, OPTIONS = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3], sys.argv[4:]
SEQUENCE = re.compile(r"named_sequence @(\w+)\(.*?schedule\.kernel = \"(\w+)\"(?:,\s*schedule\.when = \{(.*?)\})?\}", re.S)

faults, tried = [], 0
for file in sorted((TARGETS / TARGET / "schedules").glob("*.mlir")):
    for name, kernel, conditions in SEQUENCE.findall(file.read_text()):
        command = ["kiln", "verify", KERNELS / f"{kernel.replace('_', '-')}.mlir", "--kernel", kernel, "--target", TARGET,
                   "--schedule", f"@{name}", *OPTIONS]
        for parameter, value in re.findall(r"(\w+) = (\w+)", conditions):
            command += ["--param", f"{parameter}={value}"]
        done = subprocess.run(command, capture_output=True, text=True)
        print(name, done.stdout.splitlines()[-1:], done.stderr)
        tried += 1
        if done.returncode != 0:
            faults.append(f"{name}: {done.stdout}{done.stderr}")
if not tried:
    faults.append("found no schedules")
sys.exit("\n".join(faults) or 0)
