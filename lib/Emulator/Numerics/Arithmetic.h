// Arithmetic of the vector ALU on raw bits, exact under every MODE: add, mul, fma, min/max/med3, rounding to
// integer, ldexp, frexp, fract, compare and class, for F16, F32 and F64.
//
// Round-to-nearest takes the host's FPU (default environment: nearest, no flushing); every other mode takes
// the integer path of Format.h. Choices where the ISA manual is silent: a NaN result is the first NaN operand
// made quiet; an invalid operation gives the negative quiet NaN (as the manual's V_DIV_FIXUP does for 0/0); a
// result is a denormal if it is one after rounding.
#pragma once

#include "BitCast.h"
#include "Format.h"

#include <cmath>
#include <cstring>
#include <initializer_list>
#include <type_traits>
#include <utility>

namespace kiln::emulator::numerics {

using emulator::bitCast;

struct F16 {
  using Bits = uint16_t;
  using Host = float; ///< a host type that holds every value
  static constexpr const FloatFormat &format = formatF16;
};
struct F32 {
  using Bits = uint32_t;
  using Host = float;
  static constexpr const FloatFormat &format = formatF32;
};
struct F64 {
  using Bits = uint64_t;
  using Host = double;
  static constexpr const FloatFormat &format = formatF64;
};

template <class T> constexpr Rounding roundingOf(const FloatMode &m) {
  return std::is_same_v<T, F32> ? m.round32 : m.round64;
}
template <class T> constexpr bool flushesInput(const FloatMode &m) {
  return std::is_same_v<T, F32> ? m.flushIn32 : m.flushIn64;
}
template <class T> constexpr bool flushesOutput(const FloatMode &m) {
  return std::is_same_v<T, F32> ? m.flushOut32 : m.flushOut64;
}
template <class T> constexpr Overflow overflowOf(const FloatMode &m) {
  return std::is_same_v<T, F16> && m.fp16Overflow ? Overflow::Saturate : Overflow::ByRounding;
}

template <class T> constexpr typename T::Bits signOf() { return typename T::Bits(T::format.signBit()); }
template <class T> constexpr bool isNaN(typename T::Bits a) {
  return (a & (T::format.signBit() - 1)) > T::format.exponentMask();
}
template <class T> constexpr bool isInfinity(typename T::Bits a) {
  return (a & (T::format.signBit() - 1)) == T::format.exponentMask();
}
template <class T> constexpr bool isZero(typename T::Bits a) { return !(a & (T::format.signBit() - 1)); }
template <class T> constexpr bool isNegative(typename T::Bits a) { return a & T::format.signBit(); }
template <class T> constexpr bool isDenormal(typename T::Bits a) { return isDenormalCode(T::format, a); }
template <class T> constexpr int exponentField(typename T::Bits a) {
  return int((a & T::format.exponentMask()) >> T::format.mantissaBits);
}
template <class T> constexpr typename T::Bits quietBit() {
  return typename T::Bits((T::format.mantissaMask() + 1) >> 1);
}
template <class T> constexpr bool isSignaling(typename T::Bits a) {
  return isNaN<T>(a) && !(a & quietBit<T>());
}
template <class T> constexpr typename T::Bits quiet(typename T::Bits a) { return a | quietBit<T>(); }
template <class T> constexpr typename T::Bits defaultNaN() {
  return typename T::Bits(packNaN(T::format, /*negative=*/true));
}
template <class T> constexpr typename T::Bits infinity(bool negative) {
  return typename T::Bits(packInfinity(T::format, negative));
}
template <class T> constexpr typename T::Bits flushIn(typename T::Bits a, const FloatMode &m) {
  return typename T::Bits(flushDenormal(T::format, a, flushesInput<T>(m)));
}
template <class T> constexpr typename T::Bits flushOut(typename T::Bits a, const FloatMode &m) {
  return typename T::Bits(flushDenormal(T::format, a, flushesOutput<T>(m)));
}

/// The value of a half, exact. Without branches, so that loops over lanes vectorise.
inline float widenF16(uint16_t h) {
  uint32_t magnitude = uint32_t(h & 0x7fff) << 13;
  uint32_t bits =
      bitCast<uint32_t>(bitCast<float>(magnitude) * 0x1p112f); // rebias 15 -> 127, denormals included
  bits |= magnitude >= 0x0f800000 ? 0x7f800000 | magnitude : 0;
  return bitCast<float>(bits | uint32_t(h & 0x8000) << 16);
}

/// Nearest half of a float; NaN keeps its upper payload and becomes quiet.
inline uint16_t narrowF16(float value) {
  uint32_t bits = bitCast<uint32_t>(value), sign = bits & 0x80000000, magnitude = bits ^ sign;
  uint32_t half;
  if (magnitude >= 0x47800000) // 2^16 and above; what rounds up to 2^16 carries by itself
    half = magnitude > 0x7f800000 ? 0x7e00 | (magnitude >> 13 & 0x3ff) : 0x7c00;
  else if (magnitude < 0x38800000) // denormal halves: let the FPU align and round
    half = bitCast<uint32_t>(bitCast<float>(magnitude) + 0.5f) - 0x3f000000;
  else
    half = (magnitude - 0x38000000 + 0xfff + (magnitude >> 13 & 1)) >> 13;
  return uint16_t(half | sign >> 16);
}

/// The float nearest to zero that is not nearer than `value` loses nothing in a second rounding to 22 bits or
/// less: its last bit is set when anything was cut off (round to odd). Finite, in the normal range of F32.
inline float narrowToOdd(double value) {
  uint64_t bits = bitCast<uint64_t>(value);
  if (!(bits << 1))
    return bits ? -0.0f : 0.0f;
  uint32_t mantissa = uint32_t(bits >> 29 & 0x7fffff) | ((bits & 0x1fffffff) != 0);
  uint32_t exponent = uint32_t(bits >> 52 & 0x7ff) - 1023 + 127;
  return bitCast<float>(uint32_t(bits >> 63) << 31 | exponent << 23 | mantissa);
}

template <class T> inline typename T::Host hostValue(typename T::Bits a) {
  if constexpr (std::is_same_v<T, F16>)
    return widenF16(a);
  else
    return bitCast<typename T::Host>(a);
}
/// Bits of a host value that the format holds exactly, or its nearest neighbour.
template <class T> inline typename T::Bits fromHost(typename T::Host value) {
  if constexpr (std::is_same_v<T, F16>)
    return narrowF16(value);
  else
    return bitCast<typename T::Bits>(value);
}

/// Exact sum; a significand keeps 126 bits, the last of them sticky, which is enough to round to any format.
inline Unpacked addExact(Unpacked a, Unpacked b, Rounding rounding) {
  if (a.significand == 0 && b.significand == 0) {
    a.negative = a.negative == b.negative ? a.negative : rounding == Rounding::Down;
    return a;
  }
  if (a.significand == 0)
    return b;
  if (b.significand == 0)
    return a;
  for (Unpacked *u : {&a, &b}) {
    int lift = int(leadingZeros(u->significand)) - 2;
    u->significand <<= lift;
    u->exponent -= lift;
  }
  if (a.exponent < b.exponent)
    std::swap(a, b);
  int gap = a.exponent - b.exponent;
  if (gap > 126)
    b.significand = 1;
  else if (gap)
    b.significand = b.significand >> gap | ((b.significand & ((uint128(1) << gap) - 1)) != 0);
  if (a.negative == b.negative) {
    a.significand += b.significand;
    return a;
  }
  if (a.significand < b.significand) {
    a.negative = !a.negative;
    a.significand = b.significand - a.significand;
  } else {
    a.significand -= b.significand;
  }
  if (a.significand == 0)
    a.negative = rounding == Rounding::Down;
  return a;
}

inline Unpacked multiplyExact(const Unpacked &a, const Unpacked &b) {
  Unpacked r;
  r.negative = a.negative != b.negative;
  r.significand = a.significand * b.significand;
  r.exponent = a.exponent + b.exponent;
  return r;
}

template <class T> inline typename T::Bits packResult(const Unpacked &u, const FloatMode &m) {
  return flushOut<T>(typename T::Bits(pack(T::format, u, roundingOf<T>(m), overflowOf<T>(m))), m);
}

/// MODE.FP16_OVFL on a nearest-rounded result whose operands were finite.
template <class T> inline typename T::Bits finishHost(typename T::Bits r, bool finite, const FloatMode &m) {
  if constexpr (std::is_same_v<T, F16>)
    if (m.fp16Overflow && finite && isInfinity<T>(r))
      return r - 1;
  return flushOut<T>(r, m);
}

template <class T> inline typename T::Bits addSpecial(typename T::Bits a, typename T::Bits b) {
  if (isNaN<T>(a))
    return quiet<T>(a);
  if (isNaN<T>(b))
    return quiet<T>(b);
  if (isInfinity<T>(a) && isInfinity<T>(b) && a != b)
    return defaultNaN<T>();
  return isInfinity<T>(a) ? a : b;
}

template <class T> constexpr bool isFinite(typename T::Bits a) {
  return (a & T::format.exponentMask()) != T::format.exponentMask();
}

template <class T> inline typename T::Bits add(typename T::Bits a, typename T::Bits b, const FloatMode &m) {
  a = flushIn<T>(a, m), b = flushIn<T>(b, m);
  if (!isFinite<T>(a) || !isFinite<T>(b))
    return addSpecial<T>(a, b);
  if (roundingOf<T>(m) ==
      Rounding::NearestEven) // F16: a float holds 24 >= 2 * 11 + 2 bits, no double rounding
    return finishHost<T>(fromHost<T>(hostValue<T>(a) + hostValue<T>(b)), true, m);
  return packResult<T>(addExact(unpack(T::format, a), unpack(T::format, b), roundingOf<T>(m)), m);
}

template <class T> inline typename T::Bits sub(typename T::Bits a, typename T::Bits b, const FloatMode &m) {
  return isNaN<T>(b) ? add<T>(a, b, m) : add<T>(a, b ^ signOf<T>(), m);
}

template <class T> inline typename T::Bits mulSpecial(typename T::Bits a, typename T::Bits b) {
  if (isNaN<T>(a))
    return quiet<T>(a);
  if (isNaN<T>(b))
    return quiet<T>(b);
  if (isZero<T>(a) || isZero<T>(b))
    return defaultNaN<T>();
  return infinity<T>(isNegative<T>(a) != isNegative<T>(b));
}

template <class T> inline typename T::Bits mul(typename T::Bits a, typename T::Bits b, const FloatMode &m) {
  a = flushIn<T>(a, m), b = flushIn<T>(b, m);
  if (!isFinite<T>(a) || !isFinite<T>(b))
    return mulSpecial<T>(a, b);
  if (roundingOf<T>(m) == Rounding::NearestEven)
    return finishHost<T>(fromHost<T>(hostValue<T>(a) * hostValue<T>(b)), true, m);
  return packResult<T>(multiplyExact(unpack(T::format, a), unpack(T::format, b)), m);
}

template <class T>
inline typename T::Bits fmaSpecial(typename T::Bits a, typename T::Bits b, typename T::Bits c) {
  for (typename T::Bits x : {a, b, c})
    if (isNaN<T>(x))
      return quiet<T>(x);
  if (isFinite<T>(a) && isFinite<T>(b))
    return c;
  typename T::Bits product = mulSpecial<T>(a, b);
  return isNaN<T>(product) || isFinite<T>(c) ? product : addSpecial<T>(product, c);
}

/// a * b + c with one rounding.
template <class T>
inline typename T::Bits fma(typename T::Bits a, typename T::Bits b, typename T::Bits c, const FloatMode &m) {
  a = flushIn<T>(a, m), b = flushIn<T>(b, m), c = flushIn<T>(c, m);
  if (!isFinite<T>(a) || !isFinite<T>(b) || !isFinite<T>(c))
    return fmaSpecial<T>(a, b, c);
  if (roundingOf<T>(m) == Rounding::NearestEven) {
    if constexpr (std::is_same_v<T, F16>) {
      // The product is exact in a double; the sum is exact too unless c outweighs the product so far that the
      // result is c itself, so that only the step to F16 rounds.
      double sum = double(widenF16(a)) * double(widenF16(b)) + double(widenF16(c));
      return finishHost<T>(narrowF16(narrowToOdd(sum)), true, m);
    } else {
      return finishHost<T>(fromHost<T>(std::fma(hostValue<T>(a), hostValue<T>(b), hostValue<T>(c))), true, m);
    }
  }
  Unpacked product = multiplyExact(unpack(T::format, a), unpack(T::format, b));
  return packResult<T>(addExact(product, unpack(T::format, c), roundingOf<T>(m)), m);
}

/// a * b rounded, then + c rounded (V_MAD_*, V_MAC_*).
template <class T>
inline typename T::Bits mad(typename T::Bits a, typename T::Bits b, typename T::Bits c, const FloatMode &m) {
  return add<T>(mul<T>(a, b, m), c, m);
}

// Minimum and maximum: the manual's V_MIN_F32 and V_MAX_F32. Under IEEE a signalling NaN wins and becomes
// quiet; otherwise a NaN loses against a number. -0 < +0.

template <class T> inline bool lessThan(typename T::Bits a, typename T::Bits b) {
  typename T::Host x = hostValue<T>(a), y = hostValue<T>(b);
  return x < y || (x == y && isNegative<T>(a) && !isNegative<T>(b));
}

template <class T, bool maximum>
inline typename T::Bits minMax(typename T::Bits a, typename T::Bits b, const FloatMode &m) {
  a = flushIn<T>(a, m), b = flushIn<T>(b, m);
  if (m.ieee && isSignaling<T>(a))
    return quiet<T>(a);
  if (m.ieee && isSignaling<T>(b))
    return quiet<T>(b);
  if (isNaN<T>(a))
    return b;
  if (isNaN<T>(b))
    return a;
  return lessThan<T>(a, b) != maximum ? a : b;
}
template <class T> inline typename T::Bits min(typename T::Bits a, typename T::Bits b, const FloatMode &m) {
  return minMax<T, false>(a, b, m);
}
template <class T> inline typename T::Bits max(typename T::Bits a, typename T::Bits b, const FloatMode &m) {
  return minMax<T, true>(a, b, m);
}

/// IEEE 754-2019 minimum and maximum: a NaN operand wins (V_MINIMUM3_*, V_MAXIMUM3_*).
template <class T, bool maximum>
inline typename T::Bits minMaxNaN(typename T::Bits a, typename T::Bits b, const FloatMode &m) {
  a = flushIn<T>(a, m), b = flushIn<T>(b, m);
  if (isNaN<T>(a))
    return quiet<T>(a);
  if (isNaN<T>(b))
    return quiet<T>(b);
  return lessThan<T>(a, b) != maximum ? a : b;
}

template <class T>
inline typename T::Bits min3(typename T::Bits a, typename T::Bits b, typename T::Bits c, const FloatMode &m) {
  return min<T>(min<T>(a, b, m), c, m);
}
template <class T>
inline typename T::Bits max3(typename T::Bits a, typename T::Bits b, typename T::Bits c, const FloatMode &m) {
  return max<T>(max<T>(a, b, m), c, m);
}

/// Median of three; with a NaN among them the minimum of the three (V_MED3_F32).
template <class T>
inline typename T::Bits med3(typename T::Bits a, typename T::Bits b, typename T::Bits c, const FloatMode &m) {
  if (isNaN<T>(a) || isNaN<T>(b) || isNaN<T>(c))
    return min3<T>(a, b, c, m);
  typename T::Host largest = hostValue<T>(max3<T>(a, b, c, m));
  if (largest == hostValue<T>(flushIn<T>(a, m)))
    return max<T>(b, c, m);
  if (largest == hostValue<T>(flushIn<T>(b, m)))
    return max<T>(a, c, m);
  return max<T>(a, b, m);
}

enum class Integral { Trunc, Floor, Ceil, Nearest };

template <class T, Integral kind> inline typename T::Bits toIntegral(typename T::Bits a, const FloatMode &m) {
  a = flushIn<T>(a, m);
  if (isNaN<T>(a))
    return quiet<T>(a);
  typename T::Host x = hostValue<T>(a), r;
  if constexpr (kind == Integral::Trunc)
    r = std::trunc(x);
  else if constexpr (kind == Integral::Floor)
    r = std::floor(x);
  else if constexpr (kind == Integral::Ceil)
    r = std::ceil(x);
  else
    r = std::nearbyint(x);
  return typename T::Bits(fromHost<T>(r) | (a & signOf<T>()));
}

/// x - floor(x), kept below one where the subtraction would round up to it.
template <class T> inline typename T::Bits fract(typename T::Bits a, const FloatMode &m) {
  constexpr typename T::Bits belowOne =
      typename T::Bits((uint64_t(T::format.bias) << T::format.mantissaBits) - 1);
  typename T::Bits whole = toIntegral<T, Integral::Floor>(a, m);
  typename T::Bits r = sub<T>(flushIn<T>(a, m), whole, m);
  return !isNaN<T>(r) && !isNegative<T>(r) && r > belowOne ? belowOne : r;
}

template <class T> inline typename T::Bits ldexp(typename T::Bits a, int32_t power, const FloatMode &m) {
  a = flushIn<T>(a, m);
  if (isNaN<T>(a))
    return quiet<T>(a);
  if (isInfinity<T>(a))
    return a;
  Unpacked u = unpack(T::format, a);
  u.exponent += power < -10000 ? -10000 : power > 10000 ? 10000 : power;
  return packResult<T>(u, m);
}

/// Exponent e of a = f * 2^e with 0.5 <= |f| < 1; zero for zero, infinity and NaN.
template <class T> inline int32_t frexpExponent(typename T::Bits a, const FloatMode &m) {
  a = flushIn<T>(a, m);
  if (!isFinite<T>(a) || isZero<T>(a))
    return 0;
  Unpacked u = unpack(T::format, a);
  return u.exponent + 128 - int(leadingZeros(u.significand));
}
template <class T> inline typename T::Bits frexpMantissa(typename T::Bits a, const FloatMode &m) {
  a = flushIn<T>(a, m);
  if (isNaN<T>(a))
    return quiet<T>(a);
  if (!isFinite<T>(a) || isZero<T>(a))
    return a;
  Unpacked u = unpack(T::format, a);
  u.exponent = int(leadingZeros(u.significand)) - 128;
  return typename T::Bits(pack(T::format, u, Rounding::NearestEven));
}

/// V_CMP_CLASS_*: whether the class of `a` is in `mask`.
template <class T> inline bool isOfClass(typename T::Bits a, uint32_t mask) {
  bool negative = isNegative<T>(a);
  unsigned bit = isSignaling<T>(a)  ? 0
                 : isNaN<T>(a)      ? 1
                 : isInfinity<T>(a) ? (negative ? 2 : 9)
                 : isDenormal<T>(a) ? (negative ? 4 : 7)
                 : isZero<T>(a)     ? (negative ? 5 : 6)
                                    : (negative ? 3 : 8);
  return mask >> bit & 1;
}

/// Output modifiers: OMOD (1: *2, 2: *4, 3: /2; ignored when denormal results are kept or under IEEE, and
/// then -0 is not touched), then CLAMP to [0, 1], which makes NaN zero under DX10_CLAMP (ISA 6.2).
template <class T>
inline typename T::Bits applyOutputModifiers(typename T::Bits a, unsigned omod, bool clamp,
                                             const FloatMode &m) {
  constexpr typename T::Bits one = typename T::Bits(uint64_t(T::format.bias) << T::format.mantissaBits);
  if (omod && flushesOutput<T>(m) && !m.ieee) {
    a = ldexp<T>(a, omod == 3 ? -1 : int(omod), m);
    if (isZero<T>(a))
      a = 0;
  }
  if (!clamp)
    return a;
  if (isNaN<T>(a))
    return m.dx10Clamp ? 0 : a;
  return isNegative<T>(a) || isZero<T>(a) ? 0 : a > one ? one : a;
}

} // namespace kiln::emulator::numerics
