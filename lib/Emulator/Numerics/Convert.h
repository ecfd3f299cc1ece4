// Conversions between number types, exact under every MODE (ISA 7.3 and the V_CVT_* instructions).
#pragma once

#include "Arithmetic.h"

#include <limits>

namespace kiln::emulator::numerics {

/// Which formats the opcodes "fp8" and "bf8" mean: FNUZ on gfx942, OCP on gfx950.
struct Fp8Flavour {
  const FloatFormat &fp8, &bf8;
};
inline constexpr Fp8Flavour fp8Ocp{formatFP8, formatBF8};
inline constexpr Fp8Flavour fp8Fnuz{formatFP8Fnuz, formatBF8Fnuz};

// Float to float.

template <class To, class From>
inline typename To::Bits convertFloat(typename From::Bits a, const FloatMode &m, Rounding rounding) {
  a = flushIn<From>(a, m);
  Unpacked u = unpack(From::format, a);
  Overflow overflow = overflowOf<To>(m);
  return flushOut<To>(typename To::Bits(pack(To::format, u, rounding, overflow)), m);
}
template <class To, class From>
inline typename To::Bits convertFloat(typename From::Bits a, const FloatMode &m) {
  return convertFloat<To, From>(a, m, roundingOf<To>(m));
}
inline uint16_t f32ToF16(uint32_t a, const FloatMode &m) {
  if (m.round64 != Rounding::NearestEven || m.fp16Overflow)
    return convertFloat<F16, F32>(a, m);
  return flushOut<F16>(narrowF16(bitCast<float>(flushIn<F32>(a, m))), m);
}
inline uint32_t f16ToF32(uint16_t a, const FloatMode &m) {
  uint32_t wide = bitCast<uint32_t>(widenF16(flushIn<F16>(a, m)));
  return isNaN<F32>(wide) ? quiet<F32>(wide) : wide;
}

/// V_CVT_PK_BF16_F32 and V_CVT_SR_BF16_F32 keep infinities; MODE.FP16_OVFL clamps what overflows.
inline uint16_t f32ToBf16(uint32_t a, const FloatMode &m) {
  a = flushIn<F32>(a, m);
  return uint16_t(pack(formatBF16, unpack(formatF32, a), Rounding::NearestEven,
                       m.fp16Overflow ? Overflow::Saturate : Overflow::ByRounding));
}
inline uint32_t bf16ToF32(uint16_t a) { return uint32_t(a) << 16; }

// Floats of 8, 6 and 4 bits. With MODE.FP16_OVFL an 8-bit result above the largest finite number, infinite
// operands included, is the largest finite number; without, it is infinity, or NaN where there is none
// (ISA 7.3). FP6, BF6 and FP4 always saturate; a NaN gives their largest magnitude.

inline Overflow smallOverflow(const FloatFormat &to, const FloatMode &m) {
  return m.fp16Overflow || to.specials == Specials::None ? Overflow::Saturate : Overflow::ByRounding;
}
inline uint8_t packSmall(const FloatFormat &to, const Unpacked &u, const FloatMode &m) {
  Overflow overflow = smallOverflow(to, m);
  if (u.kind == Unpacked::Infinity && overflow == Overflow::Saturate)
    return uint8_t((u.negative ? to.signBit() : 0) | to.maxFinite());
  return uint8_t(pack(to, u, Rounding::NearestEven, overflow));
}
inline uint8_t packSmallStochastic(const FloatFormat &to, const Unpacked &u, uint32_t random,
                                   const FloatMode &m) {
  if (u.kind != Unpacked::Finite)
    return packSmall(to, u, m);
  return uint8_t(
      packStochastic(to, u.negative, uint32_t(u.significand), u.exponent, random, smallOverflow(to, m)));
}
inline uint8_t f32ToSmall(const FloatFormat &to, uint32_t a, const FloatMode &m) {
  return packSmall(to, unpack(formatF32, flushIn<F32>(a, m)), m);
}
inline uint8_t f32ToSmallStochastic(const FloatFormat &to, uint32_t a, uint32_t random, const FloatMode &m) {
  return packSmallStochastic(to, unpack(formatF32, flushIn<F32>(a, m)), random, m);
}
/// Every small float is an F32 exactly.
inline uint32_t smallToF32(const FloatFormat &from, uint32_t code) {
  return uint32_t(pack(formatF32, unpack(from, code), Rounding::NearestEven));
}

/// V_CVT_SR_F16_F32 and V_CVT_SR_BF16_F32.
inline uint16_t f32ToHalfStochastic(const FloatFormat &to, uint32_t a, uint32_t random, const FloatMode &m) {
  Unpacked u = unpack(formatF32, flushIn<F32>(a, m));
  Overflow overflow = m.fp16Overflow ? Overflow::Saturate : Overflow::ByRounding;
  if (u.kind != Unpacked::Finite)
    return uint16_t(pack(to, u, Rounding::NearestEven, overflow));
  return uint16_t(packStochastic(to, u.negative, uint32_t(u.significand), u.exponent, random, overflow));
}

// V_CVT_SCALEF32_*: the scale is the exponent field of an F32, read as E8M0 (bias 127, 255 is NaN). To a
// small format the value is divided by the scale, from one it is multiplied (ISA 7.3).

inline uint32_t scaleExponent(uint32_t scale) { return scale >> 23 & 0xff; }

/// Operand format and denormal rule of a scaled conversion's wide side.
inline Unpacked unpackWide(const FloatFormat &from, uint32_t bits, const FloatMode &m) {
  bool flush = &from == &formatF32 ? m.flushIn32 : &from == &formatF16 ? m.flushIn64 : false;
  return unpack(from, flushDenormal(from, bits, flush));
}
inline Unpacked scaled(Unpacked u, uint32_t scale, int direction) {
  if (scaleExponent(scale) == 0xff) {
    u.kind = Unpacked::NaN;
    u.significand = uint128(1) << 63;
  } else if (u.kind == Unpacked::Finite) {
    u.exponent += direction * (int(scaleExponent(scale)) - 127);
  }
  return u;
}
inline uint8_t toSmallScaled(const FloatFormat &to, const FloatFormat &from, uint32_t bits, uint32_t scale,
                             const FloatMode &m) {
  return packSmall(to, scaled(unpackWide(from, bits, m), scale, -1), m);
}
inline uint8_t toSmallScaledStochastic(const FloatFormat &to, const FloatFormat &from, uint32_t bits,
                                       uint32_t random, uint32_t scale, const FloatMode &m) {
  return packSmallStochastic(to, scaled(unpackWide(from, bits, m), scale, -1), random, m);
}
inline uint32_t fromSmallScaled(const FloatFormat &to, const FloatFormat &from, uint32_t code, uint32_t scale,
                                const FloatMode &m) {
  Unpacked u = scaled(unpack(from, code), scale, 1);
  bool half = &to == &formatF16;
  uint64_t bits =
      pack(to, u, Rounding::NearestEven, half && m.fp16Overflow ? Overflow::Saturate : Overflow::ByRounding);
  bool flush = &to == &formatF32 ? m.flushOut32 : half ? m.flushOut64 : false;
  return uint32_t(flushDenormal(to, bits, flush));
}

/// V_PRNG_B32, also the step between the elements of a stochastic packed conversion.
constexpr uint32_t nextRandom(uint32_t x) { return x << 1 ^ (x >> 31 ? 197u : 0u); }

// Float to integer: truncated, clamped to the destination, NaN is zero.

template <class Int, class Host> inline Int clampToInt(Host x) {
  if (x != x)
    return 0;
  // The bounds are powers of two and their neighbours; one past the largest is exact in every host type.
  constexpr Host top = Host(uint64_t(std::numeric_limits<Int>::max() / 2 + 1)) * 2;
  if (x >= top)
    return std::numeric_limits<Int>::max();
  if (x <= Host(std::numeric_limits<Int>::min()))
    return std::numeric_limits<Int>::min();
  return Int(x);
}
template <class Int, class T> inline Int floatToInt(typename T::Bits a) {
  return clampToInt<Int>(hostValue<T>(a));
}
/// V_CVT_PK_U8_F32 and V_CVT_PKACCUM_U8_F32 round by MODE (gfx9 hardware, by users' reports; the manual is
/// silent), then clamp.
inline uint8_t f32ToByte(uint32_t a, const FloatMode &m) {
  float x = bitCast<float>(flushIn<F32>(a, m));
  switch (m.round32) {
  case Rounding::NearestEven:
    return clampToInt<uint8_t>(std::nearbyint(x));
  case Rounding::Up:
    return clampToInt<uint8_t>(std::ceil(x));
  case Rounding::Down:
    return clampToInt<uint8_t>(std::floor(x));
  case Rounding::TowardZero:
    break;
  }
  return clampToInt<uint8_t>(x);
}
/// V_CVT_FLR_I32_F32 and V_CVT_RPI_I32_F32. The sum is rounded to F32 before the floor, as the manual writes
/// it.
inline int32_t floorToInt(uint32_t a, const FloatMode &m) {
  return clampToInt<int32_t>(std::floor(bitCast<float>(flushIn<F32>(a, m))));
}
inline int32_t roundHalfUpToInt(uint32_t a) {
  return clampToInt<int32_t>(std::floor(bitCast<float>(a) + 0.5f));
}

/// Integer to float under MODE's rounding.
template <class T> inline typename T::Bits intToFloat(int64_t a, const FloatMode &m) {
  uint64_t magnitude = a < 0 ? 0 - uint64_t(a) : uint64_t(a);
  return typename T::Bits(packFinite(T::format, a < 0, magnitude, 0, roundingOf<T>(m), overflowOf<T>(m)));
}

/// V_CVT_NORM_* and V_CVT_PKNORM_*: [-1, 1] to [-32767, 32767] or [0, 1] to [0, 65535], nearest even, NaN is
/// zero.
inline int16_t toSnorm16(float x) {
  return x != x ? 0 : int16_t(std::nearbyint(std::fmin(std::fmax(x, -1.0f), 1.0f) * 32767.0));
}
inline uint16_t toUnorm16(float x) {
  return x != x ? 0 : uint16_t(std::nearbyint(std::fmin(std::fmax(x, 0.0f), 1.0f) * 65535.0));
}
/// V_CVT_OFF_F32_I4: a signed nibble in sixteenths.
inline uint32_t offsetFromNibble(uint32_t a) {
  return bitCast<uint32_t>(float((int32_t(a << 28) >> 28)) / 16.0f);
}

} // namespace kiln::emulator::numerics
