"""Layouts of all matrix instructions of all targets: who holds an element and what a place holds are each other's
inverse, no element is missing, and where a manual gives a formula the layout agrees with it everywhere.

CDNA3 and CDNA4 ISA, 7.1; PTX ISA, "Matrix Fragments for mma.m16n8k*" and "Register Fragments and
Shared Memory Matrix Layouts" of wgmma.

RUN: %python %s kiln %targets %t
REQUIRES: compiler
"""
import itertools
import json
import pathlib
import re
import subprocess
import sys

import numpy

kiln, targets, scratch = sys.argv[1:]
pathlib.Path(scratch).mkdir(exist_ok=True)


def run(*arguments):
    return subprocess.run([kiln, *arguments, "--target-dir", targets], capture_output=True, text=True, check=True).stdout


def size(layout, name):
    return 1 << len(layout["inputs"].get(name, []))


def elements(layout, lane, register, wave):
    """The coordinates of places, an array for each dimension: the XOR of the bases of a place's bits."""
    at = [numpy.zeros_like(lane) for _ in layout["sizes"]]
    for name, values in (("lane", lane), ("register", register), ("wave", wave)):
        for bit, basis in enumerate(layout["inputs"].get(name, [])):
            at = [a ^ (values >> bit & 1) * b for a, b in zip(at, basis)]
    return tuple(at)


def element(layout, lane, register):
    one = numpy.array([0])
    return tuple(int(at[0]) for at in elements(layout, one + lane, one + register, one))


def manual(layout):
    """(lane, register, wave) -> coordinates by the manual's words, or None where this test has no formula."""
    name, operand = layout["atom"], layout["operand"]
    if match := re.fullmatch(r"mfma_(?:f32|i32)_(\d+)x(\d+)x(\d+)_(?:bf16|f16|i8|xf32|f32|fp8_\w+|bf8_\w+)", name):
        m, n, k = map(int, match.groups())
        if len(layout["sizes"]) != 2:
            return None
        each = m * k // 64  # elements of A in a lane, consecutive along k
        if operand == "a":
            return lambda lane, register, wave: (lane % m, each * (lane // m) + register)
        if operand == "b":
            return lambda lane, register, wave: (each * (lane // n) + register, lane % n)
        if operand == "acc":
            return lambda lane, register, wave: (4 * (64 // n) * (register // 4) + 4 * (lane // n) + register % 4, lane % n)
    if match := re.fullmatch(r"mma_m16n8k(\d+)_\w+", name):
        k = int(match[1])
        group, rest = (lambda lane: lane >> 2), (lambda lane: lane & 3)
        if operand == "acc":
            return lambda lane, register, wave: (group(lane) + 8 * (register >> 1), 2 * rest(lane) + (register & 1))
        if operand == "b" and k == 16 and layout["element"] in ("bf16", "f16"):
            return lambda lane, register, wave: (2 * rest(lane) + (register & 1) + 8 * (register >> 1), group(lane))
        if operand == "a" and k == 16 and layout["element"] in ("bf16", "f16"):
            return lambda lane, register, wave: (group(lane) + 8 * (register >> 1 & 1), 2 * rest(lane) + (register & 1) + 8 * (register >> 2))
    if match := re.fullmatch(r"wgmma_rs_m64n\d+k(\d+)_\w+", name):
        if operand == "a":
            each = int(match[1]) // 8  # elements of a register of 4 bytes
            return lambda lane, register, wave: (16 * wave + lane // 4 + 8 * (register // each % 2),
                                                 each * (lane % 4) + 4 * each * (register // (2 * each)) + register % each)
    if re.fullmatch(r"wgmma(_rs)?_m64n\d+k\d+_\w+", name) and operand == "acc":
        return lambda lane, register, wave: (16 * wave + lane // 4 + 8 * (register // 2 % 2),
                                             8 * (register // 4) + 2 * (lane % 4) + register % 2)
    return None


def check(target, layout):
    name = f"{target} {layout['atom']} {layout['operand']}"
    # The accumulator of some instructions is spread over several waves.
    columns = layout["sizes"][-1]
    registers = size(layout, "register") * columns // (1 << (columns - 1).bit_length())
    lane, register, wave = numpy.indices((size(layout, "lane"), registers, size(layout, "wave"))).reshape(3, -1)
    holds = elements(layout, lane, register, wave)
    # Every element is held, and by equally many places: once, or as the same copies of everything.
    assert all(0 <= at.min() and at.max() < limit for at, limit in zip(holds, layout["sizes"])), name + ": elements that there are not"
    held = numpy.bincount(numpy.ravel_multi_index(holds, layout["sizes"]), minlength=numpy.prod(layout["sizes"]))
    assert (held == len(lane) // len(held)).all() and held[0] > 0, name + ": elements that nobody holds, or some hold more often"
    formula = manual(layout)
    if formula:
        expected = formula(lane, register, wave)
        assert all((at == there).all() for at, there in zip(holds, expected)), name + " is not what the manual says"
    return formula is not None


checked = known = 0
for target in json.loads(run("targets", "--json")):
    layouts = json.loads(run("layout", target["name"], "--json"))
    atoms = json.loads(run("targets", target["name"], "--json"))["mma"]
    with_layouts = {layout["atom"] for layout in layouts}
    for atom in atoms:
        assert atom["name"] in with_layouts, f"{target['name']} {atom['name']} has no picture"
        operands = {layout["operand"] for layout in layouts if layout["atom"] == atom["name"]}
        assert operands >= {"acc"}, (atom["name"], operands)
    for layout in layouts:
        known += check(target["name"], layout)
        checked += 1

# The command's answers, its text and its picture agree with the data: one atom of each kind.
for target, atom, operand in (("gfx950", "mfma_f32_32x32x16_bf16", "acc"), ("gfx942", "mfma_f64_16x16x4_f64", "a"),
                              ("gfx950", "mfma_scale_f32_16x16x128_f8f6f4_fp4_fp4", "scale_b"), ("sm_90a", "mma_m16n8k16_f32_bf16", "b")):
    try:
        (layout,) = json.loads(run("layout", target, atom, "--operand", operand, "--json"))
    except subprocess.CalledProcessError:
        raise AssertionError(f"{target} has no {atom} {operand}")
    holders = {}
    for lane, register in itertools.product(range(size(layout, "lane")), range(size(layout, "register"))):
        holders.setdefault(element(layout, lane, register), []).append((lane, register))
    for place in list(holders)[::max(1, len(holders) // 5)]:
        at = run("layout", target, atom, "--operand", operand, "--at", ",".join(map(str, place)))
        assert [tuple(map(int, re.findall(r"\d+", line))) for line in at.splitlines()] == holders[place]
        lane, register = holders[place][0]
        held = run("layout", target, atom, "--operand", operand, "--holds", f"{lane},{register}")
        assert tuple(map(int, re.findall(r"\d+", held))) == place
    picture = f"{scratch}/picture.svg"
    run("layout", target, atom, "--operand", operand, "--svg", picture)
    assert pathlib.Path(picture).read_text().count("<rect") == len(holders)
assert checked > 700 and known > 200, (checked, known)
print(checked, "operands,", known, "by the manual's formula")
