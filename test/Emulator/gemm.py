# The hand-written matrix assembly computes the product: small integers, so that every sum is exact.
# REQUIRES: kiln, numpy
# RUN: mkdir -p %t && %python %s %t %S/Inputs
import pathlib
import subprocess
import sys

import numpy as np

WORK, INPUTS = map(pathlib.Path, sys.argv[1:])
rng = np.random.default_rng(3)
a, b = (rng.integers(-8, 9, (64, 80)).astype(np.float16) for _ in range(2))
for name, array in [("a", a), ("b", b), ("c", a.astype(np.float32) @ b.astype(np.float32).T)]:
    np.save(WORK / f"{name}.npy", array)
for chip, flags in [("gfx942", ["-Wa,-defsym,gfx942=1"]), ("gfx950", [])]:
    code = WORK / f"gemm-{chip}.co"
    subprocess.run(["clang", "-target", "amdgcn-amd-amdhsa", f"-mcpu={chip}", *flags, INPUTS / "gemm.s", "-o", code], check=True)
    subprocess.run(["kiln", "run", code, "--grid", "1", "--block", "256", "--arg", f"npy:{WORK}/a.npy", "--arg", f"npy:{WORK}/b.npy",
                    "--arg", "zeros:f32[64,64]", "--arg", "i32:80", "--check", f"2={WORK}/c.npy", "--tolerance", "0"], check=True)
