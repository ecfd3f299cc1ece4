// Binary floating-point formats as data, and the two functions that every exact operation is made of: unpack
// (bits to sign * significand * 2^exponent) and pack (round such a value to a format).
#pragma once

#include "Mode.h"

#include <cstdint>

namespace kiln::emulator::numerics {

using uint128 = unsigned __int128;

/// What the codes above the largest finite number mean.
enum class Specials : uint8_t {
  Ieee, ///< top exponent holds infinities and NaNs
  Fn,   ///< no infinity, the all-ones code is NaN (OCP E4M3)
  Fnuz, ///< no infinity, no negative zero, NaN is the code of negative zero (gfx942's FP8 and BF8)
  None, ///< neither infinity nor NaN (OCP FP6, BF6, FP4)
};

struct FloatFormat {
  uint8_t exponentBits, mantissaBits;
  int16_t bias;
  Specials specials;

  constexpr unsigned width() const { return 1u + exponentBits + mantissaBits; }
  constexpr uint64_t signBit() const { return uint64_t(1) << (exponentBits + mantissaBits); }
  constexpr uint64_t mantissaMask() const { return (uint64_t(1) << mantissaBits) - 1; }
  constexpr uint64_t exponentMask() const { return signBit() - 1 - mantissaMask(); }
  /// Code of the largest finite magnitude.
  constexpr uint64_t maxFinite() const {
    switch (specials) {
    case Specials::Ieee:
      return exponentMask() - 1;
    case Specials::Fn:
      return signBit() - 2;
    default:
      return signBit() - 1;
    }
  }
  constexpr int minExponent() const { return 1 - bias; }
};

inline constexpr FloatFormat formatF64{11, 52, 1023, Specials::Ieee};
inline constexpr FloatFormat formatF32{8, 23, 127, Specials::Ieee};
inline constexpr FloatFormat formatF16{5, 10, 15, Specials::Ieee};
inline constexpr FloatFormat formatBF16{8, 7, 127, Specials::Ieee};
inline constexpr FloatFormat formatFP8{4, 3, 7, Specials::Fn};
inline constexpr FloatFormat formatBF8{5, 2, 15, Specials::Ieee};
inline constexpr FloatFormat formatFP8Fnuz{4, 3, 8, Specials::Fnuz};
inline constexpr FloatFormat formatBF8Fnuz{5, 2, 16, Specials::Fnuz};
inline constexpr FloatFormat formatFP6{2, 3, 1, Specials::None};
inline constexpr FloatFormat formatBF6{3, 2, 3, Specials::None};
inline constexpr FloatFormat formatFP4{2, 1, 1, Specials::None};

/// A number taken apart: (-1)^negative * significand * 2^exponent.
struct Unpacked {
  enum Kind : uint8_t { Finite, Infinity, NaN };
  Kind kind = Finite;
  bool negative = false;
  bool signaling = false;
  int exponent = 0;
  uint128 significand = 0; ///< of a NaN: its payload, left-aligned in 64 bits, quiet bit first

  constexpr bool isZero() const { return kind == Finite && significand == 0; }
};

constexpr unsigned leadingZeros(uint128 x) {
  return uint64_t(x >> 64) ? unsigned(__builtin_clzll(uint64_t(x >> 64)))
         : uint64_t(x)     ? 64u + unsigned(__builtin_clzll(uint64_t(x)))
                           : 128u;
}

constexpr bool isNaNCode(const FloatFormat &f, uint64_t bits) {
  uint64_t magnitude = bits & (f.signBit() - 1);
  switch (f.specials) {
  case Specials::Ieee:
    return magnitude > f.exponentMask();
  case Specials::Fn:
    return magnitude == f.signBit() - 1;
  case Specials::Fnuz:
    return bits == f.signBit();
  case Specials::None:
    return false;
  }
  return false;
}

constexpr Unpacked unpack(const FloatFormat &f, uint64_t bits) {
  Unpacked u;
  u.negative = bits & f.signBit();
  uint64_t mantissa = bits & f.mantissaMask();
  int exponent = int((bits & f.exponentMask()) >> f.mantissaBits);
  if (isNaNCode(f, bits)) {
    u.kind = Unpacked::NaN;
    u.significand =
        f.specials == Specials::Ieee ? uint128(mantissa << (64 - f.mantissaBits)) : uint128(1) << 63;
    u.signaling = !(uint64_t(u.significand) >> 63);
    return u;
  }
  if (f.specials == Specials::Ieee && (bits & f.exponentMask()) == f.exponentMask()) {
    u.kind = Unpacked::Infinity;
    return u;
  }
  u.significand = exponent ? mantissa | f.mantissaMask() + 1 : mantissa;
  u.exponent = (exponent ? exponent : 1) - f.bias - f.mantissaBits;
  return u;
}

/// The quiet NaN of a format; formats without NaN give their largest magnitude.
constexpr uint64_t packNaN(const FloatFormat &f, bool negative, uint64_t payload = 0) {
  uint64_t sign = negative ? f.signBit() : 0;
  switch (f.specials) {
  case Specials::Ieee:
    return sign | f.exponentMask() | (f.mantissaMask() + 1) >> 1 | payload >> (64 - f.mantissaBits);
  case Specials::Fnuz:
    return f.signBit();
  default:
    return sign | (f.signBit() - 1);
  }
}

/// What a finite result that is too large becomes.
enum class Overflow : uint8_t {
  ByRounding, ///< IEEE 754: infinity, or the largest finite if the rounding points away from it
  Saturate,   ///< the largest finite (MODE.FP16_OVFL, and always in formats without specials)
};

constexpr uint64_t packInfinity(const FloatFormat &f, bool negative) {
  switch (f.specials) {
  case Specials::Ieee:
    return (negative ? f.signBit() : 0) | f.exponentMask();
  case Specials::Fn:
  case Specials::Fnuz:
    return packNaN(f, negative);
  case Specials::None:
    return (negative ? f.signBit() : 0) | f.maxFinite();
  }
  return 0;
}

constexpr uint64_t packZero(const FloatFormat &f, bool negative) {
  return negative && f.specials != Specials::Fnuz ? f.signBit() : 0;
}

/// Adds sign and overflow rule to a rounded magnitude code that may lie above the finite codes.
constexpr uint64_t finishMagnitude(const FloatFormat &f, bool negative, uint64_t magnitude, bool toInfinity,
                                   Overflow overflow) {
  if (magnitude == 0)
    return packZero(f, negative);
  if (magnitude <= f.maxFinite())
    return (negative ? f.signBit() : 0) | magnitude;
  if (overflow == Overflow::Saturate || !toInfinity)
    return (negative ? f.signBit() : 0) | f.maxFinite();
  return packInfinity(f, negative);
}

/// Rounds significand * 2^exponent to a format. Codes of one sign are ordered like integers, so that a carry
/// out of the mantissa, out of the denormals or above the largest finite needs no case of its own.
constexpr uint64_t packFinite(const FloatFormat &f, bool negative, uint128 significand, int exponent,
                              Rounding rounding, Overflow overflow = Overflow::ByRounding) {
  if (significand == 0)
    return packZero(f, negative);
  int leading = exponent + 127 - int(leadingZeros(significand));
  int normal = leading > f.minExponent() ? leading : f.minExponent();
  int shift = normal - f.mantissaBits - exponent;
  uint64_t quotient = 0;
  int discarded = 0; // 0: exact, 1: below half, 2: half, 3: above half
  if (shift <= 0) {
    quotient = uint64_t(significand << -shift);
  } else {
    quotient = shift < 128 ? uint64_t(significand >> shift) : 0;
    uint128 half = shift <= 128 ? uint128(1) << (shift - 1) : 0;
    uint128 rest = shift < 128 ? significand & ((half << 1) - 1) : significand;
    discarded = rest == 0 ? 0 : half == 0 || rest < half ? 1 : rest == half ? 2 : 3;
  }
  bool away = rounding == (negative ? Rounding::Down : Rounding::Up);
  if (rounding == Rounding::NearestEven ? discarded == 3 || (discarded == 2 && (quotient & 1))
                                        : away && discarded)
    ++quotient;
  bool huge = normal - f.minExponent() > int(f.exponentMask() >> f.mantissaBits);
  uint64_t magnitude = huge ? f.signBit() : (uint64_t(normal - f.minExponent()) << f.mantissaBits) + quotient;
  return finishMagnitude(f, negative, magnitude, rounding == Rounding::NearestEven || away, overflow);
}

/// Stochastic rounding (ISA 7.3, V_CVT_SR_*): the upper bits of `random` are added below the result's last
/// mantissa bit, aligned to it, and the sum is truncated. The significand must fit in 24 bits.
constexpr uint64_t packStochastic(const FloatFormat &f, bool negative, uint32_t significand, int exponent,
                                  uint32_t random, Overflow overflow) {
  if (significand == 0)
    return packZero(f, negative);
  int lift = __builtin_clz(significand) - 8;
  significand <<= lift;
  int leading = exponent - lift + 23;
  int below = f.minExponent() - leading;
  uint32_t aligned = below <= 0 ? significand : below < 24 ? significand >> below : 0;
  unsigned dropped = 23u - f.mantissaBits;
  uint64_t quotient = (uint64_t(aligned) + (random >> (32 - dropped))) >> dropped;
  int normal = below > 0 ? 0 : -below;
  bool huge = normal > int(f.exponentMask() >> f.mantissaBits);
  uint64_t magnitude = huge ? f.signBit() : (uint64_t(normal) << f.mantissaBits) + quotient;
  return finishMagnitude(f, negative, magnitude, true, overflow);
}

constexpr uint64_t pack(const FloatFormat &f, const Unpacked &u, Rounding rounding,
                        Overflow overflow = Overflow::ByRounding) {
  if (u.kind == Unpacked::NaN)
    return packNaN(f, u.negative, uint64_t(u.significand));
  if (u.kind == Unpacked::Infinity)
    return packInfinity(f, u.negative);
  return packFinite(f, u.negative, u.significand, u.exponent, rounding, overflow);
}

constexpr bool isDenormalCode(const FloatFormat &f, uint64_t bits) {
  return (bits & f.exponentMask()) == 0 && (bits & f.mantissaMask()) != 0;
}
constexpr uint64_t flushDenormal(const FloatFormat &f, uint64_t bits, bool flush) {
  return flush && isDenormalCode(f, bits) ? bits & f.signBit() : bits;
}

} // namespace kiln::emulator::numerics
