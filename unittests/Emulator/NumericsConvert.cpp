// Conversions, exhaustively over the codes of every format of at most 16 bits, against Reference.h.
#include "Reference.h"

#include "lib/Emulator/Numerics/Convert.h"
#include "lib/Emulator/Numerics/Tables.h"

#include <gtest/gtest.h>

using namespace kiln::emulator::numerics;
namespace ref = reference;

namespace {

struct Pair {
  const FloatFormat &format;
  ref::Format reference;
  uint32_t largest, beyond; ///< codes of the largest finite value, and of what overflows to infinity
};
const Pair small[] = {{formatFP8, ref::fp8, 0x7e, 0x7f},
                      {formatBF8, ref::bf8, 0x7b, 0x7c},
                      {formatFP8Fnuz, ref::fp8Fnuz, 0x7f, 0x80},
                      {formatBF8Fnuz, ref::bf8Fnuz, 0x7f, 0x80},
                      {formatFP6, ref::fp6, 0x1f, 0x1f},
                      {formatBF6, ref::bf6, 0x1f, 0x1f},
                      {formatFP4, ref::fp4, 0x7, 0x7}};

TEST(NumericsConvert, SmallFormatsDecode) {
  for (const Pair &p : small)
    for (uint32_t code = 0; code < 1u << p.format.width(); ++code) {
      EXPECT_TRUE(ref::same(valuesOf(p.format)[code], ref::valueOf(p.reference, code))) << code;
      EXPECT_TRUE(ref::same(ref::asFloat(smallToF32(p.format, code)), ref::valueOf(p.reference, code)))
          << code;
    }
}

TEST(NumericsConvert, LargestValuesOfTheStandards) { // OCP FP8 and MX specifications; FNUZ: gfx942's ISA
  EXPECT_EQ(valuesOf(formatFP8)[0x7e], 448.0f);
  EXPECT_EQ(valuesOf(formatBF8)[0x7b], 57344.0f);
  EXPECT_EQ(valuesOf(formatFP8Fnuz)[0x7f], 240.0f);
  EXPECT_EQ(valuesOf(formatBF8Fnuz)[0x7f], 57344.0f);
  EXPECT_EQ(valuesOf(formatFP6)[0x1f], 7.5f);
  EXPECT_EQ(valuesOf(formatBF6)[0x1f], 28.0f);
  EXPECT_EQ(valuesOf(formatFP4)[0x7], 6.0f);
}

/// Nearest code by search, ties to the even code; from half a step above the largest value on, `beyond`.
uint32_t nearestCode(const Pair &p, long double magnitude, uint32_t beyond) {
  long double largest = ref::valueOf(p.reference, p.largest);
  long double step = largest - ref::valueOf(p.reference, p.largest - 1), limit = largest + step / 2;
  if (magnitude > limit || (magnitude == limit && p.largest % 2 == 1))
    return beyond;
  uint32_t best = 0;
  for (uint32_t code = 1; code <= p.largest; ++code) {
    long double distance = std::fabs(ref::valueOf(p.reference, code) - magnitude);
    long double bestDistance = std::fabs(ref::valueOf(p.reference, best) - magnitude);
    if (distance < bestDistance || (distance == bestDistance && code % 2 == 0))
      best = code;
  }
  return best;
}

void checkNarrowing(const Pair &p, float x, bool overflowMode) {
  FloatMode mode;
  mode.fp16Overflow = overflowMode;
  uint32_t beyond = overflowMode ? p.largest : p.beyond;
  uint32_t expected = std::isinf(x) ? beyond : nearestCode(p, std::fabs((long double)x), beyond);
  bool unsignedCode = p.reference.kind == ref::Kind::Fnuz && (expected == 0 || expected == 0x80);
  if (std::signbit(x) && !unsignedCode)
    expected |= 1u << (p.reference.width() - 1);
  EXPECT_EQ(f32ToSmall(p.format, ref::bitsOf(x), mode), expected)
      << "bias " << p.format.bias << ", value " << x << ", overflow mode " << overflowMode;
}

TEST(NumericsConvert, SmallFormatsRoundToNearest) {
  std::mt19937_64 random(1);
  for (const Pair &p : small)
    for (bool overflowMode : {false, true}) {
      for (uint32_t code = 0; code <= p.largest; ++code) {
        float v = float(ref::valueOf(p.reference, code));
        float w = code < p.largest ? float(ref::valueOf(p.reference, code + 1)) : v * 1.125f;
        float middle = (v + w) / 2;
        for (float x : {v, middle, std::nextafter(middle, 0.0f), std::nextafter(middle, INFINITY)})
          for (float y : {x, -x})
            checkNarrowing(p, y, overflowMode);
      }
      for (float x :
           {INFINITY, -INFINITY, 1e30f, -1e-30f, 464.0f, 464.1f, 480.0f, 61440.0f, 247.9f, 248.0f, 6.9f})
        checkNarrowing(p, x, overflowMode);
      for (int i = 0; i < 2000; ++i)
        checkNarrowing(p, std::ldexp(float(random() % 65536) / 32768 - 1, int(random() % 40) - 20),
                       overflowMode);
    }
}

TEST(NumericsConvert, NaNToSmall) {
  FloatMode mode;
  for (bool overflow : {false, true}) {
    mode.fp16Overflow = overflow; // never saturates a NaN
    EXPECT_EQ(f32ToSmall(formatFP8, 0x7fc00000, mode), 0x7f);
    EXPECT_EQ(f32ToSmall(formatFP8, 0xffc00000, mode), 0xff);
    EXPECT_EQ(f32ToSmall(formatBF8, 0x7fc00000, mode) & 0x7e, 0x7e);
    EXPECT_EQ(f32ToSmall(formatFP8Fnuz, 0x7fc00000, mode), 0x80);
    EXPECT_EQ(f32ToSmall(formatBF8Fnuz, 0xff800001, mode), 0x80);
  }
}

TEST(NumericsConvert, HalfWidens) {
  FloatMode mode;
  for (uint32_t code = 0; code < 65536; ++code) {
    ASSERT_TRUE(ref::same(ref::asFloat(f16ToF32(uint16_t(code), mode)), ref::valueOf(ref::f16, code)))
        << code;
    ASSERT_TRUE(ref::same(ref::asFloat(bf16ToF32(uint16_t(code))), ref::valueOf(ref::bf16, code))) << code;
  }
  mode.flushIn64 = true;
  EXPECT_EQ(f16ToF32(0x83ff, mode), 0x80000000u);
  EXPECT_EQ(f16ToF32(0x0400, mode), 0x38800000u);
}

TEST(NumericsConvert, HalfNarrows) { // every code, the middle to the next, and the neighbours of both
  const long double largestBf16 = ref::valueOf(ref::bf16, 0x7f7f);
  for (uint32_t code = 0; code < 65536; ++code) {
    float v = float(ref::valueOf(ref::f16, code)), w = float(ref::valueOf(ref::f16, code + 1));
    if (std::isfinite(v)) {
      uint32_t base = ref::bitsOf(v),
               middle = std::isfinite(w) ? ref::bitsOf((v + w) / 2) : ref::bitsOf(65520.0f);
      for (uint32_t bits : {base, middle, middle - 1, middle + 1, base + 1})
        for (int rounding = 0; rounding < 4; ++rounding) {
          FloatMode mode;
          mode.round64 = Rounding(rounding);
          long double expected = ref::roundWithin(ref::f16, ref::asFloat(bits), rounding, 65504);
          ASSERT_TRUE(ref::same(ref::valueOf(ref::f16, f32ToF16(bits, mode)), expected))
              << ref::asFloat(bits);
        }
    }
    for (uint32_t low : {0u, 1u, 0x7fffu, 0x8000u, 0x8001u, 0xffffu}) {
      float x = ref::asFloat(code << 16 | low);
      if (std::isnan(x))
        continue;
      long double expected = ref::roundWithin(ref::bf16, x, 0, largestBf16);
      ASSERT_TRUE(ref::same(ref::valueOf(ref::bf16, f32ToBf16(code << 16 | low, FloatMode())), expected))
          << x;
    }
  }
}

TEST(NumericsConvert, Fp16OverflowClampsFiniteResultsOnly) {
  FloatMode mode;
  mode.fp16Overflow = true;
  EXPECT_EQ(f32ToF16(ref::bitsOf(1e6f), mode), 0x7bff);
  EXPECT_EQ(f32ToF16(ref::bitsOf(-65520.0f), mode), 0xfbff);
  EXPECT_EQ(f32ToF16(ref::bitsOf(INFINITY), mode), 0x7c00);
  EXPECT_EQ(f32ToBf16(0x7f7fffff, mode), 0x7f7f);
  EXPECT_EQ(f32ToBf16(0x7f800000, mode), 0x7f80);
}

TEST(NumericsConvert, DoubleToFloatEveryRounding) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 100000; ++i) {
    uint64_t bits = ref::interestingBits(random, 11, 52);
    if (i % 2) // mostly in the range of F32
      bits = (bits & ~(0x7ffull << 52)) | uint64_t(1023 - 160 + random() % 290) << 52;
    double x = ref::asDouble(bits);
    if (std::isnan(x))
      continue;
    for (int rounding = 0; rounding < 4; ++rounding) {
      FloatMode mode;
      mode.round32 = Rounding(rounding);
      float actual = ref::asFloat(convertFloat<F32, F64>(bits, mode));
      long double expected = ref::roundWithin(ref::f32, x, rounding, std::numeric_limits<float>::max());
      ASSERT_TRUE(ref::same(actual, expected)) << x << " rounding " << rounding;
    }
  }
}

TEST(NumericsConvert, StochasticRoundingIsAnExactThreshold) {
  // With r in the upper bits, a value between neighbours a < b becomes b exactly if frac + r / 2^n >= 1,
  // where n = 23 - mantissa bits: over all r, b's share is frac.
  FloatMode mode;
  std::mt19937_64 random(3);
  for (const Pair &p : small) {
    int n = 23 - p.reference.mantissaBits;
    long double largest = ref::valueOf(p.reference, p.largest);
    for (int i = 0; i < 4000; ++i) {
      float x = std::ldexp(1 + float(random() % (1 << 23)) / (1 << 23), int(random() % 6) - 3);
      uint32_t r = uint32_t(random());
      int e = std::max(std::ilogb(x), 1 - p.reference.bias);
      long double ulp = std::ldexp(1.0L, e - p.reference.mantissaBits);
      long double window =
          std::floor(std::ldexp(x / ulp, n)); // bits below the aligned random ones are dropped
      long double expected = std::floor(std::ldexp(window + (r >> (32 - n)), -n)) * ulp;
      ASSERT_EQ(ref::valueOf(p.reference, f32ToSmallStochastic(p.format, ref::bitsOf(x), r, mode)),
                std::min(expected, largest))
          << x << " random " << r << " bias " << p.reference.bias;
    }
  }
  EXPECT_EQ(f32ToHalfStochastic(formatBF16, 0x3f808000, 0x7fffffff, mode), 0x3f80); // half + just under half
  EXPECT_EQ(f32ToHalfStochastic(formatBF16, 0x3f808000, 0x80000000, mode), 0x3f81);
  EXPECT_EQ(f32ToHalfStochastic(formatF16, 0x3f801000, 0x80000000, mode), 0x3c01);
  EXPECT_EQ(f32ToHalfStochastic(formatF16, 0x3f801000, 0x7ff00000, mode), 0x3c00);
}

TEST(NumericsConvert, ScaledConversions) {
  FloatMode mode;
  uint32_t four = ref::bitsOf(4.0f), seven = ref::bitsOf(7.0f); // only the exponent counts
  EXPECT_EQ(toSmallScaled(formatFP4, formatF32, ref::bitsOf(12.0f), four, mode), 0x5); // 3.0
  EXPECT_EQ(toSmallScaled(formatFP4, formatF32, ref::bitsOf(12.0f), seven, mode), 0x5);
  EXPECT_EQ(toSmallScaled(formatFP4, formatF32, ref::bitsOf(-1e9f), four, mode), 0xf);
  EXPECT_EQ(toSmallScaled(formatFP8, formatBF16, 0x4500, four, mode), 0x7f); // 2048 / 4 > 448: NaN
  EXPECT_EQ(toSmallScaled(formatFP8, formatF16, 0x5c00, four, mode), 0x68);  // 256 / 4 = 2^6
  for (const Pair &p : small)
    for (uint32_t code = 0; code < 1u << p.format.width(); ++code)
      for (int power : {-126, -20, -1, 0, 3, 100, 127}) {
        uint32_t scale = uint32_t(power + 127) << 23;
        long double exact = ref::valueOf(p.reference, code) * std::ldexp(1.0L, power);
        if (std::isnan(exact))
          continue;
        float f = float(ref::roundWithin(ref::f32, exact, 0, std::numeric_limits<float>::max()));
        ASSERT_EQ(fromSmallScaled(formatF32, p.format, code, scale, mode), ref::bitsOf(f))
            << code << " " << power;
        if (std::isfinite(f) && power > -20 && power < 100) {
          uint32_t back = toSmallScaled(p.format, formatF32, ref::bitsOf(f), scale, mode);
          ASSERT_EQ(ref::valueOf(p.reference, back), ref::valueOf(p.reference, code));
        }
      }
  EXPECT_TRUE(std::isnan(ref::asFloat(fromSmallScaled(formatF32, formatFP4, 1, 0x7f800000, mode))));
}

TEST(NumericsConvert, FloatToInteger) {
  auto i32 = [](float x) { return floatToInt<int32_t, F32>(ref::bitsOf(x)); };
  auto u32 = [](float x) { return floatToInt<uint32_t, F32>(ref::bitsOf(x)); };
  EXPECT_EQ(i32(-1.9f), -1);
  EXPECT_EQ(i32(2147483520.0f), 2147483520);
  EXPECT_EQ(i32(2147483648.0f), INT32_MAX);
  EXPECT_EQ(i32(-2147483648.0f), INT32_MIN);
  EXPECT_EQ(i32(-1e20f), INT32_MIN);
  EXPECT_EQ(i32(NAN), 0);
  EXPECT_EQ(u32(-0.5f), 0u);
  EXPECT_EQ(u32(-5.0f), 0u);
  EXPECT_EQ(u32(4294967040.0f), 4294967040u);
  EXPECT_EQ(u32(4294967296.0f), UINT32_MAX);
  EXPECT_EQ((floatToInt<int16_t, F16>(0x7bff)), INT16_MAX);
  EXPECT_EQ((floatToInt<uint16_t, F16>(0x7bff)), 65504);
  EXPECT_EQ((floatToInt<uint16_t, F16>(0x7c00)), 65535);
  EXPECT_EQ((floatToInt<int32_t, F64>(ref::bitsOf(2147483647.9))), INT32_MAX);
  EXPECT_EQ((floatToInt<uint32_t, F64>(ref::bitsOf(4294967295.9))), UINT32_MAX);
  EXPECT_EQ(floorToInt(ref::bitsOf(-1.5f), {}), -2);
  EXPECT_EQ(roundHalfUpToInt(ref::bitsOf(-1.5f)), -1);
  EXPECT_EQ(roundHalfUpToInt(ref::bitsOf(2.5f)), 3);
}

TEST(NumericsConvert, IntegerToFloatEveryRounding) {
  FloatMode mode;
  const int32_t x = 16777217; // 2^24 + 1, between two floats
  const float expected[] = {16777216.0f, 16777218.0f, 16777216.0f, 16777216.0f};
  const float negative[] = {-16777216.0f, -16777216.0f, -16777218.0f, -16777216.0f};
  for (int r = 0; r < 4; ++r) {
    mode.round32 = Rounding(r);
    EXPECT_EQ(ref::asFloat(intToFloat<F32>(x, mode)), expected[r]);
    EXPECT_EQ(ref::asFloat(intToFloat<F32>(-x, mode)), negative[r]);
  }
  EXPECT_EQ(ref::asFloat(intToFloat<F32>(0xffffffffll, FloatMode())), 4294967296.0f);
  EXPECT_EQ(intToFloat<F64>(INT32_MIN, mode), ref::bitsOf(-2147483648.0));
  EXPECT_EQ(intToFloat<F16>(65535, FloatMode()), 0x7c00);
}

TEST(NumericsConvert, Normalised) {
  EXPECT_EQ(toSnorm16(1.0f), 32767);
  EXPECT_EQ(toSnorm16(-2.0f), -32767);
  EXPECT_EQ(toUnorm16(2.0f), 65535);
  EXPECT_EQ(toUnorm16(-1.0f), 0);
  EXPECT_EQ(toUnorm16(0.5f), 32768); // 32767.5 to even
  EXPECT_EQ(toSnorm16(NAN), 0);
  EXPECT_EQ(ref::asFloat(offsetFromNibble(7)), 0.4375f);
  EXPECT_EQ(ref::asFloat(offsetFromNibble(8)), -0.5f);
  EXPECT_EQ(ref::asFloat(offsetFromNibble(15)), -0.0625f);
}

TEST(NumericsConvert, Prng) { // V_PRNG_B32: x << 1, xor 197 if bit 31 was set
  EXPECT_EQ(nextRandom(0x00000001), 0x00000002u);
  EXPECT_EQ(nextRandom(0x80000001), 0x000000c7u);
}

} // namespace
