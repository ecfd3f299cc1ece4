"""What is copied to the machine with the device stays small and needs libc alone: check_binaries.py KILN-RUN LIBKILN-RUNTIME.so."""
import os
import re
import subprocess
import sys

LIBC = {"libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
for path, most in zip(sys.argv[1:], (3_000_000, 200_000), strict=True):
    size = os.path.getsize(path)
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", subprocess.run(["readelf", "-d", path], capture_output=True, text=True, check=True).stdout))
    assert size < most, f"{path} has {size} bytes, allowed are {most}"
    assert needed and needed <= LIBC, f"{path} needs {sorted(needed - LIBC)}"
    print(f"{path}: {size} bytes, needs {', '.join(sorted(needed))}")
