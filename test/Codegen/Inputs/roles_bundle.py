"""Checks the manifest of the bf16 matmul's bundle for sm_90a: `roles_bundle.py BUNDLE`."""
import json
import sys
import zipfile

with zipfile.ZipFile(sys.argv[1]) as archive:
    variants = json.loads(archive.read("manifest.json"))["kernels"][0]["variants"]


def expect(what, found, expected):
    if found != expected:
        sys.exit(f"{what}: expected {expected}, found {found}")


def maps(variant):
    return [(arg["tensor"], arg["box"], arg["swizzle"]) for arg in variant["kernargs"] if arg["kind"] == "tensor_map"]


few, every = variants
expect("sizes", few["requires"][-1]["that"], "ceildiv(c.0, 128) * ceildiv(c.1, 64) <= 132")
expect("no sizes", [r["that"] for r in every["requires"] if "<=" in r["that"]], [])
expect("maps for few tiles", maps(few), [("a", [64, 128], 128), ("b", [64, 64], 128), ("c", [64, 128], 128)])
expect("grid for few tiles", few["grid"], ["min(ceildiv(c.0, 128) * ceildiv(c.1, 64), 132)"])
expect("shared memory for few tiles", few["dynamic_shared"], 8 * (128 + 64) * 128 + 128 * 128 + 2 * 8 * 8)
expect("maps", maps(every), [("a", [64, 128], 128), ("b", [64, 256], 128), ("c", [64, 128], 128)])
expect("grid", every["grid"], ["min(ceildiv(c.0, 128) * ceildiv(c.1, 256), 132)"])
expect("threads", every["block"], [384])
expect("shared memory", every["dynamic_shared"], 4 * (128 + 256) * 128 + 2 * 128 * 128 + 2 * 4 * 8)
