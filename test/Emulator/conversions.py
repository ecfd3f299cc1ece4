# Conversions between number formats, the small ones by their definitions (kernel_test.py), against NumPy's doubles.
# REQUIRES: kiln-run, numpy
# RUN: %python %s %S/Inputs %t.dir
import sys

sys.path.insert(0, sys.argv[1])
work = sys.argv.pop()
import numpy as np
from instructions import LANES, Batch, bits, expand
from kernel_test import SMALL, code_values

np.seterr(all="ignore")
U, I, W = np.uint32, np.int32, np.uint64
OCP = {"fp8": "f8E4M3FN", "bf8": "f8E5M2", "fp6": "f6E2M3FN", "bf6": "f6E3M2FN", "fp4": "f4E2M1FN"}
FNUZ = {"fp8": "f8E4M3FNUZ", "bf8": "f8E5M2FNUZ"}
WIDTH = {"fp8": 8, "bf8": 8, "fp6": 6, "bf6": 6, "fp4": 4, "f16": 16, "bf16": 16, "f32": 32}
ROWS = 8


def to_values(codes, kind, formats=OCP):
    if kind in formats:
        return code_values(formats[kind])[codes.astype(int)]
    if kind == "bf16":
        return (codes.astype(U) << U(16)).view(np.float32).astype(np.float64)
    dtype = {"f16": np.float16, "f32": np.float32}[kind]
    return np.ascontiguousarray(codes.astype(f"u{dtype().itemsize}")).view(dtype).astype(np.float64)


def to_codes(values, kind, formats=OCP, truncate=False):
    """Nearest even, or toward zero. Without MODE.FP16_OVFL, overflow gives infinity, or NaN in formats that have none; formats
    that have neither saturate."""
    if kind in ("f16", "f32", "bf16"):
        return wide_codes(values, kind, truncate)
    table = code_values(formats[kind])
    half = len(table) // 2
    positive = table[:half]
    finite = np.isfinite(positive)
    top = positive[finite].max()
    magnitude, sign = np.abs(values), np.signbit(values)
    # The next step above the largest finite number, where rounding overflows.
    numbers = np.append(positive[finite], 2 * top - positive[finite][-2])
    low = np.clip(np.searchsorted(numbers, magnitude, "right") - 1, 0, len(numbers) - 1)
    high = np.minimum(low + 1, len(numbers) - 1)
    middle = (numbers[low] + numbers[high]) / 2
    up = (magnitude > middle) | ((magnitude == middle) & (low % 2 == 1))
    code = low if truncate else np.where(up, high, low)
    special = SMALL[formats[kind]][3]
    over = (code >= len(numbers) - 1) | np.isinf(magnitude)
    nan = {"nan": half - 1, "ieee": half - 1, "fnuz": half, "none": len(numbers) - 2}[special]
    infinity = {"ieee": len(numbers) - 1, "none": len(numbers) - 2}.get(special, nan)
    code = np.where(np.isnan(values), nan, np.where(over, infinity, code))
    if special == "fnuz":  # no negative zero; NaN is its code
        return np.where((code == 0) | (code == half), code, code + half * sign)
    return code + half * sign


def wide_codes(values, kind, truncate):
    if kind == "f16":
        return bits(truncated(values, 10, -14, 65504.0).astype(np.float16) if truncate else values.astype(np.float16))
    if kind == "f32":
        return bits(values.astype(np.float32))
    word = bits(values.astype(np.float32)).astype(U)  # exact here
    if not truncate:
        word = np.where(np.isnan(values), word | U(0x400000), word + U(0x7FFF) + (word >> U(16) & U(1)))
    return (word >> U(16)).astype(W)


def truncated(values, mantissa_bits, smallest, largest):
    ulp = np.ldexp(1.0, np.maximum(np.frexp(values)[1] - 1, smallest) - mantissa_bits)
    result = np.where(np.isfinite(values), np.trunc(values / ulp) * ulp, values)
    return np.where(np.isfinite(values) & (np.abs(result) > largest), np.copysign(np.inf, values), result)


def near(width, *kinds_nan):
    """Elements of `width` bits alike, or both among the NaN codes that `is_nan` knows."""
    def same(found, expected):
        good = np.ones(found.shape, bool)
        for at in range(0, 64, width):
            mask = W((1 << min(width, 64 - at)) - 1)
            a, b = found >> W(at) & mask, expected >> W(at) & mask
            good &= (a == b) | (kinds_nan[0](a) & kinds_nan[0](b))
        return good
    return same


IS_NAN = {"f32": lambda c: (c & W(0x7FFFFFFF)) > 0x7F800000, "f16": lambda c: (c & W(0x7FFF)) > 0x7C00, "bf16": lambda c: (c & W(0x7FFF)) > 0x7F80,
          "fp8": lambda c: (c & W(0x7F)) == 0x7F, "bf8": lambda c: (c & W(0x7F)) > 0x7C, "fp6": lambda c: c != c, "bf6": lambda c: c != c, "fp4": lambda c: c != c}


class Conversions:
    def __init__(self, batch, formats):
        self.batch, self.formats = batch, formats
        self.words = [half for word in batch.inputs for half in (word.astype(U), (word >> W(32)).astype(U))]  # v2 to v9
        self.scale = ((self.words[7] & U(15)) + U(120)).astype(int) - 127
        self.power = 2.0 ** self.scale

    SCALE = "v_and_b32 v20, 15, v9\n v_add_u32 v20, 0x78, v20\n v_lshlrev_b32 v20, 23, v20\n v_mov_b32 v21, 0\n "

    def source(self, kind, count):
        """Elements 0 to count - 1 of registers v2..., of which the eight inputs repeat, and lines that fill v[64:95]."""
        width = WIDTH[kind]
        registers = count * width // 32 if count * width >= 32 else 1
        words = np.stack([self.words[i % 8] for i in range(registers)], axis=-1)
        lines = "".join(f"v_mov_b32 v{64 + i}, v{2 + i % 8}\n " for i in range(registers))
        spread = np.unpackbits(np.ascontiguousarray(words).view(np.uint8), axis=-1, bitorder="little").reshape(words.shape[:2] + (-1,))
        fields = spread[..., :count * width].reshape(words.shape[:2] + (count, width)).astype(np.uint64)
        return (fields << np.arange(width, dtype=W)).sum(axis=-1, dtype=W), lines, registers

    @staticmethod
    def registers(first, count):
        return f"v{first}" if count == 1 else f"v[{first}:{first + count - 1}]"

    def pack(self, codes, width):
        """Registers of 32 bits with the codes one after the other."""
        spread = (codes.astype(W)[..., None] >> np.arange(width, dtype=W) & W(1)).astype(np.uint8).reshape(codes.shape[:2] + (-1,))
        padded = np.zeros(spread.shape[:2] + (-(-spread.shape[-1] // 32) * 32,), np.uint8)
        padded[..., :spread.shape[-1]] = spread
        return np.packbits(padded, axis=-1, bitorder="little").view(U)

    def whole(self, name, text, codes, kind, first):
        """All registers of a result that starts at v`first`."""
        registers = self.pack(codes, WIDTH[kind])
        compare = near(WIDTH[kind], IS_NAN[kind]) if WIDTH[kind] in (8, 16, 32) else None
        for i in range(0, registers.shape[-1], 2):
            pair = i + 1 < registers.shape[-1]
            word = registers[..., i].astype(W) | (registers[..., i + 1].astype(W) << W(32) if pair else W(0))
            self.batch.add(name, f"{text}\n v_mov_b32 v10, v{first + i}\n v_mov_b32 v11, " + (f"v{first + i + 1}" if pair else "0"), word, same=compare)

    def part(self, name, text, value, mask, kind):
        """A part of v10; what is not in `mask` stays."""
        old = self.batch.inputs[3]
        width, is_nan = WIDTH[kind], IS_NAN[kind]

        def same(found, expected):
            good = (found ^ old) & ~W(mask) == 0
            for at in range(0, 32, width):
                if mask >> at & 1:
                    a, b = (x >> W(at) & W((1 << width) - 1) for x in (found, expected))
                    good &= (a == b) | (is_nan(a) & is_nan(b))
            return good
        self.batch.add(name, text, value, same=same)

    # v_cvt_scalef32_*: to a small format divides by the scale, from one multiplies.

    def scaled_to(self, small, wide):
        codes, lines, _ = self.source(wide, 2)
        values = to_codes(to_values(codes, wide) / self.power[..., None], small)
        rounded_down = to_codes(to_values(codes, wide) / self.power[..., None], small, truncate=True)
        sources = "v64, v65" if wide == "f32" else "v64"
        prefix = lines + self.SCALE
        if WIDTH[small] == 8:
            for half in (0, 1):
                select = f" op_sel:[0,0,{',' .join(['0', str(half)]) if wide == 'f32' else half}]"
                self.part(f"v_cvt_scalef32_pk_{small}_{wide}", f"{prefix}v_cvt_scalef32_pk_{small}_{wide} v10, {sources}, v20{select}",
                          (values[..., 0] | values[..., 1] << 8) << 16 * half, 0xFFFF << 16 * half, small)
            for byte in range(4):
                select = f" op_sel:[0,0,{byte & 1},{byte >> 1}]"
                self.part(f"v_cvt_scalef32_sr_{small}_{wide}", f"{prefix}v_cvt_scalef32_sr_{small}_{wide} v10, v64, v21, v20{select}", rounded_down[..., 0] << 8 * byte,
                          0xFF << 8 * byte, small)
        if small == "fp4":
            for byte in range(4):
                select = f" op_sel:[0,0,{byte & 1},{byte >> 1}]"
                self.part(f"v_cvt_scalef32_pk_fp4_{wide}", f"{prefix}v_cvt_scalef32_pk_fp4_{wide} v10, {sources}, v20{select}", (values[..., 0] | values[..., 1] << 4) << 8 * byte,
                          0xFF << 8 * byte, small)
                random_sources = "v[64:65]" if wide == "f32" else "v64"
                self.part(f"v_cvt_scalef32_sr_pk_fp4_{wide}", f"{prefix}v_cvt_scalef32_sr_pk_fp4_{wide} v10, {random_sources}, v21, v20{select}",
                          (rounded_down[..., 0] | rounded_down[..., 1] << 4) << 8 * byte, 0xFF << 8 * byte, small)

    def scaled_to_32(self, small, wide):
        codes, lines, count = self.source(wide, 32)
        values = to_values(codes, wide) / self.power[..., None]
        if wide == "f32":  # two times sixteen, which take turns
            name = f"v_cvt_scalef32_2xpk16_{small}_f32"
            turns = values.reshape(values.shape[:2] + (2, 16)).swapaxes(-1, -2).reshape(values.shape)
            self.whole(name, f"{lines}{self.SCALE}{name} v[30:35], v[64:79], v[80:95], v20", to_codes(turns, small), small, 30)
        else:
            name = f"v_cvt_scalef32_pk32_{small}_{wide}"
            self.whole(name, f"{lines}{self.SCALE}{name} v[30:35], {self.registers(64, count)}, v20", to_codes(values, small), small, 30)
        name = f"v_cvt_scalef32_sr_pk32_{small}_{wide}"
        self.whole(name, f"{lines}{self.SCALE}{name} v[30:35], {self.registers(64, count)}, v21, v20", to_codes(values, small, truncate=True), small, 30)

    def scaled_from(self, small, wide):
        if WIDTH[small] == 6:
            codes, lines, count = self.source(small, 32)
            name = f"v_cvt_scalef32_pk32_{wide}_{small}"
            values = to_values(codes, small) * self.power[..., None]
            result = self.registers(64, WIDTH[wide])
            self.whole(name, f"{lines.replace('v_mov_b32 v6', 'v_mov_b32 v3')}{self.SCALE}{name} {result}, v[34:39], v20", wide_codes(values, wide, False), wide, 64)
            return
        per_half = 2
        choices = 4 if small == "fp4" else 2
        codes, _, _ = self.source(small, 32 // WIDTH[small])
        values = to_values(codes, small) * self.power[..., None]
        for choice in range(choices):
            pair = values[..., choice * per_half:choice * per_half + 2]
            select = f" op_sel:[{choice & 1},{choice >> 1},0]"
            name = f"v_cvt_scalef32_pk_{wide}_{small}"
            self.whole(name, f"{self.SCALE}{name} {'v[64:65]' if wide == 'f32' else 'v64'}, v2, v20{select}", wide_codes(pair, wide, False), wide, 64)
        if small == "fp4" or wide == "bf16":
            return
        name = f"v_cvt_scalef32_{wide}_{small}"
        for byte in range(4):
            value = wide_codes(values[..., byte:byte + 1], wide, False)[..., 0]
            if wide == "f32":
                self.part(name, f"{self.SCALE}{name} v10, v2, v20 op_sel:[{byte & 1},{byte >> 1},0]", value, 0xFFFFFFFF, wide)
            else:
                for half in (0, 1):
                    self.part(name, f"{self.SCALE}{name} v10, v2, v20 op_sel:[{byte & 1},{byte >> 1},{half}]", value << W(16 * half), 0xFFFF << 16 * half, wide)

    # Without a scale

    def plain_small(self, small):
        codes, _, _ = self.source(small, 4)
        values = to_values(codes, small, self.formats)
        for byte, select in enumerate(("BYTE_0", "BYTE_1", "BYTE_2", "BYTE_3")):
            self.part(f"v_cvt_f32_{small}", f"v_cvt_f32_{small}_sdwa v10, v2 src0_sel:{select}", wide_codes(values[..., byte], "f32", False), 0xFFFFFFFF, "f32")
        for half, select in enumerate(("WORD_0", "WORD_1")):
            self.whole(f"v_cvt_pk_f32_{small}", f"v_cvt_pk_f32_{small}_sdwa v[64:65], v2 src0_sel:{select}", wide_codes(values[..., 2 * half:2 * half + 2], "f32", False), "f32", 64)
        wide, _, _ = self.source("f32", 2)
        exact = to_values(wide, "f32")
        near_codes, down = to_codes(exact, small, self.formats), to_codes(exact, small, self.formats, truncate=True)
        kind = small if self.formats is OCP else small + " fnuz"
        for half in (0, 1):
            self.part(f"v_cvt_pk_{small}_f32", f"v_cvt_pk_{small}_f32 v10, v2, v3 op_sel:[0,0,{half}]", (near_codes[..., 0] | near_codes[..., 1] << 8) << 16 * half, 0xFFFF << 16 * half, kind)
        for byte in range(4):
            self.part(f"v_cvt_sr_{small}_f32", f"v_mov_b32 v21, 0\n v_cvt_sr_{small}_f32 v10, v2, v21 op_sel:[0,0,{byte & 1},{byte >> 1}]", down[..., 0] << 8 * byte, 0xFF << 8 * byte, kind)

    def stochastic_halves(self):
        exact = to_values(self.words[0].astype(W), "f32")
        for half in (0, 1):
            for kind in ("f16", "bf16"):
                name = f"v_cvt_sr_{kind}_f32"
                self.part(name, f"v_mov_b32 v21, 0\n {name} v10, v2, v21 op_sel:[0,0,{half}]", wide_codes(exact, kind, True) << W(16 * half), 0xFFFF << 16 * half, kind)

    def integers(self):
        a = self.words[0]
        high = self.batch.inputs[3] & W(0xFFFFFFFF00000000)
        low = lambda x: x.astype(W) | high
        for i in range(4):
            self.batch.add(f"v_cvt_f32_ubyte{i}", f"v_cvt_f32_ubyte{i} v10, v2", low(bits((a >> U(8 * i) & U(255)).astype(np.float32))))
        f64 = self.batch.inputs[0].view(np.float64)
        f32 = a.view(np.float32)
        f16 = a.astype(np.uint16).view(np.float16)
        cut = lambda x, least, most: np.where(np.isnan(x), 0, np.minimum(np.maximum(np.trunc(x.astype(np.float64)), least), most))
        for name, source, value in [
                ("v_cvt_i32_f64", "v[2:3]", cut(f64, -(1 << 31), (1 << 31) - 1).astype(np.int64).astype(U)), ("v_cvt_u32_f64", "v[2:3]", cut(f64, 0, (1 << 32) - 1).astype(U)),
                ("v_cvt_i32_f32", "v2", cut(f32, -(1 << 31), (1 << 31) - 1).astype(np.int64).astype(U)), ("v_cvt_u32_f32", "v2", cut(f32, 0, (1 << 32) - 1).astype(U)),
                ("v_cvt_i16_f16", "v2", cut(f16, -32768, 32767).astype(np.int16).view(np.uint16)), ("v_cvt_u16_f16", "v2", cut(f16, 0, 65535).astype(np.uint16)),
                ("v_cvt_flr_i32_f32", "v2", np.where(np.isnan(f32), 0, np.clip(np.floor(f32.astype(np.float64)), -(1 << 31), (1 << 31) - 1)).astype(np.int64).astype(U)),
                ("v_cvt_f32_i32", "v2", bits(a.view(I).astype(np.float64).astype(np.float32))), ("v_cvt_f32_u32", "v2", bits(a.astype(np.float64).astype(np.float32))),
                ("v_cvt_f16_i16", "v2", bits(a.astype(np.uint16).view(np.int16).astype(np.float16))), ("v_cvt_f16_u16", "v2", bits(a.astype(np.uint16).astype(np.float64).astype(np.float16))),
                ("v_cvt_off_f32_i4", "v2", bits(((a & U(15)).astype(np.float32) - 16 * (a >> U(3) & U(1)).astype(np.float32)) / np.float32(16)))]:
            self.batch.add(name, f"{name} v10, {source}", low(value))
        for name, value in (("v_cvt_f64_i32", a.view(I).astype(np.float64)), ("v_cvt_f64_u32", a.astype(np.float64))):
            self.batch.add(name, f"{name} v[10:11], v2", bits(value))
        self.part("v_cvt_f32_f64", "v_cvt_f32_f64 v10, v[2:3]", bits(f64.astype(np.float32)), 0xFFFFFFFF, "f32")
        self.part("v_cvt_f32_f16", "v_cvt_f32_f16 v10, v2", bits(f16.astype(np.float32)), 0xFFFFFFFF, "f32")
        wide = f32.astype(np.float64)
        self.batch.add("v_cvt_f64_f32", "v_cvt_f64_f32 v[10:11], v2", bits(wide), same=lambda found, expected: (found == expected) | (np.isnan(found.view(np.float64)) & np.isnan(wide)))

    def norms(self):
        high = self.batch.inputs[3] & W(0xFFFFFFFF00000000)
        words = [self.words[0].view(np.float32).astype(np.float64), self.words[2].view(np.float32).astype(np.float64)]
        halves = [w.astype(np.uint16).view(np.float16).astype(np.float64) for w in (self.words[0], self.words[2])]
        snorm = lambda x: np.where(np.isnan(x), 0, np.rint(np.clip(x, -1, 1) * 32767)).astype(np.int16).view(np.uint16).astype(W)
        unorm = lambda x: np.where(np.isnan(x), 0, np.rint(np.clip(x, 0, 1) * 65535)).astype(np.uint16).astype(W)
        for letter, convert in (("i", snorm), ("u", unorm)):
            for kind, (x, y) in (("f32", words), ("f16", halves)):
                self.batch.add(f"v_cvt_pknorm_{letter}16_{kind}", f"v_cvt_pknorm_{letter}16_{kind} v10, v2, v4", convert(x) | convert(y) << W(16) | high)
            self.batch.add(f"v_cvt_norm_{letter}16_f16", f"v_cvt_norm_{letter}16_f16 v10, v2", convert(halves[0]) | high)
        # Byte 2 of the sum is replaced: S1's lowest bits choose it. Rounded by MODE: to nearest.
        byte = np.where(np.isnan(words[0]), 0, np.clip(np.rint(words[0]), 0, 255)).astype(W)
        self.batch.add("v_cvt_pk_u8_f32", "v_cvt_pk_u8_f32 v10, v2, 2, v6", byte << W(16) | self.words[4].astype(W) & W(0xFF00FFFF) | high)
        self.batch.add("v_cvt_pkaccum_u8_f32", "v_mov_b32 v10, v6\n v_cvt_pkaccum_u8_f32 v10, v2, 2", byte << W(16) | self.words[4].astype(W) & W(0xFF00FFFF) | high)


def random_inputs(rng):
    """Random bits, exponents often near one, in every width that the words are read with."""
    words = rng.integers(0, 1 << 64, (4, ROWS, LANES), dtype=W)
    normal = np.stack([bits((rng.standard_normal((4, ROWS, LANES)) * 4).astype(np.float32)) for _ in range(2)])
    pairs = normal[0] | normal[1] << W(32)
    halves = sum(bits((rng.standard_normal((4, ROWS, LANES)) * 2).astype(np.float16)) << W(16 * i) for i in range(4))
    kind = rng.random(words.shape)
    return list(np.where(kind < 0.4, pairs, np.where(kind < 0.8, halves, words)))


IS_NAN["fp8 fnuz"] = IS_NAN["bf8 fnuz"] = lambda c: c != c
WIDTH["fp8 fnuz"] = WIDTH["bf8 fnuz"] = 8
NAMED = (expand("v_cvt_scalef32_pk_{fp8,bf8,fp4}_{f32,f16,bf16}") + expand("v_cvt_scalef32_sr_{fp8,bf8}_{f32,f16,bf16}") + expand("v_cvt_scalef32_sr_pk_fp4_{f32,f16,bf16}")
         + expand("v_cvt_scalef32_pk32_{fp6,bf6}_{f16,bf16}") + expand("v_cvt_scalef32_2xpk16_{fp6,bf6}_f32") + expand("v_cvt_scalef32_sr_pk32_{fp6,bf6}_{f32,f16,bf16}")
         + expand("v_cvt_scalef32_{f16,f32}_{fp8,bf8}") + expand("v_cvt_scalef32_pk_{f32,f16,bf16}_{fp8,bf8,fp4}") + expand("v_cvt_scalef32_pk32_{f32,f16,bf16}_{fp6,bf6}")
         + expand("v_cvt_{f32,pk_f32}_{fp8,bf8}") + expand("v_cvt_{pk,sr}_{fp8,bf8}_f32") + expand("v_cvt_sr_{f16,bf16}_f32") + expand("v_cvt_pknorm_{i16,u16}_{f16,f32}")
         + expand("v_cvt_norm_{i16,u16}_f16") + expand("v_cvt_f32_ubyte{0,1,2,3}"))
wrong, names = [], set()
for chip in ("gfx942", "gfx950"):
    batch = Batch(chip, random_inputs(np.random.default_rng(19)))
    conversions = Conversions(batch, OCP if chip == "gfx950" else FNUZ)
    for small in ("fp8", "bf8"):
        conversions.plain_small(small)
    conversions.integers()
    conversions.norms()
    if chip == "gfx950":
        conversions.stochastic_halves()
        for wide in ("f32", "f16", "bf16"):
            for small in ("fp8", "bf8", "fp4"):
                conversions.scaled_to(small, wide)
                conversions.scaled_from(small, wide)
            for small in ("fp6", "bf6"):
                conversions.scaled_to_32(small, wide)
                conversions.scaled_from(small, wide)
    names |= {case[0] for case in batch.cases}
    wrong += batch.run(f"{work}/{chip}")
wrong += [f"no case of {name}" for name in NAMED if name not in names]
sys.exit("\n".join(wrong) or 0)
