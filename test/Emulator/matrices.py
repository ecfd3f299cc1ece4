# Every matrix instruction through assembler and decoder, on random operands, against NumPy in double precision: layouts by the
# formulas of the ISA manuals' tables, broadcasts, negation, formats, block scales of every byte, index sets.
# REQUIRES: kiln-run, numpy
# RUN: %python %s %S/Inputs %t.dir
import re
import sys

sys.path.insert(0, sys.argv[1])
work = sys.argv.pop()
import numpy as np
from instructions import LANES, Batch, expand
from kernel_test import code_values

U, W = np.uint32, np.uint64
ROWS = 2
BITS = {"f64": 64, "f32": 32, "xf32": 32, "f16": 16, "bf16": 16, "i8": 8, "fp8": 8, "bf8": 8, "fp6": 6, "bf6": 6, "fp4": 4}
OCP = {"fp8": "f8E4M3FN", "bf8": "f8E5M2", "fp6": "f6E2M3FN", "bf6": "f6E3M2FN", "fp4": "f4E2M1FN"}
FNUZ = {"fp8": "f8E4M3FNUZ", "bf8": "f8E5M2FNUZ"}
MICRO = ["fp8", "bf8", "fp6", "bf6", "fp4"]  # by CBSZ and BLGP
# Every bit pattern becomes a number near one: ANDed, then ORed.
NEAR_ONE = {"f32": (0x807FFFFF, 0x3F000000), "xf32": (0x807FFFFF, 0x3F000000), "f16": (0x83FF83FF, 0x38003800), "bf16": (0x807F807F, 0x3F003F00),
            "fp8": (0xBFBFBFBF, 0x01010101), "bf8": (0xBFBFBFBF, 0x01010101), "f64": (0x800FFFFF, 0x3FE00000)}
EIGHT_BITS = "{bf8_bf8,bf8_fp8,fp8_bf8,fp8_fp8}"
BOTH = (expand("v_mfma_f32_{32x32x1_2b,16x16x1_4b,4x4x1_16b,32x32x2,16x16x4}_f32") + expand("v_mfma_f32_{32x32x4_2b,16x16x4_4b,4x4x4_16b,32x32x8,16x16x16}_{f16,bf16}")
        + expand("v_mfma_i32_{32x32x4_2b,16x16x4_4b,4x4x4_16b,32x32x16,16x16x32}_i8") + expand("v_mfma_f64_{16x16x4,4x4x4_4b}_f64")
        + expand("v_mfma_f32_{32x32x16,16x16x32}_{bf8_bf8,bf8_fp8,fp8_bf8,fp8_fp8}") + expand("v_smfmac_f32_{16x16x32,32x32x16}_{f16,bf16}")
        + expand("v_smfmac_i32_{16x16x64,32x32x32}_i8") + expand("v_smfmac_f32_{16x16x64,32x32x32}_{bf8_bf8,bf8_fp8,fp8_bf8,fp8_fp8}"))
ONLY = {"gfx942": expand("v_mfma_f32_{16x16x8,32x32x4}_xf32"),
        "gfx950": expand("v_mfma_f32_{32x32x16,16x16x32}_{f16,bf16}") + expand("v_mfma_i32_{32x32x32,16x16x64}_i8") + expand("v_smfmac_f32_{16x16x64,32x32x32}_{f16,bf16}")
        + expand("v_smfmac_i32_{16x16x128,32x32x64}_i8") + expand("v_smfmac_f32_{16x16x128,32x32x64}_{bf8_bf8,bf8_fp8,fp8_bf8,fp8_fp8}")
        + expand("v_mfma{,_scale}_f32_{16x16x128,32x32x64}_f8f6f4")}


class Operation:
    def __init__(self, name, formats):
        self.name, self.formats = name, formats
        match = re.fullmatch(r"v_(s?mf?fmac|mfma)(_scale)?_(\w+?)_(\d+)x(\d+)x(\d+)(?:_(\d+)b)?_(\w+)", name)
        kind, scale, self.result, m, n, k, blocks, types = match.groups()
        self.m, self.n, self.k, self.blocks = int(m), int(n), int(k), int(blocks or 1)
        self.sparse, self.scaled, self.micro = kind == "smfmac", bool(scale), types == "f8f6f4"
        self.a, *b = types.split("_")
        self.b = b[0] if b else self.a
        self.groups = 64 // (self.m * self.blocks)
        self.per_lane = self.k // self.groups
        self.d_registers = self.m * self.n * self.blocks // 64 * (2 if self.result == "f64" else 1)

    def values(self, registers, kind, count):
        """rows, lanes, registers to rows, lanes, elements."""
        width = BITS[kind]
        if kind == "f64":
            return np.ascontiguousarray(registers[..., :2 * count]).view(np.float64)
        if kind == "xf32":
            return np.ascontiguousarray(registers[..., :count] & U(0xFFFFE000)).view(np.float32).astype(np.float64)
        spread = np.unpackbits(np.ascontiguousarray(registers).view(np.uint8), axis=-1, bitorder="little")
        fields = spread[..., :count * width].reshape(registers.shape[:2] + (count, width)).astype(W)
        codes = (fields << np.arange(width, dtype=W)).sum(axis=-1, dtype=W)
        if kind == "i8":
            return codes.astype(np.uint8).view(np.int8).astype(np.float64)
        if kind in ("f16", "f32"):
            return codes.astype(f"u{width // 8}").view(f"f{width // 8}").astype(np.float64)
        if kind == "bf16":
            return (codes.astype(U) << U(16)).view(np.float32).astype(np.float64)
        return code_values(self.formats[kind])[codes.astype(int)]

    def dense(self, values, dim, move):
        """rows, blocks, dim, k from rows, lanes, elements; `move` maps the lane that an element belongs to to the one it is read from."""
        b, i, k = np.meshgrid(np.arange(self.blocks), np.arange(dim), np.arange(self.k), indexing="ij")
        lane = b * dim + k // self.per_lane * dim * self.blocks + i
        return values[:, move(lane), k % self.per_lane]

    def micro_operand(self, values, dim, kind):
        i, k = np.meshgrid(np.arange(dim), np.arange(self.k), indexing="ij")
        if BITS[kind] == 8:
            lane, element = i + dim * (k // 16 % self.groups), k // 16 // self.groups * 16 + k % 16
        else:
            lane, element = i + dim * (k // 32), k % 32
        return values[:, None, lane, element].reshape(values.shape[0], 1, dim, self.k)

    def sparse_operands(self, a, b, index, index_set):
        """Dense A with zeros where it has nothing, and B. Layouts by the manuals' tables for 4:2 sparsity."""
        rows, half = a.shape[0], self.per_lane // 2
        full = np.zeros((rows, 1, self.m, self.k))
        large = half * BITS[self.a] == 128
        for i in range(self.m):
            for q in range(self.k // 4):
                for s in range(2):
                    lane, element = self.sparse_place(i, q, s, large)
                    place = index[:, lane].astype(int) >> (index_set * 2 * half + 2 * element) & 3
                    full[np.arange(rows), 0, i, 4 * q + place] += a[:, lane, element]
        j, k = np.meshgrid(np.arange(self.n), np.arange(self.k), indexing="ij")
        if BITS[self.b] == 16 and self.per_lane == 8:
            lane, element = k // 8 * self.n + j, k % 8
        else:
            span = 32 if self.n == 16 else 16
            lane, element = k % span // 8 * self.n + j, 8 * (k // span) + k % 8
        return full, b[:, None, lane, element].reshape(rows, 1, self.n, self.k)

    def sparse_place(self, i, q, s, large):
        if BITS[self.a] == 16:
            groups = 4 if large else 2
            return q // groups * self.m + i, (2 * q + s) % (2 * groups)
        if not large:
            half = self.k // 8
            return q % half // 2 * self.m + i, 4 * (q // half) + (2 * q + s) % 4
        if self.m == 16:
            return (2 * (q // 16) + q // 4 % 2) * 16 + i, 4 * (2 * (q // 2 % 2) + q // 8 % 2) + (2 * q + s) % 4
        return q // 8 * 32 + i, 4 * (2 * (q // 2 % 2) + q // 4 % 2) + (2 * q + s) % 4

    def result_places(self):
        """Lane and register of D's elements: blocks, m, n."""
        b, i, j = np.meshgrid(np.arange(self.blocks), np.arange(self.m), np.arange(self.n), indexing="ij")
        if self.result == "f64":
            return (16 * (i % 4) + j, 2 * (i // 4)) if self.m == 16 else (16 * i + 4 * b + j, 0 * i)
        r, p = 64 // self.n, -(-64 // (self.m * self.n // 4))
        return b % p * self.n + i // 4 % r * p * self.n + j, b * (self.m * self.n // 64) + i // (4 * r) * 4 + i % 4


def moved_a(cbsz, abid):
    size = 64 >> cbsz
    return lambda lane: lane % size + size * abid


def moved_b(blgp):
    return lambda lane: {0: lane, 1: lane % 32, 2: lane % 32 + 32, 3: (lane + 16) % 64}.get(blgp, lane % 16 + 16 * (blgp - 4))


class Experiments:
    def __init__(self, batch):
        self.batch = batch
        self.words = [half for word in batch.inputs for half in (word.astype(U), (word >> W(32)).astype(U))]  # v2 to v9

    def fill(self, first, count, factor, keep=0xFFFFFFFF, force=0):
        """Lines that fill v`first`... from the eight inputs, and what they hold."""
        lines, registers = [], []
        for i in range(count):
            mask = 0xFFFFFFFF if isinstance(keep, tuple) and i % 2 == 0 else keep[1] if isinstance(keep, tuple) else keep
            forced = 0 if isinstance(keep, tuple) and i % 2 == 0 else force
            lines.append(f"s_mov_b32 s40, {factor + 2 * i}\n v_mul_lo_u32 v{first + i}, v{2 + i % 8}, s40\n v_xor_b32 v{first + i}, {0x9E3779B9 * (i + factor) % (1 << 32)}, v{first + i}\n"
                         f" v_and_b32 v{first + i}, {mask}, v{first + i}\n v_or_b32 v{first + i}, {forced}, v{first + i}\n ")
            word = (self.words[i % 8] * U(factor + 2 * i) ^ U(0x9E3779B9 * (i + factor) % (1 << 32))) & U(mask) | U(forced)
            registers.append(word)
        return "".join(lines), np.stack(registers, axis=-1)

    def operand(self, first, kind, count, factor):
        keep, force = NEAR_ONE.get(kind, (0xFFFFFFFF, 0))
        if kind == "f64":
            keep = (None, keep)
        return self.fill(first, count * BITS[kind] // 32 or 1, factor, keep, force)

    def run(self, operation, a_kind, b_kind, modifiers="", cbsz=0, abid=0, blgp=0, scale_bytes=None):
        """A in v[30:37], B in v[38:45], C in v[46:77], the index or the scales in v78 and v79."""
        op = operation
        per_a = op.per_lane // 2 if op.sparse else op.per_lane
        lines_a, a = self.operand(30, a_kind, per_a, 3)
        lines_b, b = self.operand(38, b_kind, op.per_lane, 101)
        c_kind = {"f32": (0x807FFFFF, 0x40000000), "f64": ((None, 0x800FFFFF), 0x40000000), "i32": (0xFFFFFFFF, 0)}[op.result]
        lines_c, c = self.fill(46, op.d_registers, 1001, *c_kind)
        lines_s, extra = self.fill(78, 2, 7, 0x07070707, 0x7C7C7C7C) if op.scaled else self.fill(78, 2, 7)
        registers = lambda first, count: f"v{first}" if count == 1 else f"v[{first}:{first + count - 1}]"
        d = registers(46, op.d_registers)
        tail = ", v78" if op.sparse else f", {d}" + (", v78, v79" if op.scaled else "")
        if op.sparse:  # two ascending places of every four
            lines_s += "v_and_b32 v78, 0x55555555, v78\n v_or_b32 v78, 0x88888888, v78\n "
            extra[..., 0] = extra[..., 0] & U(0x55555555) | U(0x88888888)
        text = f"{lines_a}{lines_b}{lines_c}{lines_s}{op.name} {d}, {registers(30, a.shape[-1])}, {registers(38, b.shape[-1])}{tail}{modifiers}\n s_nop 15\n s_nop 3\n "
        a, b = op.values(a, a_kind, per_a), op.values(b, b_kind, op.per_lane)
        if op.sparse:
            left, right = op.sparse_operands(a, b, extra[..., 0], abid if cbsz == 0 else 0)
        elif op.micro:
            left, right = op.micro_operand(a, op.m, a_kind), op.micro_operand(b, op.n, b_kind)
            if op.scaled:
                left = left * self.scales(op, extra[..., 0], scale_bytes[0], op.m)
                right = right * self.scales(op, extra[..., 1], scale_bytes[1], op.n)
        elif op.result == "f64":  # BLGP negates A, B, C
            left, right = op.dense(a, op.m, lambda l: l) * (-1 if blgp & 1 else 1), op.dense(b, op.n, lambda l: l) * (-1 if blgp & 2 else 1)
        else:
            left, right = op.dense(a, op.m, moved_a(cbsz, abid)), op.dense(b, op.n, moved_b(blgp))
        self.compare(op, text, modifiers, left, right, c, -1 if op.result == "f64" and blgp & 4 else 1)

    @staticmethod
    def scales(op, words, byte, dim):
        """rows, 1, dim, k: lane i + dim * block holds row i's scale of 32 k."""
        i, k = np.meshgrid(np.arange(dim), np.arange(op.k), indexing="ij")
        code = words[:, i + dim * (k // 32)] >> U(8 * byte) & U(255)
        return (2.0 ** (code.astype(int) - 127))[:, None]

    def compare(self, op, text, modifiers, left, right, c, sign):
        lane, register = op.result_places()
        product = np.einsum("rbik,rbjk->rbij", left, right)
        size = np.einsum("rbik,rbjk->rbij", abs(left), abs(right))
        old = np.ascontiguousarray(c).view(np.float64)[:, lane, register // 2] if op.result == "f64" else \
            np.ascontiguousarray(c).view({"f32": np.float32, "i32": np.int32}[op.result])[:, lane, register].astype(np.float64)
        exact, bound = product + sign * old, (op.k + 1) * (size + abs(old)) * 2.0 ** (-53 if op.result == "f64" else -24)
        expected, allowed = (np.zeros((ROWS, LANES, op.d_registers)) for _ in range(2))
        expected[:, lane, register], allowed[:, lane, register] = exact, bound
        for first in range(0, op.d_registers, 2):
            last = first + 1 if first + 1 < op.d_registers else first
            show = f"v_mov_b32 v10, v{46 + first}\n v_mov_b32 v11, v{46 + last}"
            # The result stays in its registers for the cases that show the rest of it.
            self.batch.add(op.name + modifiers, (text if first == 0 else "") + show, expected[..., first].view(W), same=self.judge(op, expected[..., first], expected[..., last], allowed[..., first], allowed[..., last]))

    @staticmethod
    def judge(op, low, high, bound_low, bound_high):
        def same(found, _):
            if op.result == "f64":
                return abs(found.view(np.float64) - low) <= bound_low
            words = found.astype(U), (found >> W(32)).astype(U)
            if op.result == "i32":
                return (words[0] == (low.astype(np.int64) & 0xFFFFFFFF)) & (words[1] == (high.astype(np.int64) & 0xFFFFFFFF))
            return (abs(words[0].view(np.float32) - low) <= bound_low) & (abs(words[1].view(np.float32) - high) <= bound_high)
        return same


def experiments(chip):
    random = np.random.default_rng(23).integers(0, 1 << 64, (4, ROWS, LANES), dtype=W)
    batch = Batch(chip, list(random))
    every = Experiments(batch)
    if chip == "gfx950":  # scales for nobody
        batch.add("v_mfma_ld_scale_b32", "v_mfma_ld_scale_b32 v2, v3", batch.inputs[3])
    for name in BOTH + ONLY[chip]:
        op = Operation(name, OCP if chip == "gfx950" else FNUZ)
        if op.micro:
            for number, (cbsz, blgp) in enumerate((x, y) for x in range(5) for y in range(5)):
                modifiers, scale_bytes = (f" cbsz:{cbsz}" if cbsz else "") + (f" blgp:{blgp}" if blgp else ""), None
                if op.scaled:
                    scale_bytes = number % 4, number // 4 % 4
                    low, high = ([byte >> bit & 1 for byte in scale_bytes] for bit in (0, 1))
                    modifiers = f" op_sel:[{low[0]},{low[1]},0] op_sel_hi:[{high[0]},{high[1]},0]" + modifiers
                every.run(op, MICRO[cbsz], MICRO[blgp], modifiers, scale_bytes=scale_bytes)
            continue
        every.run(op, op.a, op.b)
        if op.sparse:
            sets = 32 // (op.per_lane)  # index sets in a register, CBSZ = 0
            for abid in range(1, sets):
                every.run(op, op.a, op.b, f" abid:{abid}", abid=abid)
        elif op.result == "f64":
            for blgp in range(1, 8):
                neg = ",".join(str(blgp >> i & 1) for i in range(3))
                every.run(op, op.a, op.b, f" neg:[{neg}]", blgp=blgp)
        elif op.blocks > 1:
            top = {2: 1, 4: 2, 16: 4}[op.blocks]
            for cbsz in range(1, top + 1):
                for abid in (0, (1 << cbsz) - 1):
                    every.run(op, op.a, op.b, f" cbsz:{cbsz}" + (f" abid:{abid}" if abid else ""), cbsz=cbsz, abid=abid)
            for blgp in range(1, 8):
                every.run(op, op.a, op.b, f" blgp:{blgp}", blgp=blgp)
    return batch


wrong = [line for chip in ("gfx942", "gfx950") for line in experiments(chip).run(f"{work}/{chip}")]
sys.exit("\n".join(wrong) or 0)
