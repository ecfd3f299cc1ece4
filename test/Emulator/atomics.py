# Every atomic on every path to memory (LDS, FLAT, GLOBAL, MUBUF, scalar): what it returns and what it leaves, against NumPy.
# REQUIRES: kiln-run, numpy
# RUN: %python %s %S/Inputs %t.dir
import sys

sys.path.insert(0, sys.argv[1])
import numpy as np
from instructions import Batch, bits, expand, integers

np.seterr(all="ignore")
U, I, W, J = np.uint32, np.int32, np.uint64, np.int64
SIGNED = {U: I, W: J}


def table(T):
    """name: new value of the memory from its old value, the data, and the second data"""
    s = lambda x: x.view(SIGNED[T])
    return {
        "swap": lambda m, a, b: a, "add": lambda m, a, b: m + a, "sub": lambda m, a, b: m - a, "rsub": lambda m, a, b: a - m,
        "smin": lambda m, a, b: np.where(s(a) < s(m), a, m), "umin": lambda m, a, b: np.minimum(m, a), "smax": lambda m, a, b: np.where(s(a) > s(m), a, m),
        "umax": lambda m, a, b: np.maximum(m, a), "and": lambda m, a, b: m & a, "or": lambda m, a, b: m | a, "xor": lambda m, a, b: m ^ a,
        "inc": lambda m, a, b: np.where(m >= a, T(0), m + T(1)), "dec": lambda m, a, b: np.where((m == 0) | (m > a), a, m - T(1)),
        "mskor": lambda m, a, b: m & ~a | b, "wrap": lambda m, a, b: np.where(m >= a, m - a, m + b),
    }


# DS spells the type: name of the operation above, and of the instruction.
DS = {"add": "add_u", "sub": "sub_u", "rsub": "rsub_u", "inc": "inc_u", "dec": "dec_u", "smin": "min_i", "smax": "max_i", "umin": "min_u", "umax": "max_u",
      "and": "and_b", "or": "or_b", "xor": "xor_b", "mskor": "mskor_b"}
MEMORY = ["swap", "add", "sub", "smin", "umin", "smax", "umax", "and", "or", "xor", "inc", "dec"]
NAMED = (expand("ds_{add,sub,rsub,inc,dec,min,max}{,_rtn}_{u32,u64}") + expand("ds_{min,max}{,_rtn}_{i32,i64}") + expand("ds_{and,or,xor,mskor}{,_rtn}_{b32,b64}")
         + expand("ds_wrxchg_rtn_{b32,b64}") + expand("ds_cmpst{,_rtn}_{b32,b64,f32,f64}") + expand("ds_{add,min,max}{,_rtn}_{f32,f64}")
         + expand("ds_pk_add{,_rtn}_{f16,bf16}") + ["ds_wrap_rtn_b32"]
         + expand("{flat,global,buffer,s,s_buffer}_atomic_{swap,cmpswap,add,sub,smin,umin,smax,umax,and,or,xor,inc,dec}{,_x2}")
         + expand("{flat,global,buffer}_atomic_{add_f32,pk_add_f16,add_f64,min_f64,max_f64}") + expand("{flat,global}_atomic_pk_add_bf16"))
ON_GFX950 = ["buffer_atomic_pk_add_bf16"]

# Addresses: flat and global in v[20:21] (s[4:5] + 8 * lane), LDS in v1; the descriptor of the row is s[28:31].
SETUP = """v_mov_b32 v20, s4
  v_mov_b32 v21, s5
  v_add_co_u32 v20, vcc, v20, v1
  v_addc_co_u32 v21, vcc, 0, v21, vcc
  s_mov_b32 s28, s4
  s_mov_b32 s29, s5
  s_movk_i32 s30, 0x800
  s_mov_b32 s31, 0x20000
  v_mov_b32 v12, v2
  v_mov_b32 v13, v3
  v_mov_b32 v14, v4
  v_mov_b32 v15, v5
"""


class Atomics:
    def __init__(self, batch):
        self.batch = batch

    def add(self, name, text, old, new, wide, scalar=False):
        """`text` without its destination; memory holds D before. Results: the old value, then memory."""
        lds = name.startswith("ds_")
        fill = "ds_write_b64 v1, v[8:9]" if lds else "global_store_dwordx2 v1, v[8:9], s[4:5]"
        read = "ds_read_b64 v[10:11], v1" if lds else "global_load_dwordx2 v[10:11], v1, s[4:5]"
        wait = "s_waitcnt vmcnt(0) lgkmcnt(0)"
        lines = f"{SETUP}  {fill}\n  {wait}\n  {text}\n  {wait}\n  {read}\n  {wait}"
        high = self.batch.inputs[3] & W(0xFFFFFFFF00000000)
        memory = new if wide else new.astype(W) | high
        if scalar:  # lane 0's only
            memory = np.where(np.arange(64) == 0, memory, self.batch.inputs[3])
        self.batch.add(name, lines, memory)
        if old is not None:
            show = "v_mov_b32 v10, s24\n v_mov_b32 v11, s25" if scalar else "v_mov_b32 v10, v16\n v_mov_b32 v11, v17"
            value = old if wide else old.astype(W)
            value = np.broadcast_to(value[:, :1], value.shape) if scalar else value
            self.batch.add(name + " returns", f"v_mov_b32 v17, 0\n s_mov_b32 s25, 0\n{SETUP}  {fill}\n  {wait}\n  {text}\n  {wait}\n  {show}", value)

    def every(self, name, old, new, wide, second=False):
        """Forms of one atomic by the paths to memory that have it."""
        data, destination = ("v[12:13]", "v[16:17]") if wide else ("v12", "v16")
        if second:
            data = "v[12:15]" if wide else "v[12:13]"
        for path in ("flat", "global", "buffer"):
            full = f"{path}_atomic_{name}"
            form = {"flat": "v[20:21], {0} sc0", "global": "v[20:21], {0}, off sc0"}.get(path)
            self.add(full, f"{full} {destination}, " + form.format(data) if form else self.buffer(full, data, destination, wide, second), old, new, wide)
        return data

    def buffer(self, full, data, destination, wide, second):
        register = {2: "v[16:17]", 1: "v16", 4: "v[16:19]"}[(2 if wide else 1) * (2 if second else 1)]
        count = int((2 if wide else 1) * (2 if second else 1))
        moves = "\n  ".join(f"v_mov_b32 v{16 + i}, v{12 + i}" for i in range(count))
        clear = "" if wide else "\n  v_mov_b32 v17, 0"
        return f"{moves}\n  {full} {register}, v1, s[28:31], 0 offen sc0\n  s_waitcnt vmcnt(0){clear}"

    def integers(self):
        for T, suffix in ((U, ""), (W, "_x2")):
            wide, width = T is W, 64 if T is W else 32
            m, a, b = (self.batch.inputs[i].astype(T) for i in (3, 0, 1))
            models = table(T)
            for operation in MEMORY:
                self.every(operation + suffix, m, models[operation](m, a, b), wide)
                self.scalar(operation + suffix, m, models[operation](m, *(np.broadcast_to(x[:, :1], x.shape) for x in (a, b))), wide)
            # The new value, then the comparand; DS has them the other way round.
            compare = np.where(self.batch.inputs[2].astype(T) & T(1), m, b)  # made equal for half of the lanes
            self.compare(suffix, m, a, compare, wide)
            data, destination = ("v[12:13]", "v[16:17]") if wide else ("v12", "v16")
            second = "v[14:15]" if wide else "v14"
            for operation, spelled in DS.items():
                new, extra = models[operation](m, a, b), f", {second}" if operation == "mskor" else ""
                self.add(f"ds_{spelled}{width}", f"ds_{spelled}{width} v1, {data}{extra}", None, new, wide)
                base, kind = spelled.split("_")
                self.add(f"ds_{base}_rtn_{kind}{width}", f"ds_{base}_rtn_{kind}{width} {destination}, v1, {data}{extra}", m, new, wide)
            self.add(f"ds_wrxchg_rtn_b{width}", f"ds_wrxchg_rtn_b{width} {destination}, v1, {data}", m, a, wide)
        m, a, b = (self.batch.inputs[i].astype(U) for i in (3, 0, 1))
        self.add("ds_wrap_rtn_b32", "ds_wrap_rtn_b32 v16, v1, v12, v14", m, table(U)["wrap"](m, a, b), False)

    def compare(self, suffix, m, a, comparand, wide):
        """v[12:13] the new value, v[14:15] the comparand: D where C is odd, else B."""
        pick = ("v_and_b32 v22, 1, v6\n  v_cmp_eq_u32 vcc, 1, v22\n  v_cndmask_b32 v14, v14, v8, vcc\n  v_cndmask_b32 v15, v15, v9, vcc\n  ")
        if not wide:
            pick += "v_mov_b32 v13, v14\n  "
        data, destination = ("v[12:15]", "v[16:17]") if wide else ("v[12:13]", "v16")
        new = np.where(m == comparand, a, m)
        for path in ("flat", "global", "buffer"):
            full = f"{path}_atomic_cmpswap{suffix}"
            form = {"flat": "v[20:21], {0} sc0", "global": "v[20:21], {0}, off sc0"}.get(path)
            text = f"{full} {destination}, " + form.format(data) if form else self.buffer(full, data, destination, wide, True)
            self.add(full, pick + text, m, new, wide)
        first, second = ("v[12:13]", "v[14:15]") if wide else ("v12", "v14")
        width = 64 if wide else 32
        self.add(f"ds_cmpst_b{width}", f"{pick}ds_cmpst_b{width} v1, {second}, {first}", None, new, wide)
        self.add(f"ds_cmpst_rtn_b{width}", f"{pick}ds_cmpst_rtn_b{width} {destination}, v1, {second}, {first}", m, new, wide)
        row = lambda x: np.broadcast_to(x[:, :1], x.shape)
        register = "s[24:27]" if wide else "s[24:25]"
        scalar_pick = ("s_mov_b64 s[24:25], s[16:17]\n  s_bitcmp1_b32 s20, 0\n  s_cselect_b64 s[26:27], s[22:23], s[18:19]\n  " if wide else
                       "s_mov_b32 s24, s16\n  s_bitcmp1_b32 s20, 0\n  s_cselect_b32 s25, s22, s18\n  ")
        clear = "" if wide else "\n  s_waitcnt lgkmcnt(0)\n  s_mov_b32 s25, 0"
        for form in (f"s_atomic_cmpswap{suffix} {register}, s[4:5], 0x0 glc", f"s_buffer_atomic_cmpswap{suffix} {register}, s[28:31], 0x0 glc"):
            self.add(form.split()[0], scalar_pick + form + clear, m, np.where(row(m) == row(comparand), row(a), m), wide, scalar=True)

    def scalar(self, name, m, new, wide):
        register, source = ("s[24:25]", "s[16:17]") if wide else ("s24", "s16")
        move = f"s_mov_b{64 if wide else 32} {register}, {source}\n  "
        for full, where in ((f"s_atomic_{name}", "s[4:5], 0x0"), (f"s_buffer_atomic_{name}", "s[28:31], 0x0")):
            self.add(full, f"{move}{full} {register}, {where} glc", m, new, wide, scalar=True)

    def floats(self, kind, suffix):
        """Small integers, so that sums are exact; minima and maxima of numbers."""
        wide = kind is np.float64
        m, a, b = (np.ascontiguousarray(self.batch.inputs[i].astype(W if wide else U)).view(kind) for i in (3, 0, 1))
        word = lambda x: np.ascontiguousarray(x.astype(kind)).view(W if wide else U)
        data, destination = ("v[12:13]", "v[16:17]") if wide else ("v12", "v16")
        second = "v[14:15]" if wide else "v14"
        for name, new in (("add", m + a), ("min", np.minimum(m, a)), ("max", np.maximum(m, a))):
            self.add(f"ds_{name}_{suffix}", f"ds_{name}_{suffix} v1, {data}", None, word(new), wide)
            self.add(f"ds_{name}_rtn_{suffix}", f"ds_{name}_rtn_{suffix} {destination}, v1, {data}", word(m), word(new), wide)
            if wide or name == "add":
                self.every(f"{name}_{suffix}", word(m), word(new), wide)
        new = np.where(m == a, b, m)  # small integers are often equal
        self.add(f"ds_cmpst_{suffix}", f"ds_cmpst_{suffix} v1, {data}, {second}", None, word(new), wide)
        self.add(f"ds_cmpst_rtn_{suffix}", f"ds_cmpst_rtn_{suffix} {destination}, v1, {data}, {second}", word(m), word(new), wide)

    def packed(self, suffix, paths):
        """Two sums of halves; `suffix` says which."""
        def value(code):
            return code.astype(np.uint16).view(np.float16).astype(np.float32) if suffix == "f16" else (code.astype(U) << U(16)).view(np.float32)

        def code(x):
            return bits(x.astype(np.float16)) if suffix == "f16" else bits(x.astype(np.float32)) >> W(16)
        m, a = self.batch.inputs[3], self.batch.inputs[0]
        halves = [code(value(m >> W(at) & W(0xFFFF)) + value(a >> W(at) & W(0xFFFF))) for at in (0, 16)]
        new = (halves[0] | halves[1] << W(16)).astype(U)
        old = m.astype(U)
        if "ds" in paths:
            self.add(f"ds_pk_add_{suffix}", f"ds_pk_add_{suffix} v1, v12", None, new, False)
            self.add(f"ds_pk_add_rtn_{suffix}", f"ds_pk_add_rtn_{suffix} v16, v1, v12", old, new, False)
        for path in paths:
            full = f"{path}_atomic_pk_add_{suffix}"
            form = {"flat": "v[20:21], v12 sc0", "global": "v[20:21], v12, off sc0"}.get(path)
            if path != "ds":
                self.add(full, f"{full} v16, {form}" if form else self.buffer(full, "v12", "v16", False, False), old, new, False)


def small_floats(rng, kind, rows=6):
    whole = rng.integers(-6, 7, (4, rows, 64)).astype(np.float64)
    return [bits(word.astype(kind)) for word in whole + (whole == 0)]  # no zeros, whose sign minima would choose


def packed_inputs(rng, suffix):
    whole = [rng.integers(-20, 21, (4, 6, 64)) + 0.5 for _ in range(2)]
    code = (lambda x: bits(x.astype(np.float16))) if suffix == "f16" else (lambda x: bits(x.astype(np.float32)) >> W(16))
    return [code(low) | code(high) << W(16) for low, high in zip(*whole)]


def batches(chip):
    rng = np.random.default_rng(13)
    yield Batch(chip, integers(rng, 6)), lambda atomics: atomics.integers()
    yield Batch(chip, small_floats(rng, np.float32)), lambda atomics: atomics.floats(np.float32, "f32")
    yield Batch(chip, small_floats(rng, np.float64)), lambda atomics: atomics.floats(np.float64, "f64")
    yield Batch(chip, packed_inputs(rng, "f16")), lambda atomics: atomics.packed("f16", ["ds", "flat", "global", "buffer"])
    brain = ["ds", "flat", "global"] + (["buffer"] if chip == "gfx950" else [])
    yield Batch(chip, packed_inputs(rng, "bf16")), lambda atomics: atomics.packed("bf16", brain)


wrong, names = [], set()
for chip in ("gfx942", "gfx950"):
    for number, (batch, fill) in enumerate(batches(chip)):
        fill(Atomics(batch))
        names |= {case[0] for case in batch.cases}
        wrong += batch.run(f"{sys.argv[2]}/{chip}-{number}")
wrong += [f"no case of {name}" for name in NAMED + ON_GFX950 if name not in names]
sys.exit("\n".join(wrong) or 0)
