# Every v_cmp and v_cmpx on random lanes with some of them off, and every scalar compare, against NumPy.
# REQUIRES: kiln-run, numpy
# RUN: %python %s %S/Inputs %t.dir
import sys

sys.path.insert(0, sys.argv[1])
import numpy as np
from instructions import Batch, LANES, expand, integers

W = np.uint64
INTEGER = expand("v_{cmp,cmpx}_{f,lt,eq,le,gt,ne,ge,t}_{i16,u16,i32,u32,i64,u64}")
FLOAT = expand("v_{cmp,cmpx}_{f,lt,eq,le,gt,lg,ge,o,u,nge,nlg,ngt,nle,neq,nlt,tru}_{f16,f32,f64}")
CLASS = expand("v_{cmp,cmpx}_class_{f16,f32,f64}")
SCALAR = expand("s_cmp_{eq,lg,gt,ge,lt,le}_{i32,u32}") + expand("s_cmp_{eq,lg}_u64")
RELATIONS = {
    "f": lambda a, b: a != a, "lt": np.less, "eq": np.equal, "le": np.less_equal, "gt": np.greater, "ne": np.not_equal, "ge": np.greater_equal,
    "lg": lambda a, b: (a < b) | (a > b), "o": lambda a, b: (a == a) & (b == b), "u": lambda a, b: (a != a) | (b != b),
}
for name in ("ge", "lg", "gt", "le", "eq", "lt"):
    RELATIONS["n" + name] = lambda a, b, positive=RELATIONS[name]: ~positive(a, b)
EXEC = 0xF0F0FFFF0001FF0F


def view(word, kind):
    width = int(kind[1:])
    return np.ascontiguousarray(word.astype(f"u{width // 8}")).view({"i": "i", "u": "u", "f": "f"}[kind[0]] + str(width // 8))


def relation(name, a, b):
    if name in ("t", "tru"):
        return np.ones(a.shape, bool)
    return np.zeros(a.shape, bool) if name == "f" else RELATIONS[name](a, b)


def class_of(word, kind):
    """The bit of v_cmp_class's mask that the value matches."""
    width = int(kind[1:])
    mantissa_bits = {16: 10, 32: 23, 64: 52}[width]
    code = word.astype(f"u{width // 8}").astype(W)
    mantissa, exponent = code & W((1 << mantissa_bits) - 1), code >> W(mantissa_bits) & W((1 << (width - 1 - mantissa_bits)) - 1)
    negative, top = code >> W(width - 1) == 1, (1 << (width - 1 - mantissa_bits)) - 1
    nan = (exponent == top) & (mantissa != 0)
    quiet = mantissa >> W(mantissa_bits - 1) == 1
    kinds = [(nan & ~quiet, 0, 0), (nan, 1, 1), (exponent == top, 2, 9), ((exponent == 0) & (mantissa != 0), 4, 7), (exponent == 0, 5, 6)]
    return np.select([k for k, _, _ in kinds], [np.where(negative, n, p) for _, n, p in kinds], np.where(negative, 3, 8))


def add_vector(batch, name, operands, holds):
    """VCC or EXEC as a mask, and a pair of scalar registers: lanes that are off give 0."""
    mask = np.where((W(EXEC) >> np.arange(LANES, dtype=W) & W(1)).astype(bool), holds, False)
    word = (mask.astype(W) << np.arange(LANES, dtype=W)).sum(axis=1, dtype=W)[:, None]
    setup = f"s_mov_b32 exec_lo, {EXEC & 0xFFFFFFFF}\n s_mov_b32 exec_hi, {EXEC >> 32}\n s_mov_b64 vcc, -1\n s_mov_b64 s[24:25], -1\n "
    result = "exec" if name.startswith("v_cmpx") else "vcc"
    keep = f"\n s_mov_b64 s[26:27], {result}\n s_mov_b64 exec, -1\n v_mov_b32 v10, s26\n v_mov_b32 v11, s27"
    batch.add(name, setup + f"{name} vcc, {operands}" + keep, word)
    batch.add(name + "_e64", setup + f"{name}_e64 s[24:25], {operands}" + "\n s_mov_b64 exec, -1\n v_mov_b32 v10, s24\n v_mov_b32 v11, s25", word)


def add_scalar(batch, name):
    relation_name, kind = name[6:].split("_")
    a, b = (view(word[:, :1], kind) for word in batch.inputs[:2])
    operands = "s[16:17], s[18:19]" if kind == "u64" else "s16, s18"
    batch.add(name, f"{name} {operands}\n s_cselect_b32 s24, 1, 0\n v_mov_b32 v10, s24\n v_mov_b32 v11, 0", RELATIONS["ne" if relation_name == "lg" else relation_name](a, b))


def batch_for(chip):
    rng = np.random.default_rng(11)
    inputs = integers(rng, 6)
    same = rng.random(inputs[0].shape) < 0.3
    inputs[1] = np.where(same, inputs[0], inputs[1])  # equal operands are rare among random ones
    # Exponents of all ones or zeros in each width, for the floats.
    for word in inputs[:2]:
        special = rng.choice(np.array([0x7FF0000000000000, 0xFFF8000000000001, 0x7F800000, 0xFF800001, 0x7FC00000, 0x7C00, 0xFC01, 0x7E00, 0x8000, 0x80000000,
                                       0x8000000000000000, 1, 0x400000, 0x8001], W), word.shape)
        np.copyto(word, special, where=rng.random(word.shape) < 0.3)
    batch = Batch(chip, inputs)
    for name in INTEGER + FLOAT:
        _, _, relation_name, kind = name.split("_")
        wide = kind[1:] == "64"
        operands = "v[2:3], v[4:5]" if wide else "v2, v4"
        add_vector(batch, name, operands, relation(relation_name, *(view(word, kind) for word in inputs[:2])))
    for name in CLASS:
        kind = name.split("_")[3]
        holds = inputs[1] >> class_of(inputs[0], kind).astype(W) & W(1)
        add_vector(batch, name, ("v[2:3]" if kind == "f64" else "v2") + ", v4", holds.astype(bool))
    for name in SCALAR:
        add_scalar(batch, name)
    return batch


wrong = [line for chip in ("gfx942", "gfx950") for line in batch_for(chip).run(f"{sys.argv[2]}/{chip}")]
sys.exit("\n".join(wrong) or 0)
