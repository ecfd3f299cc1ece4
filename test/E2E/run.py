# `kiln run FILE.mlir --device emulator` and a bundle in kiln-run give the numbers that NumPy gives, from one kernel in two targets.
# REQUIRES: compiler, numpy, kiln-run
# RUN: mkdir -p %t && %python %s %kernels %t
import pathlib
import subprocess
import sys

import numpy as np

KERNELS, WORK = map(pathlib.Path, sys.argv[1:])


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


rng = np.random.default_rng(3)
a, b = rng.standard_normal((37, 70)).astype(np.float16), rng.standard_normal((45, 70)).astype(np.float16)
np.save(WORK / "a.npy", a)
np.save(WORK / "b.npy", b)
exact = a.astype(np.float64) @ b.astype(np.float64).T
allowed = (70 + 1) * 2.0**-24 * (abs(a.astype(np.float64)) @ abs(b.astype(np.float64)).T)
matmul = KERNELS / "matmul.mlir"


def check(what):
    found = np.load(WORK / "c.npy")
    if found.shape != exact.shape or not (abs(found - exact) <= allowed).all():
        sys.exit(f"{what}: off by {abs(found - exact).max()}")
    (WORK / "c.npy").unlink()


arguments = ["--arg", f"npy:{WORK}/a.npy", "--arg", f"npy:{WORK}/b.npy", "--arg", f"zeros:f32[37,45],save={WORK}/c.npy"]
for device in ["interpreter", "emulator", "emulator:gfx942", "emulator:gfx950"]:
    run("kiln", "run", matmul, "--device", device, "--param", "T=f16", *arguments)
    check(f"kiln run {device}")

bundles = [WORK / "1.kiln", WORK / "2.kiln"]
for bundle in bundles:
    run("kiln", "compile", matmul, "--target", "gfx950,gfx942", "--param", "T=f16", "--emit", "bundle", "-o", bundle)
if bundles[0].read_bytes() != bundles[1].read_bytes():
    sys.exit("two bundles of one kernel differ")
for device in ["emulator:gfx942", "emulator:gfx950"]:
    run("kiln-run", "run", bundles[0], "--device", device, "--kernel", "matmul", *arguments)
    check(f"kiln-run {device}")

refused = [(["--arg", "random:f16[4,8]", "--arg", "random:f16[4,8]"], "takes 3 arguments"),
           (["--arg", "random:bf16[4,8]", *arguments[2:]], "expected f16, found bf16"),
           (["--param", "Align=16", "--arg", "random:f16[4,9]", "--arg", "random:f16[4,9]", "--arg", "zeros:f32[4,4]"],
            "has rows of 18 bytes; the kernel's type promises multiples of 16"),
           (["--arg", "random:f16[4]", *arguments[2:]], r"expected f16[?,?], found f16[4]")]
for given, reason in refused:
    done = subprocess.run(["kiln", "run", matmul, "--device", "emulator", "--param", "T=f16", *given], capture_output=True, text=True)
    if done.returncode != 1 or reason not in done.stderr:
        sys.exit(f"{given}: expected '{reason}', found {done.returncode} {done.stderr}")
