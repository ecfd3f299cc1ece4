# One kernel on several devices: `kiln verify` on the emulator and, through the runtime, on HIP over the emulator, in one table;
# the same cases from a bundle on a machine without the compiler; `kiln run` on HIP. A wrong number fails everywhere.
# REQUIRES: compiler, numpy, jsonschema, kiln-run
# RUN: mkdir -p %t && env LD_LIBRARY_PATH=%build/lib/hip-on-emulator %python %s %kernels %t %root/docs/bundle.schema.json
import json
import pathlib
import re
import subprocess
import sys
import zipfile

import jsonschema
import numpy as np

KERNELS, WORK, SCHEMA = map(pathlib.Path, sys.argv[1:])
softmax = KERNELS / "softmax.mlir"


def run(status, *command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != status:
        sys.exit(f"{command}: {done.returncode}, expected {status}\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def expect(found, *wanted):
    for text in wanted:
        if text not in found:
            sys.exit(f"expected '{text}' in\n{found}")


# Two devices, two targets: HIP's device is a gfx950, the emulator runs both.
both = ["--device", "emulator", "--device", "hip:0"]
report = json.loads(run(0, "kiln", "verify", softmax, "--target", "gfx942,gfx950", *both, "--param", "T=f32", "--shapes", "3x70,1x1", "--json"))
rows = [(case["device"], case["target"], case["sizes"]) for case in report["cases"]]
places = [("emulator", "gfx942"), ("emulator", "gfx950"), ("hip:0", "gfx950")]
if report["right"] != 6 or rows != [(*place, sizes) for sizes in ("R=3 C=70", "R=1 C=1") for place in places]:
    sys.exit(f"unexpected report: {report}")
if any(case["instructions"] == 0 for case in report["cases"] if case["device"] == "emulator"):
    sys.exit("the emulator has not run")

# A device that runs none of the targets runs its own; a target that no device runs is an error, not a silence.
expect(run(0, "kiln", "verify", softmax, "--target", "gfx942", *both, "--param", "T=f32", "--shapes", "1x5"),
       "right   gfx942 emulator softmax", "right   gfx950 hip:0 softmax", "2 right, 0 wrong, 0 refused")
expect(run(1, "kiln", "verify", softmax, "--target", "gfx950,sm_90a", "--device", "emulator"), "--target sm_90a: none of the devices runs it (emulator)")
expect(run(1, "kiln", "verify", softmax, "--target", "gfx950", "--device", "vulkan:0"), "'vulkan:0' names no driver")
expect(run(1, "kiln", "verify", softmax, "--device", "emulator:gfx90a"), "the emulator knows gfx942 and gfx950")
expect(run(2, "kiln", "verify", softmax, "--bundle", WORK / "none.kiln"), "--bundle needs --target")

# Cases in a bundle: the same bytes for the same input, and the same verdict without the compiler.
bundles = [WORK / "1.kiln", WORK / "2.kiln"]
for bundle in bundles:
    expect(run(0, "kiln", "verify", softmax, "--target", "gfx950,sm_90a", "--shapes", "3x70,1x1", "--bundle", bundle), "3 kernels, 6 cases")
if bundles[0].read_bytes() != bundles[1].read_bytes():
    sys.exit("two bundles of the same cases differ")
# Groups of cases that a request gives the same parameters have one kernel, and the same case once.
same = [f"--param={name}" for name in ("T=bf16", "Acc=f32", "Out=f32", "TransA=false", "TransB=true", "Align=16")]
expect(run(0, "kiln", "verify", KERNELS / "matmul.mlir", "--target", "gfx950", *same, "--shapes", "1x8x8", "--bundle", WORK / "same.kiln"),
       "1 kernel, 1 case")
# Where the arguments of a case rest on another value of a parameter than the request's, it is left out: A is [M,K] or [K,M].
expect(run(0, "kiln", "verify", KERNELS / "matmul.mlir", "--target", "gfx950", "--param=T=bf16", "--param=TransA=true", "--param=TransB=false",
           "--shapes", "8x16x0"), "2 right, 0 wrong, 0 refused")
found = run(0, "kiln-run", "verify", bundles[0], *both, "--json")
report = json.loads(found)
manifest = json.loads(zipfile.ZipFile(bundles[0]).read("manifest.json"))
if report["right"] != 2 * len(manifest["cases"]) or len(manifest["cases"]) < 4:
    sys.exit(found)
if {variant["target"] for kernel in manifest["kernels"] for variant in kernel["variants"]} != {"gfx950", "sm_90a"}:
    sys.exit("a target is missing")
jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(manifest)
if any(set(argument) & {"npy", "save"} for case in manifest["cases"] for argument in case["args"]):
    sys.exit("a case names a file")

# An empty sum: rows without elements keep every promise about alignment.
expect(run(0, "kiln", "verify", KERNELS / "matmul.mlir", "--target", "gfx950", *both, "--param", "Align=16", "--param", "T=bf16", "--shapes", "5x8x0,5x8x16"),
       "hip:0 matmul Align=16 Out=f32 T=bf16 M=5 N=8 K=0: equal", " 0 wrong")

# kiln run: the kernel and a bundle of it on HIP, against NumPy.
x = np.random.default_rng(5).standard_normal((5, 33)).astype(np.float32)
np.save(WORK / "x.npy", x)
e = np.exp(x.astype(np.float64) - x.max(1, keepdims=True))
np.save(WORK / "expected.npy", e / e.sum(1, keepdims=True))
arguments = ["--arg", f"npy:{WORK}/x.npy", "--arg", "zeros:f32[5,33]", "--check", f"1={WORK}/expected.npy", "--tolerance", "1e-5"]
run(0, "kiln", "compile", softmax, "--target", "gfx950,gfx942", "--param", "T=f32", "--emit", "bundle", "-o", WORK / "softmax.kiln")
for file, device in [(softmax, "hip:0"), (WORK / "softmax.kiln", "hip:0"), (WORK / "softmax.kiln", "emulator:gfx942")]:
    params = ["--param", "T=f32"] if file == softmax else []
    expect(run(0, "kiln", "run", file, "--device", device, *params, *arguments), f"softmax on {device}", "165 elements, 0 wrong")

# The bare code object on the same devices: what the machine code receives, and its geometry, are the caller's to say.
made = json.loads(run(0, "kiln", "compile", softmax, "--target", "gfx950", "--param", "T=f32", "--emit", "obj", "-o", WORK / "softmax.co", "--json"))[0]
grid = eval(re.sub(r"[a-z]+\.0", "5", made["grid"]), {"ceildiv": lambda a, b: -(-a // b)})
code = ["--kernel", "softmax", "--grid", grid, "--block", made["threads"], "--arg", f"npy:{WORK}/x.npy", "--arg", "i32:5", "--arg", "i32:33",
        "--arg", "zeros:f32[5,33]", "--arg", "i32:5", "--arg", "i32:33", "--check", f"3={WORK}/expected.npy", "--tolerance", "1e-5"]
for device in ["emulator", "hip:0"]:
    expect(run(0, "kiln", "run", WORK / "softmax.co", "--device", device, *code), "165 elements, 0 wrong")
expect(run(0, "kiln-run", "run", WORK / "softmax.co", "--device", "emulator:gfx950", *code), "165 elements, 0 wrong")

expect(run(2, "kiln", "run", WORK / "softmax.kiln", "--device", "hip:0", "--counters", *arguments), "need the emulator and a kernel (.mlir) or a code object")
np.save(WORK / "expected.npy", e)
expect(run(1, "kiln", "run", softmax, "--device", "hip:0", "--param", "T=f32", *arguments), "wrong; max absolute error")
expect(run(2, "kiln", "run", softmax, "--device", "vulkan:0", *arguments), "unknown device 'vulkan:0'; known are interpreter")
