# A launch file with what production launches need: addresses in a struct passed by value and in a buffer, random and stored
# arrays, a scalar of one byte, paths beside the file. The whole argument segment as one piece of bytes says the same.
# REQUIRES: kiln, numpy
# RUN: rm -rf %t && mkdir -p %t/files && %python %s %t %S/Inputs
import json
import pathlib
import struct
import subprocess
import sys

import numpy as np

WORK, INPUTS = map(pathlib.Path, sys.argv[1:])
COUNT, SHIFT = 150, 1
code = WORK / "pointers.co"
subprocess.run(["clang", "-x", "cl", "-target", "amdgcn-amd-amdhsa", "-mcpu=gfx942", "-nogpulib", "-O2", "-w", INPUTS / "pointers.cl", "-o", code],
               check=True)
rng = np.random.default_rng(8)
data = rng.integers(-100, 100, 192).astype(np.float32)  # small integers and halves: every sum is exact
rows = rng.integers(-100, 100, (2, 96)).astype(np.float32)
np.save(WORK / "files/data.npy", data)
np.save(WORK / "files/rows.npy", rows)
item = np.arange(192)
expected = np.where(item < COUNT, data / 2 + rows[item & 1, item >> SHIFT], 0).astype(np.float32)


def run(name, arguments, output):
    """Runs a launch from another folder than the file's; the output is what it saves."""
    launch = {"kernel": "gather", "grid": [3, 1, 1], "block": [64], "dynamic_lds": 256, "args": arguments}
    (WORK / f"files/{name}.json").write_text(json.dumps(launch))
    done = subprocess.run(["kiln", "run", code, "--device", "emulator:gfx942", "--launch", WORK / f"files/{name}.json", "--json"],
                          capture_output=True, text=True)
    result = json.loads(done.stdout)
    assert done.returncode == 0 and result["status"] == "ok" and result["findings"] == [], done.stdout
    assert (np.load(WORK / f"files/{output}") == expected).all(), name


# Struct, table, out, shift; behind them what the struct and the table point to.
table = {"zeros": "u64[2]", "pointers": [{"at": 0, "to": 5}, {"at": 8, "to": 5, "plus": 4 * 96}]}
buffers = [{"npy": "data.npy"}, {"npy": "rows.npy"}]
value = {"bytes": struct.pack("<Qif", 0, COUNT, 0.5).hex(), "pointers": [{"at": 0, "to": 4, "plus": 0}]}
run("struct", [value, table, {"zeros": "f32[192]", "save": "out.npy"}, {"u8": SHIFT}, *buffers], "out.npy")

# The same as one segment: the struct at 0, addresses at 16 and 24, the byte at 32.
segment = {"bytes": struct.pack("<QifQQB", 0, COUNT, 0.5, 0, 0, SHIFT).hex(),
           "pointers": [{"at": 0, "to": 3}, {"at": 16, "to": 1}, {"at": 24, "to": 2}]}
table = {"zeros": "u64[2]", "pointers": [{"at": 0, "to": 4}, {"at": 8, "to": 4, "plus": 4 * 96}]}
run("segment", [segment, table, {"zeros": "f32[192]", "save": "whole.npy"}, *buffers], "whole.npy")

# A buffer too many that nobody points to is an error.
launch = json.loads((WORK / "files/struct.json").read_text())
launch["args"].append({"zeros": "f32[4]"})
(WORK / "files/more.json").write_text(json.dumps(launch))
done = subprocess.run(["kiln", "run", code, "--launch", WORK / "files/more.json"], capture_output=True, text=True)
assert done.returncode == 1 and "7 arguments: kernel 'gather' takes 4" in done.stderr, done.stderr

# AMD's hand-written code objects sometimes say a segment smaller than their arguments; all of these are passed.
key = b".kernarg_segment_size"
image = bytearray(code.read_bytes())
at = image.index(key) + len(key)
assert 28 < image[at] < 0x80, "a small number is one byte (MessagePack)"
image[at] = 28
code = WORK / "small-segment.co"
code.write_bytes(image)
run("segment", [segment, table, {"zeros": "f32[192]", "save": "whole.npy"}, *buffers], "whole.npy")
