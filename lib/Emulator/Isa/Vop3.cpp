// VOP3-only instructions (CDNA3/CDNA4 manual 12.10).
#include "Isa/Float.h"
#include <cmath>

namespace kiln::emulator {

static void addShiftsAndAdds(InstructionSet &isa) {
  isa.vector("v_lshl_or_b32", [](u32 a, u32 b, u32 c) { return a << (b & 31) | c; });
  isa.vector("v_and_or_b32", [](u32 a, u32 b, u32 c) { return (a & b) | c; });
  isa.vector("v_or3_b32", [](u32 a, u32 b, u32 c) { return a | b | c; });
  isa.vector("v_add3_u32", [](u32 a, u32 b, u32 c) { return a + b + c; });
  isa.vector("v_lshl_add_u32", [](u32 a, u32 b, u32 c) { return (a << (b & 31)) + c; });
  isa.vector("v_add_lshl_u32", [](u32 a, u32 b, u32 c) { return (a + b) << (c & 31); });
  isa.vector("v_xad_u32", [](u32 a, u32 b, u32 c) { return (a ^ b) + c; });
  // Shift counts above 4 count as 0.
  isa.vector("v_lshl_add_u64", [](u64 a, u32 b, u64 c) { return (a << ((b & 7) <= 4 ? b & 7 : 0)) + c; });
  isa.vector("v_lshlrev_b64", [](u32 a, u64 b) { return b << (a & 63); });
  isa.vector("v_lshrrev_b64", [](u32 a, u64 b) { return b >> (a & 63); });
  isa.vector("v_ashrrev_i64", [](u32 a, i64 b) { return b >> (a & 63); });
}

static void addMultiplies(InstructionSet &isa) {
  isa.vector("v_mul_lo_u32", [](u32 a, u32 b) { return a * b; });
  isa.vector("v_mul_hi_u32", [](u32 a, u32 b) { return u32(u64(a) * b >> 32); });
  isa.vector("v_mul_hi_i32", [](i32 a, i32 b) { return i32(i64(a) * b >> 32); });
}

static void addFields(InstructionSet &isa) {
  isa.vector("v_bfe_u32", [](u32 a, u32 b, u32 c) { return a >> (b & 31) & ((u32(1) << (c & 31)) - 1); });
  isa.vector("v_bfe_i32", [](i32 a, u32 b, u32 c) {
    u32 width = c & 31;
    return width ? i32(u32(a >> (b & 31)) << (32 - width)) >> (32 - width) : 0;
  });
  isa.vector("v_bfi_b32", [](u32 a, u32 b, u32 c) { return (a & b) | (~a & c); });
  isa.vector("v_alignbit_b32", [](u32 a, u32 b, u32 c) { return u32((u64(a) << 32 | b) >> (c & 31)); });
  isa.vector("v_alignbyte_b32", [](u32 a, u32 b, u32 c) { return u32((u64(a) << 32 | b) >> (8 * (c & 3))); });
  isa.vector("v_bfm_b32", [](u32 a, u32 b) { return ((u32(1) << (a & 31)) - 1) << (b & 31); });
  isa.vector("v_perm_b32", [](u32 a, u32 b, u32 c) { return num::permuteBytes(a, b, c); });
  isa.vector("v_bcnt_u32_b32", [](u32 a, u32 b) { return u32(__builtin_popcount(a)) + b; });
}

/// Differences of bytes or halves added to S2; CLAMP saturates the sum.
template <class Clause>
static void addDifferences(InstructionSet &isa, llvm::StringRef mnemonic, Clause clause) {
  static const Clause kept = clause;
  addExact(isa, mnemonic, [](const LaneContext &c, u32 a, u32 b, u32 sum) {
    return clampedTo<u32>(c, i64(kept(a, b) + sum));
  });
}

static void addSums(InstructionSet &isa) {
  addDifferences(isa, "v_sad_u8", [](u32 a, u32 b) { return u64(num::sadU8(a, b, 0)); });
  addDifferences(isa, "v_sad_hi_u8", [](u32 a, u32 b) { return u64(num::sadU8(a, b, 0)) << 16; });
  addDifferences(isa, "v_sad_u16", [](u32 a, u32 b) { return u64(num::sadU16(a, b, 0)); });
  addDifferences(isa, "v_sad_u32", [](u32 a, u32 b) { return u64(num::absoluteDifference(a, b)); });
  addDifferences(isa, "v_msad_u8", [](u32 a, u32 b) { return u64(num::msadU8(a, b, 0)); });
  addExact(isa, "v_qsad_pk_u16_u8", [](const LaneContext &c, u64 a, u32 b, u64 sums) {
    return num::qsadPkU16U8(a, b, sums, /*masked=*/false, c.inst.clamp);
  });
  addExact(isa, "v_mqsad_pk_u16_u8", [](const LaneContext &c, u64 a, u32 b, u64 sums) {
    return num::qsadPkU16U8(a, b, sums, /*masked=*/true, c.inst.clamp);
  });
  isa.vector("v_lerp_u8", [](u32 a, u32 b, u32 c) { return num::lerpU8(a, b, c); });
  // Four sums in four registers.
  isa.add("v_mqsad_u32_u8", [](Wave &wave, const Instruction &inst) {
    LaneBuffer first, second, third;
    LaneSource a = plainSource(wave, inst.src[0], first), b = plainSource(wave, inst.src[1], second);
    bool inRegisters = inst.src[2].kind == OperandKind::Vgpr;
    LaneSource c = plainSource(wave, inst.src[2], third);
    for (unsigned lane = 0; lane < Lanes; ++lane) {
      u64 bytes = a.get<u64>(lane);
      u32 sums[4];
      for (unsigned i = 0; i < 4; ++i) {
        u32 sum = inRegisters ? wave.vgpr[(inst.src[2].index + i) & 511][lane] : c.low[lane];
        u64 wide = u64(num::msadU8(u32(bytes >> (8 * i)), b.low[lane], 0)) + sum;
        sums[i] = inst.clamp ? num::saturate<u32>(i64(wide)) : u32(wide);
      }
      if (wave.exec() >> lane & 1)
        for (unsigned i = 0; i < 4; ++i)
          wave.vgpr[(inst.dst[0].index + i) & 511][lane] = sums[i];
    }
  });
}

template <class Int> static void addThree(InstructionSet &isa, llvm::StringRef type) {
  auto add = [&](const char *base, auto clause) {
    static const auto kept = clause;
    std::string name = (llvm::Twine(base) + "_" + type).str();
    // The 16-bit ones select halves with OP_SEL and keep the destination's other half.
    if constexpr (sizeof(Int) == 2)
      addExact<Upper16::Keep>(isa, name,
                              [](const LaneContext &, Int a, Int b, Int c) { return kept(a, b, c); });
    else
      isa.vector(name, clause);
  };
  add("v_min3", [](Int a, Int b, Int c) { return std::min(std::min(a, b), c); });
  add("v_max3", [](Int a, Int b, Int c) { return std::max(std::max(a, b), c); });
  add("v_med3", [](Int a, Int b, Int c) { return num::med3Int<Int>(a, b, c); });
}

static void addHalfIntegers(InstructionSet &isa) {
  addClamped<i16, Upper16::Keep>(
      isa, "v_add_i16", [](i16 a, i16 b) { return i16(a + b); },
      [](const LaneContext &c, i16 a, i16 b) { return clampedTo<i16>(c, i64(a) + b); });
  addClamped<i16, Upper16::Keep>(
      isa, "v_sub_i16", [](i16 a, i16 b) { return i16(a - b); },
      [](const LaneContext &c, i16 a, i16 b) { return clampedTo<i16>(c, i64(a) - b); });
  auto madU16 = [](const LaneContext &c, u16 a, u16 b, u16 d) { return clampedTo<u16>(c, i64(a) * b + d); };
  auto madI16 = [](const LaneContext &c, i16 a, i16 b, i16 d) { return clampedTo<i16>(c, i64(a) * b + d); };
  addExact<Upper16::Keep>(isa, "v_mad_u16", madU16);
  addExact<Upper16::Keep>(isa, "v_mad_i16", madI16);
  addExact(isa, "v_mad_legacy_u16", madU16); // the legacy forms clear the upper half
  addExact(isa, "v_mad_legacy_i16", madI16);
  addExact(isa, "v_mad_u32_u16",
           [](const LaneContext &c, u16 a, u16 b, u32 d) { return clampedTo<u32>(c, i64(a) * b + d); });
  addExact(isa, "v_mad_i32_i16",
           [](const LaneContext &c, i16 a, i16 b, i32 d) { return clampedTo<i32>(c, i64(a) * b + d); });
  isa.vector("v_pack_b32_f16",
             [](f16 a, f16 b) { return u32(bitCast<u16>(a) | u32(bitCast<u16>(b)) << 16); });
}

static void addClampedSums(InstructionSet &isa) {
  addClamped<i32>(
      isa, "v_add_i32", [](u32 a, u32 b) { return a + b; },
      [](const LaneContext &c, i32 a, i32 b) { return clampedTo<i32>(c, i64(a) + b); });
  addClamped<i32>(
      isa, "v_sub_i32", [](u32 a, u32 b) { return a - b; },
      [](const LaneContext &c, i32 a, i32 b) { return clampedTo<i32>(c, i64(a) - b); });
  addClamped<u32>(
      isa, "v_mad_u32_u24", [](u32 a, u32 b, u32 c) { return (a & 0xFFFFFF) * (b & 0xFFFFFF) + c; },
      [](const LaneContext &c, u32 a, u32 b, u32 d) {
        return clampedTo<u32>(c, i64(a & 0xFFFFFF) * (b & 0xFFFFFF) + d);
      });
  addClamped<i32>(
      isa, "v_mad_i32_i24",
      [](u32 a, u32 b, u32 c) { return u32((i32(a << 8) >> 8) * i64(i32(b << 8) >> 8)) + c; },
      [](const LaneContext &c, u32 a, u32 b, i32 d) {
        return clampedTo<i32>(c, i64(i32(a << 8) >> 8) * (i32(b << 8) >> 8) + d);
      });
}

/// A sum of 65 bits: the carry out, a mask in dst[1], is bit 64 of the sum of the (sign) extended terms.
/// CLAMP saturates the other 64.
template <bool IsSigned, class Clause>
static void addWideMad(InstructionSet &isa, llvm::StringRef mnemonic, Clause clause) {
  static const Clause kept = clause;
  isa.add(mnemonic, [](Wave &wave, const Instruction &inst) {
    LaneBuffer first, second, third, out;
    u64 enabled = wave.exec(), carries = 0;
    LaneSource a = vectorSource<u32>(wave, inst, 0, first, enabled);
    LaneSource b = vectorSource<u32>(wave, inst, 1, second, enabled);
    LaneSource c = vectorSource<u64>(wave, inst, 2, third, enabled);
    for (unsigned lane = 0; lane < Lanes; ++lane) {
      __int128 wide = kept(a.low[lane], b.low[lane], c.get<u64>(lane));
      u64 sum = u64(wide);
      if (inst.clamp && wide != (IsSigned ? __int128(i64(sum)) : __int128(sum)))
        sum = !IsSigned ? ~u64(0) : wide < 0 ? u64(1) << 63 : ~u64(0) >> 1;
      out.words[0][lane] = u32(sum);
      out.words[1][lane] = u32(sum >> 32);
      carries |= u64(wide >> 64 & 1) << lane;
    }
    detail::writeResult<u64>(wave, inst, out, enabled);
    wave.setPair(inst.dst[1].index, carries & enabled);
  });
}

static void addWideMads(InstructionSet &isa) {
  addWideMad<false>(isa, "v_mad_u64_u32", [](u32 a, u32 b, u64 c) { return __int128(u64(a) * b) + c; });
  addWideMad<true>(isa, "v_mad_i64_i32",
                   [](u32 a, u32 b, u64 c) { return __int128(i64(i32(a)) * i32(b)) + i64(c); });
}

static void addGfx950(InstructionSet &isa) {
  // The truth table stands in {OMOD, ABS, NEG}, which are no modifiers here.
  auto table = [](const Instruction &inst) { return u32(inst.omod << 6 | inst.abs << 3 | inst.neg); };
  static const auto tableOf = table;
  addExact(isa, "v_bitop3_b32",
           [](const LaneContext &c, u32 a, u32 b, u32 d) { return num::bitop3(a, b, d, tableOf(c.inst)); });
  addExact<Upper16::Keep>(isa, "v_bitop3_b16", [](const LaneContext &c, u16 a, u16 b, u16 d) {
    return u16(num::bitop3(a, b, d, tableOf(c.inst)));
  });
  // Both bytes go into the half OP_SEL[3]; the other half is kept.
  addExact<Upper16::Keep>(isa, "v_ashr_pk_i8_i32", [](const LaneContext &, i32 a, i32 b, u32 s) {
    return num::ashrPack<i8>(a, b, s);
  });
  addExact<Upper16::Keep>(isa, "v_ashr_pk_u8_i32", [](const LaneContext &, i32 a, i32 b, u32 s) {
    return num::ashrPack<u8>(a, b, s);
  });
}

static void addLanes(InstructionSet &isa) {
  isa.vector("v_accvgpr_read_b32", [](u32 a) { return a; });
  isa.vector("v_accvgpr_write_b32", [](u32 a) { return a; });
  isa.vector("v_accvgpr_mov_b32", [](u32 a) { return a; });
  isa.add("v_readlane_b32", [](Wave &wave, const Instruction &inst) {
    LaneBuffer buffer;
    unsigned lane = scalarSource<u32>(wave, inst.src[1]) & 63;
    wave.sgpr[inst.dst[0].index] = plainSource(wave, inst.src[0], buffer).low[lane];
  });
  isa.add("v_writelane_b32", [](Wave &wave, const Instruction &inst) {
    unsigned lane = scalarSource<u32>(wave, inst.src[1]) & 63;
    wave.vgpr[inst.dst[0].index][lane] = scalarSource<u32>(wave, inst.src[0]);
  });
  // Counts the mask bits below the lane: lanes 0..31 for lo, 32..63 for hi.
  isa.add("v_mbcnt_lo_u32_b32", [](Wave &wave, const Instruction &inst) {
    LaneBuffer first, second, out;
    LaneSource mask = plainSource(wave, inst.src[0], first), add = plainSource(wave, inst.src[1], second);
    for (unsigned lane = 0; lane < Lanes; ++lane) {
      u32 below = lane >= 32 ? ~u32(0) : (u32(1) << lane) - 1;
      out.words[0][lane] = __builtin_popcount(mask.low[lane] & below) + add.low[lane];
    }
    detail::writeResult<u32>(wave, inst, out, wave.exec());
  });
  isa.add("v_mbcnt_hi_u32_b32", [](Wave &wave, const Instruction &inst) {
    LaneBuffer first, second, out;
    LaneSource mask = plainSource(wave, inst.src[0], first), add = plainSource(wave, inst.src[1], second);
    for (unsigned lane = 0; lane < Lanes; ++lane) {
      u32 below = lane >= 32 ? (u32(1) << (lane - 32)) - 1 : 0;
      out.words[0][lane] = __builtin_popcount(mask.low[lane] & below) + add.low[lane];
    }
    detail::writeResult<u32>(wave, inst, out, wave.exec());
  });
}

void addVop3(InstructionSet &isa) {
  addShiftsAndAdds(isa);
  addMultiplies(isa);
  addFields(isa);
  addSums(isa);
  addThree<i16>(isa, "i16");
  addThree<u16>(isa, "u16");
  addThree<i32>(isa, "i32");
  addThree<u32>(isa, "u32");
  addHalfIntegers(isa);
  addClampedSums(isa);
  addWideMads(isa);
  addGfx950(isa);
  addLanes(isa);
}

} // namespace kiln::emulator
