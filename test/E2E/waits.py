# Each wait in the pipelined loops of gfx950's matmul is needed: without it, the emulator (which lets memory arrive as late as the
# waits allow) computes a wrong product in one order of the waves or another. With all of them it computes the right one in both.
# A wait for both counters is written as two, lgkmcnt first: else reads of LDS would come back as late as that, after the copies.
# REQUIRES: compiler, numpy
# RUN: mkdir -p %t && %python %s %kernels %t
import pathlib
import re
import subprocess
import sys

import numpy as np

KERNELS, WORK = map(pathlib.Path, sys.argv[1:])
M, N, K = 64, 64, 288
rng = np.random.default_rng(4)


def bf16(shape):
    """Random values, and their codes: the upper half of f32's."""
    codes = (rng.standard_normal(shape).astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)
    return codes, (codes.astype(np.uint32) << 16).view(np.float32).astype(np.float64)


(aCodes, a), (bCodes, b) = bf16((M, K)), bf16((N, K))
for name, array in [("a", aCodes), ("b", bCodes), ("exact", a @ b.T)]:
    np.save(WORK / f"{name}.npy", array)
# A sum of K products of unit size; a wrong operand moves it by more than a thousandth.
ARGUMENTS = [f"npy:{WORK}/a.npy", f"i32:{M}", f"i32:{K}", f"npy:{WORK}/b.npy", f"i32:{N}", f"i32:{K}", f"zeros:f32[{M},{N}],save={WORK}/c.npy", f"i32:{M}", f"i32:{N}"]


def status(lines, threads):
    """Exit status of the emulator on an assembly text, 1 if the product is wrong in some order of the waves."""
    text = re.sub(r"s_waitcnt (vmcnt\(\d+\)) (lgkmcnt\(\d+\))", r"s_waitcnt \2\n\ts_waitcnt \1", "\n".join(lines) + "\n")
    (WORK / "m.s").write_text(text)
    assemble = ["clang", "-x", "assembler", "-target", "amdgcn-amd-amdhsa", "-mcpu=gfx950", WORK / "m.s", "-o", WORK / "m.co"]
    subprocess.run(assemble, check=True)
    command = ["kiln", "run", WORK / "m.co", "--device", "emulator", "--grid", "1", "--block", str(threads),
               "--check", f"6={WORK}/exact.npy", "--tolerance", "0,1e-3"]
    for argument in ARGUMENTS:
        command += ["--arg", argument]
    return max(subprocess.run([*command, "--policy", policy], capture_output=True).returncode for policy in ["short-turns", "one-ahead"])


faults = []
for schedule, waves in [("@matmul_8_waves", 8), ("@matmul_4_waves", 4)]:
    command = ["kiln", "compile", KERNELS / "matmul.mlir", "--target", "gfx950", "--schedule", schedule, "--param", "T=bf16",
               "--param", "Align=16", "--emit", "asm"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    if status(lines, waves * 64) != 0:
        faults.append(f"{schedule}: wrong as it is")
    # The waits for copies into LDS: from the first such copy to the end of what follows the loop. A wait after vmcnt(0)
    # with no copy in between has nothing to wait for.
    inFlight, tried = False, 0
    for number, line in enumerate(lines):
        inFlight |= bool(re.match(r"\s*buffer_load_dwordx4 .* lds", line))
        wait = re.match(r"\s*s_waitcnt vmcnt\((\d+)\)", line)
        if not wait or not inFlight:
            continue
        inFlight = wait[1] != "0"
        tried += 1
        without = list(lines)
        without[number] = re.sub(r"vmcnt\(\d+\)", "vmcnt(63)", line)
        if status(without, waves * 64) != 1:
            faults.append(f"{schedule}: nothing is wrong without line {number + 1}: {line}")
    print(f"{schedule}: {tried} waits")
    if tried < 6:
        faults.append(f"{schedule}: found {tried} waits for copies into LDS, expected one for each of at least 6 phases")
sys.exit("\n".join(faults) or 0)
