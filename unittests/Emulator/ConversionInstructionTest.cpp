// V_CVT_* instructions: placement, formats by chip, MODE. The arithmetic itself is tested in
// NumericsConvert.cpp.
#include "OperandSnippet.h"
#include <cmath>

using namespace kiln::emulator;

TEST(Conversion, Integers) {
  OperandSnippet t;
  EXPECT_EQ(t.with("v_cvt_i32_f32 v0, v1", bits(-2.9f)), uint32_t(-2));
  EXPECT_EQ(t.with("v_cvt_u32_f32 v0, v1", bits(-2.9f)), 0u);
  EXPECT_EQ(t.with("v_cvt_i32_f32 v0, v1", 0x7fc00000), 0u);
  EXPECT_EQ(t.with("v_cvt_i32_f32 v0, -v1", bits(1e20f)), 0x80000000u);
  EXPECT_EQ(t.with("v_cvt_f32_u32 v0, v1", 0xffffffff), bits(4294967296.0f));
  EXPECT_EQ(t.with("v_cvt_flr_i32_f32 v0, v1", bits(-2.1f)), uint32_t(-3));
  EXPECT_EQ(t.with("v_cvt_rpi_i32_f32 v0, v1", bits(2.5f)), 3u);
  EXPECT_EQ(t.with("v_cvt_f32_ubyte3 v0, v1", 0x7f000000), bits(127.0f));
  EXPECT_EQ(t.with("v_cvt_off_f32_i4 v0, v1", 8), bits(-0.5f));
  EXPECT_EQ(t.with("v_cvt_u16_f16 v0, v1", 0x4900), 10u);
  EXPECT_EQ(t.with("v_cvt_f16_i16 v0, v1", 0xfffe), 0xc000u);
  EXPECT_EQ(t.with("v_cvt_pk_u8_f32 v0, v1, 2, v3", bits(300.0f), 0, 0x11223344), 0x11ff3344u);
  const uint32_t halfway[] = {0x1102DDAA, 0x1103DDAA, 0x1102DDAA, 0x1102DDAA}; // 2.5 by MODE's rounding
  for (uint32_t round = 0; round < 4; ++round) {
    t.wave().mode.bits = 0xF0 | round;
    EXPECT_EQ(t.with("v_cvt_pk_u8_f32 v0, v1, 2, v3", bits(2.5f), 0, 0x11AADDAA), halfway[round]);
    EXPECT_EQ(t.with("v_cvt_pkaccum_u8_f32 v0, v1, 2", bits(2.5f)), 0xAA02CCDDu + (round == 1) * 0x10000);
    EXPECT_EQ(t.with("v_cvt_pk_u8_f32 v0, v1, 0, v3", bits(-0.3f)), 0u);
    EXPECT_EQ(t.with("v_cvt_pk_u8_f32 v0, v1, 0, v3", 0x7fc00000, 0, 7), 0u);
  }
  t.wave().mode.bits = 0xF0;
  EXPECT_EQ(t.with("v_cvt_pk_i16_i32 v0, v1, v2", 70000, uint32_t(-70000)), 0x80007fffu);
  EXPECT_EQ(t.with("v_sat_pk_u8_i16 v0, v1", 0x0100fffe), 0xff00u);
}

TEST(Conversion, Halves) {
  OperandSnippet t;
  EXPECT_EQ(t.with("v_cvt_f16_f32 v0, v1", bits(1.5f)), 0x3e00u);
  EXPECT_EQ(t.with("v_cvt_f32_f16 v0, v1", 0xc200), bits(-3.0f));
  EXPECT_EQ(t.with("v_cvt_pkrtz_f16_f32 v0, v1, v2", bits(1.0009f), bits(-2.0f)), 0xc0003c00u);
  EXPECT_EQ(t.with("v_cvt_pk_f16_f32 v0, v1, v2", bits(1.0009f), bits(-2.0f)), 0xc0003c01u);
  EXPECT_EQ(t.with("v_cvt_pk_bf16_f32 v0, v1, v2", 0x3f808001, 0x3f808000),
            0x3f803f81u); // above half, tie to even
  EXPECT_EQ(t.with("v_cvt_pk_bf16_f32 v0, v1, -v2", 0xff800001, 0x7f7fffff),
            0xff80ffc0u); // NaN quiet; overflow
  EXPECT_EQ(t.with("v_cvt_f32_bf16 v0, v1", 0x4049), 0x40490000u);
  EXPECT_EQ(t.with("v_cvt_pknorm_i16_f32 v0, v1, v2", bits(1.0f), bits(-2.0f)), 0x80017fffu);
  EXPECT_EQ(t.with("v_cvt_sr_bf16_f32 v0, v1, v2 op_sel:[0,0,1]", 0x3f808000, 0x80000000), 0x3f81CCDDu);
}

TEST(Conversion, ClampOfEachPart) {
  OperandSnippet t;
  EXPECT_EQ(t.with("v_cvt_pkrtz_f16_f32 v0, v1, v2 clamp", bits(1.5f), bits(-2.0f)), 0x00003c00u);
  EXPECT_EQ(t.with("v_cvt_pk_f16_f32 v0, v1, v2 clamp", bits(0.5f), bits(3.0f)), 0x3c003800u);
  t.with("v_cvt_pk_f32_fp8_e64 v[4:5], v1 clamp", 0x38C0); // 1.0, -2.0
  EXPECT_EQ(t.v(4), 0u);
  EXPECT_EQ(t.v(5), bits(1.0f));
}

TEST(Conversion, Fp8ByChipIntoHalvesAndBytes) {
  OperandSnippet ocp(Chip::Gfx950), fnuz(Chip::Gfx942);
  EXPECT_EQ(ocp.with("v_cvt_pk_fp8_f32 v0, v1, v2", bits(1.0f), bits(-2.0f)), 0xAABBC038u);
  EXPECT_EQ(ocp.with("v_cvt_pk_fp8_f32 v0, v1, v2 op_sel:[0,0,1]", bits(1.0f), bits(-2.0f)), 0xC038CCDDu);
  EXPECT_EQ(fnuz.with("v_cvt_pk_fp8_f32 v0, v1, v2", bits(1.0f), bits(-2.0f)), 0xAABBC840u);
  EXPECT_EQ(ocp.with("v_cvt_pk_bf8_f32 v0, v1, v2", bits(1.0f), bits(1e9f)), 0xAABB7C3Cu);
  EXPECT_EQ(ocp.with("v_cvt_sr_fp8_f32 v0, v1, v2 op_sel:[0,0,1,0]", bits(1.0f), 0xffffffff), 0xAABB38DDu);
  EXPECT_EQ(ocp.with("v_cvt_f32_fp8_sdwa v0, v1 src0_sel:BYTE_2", 0x00380000), bits(1.0f));
  EXPECT_EQ(fnuz.with("v_cvt_f32_fp8 v0, v1", 0x80) & 0x7fffffff, 0x7fc00000u); // the only NaN
  ocp.with("v_cvt_pk_f32_bf8_sdwa v[0:1], v1 src0_sel:WORD_1", 0x3cc00000);
  EXPECT_EQ(ocp.f(0), -2.0f);
  EXPECT_EQ(ocp.f(1), 1.0f);
  ocp.wave().mode.bits |= 1u << 23; // FP16_OVFL: saturate
  EXPECT_EQ(ocp.with("v_cvt_pk_bf16_f32 v0, v1, v2", 0x7f7fffff, 0x7f800000), 0x7f807f7fu);
  EXPECT_EQ(ocp.with("v_cvt_pk_fp8_f32 v0, v1, v2", bits(1e9f), bits(-1e9f)), 0xAABBFE7Eu);
}

TEST(Conversion, ScaledToSmall) {
  OperandSnippet t;
  // scale 4: the value is divided by it; 6 / 4 = 1.5, -12 / 4 = -3 in FP4: 3 and 0xD
  EXPECT_EQ(t.with("v_cvt_scalef32_pk_fp4_f32 v0, v1, v2, v3 op_sel:[0,0,0,1]", bits(6.0f), bits(-12.0f),
                   bits(4.0f)),
            0xAAD3CCDDu);
  EXPECT_EQ(t.with("v_cvt_scalef32_pk_fp8_f32 v0, v1, v2, v3 op_sel:[0,0,0,1]", bits(4.0f), bits(-8.0f),
                   bits(4.0f)),
            0xC038CCDDu);
  EXPECT_EQ(t.with("v_cvt_scalef32_pk_fp8_f16 v0, v1, v2", 0xc8004400, bits(4.0f)), 0xAABBC038u);
  EXPECT_EQ(t.with("v_cvt_scalef32_sr_fp8_bf16 v0, v1, v2, v3", 0x4080, 0, bits(4.0f)), 0xAABBCC38u);
  t.fill(4, bits(6.0f)), t.fill(5, bits(-12.0f));
  EXPECT_EQ(t.with("v_cvt_scalef32_sr_pk_fp4_f32 v0, v[4:5], v2, v3", 0, 0, bits(4.0f)), 0xAABBCCD3u);
}

TEST(Conversion, ScaledFromSmall) {
  OperandSnippet t;
  EXPECT_EQ(t.with("v_cvt_scalef32_f32_fp8 v0, v1, v2 op_sel:[0,1,0]", 0x00380000, bits(8.0f)), bits(8.0f));
  EXPECT_EQ(t.with("v_cvt_scalef32_pk_f16_fp4 v0, v1, v2 op_sel:[1,0,0]", 0x0000D300, bits(2.0f)),
            0xC6004200u);
  EXPECT_EQ(t.with("v_cvt_scalef32_pk_bf16_bf8 v0, v1, v2 op_sel:[1,0,0]", 0x3cc00000, bits(1.0f)),
            0x3f80c000u);
  EXPECT_EQ(t.with("v_cvt_scalef32_f16_fp8 v0, v1, v2 op_sel:[0,0,1]", 0x38, bits(1.0f)), 0x3c00CCDDu);
  t.with("v_cvt_scalef32_pk_f32_fp8 v[0:1], v1, v2", 0xC038, bits(0.5f));
  EXPECT_EQ(t.f(0), 0.5f);
  EXPECT_EQ(t.f(1), -1.0f);
}

TEST(Conversion, ThirtyTwoSixBitValues) {
  OperandSnippet t;
  t.fill(60, bits(2.0f)); // scale
  for (unsigned i = 0; i < 16; ++i)
    t.fill(10 + i, bits(i % 2 ? 2.0f : 4.0f)), t.fill(30 + i, bits(-6.0f));
  ASSERT_EQ(t.run("v_cvt_scalef32_2xpk16_fp6_f32 v[0:5], v[10:25], v[30:45], v60"), "");
  // Interleaved: 4/2 = 2.0 (0x10), -3.0 (0x34), 1.0 (0x08), -3.0, ... in E2M3
  uint64_t low = t.v(0) | uint64_t(t.v(1)) << 32;
  EXPECT_EQ(low & 0xffffff, uint64_t(0x10 | 0x34 << 6 | 0x08 << 12 | 0x34 << 18));
  ASSERT_EQ(t.run("v_cvt_scalef32_pk32_f32_fp6 v[64:95], v[0:5], v60"), "");
  for (unsigned i = 0; i < 32; ++i)
    EXPECT_EQ(t.f(64 + i, 63), i % 2 ? -6.0f : i % 4 ? 2.0f : 4.0f) << i;
  ASSERT_EQ(t.run("v_cvt_scalef32_pk32_bf16_fp6 v[64:79], v[0:5], v60\n"
                  "v_cvt_scalef32_pk32_bf6_bf16 v[100:105], v[64:79], v60\n"
                  "v_cvt_scalef32_pk32_f16_bf6 v[64:79], v[100:105], v60"),
            "");
  EXPECT_EQ(t.v(64), 0xc6004400u); // 4.0 and -6.0
  EXPECT_EQ(t.v(79), 0xc6004000u); // 2.0 and -6.0
}
