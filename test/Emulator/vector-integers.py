# Integer instructions of the vector ALU on random lanes, against NumPy: results of one line each, as the ISA manual defines them.
# REQUIRES: kiln-run, numpy
# RUN: %python %s %S/Inputs %t.dir
import sys

sys.path.insert(0, sys.argv[1])
import numpy as np
from instructions import Batch, expand, integers

np.seterr(all="ignore")
U, I, W, J = np.uint32, np.int32, np.uint64, np.int64
H, S = np.uint16, np.int16
TYPES = {"u": U, "i": I, "U": W, "I": J, "h": H, "s": S}


def popcount(x):
    return sum((x.astype(W) >> W(bit)) & W(1) for bit in range(64)).astype(U)


def leading(x, width=32):
    """Zeros above the first one; all ones without one."""
    result = np.full(x.shape, 0xFFFFFFFF, U)
    for bit in range(width):
        result = np.where(x.astype(W) >> W(bit) & W(1), U(width - 1 - bit), result)
    return result


def trailing(x):
    result = np.full(x.shape, 0xFFFFFFFF, U)
    for bit in reversed(range(32)):
        result = np.where(x >> U(bit) & U(1), U(bit), result)
    return result


def reverse(x):
    return sum(((x >> U(bit) & U(1)) << U(31 - bit)) for bit in range(32)).astype(U)


def byte(x, i):
    return x.astype(W) >> W(8 * i) & W(0xFF)


def sad(a, b, masked=False):
    total = np.zeros(a.shape, J)
    for i in range(4):
        x, y = byte(a, i).astype(J), byte(b, i).astype(J)
        total += np.where(masked & (y == 0), 0, np.abs(x - y))
    return total


def windows(a, b, c, masked):
    """Four sums of 16 bits over windows that advance by a byte."""
    return sum(((sad((a >> W(8 * i)).astype(U), b, masked).astype(W) + (c >> W(16 * i) & W(0xFFFF))) & W(0xFFFF)) << W(16 * i)
               for i in range(4))


def low24(x):
    return (x & U(0xFFFFFF)).astype(W)


def signed24(x):
    return (x.astype(U) << U(8)).view(I).astype(J) >> 8


def field(x, at, width):
    return x >> (at & U(31)) & ((U(1) << (width & U(31))) - U(1))


def signed_field(x, at, width):
    width = width & U(31)
    return np.where(width == 0, 0, (x >> (at & U(31)).astype(I)).astype(J) << (32 - width).astype(J) << 32 >> 32 >> (32 - width).astype(J)).astype(I)


def middle(a, b, c):
    return np.maximum(np.minimum(a, b), np.minimum(np.maximum(a, b), c))


def align(a, b, amount):
    return ((a.astype(W) << W(32) | b) >> amount.astype(W)).astype(U)


def permute(a, b, selectors):
    data = a.astype(W) << W(32) | b
    result = np.zeros(a.shape, W)
    for i in range(4):
        s = byte(selectors, i)
        plain = data >> (W(8) * np.minimum(s, W(7))) & W(0xFF)
        sign = np.where(data >> (W(16) * ((s - W(8)) & W(3)) + W(15)) & W(1), W(0xFF), W(0))
        result |= np.where(s < 8, plain, np.where(s < 12, sign, np.where(s == 12, W(0), W(0xFF)))) << W(8 * i)
    return result


def clamp(x, low, high):
    return np.minimum(np.maximum(x, low), high)


# name: (result type, operand types, model). A result of 16 bits is followed by what the upper half is: 0 or + (kept).
TABLE = {
    "v_mov_b32": ("u", "u", lambda a: a), "v_mov_b64": ("U", "U", lambda a: a), "v_not_b32": ("u", "u", lambda a: ~a),
    "v_bfrev_b32": ("u", "u", reverse), "v_ffbh_u32": ("u", "u", leading), "v_ffbl_b32": ("u", "u", trailing),
    "v_ffbh_i32": ("u", "i", lambda a: leading(np.where(a < 0, ~a, a).astype(U))),
    "v_sat_pk_u8_i16": ("u", "u", lambda a: clamp((a & U(0xFFFF)).astype(H).view(S).astype(J), 0, 255)
                        | clamp((a >> U(16)).astype(H).view(S).astype(J), 0, 255) << 8),
    "v_and_b32": ("u", "uu", lambda a, b: a & b), "v_or_b32": ("u", "uu", lambda a, b: a | b), "v_xnor_b32": ("u", "uu", lambda a, b: ~(a ^ b)),
    "v_xor_b32": ("u", "uu", lambda a, b: a ^ b), "v_add_u32": ("u", "uu", lambda a, b: a + b), "v_sub_u32": ("u", "uu", lambda a, b: a - b),
    "v_subrev_u32": ("u", "uu", lambda a, b: b - a), "v_min_i32": ("i", "ii", np.minimum), "v_max_i32": ("i", "ii", np.maximum),
    "v_min_u32": ("u", "uu", np.minimum), "v_max_u32": ("u", "uu", np.maximum),
    "v_lshlrev_b32": ("u", "uu", lambda a, b: b << (a & U(31))), "v_lshrrev_b32": ("u", "uu", lambda a, b: b >> (a & U(31))),
    "v_ashrrev_i32": ("i", "ui", lambda a, b: b >> (a & U(31)).astype(I)),
    "v_mul_u32_u24": ("u", "uu", lambda a, b: low24(a) * low24(b)), "v_mul_hi_u32_u24": ("u", "uu", lambda a, b: low24(a) * low24(b) >> W(32)),
    "v_mul_i32_i24": ("u", "uu", lambda a, b: signed24(a) * signed24(b)), "v_mul_hi_i32_i24": ("u", "uu", lambda a, b: signed24(a) * signed24(b) >> 32),
    "v_add_u16": ("h0", "hh", lambda a, b: a + b), "v_sub_u16": ("h0", "hh", lambda a, b: a - b), "v_subrev_u16": ("h0", "hh", lambda a, b: b - a),
    "v_mul_lo_u16": ("h0", "hh", lambda a, b: a * b), "v_lshlrev_b16": ("h0", "hh", lambda a, b: b << (a & H(15))),
    "v_lshrrev_b16": ("h0", "hh", lambda a, b: b >> (a & H(15))), "v_ashrrev_i16": ("s0", "hs", lambda a, b: b >> (a & H(15)).astype(S)),
    "v_min_u16": ("h0", "hh", np.minimum), "v_max_u16": ("h0", "hh", np.maximum), "v_min_i16": ("s0", "ss", np.minimum), "v_max_i16": ("s0", "ss", np.maximum),
    # VOP3
    "v_lshl_or_b32": ("u", "uuu", lambda a, b, c: a << (b & U(31)) | c), "v_and_or_b32": ("u", "uuu", lambda a, b, c: a & b | c),
    "v_or3_b32": ("u", "uuu", lambda a, b, c: a | b | c), "v_add3_u32": ("u", "uuu", lambda a, b, c: a + b + c),
    "v_lshl_add_u32": ("u", "uuu", lambda a, b, c: (a << (b & U(31))) + c), "v_add_lshl_u32": ("u", "uuu", lambda a, b, c: (a + b) << (c & U(31))),
    "v_xad_u32": ("u", "uuu", lambda a, b, c: (a ^ b) + c), "v_lshlrev_b64": ("U", "uU", lambda a, b: b << (a & U(63)).astype(W)),
    "v_lshrrev_b64": ("U", "uU", lambda a, b: b >> (a & U(63)).astype(W)), "v_ashrrev_i64": ("I", "uI", lambda a, b: b >> (a & U(63)).astype(J)),
    "v_mul_lo_u32": ("u", "uu", lambda a, b: a * b), "v_mul_hi_u32": ("u", "uu", lambda a, b: a.astype(W) * b >> W(32)),
    "v_mul_hi_i32": ("i", "ii", lambda a, b: a.astype(J) * b >> 32), "v_bfe_u32": ("u", "uuu", field), "v_bfe_i32": ("i", "iuu", signed_field),
    "v_bfi_b32": ("u", "uuu", lambda a, b, c: a & b | ~a & c), "v_alignbit_b32": ("u", "uuu", lambda a, b, c: align(a, b, c & U(31))),
    "v_alignbyte_b32": ("u", "uuu", lambda a, b, c: align(a, b, (c & U(3)) * U(8))), "v_bfm_b32": ("u", "uu", lambda a, b: ((U(1) << (a & U(31))) - U(1)) << (b & U(31))),
    "v_perm_b32": ("u", "uuu", permute), "v_bcnt_u32_b32": ("u", "uu", lambda a, b: popcount(a) + b),
    "v_sad_u8": ("u", "uuu", lambda a, b, c: sad(a, b) + c), "v_msad_u8": ("u", "uuu", lambda a, b, c: sad(a, b, True) + c),
    "v_sad_hi_u8": ("u", "uuu", lambda a, b, c: (sad(a, b) << 16) + c),
    "v_sad_u16": ("u", "uuu", lambda a, b, c: np.abs((a & U(0xFFFF)).astype(J) - (b & U(0xFFFF))) + np.abs((a >> U(16)).astype(J) - (b >> U(16))) + c),
    "v_sad_u32": ("u", "uuu", lambda a, b, c: np.abs(a.astype(J) - b) + c),
    "v_qsad_pk_u16_u8": ("U", "UuU", lambda a, b, c: windows(a, b, c, False)), "v_mqsad_pk_u16_u8": ("U", "UuU", lambda a, b, c: windows(a, b, c, True)),
    "v_lerp_u8": ("u", "uuu", lambda a, b, c: sum(((byte(a, i) + byte(b, i) + (byte(c, i) & W(1))) >> W(1)) << W(8 * i) for i in range(4))),
    "v_min3_i32": ("i", "iii", lambda a, b, c: np.minimum(np.minimum(a, b), c)), "v_max3_i32": ("i", "iii", lambda a, b, c: np.maximum(np.maximum(a, b), c)),
    "v_med3_i32": ("i", "iii", middle), "v_min3_u32": ("u", "uuu", lambda a, b, c: np.minimum(np.minimum(a, b), c)),
    "v_max3_u32": ("u", "uuu", lambda a, b, c: np.maximum(np.maximum(a, b), c)), "v_med3_u32": ("u", "uuu", middle),
    "v_min3_i16": ("s+", "sss", lambda a, b, c: np.minimum(np.minimum(a, b), c)), "v_max3_i16": ("s+", "sss", lambda a, b, c: np.maximum(np.maximum(a, b), c)),
    "v_med3_i16": ("s+", "sss", middle), "v_min3_u16": ("h+", "hhh", lambda a, b, c: np.minimum(np.minimum(a, b), c)),
    "v_max3_u16": ("h+", "hhh", lambda a, b, c: np.maximum(np.maximum(a, b), c)), "v_med3_u16": ("h+", "hhh", middle),
    "v_add_i16": ("s+", "ss", lambda a, b: a + b), "v_sub_i16": ("s+", "ss", lambda a, b: a - b), "v_add_i32": ("i", "ii", lambda a, b: a + b),
    "v_sub_i32": ("i", "ii", lambda a, b: a - b), "v_mad_u16": ("h+", "hhh", lambda a, b, c: a * b + c), "v_mad_i16": ("s+", "sss", lambda a, b, c: a * b + c),
    "v_mad_legacy_u16": ("h0", "hhh", lambda a, b, c: a * b + c), "v_mad_legacy_i16": ("s0", "sss", lambda a, b, c: a * b + c),
    "v_mad_u32_u16": ("u", "hhu", lambda a, b, c: a.astype(U) * b + c), "v_mad_i32_i16": ("i", "ssi", lambda a, b, c: a.astype(I) * b + c),
    "v_mad_u32_u24": ("u", "uuu", lambda a, b, c: low24(a) * low24(b) + c), "v_mad_i32_i24": ("i", "uui", lambda a, b, c: signed24(a) * signed24(b) + c),
    "v_cvt_pk_u16_u32": ("u", "uu", lambda a, b: np.minimum(a, U(0xFFFF)) | np.minimum(b, U(0xFFFF)) << U(16)),
    "v_cvt_pk_i16_i32": ("u", "ii", lambda a, b: clamp(a, -32768, 32767).astype(H).astype(U) | clamp(b, -32768, 32767).astype(H).astype(U) << U(16)),
}
GFX950 = {
    "v_prng_b32": ("u", "u", lambda a: a << U(1) ^ np.where(a >> U(31), U(197), U(0))),
    "v_ashr_pk_i8_i32": ("h+", "iiu", lambda a, b, c: (clamp(a >> (c & U(31)).astype(I), -128, 127) & 255) | (clamp(b >> (c & U(31)).astype(I), -128, 127) & 255) << 8),
    "v_ashr_pk_u8_i32": ("h+", "iiu", lambda a, b, c: clamp(a >> (c & U(31)).astype(I), 0, 255) | clamp(b >> (c & U(31)).astype(I), 0, 255) << 8),
}
# Saturating with CLAMP: the exact sum or product in 64 bits, cut to the result's type.
CLAMPED = {
    "v_add_u32_e64": ("u", "uu", lambda a, b: a + b), "v_sub_u32_e64": ("u", "uu", lambda a, b: a - b), "v_subrev_u32_e64": ("u", "uu", lambda a, b: b - a),
    "v_add_u16_e64": ("h0", "hh", lambda a, b: a + b), "v_sub_u16_e64": ("h0", "hh", lambda a, b: a - b), "v_subrev_u16_e64": ("h0", "hh", lambda a, b: b - a),
    "v_add_i32": ("i", "ii", lambda a, b: a + b), "v_sub_i32": ("i", "ii", lambda a, b: a - b), "v_add_i16": ("s+", "ss", lambda a, b: a + b),
    "v_sub_i16": ("s+", "ss", lambda a, b: a - b), "v_mad_u16": ("h+", "hhh", lambda a, b, c: a * b + c), "v_mad_i16": ("s+", "sss", lambda a, b, c: a * b + c),
    "v_mad_u32_u16": ("u", "hhu", lambda a, b, c: a * b + c), "v_mad_i32_i16": ("i", "ssi", lambda a, b, c: a * b + c),
}
# Packed: each half on its own.
PACKED = {
    "v_pk_add_u16": ("h", "hh", lambda a, b: a + b), "v_pk_sub_u16": ("h", "hh", lambda a, b: a - b), "v_pk_mul_lo_u16": ("h", "hh", lambda a, b: a * b),
    "v_pk_add_i16": ("s", "ss", lambda a, b: a + b), "v_pk_sub_i16": ("s", "ss", lambda a, b: a - b), "v_pk_mad_u16": ("h", "hhh", lambda a, b, c: a * b + c),
    "v_pk_mad_i16": ("s", "sss", lambda a, b, c: a * b + c), "v_pk_min_u16": ("h", "hh", np.minimum), "v_pk_max_u16": ("h", "hh", np.maximum),
    "v_pk_min_i16": ("s", "ss", np.minimum), "v_pk_max_i16": ("s", "ss", np.maximum), "v_pk_lshlrev_b16": ("h", "hh", lambda a, b: b << (a & H(15))),
    "v_pk_lshrrev_b16": ("h", "hh", lambda a, b: b >> (a & H(15))), "v_pk_ashrrev_i16": ("s", "hs", lambda a, b: b >> (a & H(15)).astype(S)),
}
DOTS = {"v_dot4_i32_i8": (8, True), "v_dot4_u32_u8": (8, False), "v_dot8_i32_i4": (4, True), "v_dot8_u32_u4": (4, False),
        "v_dot2_i32_i16": (16, True), "v_dot2_u32_u16": (16, False)}
ACCUMULATING = {"v_dot4c_i32_i8": (8, True), "v_dot8c_i32_i4": (4, True), "v_dot2c_i32_i16": (16, True)}
REGISTERS = ["2", "4", "6"]


def view(words, kind):
    if kind in "UI":
        return words.view(TYPES[kind])
    return words.astype(TYPES[kind.lower() if kind in "ui" else kind])


def register(kind, number):
    return f"v[{number}:{int(number) + 1}]" if kind in "UI" else f"v{number}"


def add(batch, name, signature, model, suffix="", wide=False):
    result, operands = signature[0], signature[1]
    values = [view(word, kind) for word, kind in zip(batch.inputs, operands)]
    if wide:  # exact, then cut
        limits = np.iinfo(TYPES[result[0]])
        value = clamp(model(*(v.astype(object) for v in values)), limits.min, limits.max).astype(TYPES[result[0]])
    else:
        value = np.asarray(model(*values)).astype(TYPES[result[0]])
    bits = value.view(f"u{value.itemsize}").astype(W)
    old = batch.inputs[3]
    if result.endswith("+"):
        bits = bits | old & W(0xFFFF0000)
    if result[0] not in "UI":
        bits = bits | old & W(0xFFFFFFFF00000000)
    text = f"{name} {register(result[0], '10')}, " + ", ".join(register(k, n) for k, n in zip(operands, REGISTERS)) + suffix
    batch.add(name + suffix, text, bits)


def halves(batch, name, signature, model, suffix="", wide=False):
    result, operands = signature
    parts = []
    for shift in (0, 16):
        values = [(word >> W(shift)).astype(TYPES[kind]) for word, kind in zip(batch.inputs, operands)]
        if wide:
            limits = np.iinfo(TYPES[result])
            value = clamp(model(*(v.astype(object) for v in values)), limits.min, limits.max)
        else:
            value = model(*values)
        parts.append(np.asarray(value).astype(TYPES[result]).astype(H).astype(W))
    text = f"{name} v10, " + ", ".join(f"v{n}" for _, n in zip(operands, REGISTERS)) + suffix
    batch.add(name + suffix, text, parts[0] | parts[1] << W(16) | batch.inputs[3] & W(0xFFFFFFFF00000000))


def dot(a, b, c, bits, is_signed, saturate=False):
    total = c.astype(I).astype(object) if is_signed else c.astype(U).astype(object)
    for at in range(0, 32, bits):
        x, y = ((w.astype(J) >> at & ((1 << bits) - 1)) for w in (a.astype(U), b.astype(U)))
        if is_signed:
            x, y = (np.where(v >> (bits - 1), v - (1 << bits), v) for v in (x, y))
        total = total + (x * y).astype(object)
    if saturate:
        total = clamp(total, -(1 << 31), (1 << 31) - 1) if is_signed else clamp(total, 0, (1 << 32) - 1)
    return (total & 0xFFFFFFFF).astype(W)


def sums_of_four(batch):
    """v_mqsad_u32_u8: four sums in four registers, the accumulator's too."""
    a, b = batch.inputs[0], batch.inputs[1].astype(U)
    old = [batch.inputs[2].astype(U), (batch.inputs[2] >> W(32)).astype(U), batch.inputs[3].astype(U), (batch.inputs[3] >> W(32)).astype(U)]
    sums = [(sad((a >> W(8 * i)).astype(U), b, True) + old[i]).astype(U).astype(W) for i in range(4)]
    setup = "v_mov_b32 v20, v6\n v_mov_b32 v21, v7\n v_mov_b32 v22, v8\n v_mov_b32 v23, v9\n v_mqsad_u32_u8 v[24:27], v[2:3], v4, v[20:23]\n"
    for pair in (0, 2):
        batch.add("v_mqsad_u32_u8", setup + f"v_mov_b32 v10, v{24 + pair}\n v_mov_b32 v11, v{25 + pair}", sums[pair] | sums[pair + 1] << W(32))


def carries(batch):
    a, b = (word.astype(U).astype(J) for word in batch.inputs[:2])
    mask = batch.inputs[2][:, :1]
    carry = (mask >> np.arange(64, dtype=W) & W(1)).astype(J)
    for name, total in {"v_add_co_u32": a + b, "v_sub_co_u32": a - b, "v_subrev_co_u32": b - a, "v_addc_co_u32": a + b + carry,
                        "v_subb_co_u32": a - b - carry, "v_subbrev_co_u32": b - a - carry}.items():
        source = ", vcc" if name in ("v_addc_co_u32", "v_subb_co_u32", "v_subbrev_co_u32") else ""
        out = (total >> 32 & 1).astype(W)
        batch.add(name, f"s_mov_b64 vcc, s[20:21]\n {name} v10, vcc, v2, v4{source}\n v_cndmask_b32 v11, 0, 1, vcc",
                  (total & 0xFFFFFFFF).astype(W) | out << W(32))
        wide = f"{name}_e64 v10, s[24:25], v2, v4" + (", s[20:21]" if source else "")
        batch.add(name, f"{wide}\n v_cndmask_b32 v11, 0, 1, s[24:25]", (total & 0xFFFFFFFF).astype(W) | out << W(32))
    for name, product in {"v_mad_u64_u32": batch.inputs[0].astype(U).astype(object) * batch.inputs[1].astype(U).astype(object) + batch.inputs[2].astype(object),
                          "v_mad_i64_i32": batch.inputs[0].astype(I).astype(object) * batch.inputs[1].astype(I).astype(object) + batch.inputs[2].view(J).astype(object)}.items():
        batch.add(name, f"{name} v[10:11], s[24:25], v2, v4, v[6:7]", (product & ((1 << 64) - 1)).astype(W))
        batch.add(name, f"{name} v[12:13], s[24:25], v2, v4, v[6:7]\n v_cndmask_b32 v10, 0, 1, s[24:25]\n v_mov_b32 v11, 0", (product >> 64 & 1).astype(W))


def lanes(batch):
    a, lane = batch.inputs[0].astype(U), np.arange(64)
    mask = batch.inputs[0][:, 0].astype(object)
    below = np.array([[bin(int(m) & ((1 << l) - 1)).count("1") for l in range(64)] for m in mask], object)
    low = np.array([[bin(int(m) & 0xFFFFFFFF & ((1 << l) - 1)).count("1") for l in range(64)] for m in mask], object)
    batch.add("v_mbcnt_lo_u32_b32", "v_mbcnt_lo_u32_b32 v10, s16, v4\n v_mov_b32 v11, 0", ((low + batch.inputs[1].astype(U).astype(object)) & 0xFFFFFFFF).astype(W))
    batch.add("v_mbcnt_hi_u32_b32", "v_mbcnt_lo_u32_b32 v10, s16, 0\n v_mbcnt_hi_u32_b32 v10, s17, v10\n v_mov_b32 v11, 0", below.astype(W))
    batch.add("v_readlane_b32", "v_readlane_b32 s24, v2, 37\n v_mov_b32 v10, s24\n v_mov_b32 v11, 0", np.broadcast_to(a[:, 37:38], a.shape))
    batch.add("v_readfirstlane_b32", "s_mov_b64 exec, 0xf0\n v_readfirstlane_b32 s24, v2\n s_mov_b64 exec, -1\n v_mov_b32 v10, s24\n v_mov_b32 v11, 0",
              np.broadcast_to(a[:, 4:5], a.shape))
    written = np.where(lane == 5, batch.inputs[0][:, :1] & W(0xFFFFFFFF), W(7))
    batch.add("v_writelane_b32", "v_mov_b32 v10, 7\n v_mov_b32 v11, 0\n v_writelane_b32 v10, s16, 5", written)
    batch.add("v_accvgpr_mov_b32", "v_accvgpr_write_b32 a1, v2\n v_accvgpr_mov_b32 a2, a1\n v_accvgpr_read_b32 v10, a2\n v_mov_b32 v11, 0", a)
    batch.add("v_swap_b32", "v_mov_b32 v12, v2\n v_mov_b32 v13, v4\n v_swap_b32 v12, v13\n v_mov_b32 v10, v12\n v_mov_b32 v11, v13",
              batch.inputs[1] & W(0xFFFFFFFF) | batch.inputs[0] << W(32))
    batch.add("v_cndmask_b32", "s_mov_b64 vcc, s[20:21]\n v_cndmask_b32 v10, v2, v4, vcc\n v_mov_b32 v11, 0",
              np.where(batch.inputs[2][:, :1] >> np.arange(64, dtype=W) & W(1), batch.inputs[1], batch.inputs[0]) & W(0xFFFFFFFF))
    batch.add("v_nop", "v_nop\n v_clrexcp", batch.inputs[3])


def batch_for(chip):
    batch = Batch(chip, integers(np.random.default_rng(7), 24))
    table = {**TABLE, **(GFX950 if chip == "gfx950" else {})}
    for name, (result, operands, model) in table.items():
        add(batch, name, (result, operands), model)
    for name, (result, operands, model) in CLAMPED.items():
        add(batch, name, (result, operands), model, " clamp", wide=True)
    for name, (result, operands, model) in PACKED.items():
        halves(batch, name, (result, operands), model)
    for name in expand("v_pk_{add,sub}_{u16,i16}") + expand("v_pk_mad_{u16,i16}"):
        halves(batch, name, PACKED[name][:2], PACKED[name][2], " clamp", wide=True)
    high = batch.inputs[3] & W(0xFFFFFFFF00000000)
    for name, (bits, is_signed) in DOTS.items():
        batch.add(name, f"{name} v10, v2, v4, v6", dot(*batch.inputs[:3], bits, is_signed) | high)
        batch.add(name + " clamp", f"{name} v10, v2, v4, v6 clamp", dot(*batch.inputs[:3], bits, is_signed, True) | high)
    for name, (bits, is_signed) in ACCUMULATING.items():
        batch.add(name, f"{name} v10, v2, v4", dot(*batch.inputs[:2], batch.inputs[3], bits, is_signed) | high)
    sums_of_four(batch)
    carries(batch)
    lanes(batch)
    return batch


wrong = [line for chip in ("gfx942", "gfx950") for line in batch_for(chip).run(f"{sys.argv[2]}/{chip}")]
sys.exit("\n".join(wrong) or 0)
