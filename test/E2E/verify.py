# Every kernel x number format x target: the machine code, executed by the emulator, computes what the interpreter does. Two
# shapes of each here; with lit -Dslow=1 (make check-slow) all of them, which are at least 8.
# REQUIRES: compiler
# RUN: %python %s %kernels gfx950 --first 2
# RUN: %python %s %kernels gfx942 --first 2
# RUN: %if slow %{ %python %s %kernels gfx950 %}
# RUN: %if slow %{ %python %s %kernels gfx942 %}
import json
import pathlib
import subprocess
import sys

KERNELS, TARGET, OPTIONS = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
# CDNA3's 8-bit floats are FNUZ, CDNA4's are OCP's; 6 and 4 bits and block scales came with CDNA4; neither sums in f16 (CDNA3 and
# CDNA4 ISA, 7.1).
ABSENT = {"gfx942": {"f8E4M3FN", "f8E5M2", "f6E2M3FN", "f6E3M2FN", "f4E2M1FN", "Acc=f16"},
          "gfx950": {"f8E4M3FNUZ", "f8E5M2FNUZ", "Acc=f16"}}[TARGET]


def lacks(parameters):
    """Whether the target lacks one of these values, or that of this parameter."""
    return any(ABSENT & {str(value), f"{name}={value}"} for name, value in parameters)


faults = []
for file in sorted(KERNELS.glob("*.mlir")):
    cases = json.loads(file.with_suffix(".cases.json").read_text())
    if not OPTIONS and any(len(group["sizes"]) < 8 for group in cases):
        faults.append(f"{file.name}: fewer than 8 shapes")
    done = subprocess.run(["kiln", "verify", file, "--target", TARGET, "--json", *OPTIONS], capture_output=True, text=True)
    if not done.stdout:
        faults.append(f"{file.name}: {done.stderr}")
        continue
    report = json.loads(done.stdout)
    shapes = sum((len(group["sizes"]) if not OPTIONS else int(OPTIONS[1])) * len(group["parameters"]) for group in cases)
    lacking = 0
    for case in report["cases"]:
        if (case["status"] == "refused") != lacks(item.split("=") for item in case["parameters"].split()):
            faults.append(f"{file.name} {case['parameters']}: {case['status']} {case['detail']}")
        if case["status"] == "wrong":
            faults.append(f"{file.name} {case['parameters']} {case['sizes']}: {case['detail']}")
        lacking += case["status"] == "refused"
    refused = [group for group in cases for entry in group["parameters"] if lacks(entry.items())]
    expected = shapes - sum(len(group["sizes"]) if not OPTIONS else int(OPTIONS[1]) for group in refused)
    if report["right"] + report["wrong"] != expected or lacking != len(refused):
        faults.append(f"{file.name}: {report['right']} right, {report['wrong']} wrong, {lacking} refused; expected {expected} "
                      f"launches and {len(refused)} refusals")
    if (done.returncode == 0) != (report["right"] > 0 and report["wrong"] == 0):
        faults.append(f"{file.name}: exit status {done.returncode}")
    print(f"{file.name} {TARGET}: {report['right']} right, {report['wrong']} wrong, {lacking} refused")
sys.exit("\n".join(faults) or 0)
