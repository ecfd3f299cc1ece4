# Scalar instructions: results, SCC, EXEC and where branches go, against Python's integers.
# REQUIRES: kiln-run, numpy
# RUN: %python %s %S/Inputs %t.dir
import sys

sys.path.insert(0, sys.argv[1])
import numpy as np
from instructions import Batch, integers

M32, M64 = (1 << 32) - 1, (1 << 64) - 1
signed = lambda x, bits: (x & ((1 << bits) - 1)) - ((x >> (bits - 1) & 1) << bits)
popcount = lambda x: bin(x).count("1")


def first_one(x, bits):
    return next((i for i in range(bits) if x >> i & 1), -1)


def leading_zeros(x, bits):
    return next((i for i in range(bits) if x >> (bits - 1 - i) & 1), -1)


def leading_signs(x, bits):
    return leading_zeros(x if signed(x, bits) >= 0 else ~x & ((1 << bits) - 1), bits)


def reverse(x, bits):
    return int(f"{x:0{bits}b}"[::-1], 2)


def quads(x, bits):
    return [i for i in range(bits // 4) if x >> (4 * i) & 15]


def extract(x, place, bits, is_signed):
    offset, width = place & (bits - 1), place >> 16 & 0x7F
    value = signed(x, bits) if is_signed else x
    if width == 0:
        return 0
    return (value >> offset if width >= bits else signed(value >> offset, width) if is_signed else value >> offset & ((1 << width) - 1)) & ((1 << bits) - 1)


def unary(bits):
    """name: (result bits, model(a, old, scc) -> value or None (unchanged), scc model or None (unchanged))"""
    nonzero = lambda value: value != 0
    b, all_ones = str(bits), (1 << bits) - 1
    return {
        "s_mov_b" + b: (bits, lambda a, d, c: a, None), "s_not_b" + b: (bits, lambda a, d, c: ~a & all_ones, nonzero),
        "s_brev_b" + b: (bits, lambda a, d, c: reverse(a, bits), None), "s_cmov_b" + b: (bits, lambda a, d, c: a if c else d, None),
        "s_wqm_b" + b: (bits, lambda a, d, c: sum(15 << (4 * q) for q in quads(a, bits)), nonzero),
        "s_quadmask_b" + b: (bits, lambda a, d, c: sum(1 << q for q in quads(a, bits)), nonzero),
        "s_bcnt0_i32_b" + b: (32, lambda a, d, c: bits - popcount(a), nonzero), "s_bcnt1_i32_b" + b: (32, lambda a, d, c: popcount(a), nonzero),
        "s_ff0_i32_b" + b: (32, lambda a, d, c: first_one(~a & all_ones, bits) & M32, None), "s_ff1_i32_b" + b: (32, lambda a, d, c: first_one(a, bits) & M32, None),
        "s_flbit_i32_b" + b: (32, lambda a, d, c: leading_zeros(a, bits) & M32, None),
    }


UNARY32 = {
    **unary(32), "s_flbit_i32": (32, lambda a, d, c: leading_signs(a, 32) & M32, None),
    "s_sext_i32_i8": (32, lambda a, d, c: signed(a, 8) & M32, None), "s_sext_i32_i16": (32, lambda a, d, c: signed(a, 16) & M32, None),
    "s_abs_i32": (32, lambda a, d, c: abs(signed(a, 32)) & M32, lambda v: v != 0),
    "s_bitset0_b32": (32, lambda a, d, c: d & ~(1 << (a & 31)), None), "s_bitset1_b32": (32, lambda a, d, c: d & M32 | 1 << (a & 31), None),
    "s_bitset0_b64": (64, lambda a, d, c: d & ~(1 << (a & 63)), None), "s_bitset1_b64": (64, lambda a, d, c: d | 1 << (a & 63), None),
    "s_bitreplicate_b64_b32": (64, lambda a, d, c: sum(3 << (2 * i) for i in range(32) if a >> i & 1), None),
}
UNARY64 = {**unary(64), "s_flbit_i32_i64": (32, lambda a, d, c: leading_signs(a, 64) & M32, None)}
# These names stand for the families above.
NAMED = """s_not_b32 s_not_b64 s_brev_b32 s_brev_b64 s_cmov_b32 s_cmov_b64 s_wqm_b32 s_wqm_b64 s_quadmask_b32 s_quadmask_b64
s_bcnt0_i32_b32 s_bcnt0_i32_b64 s_bcnt1_i32_b32 s_bcnt1_i32_b64 s_ff0_i32_b32 s_ff0_i32_b64 s_ff1_i32_b32 s_ff1_i32_b64 s_flbit_i32_b32 s_flbit_i32_b64
s_and_b32 s_and_b64 s_or_b32 s_or_b64 s_xor_b32 s_xor_b64 s_andn2_b32 s_andn2_b64 s_orn2_b32 s_orn2_b64 s_nand_b32 s_nand_b64 s_nor_b32 s_nor_b64
s_xnor_b32 s_xnor_b64 s_cselect_b32 s_cselect_b64 s_lshl_b32 s_lshl_b64 s_lshr_b32 s_lshr_b64 s_ashr_i32 s_ashr_i64 s_bfe_u32 s_bfe_i32 s_bfe_u64 s_bfe_i64
s_bfm_b32 s_bfm_b64""".split()


def binary():
    """name: (bits of result, of A, of B, model(a, b, scc) -> value, scc model(a, b, scc, value) or None)"""
    table = {}
    nonzero = lambda a, b, c, v: v != 0
    for bits in (32, 64):
        ones = (1 << bits) - 1
        for name, f in {"and": lambda a, b: a & b, "or": lambda a, b: a | b, "xor": lambda a, b: a ^ b, "andn2": lambda a, b: a & ~b, "orn2": lambda a, b: a | ~b,
                        "nand": lambda a, b: ~(a & b), "nor": lambda a, b: ~(a | b), "xnor": lambda a, b: ~(a ^ b)}.items():
            table[f"s_{name}_b{bits}"] = (bits, bits, bits, lambda a, b, c, f=f, ones=ones: f(a, b) & ones, nonzero)
        table[f"s_cselect_b{bits}"] = (bits, bits, bits, lambda a, b, c: a if c else b, None)
        shift = bits - 1
        table[f"s_lshl_b{bits}"] = (bits, bits, 32, lambda a, b, c, s=shift, ones=ones: a << (b & s) & ones, nonzero)
        table[f"s_lshr_b{bits}"] = (bits, bits, 32, lambda a, b, c, s=shift: a >> (b & s), nonzero)
        table[f"s_ashr_i{bits}"] = (bits, bits, 32, lambda a, b, c, s=shift, n=bits, ones=ones: signed(a, n) >> (b & s) & ones, nonzero)
        table[f"s_bfe_u{bits}"] = (bits, bits, 32, lambda a, b, c, n=bits: extract(a, b, n, False), nonzero)
        table[f"s_bfe_i{bits}"] = (bits, bits, 32, lambda a, b, c, n=bits: extract(a, b, n, True), nonzero)
        table[f"s_bfm_b{bits}"] = (bits, 32, 32, lambda a, b, c, s=shift, ones=ones: ((1 << (a & s)) - 1) << (b & s) & ones, None)
    overflow = lambda exact: not -(1 << 31) <= exact < 1 << 31
    table.update({
        "s_add_u32": (32, 32, 32, lambda a, b, c: a + b & M32, lambda a, b, c, v: a + b > M32),
        "s_sub_u32": (32, 32, 32, lambda a, b, c: a - b & M32, lambda a, b, c, v: b > a),
        "s_addc_u32": (32, 32, 32, lambda a, b, c: a + b + c & M32, lambda a, b, c, v: a + b + c > M32),
        "s_subb_u32": (32, 32, 32, lambda a, b, c: a - b - c & M32, lambda a, b, c, v: b + c > a),
        "s_add_i32": (32, 32, 32, lambda a, b, c: a + b & M32, lambda a, b, c, v: overflow(signed(a, 32) + signed(b, 32))),
        "s_sub_i32": (32, 32, 32, lambda a, b, c: a - b & M32, lambda a, b, c, v: overflow(signed(a, 32) - signed(b, 32))),
        "s_min_i32": (32, 32, 32, lambda a, b, c: min(signed(a, 32), signed(b, 32)) & M32, lambda a, b, c, v: signed(a, 32) < signed(b, 32)),
        "s_min_u32": (32, 32, 32, lambda a, b, c: min(a, b), lambda a, b, c, v: a < b),
        "s_max_i32": (32, 32, 32, lambda a, b, c: max(signed(a, 32), signed(b, 32)) & M32, lambda a, b, c, v: signed(a, 32) >= signed(b, 32)),
        "s_max_u32": (32, 32, 32, lambda a, b, c: max(a, b), lambda a, b, c, v: a >= b),
        "s_mul_i32": (32, 32, 32, lambda a, b, c: a * b & M32, None), "s_mul_hi_u32": (32, 32, 32, lambda a, b, c: a * b >> 32, None),
        "s_mul_hi_i32": (32, 32, 32, lambda a, b, c: signed(a, 32) * signed(b, 32) >> 32 & M32, None),
        "s_absdiff_i32": (32, 32, 32, lambda a, b, c: abs(signed(a - b & M32, 32)), nonzero),
        "s_pack_ll_b32_b16": (32, 32, 32, lambda a, b, c: a & 0xFFFF | (b & 0xFFFF) << 16, None),
        "s_pack_lh_b32_b16": (32, 32, 32, lambda a, b, c: a & 0xFFFF | b & 0xFFFF0000, None),
        "s_pack_hh_b32_b16": (32, 32, 32, lambda a, b, c: a >> 16 | b & 0xFFFF0000, None),
        "s_lshl1_add_u32": (32, 32, 32, lambda a, b, c: (a << 1) + b & M32, lambda a, b, c, v: (a << 1) + b > M32),
        "s_lshl2_add_u32": (32, 32, 32, lambda a, b, c: (a << 2) + b & M32, lambda a, b, c, v: (a << 2) + b > M32),
        "s_lshl3_add_u32": (32, 32, 32, lambda a, b, c: (a << 3) + b & M32, lambda a, b, c, v: (a << 3) + b > M32),
        "s_lshl4_add_u32": (32, 32, 32, lambda a, b, c: (a << 4) + b & M32, lambda a, b, c, v: (a << 4) + b > M32),
    })
    return table


SAVE = {  # name: new EXEC from S0 and EXEC; the destination gets the old one, or with "wrexec" the new one
    "s_and_saveexec_b64": lambda s, e: s & e, "s_or_saveexec_b64": lambda s, e: s | e, "s_xor_saveexec_b64": lambda s, e: s ^ e,
    "s_andn2_saveexec_b64": lambda s, e: s & ~e, "s_orn2_saveexec_b64": lambda s, e: s | ~e, "s_nand_saveexec_b64": lambda s, e: ~(s & e),
    "s_nor_saveexec_b64": lambda s, e: ~(s | e), "s_xnor_saveexec_b64": lambda s, e: ~(s ^ e), "s_andn1_saveexec_b64": lambda s, e: ~s & e,
    "s_orn1_saveexec_b64": lambda s, e: ~s | e, "s_andn1_wrexec_b64": lambda s, e: ~s & e, "s_andn2_wrexec_b64": lambda s, e: s & ~e,
}
COMPARE_CONSTANT = {
    "s_cmpk_eq_i32": lambda a, k: a == k, "s_cmpk_lg_i32": lambda a, k: a != k, "s_cmpk_gt_i32": lambda a, k: a > k, "s_cmpk_ge_i32": lambda a, k: a >= k,
    "s_cmpk_lt_i32": lambda a, k: a < k, "s_cmpk_le_i32": lambda a, k: a <= k, "s_cmpk_eq_u32": lambda a, k: a == k, "s_cmpk_lg_u32": lambda a, k: a != k,
    "s_cmpk_gt_u32": lambda a, k: a > k, "s_cmpk_ge_u32": lambda a, k: a >= k, "s_cmpk_lt_u32": lambda a, k: a < k, "s_cmpk_le_u32": lambda a, k: a <= k,
}
BIT_TESTS = {"s_bitcmp0_b32": (32, 0), "s_bitcmp1_b32": (32, 1), "s_bitcmp0_b64": (64, 0), "s_bitcmp1_b64": (64, 1)}
BRANCHES = {  # name: (lines that make it go, lines that do not)
    "s_branch": ("", None), "s_cbranch_scc0": ("s_cmp_lg_u32 0, 0", "s_cmp_eq_u32 0, 0"), "s_cbranch_scc1": ("s_cmp_eq_u32 0, 0", "s_cmp_lg_u32 0, 0"),
    "s_cbranch_vccz": ("s_mov_b64 vcc, 0", "s_mov_b64 vcc, 64"), "s_cbranch_vccnz": ("s_mov_b64 vcc, 64", "s_mov_b64 vcc, 0"),
    "s_cbranch_execz": ("s_mov_b64 exec, 0", "s_mov_b64 exec, 64"), "s_cbranch_execnz": ("s_mov_b64 exec, 64", "s_mov_b64 exec, 0"),
    "s_cbranch_cdbgsys": (None, ""), "s_cbranch_cdbguser": (None, ""), "s_cbranch_cdbgsys_or_user": (None, ""), "s_cbranch_cdbgsys_and_user": (None, ""),
}
WITHOUT_EFFECT = ["s_nop 3", "s_sleep 1", "s_setprio 2", "s_sethalt 0", "s_wakeup", "s_sendmsg sendmsg(MSG_INTERRUPT)", "s_icache_inv", "s_incperflevel 1",
                  "s_decperflevel 1", "s_ttracedata", "s_setkill 0", "s_waitcnt 0"]


class Scalars:
    def __init__(self, batch):
        self.batch = batch
        self.rows = [tuple(int(word[row, 0]) for word in batch.inputs) for row in range(batch.inputs[0].shape[0])]

    def add(self, name, lines, model, show="v_mov_b32 v10, s24\n v_mov_b32 v11, s25"):
        """`model(a, b, c, d, scc)` for each row; the destination s[24:25] starts as D, SCC as C's lowest bit."""
        expected = np.array([[model(a, b, c, d, c & 1) & M64] for a, b, c, d in self.rows], np.uint64)
        self.batch.add(name, f"s_mov_b64 s[24:25], s[22:23]\n s_bitcmp1_b32 s20, 0\n {lines}\n {show}", expected)

    def result(self, name, lines, value, scc=None, bits=32):
        """The destination, and SCC."""
        whole = value if bits == 64 else lambda a, b, c, d, s: value(a, b, c, d, s) & M32 | d & ~M32
        self.add(name, lines, whole)
        self.add(name + " scc", lines, lambda a, b, c, d, s: int(s if scc is None else scc(a, b, c, d, s)),
                 "s_cselect_b32 s24, 1, 0\n v_mov_b32 v10, s24\n v_mov_b32 v11, 0")

    def unaries(self):
        for bits, table in ((32, UNARY32), (64, UNARY64)):
            for name, (width, value, scc) in table.items():
                a_of = (lambda a: a & M32) if bits == 32 else (lambda a: a)
                destination, source = "s24" if width == 32 else "s[24:25]", "s16" if bits == 32 else "s[16:17]"
                model = lambda a, b, c, d, s, f=value, cut=a_of: f(cut(a), d, s)
                self.result(name, f"{name} {destination}, {source}", model, scc and (lambda a, b, c, d, s, f=model, g=scc: g(f(a, b, c, d, s))), width)

    def binaries(self):
        for name, (width, bits_a, bits_b, value, scc) in binary().items():
            cut_a, cut_b = (1 << bits_a) - 1, (1 << bits_b) - 1
            model = lambda a, b, c, d, s, f=value, m=cut_a, n=cut_b: f(a & m, b & n, s)
            flag = scc and (lambda a, b, c, d, s, f=value, g=scc, m=cut_a, n=cut_b: g(a & m, b & n, s, f(a & m, b & n, s)))
            text = f"{name} " + ", ".join(f"s{r}" if w == 32 else f"s[{r}:{r + 1}]" for r, w in ((24, width), (16, bits_a), (18, bits_b)))
            self.result(name, text, model, flag, width)

    def executes(self):
        for name, new in SAVE.items():
            lines = f"s_mov_b64 exec, s[18:19]\n {name} s[24:25], s[16:17]\n s_cselect_b32 s28, 1, 0\n s_mov_b64 s[26:27], exec\n s_mov_b64 exec, -1"
            self.add(name, lines, (lambda a, b, c, d, s, f=new: f(a, b)) if "wrexec" in name else (lambda a, b, c, d, s: b))
            self.add(name + " exec", lines, lambda a, b, c, d, s, f=new: f(a, b), "v_mov_b32 v10, s26\n v_mov_b32 v11, s27")
            self.add(name + " scc", lines, lambda a, b, c, d, s, f=new: int(f(a, b) & M64 != 0), "v_mov_b32 v10, s28\n v_mov_b32 v11, 0")

    def constants(self):
        for name, holds in COMPARE_CONSTANT.items():
            for k in (-5, 7) if name.endswith("i32") else (5, 0xFFFE):
                cut = (lambda a: signed(a, 32)) if name.endswith("i32") else (lambda a: a & M32)
                self.add(name, f"{name} s16, {k}\n s_cselect_b32 s24, 1, 0\n s_mov_b32 s25, 0", lambda a, b, c, d, s, f=holds, k=k, g=cut: int(f(g(a), k)))
        self.result("s_movk_i32", "s_movk_i32 s24, -7", lambda a, b, c, d, s: -7)
        self.result("s_cmovk_i32", "s_cmovk_i32 s24, -7", lambda a, b, c, d, s: -7 if s else d)
        self.result("s_mulk_i32", "s_mulk_i32 s24, -7", lambda a, b, c, d, s: d * -7)
        self.result("s_addk_i32", "s_addk_i32 s24, -7", lambda a, b, c, d, s: d - 7, lambda a, b, c, d, s: not -(1 << 31) <= signed(d, 32) - 7)
        for name, (bits, wanted) in BIT_TESTS.items():
            source = "s16" if bits == 32 else "s[16:17]"
            self.add(name, f"{name} {source}, s18\n s_cselect_b32 s24, 1, 0\n s_mov_b32 s25, 0", lambda a, b, c, d, s, n=bits, w=wanted: int((a >> (b & (n - 1)) & 1) == w))

    def branches(self):
        label = 0
        for name, (taken, untaken) in BRANCHES.items():
            for setup, goes in ((taken, 1), (untaken, 0)):
                if setup is None:
                    continue
                label += 1
                self.add(name, f"{setup}\n s_mov_b32 s24, 1\n {name} L{label}\n s_mov_b32 s24, 0\nL{label}:\n s_mov_b32 s25, 0\n s_mov_b64 exec, -1", lambda a, b, c, d, s, g=goes: g)
        # The second s_add skips itself and the s_mov: two instructions of four bytes.
        self.add("s_getpc_b64", "s_getpc_b64 s[26:27]\n s_add_u32 s26, s26, 20\n s_addc_u32 s27, s27, 0\n s_mov_b32 s24, 1\n s_setpc_b64 s[26:27]\n s_mov_b32 s24, 0\n s_mov_b32 s25, 0",
                 lambda a, b, c, d, s: 1)
        self.add("s_swappc_b64", "s_getpc_b64 s[26:27]\n s_add_u32 s26, s26, 20\n s_addc_u32 s27, s27, 0\n s_mov_b32 s24, 1\n s_swappc_b64 s[28:29], s[26:27]\n s_mov_b32 s24, 0\n"
                 " s_sub_u32 s25, s26, s28", lambda a, b, c, d, s: 1 | 4 << 32)  # the return address lies one instruction before the target
        self.add("s_call_b64", "s_mov_b32 s24, 1\n s_call_b64 s[28:29], Lcall\n s_mov_b32 s24, 0\nLcall:\n s_getpc_b64 s[26:27]\n s_sub_u32 s25, s26, s28",
                 lambda a, b, c, d, s: 1 | 8 << 32)

    def others(self):
        self.add("without effect", "\n ".join(WITHOUT_EFFECT), lambda a, b, c, d, s: d)
        self.add("s_setvskip", "s_mov_b32 s26, 2\n s_setvskip s26, 1\n v_mov_b32 v10, 5\n ds_write_b32 v1, v2\n s_mov_b32 s24, 9\n s_setvskip s26, 0\n s_mov_b32 s25, 0\n v_add_u32 v12, s24, 0\n"
                 " v_mov_b32 v13, 0", lambda a, b, c, d, s: 9, "v_mov_b32 v10, v12\n v_mov_b32 v11, v13")
        self.add("s_movrels_b32", "s_mov_b32 s26, 77\n s_mov_b32 m0, 10\n s_movrels_b32 s24, s16\n s_mov_b32 s25, 0", lambda a, b, c, d, s: 77)
        self.add("s_movrels_b64", "s_mov_b64 s[26:27], 77\n s_mov_b32 m0, 10\n s_movrels_b64 s[24:25], s[16:17]", lambda a, b, c, d, s: 77)
        self.add("s_movreld_b32", "s_mov_b32 m0, 8\n s_movreld_b32 s16, s18", lambda a, b, c, d, s: b & M32 | d & ~M32)
        self.add("s_movreld_b64", "s_mov_b32 m0, 6\n s_movreld_b64 s[18:19], s[16:17]\n s_mov_b32 m0, 0", lambda a, b, c, d, s: a)
        self.add("s_movreld_b32 out of range", "s_mov_b32 m0, 200\n s_movreld_b32 s24, s18\n s_movrels_b32 s26, s24\n s_sub_u32 s26, s26, s0\n s_add_u32 s24, s24, s26\n s_mov_b32 m0, 0",
                 lambda a, b, c, d, s: d)
        self.add("s_set_gpr_idx_idx", "v_mov_b32 v20, 0\n v_mov_b32 v23, 5\n s_mov_b32 s26, 3\n s_set_gpr_idx_on s26, gpr_idx(SRC1)\n s_set_gpr_idx_mode gpr_idx(SRC0)\n s_set_gpr_idx_idx s26\n"
                 " v_mov_b32 v21, v20\n s_set_gpr_idx_off\n v_readfirstlane_b32 s24, v21\n s_mov_b32 s25, 0", lambda a, b, c, d, s: 5)
        self.add("s_setreg_b32", "s_getreg_b32 s26, hwreg(HW_REG_MODE, 0, 4)\n s_mov_b32 s27, 9\n s_setreg_b32 hwreg(HW_REG_MODE, 0, 4), s27\n s_getreg_b32 s24, hwreg(HW_REG_MODE, 0, 4)\n"
                 " s_setreg_b32 hwreg(HW_REG_MODE, 0, 4), s26\n s_getreg_b32 s25, hwreg(HW_REG_MODE, 4, 4)", lambda a, b, c, d, s: 9 | 15 << 32)


wrong = []
for chip in ("gfx942", "gfx950"):
    batch = Batch(chip, integers(np.random.default_rng(3), 40))
    scalars = Scalars(batch)
    for part in (scalars.unaries, scalars.binaries, scalars.executes, scalars.constants, scalars.branches, scalars.others):
        part()
    wrong += [f"no case of {name}" for name in NAMED if name not in {case[0] for case in batch.cases}]
    wrong += batch.run(f"{sys.argv[2]}/{chip}")
sys.exit("\n".join(wrong) or 0)
