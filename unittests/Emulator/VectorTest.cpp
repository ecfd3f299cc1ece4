// Vector ALU core: masks, modifiers, SDWA, DPP; expected values by hand.
#include "Snippet.h"

using namespace kiln::emulator;

TEST(Vector, InactiveLanesKeepTheirValue) {
  Snippet t;
  t.fill(0, 7);
  t.fill(1, 40);
  t.wave().setPair(Exec, 0x8000000000000002);
  ASSERT_EQ(t.run("v_add_u32_e32 v0, 2, v1"), "");
  for (unsigned lane = 0; lane < 64; ++lane)
    EXPECT_EQ(t.v(0, lane), lane == 1 || lane == 63 ? 42u : 7u);
}

TEST(Vector, FloatModifiers) {
  Snippet t;
  t.wave().mode.bits = 0xC0; // OMOD is ignored where denormal results are kept
  t.setF(1, 1.5f);
  t.setF(2, -0.25f);
  ASSERT_EQ(
      t.run("v_add_f32_e64 v3, -v1, |v2| mul:4\n v_add_f32_e64 v4, v1, v1 clamp\n v_mul_f32_e32 v5, 0.5, v1"),
      "");
  EXPECT_EQ(t.f(3), -5.0f);
  EXPECT_EQ(t.f(4), 1.0f);
  EXPECT_EQ(t.f(5), 0.75f);
}

TEST(Vector, DenormalsFollowMode) {
  Snippet t;
  t.fill(1, 0x00400000);
  ASSERT_EQ(t.run("v_add_f32_e32 v0, v1, v1\n s_setreg_imm32_b32 hwreg(HW_REG_MODE, 4, 2), 0\n v_add_f32_e32 "
                  "v2, v1, v1"),
            "");
  EXPECT_EQ(t.v(0), 0x00800000u);
  EXPECT_EQ(t.v(2), 0u);
}

TEST(Vector, CarryChain) {
  Snippet t;
  t.fill(0, 0xFFFFFFFF);
  t.fill(1, 5);
  t.v(0, 3) = 0;
  ASSERT_EQ(t.run("v_add_co_u32_e32 v2, vcc, 1, v0\n v_addc_co_u32_e32 v3, vcc, 0, v1, vcc"), "");
  EXPECT_EQ(t.v(2, 0), 0u);
  EXPECT_EQ(t.v(3, 0), 6u);
  EXPECT_EQ(t.v(2, 3), 1u);
  EXPECT_EQ(t.v(3, 3), 5u);
}

TEST(Vector, CompareWritesMaskAndExec) {
  Snippet t;
  for (unsigned lane = 0; lane < 64; ++lane)
    t.v(0, lane) = lane;
  t.wave().setPair(Exec, 0xFFFF);
  ASSERT_EQ(t.run("v_cmp_gt_u32_e64 s[0:1], 4, v0\n v_cmpx_le_u32_e32 vcc, 8, v0"), "");
  EXPECT_EQ(t.wave().pair(0), 0xFu);
  EXPECT_EQ(t.wave().exec(), 0xFF00u);
  EXPECT_EQ(t.wave().vcc(), 0xFF00u);
}

TEST(Vector, SelectByMask) {
  Snippet t;
  t.fill(1, 10);
  t.fill(2, 20);
  t.wave().setPair(4, 0xFFFFFFFF00000000);
  ASSERT_EQ(t.run("v_cndmask_b32_e64 v0, v1, v2, s[4:5]"), "");
  EXPECT_EQ(t.v(0, 31), 10u);
  EXPECT_EQ(t.v(0, 32), 20u);
}

TEST(Vector, SdwaSelectsAndPreserves) {
  Snippet t;
  t.fill(0, 0xAABBCCDD);
  t.fill(1, 0x11228344);
  t.fill(2, 0x00030000);
  ASSERT_EQ(t.run("v_add_u32_sdwa v0, sext(v1), v2 dst_sel:BYTE_1 dst_unused:UNUSED_PRESERVE src0_sel:BYTE_1 "
                  "src1_sel:WORD_1"),
            "");
  // sext(0x83) + 3 = -122 = ...86
  EXPECT_EQ(t.v(0), 0xAABB86DDu);
}

TEST(Vector, DppRowShiftRight) {
  Snippet t;
  for (unsigned lane = 0; lane < 64; ++lane) {
    t.v(0, lane) = 1000;
    t.v(1, lane) = lane;
  }
  ASSERT_EQ(t.run("v_mov_b32_dpp v0, v1 row_shr:1 row_mask:0xf bank_mask:0xf"), "");
  EXPECT_EQ(t.v(0, 0), 1000u); // shifted in from outside the row: off without bound_ctrl
  EXPECT_EQ(t.v(0, 1), 0u);
  EXPECT_EQ(t.v(0, 16), 1000u);
  EXPECT_EQ(t.v(0, 31), 30u);
}

TEST(Vector, SixtyFourBitShiftAndAdd) {
  Snippet t;
  t.fill(2, 0x80000001);
  t.fill(3, 0);
  t.wave().setPair(6, 0x100000000);
  ASSERT_EQ(t.run("v_lshl_add_u64 v[0:1], v[2:3], 2, s[6:7]"), "");
  EXPECT_EQ(t.v(0), 4u);
  EXPECT_EQ(t.v(1), 3u);
}

TEST(Vector, AccumulatorRegistersAndIndexing) {
  Snippet t;
  t.fill(5, 55);
  t.s(0) = 3;
  ASSERT_EQ(t.run("s_set_gpr_idx_on s0, gpr_idx(SRC0)\n v_mov_b32_e32 v1, v2\n s_set_gpr_idx_off\n "
                  "v_mov_b32_e32 v9, v2"),
            "");
  EXPECT_EQ(t.v(1), 55u);
  EXPECT_EQ(t.v(9), 0u);
}

TEST(Vector, LdsRoundTrip) {
  Snippet t;
  for (unsigned lane = 0; lane < 64; ++lane) {
    t.v(0, lane) = 8 * lane;
    t.v(2, lane) = lane;
    t.v(3, lane) = 100 + lane;
  }
  ASSERT_EQ(t.run("ds_write_b64 v0, v[2:3] offset:16\n s_waitcnt lgkmcnt(0)\n ds_read_b32 v4, v0 offset:20\n "
                  "s_waitcnt "
                  "lgkmcnt(0)"),
            "");
  EXPECT_EQ(t.v(4, 9), 109u);
}

TEST(Vector, RefusedInstructionNamesItselfAndWhy) {
  Snippet t;
  std::string error = t.run("v_screen_partition_4se_b32 v0, v1");
  EXPECT_EQ(error, "v_screen_partition_4se_b32 is not emulated (it is for pixel shaders) at 0x0: "
                   "v_screen_partition_4se_b32_e32 v0, v1");
}
