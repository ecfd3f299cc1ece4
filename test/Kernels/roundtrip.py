# Every kernel of the library parses, verifies and prints as itself.
# REQUIRES: compiler
# RUN: %python %s %kernels
import pathlib, subprocess, sys

files = sorted(pathlib.Path(sys.argv[1]).glob("*.mlir"))
assert files
for file in files:
    subprocess.run(["kiln-opt", file, "--verify-roundtrip"], check=True, stdout=subprocess.DEVNULL)
