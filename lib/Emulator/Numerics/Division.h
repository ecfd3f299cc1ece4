// The division helpers V_DIV_SCALE, V_DIV_FMAS, V_DIV_FIXUP: with V_RCP and a chain of V_FMA they make a
// correctly rounded quotient. The manual's text has three errors, each shown by the division test: V_DIV_FMAS
// scales by 2^64 (2^128 for F64) away from or back to one, not by 2^32 (2^64); "1/S1 is denormal" is meant in
// the operand format, and a denominator so large is scaled down even if the quotient is denormal too;
// V_DIV_FIXUP turns a NaN that an overflowing chain produced into infinity.
#pragma once

#include "Arithmetic.h"

namespace kiln::emulator::numerics {

template <class T> struct DivisionLimits;
template <> struct DivisionLimits<F32> {
  static constexpr int scale = 64, hugeGap = 96, tinyNumerator = 23, underflowGap = -150;
};
template <> struct DivisionLimits<F64> {
  static constexpr int scale = 128, hugeGap = 768, tinyNumerator = 53, underflowGap = -1075;
};

/// Whether |a / b| < 2^power, for finite non-zero a and b.
template <class T> inline bool quotientBelow(typename T::Bits a, typename T::Bits b, int power) {
  Unpacked x = unpack(T::format, a), y = unpack(T::format, b);
  int liftX = int(leadingZeros(x.significand)), liftY = int(leadingZeros(y.significand));
  int gap = (x.exponent - liftX) - (y.exponent - liftY);
  return gap < power || (gap == power && x.significand << liftX < y.significand << liftY);
}

/// V_DIV_SCALE: s0 is s1 (the denominator) or s2 (the numerator). Sets `flag` if V_DIV_FMAS must scale back.
template <class T>
inline typename T::Bits divScale(typename T::Bits s0, typename T::Bits s1, typename T::Bits s2, bool &flag,
                                 const FloatMode &m) {
  using L = DivisionLimits<T>;
  FloatMode exact = m;
  exact.flushIn32 = exact.flushIn64 = exact.flushOut32 = exact.flushOut64 = false;
  s0 = flushIn<T>(s0, m), s1 = flushIn<T>(s1, m), s2 = flushIn<T>(s2, m);
  flag = false;
  if (isZero<T>(s1) || isZero<T>(s2))
    return defaultNaN<T>();
  if (!isFinite<T>(s1) || !isFinite<T>(s2))
    return s0;
  constexpr typename T::Bits one = typename T::Bits(uint64_t(T::format.bias) << T::format.mantissaBits);
  bool reciprocalDenormal = quotientBelow<T>(one, s1, T::format.minExponent());
  bool quotientDenormal = quotientBelow<T>(s2, s1, T::format.minExponent());
  auto scaledBy = [&](int power) { return ldexp<T>(s0, power, exact); };
  if (exponentField<T>(s2) - exponentField<T>(s1) >= L::hugeGap) {
    flag = true;
    return s0 == s1 ? scaledBy(L::scale) : s0;
  }
  if (isDenormal<T>(s1))
    return scaledBy(L::scale);
  if (reciprocalDenormal && quotientDenormal) {
    flag = true;
    return s0 == s1 ? scaledBy(-L::scale) : s0;
  }
  if (reciprocalDenormal)
    return scaledBy(-L::scale);
  if (quotientDenormal) {
    flag = true;
    return s0 == s2 ? scaledBy(L::scale) : s0;
  }
  return exponentField<T>(s2) <= L::tinyNumerator ? scaledBy(L::scale) : s0;
}

/// V_DIV_FMAS: fma(s0, s1, s2), scaled before its one rounding; s2 approximates the quotient.
template <class T>
inline typename T::Bits divFmas(typename T::Bits s0, typename T::Bits s1, typename T::Bits s2, bool flag,
                                const FloatMode &m) {
  typename T::Bits a = flushIn<T>(s0, m), b = flushIn<T>(s1, m), c = flushIn<T>(s2, m);
  if (!flag || !isFinite<T>(a) || !isFinite<T>(b) || !isFinite<T>(c))
    return fma<T>(s0, s1, s2, m);
  Unpacked product = multiplyExact(unpack(T::format, a), unpack(T::format, b));
  Unpacked sum = addExact(product, unpack(T::format, c), roundingOf<T>(m));
  sum.exponent += exponentField<T>(c) > T::format.bias ? DivisionLimits<T>::scale : -DivisionLimits<T>::scale;
  return packResult<T>(sum, m);
}

/// V_DIV_FIXUP: s0 the quotient so far, s1 the denominator, s2 the numerator.
template <class T>
inline typename T::Bits divFixup(typename T::Bits s0, typename T::Bits s1, typename T::Bits s2,
                                 const FloatMode &m) {
  s1 = flushIn<T>(s1, m), s2 = flushIn<T>(s2, m);
  bool negative = isNegative<T>(s1) != isNegative<T>(s2);
  typename T::Bits sign = negative ? signOf<T>() : 0;
  if (isNaN<T>(s2))
    return quiet<T>(s2);
  if (isNaN<T>(s1))
    return quiet<T>(s1);
  if ((isZero<T>(s1) && isZero<T>(s2)) || (isInfinity<T>(s1) && isInfinity<T>(s2)))
    return defaultNaN<T>();
  if (isZero<T>(s1) || isInfinity<T>(s2))
    return infinity<T>(negative);
  if (isInfinity<T>(s1) || isZero<T>(s2))
    return sign;
  if constexpr (!std::is_same_v<T, F16>) {
    if (exponentField<T>(s2) - exponentField<T>(s1) < DivisionLimits<T>::underflowGap) {
      Unpacked tiny{Unpacked::Finite, negative, false, -4096, 1};
      return packResult<T>(tiny, m);
    }
  }
  if (isNaN<T>(s0))
    return infinity<T>(negative);
  return flushOut<T>(typename T::Bits((s0 & ~signOf<T>()) | sign), m);
}

} // namespace kiln::emulator::numerics
