// Integer, packed, dot and lane instructions; matrix instructions through the decoder.
#include "OperandSnippet.h"

using namespace kiln::emulator;

TEST(IntegerInstruction, Clamp) {
  OperandSnippet t;
  EXPECT_EQ(t.with("v_add_u32_e64 v0, v1, v2 clamp", 0xffffffff, 2), 0xffffffffu);
  EXPECT_EQ(t.with("v_sub_u32_e64 v0, v1, v2 clamp", 1, 2), 0u);
  EXPECT_EQ(t.with("v_add_i32 v0, v1, v2 clamp", 0x7fffffff, 1), 0x7fffffffu);
  EXPECT_EQ(t.with("v_sub_i32 v0, v1, v2", 0x80000000, 1), 0x7fffffffu);
  EXPECT_EQ(t.with("v_mad_i32_i24 v0, v1, v2, v3 clamp", 0x7fffff, 0x7fffff, 0), 0x7fffffffu);
  EXPECT_EQ(t.with("v_add_u16_e64 v0, v1, v2 clamp", 0xfff0, 0x20), 0xffffu);
  EXPECT_EQ(t.with("v_add_i16 v0, v1, v2", 0x7fff, 1), 0xAABB8000u);
  EXPECT_EQ(t.with("v_add_i16 v0, v1, v2 clamp", 0x7fff, 1), 0xAABB7fffu);
  EXPECT_EQ(t.with("v_mul_u32_u24_e64 v0, v1, v2 clamp", 0xffffff, 0x101), 0xffffffffu);
  EXPECT_EQ(t.with("v_mul_u32_u24_e64 v0, v1, v2", 0xffffff, 0x101), 0x00fffeffu);
  EXPECT_EQ(t.with("v_mul_i32_i24_e64 v0, v1, v2 clamp", 0x800000, 0x7fffff), 0x80000000u);
  EXPECT_EQ(t.with("v_sad_u8 v0, v1, v2, v3 clamp", 0xff, 0, 0xffffff80), 0xffffffffu);
  EXPECT_EQ(t.with("v_sad_u8 v0, v1, v2, v3", 0xff, 0, 0xffffff80), 0x7fu);
  EXPECT_EQ(t.with("v_sad_hi_u8 v0, v1, v2, v3 clamp", 0xff, 0, 0xff80ffff), 0xffffffffu);
  EXPECT_EQ(t.with("v_sad_u32 v0, v1, v2, v3 clamp", 5, 0xffffffff, 6), 0xffffffffu);
  EXPECT_EQ(t.with("v_msad_u8 v0, v1, v2, v3 clamp", 0xff00, 0x0100, 0xfffffff0), 0xffffffffu);
  t.fill(4, 0xffffff00), t.fill(5, 0xffff0000);
  t.with("v_qsad_pk_u16_u8 v[0:1], v[6:7], v2, v[4:5] clamp", 0, 0xffffffff); // 1020 to each
  EXPECT_EQ(t.v(0), 0xffffffffu);
  EXPECT_EQ(t.v(1), 0xffff03fcu);
  t.with("v_qsad_pk_u16_u8 v[0:1], v[6:7], v2, v[4:5]", 0, 0xffffffff);
  EXPECT_EQ(t.v(0), 0x03fb02fcu);
  t.fill(4, 0xffffffff), t.fill(5, 0xffffffff);
  t.with("v_mad_u64_u32 v[0:1], s[2:3], v2, v3, v[4:5] clamp", 0, 0xffffffff, 2);
  EXPECT_EQ(t.v(0) & t.v(1), 0xffffffffu);
  EXPECT_EQ(t.wave().pair(2), ~uint64_t(0));
  t.fill(5, 0x7fffffff);
  t.with("v_mad_i64_i32 v[0:1], s[2:3], v2, v3, v[4:5] clamp", 0, 1, 1);
  EXPECT_EQ(t.v(1), 0x7fffffffu);
  EXPECT_EQ(t.v(0), 0xffffffffu);
  EXPECT_EQ(t.with("v_sub_co_u32_e64 v0, s[2:3], v1, v2 clamp", 1, 2), 0u);
  EXPECT_EQ(t.wave().pair(2), ~uint64_t(0));
}

TEST(IntegerInstruction, BytesAndBits) {
  OperandSnippet t;
  EXPECT_EQ(t.with("v_perm_b32 v0, v1, v2, v3", 0x77665544, 0x33221100, 0x0c0d0702), 0x00ff7722u);
  EXPECT_EQ(t.with("v_sad_u8 v0, v1, v2, v3", 0x01020304, 0x04030201, 10), 18u);
  EXPECT_EQ(t.with("v_sad_hi_u8 v0, v1, v2, v3", 0x01020304, 0x04030201, 10), 0x0008000Au);
  EXPECT_EQ(t.with("v_med3_i32 v0, v1, v2, v3", 5, uint32_t(-7), 3), 3u);
  EXPECT_EQ(t.with("v_min3_u32 v0, v1, v2, v3", 5, 0xffffffff, 3), 3u);
  EXPECT_EQ(t.with("v_bitop3_b32 v0, v1, v2, v3 bitop3:0xe8", 0xf0f0f0f0, 0xcccccccc, 0xaaaaaaaa),
            0xe8e8e8e8u);
  EXPECT_EQ(t.with("v_bitop3_b16 v0, v1, v2, v3 bitop3:0x96", 0xf0f0, 0xcccc, 0xaaaa), 0xAABB9696u);
  EXPECT_EQ(t.with("v_ashr_pk_i8_i32 v0, v1, v2, v3", 0x1000, uint32_t(-0x1000), 4), 0xAABB807fu);
  EXPECT_EQ(t.with("v_prng_b32 v0, v1", 0x80000001), 0xc7u);
  EXPECT_EQ(t.with("v_mad_u32_u16 v0, v1, v2, v3 op_sel:[1,0,0,0]", 0x00050000, 7, 1), 36u);
  t.fill(4, 0xffffffff), t.fill(5, 0xffffffff);
  t.with("v_mad_u64_u32 v[0:1], s[2:3], v2, v3, v[4:5]", 0, 0xffffffff, 2);
  EXPECT_EQ(t.v(0), 0xfffffffdu); // 2 * (2^32 - 1) + 2^64 - 1 = 2^64 + 2^33 - 3
  EXPECT_EQ(t.v(1), 1u);
  EXPECT_EQ(t.wave().pair(2), ~uint64_t(0));
}

TEST(PackedInstruction, SelectionAndNegation) {
  OperandSnippet t;
  EXPECT_EQ(t.with("v_pk_add_f16 v0, v1, v2", 0x40003c00, 0x42003c00), 0x45004000u); // 2 + 3, 1 + 1
  EXPECT_EQ(t.with("v_pk_add_f16 v0, v1, v2 op_sel:[1,0] op_sel_hi:[0,1]", 0x40003c00, 0x42003c00),
            0x44004200u);
  EXPECT_EQ(t.with("v_pk_mul_f16 v0, v1, v2 neg_lo:[1,0] neg_hi:[0,1]", 0x40003c00, 0x42003c00), 0xc600bc00u);
  EXPECT_EQ(t.with("v_pk_fma_f16 v0, v1, v2, v3", 0x40003c00, 0x42003c00, 0x3c003c00), 0x47004000u);
  EXPECT_EQ(t.with("v_pk_fma_f16 v0, v1, 2.0, v3 op_sel_hi:[1,0,1]", 0x40003c00, 0, 0x3c003c00), 0x45004200u);
  EXPECT_EQ(t.with("v_pk_add_u16 v0, v1, v2 clamp", 0xffff0001, 0x00020002), 0xffff0003u);
  EXPECT_EQ(t.with("v_pk_sub_i16 v0, v1, v2 clamp", 0x80000001, 0x00010002), 0x8000ffffu);
  EXPECT_EQ(t.with("v_pk_lshlrev_b16 v0, v1, v2", 0x00010004, 0x80010101), 0x00021010u);
  EXPECT_EQ(t.with("v_pk_ashrrev_i16 v0, 4, v2 op_sel_hi:[0,1]", 0, 0x80000100), 0xf8000010u);
  EXPECT_EQ(t.with("v_pk_maximum3_f16 v0, v1, v2, v3", 0x3c007e00, 0x40003c00, 0x38003800), 0x40007e00u);
  // 1 + 0xAABB (-1723/32768) = 31045/32768, rounded to 1940/2048; 1 + 0xCCDD (-19.453125) = -18.453125
  EXPECT_EQ(t.with("v_pk_fmac_f16 v0, v1, v2", 0x3c003c00, 0x3c003c00), 0x3B94CC9Du);
}

TEST(PackedInstruction, PairsOfF32) {
  OperandSnippet t;
  t.fill(2, bits(1.0f)), t.fill(3, bits(2.0f)), t.fill(4, bits(10.0f)), t.fill(5, bits(20.0f));
  t.fill(6, bits(0.5f)), t.fill(7, bits(0.25f));
  ASSERT_EQ(t.run("v_pk_fma_f32 v[0:1], v[2:3], v[4:5], v[6:7]"), "");
  EXPECT_EQ(t.f(0), 10.5f);
  EXPECT_EQ(t.f(1), 40.25f);
  ASSERT_EQ(t.run("v_pk_add_f32 v[0:1], v[2:3], v[4:5] op_sel:[1,0] op_sel_hi:[0,1] neg_lo:[0,1]"), "");
  EXPECT_EQ(t.f(0), -8.0f);
  EXPECT_EQ(t.f(1), 21.0f);
  ASSERT_EQ(t.run("v_pk_mul_f32 v[0:1], v[2:3], 2.0 op_sel_hi:[1,0]"), "");
  EXPECT_EQ(t.f(0), 2.0f);
  EXPECT_EQ(t.f(1), 4.0f);
  t.fill(2, 0x00400000), t.wave().mode.bits = 0xC0; // a denormal, flushed
  ASSERT_EQ(t.run("v_pk_add_f32 v[0:1], v[2:3], 0 op_sel_hi:[1,0]"), "");
  EXPECT_EQ(t.v(0), 0u);
  EXPECT_EQ(t.f(1), 2.0f);
  t.s(2) = bits(3.0f), t.s(3) = bits(4.0f);
  ASSERT_EQ(t.run("v_pk_mul_f32 v[0:1], v[2:3], s[2:3]"), "");
  EXPECT_EQ(t.f(1), 8.0f);
  ASSERT_EQ(t.run("v_pk_mov_b32 v[0:1], v[2:3], v[4:5] op_sel:[1,0]"), "");
  EXPECT_EQ(t.f(0), 2.0f);
  EXPECT_EQ(t.f(1), 10.0f);
}

TEST(PackedInstruction, MixedAndDot) {
  OperandSnippet t;
  EXPECT_EQ(t.with("v_fma_mix_f32 v0, v1, v2, v3 op_sel:[1,0,0] op_sel_hi:[1,0,0]", 0x42000000, bits(2.0f),
                   bits(1.0f)),
            bits(7.0f));
  EXPECT_EQ(t.with("v_fma_mixlo_f16 v0, v1, v2, v3", bits(2.0f), bits(2.0f), bits(1.0f)), 0xAABB4500u);
  EXPECT_EQ(t.with("v_fma_mixhi_f16 v0, -v1, |v2|, v3", bits(2.0f), bits(-2.0f), bits(1.0f)), 0xC200CCDDu);
  EXPECT_EQ(t.with("v_dot2_f32_f16 v0, v1, v2, v3", 0x40003c00, 0x42003c00, bits(0.5f)), bits(7.5f));
  EXPECT_EQ(t.with("v_dot2_f32_bf16 v0, v1, v2, v3", 0x40003f80, 0x40403f80, bits(0.5f)), bits(7.5f));
  EXPECT_EQ(t.with("v_dot4_i32_i8 v0, v1, v2, v3", 0xff01ff01, 0x7f020304, 10),
            uint32_t(10 - 127 + 2 - 3 + 4));
  EXPECT_EQ(t.with("v_dot4_i32_i8 v0, v1, v2, v3 clamp", 0x7f7f7f7f, 0x7f7f7f7f, 0x7fffffff), 0x7fffffffu);
  EXPECT_EQ(t.with("v_dot8_u32_u4 v0, v1, v2, v3", 0x11111111, 0x22222222, 1), 17u);
  EXPECT_EQ(t.with("v_dot2_i32_i16 v0, v1, v2, v3", 0xffff0002, 0x00030004, 1), 6u);
  t.fill(1, 0x01010101), t.fill(2, 0x02020202), t.fill(0, 5);
  ASSERT_EQ(t.run("v_dot4c_i32_i8 v0, v1, v2"), "");
  EXPECT_EQ(t.v(0), 13u);
}

TEST(LaneInstruction, Swaps) {
  OperandSnippet t;
  for (unsigned lane = 0; lane < Lanes; ++lane)
    t.v(0, lane) = 100 + lane, t.v(1, lane) = 200 + lane;
  ASSERT_EQ(t.run("v_permlane32_swap_b32 v0, v1"), "");
  EXPECT_EQ(t.v(0, 5), 105u);
  EXPECT_EQ(t.v(0, 37), 205u);
  EXPECT_EQ(t.v(1, 5), 137u);
  EXPECT_EQ(t.v(1, 37), 237u);
  for (unsigned lane = 0; lane < Lanes; ++lane)
    t.v(0, lane) = 100 + lane, t.v(1, lane) = 200 + lane;
  ASSERT_EQ(t.run("v_permlane16_swap_b32 v0, v1"), "");
  EXPECT_EQ(t.v(0, 20), 204u);
  EXPECT_EQ(t.v(1, 4), 120u);
  EXPECT_EQ(t.v(0, 50), 234u);
  EXPECT_EQ(t.v(1, 34), 150u);
  t.wave().setPair(Exec, 1);
  ASSERT_EQ(t.run("v_swap_b32 v0, v1"), "");
  EXPECT_EQ(t.v(0, 0), 116u);
  EXPECT_EQ(t.v(0, 1), 101u);
}

TEST(MatrixInstruction, ThroughTheDecoder) {
  for (Chip chip : {Chip::Gfx942, Chip::Gfx950}) {
    OperandSnippet t(chip);
    for (unsigned i = 0; i < 16; ++i)
      t.fill(i, 0x3f803f80);   // bf16 ones
    t.wave().setPair(Exec, 0); // ignored
    ASSERT_EQ(t.run("v_mfma_f32_16x16x16_bf16 a[0:3], v[0:1], v[2:3], 1.0"), "");
    EXPECT_EQ(t.a(3, 63), bits(17.0f));
    EXPECT_EQ(t.run("v_mfma_f32_32x32x8_bf16 v[32:47], v[0:1], v[2:3], 0"), "");
    EXPECT_EQ(t.v(47, 63), bits(8.0f));
  }
  OperandSnippet t;
  for (unsigned i = 0; i < 16; ++i)
    t.fill(i, 0x22222222);                        // FP4 ones
  t.fill(20, 0x00008000), t.fill(21, 0x81000000); // scales 2 (byte 1) and 4 (byte 3)
  ASSERT_EQ(t.run("v_mfma_scale_f32_16x16x128_f8f6f4 v[32:35], v[0:3], v[4:7], 0, v20, v21 op_sel:[1,1,0] "
                  "op_sel_hi:[0,1,0] cbsz:4 blgp:4"),
            "");
  EXPECT_EQ(t.v(32), bits(128.0f * 8));
  ASSERT_EQ(t.run("v_mfma_f32_16x16x128_f8f6f4 v[32:35], v[0:3], v[4:7], 0 cbsz:4 blgp:4"), "");
  EXPECT_EQ(t.v(32), bits(128.0f));
  OperandSnippet old(Chip::Gfx942);
  EXPECT_EQ(old.run("v_mfma_f32_16x16x8_xf32 v[32:35], v[0:1], v[2:3], 1.0"), "");
  EXPECT_EQ(old.v(35, 7), bits(1.0f));
}

TEST(VectorIndexing, MovesRegistersByM0) {
  OperandSnippet t;
  for (unsigned i = 0; i < 16; ++i)
    t.fill(i, 1000 + i);
  t.s(0) = 5;
  ASSERT_EQ(t.run("s_set_gpr_idx_on s0, gpr_idx(SRC0)\n v_add_u32 v15, v2, v3\n s_set_gpr_idx_off"), "");
  EXPECT_EQ(t.v(15), 1007u + 1003u);
}
