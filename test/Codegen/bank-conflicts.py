# Tuned matmuls read shared memory without a bank conflict: as computed from their layouts, which `--emit staged` notes on each buffer,
# and as counted by the emulator, which knows addresses and no layouts.
# REQUIRES: compiler
# RUN: %python %s %kernels %targets %t
import json
import pathlib
import re
import subprocess
import sys

KERNELS, TARGETS, WORK = map(pathlib.Path, sys.argv[1:])
WORK.mkdir(parents=True, exist_ok=True)
F8, I8 = {"T": "f8E4M3FN"}, {"T": "i8", "Acc": "i32", "Out": "i32"}
MX8 = {"TA": "f8E4M3FN", "TB": "f8E4M3FN"}
TUNED = [("gfx950", "matmul", "matmul_8_waves", {}), ("gfx950", "matmul", "matmul_4_waves", {}),
         ("gfx950", "matmul", "matmul_4_waves", {"TransA": "true"}), ("gfx950", "matmul", "matmul_ping_pong", {}),
         ("gfx950", "matmul", "matmul_ping_pong", {"TransB": "false"}), ("gfx950", "matmul", "matmul_8_waves", {"TransB": "false"}),
         ("gfx950", "matmul", "matmul_8_waves", {"T": "f16", "TransA": "true"}), ("gfx950", "matmul", "matmul_bytes", F8),
         ("gfx950", "matmul", "matmul_bytes_8_waves", F8), ("gfx950", "matmul", "matmul_integers", I8),
         ("gfx950", "matmul_mx", "matmul_mx_nibbles", {}), ("gfx950", "matmul_mx", "matmul_mx_bytes", MX8),
         ("gfx950", "matmul_mx", "matmul_mx_bytes", {"TA": "f8E4M3FN"}), ("gfx950", "matmul_mx", "matmul_mx_bytes", {"TB": "f8E4M3FN"}),
         ("gfx942", "matmul", "matmul_8_waves", {}), ("gfx942", "matmul", "matmul_bytes", {"T": "f8E4M3FNUZ"}),
         ("gfx942", "matmul", "matmul_integers", I8)]
# Of A and B together, where schedules cut them.
PARTS = {("gfx950", "matmul_8_waves"): 3, ("gfx950", "matmul_4_waves"): 4, ("gfx950", "matmul_ping_pong"): 4, ("gfx950", "matmul_bytes"): 4, ("gfx950", "matmul_mx_nibbles"): 3,
         ("gfx950", "matmul_mx_bytes"): 5}


def compile(stage, target, kernel, schedule, params, *more):
    command = ["kiln", "compile", KERNELS / f"{kernel.replace('_', '-')}.mlir", "--target", target, "--target-dir", TARGETS,
               "--schedule", f"@{schedule}", "--param", "Align=16", "--emit", stage, *more]
    if kernel == "matmul_mx":
        command += ["--param", "AlignScales=4"]
    for name, value in params.items():
        command += ["--param", f"{name}={value}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def counted(target, schedule, params):
    """Each read of shared memory and its conflicts, in a matmul of one tile and a few rounds."""
    compile("obj", target, "matmul", schedule, params, "-o", WORK / "m.co")
    threads = 256 if "4_waves" in schedule else 512
    K = 288
    command = ["kiln", "run", WORK / "m.co", "--device", "emulator", "--grid", "1", "--block", str(threads), "--counters", "--json"]
    for argument in [f"random:bf16[256,{K}],seed=1", "i32:256", f"i32:{K}", f"random:bf16[256,{K}],seed=2", "i32:256", f"i32:{K}",
                     "zeros:f32[256,256]", "i32:256", "i32:256"]:
        command += ["--arg", argument]
    report = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return [(one["text"], one["lds_conflicts"]) for one in report["counters"]["memory_instructions"] if one["text"].startswith("ds_read")]


faults = []
for target, kernel, schedule, params in TUNED:
    # Of reads of single bytes, as of scales, the machines' facts say nothing.
    conflicts = re.findall(r"stage\.alloc .*?\{conflicts = (\d+)", compile("staged", target, kernel, schedule, params))
    if len(conflicts) != PARTS.get((target, schedule), 2) or any(count != "0" for count in conflicts):
        faults.append(f"{target} {schedule} {params}: conflicts {conflicts}")
for target, schedule in [("gfx950", "matmul_8_waves"), ("gfx950", "matmul_4_waves"), ("gfx950", "matmul_ping_pong"), ("gfx942", "matmul_8_waves")]:
    reads = counted(target, schedule, {})
    print(target, len(reads), "reads")
    if len(reads) < 48 or any(count for _, count in reads):
        faults.append(f"{target} {schedule}: counted {[read for read in reads if read[1]] or reads}")
# The measure itself sees conflicts: without an order of its own a tile has some.
plain = WORK / "plain.mlir"
text = (TARGETS / "gfx950/schedules/matmul.mlir").read_text()
plain.write_text(text.replace("@load_to_shared_b128 :", "@load_to_shared_b128 swizzle [0, 0] :"))
staged = subprocess.run(["kiln", "compile", KERNELS / "matmul.mlir", "--target", "gfx950", "--target-dir", TARGETS, "--schedule", plain,
                         "--param", "Align=16", "--emit", "staged"], capture_output=True, text=True, check=True).stdout
if not all(int(count) > 0 for count in re.findall(r"stage\.alloc .*?\{conflicts = (\d+)", staged) or ["0"]):
    faults.append("rows in order have no conflicts either")
sys.exit("\n".join(faults) or 0)
