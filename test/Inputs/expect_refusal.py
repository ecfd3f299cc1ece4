"""Runs a command that must refuse its input: `expect_refusal.py [--usage] COMMAND...`.

It must end with status 1 (2 with --usage: the command line itself is wrong), say exactly one error (notes may follow
it), print nothing on the standard output and leave no file behind where -o points. Its error text goes to our
standard output, for FileCheck.
"""
import os
import re
import subprocess
import sys

command = sys.argv[1:]
expected = 1
if command[0] == "--usage":
    expected = 2
    command.pop(0)

output = command[command.index("-o") + 1] if "-o" in command else None
folder = os.path.dirname(output) if output else None
before = set(os.listdir(folder)) if folder and os.path.isdir(folder) else None
done = subprocess.run(command, capture_output=True, text=True, timeout=120)
print(done.stderr, end="")

faults = []
if done.returncode != expected:
    faults.append(f"exit status {done.returncode}, expected {expected}")
if expected == 1 and len(re.findall(r"(?:^|: )error: ", done.stderr, re.M)) != 1:
    faults.append("expected exactly one error")
if done.stdout:
    faults.append(f"{len(done.stdout)} characters on the standard output, expected none")
if before is not None and set(os.listdir(folder)) != before:
    faults.append(f"left behind {sorted(set(os.listdir(folder)) - before)}")
sys.exit("\n".join(faults) or 0)
