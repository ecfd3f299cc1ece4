// What MODE's denormal bits do to each class of the vector ALU (CDNA3/CDNA4 manual 6.4), and what ignores
// them. Expectations by hand: the smallest denormals have values that each operation scales to a known code.
#include "Snippet.h"

using namespace kiln::emulator;

namespace {

constexpr uint32_t FlushAll = 0, Keep32 = 0x30, Keep16 = 0xC0, KeepAll = 0xF0, KeepIn32 = 0xD0,
                   KeepOut32 = 0xE0;
constexpr uint32_t Old = 0xAABBCCDD;

/// v1 (v[2:3] of 64 bits) is the operand; v0 the result.
struct ModeTest : Snippet {
  uint32_t result(const char *text, uint32_t mode, uint32_t operand) {
    fill(0, Old), fill(1, operand);
    wave().mode.bits = mode;
    EXPECT_EQ(run(text), "") << text;
    return v(0);
  }
  /// An operation that MODE's bits of F32 decide: results with denormals kept and flushed, whatever the
  /// others say.
  void decidedBy32(const char *text, uint32_t operand, uint32_t kept, uint32_t flushed) {
    EXPECT_EQ(result(text, KeepAll, operand), kept) << text;
    EXPECT_EQ(result(text, Keep32, operand), kept) << text;
    EXPECT_EQ(result(text, Keep16, operand), flushed) << text;
    EXPECT_EQ(result(text, FlushAll, operand), flushed) << text;
  }
  /// By those of F16 and F64.
  void decidedBy16(const char *text, uint32_t operand, uint32_t kept, uint32_t flushed) {
    EXPECT_EQ(result(text, KeepAll, operand), kept) << text;
    EXPECT_EQ(result(text, Keep16, operand), kept) << text;
    EXPECT_EQ(result(text, Keep32, operand), flushed) << text;
    EXPECT_EQ(result(text, FlushAll, operand), flushed) << text;
  }
  void decidedByNone(const char *text, uint32_t operand, uint32_t expected) {
    for (uint32_t mode : {FlushAll, Keep32, Keep16, KeepAll})
      EXPECT_EQ(result(text, mode, operand), expected) << text << " " << mode;
  }
};

} // namespace

TEST(Denormals, OfF32) {
  ModeTest t; // 3 * 2^-149
  t.fill(4, 0);
  for (const char *text : {"v_add_f32 v0, v1, v4",
                           "v_add_f32_e64 v0, v1, 0",
                           "v_sub_f32 v0, v1, v4",
                           "v_subrev_f32 v0, 0, v1",
                           "v_mul_f32 v0, 1.0, v1",
                           "v_mul_legacy_f32 v0, v1, 1.0",
                           "v_fma_f32 v0, v1, 1.0, 0",
                           "v_mov_b32 v0, v1\nv_fmac_f32 v0, v4, v4",
                           "v_fmamk_f32 v0, v1, 0x3f800000, v4",
                           "v_fmaak_f32 v0, 0, v4, 0x00000003",
                           "v_min_f32 v0, 1.0, v1",
                           "v_max_f32 v0, 0, v1",
                           "v_min3_f32 v0, v1, 1.0, 2.0",
                           "v_max3_f32 v0, v1, 0, 0",
                           "v_med3_f32 v0, v1, 0, 1.0",
                           "v_fract_f32 v0, v1",
                           "v_ldexp_f32 v0, v1, 0",
                           "v_add_f32_sdwa v0, v1, v4 dst_sel:DWORD src0_sel:DWORD src1_sel:DWORD",
                           "v_add_f32_dpp v0, v1, v4 quad_perm:[0,0,0,0] row_mask:0xf bank_mask:0xf",
                           "v_fma_mix_f32 v0, v1, 1.0, 0",
                           "v_minimum3_f32 v0, v1, 1.0, 2.0",
                           "v_maximum3_f32 v0, v1, 0, 0"})
    t.decidedBy32(text, 3, 3, 0);
  t.fill(5, 0), t.fill(6, 0x3F800000), t.fill(7, 0x3F800000);
  for (const char *text : {"v_mov_b32 v2, v1\nv_mov_b32 v3, v1\nv_pk_add_f32 v[0:1], v[2:3], v[4:5]",
                           "v_mov_b32 v2, v1\nv_mov_b32 v3, v1\nv_pk_mul_f32 v[0:1], v[2:3], v[6:7]",
                           "v_mov_b32 v2, v1\nv_mov_b32 v3, v1\nv_pk_fma_f32 v[0:1], v[2:3], v[6:7], v[4:5]"})
    t.decidedBy32(text, 3, 3, 0);
  t.decidedBy32("v_floor_f32 v0, -v1", 3, 0xBF800000, 0x80000000);
  t.decidedBy32("v_ceil_f32 v0, v1", 3, 0x3F800000, 0);
  t.decidedBy32("v_frexp_mant_f32 v0, v1", 3, 0x3F400000, 0); // 0.75 * 2^-147
  t.decidedBy32("v_frexp_exp_i32_f32 v0, v1", 3, uint32_t(-147), 0);
  t.decidedBy32("v_cvt_flr_i32_f32 v0, -v1", 3, uint32_t(-1), 0);
  t.decidedBy32("v_cvt_f64_f32 v[2:3], v1\nv_mov_b32 v0, v3", 3, 0x36B80000, 0); // 1.5 * 2^-148
  t.decidedBy32("v_cmp_eq_f32 vcc, 0, v1\nv_cndmask_b32 v0, 0, 1.0, vcc", 3, 0, 0x3F800000);
}

TEST(Denormals, OperandsAndResultsOfF32) {
  ModeTest t;
  t.fill(4, 0x3F000000);
  // 2^-126 / 2 and a denormal operand, one bit of MODE each.
  EXPECT_EQ(t.result("v_mul_f32 v0, v4, v1", KeepOut32, 0x00800000), 0x00400000u);
  EXPECT_EQ(t.result("v_mul_f32 v0, v4, v1", KeepIn32, 0x00800000), 0u);
  EXPECT_EQ(t.result("v_mul_f32 v0, 2.0, v1", KeepIn32, 0x00400000), 0x00800000u);
  EXPECT_EQ(t.result("v_mul_f32 v0, 2.0, v1", KeepOut32, 0x00400000), 0u);
  // The result of a minimum is one of the operands, and is not flushed again; with and without IEEE.
  for (uint32_t ieee : {0u, 0x200u}) {
    EXPECT_EQ(t.result("v_min_f32 v0, 1.0, v1", KeepIn32 | ieee, 3), 3u);
    EXPECT_EQ(t.result("v_med3_f32 v0, v1, 0, 1.0", KeepIn32 | ieee, 3), 3u);
  }
}

TEST(Denormals, OfF16AndF64) {
  ModeTest t;
  t.fill(4, 0);
  for (const char *text :
       {"v_add_f16 v0, 0, v1", "v_mul_f16 v0, 1.0, v1", "v_fma_legacy_f16 v0, v1, 1.0, 0",
        "v_mad_legacy_f16 v0, v1, 1.0, 0", "v_min_f16 v0, 1.0, v1", "v_max_f16 v0, 0, v1",
        "v_ldexp_f16 v0, v1, 0", "v_fract_f16 v0, v1", "v_pk_add_f16 v0, v1, 0", "v_pk_mul_f16 v0, v1, 1.0",
        "v_pk_fma_f16 v0, v1, 1.0, 0", "v_pk_max_f16 v0, v1, 0", "v_mov_b32 v0, 0\nv_med3_f16 v0, v1, 0, 1.0",
        "v_add_f16_sdwa v0, v1, v4 dst_sel:DWORD src0_sel:WORD_0 src1_sel:DWORD"})
    t.decidedBy16(text, 3, 3, 0);
  t.decidedBy16("v_cvt_f32_f16 v0, v1", 3, 0x34400000, 0); // 1.5 * 2^-23
  t.decidedBy16("v_fma_mix_f32 v0, v1, 1.0, 0 op_sel_hi:[1,0,0]", 3, 0x34400000, 0);
  t.decidedBy16("v_mov_b32 v0, 0\nv_fma_mixlo_f16 v0, v1, 1.0, 0", 0x34400000, 3, 0); // the result
  t.decidedBy16("v_cvt_f16_f32 v0, v1", 0x34400000, 3, 0);
  t.decidedBy16("v_frexp_exp_i16_f16 v0, v1", 3, 0xFFEA, 0); // 0.75 * 2^-22
  t.decidedBy16("v_cmp_eq_f16 vcc, 0, v1\nv_cndmask_b32 v0, 0, 1.0, vcc", 3, 0, 0x3F800000);
  const std::string wide = "v_mov_b32 v2, v1\nv_mov_b32 v3, 0\n";
  for (const char *text :
       {"v_add_f64 v[0:1], v[2:3], 0", "v_mul_f64 v[0:1], v[2:3], 1.0", "v_fma_f64 v[0:1], v[2:3], 1.0, 0",
        "v_min_f64 v[0:1], v[2:3], 1.0", "v_max_f64 v[0:1], v[2:3], 0", "v_ldexp_f64 v[0:1], v[2:3], 0",
        "v_fract_f64 v[0:1], v[2:3]"})
    t.decidedBy16((wide + text).c_str(), 3, 3, 0);
}

TEST(Denormals, WhatIgnoresMode) {
  ModeTest t;
  t.decidedByNone("v_rcp_f32 v0, v1", 3, 0x7F800000); // operands of the F32 approximations are always flushed
  t.decidedByNone("v_rsq_f32 v0, v1", 3, 0x7F800000);
  t.decidedByNone("v_sqrt_f32 v0, v1", 3, 0);
  t.decidedByNone("v_log_f32 v0, v1", 3, 0xFF800000);
  t.decidedByNone("v_exp_f32 v0, v1", 0xC3000000, 0); // 2^-128
  t.fill(4, 0x3C003C00), t.fill(5, 0);
  t.decidedByNone("v_dot2_f32_f16 v0, v1, v4, v5", 0x00030003, 0); // manual 6.4: DOT2 flushes
  t.fill(4, 0x3F803F80);
  t.decidedByNone("v_dot2_f32_bf16 v0, v1, v4, v5", 0x00030003, 0);
  t.decidedByNone("v_mov_b32 v0, v1", 3, 3);
  t.decidedByNone("v_cndmask_b32_e64 v0, |v1|, v1, vcc", 3, 3);
  t.fill(4, 0x80);
  t.decidedByNone("v_cmp_class_f32 vcc, v1, v4\nv_cndmask_b32 v0, 0, 1.0, vcc", 3, 0x3F800000);
}

TEST(Denormals, OfAtomics) { // manual 9.2: LDS by MODE; the L2 cache flushes F32 and keeps the rest
  ModeTest t;
  uint64_t address = t.memory.allocate(1024, "cell");
  t.wave().setPair(8, address);
  std::memset(t.group.lds.data(), 0, 64);
  const std::string read = "\ns_waitcnt 0\nds_read_b32 v0, v4\ns_waitcnt 0";
  auto lds = [&](const char *text) {
    return "s_mov_b64 exec, 1\nv_mov_b32 v4, 0\nds_write_b32 v4, v4\n" + (text + read);
  };
  t.decidedBy32(lds("ds_add_f32 v4, v1").c_str(), 3, 3, 0);
  t.decidedBy32(lds("v_mov_b32 v5, 1.0\nds_write_b32 v4, v5\nds_min_f32 v4, v1").c_str(), 3, 3, 0);
  t.decidedBy16(lds("ds_pk_add_f16 v4, v1").c_str(), 3, 3, 0);
  auto global = [&](const char *text) {
    return std::string("s_mov_b64 exec, 1\nv_mov_b32 v4, 0\nglobal_store_dwordx2 v4, v[4:5], s[8:9]\n") +
           text + "\nglobal_load_dword v0, v4, s[8:9]\ns_waitcnt 0";
  };
  t.fill(5, 0);
  t.decidedByNone(global("global_atomic_add_f32 v4, v1, s[8:9]").c_str(), 3, 0);
  t.decidedByNone(global("global_atomic_pk_add_f16 v4, v1, s[8:9]").c_str(), 3, 3);
  t.decidedByNone(global("global_atomic_pk_add_bf16 v4, v1, s[8:9]").c_str(), 3, 3);
  t.fill(3, 0);
  t.decidedByNone(global("v_mov_b32 v2, v1\nglobal_atomic_add_f64 v4, v[2:3], s[8:9]").c_str(), 3, 3);
}

TEST(Denormals, OfMatrices) { // manual 7.4: only factors of 32 bits follow MODE, sums never
  ModeTest t;
  for (unsigned lane = 0; lane < Lanes; ++lane)
    t.v(4, lane) = 0x3F800000, t.v(5, lane) = 0;
  // Each of 4 products is 3 * 2^-149 * 1.
  t.decidedBy32("v_mfma_f32_16x16x4_f32 v[8:11], v1, v4, 0\ns_nop 15\nv_mov_b32 v0, v8", 3, 12, 0);
  t.fill(5, 7);
  t.decidedByNone("v_mov_b32 v12, 7\nv_mov_b32 v13, 7\nv_mov_b32 v14, 7\nv_mov_b32 v15, 7\nv_mov_b32 v2, 0\n"
                  "v_mfma_f32_16x16x4_f32 v[8:11], v2, v4, v[12:15]\nv_mov_b32 v0, v8",
                  3, 7);
  t.fill(6, 0x3C003C00), t.fill(7, 0x3C003C00);
  t.decidedByNone("v_mov_b32 v2, v1\nv_mov_b32 v3, v1\nv_mfma_f32_16x16x16_f16 v[8:11], v[2:3], v[6:7], 0\n"
                  "v_mov_b32 v0, v8",
                  0x00010001, 0x35800000); // 16 * 2^-24
}

TEST(Rounding, DirectionsOfEachFormat) {
  ModeTest t;
  // F32 by FP_ROUND[1:0], F16 and F64 by [3:2]: nearest, up, down, toward zero.
  for (uint32_t round = 0; round < 4; ++round) {
    bool up = round == 1, down = round == 2;
    EXPECT_EQ(t.result("v_cvt_f32_i32 v0, v1", KeepAll | round, 0x01000001), 0x4B800000u + up);
    EXPECT_EQ(t.result("v_cvt_f32_i32 v0, v1", KeepAll | round, uint32_t(-0x01000001)), 0xCB800000u + down);
    EXPECT_EQ(t.result("v_cvt_f16_f32 v0, v1", KeepAll | round << 2, 0x3F800001), 0x3C00u + up);
    EXPECT_EQ(t.result("v_cvt_f16_f32 v0, v1", KeepAll | round, 0x3F800001), 0x3C00u) << "not F32's";
    EXPECT_EQ(t.result("v_cvt_f16_u16 v0, v1", KeepAll | round << 2, 2049), 0x6800u + up);
    EXPECT_EQ(t.result("v_pk_add_f16 v0, v1, 1.0 op_sel_hi:[1,0]", KeepAll | round << 2, 0x00000001),
              0x3C003C00u + up);
    t.fill(4, 1);
    EXPECT_EQ(
        t.result("v_mov_b32 v2, v1\nv_mov_b32 v3, v1\nv_mov_b32 v5, v4\nv_pk_add_f32 v[0:1], v[2:3], v[4:5]",
                 KeepAll | round, 0x3F800000),
        0x3F800000u + up);
    t.decidedByNone("v_cvt_pkrtz_f16_f32 v0, v1, v1", 0x3F8FFFFF,
                    0x3C7F3C7F); // toward zero, whatever MODE says
    // An approximation of F32 is to nearest.
    EXPECT_EQ(t.result("v_rcp_f32 v0, v1", KeepAll | round, 0x40400000), 0x3EAAAAABu);
  }
}

TEST(Overflow, OfF16) { // MODE.FP16_OVFL (manual 3.5): finite operands that overflow give the largest number
  ModeTest t;
  for (uint32_t saturates : {0u, 1u}) {
    uint32_t mode = KeepAll | saturates << 23, expected = saturates ? 0x7BFF : 0x7C00;
    EXPECT_EQ(t.result("v_mul_f16 v0, 2.0, v1", mode, 0x7BFF), expected);
    EXPECT_EQ(t.result("v_pk_mul_f16 v0, v1, 2.0 op_sel_hi:[0,0]", mode, 0x7BFF), expected | expected << 16);
    EXPECT_EQ(t.result("v_fma_legacy_f16 v0, v1, 2.0, v1", mode, 0x7BFF), expected);
    EXPECT_EQ(t.result("v_cvt_f16_f32 v0, v1", mode, 0x49742400), expected); // 10^6
    EXPECT_EQ(t.result("v_ldexp_f16 v0, v1, 2", mode, 0x7BFF), expected);
    EXPECT_EQ(t.result("v_mul_f16 v0, 2.0, v1", mode, 0x7C00), 0x7C00u) << "infinities stay";
  }
}
