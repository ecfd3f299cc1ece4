"""Runs a kernel of kernels/ with `kiln run` and compares with NumPy.

Number formats are written out here from their definitions (OCP OFP8, OCP MX v1.0, bfloat16), independently of the
interpreter. A test script takes the device as its only argument, so that the same script judges every device.
"""
import os
import subprocess
import sys
import tempfile

import numpy as np

ROOT = os.path.join(os.path.dirname(__file__), "..", "..")
DEVICE = sys.argv[1] if len(sys.argv) > 1 else "interpreter"

# name: exponent bits, mantissa bits, bias, kind of special values
SMALL = {
    "f8E4M3FN": (4, 3, 7, "nan"),
    "f8E5M2": (5, 2, 15, "ieee"),
    "f8E4M3FNUZ": (4, 3, 8, "fnuz"),
    "f8E5M2FNUZ": (5, 2, 16, "fnuz"),
    "f6E2M3FN": (2, 3, 1, "none"),
    "f6E3M2FN": (3, 2, 3, "none"),
    "f4E2M1FN": (2, 1, 1, "none"),
}
NATIVE = {"f16": np.float16, "f32": np.float32, "f64": np.float64, "i8": np.int8, "i32": np.int32}


def bits_of(dtype):
    if dtype in SMALL:
        return 1 + SMALL[dtype][0] + SMALL[dtype][1]
    return {"bf16": 16, "f8E8M0FNU": 8}.get(dtype) or NATIVE[dtype]().itemsize * 8


def epsilon(dtype):
    """Half a unit in the last place, relative."""
    mantissa = {"bf16": 7, "f16": 10, "f32": 23, "f64": 52}.get(dtype)
    if mantissa is None:
        mantissa = SMALL[dtype][1]
    return 2.0 ** -(mantissa + 1)


def rounding(dtype, exact):
    """How far rounding to the type may move a value: half a unit in its last place, and no less than half of the
    smallest subnormal."""
    exponent_bits, mantissa_bits, bias = {"bf16": (8, 7, 127), "f16": (5, 10, 15), "f32": (8, 23, 127),
                                          "f64": (11, 52, 1023)}.get(dtype) or SMALL[dtype][:3]
    return np.maximum(epsilon(dtype) * abs(exact), 2.0 ** (-bias - mantissa_bits))


def code_values(dtype):
    """The value of every code of a small format."""
    exponent_bits, mantissa_bits, bias, special = SMALL[dtype]
    values = []
    half = 1 << (exponent_bits + mantissa_bits)
    for code in range(2 * half):
        magnitude = code % half
        exponent, mantissa = magnitude >> mantissa_bits, magnitude % (1 << mantissa_bits)
        if exponent == 0:
            value = mantissa * 2.0 ** (1 - bias - mantissa_bits)
        else:
            value = (mantissa + (1 << mantissa_bits)) * 2.0 ** (exponent - bias - mantissa_bits)
        top = (1 << exponent_bits) - 1
        if special == "ieee" and exponent == top:
            value = np.nan if mantissa else np.inf
        if special == "nan" and magnitude == half - 1:
            value = np.nan
        if special == "fnuz" and code == half:
            value = np.nan
        values.append(-value if code >= half else value)
    return np.array(values)


def pack(codes, bits):
    """Codes packed along the last dimension, the first in the lowest bits."""
    spread = np.unpackbits(codes.astype(np.uint8)[..., None], axis=-1, bitorder="little")[..., :bits]
    return np.packbits(spread.reshape(codes.shape[:-1] + (-1,)), axis=-1, bitorder="little")


def unpack(data, bits):
    spread = np.unpackbits(data, axis=-1, bitorder="little")
    spread = spread.reshape(data.shape[:-1] + (-1, bits))
    return np.packbits(spread, axis=-1, bitorder="little")[..., 0]


def to_values(data, dtype):
    """Stored data as float64 (or int64)."""
    if dtype == "bf16":
        return (data.astype(np.uint32) << 16).view(np.float32).astype(np.float64)
    if dtype == "f8E8M0FNU":
        return 2.0 ** (data.astype(np.float64) - 127)
    if dtype in SMALL:
        bits = bits_of(dtype)
        return code_values(dtype)[unpack(data, bits) if bits < 8 else data]
    return data.astype(np.int64 if dtype.startswith("i") else np.float64)


def random(rng, shape, dtype, scale=1.0):
    """Stored data: normally distributed floats (any finite code of the small formats), small integers."""
    if dtype in SMALL:
        finite = np.flatnonzero(np.isfinite(code_values(dtype))).astype(np.uint8)
        codes = rng.choice(finite, shape)
        return pack(codes, bits_of(dtype)) if bits_of(dtype) < 8 else codes
    if dtype == "f8E8M0FNU":
        return rng.integers(120, 135, shape).astype(np.uint8)
    if dtype.startswith("i"):
        return rng.integers(-100, 100, shape).astype(NATIVE[dtype])
    values = (rng.standard_normal(shape) * scale).astype(np.float32)
    if dtype == "bf16":
        return (values.view(np.uint32) >> 16).astype(np.uint16)
    return values.astype(NATIVE[dtype])


class Tensor:
    """An argument: stored data, or the shape of an output that starts as zeros."""

    def __init__(self, dtype, data=None, shape=None):
        self.dtype, self.data, self.shape = dtype, data, shape


def run(file, kernel, params, args):
    """Runs a kernel; `args` are Tensors, or scalars as text ("f32:0.5"). Returns the values of the outputs."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["kiln", "run", os.path.join(ROOT, "kernels", file), "--device", DEVICE, "--kernel", kernel]
        for name, value in params.items():
            text = str(value).lower() if isinstance(value, bool) else str(value)
            command += ["--param", f"{name}={text}"]
        outputs = []
        for i, arg in enumerate(args):
            path = os.path.join(folder, f"{i}.npy")
            if isinstance(arg, str):
                text = arg
            elif arg.data is not None:
                np.save(path, arg.data)
                text = f"npy:{path}" + ("" if arg.dtype in NATIVE else f",dtype={arg.dtype}")
            else:
                text = f"zeros:{arg.dtype}[{','.join(map(str, arg.shape))}],save={path}"
                outputs.append((path, arg.dtype))
            command += ["--arg", text]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)}\nexit status {done.returncode}\n{done.stdout}{done.stderr}")
        return [to_values(np.load(path), dtype) for path, dtype in outputs]


def check(what, found, expected, tolerance):
    """`tolerance` is absolute: a number or an array."""
    if found.shape != expected.shape:
        sys.exit(f"{what}: shape {found.shape}, expected {expected.shape}")
    error = np.abs(found - expected)
    # Written so that NaN is wrong, unless it is expected.
    wrong = ~((error <= tolerance) | (found == expected) | (np.isnan(found) & np.isnan(expected)))
    if wrong.any():
        at = tuple(np.argwhere(wrong)[0])
        sys.exit(f"{what}: {wrong.sum()} of {wrong.size} wrong, first at {at}: found {found[at]}, expected "
                 f"{expected[at]}, tolerance {np.broadcast_to(tolerance, wrong.shape)[at]}")
    print(f"{what}: largest error {error.max() if error.size else 0:.3g}")


def activation(act, x):
    erf = np.vectorize(__import__("math").erf, otypes=[np.float64])
    return [lambda: x, lambda: np.maximum(x, 0), lambda: x / 2 * (1 + erf(x / np.sqrt(2))),
            lambda: x / (1 + np.exp(-x))][act]()
