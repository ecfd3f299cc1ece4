// An independent model of floating-point formats for the tests: values come from the formats' definition in
// long double, rounding from searching or from floor and ceil, never from the emulator's code.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>

namespace reference {

enum class Kind { Ieee, Fn, Fnuz, None };
struct Format {
  int exponentBits, mantissaBits, bias;
  Kind kind;
  int width() const { return 1 + exponentBits + mantissaBits; }
};
inline constexpr Format f16{5, 10, 15, Kind::Ieee}, bf16{8, 7, 127, Kind::Ieee}, f32{8, 23, 127, Kind::Ieee};
inline constexpr Format fp8{4, 3, 7, Kind::Fn}, bf8{5, 2, 15, Kind::Ieee};
inline constexpr Format fp8Fnuz{4, 3, 8, Kind::Fnuz}, bf8Fnuz{5, 2, 16, Kind::Fnuz};
inline constexpr Format fp6{2, 3, 1, Kind::None}, bf6{3, 2, 3, Kind::None}, fp4{2, 1, 1, Kind::None};

/// The definition: (-1)^s * 2^(e - bias) * 1.m, or 2^(1 - bias) * 0.m.
inline long double valueOf(const Format &f, uint64_t code) {
  int e = int(code >> f.mantissaBits) & ((1 << f.exponentBits) - 1);
  long double m = (long double)(code & ((1ull << f.mantissaBits) - 1)) / (1ull << f.mantissaBits);
  bool s = code >> (f.exponentBits + f.mantissaBits) & 1;
  bool top = e == (1 << f.exponentBits) - 1;
  const long double nan = std::numeric_limits<long double>::quiet_NaN();
  const long double inf = std::numeric_limits<long double>::infinity();
  if (f.kind == Kind::Ieee && top)
    return m != 0 ? nan : s ? -inf : inf;
  if (f.kind == Kind::Fn && top && m == 0.875L)
    return nan;
  if (f.kind == Kind::Fnuz && s && e == 0 && m == 0)
    return nan;
  long double v = e ? std::ldexp(1 + m, e - f.bias) : std::ldexp(m, 1 - f.bias);
  return s ? -v : v;
}

/// MODE's rounding encoding: 0 nearest even, 1 up, 2 down, 3 toward zero. No upper limit of the exponent.
inline long double roundTo(const Format &f, long double v, int mode) {
  if (v == 0 || !std::isfinite(v))
    return v;
  int e = std::max(std::ilogb(v), 1 - f.bias);
  long double ulp = std::ldexp(1.0L, e - f.mantissaBits), q = v / ulp, low = std::floor(q), rest = q - low;
  long double r;
  if (mode == 0)
    r = rest < 0.5L ? low : rest > 0.5L ? low + 1 : std::fmod(low, 2.0L) == 0 ? low : low + 1;
  else
    r = mode == 1 ? std::ceil(q) : mode == 2 ? low : std::trunc(q);
  return std::copysign(r * ulp, v);
}
/// The same with what lies above the largest finite value made infinite or clamped as IEEE 754 says.
inline long double roundWithin(const Format &f, long double v, int mode, long double largest) {
  long double r = roundTo(f, v, mode);
  if (!std::isfinite(v) || std::fabs(r) <= largest)
    return r;
  bool toInfinity = mode == 0 || (mode == 1 && v > 0) || (mode == 2 && v < 0);
  return std::copysign(toInfinity ? std::numeric_limits<long double>::infinity() : largest, v);
}

inline bool same(long double a, long double b) {
  return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
}

template <class To, class From> To recast(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}
inline float asFloat(uint32_t bits) { return recast<float>(bits); }
inline uint32_t bitsOf(float f) { return recast<uint32_t>(f); }
inline double asDouble(uint64_t bits) { return recast<double>(bits); }
inline uint64_t bitsOf(double f) { return recast<uint64_t>(f); }

/// Random bits whose exponent is often extreme or near one, so that every path of an operation is met.
template <class Random> uint64_t interestingBits(Random &random, int exponentBits, int mantissaBits) {
  uint64_t mantissa = random() & ((1ull << mantissaBits) - 1), mask = (1ull << exponentBits) - 1, e = 0;
  switch (random() % 8) {
  case 0:
    e = random() % 3;
    break;
  case 1:
    e = mask - random() % 3;
    break;
  case 2:
  case 3:
  case 4:
    e = (mask >> 1) + random() % 9 - 4;
    break;
  default:
    e = random() & mask;
  }
  if (random() % 4 == 0)
    mantissa &= ~0ull << (random() % mantissaBits);
  if (random() % 16 == 0)
    mantissa = random() % 2 ? 0 : (1ull << mantissaBits) - 1;
  return (random() & 1) << (exponentBits + mantissaBits) | (e & mask) << mantissaBits |
         (mantissa & ((1ull << mantissaBits) - 1));
}

} // namespace reference
