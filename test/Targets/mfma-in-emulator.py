# Every matrix atom of gfx942 and gfx950 multiplies in the emulator: operands are laid out as the atom says, the
# body runs as a kernel of one wave, and the result, read as the atom says, is NumPy's. The emulator has its own
# account of where operands live, so a wrong layout, format or scale on either side shows.
# REQUIRES: compiler, kiln-run, numpy, slow
# RUN: %python %s %targets %t.dir
import glob
import json
import os
import re
import subprocess
import sys

import numpy as np
from kernel_test import SMALL, bits_of, code_values, random, to_values

TARGETS, WORK = sys.argv[1:3]
rng = np.random.default_rng(1)


def read_atoms(machine):
    """name: (keys, arguments, body, result type, layouts)"""
    atoms = {}
    for path in sorted(glob.glob(f"{TARGETS}/{machine}/mma*.mlir")):
        text = open(path).read()
        layouts = {name: (int(rank), json.loads(registers), json.loads(lanes)) for name, rank, registers, lanes in
                   re.findall(r"#(\w+) = #layout\.linear<(\d), reg = (\[.*?\]),\s*lane = (\[.*?\]\])>", text, re.S)}
        atom = r"target\.mma @(\w+) attributes \{(.*?)\} \{\n  \^bb0\((.*?)\):\n(.*?)    target\.yield %d : (\S+)\n"
        for name, keys, arguments, body, result in re.findall(atom, text, re.S):
            arguments = [argument.strip("% ").split(": ") for argument in arguments.split(", %")]
            atoms[name] = dict(re.findall(r"(\w+) = #?([\w]+)", keys)), arguments, body, result, layouts
    return atoms


def size_of(mlir_type):
    """Bits of a vector or scalar."""
    count, element = re.fullmatch(r"(?:vector<(\d+)x)?b?[if](\d+)>?", mlir_type).groups()
    return int(count or 1) * int(element)


def kernel(name, arguments, body, result):
    """Each lane loads its part of every operand, multiplies and stores its part of the result."""
    pointers = ["a", "b", "acc", "scale_a", "scale_b", "d"]
    signature = ", ".join(f"%{pointer}_memory: !llvm.ptr<1>" for pointer in pointers)
    lines = [f"llvm.func @{name}({signature}) attributes {{rocdl.kernel, rocdl.flat_work_group_size = \"64,64\"}} {{",
             "  %lane = rocdl.workitem.id.x : i32"]

    def address(value, mlir_type):
        lines.extend([f"  %{value}_bytes = llvm.mlir.constant({max(32, size_of(mlir_type)) // 8} : i32) : i32",
                      f"  %{value}_offset = llvm.mul %lane, %{value}_bytes : i32",
                      f"  %{value}_at = llvm.getelementptr %{value}_memory[%{value}_offset]"
                      " : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, i8"])

    for value, mlir_type in arguments:
        address(value, mlir_type)
        words = f"vector<{size_of(mlir_type) // 32}xi32>" if size_of(mlir_type) > 32 else "i32"
        loaded = value if words == mlir_type else f"{value}_words"
        lines.append(f"  %{loaded} = llvm.load %{value}_at {{alignment = 4 : i64}} : !llvm.ptr<1> -> {words}")
        if words != mlir_type:
            lines.append(f"  %{value} = llvm.bitcast %{loaded} : {words} to {mlir_type}")
    lines.append(body.rstrip())
    address("d", result)
    lines += [f"  llvm.store %d, %d_at {{alignment = 4 : i64}} : {result}, !llvm.ptr<1>", "  llvm.return", "}"]
    return "\n".join(lines)


def build(machine, atoms):
    stem = f"{WORK}/{machine}"
    with open(stem + ".mlir", "w") as file:
        file.write("\n".join(kernel(name, *atom[1:4]) for name, atom in atoms.items()))
    for command in (["mlir-translate", "--mlir-to-llvmir", stem + ".mlir", "-o", stem + ".ll"],
                    ["llc", "-mtriple=amdgcn-amd-amdhsa", f"-mcpu={machine}", "-filetype=obj", stem + ".ll", "-o",
                     stem + ".o"],
                    ["ld.lld", "-shared", stem + ".o", "-o", stem + ".co"]):
        subprocess.run(command, check=True)
    return stem + ".co"


def holders(layout):
    """The element that each (lane, register) holds, as an index of the matrix."""
    rank, registers, lanes = layout
    element = np.zeros((64, 1 << len(registers), rank), int)
    for bit, basis in enumerate(lanes):
        element[np.arange(64) >> bit & 1 == 1] ^= basis
    for bit, basis in enumerate(registers):
        element[:, np.arange(1 << len(registers)) >> bit & 1 == 1] ^= basis
    return tuple(np.moveaxis(element, -1, 0))


def lay_out(codes, layout, bits):
    """The bytes that the lanes load, one lane after the other."""
    held = np.ascontiguousarray(codes[holders(layout)].astype(np.uint64))
    spread = np.unpackbits(held.view(np.uint8).reshape(held.shape + (8,)), axis=-1, bitorder="little")[..., :bits]
    lanes = np.packbits(spread.reshape(64, -1), axis=-1, bitorder="little")
    return np.pad(lanes, ((0, 0), (0, max(0, 4 - lanes.shape[1])))).reshape(-1)


def draw(shape, dtype):
    """Codes and their values."""
    if dtype in SMALL:
        # Exponents near one: then f32 holds every sum to the last bit but a few.
        values = code_values(dtype)
        codes = rng.choice(np.flatnonzero((np.abs(values) <= 8) & (np.abs(values) >= 2.0 ** -6)), shape)
        return codes, values[codes]
    data = random(rng, shape, dtype)
    return data.view(f"u{data.itemsize}"), to_values(data, dtype)


def check(machine, code, name, atom):
    keys, _, _, result, layouts = atom
    m, n, k = (int(keys[key]) for key in "mnk")
    blocks = (int(keys["blocks"]),) if "blocks" in keys else ()
    operands = {}

    def operand(value, shape, dtype):
        codes, values = draw(shape, dtype)
        operands[value] = lay_out(codes, layouts[keys["layout_" + value]], bits_of(dtype))
        return values

    a, b = operand("a", blocks + (m, k), keys["a"]), operand("b", blocks + (k, n), keys["b"])
    acc = operand("acc", blocks + (m, n), keys["acc"])
    if "scale_block" in keys:
        exponents = {"scale_a": rng.integers(120, 135, (m, k // 32)), "scale_b": rng.integers(120, 135, (k // 32, n))}
        for value, exponent in exponents.items():
            operands[value] = lay_out(exponent, layouts[keys["layout_" + value]], 32)
        a = a * np.repeat(2.0 ** (exponents["scale_a"] - 127.0), 32, axis=1)
        b = b * np.repeat(2.0 ** (exponents["scale_b"] - 127.0), 32, axis=0)

    arguments = []
    for value in ("a", "b", "acc", "scale_a", "scale_b"):
        np.save(f"{WORK}/{value}.npy", operands.get(value, np.zeros(256, np.uint8)))
        arguments.append({"npy": f"{value}.npy"})
    arguments.append({"zeros": f"u8[{8 * size_of(result)}]", "save": "d.npy"})
    with open(f"{WORK}/launch.json", "w") as file:
        json.dump({"kernel": name, "grid": [1, 1, 1], "block": [64, 1, 1], "dynamic_lds": 0, "args": arguments}, file)
    subprocess.run(["kiln-run", "run", code, "--device", f"emulator:{machine}", "--launch", f"{WORK}/launch.json"],
                   check=True, stdout=subprocess.DEVNULL)

    dtype = {"f32": np.float32, "f64": np.float64, "i32": np.int32}[keys["acc"]]
    found = np.load(f"{WORK}/d.npy").view(dtype).reshape(64, -1)
    expected = (a @ b + acc)[holders(layouts[keys["layout_acc"]])]
    # k roundings of the sum; an inexact instruction reads 10 bits of the significand.
    unit = {"f32": 2.0 ** -23, "f64": 2.0 ** -52, "i32": 0}[keys["acc"]] if "xf32" not in name else 2.0 ** -9
    tolerance = k * unit * (np.abs(a) @ np.abs(b) + np.abs(acc)).max()
    worst = np.abs(found - expected).max()
    return [] if worst <= tolerance else [f"{machine} {name}: off by {worst}, allowed {tolerance}"]


os.makedirs(WORK, exist_ok=True)
cdna3, cdna4 = read_atoms("gfx942"), read_atoms("gfx950")
inherited = {name: atom for name, atom in cdna3.items() if name not in cdna4 and "xf32" not in name}
wrong, count = [], 0
for machine, atoms in ("gfx942", cdna3), ("gfx950", {**inherited, **cdna4}):
    code = build(machine, atoms)
    for name, atom in atoms.items():
        wrong += check(machine, code, name, atom)
        count += 1
if wrong or count != 32 + 136:
    sys.exit("\n".join(wrong) or f"{count} atoms found")
