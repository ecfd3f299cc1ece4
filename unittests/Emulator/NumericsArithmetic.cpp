// Arithmetic under all rounding modes against the host's FPU (fesetround) and long double, and the NaN rules.
#include "Reference.h"

#include "lib/Emulator/Numerics/Division.h"
#include "lib/Emulator/Numerics/Integer.h"
#include "lib/Emulator/Numerics/Special.h"

#include <cfenv>
#include <gtest/gtest.h>

using namespace kiln::emulator::numerics;
namespace ref = reference;

namespace {

FloatMode modeOf(int rounding) {
  FloatMode m;
  m.round32 = m.round64 = Rounding(rounding);
  return m;
}

/// Runs the host's operation under a rounding mode; volatile keeps the compiler from folding or moving it.
template <class Host, class Operation>
Host hostly(int rounding, Host a, Host b, Host c, Operation operation) {
  const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
  volatile Host x = a, y = b, z = c;
  std::fesetround(modes[rounding]);
  volatile Host r = operation(x, y, z);
  std::fesetround(FE_TONEAREST);
  return r;
}

template <class T> void checkAgainstHost(int exponentBits, int mantissaBits, int count) {
  using Host = typename T::Host;
  using Bits = typename T::Bits;
  std::mt19937_64 random(7);
  for (int i = 0; i < count; ++i) {
    Bits a = ref::interestingBits(random, exponentBits, mantissaBits),
         b = ref::interestingBits(random, exponentBits, mantissaBits),
         c = ref::interestingBits(random, exponentBits, mantissaBits);
    Host x = ref::recast<Host>(a), y = ref::recast<Host>(b);
    if (i % 4 == 0) // cancel: c close to -a * b
      c = ref::recast<Bits>(-x * y) + random() % 3 - 1;
    Host z = ref::recast<Host>(c);
    for (int rounding = 0; rounding < 4; ++rounding) {
      FloatMode m = modeOf(rounding);
      Host sum = hostly(rounding, x, y, z, [](Host p, Host q, Host) { return p + q; });
      Host product = hostly(rounding, x, y, z, [](Host p, Host q, Host) { return p * q; });
      Host fused = hostly(rounding, x, y, z, [](Host p, Host q, Host s) { return std::fma(p, q, s); });
      auto check = [&](Bits actual, Host expected, const char *what) {
        if (std::isnan(expected))
          ASSERT_TRUE(isNaN<T>(actual) && !isSignaling<T>(actual)) << what;
        else
          ASSERT_EQ(actual, ref::recast<Bits>(expected))
              << what << " " << x << " " << y << " " << z << " rounding " << rounding;
      };
      check(add<T>(a, b, m), sum, "add");
      check(mul<T>(a, b, m), product, "mul");
      check(fma<T>(a, b, c, m), fused, "fma");
    }
  }
}

TEST(NumericsArithmetic, F32AgainstHost) { checkAgainstHost<F32>(8, 23, 100000); }
TEST(NumericsArithmetic, F64AgainstHost) { checkAgainstHost<F64>(11, 52, 100000); }

TEST(NumericsArithmetic, F16AgainstLongDouble) {
  std::mt19937_64 random(9);
  for (int i = 0; i < 200000; ++i) {
    uint16_t a = uint16_t(ref::interestingBits(random, 5, 10)),
             b = uint16_t(ref::interestingBits(random, 5, 10)),
             c = uint16_t(ref::interestingBits(random, 5, 10));
    long double x = ref::valueOf(ref::f16, a), y = ref::valueOf(ref::f16, b), z = ref::valueOf(ref::f16, c);
    if (!std::isfinite(x) || !std::isfinite(y) || !std::isfinite(z))
      continue;
    for (int rounding = 0; rounding < 4; ++rounding) {
      FloatMode m = modeOf(rounding);
      auto check = [&](uint16_t actual, long double exact, const char *what) {
        ASSERT_EQ(ref::valueOf(ref::f16, actual), ref::roundWithin(ref::f16, exact, rounding, 65504))
            << what << " " << x << " " << y << " " << z << " rounding " << rounding;
      };
      check(add<F16>(a, b, m), x + y, "add");
      check(mul<F16>(a, b, m), x * y, "mul");
      check(fma<F16>(a, b, c, m), x * y + z, "fma"); // at most 63 bits: exact in a long double
    }
  }
}

TEST(NumericsArithmetic, Denormals) {
  FloatMode keep, flush = FloatMode::fromRegister(0);
  EXPECT_EQ(add<F32>(0x00000001, 0, keep), 0x00000001u);
  EXPECT_EQ(add<F32>(0x80000001, 0x80000000, flush), 0x80000000u); // input flushed, sign kept
  EXPECT_EQ(mul<F32>(0x80800000, 0x3f000000, flush), 0x80000000u); // -2^-126 / 2: result flushed
  FloatMode inputOnly = FloatMode::fromRegister(0x10);             // keeps inputs, flushes results
  EXPECT_EQ(mul<F32>(0x00400000, 0x40000000, inputOnly), 0x00800000u);
  EXPECT_EQ(mul<F32>(0x00400000, 0x40000000, FloatMode::fromRegister(0x20)), 0u);
  EXPECT_EQ(add<F16>(0x0001, 0x0001, FloatMode::fromRegister(0xc0)), 0x0002);
  EXPECT_EQ(add<F16>(0x0001, 0x0001, FloatMode::fromRegister(0x30)), 0x0000);
}

TEST(NumericsArithmetic, ModeRegister) {
  FloatMode m = FloatMode::fromRegister(0x800000 | 0x300 | 0x40 | 0x9);
  EXPECT_EQ(m.round32, Rounding::Up);
  EXPECT_EQ(m.round64, Rounding::Down);
  EXPECT_TRUE(m.flushIn32 && m.flushOut32 && !m.flushIn64 && m.flushOut64);
  EXPECT_TRUE(m.dx10Clamp && m.ieee && m.fp16Overflow);
}

TEST(NumericsArithmetic, NaNs) {
  FloatMode m;
  EXPECT_EQ(add<F32>(0x7f800001, 0x7fc12345, m), 0x7fc00001u); // the first, made quiet
  EXPECT_EQ(add<F32>(0x3f800000, 0xffc12345, m), 0xffc12345u);
  EXPECT_EQ(add<F32>(0x7f800000, 0xff800000, m), 0xffc00000u);
  EXPECT_EQ(sub<F32>(0x3f800000, 0x7fc00001, m), 0x7fc00001u); // subtraction does not flip a NaN
  EXPECT_EQ(mul<F32>(0x7f800000, 0x00000000, m), 0xffc00000u);
  EXPECT_EQ(fma<F32>(0x7f800000, 0x3f800000, 0xff800000, m), 0xffc00000u);
  EXPECT_EQ(fma<F32>(0x3f800000, 0x3f800000, 0x7fa00000, m), 0x7fe00000u);
}

TEST(NumericsArithmetic, MinimumAndMaximum) {
  FloatMode plain, ieee;
  ieee.ieee = true;
  const uint32_t one = 0x3f800000, two = 0x40000000, quietNaN = 0x7fc00001, signaling = 0x7f800001;
  EXPECT_EQ(min<F32>(one, two, plain), one);
  EXPECT_EQ(max<F32>(one, two, plain), two);
  EXPECT_EQ(min<F32>(quietNaN, two, plain), two);
  EXPECT_EQ(max<F32>(one, quietNaN, ieee), one);
  EXPECT_EQ(min<F32>(signaling, two, plain), two);
  EXPECT_EQ(min<F32>(signaling, two, ieee), 0x7fc00001u);
  EXPECT_EQ(max<F32>(two, signaling, ieee), 0x7fc00001u);
  for (bool swap : {false, true}) {
    uint32_t a = swap ? 0 : 0x80000000, b = a ^ 0x80000000;
    EXPECT_EQ(min<F32>(a, b, plain), 0x80000000u);
    EXPECT_EQ(max<F32>(a, b, plain), 0u);
  }
  EXPECT_EQ((minMaxNaN<F32, false>(one, quietNaN, plain)), quietNaN);
  EXPECT_EQ((minMaxNaN<F32, true>(signaling, one, plain)), 0x7fc00001u);
  EXPECT_EQ(min<F32>(0x00000001, 0x80000000, FloatMode::fromRegister(0)), 0x80000000u);
  EXPECT_EQ(min<F64>(ref::bitsOf(1.0), ref::bitsOf(-3.0), plain), ref::bitsOf(-3.0));
  EXPECT_EQ(max<F16>(0x3c00, 0xc000, plain), 0x3c00);
}

TEST(NumericsArithmetic, MedianOfEveryOrder) {
  FloatMode m;
  const float v[] = {-2.0f, -0.0f, 0.0f, 1.5f, INFINITY};
  for (float a : v)
    for (float b : v)
      for (float c : v) {
        float sorted[] = {a, b, c};
        std::sort(sorted, sorted + 3);
        EXPECT_EQ(ref::asFloat(med3<F32>(ref::bitsOf(a), ref::bitsOf(b), ref::bitsOf(c), m)), sorted[1]);
      }
  EXPECT_EQ(med3<F32>(ref::bitsOf(3.0f), 0x7fc00000, ref::bitsOf(2.0f), m),
            ref::bitsOf(2.0f)); // min3 with a NaN
}

TEST(NumericsArithmetic, RoundingToIntegral) {
  FloatMode m;
  auto f = [&](auto operation, float x) { return ref::asFloat(operation(ref::bitsOf(x), m)); };
  EXPECT_EQ(f(toIntegral<F32, Integral::Nearest>, 2.5f), 2.0f);
  EXPECT_EQ(f(toIntegral<F32, Integral::Nearest>, -3.5f), -4.0f);
  EXPECT_EQ(f(toIntegral<F32, Integral::Floor>, -0.25f), -1.0f);
  EXPECT_EQ((toIntegral<F32, Integral::Ceil>(ref::bitsOf(-0.25f), m)), 0x80000000u);
  EXPECT_EQ((toIntegral<F32, Integral::Trunc>(ref::bitsOf(-1e30f), m)), ref::bitsOf(-1e30f));
  EXPECT_EQ((toIntegral<F16, Integral::Floor>(0x8001, m)), 0xbc00);
  EXPECT_EQ((toIntegral<F16, Integral::Floor>(0x8001, FloatMode::fromRegister(0))), 0x8000);
  EXPECT_EQ(f(fract<F32>, -1.25f), 0.75f);
  EXPECT_EQ(fract<F32>(ref::bitsOf(-1e-10f), m), 0x3f7fffffu);
  EXPECT_EQ(fract<F16>(0x8001, m), 0x3bff);
}

TEST(NumericsArithmetic, LdexpAndFrexp) {
  std::mt19937_64 random(11);
  FloatMode m;
  for (int i = 0; i < 50000; ++i) {
    uint64_t a = ref::interestingBits(random, 11, 52);
    double x = ref::asDouble(a);
    int power = int(random() % 2400) - 1200, e = 0;
    if (std::isnan(x))
      continue;
    double mantissa = std::frexp(x, &e);
    ASSERT_EQ(ldexp<F64>(a, power, m), ref::bitsOf(std::ldexp(x, power)));
    ASSERT_EQ(frexpMantissa<F64>(a, m), ref::bitsOf(mantissa));
    ASSERT_EQ(frexpExponent<F64>(a, m), std::isfinite(x) ? e : 0);
  }
  EXPECT_EQ(ldexp<F32>(ref::bitsOf(1.0f), INT32_MAX, m), 0x7f800000u);
  EXPECT_EQ(ldexp<F32>(ref::bitsOf(-1.0f), INT32_MIN, m), 0x80000000u);
  EXPECT_EQ(ldexp<F16>(0x3c00, -24, m), 0x0001);
}

TEST(NumericsArithmetic, Classes) { // bit of each class in the manual's V_CMP_CLASS_F32
  const std::pair<uint32_t, unsigned> classes[] = {
      {0x7f800001, 0}, {0x7fc00000, 1}, {0xff800000, 2}, {0xbf800000, 3}, {0x80000001, 4},
      {0x80000000, 5}, {0x00000000, 6}, {0x007fffff, 7}, {0x3f800000, 8}, {0x7f800000, 9}};
  for (auto [bits, bit] : classes)
    for (unsigned i = 0; i < 10; ++i)
      EXPECT_EQ(isOfClass<F32>(bits, 1u << i), i == bit);
}

TEST(NumericsArithmetic, OutputModifiers) {
  FloatMode flush = FloatMode::fromRegister(0), keep, dx10 = flush;
  dx10.dx10Clamp = true;
  auto f = [](float x) { return ref::bitsOf(x); };
  EXPECT_EQ(applyOutputModifiers<F32>(f(3.0f), 1, false, flush), f(6.0f));
  EXPECT_EQ(applyOutputModifiers<F32>(f(3.0f), 2, false, flush), f(12.0f));
  EXPECT_EQ(applyOutputModifiers<F32>(f(3.0f), 3, false, flush), f(1.5f));
  EXPECT_EQ(applyOutputModifiers<F32>(f(3.0f), 1, false, keep), f(3.0f)); // ignored when denormals are kept
  EXPECT_EQ(applyOutputModifiers<F32>(f(3.0f), 0, true, flush), f(1.0f));
  EXPECT_EQ(applyOutputModifiers<F32>(f(-3.0f), 0, true, flush), 0u);
  EXPECT_EQ(applyOutputModifiers<F32>(0x7fc00000, 0, true, flush), 0x7fc00000u);
  EXPECT_EQ(applyOutputModifiers<F32>(0x7fc00000, 0, true, dx10), 0u);
}

/// LLVM's expansion of a correctly rounded division.
template <class T> typename T::Bits divide(typename T::Bits a, typename T::Bits b, const FloatMode &m) {
  using Bits = typename T::Bits;
  const Bits one = Bits(uint64_t(T::format.bias) << T::format.mantissaBits), sign = signOf<T>();
  bool flag, ignored;
  Bits d = divScale<T>(b, b, a, ignored, m), n = divScale<T>(a, b, a, flag, m);
  Bits r = transcendental<T>(Transcendental::Rcp, d, m);
  Bits e = fma<T>(d ^ sign, r, one, m);
  r = fma<T>(e, r, r, m);
  Bits q = mul<T>(n, r, m);
  Bits e2 = fma<T>(d ^ sign, q, n, m);
  q = fma<T>(e2, r, q, m);
  Bits e3 = fma<T>(d ^ sign, q, n, m);
  return divFixup<T>(divFmas<T>(e3, r, q, flag, m), b, a, m);
}

template <class T> void checkDivision(int exponentBits, int mantissaBits) {
  std::mt19937_64 random(13);
  for (int i = 0; i < 200000; ++i) {
    typename T::Bits a = ref::interestingBits(random, exponentBits, mantissaBits),
                     b = ref::interestingBits(random, exponentBits, mantissaBits);
    auto expected = ref::recast<typename T::Host>(a) / ref::recast<typename T::Host>(b);
    typename T::Bits actual = divide<T>(a, b, FloatMode());
    if (std::isnan(expected))
      ASSERT_TRUE(isNaN<T>(actual));
    else
      ASSERT_EQ(actual, ref::recast<typename T::Bits>(expected)) << std::hex << a << " / " << b;
  }
}
TEST(NumericsArithmetic, DivisionF32IsCorrectlyRounded) { checkDivision<F32>(8, 23); }
TEST(NumericsArithmetic, DivisionF64IsCorrectlyRounded) { checkDivision<F64>(11, 52); }

TEST(NumericsArithmetic, Transcendentals) {
  FloatMode m;
  auto f = [&](Transcendental op, float x) {
    return ref::asFloat(transcendental<F32>(op, ref::bitsOf(x), m));
  };
  EXPECT_EQ(f(Transcendental::Rcp, -4.0f), -0.25f);
  EXPECT_EQ(f(Transcendental::Rcp, -0.0f), -INFINITY);
  EXPECT_EQ(f(Transcendental::Rcp, 1e-40f), INFINITY); // denormal operand is zero
  EXPECT_EQ(f(Transcendental::Rsq, 16.0f), 0.25f);
  EXPECT_EQ(f(Transcendental::Sqrt, 2.0f), 1.41421354f);
  EXPECT_TRUE(std::isnan(f(Transcendental::Sqrt, -1.0f)));
  EXPECT_EQ(f(Transcendental::Exp2, 10.0f), 1024.0f);
  EXPECT_EQ(f(Transcendental::Exp2, -INFINITY), 0.0f);
  EXPECT_EQ(f(Transcendental::Exp2, -127.0f), 0.0f); // denormal result is zero
  EXPECT_EQ(f(Transcendental::Log2, 0.125f), -3.0f);
  EXPECT_EQ(f(Transcendental::Log2, 0.0f), -INFINITY);
  EXPECT_TRUE(std::isnan(f(Transcendental::Log2, -1.0f)));
  const float sine[] = {0, 1, 0, -1}, cosine[] = {1, 0, -1, 0};
  for (int quarter = -16; quarter < 16; ++quarter) {
    EXPECT_EQ(f(Transcendental::Sin, quarter * 0.25f), sine[quarter & 3]);
    EXPECT_EQ(f(Transcendental::Cos, quarter * 0.25f), cosine[quarter & 3]);
  }
  EXPECT_NEAR(f(Transcendental::Sin, 1.0f / 12), 0.5f, 1e-7);
  EXPECT_EQ(f(Transcendental::Sin, 300.1f), 0.0f); // outside the documented domain
  EXPECT_EQ(f(Transcendental::Cos, 300.1f), 1.0f);
  EXPECT_EQ(transcendental<F16>(Transcendental::Rcp, 0x4000, m), 0x3800);
  EXPECT_EQ(transcendental<F16>(Transcendental::Sqrt, 0x0001, m), 0x0c00); // sqrt(2^-24) = 2^-12
  EXPECT_EQ(transcendental<F64>(Transcendental::Rsq, ref::bitsOf(4.0), m), ref::bitsOf(0.5));
}

TEST(NumericsArithmetic,
     TrigPreop) { // 2/pi = 0.6366197723675814; its first 53 bits, a double's worth, truncated
  double first = ref::asDouble(trigPreop(ref::bitsOf(1.0), 0)),
         second = ref::asDouble(trigPreop(ref::bitsOf(1.0), 1));
  const long double twoOverPi = 0.63661977236758134307553505349006L;
  EXPECT_EQ(first, 0.6366197723675813);
  EXPECT_LT(std::fabs((long double)first + second - twoOverPi), 1e-19L);
  // An argument of 2^(1087 - 1023) drops the ten leading bits of the constant.
  double shifted = ref::asDouble(trigPreop(ref::bitsOf(std::ldexp(1.0, 64)), 0));
  long double scaled = std::ldexp(twoOverPi, 10);
  EXPECT_NEAR(double(std::ldexp((long double)shifted, 10)), double(scaled - std::floor(scaled)), 1e-13);
}

TEST(NumericsArithmetic, Cube) {
  FloatMode m;
  auto f = [&](Cube op, const float *v) {
    return ref::asFloat(cube(op, ref::bitsOf(v[0]), ref::bitsOf(v[1]), ref::bitsOf(v[2]), m));
  };
  const float faces[6][3] = {{3, 1, 2}, {-3, 1, 2}, {1, 3, 2}, {1, -3, 2}, {1, 2, 3}, {1, 2, -3}};
  const float sc[6] = {-2, 2, 1, 1, 1, -1}, tc[6] = {-1, -1, 2, -2, -2, -2}, ma[6] = {6, -6, 6, -6, 6, -6};
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(f(Cube::Id, faces[i]), float(i));
    EXPECT_EQ(f(Cube::Sc, faces[i]), sc[i]);
    EXPECT_EQ(f(Cube::Tc, faces[i]), tc[i]);
    EXPECT_EQ(f(Cube::Ma, faces[i]), ma[i]);
  }
}

TEST(NumericsInteger, BytesAndBits) {
  EXPECT_EQ(sadU8(0x01020304, 0x04030201, 10), 10u + 3 + 1 + 1 + 3);
  EXPECT_EQ(msadU8(0x01020304, 0x04000201, 10), 10u + 3 + 1 + 3);
  EXPECT_EQ(sadU16(0x00050001, 0x00010003, 1), 7u);
  // Windows of 05 04 03 02 01 against 04 03 02 01 (lowest byte last).
  EXPECT_EQ(qsadPkU16U8(0x0000000504030201, 0x04030201, 0x0001000000000000, false, false),
            uint64_t(1 + 4 + 3 + 3 + 3) << 48 | uint64_t(4 + 2 + 2 + 2) << 32 | uint64_t(4) << 16);
  EXPECT_EQ(lerpU8(0x01ff00ff, 0x02ff00fe, 0x01000001), 0x02ff00ffu);
  EXPECT_EQ(permuteBytes(0x77665544, 0x33221180, 0x07040300), 0x77443380u);
  EXPECT_EQ(permuteBytes(0x80000000, 0x00008000, 0x0d0c0b08), 0xff00ffffu);
  EXPECT_EQ(bitop3(0xf0f0f0f0, 0xcccccccc, 0xaaaaaaaa, 0xe8),
            0xe8e8e8e8u); // inputs that spell the truth table
  EXPECT_EQ(ashrPack<int8_t>(0x1000, -0x1000, 4), 0x807f);
  EXPECT_EQ(ashrPack<uint8_t>(0x0ff0, -1, 36), 0x00ff);
  EXPECT_EQ(reverseBits(0x00000003), 0xc0000000u);
  EXPECT_EQ(findFirstHigh(1), 31);
  EXPECT_EQ(findFirstHigh(0), -1);
  EXPECT_EQ(findFirstSignChange(0xffffffff), -1);
  EXPECT_EQ(findFirstSignChange(0xfffffff0), 28);
  EXPECT_EQ(bitFieldU32(0x12345678, 8, 8), 0x56u);
  EXPECT_EQ(bitFieldU32(0x12345678, 8, 32), 0u); // the width has five bits
  EXPECT_EQ(bitFieldI32(0x0000f000, 12, 4), -1);
  EXPECT_EQ(med3Int<int32_t>(5, -7, 3), 3);
  EXPECT_EQ((dotInt<8, true>(0xff01ff01, 0x7f020304, 10, false)), uint32_t(10 - 127 + 2 - 3 + 4));
  EXPECT_EQ((dotInt<8, false>(0xff000000, 0xff000000, 0xffffff00, true)), 0xffffffffu);
  EXPECT_EQ((dotInt<4, true>(0x88888888, 0x88888888, 0, false)), 512u);
  EXPECT_EQ((dotInt<16, true>(0x80008000, 0x80008000, 0x7fffffff, true)), 0x7fffffffu);
}

} // namespace
