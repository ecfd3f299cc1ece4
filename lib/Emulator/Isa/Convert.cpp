// Conversions without block scale (CDNA3/CDNA4 manual 7.3, 12.8, 12.10).
#include "Isa/Float.h"

namespace kiln::emulator {

using num::F16;
using num::F32;
using num::F64;

template <class Int, class T> static void addToInt(InstructionSet &isa, llvm::StringRef mnemonic) {
  addExact(isa, mnemonic, [](const LaneContext &, Raw<T> a) { return num::floatToInt<Int, T>(a.bits); });
}
template <class T, class Int, class Host>
static void addFromInt(InstructionSet &isa, llvm::StringRef mnemonic) {
  addFloat(
      isa, mnemonic, [](Int a) { return Host(a); },
      [](const LaneContext &c, Int a) { return Raw<T>{num::intToFloat<T>(i64(a), c.mode)}; });
}

static void addIntegerConversions(InstructionSet &isa) {
  // Truncation toward zero with clamping; out of an F32's range the host's conversion would not clamp.
  addToInt<i32, F32>(isa, "v_cvt_i32_f32");
  addToInt<u32, F32>(isa, "v_cvt_u32_f32");
  addToInt<i32, F64>(isa, "v_cvt_i32_f64");
  addToInt<u32, F64>(isa, "v_cvt_u32_f64");
  addToInt<i16, F16>(isa, "v_cvt_i16_f16");
  addToInt<u16, F16>(isa, "v_cvt_u16_f16");
  addFromInt<F32, i32, f32>(isa, "v_cvt_f32_i32");
  addFromInt<F32, u32, f32>(isa, "v_cvt_f32_u32");
  addFromInt<F64, i32, f64>(isa, "v_cvt_f64_i32");
  addFromInt<F64, u32, f64>(isa, "v_cvt_f64_u32");
  addExact(isa, "v_cvt_f16_i16",
           [](const LaneContext &c, i16 a) { return Raw16{num::intToFloat<F16>(a, c.mode)}; });
  addExact(isa, "v_cvt_f16_u16",
           [](const LaneContext &c, u16 a) { return Raw16{num::intToFloat<F16>(a, c.mode)}; });
  isa.vector("v_cvt_f32_ubyte0", [](u32 a) { return f32(a & 0xFF); });
  isa.vector("v_cvt_f32_ubyte1", [](u32 a) { return f32(a >> 8 & 0xFF); });
  isa.vector("v_cvt_f32_ubyte2", [](u32 a) { return f32(a >> 16 & 0xFF); });
  isa.vector("v_cvt_f32_ubyte3", [](u32 a) { return f32(a >> 24); });
  isa.vector("v_cvt_off_f32_i4", [](i32 a) { return f32(i32(u32(a) << 28) >> 28) / 16; });
  addExact(isa, "v_cvt_flr_i32_f32",
           [](const LaneContext &c, Raw32 a) { return num::floorToInt(a.bits, c.mode); });
  addExact(isa, "v_cvt_rpi_i32_f32",
           [](const LaneContext &, Raw32 a) { return num::roundHalfUpToInt(a.bits); });
}

static void addFloatConversions(InstructionSet &isa) {
  addFloat(
      isa, "v_cvt_f16_f32", [](f32 a) { return f16(a); },
      [](const LaneContext &c, Raw32 a) { return Raw16{num::f32ToF16(a.bits, c.mode)}; });
  addFloat(
      isa, "v_cvt_f32_f16", [](f16 a) { return f32(a); },
      [](const LaneContext &c, Raw16 a) { return Raw32{num::f16ToF32(a.bits, c.mode)}; });
  addFloat(
      isa, "v_cvt_f32_f64", [](f64 a) { return f32(a); },
      [](const LaneContext &c, Raw64 a) { return Raw32{num::convertFloat<F32, F64>(a.bits, c.mode)}; });
  addFloat(
      isa, "v_cvt_f64_f32", [](f32 a) { return f64(a); },
      [](const LaneContext &c, Raw32 a) { return Raw64{num::convertFloat<F64, F32>(a.bits, c.mode)}; });
  addExact(isa, "v_cvt_f32_bf16", [](const LaneContext &, Raw16 a) { return Raw32{num::bf16ToF32(a.bits)}; });
}

template <class T, auto toNorm> static void addNorm(InstructionSet &isa, llvm::StringRef mnemonic) {
  addExact(isa, mnemonic, [](const LaneContext &c, Raw<T> a, Raw<T> b) {
    auto convert = [&](Raw<T> x) { return u16(toNorm(num::hostValue<T>(num::flushIn<T>(x.bits, c.mode)))); };
    return u32(convert(a) | u32(convert(b)) << 16);
  });
}

/// Nearest BF16, without branches.
static inline u32 nearestBf16(f32 a) {
  u32 bits = bitCast<u32>(a), rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
  return (bits & 0x7FFFFFFF) > 0x7F800000 ? bits >> 16 | 0x40 : rounded;
}

/// Two results in one register.
static void addPackedConversions(InstructionSet &isa) {
  addNorm<F32, num::toSnorm16>(isa, "v_cvt_pknorm_i16_f32");
  addNorm<F32, num::toUnorm16>(isa, "v_cvt_pknorm_u16_f32");
  addNorm<F16, num::toSnorm16>(isa, "v_cvt_pknorm_i16_f16");
  addNorm<F16, num::toUnorm16>(isa, "v_cvt_pknorm_u16_f16");
  addExact(isa, "v_cvt_norm_i16_f16", [](const LaneContext &c, Raw16 a) {
    return num::toSnorm16(num::widenF16(num::flushIn<F16>(a.bits, c.mode)));
  });
  addExact(isa, "v_cvt_norm_u16_f16", [](const LaneContext &c, Raw16 a) {
    return num::toUnorm16(num::widenF16(num::flushIn<F16>(a.bits, c.mode)));
  });
  isa.vector("v_cvt_pk_i16_i32", [](i32 a, i32 b) {
    return u32(u16(num::saturate<i16>(a)) | u32(u16(num::saturate<i16>(b))) << 16);
  });
  isa.vector("v_cvt_pk_u16_u32",
             [](u32 a, u32 b) { return u32(num::saturate<u16>(a) | u32(num::saturate<u16>(b)) << 16); });
  addExact(isa, "v_cvt_pkrtz_f16_f32", [](const LaneContext &c, Raw32 a, Raw32 b) { // whatever MODE says
    auto convert = [&](Raw32 x) {
      return clampedFloat<F16>(c, num::convertFloat<F16, F32>(x.bits, c.mode, num::Rounding::TowardZero));
    };
    return u32(convert(a) | u32(convert(b)) << 16);
  });
  addExact(isa, "v_cvt_pk_f16_f32", [](const LaneContext &c, Raw32 a, Raw32 b) { // always to nearest
    auto convert = [&](Raw32 x) {
      return clampedFloat<F16>(c, num::convertFloat<F16, F32>(x.bits, c.mode, num::Rounding::NearestEven));
    };
    return u32(convert(a) | u32(convert(b)) << 16);
  });
  isa.add("v_cvt_pk_bf16_f32", [](Wave &wave, const Instruction &inst) {
    auto fast = [](f32 a, f32 b) { return u32(nearestBf16(a) | nearestBf16(b) << 16); };
    auto exact = [](const LaneContext &c, Raw32 a, Raw32 b) {
      return u32(num::f32ToBf16(a.bits, c.mode) | u32(num::f32ToBf16(b.bits, c.mode)) << 16);
    };
    if (wave.mode.fp16Overflow() ||
        !detail::runFast<false>(fast, wave, inst, &decltype(fast)::operator(), std::index_sequence<0, 1>()))
      detail::runExact<false>(exact, wave, inst, Upper16::Zero, &decltype(exact)::operator(),
                              std::index_sequence<0, 1>());
  });
  // Byte S1[1:0] of S2 replaced.
  auto byte = [](u32 word, u32 place, u32 value) {
    u32 shift = 8 * (place & 3);
    return (word & ~(0xFFu << shift)) | value << shift;
  };
  static const auto insert = byte;
  addExact(isa, "v_cvt_pk_u8_f32", [](const LaneContext &c, Raw32 a, u32 place, u32 word) {
    return insert(word, place, num::f32ToByte(a.bits, c.mode));
  });
  addExact(isa, "v_cvt_pkaccum_u8_f32", [](const LaneContext &c, Raw32 a, u32 place) {
    return insert(c.old, place, num::f32ToByte(a.bits, c.mode));
  });
}

// FP8 and BF8. Results go into the half OP_SEL[3] or the byte OP_SEL[3:2]; the rest of the register is kept.

static u32 intoHalf(const LaneContext &c, u32 half) {
  return c.inst.opSel & 8 ? (c.old & 0xFFFF) | half << 16 : (c.old & 0xFFFF0000) | half;
}
static u32 intoByte(const LaneContext &c, u32 byte) {
  unsigned shift = 8 * (c.inst.opSel >> 2 & 3);
  return (c.old & ~(0xFFu << shift)) | byte << shift;
}

static void addSmallFloats(InstructionSet &isa) {
  addExact(isa, "v_cvt_f32_fp8",
           [](const LaneContext &c, u32 a) { return Raw32{num::smallToF32(c.fp8().fp8, a & 0xFF)}; });
  addExact(isa, "v_cvt_f32_bf8",
           [](const LaneContext &c, u32 a) { return Raw32{num::smallToF32(c.fp8().bf8, a & 0xFF)}; });
  static const auto pair = [](const LaneContext &c, const num::FloatFormat &format, u32 a) {
    auto convert = [&](u32 code) { return u64(clampedFloat<F32>(c, num::smallToF32(format, code & 0xFF))); };
    return convert(a) | convert(a >> 8) << 32;
  };
  addExact(isa, "v_cvt_pk_f32_fp8", [](const LaneContext &c, u32 a) { return pair(c, c.fp8().fp8, a); });
  addExact(isa, "v_cvt_pk_f32_bf8", [](const LaneContext &c, u32 a) { return pair(c, c.fp8().bf8, a); });
  static const auto pack = [](const LaneContext &c, const num::FloatFormat &format, Raw32 a, Raw32 b) {
    return intoHalf(c, num::f32ToSmall(format, a.bits, c.mode) | u32(num::f32ToSmall(format, b.bits, c.mode))
                                                                     << 8);
  };
  addExact(isa, "v_cvt_pk_fp8_f32",
           [](const LaneContext &c, Raw32 a, Raw32 b) { return pack(c, c.fp8().fp8, a, b); });
  addExact(isa, "v_cvt_pk_bf8_f32",
           [](const LaneContext &c, Raw32 a, Raw32 b) { return pack(c, c.fp8().bf8, a, b); });
  addExact(isa, "v_cvt_sr_fp8_f32", [](const LaneContext &c, Raw32 a, u32 random) {
    return intoByte(c, num::f32ToSmallStochastic(c.fp8().fp8, a.bits, random, c.mode));
  });
  addExact(isa, "v_cvt_sr_bf8_f32", [](const LaneContext &c, Raw32 a, u32 random) {
    return intoByte(c, num::f32ToSmallStochastic(c.fp8().bf8, a.bits, random, c.mode));
  });
  addExact(isa, "v_cvt_sr_f16_f32", [](const LaneContext &c, Raw32 a, u32 random) {
    return intoHalf(c, num::f32ToHalfStochastic(num::formatF16, a.bits, random, c.mode));
  });
  addExact(isa, "v_cvt_sr_bf16_f32", [](const LaneContext &c, Raw32 a, u32 random) {
    return intoHalf(c, num::f32ToHalfStochastic(num::formatBF16, a.bits, random, c.mode));
  });
}

void addConvert(InstructionSet &isa) {
  addIntegerConversions(isa);
  addFloatConversions(isa);
  addPackedConversions(isa);
  addSmallFloats(isa);
}

} // namespace kiln::emulator
