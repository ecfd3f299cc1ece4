// Floating-point instructions of VOP1, VOP2, VOP3, VOPC: modes, modifiers, halves. Expectations by hand.
#include "OperandSnippet.h"
#include <algorithm>
#include <cmath>

using namespace kiln::emulator;

namespace {

/// Every lane must have the same result. Doubles are in v[2:3], v[4:5] and v[6:7].
struct FloatTest : OperandSnippet {
  explicit FloatTest(Chip chip = Chip::Gfx950) : OperandSnippet(chip) { old = 0xAAAAAAAA; }
  uint32_t with(const std::string &text, uint32_t a, uint32_t b = 0, uint32_t c = 0) {
    uint32_t result = OperandSnippet::with(text, a, b, c);
    for (unsigned lane = 1; lane < Lanes; ++lane)
      EXPECT_EQ(v(0, lane), result) << text << " lane " << lane;
    return result;
  }
  float withF(const std::string &text, float a, float b = 0, float c = 0) {
    uint32_t r = with(text, bits(a), bits(b), bits(c));
    float f;
    std::memcpy(&f, &r, 4);
    return f;
  }
  double withD(const std::string &text, double a, double b = 0, double c = 0) {
    uint64_t x[] = {bits(a), bits(b), bits(c)};
    for (unsigned i = 0; i < 3; ++i)
      fill(2 + 2 * i, uint32_t(x[i])), fill(3 + 2 * i, uint32_t(x[i] >> 32));
    EXPECT_EQ(run(text), "") << text;
    uint64_t r = v(0) | uint64_t(v(1)) << 32;
    double d;
    std::memcpy(&d, &r, 8);
    return d;
  }
  /// MODE: rounding of F32 and of F16/F64, denormal bits, and more.
  void mode(uint32_t value) { wave().mode.bits = value; }
};

} // namespace

TEST(FloatInstruction, RoundingModesOfF32) {
  FloatTest t;
  const float up = std::nextafter(1.0f, 2.0f);
  const float expected[] = {1.0f, up, 1.0f, 1.0f}; // 1 + 2^-30
  for (uint32_t round = 0; round < 4; ++round) {
    t.mode(0xF0 | round);
    EXPECT_EQ(t.withF("v_add_f32 v0, v1, v2", 1.0f, std::ldexp(1.0f, -30)), expected[round]);
    EXPECT_EQ(t.withF("v_fma_f32 v0, v1, v2, v3", 1.0f, std::ldexp(1.0f, -30), 1.0f), expected[round]);
  }
  t.mode(0xF0 | 2 << 2); // F16 and F64 round down
  EXPECT_EQ(t.with("v_add_f16 v0, v1, v2", 0x3c00, 0x8001), 0x3bffu);
  EXPECT_EQ(t.withD("v_add_f64 v[0:1], v[2:3], v[4:5]", 1.0, -1e-30), std::nextafter(1.0, 0.0));
}

TEST(FloatInstruction, DenormalModes) {
  FloatTest t;
  t.mode(0xC0); // F32 flushed, F16/F64 kept
  EXPECT_EQ(t.with("v_add_f32 v0, v1, v2", 1, 2), 0u);
  EXPECT_EQ(t.with("v_mul_f32 v0, v1, v2", 0x80800000, bits(0.5f)), 0x80000000u);
  EXPECT_EQ(t.with("v_add_f16 v0, v1, v2", 1, 2), 3u);
  t.mode(0x30);
  EXPECT_EQ(t.with("v_add_f32 v0, v1, v2", 1, 2), 3u);
  EXPECT_EQ(t.with("v_add_f16 v0, v1, v2", 1, 2), 0u);
  EXPECT_EQ(t.withD("v_mul_f64 v[0:1], v[2:3], v[4:5]", 1e-300, 1e-10), 0.0);
  EXPECT_EQ(t.with("v_cvt_f32_f16 v0, v1", 0x8001), 0x80000000u);
}

TEST(FloatInstruction, NaNs) {
  FloatTest t;
  EXPECT_EQ(t.with("v_add_f32 v0, v1, v2", 0x7f800001, 0x7fc00002), 0x7fc00001u);
  EXPECT_EQ(t.with("v_add_f32 v0, v1, v2", 0x7f800000, 0xff800000), 0xffc00000u);
  EXPECT_EQ(t.with("v_min_f32 v0, v1, v2", 0x7fc00000, bits(2.0f)), bits(2.0f));
  EXPECT_EQ(t.with("v_min_f32 v0, v1, v2", 0x7f800001, bits(2.0f)), bits(2.0f));
  EXPECT_EQ(t.with("v_max_f32 v0, v1, v2", 0x80000000, 0), 0u);
  EXPECT_EQ(t.with("v_min_f32 v0, v1, v2", 0, 0x80000000), 0x80000000u);
  t.mode(0xF0 | 0x200); // IEEE: a signalling NaN wins
  EXPECT_EQ(t.with("v_min_f32 v0, v1, v2", 0x7f800001, bits(2.0f)), 0x7fc00001u);
  EXPECT_EQ(t.with("v_max3_f32 v0, v1, v2, v3", bits(1.0f), bits(3.0f), 0x7fc00000), bits(3.0f));
  EXPECT_EQ(t.with("v_maximum3_f32 v0, v1, v2, v3", bits(1.0f), bits(3.0f), 0x7fc00000), 0x7fc00000u);
  EXPECT_EQ(t.with("v_med3_f32 v0, v1, v2, v3", bits(5.0f), bits(-3.0f), bits(1.0f)), bits(1.0f));
  EXPECT_EQ(t.with("v_med3_f32 v0, v1, v2, v3", 0x7fc00000, bits(-3.0f), bits(1.0f)), bits(-3.0f)); // min3
}

TEST(FloatInstruction,
     MedianWithAndWithoutIeee) { // the vectorised form serves IEEE = 0, the exact one the other
  const float values[] = {-2.0f, -0.0f, 0.0f, 1.5f, INFINITY, NAN};
  for (uint32_t mode : {0xF0u, 0x2F0u})
    for (float a : values)
      for (float b : values)
        for (float c : values) {
          FloatTest t;
          t.mode(mode);
          float r = t.withF("v_med3_f32 v0, v1, v2, v3", a, b, c);
          float sorted[3] = {a, b, c};
          auto end = std::remove_if(sorted, sorted + 3, [](float x) { return std::isnan(x); });
          std::sort(sorted, end);
          if (end == sorted + 3)
            EXPECT_EQ(r, sorted[1]);
          else if (end == sorted)
            EXPECT_TRUE(std::isnan(r));
          else // the smallest number
            EXPECT_EQ(r, sorted[0]);
        }
}

TEST(FloatInstruction, OutputModifiers) {
  FloatTest t;
  t.mode(0); // OMOD works only where denormal results are flushed and IEEE is off
  EXPECT_EQ(t.withF("v_add_f32_e64 v0, v1, v2 mul:4", 1.0f, 2.0f), 12.0f);
  EXPECT_EQ(t.withF("v_mul_f32_e64 v0, v1, v2 div:2", 3.0f, 2.0f), 3.0f);
  EXPECT_EQ(t.withF("v_add_f32_e64 v0, v1, v2 clamp", 1.0f, 2.0f), 1.0f);
  EXPECT_EQ(t.with("v_add_f32_e64 v0, v1, v2 clamp", bits(-1.0f), bits(-2.0f)), 0u);
  t.mode(0x100); // DX10_CLAMP
  EXPECT_EQ(t.with("v_add_f32_e64 v0, v1, v2 clamp", 0x7fc00000, bits(1.0f)), 0u);
  t.mode(0xF0);
  EXPECT_EQ(t.withF("v_add_f32_e64 v0, v1, v2 mul:4", 1.0f, 2.0f), 3.0f);
  EXPECT_EQ(t.withF("v_add_f32_e64 v0, -|v1|, v2", 5.0f, 2.0f), -3.0f);
}

TEST(FloatInstruction, HalvesOfRegisters) {
  FloatTest t;
  // VOP2 and legacy forms clear the upper half, the VOP3 forms with OP_SEL keep the other.
  EXPECT_EQ(t.with("v_add_f16 v0, v1, v2", 0x3c00, 0x3c00), 0x00004000u);
  EXPECT_EQ(t.with("v_fma_f16 v0, v1, v2, v3", 0x4000, 0x4200, 0x3c00), 0xAAAA4700u); // 2 * 3 + 1
  EXPECT_EQ(t.with("v_fma_legacy_f16 v0, v1, v2, v3", 0x4000, 0x4200, 0x3c00), 0x00004700u);
  EXPECT_EQ(t.with("v_fma_f16 v0, v1, v2, v3 op_sel:[1,0,0,1]", 0x40000000, 0x4200, 0x3c00), 0x4700AAAAu);
  EXPECT_EQ(t.with("v_mad_u16 v0, v1, v2, v3", 300, 300, 1), 0xAAAA0000u | 90001 % 65536);
  EXPECT_EQ(t.with("v_mad_u16 v0, v1, v2, v3 clamp", 300, 300, 1), 0xAAAAFFFFu);
  EXPECT_EQ(t.with("v_max3_i16 v0, v1, v2, v3 op_sel:[0,1,0,0]", 1, 0x00070002, 0xfff0), 0xAAAA0007u);
  EXPECT_EQ(t.with("v_pack_b32_f16 v0, v1, v2 op_sel:[1,0,0]", 0x11112222, 0x33334444), 0x44441111u);
  // 1 * 1 + 0xAAAA (-1706/32768) = 31062/32768, rounded to 1941/2048
  EXPECT_EQ(t.with("v_mac_f16 v0, v1, v2", 0x3c00, 0x3c00), 0x00003B95u);
}

TEST(FloatInstruction, Transcendentals) {
  FloatTest t;
  EXPECT_EQ(t.withF("v_rcp_f32 v0, v1", 4.0f), 0.25f);
  EXPECT_EQ(t.withF("v_rsq_f32 v0, v1", 0.0625f), 4.0f);
  EXPECT_EQ(t.withF("v_sqrt_f32 v0, v1", 2.25f), 1.5f);
  EXPECT_EQ(t.withF("v_exp_f32 v0, v1", -3.0f), 0.125f);
  EXPECT_EQ(t.withF("v_log_f32 v0, v1", 8.0f), 3.0f);
  EXPECT_EQ(t.with("v_exp_f32 v0, v1", bits(-130.0f)), 0u);
  EXPECT_EQ(t.with("v_log_f32 v0, v1", bits(-1.0f)), 0xffc00000u);
  EXPECT_EQ(t.withF("v_sin_f32 v0, v1", 0.25f), 1.0f);
  EXPECT_EQ(t.withF("v_cos_f32 v0, v1", 0.5f), -1.0f);
  EXPECT_EQ(t.with("v_rcp_f32 v0, v1", 0x7f800001), 0x7fc00001u);
  EXPECT_EQ(t.with("v_sqrt_f32 v0, v1", bits(-1.0f)), 0xffc00000u);
  EXPECT_EQ(t.with("v_rcp_f16 v0, v1", 0x4400), 0x3400u);
  EXPECT_EQ(t.withD("v_rcp_f64 v[0:1], v[2:3]", 8.0), 0.125);
}

TEST(FloatInstruction, RoundingAndParts) {
  FloatTest t;
  EXPECT_EQ(t.withF("v_rndne_f32 v0, v1", 2.5f), 2.0f);
  EXPECT_EQ(t.withF("v_floor_f32 v0, v1", -0.5f), -1.0f);
  EXPECT_EQ(t.with("v_ceil_f32 v0, v1", bits(-0.5f)), 0x80000000u);
  EXPECT_EQ(t.withF("v_fract_f32 v0, v1", -1.25f), 0.75f);
  EXPECT_EQ(t.withF("v_frexp_mant_f32 v0, v1", 12.0f), 0.75f);
  EXPECT_EQ(t.with("v_frexp_exp_i32_f32 v0, v1", bits(12.0f)), 4u);
  EXPECT_EQ(t.with("v_frexp_exp_i16_f16 v0, v1", 0x3400), 0xffffu); // 0.25 = 0.5 * 2^-1
  EXPECT_EQ(t.withF("v_ldexp_f32 v0, v1, -2", 12.0f), 3.0f);
  EXPECT_EQ(t.withD("v_ldexp_f64 v[0:1], v[2:3], 3", 1.5), 12.0);
  EXPECT_EQ(t.withD("v_trunc_f64 v[0:1], v[2:3]", -2.75), -2.0);
}

TEST(FloatInstruction, Division) { // LLVM's sequence for a / b with denormals on
  const char *sequence =
      "v_div_scale_f32 v4, s[2:3], v2, v2, v1\n v_div_scale_f32 v5, vcc, v1, v2, v1\n"
      "v_rcp_f32 v6, v4\n v_fma_f32 v7, -v4, v6, 1.0\n v_fmac_f32 v6, v7, v6\n"
      "v_mul_f32 v7, v5, v6\n v_fma_f32 v8, -v4, v7, v5\n v_fmac_f32 v7, v8, v6\n"
      "v_fma_f32 v4, -v4, v7, v5\n v_div_fmas_f32 v4, v4, v6, v7\n v_div_fixup_f32 v0, v4, v2, v1";
  FloatTest t;
  for (auto [a, b] : std::initializer_list<std::pair<float, float>>{{1, 3},
                                                                    {-7, 11},
                                                                    {1e38f, 1e-3f},
                                                                    {1e-38f, 3e7f},
                                                                    {3e38f, 2.9e38f},
                                                                    {1e-40f, 1e-42f},
                                                                    {5, 0},
                                                                    {0, 5}})
    EXPECT_EQ(t.withF(sequence, a, b), a / b) << a << " / " << b;
}

TEST(FloatInstruction, ComparesAndClass) {
  FloatTest t;
  t.with("v_cmp_class_f32 vcc, v1, v2", 0x80000001, 1 << 4);
  EXPECT_EQ(t.wave().vcc(), ~uint64_t(0));
  t.with("v_cmp_nlt_f16 vcc, v1, v2", 0x7e00, 0x3c00); // unordered
  EXPECT_EQ(t.wave().vcc(), ~uint64_t(0));
  t.mode(0); // denormals compare as zeros
  t.with("v_cmp_eq_f16 vcc, v1, v2", 0x0001, 0x8000);
  EXPECT_EQ(t.wave().vcc(), ~uint64_t(0));
}

TEST(FloatInstruction, DotNegatesTheHalvesApart) { // VOP3: NEG for the lower products, ABS for the upper ones
  FloatTest t;
  auto dot = [&](const std::string &operands) {
    t.fill(4, bits(100.0f));
    t.with("v_dot2c_f32_f16_e64 v4, " + operands, 0x40003c00, 0x42004200); // (1, 2) and (3, 3)
    return t.f(4);
  };
  EXPECT_EQ(dot("v1, v2"), 109.0f);
  EXPECT_EQ(dot("-v1, v2"), 103.0f); // -3 + 6
  EXPECT_EQ(dot("|v1|, v2"), 97.0f); // 3 - 6
  EXPECT_EQ(dot("-|v1|, v2"), 91.0f);
  EXPECT_EQ(dot("|v1|, |v2|"), 109.0f);
}

TEST(FloatInstruction, LegacyAndCube) {
  FloatTest t;
  EXPECT_EQ(t.with("v_mul_legacy_f32 v0, v1, v2", 0, 0x7f800000), 0u);
  EXPECT_EQ(t.withF("v_cubeid_f32 v0, v1, v2, v3", 1, -3, 2), 3.0f);
  EXPECT_EQ(t.withF("v_cubema_f32 v0, v1, v2, v3", 1, -3, 2), -6.0f);
}

TEST(FloatInstruction, SdwaAndDpp) {
  FloatTest t;
  EXPECT_EQ(t.with("v_add_f16_sdwa v0, v1, v2 dst_sel:WORD_1 dst_unused:UNUSED_PRESERVE src0_sel:WORD_1 "
                   "src1_sel:WORD_0",
                   0x3c000000, 0x4000),
            0x4200AAAAu);
  EXPECT_EQ(t.with("v_cvt_f32_ubyte0_sdwa v0, v1 dst_sel:DWORD src0_sel:BYTE_2", 0x00630000), bits(99.0f));
  for (unsigned lane = 0; lane < Lanes; ++lane)
    t.v(1, lane) = bits(float(lane)), t.v(2, lane) = bits(100.0f), t.v(0, lane) = 0;
  ASSERT_EQ(t.run("v_add_f32_dpp v0, v1, v2 row_shr:1 row_mask:0xf bank_mask:0xf bound_ctrl:0"), "");
  EXPECT_EQ(t.f(0, 5), 104.0f);
  EXPECT_EQ(t.f(0, 16), 100.0f); // bound control: zero from outside the row
}
