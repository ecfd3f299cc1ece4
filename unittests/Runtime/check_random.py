"""The generator that docs/runtime.md shows gives what the launch format gives: check_random.py KILN-RUN DOCS CODE-OBJECT."""
import os
import re
import subprocess
import sys
import tempfile

import numpy as np

kiln_run, docs, code = sys.argv[1:]
exec(re.search(r"```python\n(.*?)```", open(docs).read(), re.S).group(1))
cases = [("bf16", 16, 7, 127), ("f16", 16, 10, 15), ("f32", 32, 23, 127), ("f64", 64, 52, 1023), ("f8E4M3FN", 8, 3, 7),
         ("f8E5M2FNUZ", 8, 2, 16), ("f8E8M0FNU", 8, 0, 127, False), ("f4E2M1FN", 4, 1, 1), ("f6E3M2FN", 6, 2, 3)]
with tempfile.TemporaryDirectory() as folder:
    for name in [case[0] for case in cases] + ["i16", "i8"]:
        # A kernel that only reads its first argument: 256 bytes of it.
        args = [f"random:{name}[512],seed=11,save={folder}/{name}.npy", "zeros:f32[64]", "i32:0", "i32:0"]
        subprocess.run([kiln_run, "run", code, "--device", "emulator:gfx950", "--kernel", "reverse", "--grid", "1", "--block",
                        "64", "--dynamic-lds", "256", *[x for a in args for x in ("--arg", a)]],
                       check=True, stdout=subprocess.DEVNULL)
    for name, bits, *rest in cases:
        found = np.load(os.path.join(folder, name + ".npy"))
        if bits < 8:
            stream = np.unpackbits(found.view(np.uint8), bitorder="little").reshape(-1, bits)
            found = (stream << np.arange(bits)).sum(1)
        else:
            found = found.view(f"u{bits // 8}")
        assert (found == random_codes(11, 512, bits, *rest)).all(), name
    # Integers are the top bits, never 0; of 512 bytes some are.
    for bits in (8, 16):
        found, top = np.load(os.path.join(folder, f"i{bits}.npy")), splitmix64(11, 512) >> np.uint64(64 - bits)
        assert (found.view(f"u{bits // 8}") == np.maximum(top, np.uint64(1))).all(), f"i{bits}"
    assert ((splitmix64(11, 512) >> np.uint64(56)) == 0).any(), "no zero to replace"
