# Every wait, wait state and barrier of our kernels' code is taken out: the observers find it, or the result does not change. As
# the code is, they find nothing. Bundles say how the kernels are launched.
# REQUIRES: compiler, emulator-mutations
# RUN: mkdir -p %t && %python %s %kernels %t
import json
import pathlib
import re
import subprocess
import sys
import zipfile

KERNELS, WORK = map(pathlib.Path, sys.argv[1:])

# Kernel, options, shapes of its tensors (the last one is the output), scalars, how many mutations must be found.
RUNS = [
    ("matmul", ["--param", "Align=16", "--schedule", "@matmul_8_waves"], "gfx950", [(64, 288), (64, 288), (64, 64)], {}, 12),
    ("matmul", ["--param", "Align=16", "--schedule", "@matmul_4_waves"], "gfx950", [(64, 288), (64, 288), (64, 64)], {}, 12),
    ("matmul", ["--param", "Align=16", "--schedule", "@matmul_ping_pong"], "gfx950", [(64, 288), (64, 288), (64, 64)], {}, 12),
    ("matmul", [], "gfx942", [(70, 96), (64, 96), (70, 64)], {}, 6),
    ("matmul", ["--param", "T=f8E4M3FN"], "gfx950", [(64, 128), (64, 128), (64, 64)], {}, 6),
    ("attention", [], "gfx950", [(1, 1, 64, 64), (1, 1, 80, 64), (1, 1, 80, 64), (1, 1, 64, 64)], {"scale": 0.125}, 12),
    ("softmax", [], "gfx942", [(5, 300), (5, 300)], {}, 4),
    ("layernorm", [], "gfx950", [(5, 300), (300,), (300,), (5, 300)], {"eps": 1e-5}, 4),
]
faults = []


def evaluate(expression, sizes):
    text = re.sub(r"(\w+)\.(\d+)", lambda name: str(sizes[name[1]][int(name[2])]), expression)
    return eval(text, {"ceildiv": lambda a, b: -(-a // b)})


def launch(manifest, shapes, scalars):
    """The launch file's content for the only variant of a bundle's only kernel."""
    kernel = manifest["kernels"][0]
    variant = kernel["variants"][0]
    tensors = [argument for argument in kernel["arguments"] if argument["kind"] == "tensor"]
    sizes = {tensor["name"]: shape for tensor, shape in zip(tensors, shapes, strict=True)}
    arguments = []
    for kernarg in variant["kernargs"]:
        if kernarg["kind"] == "pointer":
            tensor = next(t for t in tensors if t["name"] == kernarg["tensor"])
            type = f"{tensor['dtype']}[{','.join(map(str, sizes[tensor['name']]))}]"
            arguments.append({"zeros": type} if tensor is tensors[-1] else {"random": type, "seed": len(arguments) + 1})
        elif kernarg["kind"] == "integer":
            arguments.append({kernarg["dtype"]: evaluate(kernarg["value"], sizes)})
        else:
            arguments.append({"f32": scalars[kernarg["scalar"]]})
    return variant["file"], {"kernel": variant["symbol"], "grid": [evaluate(variant["grid"][0], sizes)], "block": variant["block"],
                             "args": arguments}


for number, (kernel, options, target, shapes, scalars, least) in enumerate(RUNS):
    bundle = WORK / f"{number}.kiln"
    subprocess.run(["kiln", "compile", KERNELS / f"{kernel}.mlir", "--target", target, *options, "--emit", "bundle", "-o", bundle], check=True)
    with zipfile.ZipFile(bundle) as files:
        file, content = launch(json.loads(files.read("manifest.json")), shapes, scalars)
        (WORK / f"{number}.co").write_bytes(files.read(file))
    (WORK / f"{number}.json").write_text(json.dumps(content))
    run = subprocess.run(["emulator-mutations", WORK / f"{number}.co", WORK / f"{number}.json"], capture_output=True, text=True)
    counts = re.search(r"(\d+) mutations: (\d+) found, (\d+) holes", run.stdout)
    if run.returncode != 0 or int(counts[2]) < least:
        faults.append(f"{kernel} {' '.join(options)} on {target}: expected at least {least} found and no holes:\n{run.stdout}{run.stderr}")
    print(kernel, target, counts and counts[0])
sys.exit("\n".join(faults) or 0)
