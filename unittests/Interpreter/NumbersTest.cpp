// Number formats against their definition: OCP OFP8 and MX v1.0 for the small ones, IEEE 754 for the others.
#include "lib/Interpreter/Numbers.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace mlir;
using namespace kiln::interpreter;

namespace {

/// A small format by its definition.
struct Format {
  const char *name;
  Type type;
  int exponentBits, mantissaBits, bias;
  enum Specials { None, Ieee, NanOnly, Fnuz } specials;

  unsigned bits() const { return 1 + exponentBits + mantissaBits; }
  /// The value of a code.
  double value(unsigned code) const {
    unsigned magnitude = code & ((1u << (bits() - 1)) - 1);
    double sign = code >> (bits() - 1) ? -1 : 1;
    unsigned exponent = magnitude >> mantissaBits, mantissa = magnitude & ((1u << mantissaBits) - 1);
    unsigned top = (1u << exponentBits) - 1;
    if (specials == Ieee && exponent == top)
      return mantissa ? NAN : sign * INFINITY;
    if (specials == NanOnly && magnitude == (1u << (bits() - 1)) - 1)
      return NAN;
    if (specials == Fnuz && sign < 0 && magnitude == 0)
      return NAN;
    if (exponent == 0)
      return sign * std::ldexp(mantissa, 1 - bias - mantissaBits);
    return sign *
           std::ldexp(mantissa + (1 << mantissaBits), static_cast<int>(exponent) - bias - mantissaBits);
  }
  /// The nearest finite value by search; of two equally near the one with the even code.
  double nearest(double x) const {
    double best = 0;
    unsigned bestCode = 0;
    for (unsigned code = 0; code < 1u << bits(); ++code) {
      double candidate = value(code);
      if (!std::isfinite(candidate) || std::signbit(candidate) != std::signbit(x))
        continue;
      double distance = std::fabs(candidate - x), shortest = std::fabs(best - x);
      if (distance < shortest || (distance == shortest && code % 2 == 0 && bestCode % 2 == 1)) {
        best = candidate;
        bestCode = code;
      }
    }
    return best;
  }
};

class Numbers : public testing::Test {
protected:
  MLIRContext context;
  std::vector<Format> formats = {
      {"f8E4M3FN", Float8E4M3FNType::get(&context), 4, 3, 7, Format::NanOnly},
      {"f8E5M2", Float8E5M2Type::get(&context), 5, 2, 15, Format::Ieee},
      {"f8E4M3FNUZ", Float8E4M3FNUZType::get(&context), 4, 3, 8, Format::Fnuz},
      {"f8E5M2FNUZ", Float8E5M2FNUZType::get(&context), 5, 2, 16, Format::Fnuz},
      {"f6E2M3FN", Float6E2M3FNType::get(&context), 2, 3, 1, Format::None},
      {"f6E3M2FN", Float6E3M2FNType::get(&context), 3, 2, 3, Format::None},
      {"f4E2M1FN", Float4E2M1FNType::get(&context), 2, 1, 1, Format::None},
  };
  Type f16 = Float16Type::get(&context), bf16 = BFloat16Type::get(&context), f32 = Float32Type::get(&context),
       f64 = Float64Type::get(&context), e8m0 = Float8E8M0FNUType::get(&context);

  double rounded(Type type, double x) { return round(type, real(x)).real; }
};

TEST_F(Numbers, EveryCodeDecodesByTheDefinition) {
  for (const Format &format : formats)
    for (unsigned code = 0; code < 1u << format.bits(); ++code) {
      double expected = format.value(code), found = decode(format.type, code).real;
      if (std::isnan(expected)) {
        EXPECT_TRUE(std::isnan(found)) << format.name << " " << code;
        continue;
      }
      EXPECT_EQ(found, expected) << format.name << " " << code;
      EXPECT_EQ(encode(format.type, real(found)), code) << format.name;
    }
}

TEST_F(Numbers, RoundingIsToTheNearestWithTiesToEven) {
  for (const Format &format : formats) {
    double largest = format.nearest(1e6);
    for (double x = std::ldexp(1, -20); x < largest; x *= 1.0173)
      for (double signedX : {x, -x})
        EXPECT_EQ(rounded(format.type, signedX), format.nearest(signedX)) << format.name << " " << signedX;
    // Exactly between two neighbours.
    for (unsigned code = 0; code + 1 < 1u << (format.bits() - 1); ++code) {
      double middle = (format.value(code) + format.value(code + 1)) / 2;
      if (std::isfinite(middle)) {
        EXPECT_EQ(rounded(format.type, middle), format.nearest(middle)) << format.name << " " << middle;
      }
    }
  }
}

TEST_F(Numbers, OverflowSaturatesUnlessThereIsAnInfinity) {
  for (const Format &format : formats) {
    double expected = format.specials == Format::Ieee ? INFINITY : format.nearest(1e6);
    EXPECT_EQ(rounded(format.type, 1e30), expected) << format.name;
    EXPECT_EQ(rounded(format.type, -INFINITY), -expected) << format.name;
    EXPECT_EQ(std::isnan(rounded(format.type, NAN)), format.specials != Format::None) << format.name;
  }
  EXPECT_EQ(rounded(formats[0].type, 1e30), 448);
  EXPECT_EQ(rounded(formats[6].type, 7), 6);
}

TEST_F(Numbers, HalfAndBfloat) {
  EXPECT_EQ(rounded(f16, 65519), 65504);
  EXPECT_EQ(rounded(f16, 65520), INFINITY);
  EXPECT_EQ(rounded(f16, std::ldexp(1, -24)), std::ldexp(1, -24));
  EXPECT_EQ(rounded(f16, std::ldexp(1, -25)), 0);
  EXPECT_EQ(rounded(f16, 2049), 2048);
  EXPECT_EQ(rounded(f16, 2051), 2052);
  EXPECT_EQ(rounded(bf16, 1 + std::ldexp(1, -8)), 1);
  EXPECT_EQ(rounded(bf16, 1 + std::ldexp(3, -8)), 1 + std::ldexp(1, -6));
  EXPECT_EQ(rounded(bf16, 257), 256);
  EXPECT_EQ(rounded(f32, 16777217), 16777216);
  EXPECT_EQ(encode(bf16, real(1)), 0x3F80u);
  EXPECT_EQ(encode(f16, real(-2)), 0xC000u);
  EXPECT_EQ(encode(f64, real(1)), 0x3FF0000000000000u);
}

TEST_F(Numbers, ScalesArePowersOfTwo) {
  EXPECT_EQ(decode(e8m0, 127).real, 1);
  EXPECT_EQ(decode(e8m0, 0).real, std::ldexp(1, -127));
  EXPECT_EQ(decode(e8m0, 254).real, std::ldexp(1, 127));
  EXPECT_TRUE(std::isnan(decode(e8m0, 255).real));
  EXPECT_EQ(encode(e8m0, real(8)), 130u);
  EXPECT_EQ(encode(e8m0, real(0)), 0u);
  EXPECT_EQ(encode(e8m0, real(-4)), 0u);
}

TEST_F(Numbers, FloatToIntegerTruncatesAndSaturates) {
  Type i8 = IntegerType::get(&context, 8), i32 = IntegerType::get(&context, 32);
  EXPECT_EQ(convert(f32, i32, real(-2.9)).integer, -2);
  EXPECT_EQ(convert(f32, i8, real(200)).integer, 127);
  EXPECT_EQ(convert(f32, i8, real(-1e30)).integer, -128);
  EXPECT_EQ(convert(f32, i32, real(NAN)).integer, 0);
  EXPECT_EQ(zeroExtend(i8, realToUnsigned(i8, real(200))), 200u);
  EXPECT_EQ(zeroExtend(i8, realToUnsigned(i8, real(-3))), 0u);
}

TEST_F(Numbers, IntegersWrapAndExtend) {
  Type i8 = IntegerType::get(&context, 8), i1 = IntegerType::get(&context, 1),
       i64 = IntegerType::get(&context, 64);
  EXPECT_EQ(round(i8, integer(130)).integer, -126);
  EXPECT_EQ(round(i1, integer(1)).integer, -1);
  EXPECT_EQ(zeroExtend(i1, integer(-1)), 1u);
  EXPECT_EQ(convert(i8, f32, integer(-5)).real, -5);
  EXPECT_EQ(unsignedToReal(i8, f32, integer(-1)).real, 255);
  // 2^24 + 1 is a tie; the bit far below it breaks it, so rounding through f64 first would be wrong.
  int64_t aboveTie = (int64_t(1) << 62) + (int64_t(1) << 38) + 1;
  EXPECT_EQ(convert(i64, f32, integer(aboveTie)).real, std::ldexp(1, 62) + std::ldexp(1, 39));
}

TEST_F(Numbers, FusedMultiplyAddRoundsOnce) {
  double x = 1 + std::ldexp(1, -10);
  EXPECT_EQ(fusedMultiplyAdd(f16, real(x), real(x), real(-1 - std::ldexp(1, -9))).real, std::ldexp(1, -20));
}

} // namespace
