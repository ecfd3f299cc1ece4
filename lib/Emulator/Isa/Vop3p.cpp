// Packed and mixed-precision instructions (CDNA3/CDNA4 manual 6.7, 12.11), and the dot products of VOP2.
#include "Isa/Float.h"

namespace kiln::emulator {

using num::F16;
using num::F32;

/// OP_SEL_HI of the encodings that lack it (VOP2): the upper half for the upper result.
static unsigned upperSelect(const Instruction &inst) {
  return inst.format == Format::Vop3p ? inst.opSelHi : 7;
}
/// NEG_HI stands in the place of ABS, in VOP3 too (V_DOT2C_F32_BF16: "ABS[1:0] are used as NEG_HI[1:0]").
static unsigned upperNegate(const Instruction &inst) {
  return inst.format == Format::Vop3p || inst.format == Format::Vop3 ? inst.abs : inst.neg;
}

/// One half of source n as OP_SEL, OP_SEL_HI, NEG_LO and NEG_HI choose it.
static u16 halfOf(const Instruction &inst, unsigned n, u32 word, bool upper, bool isFloatOperand) {
  unsigned select = upper ? upperSelect(inst) : inst.opSel, negate = upper ? upperNegate(inst) : inst.neg;
  u16 half = u16(select >> n & 1 ? word >> 16 : word);
  return isFloatOperand && (negate >> n & 1) ? half ^ 0x8000 : half;
}

namespace {
template <bool FromDst, class Clause, class R, class... A, size_t... I>
void runPacked(const Clause &clause, Wave &wave, const Instruction &inst,
               R (Clause::*)(const LaneContext &, A...) const, std::index_sequence<I...>) {
  constexpr size_t count = sizeof...(A);
  LaneBuffer buffers[count], moved, out;
  u64 enabled = wave.exec();
  LaneSource sources[count];
  for (size_t n = 0; n < count; ++n) {
    bool old = FromDst && n == count - 1;
    sources[n] = plainSource(wave, old ? inst.dst[0] : inst.src[n], buffers[n]);
  }
  if (inst.dpp || inst.sdwa) // v_pk_fmac_f16 only; as words
    sources[0] = modifiedSource(wave, inst, 0, operandType<u32>, moved, enabled);
  LaneContext context{num::FloatMode::fromRegister(wave.mode.bits), inst, wave};
  for (u64 rest = enabled; rest; rest &= rest - 1) {
    context.lane = unsigned(__builtin_ctzll(rest));
    u32 word = 0;
    for (bool upper : {false, true}) {
      auto operand = [&](auto type, size_t n) {
        using T = decltype(type);
        u32 bits = sources[n].low[context.lane];
        bool old = FromDst && n == count - 1;
        return bitCast<T>(old ? u16(upper ? bits >> 16 : bits) : halfOf(inst, n, bits, upper, isFloat<T>));
      };
      R result = clause(context, operand(A(), I)...);
      if constexpr (isFloat<R>)
        result.bits = clampedFloat<F16>(context, result.bits);
      word |= u32(bitCast<u16>(result)) << (upper ? 16 : 0);
    }
    out.words[0][context.lane] = word;
  }
  writeLanes(wave.vgpr[inst.dst[0].index], out.words[0], enabled);
}

template <bool FromDst = false, class Clause>
void addPacked(InstructionSet &isa, llvm::StringRef mnemonic, Clause clause) {
  static_assert(std::is_empty_v<Clause>, "a clause is a lambda without captures: its type is its identity");
  static const Clause kept = clause;
  isa.add(mnemonic, [](Wave &wave, const Instruction &inst) {
    runPacked<FromDst>(kept, wave, inst, &Clause::operator(), detail::exactParameters(&Clause::operator()));
  });
}
} // namespace

static void addPackedFloats(InstructionSet &isa) {
  addPacked(isa, "v_pk_add_f16", [](const LaneContext &c, Raw16 a, Raw16 b) {
    return Raw16{num::add<F16>(a.bits, b.bits, c.mode)};
  });
  addPacked(isa, "v_pk_mul_f16", [](const LaneContext &c, Raw16 a, Raw16 b) {
    return Raw16{num::mul<F16>(a.bits, b.bits, c.mode)};
  });
  addPacked(isa, "v_pk_min_f16", [](const LaneContext &c, Raw16 a, Raw16 b) {
    return Raw16{num::min<F16>(a.bits, b.bits, c.mode)};
  });
  addPacked(isa, "v_pk_max_f16", [](const LaneContext &c, Raw16 a, Raw16 b) {
    return Raw16{num::max<F16>(a.bits, b.bits, c.mode)};
  });
  auto fma = [](const LaneContext &c, Raw16 a, Raw16 b, Raw16 d) {
    return Raw16{num::fma<F16>(a.bits, b.bits, d.bits, c.mode)};
  };
  addPacked(isa, "v_pk_fma_f16", fma);
  addPacked<true>(isa, "v_pk_fmac_f16", fma);
  addPacked(isa, "v_pk_minimum3_f16", [](const LaneContext &c, Raw16 a, Raw16 b, Raw16 d) {
    return Raw16{
        num::minMaxNaN<F16, false>(num::minMaxNaN<F16, false>(a.bits, b.bits, c.mode), d.bits, c.mode)};
  });
  addPacked(isa, "v_pk_maximum3_f16", [](const LaneContext &c, Raw16 a, Raw16 b, Raw16 d) {
    return Raw16{
        num::minMaxNaN<F16, true>(num::minMaxNaN<F16, true>(a.bits, b.bits, c.mode), d.bits, c.mode)};
  });
}

template <class Int> static void addPackedIntegers(InstructionSet &isa, llvm::StringRef type) {
  auto name = [&](const char *base) { return (base + type).str(); };
  addPacked(isa, name("v_pk_add_"),
            [](const LaneContext &c, Int a, Int b) { return clampedTo<Int>(c, i64(a) + b); });
  addPacked(isa, name("v_pk_sub_"),
            [](const LaneContext &c, Int a, Int b) { return clampedTo<Int>(c, i64(a) - b); });
  addPacked(isa, name("v_pk_mad_"),
            [](const LaneContext &c, Int a, Int b, Int d) { return clampedTo<Int>(c, i64(a) * b + d); });
  addPacked(isa, name("v_pk_min_"), [](const LaneContext &, Int a, Int b) { return a < b ? a : b; });
  addPacked(isa, name("v_pk_max_"), [](const LaneContext &, Int a, Int b) { return a > b ? a : b; });
}

static void addPackedShifts(InstructionSet &isa) {
  addPacked(isa, "v_pk_mul_lo_u16", [](const LaneContext &, u16 a, u16 b) { return u16(u32(a) * b); });
  addPacked(isa, "v_pk_lshlrev_b16", [](const LaneContext &, u16 a, u16 b) { return u16(b << (a & 15)); });
  addPacked(isa, "v_pk_lshrrev_b16", [](const LaneContext &, u16 a, u16 b) { return u16(b >> (a & 15)); });
  addPacked(isa, "v_pk_ashrrev_i16", [](const LaneContext &, u16 a, i16 b) { return i16(b >> (a & 15)); });
}

// ---- Two F32: OP_SEL picks the dword for the lower result, OP_SEL_HI for the upper (ISA 6.7) ----

namespace {
template <class Fast, class Exact, size_t count>
void runPackedF32(const Fast &fast, const Exact &exact, Wave &wave, const Instruction &inst) {
  LaneBuffer buffers[count], out;
  LaneSource sources[count];
  for (size_t n = 0; n < count; ++n)
    sources[n] = plainSource(wave, inst.src[n], buffers[n]);
  u64 enabled = wave.exec();
  num::FloatMode mode = num::FloatMode::fromRegister(wave.mode.bits);
  bool hostAgrees = detail::hostAgrees<f32>(wave.mode) && mode.flushIn32 == mode.flushOut32;
  for (unsigned upper = 0; upper < 2; ++upper) {
    const u32 *words[count];
    u32 flip[count];
    for (size_t n = 0; n < count; ++n) {
      bool high = (upper ? inst.opSelHi : inst.opSel) >> n & 1;
      words[n] = high ? sources[n].high : sources[n].low;
      flip[n] = (upper ? inst.abs : inst.neg) >> n & 1 ? 0x80000000 : 0;
    }
    u32 *result = out.words[upper];
    bool nan = false;
    auto hostLoop = [&](auto flushes) {
      constexpr bool Flush = decltype(flushes)::value;
      auto operand = [&](size_t n, unsigned lane) {
        f32 value = bitCast<f32>(words[n][lane] ^ flip[n]);
        return Flush ? flushDenormal(value) : value;
      };
      for (unsigned lane = 0; lane < Lanes; ++lane) {
        f32 r;
        if constexpr (count == 2)
          r = fast(operand(0, lane), operand(1, lane));
        else
          r = fast(operand(0, lane), operand(1, lane), operand(2, lane));
        result[lane] = bitCast<u32>(Flush ? flushDenormal(r) : r);
        nan |= (result[lane] & 0x7FFFFFFF) > 0x7F800000;
      }
    };
    if (hostAgrees && mode.flushIn32)
      hostLoop(std::true_type());
    else if (hostAgrees)
      hostLoop(std::false_type());
    if (!hostAgrees || nan)
      for (u64 rest = enabled; rest; rest &= rest - 1) {
        unsigned lane = unsigned(__builtin_ctzll(rest));
        u32 third = count > 2 ? words[count - 1][lane] ^ flip[count - 1] : 0;
        result[lane] = exact(words[0][lane] ^ flip[0], words[1][lane] ^ flip[1], third, mode);
      }
  }
  writeLanes(wave.vgpr[inst.dst[0].index], out.words[0], enabled);
  writeLanes(wave.vgpr[(inst.dst[0].index + 1) & 511], out.words[1], enabled);
}

template <size_t count, class Fast, class Exact>
void addPackedF32(InstructionSet &isa, llvm::StringRef mnemonic, Fast fast, Exact exact) {
  static const Fast keptFast = fast;
  static const Exact keptExact = exact;
  isa.add(mnemonic, [](Wave &wave, const Instruction &inst) {
    runPackedF32<Fast, Exact, count>(keptFast, keptExact, wave, inst);
  });
}
} // namespace

static void addPairs(InstructionSet &isa) {
  using Mode = const num::FloatMode &;
  addPackedF32<2>(
      isa, "v_pk_add_f32", [](f32 a, f32 b) { return a + b; },
      [](u32 a, u32 b, u32, Mode m) { return num::add<F32>(a, b, m); });
  addPackedF32<2>(
      isa, "v_pk_mul_f32", [](f32 a, f32 b) { return a * b; },
      [](u32 a, u32 b, u32, Mode m) { return num::mul<F32>(a, b, m); });
  addPackedF32<3>(
      isa, "v_pk_fma_f32", [](f32 a, f32 b, f32 c) { return std::fma(a, b, c); },
      [](u32 a, u32 b, u32 c, Mode m) { return num::fma<F32>(a, b, c, m); });
  // OP_SEL[0] picks the dword of S0 for the lower result, OP_SEL[1] that of S1 for the upper.
  isa.add("v_pk_mov_b32", [](Wave &wave, const Instruction &inst) {
    LaneBuffer first, second, out;
    LaneSource a = plainSource(wave, inst.src[0], first), b = plainSource(wave, inst.src[1], second);
    memcpy(out.words[0], inst.opSel & 1 ? a.high : a.low, sizeof(out.words[0]));
    memcpy(out.words[1], inst.opSel & 2 ? b.high : b.low, sizeof(out.words[1]));
    writeLanes(wave.vgpr[inst.dst[0].index], out.words[0], wave.exec());
    writeLanes(wave.vgpr[(inst.dst[0].index + 1) & 511], out.words[1], wave.exec());
  });
}

// ---- Mixed precision: OP_SEL_HI makes a source a half, OP_SEL which; NEG_HI is ABS ----

/// Inline constants are F32 where the operand is (as Mesa's compiler takes it); LLVM decodes them as halves.
static void widenConstant(const Instruction &inst, unsigned n, LaneBuffer &buffer, LaneSource &source) {
  static const f32 constants[] = {0.5f, -0.5f, 1, -1, 2, -2, 4, -4, 0.15915494f};
  unsigned code = unsigned(inst.encoding[0] >> (32 + 9 * n)) & 0x1FF;
  if ((inst.opSelHi >> n & 1) || code < 240 || code > 248)
    return;
  std::fill_n(buffer.words[0], Lanes, bitCast<u32>(constants[code - 240]));
  source.low = buffer.words[0];
}

static u32 mixedSum(const LaneContext &c, const u32 (&words)[3]) {
  u32 x[3];
  for (unsigned n = 0; n < 3; ++n) {
    bool half = c.inst.opSelHi >> n & 1;
    x[n] = words[n];
    if (half)
      x[n] = num::f16ToF32(u16(c.inst.opSel >> n & 1 ? words[n] >> 16 : words[n]), c.mode);
    if (c.inst.abs >> n & 1)
      x[n] &= 0x7FFFFFFF;
    if (c.inst.neg >> n & 1)
      x[n] ^= 0x80000000;
  }
  return num::fma<F32>(x[0], x[1], x[2], c.mode);
}

template <class Place> static void addMixed(InstructionSet &isa, llvm::StringRef mnemonic, Place place) {
  static const Place kept = place;
  isa.add(mnemonic, [](Wave &wave, const Instruction &inst) {
    LaneBuffer buffers[3], out;
    LaneSource s[3];
    for (unsigned n = 0; n < 3; ++n) {
      s[n] = plainSource(wave, inst.src[n], buffers[n]);
      widenConstant(inst, n, buffers[n], s[n]);
    }
    LaneContext c{num::FloatMode::fromRegister(wave.mode.bits), inst, wave};
    for (c.lane = 0; c.lane < Lanes; ++c.lane) {
      c.old = wave.vgpr[inst.dst[0].index][c.lane];
      out.words[0][c.lane] = kept(c, mixedSum(c, {s[0].low[c.lane], s[1].low[c.lane], s[2].low[c.lane]}));
    }
    writeLanes(wave.vgpr[inst.dst[0].index], out.words[0], wave.exec());
  });
}

static void addMixes(InstructionSet &isa) {
  static const auto half = [](const LaneContext &c, u32 sum) {
    return u32(clampedFloat<F16>(c, num::f32ToF16(sum, c.mode)));
  };
  addMixed(isa, "v_fma_mix_f32", [](const LaneContext &c, u32 sum) { return clampedFloat<F32>(c, sum); });
  addMixed(isa, "v_fma_mixlo_f16",
           [](const LaneContext &c, u32 sum) { return (c.old & 0xFFFF0000) | half(c, sum); });
  addMixed(isa, "v_fma_mixhi_f16",
           [](const LaneContext &c, u32 sum) { return (c.old & 0xFFFF) | half(c, sum) << 16; });
}

// ---- Dot products ----

/// The float ones ignore MODE, flush denormals and round to nearest; NEG does not touch S2 (ISA 6.7).
enum class DotOrder { AccumulatorFirst, AccumulatorLast };
template <DotOrder order, bool brain> static u32 dot2(const Instruction &inst, u32 a, u32 b, u32 c) {
  static const num::FloatMode mode = num::FloatMode::fromRegister(0);
  auto wide = [&](unsigned n, u32 word, bool upper) {
    u16 h = halfOf(inst, n, word, upper, true);
    return brain ? num::bf16ToF32(h) : num::f16ToF32(h, mode);
  };
  u32 lower[2] = {wide(0, a, false), wide(1, b, false)}, upper[2] = {wide(0, a, true), wide(1, b, true)};
  if (order == DotOrder::AccumulatorFirst)
    return num::fma<F32>(upper[0], upper[1], num::fma<F32>(lower[0], lower[1], c, mode), mode);
  u32 products = num::fma<F32>(upper[0], upper[1], num::mul<F32>(lower[0], lower[1], mode), mode);
  return num::add<F32>(products, c, mode);
}

template <bool FromDst, class Clause>
static void addDot(InstructionSet &isa, llvm::StringRef mnemonic, Clause clause) {
  static_assert(std::is_empty_v<Clause>, "a clause is a lambda without captures: its type is its identity");
  static const Clause kept = clause;
  addExact<Upper16::Zero, FromDst>(
      isa, mnemonic, [](const LaneContext &c, u32 x, u32 y, u32 z) { return u32(kept(c.inst, x, y, z)); });
}

template <bool FromDst, DotOrder order, bool brain>
static void addFloatDot(InstructionSet &isa, llvm::StringRef mnemonic) {
  addDot<FromDst>(isa, mnemonic, [](const Instruction &inst, u32 x, u32 y, u32 z) {
    num::FloatMode mode = num::FloatMode::fromRegister(0);
    return num::applyOutputModifiers<F32>(dot2<order, brain>(inst, x, y, z), 0, inst.clamp, mode);
  });
}

static void addDots(InstructionSet &isa) {
  constexpr DotOrder first = DotOrder::AccumulatorFirst, last = DotOrder::AccumulatorLast;
  addFloatDot<false, first, false>(isa, "v_dot2_f32_f16");
  addFloatDot<true, first, false>(isa, "v_dot2c_f32_f16");
  addFloatDot<false, last, true>(isa, "v_dot2_f32_bf16");
  addFloatDot<true, first, true>(isa, "v_dot2c_f32_bf16");
  static const auto halves = [](const Instruction &inst, unsigned n, u32 word) {
    return u32(halfOf(inst, n, word, false, false) | u32(halfOf(inst, n, word, true, false)) << 16);
  };
  addDot<false>(isa, "v_dot2_i32_i16", [](const Instruction &inst, u32 x, u32 y, u32 z) {
    return num::dotInt<16, true>(halves(inst, 0, x), halves(inst, 1, y), z, inst.clamp);
  });
  addDot<false>(isa, "v_dot2_u32_u16", [](const Instruction &inst, u32 x, u32 y, u32 z) {
    return num::dotInt<16, false>(halves(inst, 0, x), halves(inst, 1, y), z, inst.clamp);
  });
  addDot<true>(isa, "v_dot2c_i32_i16", [](const Instruction &inst, u32 x, u32 y, u32 z) {
    return num::dotInt<16, true>(x, y, z, inst.clamp);
  });
  auto dot4 = [](const Instruction &inst, u32 x, u32 y, u32 z) {
    return num::dotInt<8, true>(x, y, z, inst.clamp);
  };
  auto dot8 = [](const Instruction &inst, u32 x, u32 y, u32 z) {
    return num::dotInt<4, true>(x, y, z, inst.clamp);
  };
  addDot<false>(isa, "v_dot4_i32_i8", dot4);
  addDot<true>(isa, "v_dot4c_i32_i8", dot4);
  addDot<false>(isa, "v_dot8_i32_i4", dot8);
  addDot<true>(isa, "v_dot8c_i32_i4", dot8);
  addDot<false>(isa, "v_dot4_u32_u8", [](const Instruction &inst, u32 x, u32 y, u32 z) {
    return num::dotInt<8, false>(x, y, z, inst.clamp);
  });
  addDot<false>(isa, "v_dot8_u32_u4", [](const Instruction &inst, u32 x, u32 y, u32 z) {
    return num::dotInt<4, false>(x, y, z, inst.clamp);
  });
}

void addVop3p(InstructionSet &isa) {
  addPackedFloats(isa);
  addPackedIntegers<i16>(isa, "i16");
  addPackedIntegers<u16>(isa, "u16");
  addPackedShifts(isa);
  addPairs(isa);
  addMixes(isa);
  addDots(isa);
}

} // namespace kiln::emulator
