# Floating-point instructions of the vector ALU on random lanes. Operands have so few significand bits that NumPy's double holds
# every exact result, which is then rounded once, in each of MODE's four directions.
# REQUIRES: kiln-run, numpy
# RUN: %python %s %S/Inputs %t.dir
import sys

sys.path.insert(0, sys.argv[1])
import numpy as np
from instructions import LANES, Batch, bits, expand, same_float

np.seterr(all="ignore")
W = np.uint64
KINDS = {"f16": np.float16, "f32": np.float32, "f64": np.float64}
MANTISSA = {"f16": 10, "f32": 23, "f64": 52}
SMALLEST = {"f16": -14, "f32": -126, "f64": -1022}  # exponent of the smallest normal number
LARGEST = {kind: float(np.finfo(dtype).max) for kind, dtype in KINDS.items()}
REGISTERS = ["2", "4", "6"]
LOW = W(0xFFFFFFFF)


def rounded(exact, kind, direction):
    """0 nearest even, 1 up, 2 down, 3 toward zero."""
    dtype = KINDS[kind]
    if kind == "f64":
        return exact
    exponent = np.maximum(np.frexp(exact)[1] - 1, SMALLEST[kind])
    ulp = np.ldexp(1.0, exponent - MANTISSA[kind])
    steps = exact / ulp
    steps = (np.rint, np.ceil, np.floor, np.trunc)[direction](steps)
    result = np.where(np.isfinite(exact), steps * ulp, exact)
    over = np.isfinite(exact) & (np.abs(result) > LARGEST[kind])
    to_infinity = (direction == 0) | ((direction == 1) & (exact > 0)) | ((direction == 2) & (exact < 0))
    result = np.where(over, np.where(to_infinity, np.inf, LARGEST[kind]) * np.sign(exact), result)
    return np.copysign(result, exact).astype(dtype)


def operand(rng, kind, rows, special=True):
    """Six significant bits, exponents near zero; some zeros, infinities and NaNs."""
    value = rng.integers(-63, 64, (rows, LANES)) * 2.0 ** rng.integers(-8, 5, (rows, LANES))
    if special:
        chosen = rng.choice(np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 0.5, 2.5]), value.shape)
        value = np.where(rng.random(value.shape) < 0.2, chosen, value)
    return value.astype(KINDS[kind])


class Floats:
    """Cases of one kind of float in one rounding direction."""

    def __init__(self, batch, kind, direction, values):
        self.batch, self.kind, self.direction, self.values = batch, kind, direction, values
        self.wide = kind == "f64"

    def register(self, number):
        return f"v[{number}:{int(number) + 1}]" if self.wide else f"v{number}"

    def case(self, name, operands, value, kept=False, text=None, signed_zeros=True):
        """A float result; of a half, the upper 16 bits are zero or kept."""
        value = np.ascontiguousarray(np.asarray(value).astype(KINDS[self.kind]))
        text = text or f"{name} {self.register('10')}, " + ", ".join(self.register(n) for n in REGISTERS[:operands])
        whole = {"f16": 0xFFFF, "f32": 0xFFFFFFFF, "f64": 0xFFFFFFFFFFFFFFFF}[self.kind]
        near, old = same_float(KINDS[self.kind], whole), self.batch.inputs[3]

        def same(found, expected):
            upper = found >> W(16) & W(0xFFFF) == (old >> W(16) & W(0xFFFF) if kept else W(0))
            zeros = (not signed_zeros) & (value == 0) & (found & W(whole >> 1) == 0)
            return (near(found, expected) | zeros) & (upper if self.kind == "f16" else True)
        self.batch.add(name, text, bits(value), whole, same)

    def near(self, name, text, value, ulps=1):
        """Within some last places: the transcendental unit's bound."""
        dtype, whole = KINDS[self.kind], {"f16": 0xFFFF, "f32": 0xFFFFFFFF, "f64": 0xFFFFFFFFFFFFFFFF}[self.kind]

        def same(found, expected):
            word = np.ascontiguousarray((found & W(whole)).astype(f"u{dtype().itemsize}")).view(dtype).astype(np.float64)
            unit = np.ldexp(1.0, np.maximum(np.frexp(value)[1] - 1, SMALLEST[self.kind]) - MANTISSA[self.kind])
            flushed = (np.abs(value) < 2.0 ** SMALLEST["f32"]) & (word == 0) & (self.kind == "f32")
            overflow = (np.abs(value) >= LARGEST[self.kind]) & np.isinf(word) & (np.sign(word) == np.sign(value))
            return (word == value) | (np.isnan(word) & np.isnan(value)) | (np.abs(word - value) <= ulps * unit) | flushed | overflow
        self.batch.add(name, text, bits(value.astype(dtype)), whole, same)

    def arithmetic(self):
        kind, rounding = self.kind, lambda x: rounded(x, self.kind, self.direction)
        a, b, c = (v.astype(np.float64) for v in self.values)
        d = np.ascontiguousarray(self.batch.inputs[3].astype(f"u{KINDS[kind]().itemsize}")).view(KINDS[kind]).astype(np.float64)
        zero = lambda exact, *terms: exact if self.direction != 2 else np.where((exact == 0) & ~np.isnan(exact) & cancels(*terms), -0.0, exact)

        def cancels(x, y):  # x + y = 0 from opposite signs is -0 when rounding down
            return (x == -y) & (np.signbit(x) != np.signbit(y))
        self.case(f"v_add_{kind}", 2, rounding(zero(a + b, a, b)))
        self.case(f"v_mul_{kind}", 2, rounding(a * b))
        fused = rounding(zero(a * b + c, a * b, c))
        self.case(f"v_fma_{kind}", 3, fused, kept=True)
        if kind != "f64":
            self.case(f"v_sub_{kind}", 2, rounding(zero(a - b, a, -b)))
            self.case(f"v_subrev_{kind}", 2, rounding(zero(b - a, b, -a)))
        if kind != "f16":
            self.case(f"v_fmac_{kind}", 2, rounding(zero(a * b + d, a * b, d)))
        if kind == "f16":  # of MAD, the product is rounded too
            twice = lambda x, y, z: rounding(zero(rounding(x * y).astype(np.float64) + z, rounding(x * y).astype(np.float64), z))
            three = np.float64(3)
            self.case("v_fma_legacy_f16", 3, fused)
            self.case("v_mad_f16", 3, twice(a, b, c), kept=True)
            self.case("v_mad_legacy_f16", 3, twice(a, b, c))
            self.case("v_mac_f16", 2, twice(a, b, d))
            self.case("v_madak_f16", 2, twice(a, b, three), text="v_madak_f16 v10, v2, v4, 0x4200")
            self.case("v_madmk_f16", 2, twice(a, three, b), text="v_madmk_f16 v10, v2, 0x4200, v4")
        if kind == "f32":
            self.case("v_fmaak_f32", 2, rounding(zero(a * b + 3, a * b, np.float64(3))), text="v_fmaak_f32 v10, v2, v4, 0x40400000")
            self.case("v_fmamk_f32", 2, rounding(zero(a * 3 + b, a * 3, b)), text="v_fmamk_f32 v10, v2, 0x40400000, v4")
            self.case("v_mul_legacy_f32", 2, np.where((a == 0) | (b == 0), 0, rounding(a * b)))
        power = 3 - np.arange(LANES) // 8
        self.case(f"v_ldexp_{kind}", 1, rounding(np.ldexp(a, power)),
                  text=f"v_lshrrev_b32 v20, 3, v0\n v_sub_u32 v20, 3, v20\n v_ldexp_{kind} {self.register('10')}, {self.register('2')}, v20")

    def selections(self):
        kind = self.kind
        a, b, c = self.values
        numbers = [np.where(np.isnan(v), np.nan, v) for v in (a, b, c)]
        zero_aware = lambda f, x, y: np.where((x == 0) & (y == 0), f(np.copysign(1, x), np.copysign(1, y)) * 0.0, f(x, y))
        low = lambda x, y: zero_aware(np.fmin, x, y)
        high = lambda x, y: zero_aware(np.fmax, x, y)
        self.case(f"v_min_{kind}", 2, low(a, b))
        self.case(f"v_max_{kind}", 2, high(a, b))
        if kind == "f64":
            return
        kept = kind == "f16"
        self.case(f"v_min3_{kind}", 3, low(low(a, b), c), kept)
        self.case(f"v_max3_{kind}", 3, high(high(a, b), c), kept)
        nan = np.isnan(a) | np.isnan(b) | np.isnan(c)
        ordered = np.sort(np.stack(numbers), axis=0)
        middle = np.where(nan, low(low(a, b), c), ordered[1])
        self.case(f"v_med3_{kind}", 3, middle, kept, signed_zeros=False)  # which of two zeros is the middle one is open
        if self.batch.chip == "gfx950" and kind == "f32":
            self.case("v_minimum3_f32", 3, np.where(nan, np.nan, low(low(a, b), c)))
            self.case("v_maximum3_f32", 3, np.where(nan, np.nan, high(high(a, b), c)))

    def shapes(self):
        kind, a = self.kind, self.values[0]
        x = a.astype(np.float64)
        for name, function in {"trunc": np.trunc, "ceil": np.ceil, "rndne": np.rint, "floor": np.floor}.items():
            self.case(f"v_{name}_{kind}", 1, function(a))
        self.case(f"v_fract_{kind}", 1, np.where(np.isfinite(a), x - np.floor(x), np.nan), signed_zeros=False)
        mantissa, exponent = np.frexp(x)
        self.case(f"v_frexp_mant_{kind}", 1, mantissa)
        integer = "i16" if kind == "f16" else "i32"
        exponent = np.where(np.isfinite(x), exponent, 0)
        self.batch.add(f"v_frexp_exp_{integer}_{kind}", f"v_frexp_exp_{integer}_{kind} v10, {self.register('2')}\n v_mov_b32 v11, 0",
                       exponent.astype(np.int16).astype(np.uint16) if kind == "f16" else exponent.astype(np.int32).astype(np.uint32))

    def transcendentals(self):
        x, kind, source = self.values[0].astype(np.float64), self.kind, self.register("2")
        destination = self.register("10")
        for name, value in {"rcp": 1 / x, "rsq": 1 / np.sqrt(x), "sqrt": np.sqrt(x), "exp": np.exp2(x), "log": np.log2(x)}.items():
            if kind == "f64" and name in ("exp", "log"):
                continue
            value = np.where(np.isnan(value), np.nan, value)
            # The F64 ones have 2^29 units; the emulator computes what a double holds.
            self.near(f"v_{name}_{kind}", f"v_{name}_{kind} {destination}, {source}", value, 2)
            if kind == "f32" and name in ("exp", "log"):
                self.near(f"v_{name}_legacy_f32", f"v_{name}_legacy_f32 {destination}, {source}", value, 2)
            if kind == "f32" and name == "rcp":
                self.near("v_rcp_iflag_f32", f"v_rcp_iflag_f32 {destination}, {source}", value, 2)
        if kind == "f64":
            return
        for name, function in {"sin": np.sin, "cos": np.cos}.items():  # of turns; exact zeros get an absolute bound
            turns = np.where(np.isfinite(x), x - np.rint(x), np.nan)
            value = np.where(np.isfinite(x) & (np.abs(x) > 256), 0.0 if name == "sin" else 1.0, function(2 * np.pi * turns))
            value = np.where(np.abs(value) < 1e-9, 0.0, value)
            self.near(f"v_{name}_{kind}", f"v_{name}_{kind} {destination}, {source}", value, 2)

    def division(self):
        """The chain that compilers emit is a correctly rounded quotient (LLVM's AMDGPU expansion of fdiv)."""
        kind = self.kind
        a, b = (v.astype(np.float64) for v in self.values[:2])
        q, n, d = "v[10:11]", "v[2:3]", "v[4:5]"
        if kind == "f32":
            text = """v_div_scale_f32 v20, s[24:25], v4, v4, v2
  v_div_scale_f32 v21, vcc, v2, v4, v2
  v_rcp_f32 v22, v20
  v_fma_f32 v23, -v20, v22, 1.0
  v_fma_f32 v22, v23, v22, v22
  v_mul_f32 v24, v21, v22
  v_fma_f32 v25, -v20, v24, v21
  v_fma_f32 v24, v25, v22, v24
  v_fma_f32 v20, -v20, v24, v21
  v_div_fmas_f32 v20, v20, v22, v24
  v_div_fixup_f32 v10, v20, v4, v2"""
            self.case("v_div_fixup_f32", 2, (a / b).astype(np.float32), text=text)
        if kind == "f64":
            text = f"""v_div_scale_f64 v[20:21], s[24:25], {d}, {d}, {n}
  v_rcp_f64 v[22:23], v[20:21]
  v_fma_f64 v[24:25], -v[20:21], v[22:23], 1.0
  v_fma_f64 v[22:23], v[22:23], v[24:25], v[22:23]
  v_fma_f64 v[24:25], -v[20:21], v[22:23], 1.0
  v_fma_f64 v[22:23], v[22:23], v[24:25], v[22:23]
  v_div_scale_f64 v[24:25], vcc, {n}, {d}, {n}
  v_mul_f64 v[26:27], v[24:25], v[22:23]
  v_fma_f64 v[20:21], -v[20:21], v[26:27], v[24:25]
  v_div_fmas_f64 v[20:21], v[20:21], v[22:23], v[26:27]
  v_div_fixup_f64 {q}, v[20:21], {d}, {n}"""
            self.case("v_div_fixup_f64", 2, a / b, text=text)
        if kind == "f16":  # by way of F32
            text = "v_cvt_f32_f16 v20, v4\n v_cvt_f32_f16 v21, v2\n v_rcp_f32 v20, v20\n v_mul_f32 v20, v21, v20\n v_cvt_f16_f32 v20, v20\n "
            self.case("v_div_fixup_f16", 2, (a / b).astype(np.float16), kept=True, text=text + "v_div_fixup_f16 v10, v20, v4, v2")
            self.case("v_div_fixup_legacy_f16", 2, (a / b).astype(np.float16), text=text + "v_div_fixup_legacy_f16 v10, v20, v4, v2")


def packed_halves(batch, low, high):
    """VOP3P on two halves: `low` and `high` are A, B, C of each."""
    for name, count, model in [("v_pk_add_f16", 2, lambda a, b, c: a + b), ("v_pk_mul_f16", 2, lambda a, b, c: a * b), ("v_pk_fma_f16", 3, lambda a, b, c: a * b + c),
                               ("v_pk_min_f16", 2, lambda a, b, c: np.fmin(a, b)), ("v_pk_max_f16", 2, lambda a, b, c: np.fmax(a, b)),
                               ("v_pk_minimum3_f16", 3, lambda a, b, c: np.minimum(np.minimum(a, b), c)), ("v_pk_maximum3_f16", 3, lambda a, b, c: np.maximum(np.maximum(a, b), c))]:
        if "imum3" in name and batch.chip != "gfx950":
            continue
        parts = [bits(model(*(v.astype(np.float64) for v in half)).astype(np.float16)) for half in (low, high)]
        operands = ", ".join(f"v{20 + n}" for n in range(count))
        pack = "v_lshl_or_b32 v20, v3, 16, v2\n v_lshl_or_b32 v21, v5, 16, v4\n v_lshl_or_b32 v22, v7, 16, v6\n "
        batch.add(name, f"{pack}{name} v10, {operands}\n v_mov_b32 v11, 0", parts[0] | parts[1] << W(16))


def dots(batch, low, high):
    """Two products of halves and a sum; small numbers, so that every order is exact."""
    for kind, shift in (("f16", 0), ("bf16", 16)):
        if kind == "bf16" and batch.chip != "gfx950":
            continue
        code = (lambda x: bits(x.astype(np.float16))) if kind == "f16" else (lambda x: bits(x.astype(np.float32)) >> W(16))
        a, b = ([half[n].astype(np.float64) for half in (low, high)] for n in (0, 1))
        total = a[0] * b[0] + a[1] * b[1]
        convert = "" if kind == "f16" else "".join(f"v_cvt_f32_f16 v{r}, v{r}\n v_lshrrev_b32 v{r}, 16, v{r}\n " for r in (24, 25, 26, 27))
        pack = f"v_mov_b32 v24, v2\n v_mov_b32 v25, v3\n v_mov_b32 v26, v4\n v_mov_b32 v27, v5\n {convert}v_lshl_or_b32 v20, v25, 16, v24\n v_lshl_or_b32 v21, v27, 16, v26\n "
        result = bits((total + 3).astype(np.float32))
        batch.add(f"v_dot2_f32_{kind}", f"{pack}v_mov_b32 v22, 0x40400000\n v_dot2_f32_{kind} v10, v20, v21, v22\n v_mov_b32 v11, 0", result)
        batch.add(f"v_dot2c_f32_{kind}", f"{pack}v_mov_b32 v10, 0x40400000\n v_dot2c_f32_{kind} v10, v20, v21\n v_mov_b32 v11, 0", result)


def cubes(batch, values):
    """The face of a cube that a vector meets: the manual's definitions of V_CUBEID to V_CUBEMA."""
    x, y, z = values
    z_major = (abs(z) >= abs(x)) & (abs(z) >= abs(y))
    y_major = ~z_major & (abs(y) >= abs(x))
    major = np.where(z_major, z, np.where(y_major, y, x))
    negative = major < 0
    sc = np.where(z_major, np.where(negative, -x, x), np.where(y_major, x, np.where(negative, z, -z)))
    tc = np.where(y_major, np.where(negative, -z, z), -y)
    for name, value in {"v_cubeid_f32": np.where(z_major, 4, np.where(y_major, 2, 0)) + negative, "v_cubesc_f32": sc, "v_cubetc_f32": tc, "v_cubema_f32": 2 * major}.items():
        batch.add(name, f"{name} v10, v2, v4, v6\n v_mov_b32 v11, 0", bits(np.asarray(value).astype(np.float32)))


def two_over_pi(digits):
    """Bits of 2 / pi below the point, pi by Machin's formula."""
    unit = 1 << (digits + 64)

    def arctangent_of_inverse(n):
        term, total, k = unit // n, 0, 0
        while term:
            total += term // (2 * k + 1) * (-1) ** k
            term //= n * n
            k += 1
        return total
    pi = 4 * (4 * arctangent_of_inverse(5) - arctangent_of_inverse(239))
    return (2 * unit << digits) // pi


def range_reductions(batch):
    """V_TRIG_PREOP_F64: 53 bits of 2 / pi at a time."""
    digits = 1400
    whole = two_over_pi(digits)
    for segment in range(4):
        part = whole >> (digits - 53 * (segment + 1)) & ((1 << 53) - 1)
        batch.add("v_trig_preop_f64", f"v_mov_b32 v20, 0\n v_mov_b32 v21, 0x40000000\n v_trig_preop_f64 v[10:11], v[20:21], {segment}",
                  bits(np.full((1, 1), float(part) * 2.0 ** (-53 * (segment + 1)))))


def build(chip, kind, direction):
    rng = np.random.default_rng(direction * 10 + MANTISSA[kind])
    rows = 12
    values = [operand(rng, kind, rows) for _ in range(3)]
    inputs = [bits(v) for v in values] + [bits(operand(rng, kind, rows, special=False))]
    if kind == "f16":  # what stands in the upper halves
        inputs[3] = inputs[3] | rng.integers(0, 1 << 16, inputs[3].shape, dtype=W) << W(16)
    batch = Batch(chip, inputs, mode=0xF0 | direction | direction << 2)
    floats = Floats(batch, kind, direction, values)
    if kind != "f64" or direction == 0:
        floats.arithmetic()
    floats.selections()
    floats.shapes()
    if direction == 0:
        floats.transcendentals()
        floats.division()
    return batch


def build_packed(chip):
    rng = np.random.default_rng(5)
    halves = [[rng.integers(-63, 64, (8, LANES)).astype(np.float16) / np.float16(8) + np.float16(0.0625) for _ in range(3)] for _ in range(2)]
    inputs = [bits(low) | bits(high) << W(32) for low, high in zip(*halves)] + [np.zeros((8, LANES), W)]
    batch = Batch(chip, inputs)
    packed_halves(batch, *halves)
    dots(batch, *halves)
    range_reductions(batch)
    return batch


def build_cubes(chip):
    values = [operand(np.random.default_rng(n), "f32", 8, special=False) for n in range(3)]
    batch = Batch(chip, [bits(v) for v in values] + [np.zeros(values[0].shape, W)])
    cubes(batch, values)
    return batch


NAMED = (expand("v_{sub,subrev}_{f16,f32}") + expand("v_{trunc,ceil,rndne,floor,fract,frexp_mant}_{f16,f32,f64}") + expand("v_{rcp,rsq,sqrt}_{f16,f32,f64}")
         + expand("v_{exp,log,sin,cos}_{f16,f32}") + expand("v_{exp,log}_legacy_f32") + expand("v_{min,max}_{f16,f32,f64}") + expand("v_{min3,max3,med3}_{f16,f32}")
         + expand("v_{add,mul,fma}_{f16,f32,f64}") + expand("v_fmac_{f32,f64}") + expand("v_ldexp_{f16,f32,f64}") + expand("v_frexp_exp_{i16_f16,i32_f32,i32_f64}")
         + expand("v_div_{scale,fmas}_{f32,f64}"))

wrong, tested = [], set()
for chip in ("gfx942", "gfx950"):
    batches = [build(chip, kind, direction) for kind in KINDS for direction in range(4)] + [build_packed(chip), build_cubes(chip)]
    for number, batch in enumerate(batches):
        wrong += batch.run(f"{sys.argv[2]}/{chip}-{number}")
        tested |= {name for name, *_ in batch.cases} | {line.split()[0] for _, lines, *_ in batch.cases for line in lines.splitlines() if line.strip()}
wrong += [f"no case of {name}" for name in NAMED if name not in tested]
sys.exit("\n".join(wrong) or 0)
