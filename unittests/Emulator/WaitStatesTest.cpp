// Distances between dependent instructions. The expected numbers are those of the CDNA3/CDNA4 manuals' tables
// "Required Software-inserted Wait States" as LLVM 22 keeps them.
#include "Watch.h"

using namespace kiln::emulator;

static std::string nops(unsigned count) {
  std::string text;
  for (; count; --count)
    text += "s_nop 0\n";
  return text;
}

/// `producer` and `consumer` need exactly `needed` wait states: one less is a finding that says so, that many
/// are none.
static void expectDistance(const std::string &producer, const std::string &consumer, unsigned needed,
                           Chip chip) {
  SCOPED_TRACE(producer + " -> " + consumer + " " + chipName(chip));
  Watch watch("wait-states", chip);
  EXPECT_EQ(Watch::join(watch.walk(producer + "\n" + nops(needed) + consumer)), "");
  if (!needed)
    return;
  std::string message = Watch::join(watch.walk(producer + "\n" + nops(needed - 1) + consumer));
  EXPECT_NE(message.find(": " + std::to_string(needed) + " are needed"), std::string::npos) << message;
}
static void expectDistances(const std::string &producer, const std::string &consumer, unsigned on942,
                            unsigned on950) {
  expectDistance(producer, consumer, on942, Chip::Gfx942);
  expectDistance(producer, consumer, on950, Chip::Gfx950);
}

static const char *Passes2 = "v_mfma_f32_4x4x4_16b_f16 v[0:3], v[16:17], v[18:19], v[0:3]";
static const char *Passes4 = "v_mfma_f32_16x16x16_f16 v[0:3], v[16:17], v[18:19], v[0:3]";
static const char *Passes8 = "v_mfma_f32_32x32x8_f16 v[0:15], v[16:17], v[18:19], v[0:15]";
static const char *Passes16 = "v_mfma_f32_32x32x4_2b_f16 v[0:31], v[48:49], v[50:51], v[0:31]";

TEST(WaitStates, MatrixResultToVectorRead) {
  expectDistances(Passes2, "v_mov_b32 v40, v1", 5, 5);
  expectDistances(Passes4, "v_mov_b32 v40, v1", 7, 8);
  expectDistances(Passes8, "v_mov_b32 v40, v1", 11, 12);
  expectDistances(Passes16, "v_mov_b32 v40, v1", 19, 20);
}

TEST(WaitStates, MatrixResultToMemoryAndOverwrite) {
  expectDistances(Passes4, "ds_write_b32 v40, v3", 7, 8);
  expectDistances(Passes8, "global_store_dword v40, v3, s[0:1]", 11, 12);
  expectDistances(Passes4, "v_mov_b32 v0, 0", 7, 8);
  expectDistances(Passes4, "v_mov_b32 v4, 0", 0, 0);
}

TEST(WaitStates, MatrixResultToFactor) {
  expectDistances(Passes2, "v_mfma_f32_16x16x16_f16 v[4:7], v[0:1], v[18:19], v[4:7]", 5, 5);
  expectDistances(Passes4, "v_mfma_f32_16x16x16_f16 v[4:7], v[0:1], v[18:19], v[4:7]", 7, 8);
  expectDistances(Passes8, "v_mfma_f32_16x16x16_f16 v[20:23], v[18:19], v[0:1], v[20:23]", 11, 12);
}

TEST(WaitStates, MatrixResultToAccumulator) {
  expectDistances(Passes2, Passes2, 2, 2);
  expectDistances(Passes4, Passes4, 0, 0);
  expectDistances(Passes16, Passes16, 0, 0);
  expectDistances(Passes4, "v_mfma_f32_16x16x16_f16 v[4:7], v[16:17], v[18:19], v[2:5]", 5, 6);
  expectDistances(Passes8, "v_mfma_f32_16x16x16_f16 v[20:23], v[16:17], v[18:19], v[0:3]", 9, 10);
}

TEST(WaitStates, AccumulatorReadThenOverwritten) {
  // D and C differ, so that only the read of C stands in the way.
  expectDistances("v_mfma_f32_16x16x16_f16 v[4:7], v[16:17], v[18:19], v[0:3]", "v_mov_b32 v0, 0", 3, 3);
  expectDistances("v_mfma_f32_32x32x8_f16 v[20:35], v[16:17], v[18:19], v[0:15]", "v_mov_b32 v0, 0", 7, 7);
}

TEST(WaitStates, SinglePrecisionMatrix) {
  const char *single = "v_mfma_f32_16x16x4_f32 v[0:3], v16, v17, v[0:3]"; // 8 passes
  expectDistances(single, "v_mov_b32 v40, v1", 10, 10);
  expectDistances(single, "v_mfma_f32_16x16x4_f32 v[4:7], v16, v17, v[2:5]", 8, 8);
  expectDistances(single, "v_mfma_f32_16x16x16_f16 v[4:7], v[16:17], v[18:19], v[2:5]", 0, 0);
}

TEST(WaitStates, DoublePrecisionMatrix) {
  const char *large = "v_mfma_f64_16x16x4_f64 v[0:7], v[16:17], v[18:19], v[0:7]";
  expectDistances(large, "v_mov_b32 v40, v1", 11, 19);
  expectDistances(large, "global_store_dword v40, v1, s[0:1]", 18, 18);
  expectDistances("v_mfma_f64_4x4x4_4b_f64 v[0:1], v[16:17], v[18:19], v[0:1]", "v_mov_b32 v40, v1", 6, 6);
}

TEST(WaitStates, SparseMatrixAccumulatesIntoItsResult) {
  const char *sparse = "v_smfmac_f32_16x16x32_f16 v[0:3], v[16:17], v[20:23], v24"; // 4 passes
  expectDistances(sparse, sparse, 0, 0);
  expectDistances(sparse, "v_mov_b32 v40, v1", 7, 8);
}

TEST(WaitStates, OnlyTheYoungestWriterCounts) {
  Watch watch("wait-states");
  EXPECT_EQ(Watch::join(watch.walk(std::string(Passes16) + "\n" + nops(20) + Passes4 + "\n" + nops(8) +
                                   "v_mov_b32 v40, v1")),
            "");
}

TEST(WaitStates, VectorWriteToMatrix) {
  expectDistances("v_mov_b32 v16, 0", Passes4, 2, 2);
  expectDistances("v_cmpx_eq_u32 v0, v0", "v_mfma_f32_16x16x16_f16 v[20:23], v[16:17], v[18:19], v[20:23]", 4,
                  4);
}

TEST(WaitStates, VectorWriteToCrossLane) {
  expectDistance("v_mov_b32 v1, 0", "v_permlane32_swap_b32 v1, v2", 2, Chip::Gfx950);
  expectDistances("v_mov_b32 v1, 0", "v_mov_b32_dpp v2, v1 row_shr:1 row_mask:0xf bank_mask:0xf", 2, 2);
  expectDistances("v_mov_b32 v1, 0", "v_readfirstlane_b32 s4, v1", 1, 1);
}

TEST(WaitStates, TranscendentalAndPartialResults) {
  expectDistances("v_rcp_f32 v1, v2", "v_add_f32 v3, v1, v1", 1, 1);
  expectDistances("v_rcp_f32 v1, v2", "v_rcp_f32 v3, v1", 0, 0);
  expectDistances("v_add_f16_sdwa v1, v2, v3 dst_sel:WORD_1 dst_unused:UNUSED_PRESERVE", "v_mov_b32 v4, v1",
                  1, 1);
  expectDistances("v_add_f16_sdwa v1, v2, v3 dst_sel:DWORD", "v_mov_b32 v4, v1", 0, 0);
}

TEST(WaitStates, ScalarWrittenByTheVectorUnit) {
  expectDistances("v_readfirstlane_b32 s4, v0", "global_load_dword v1, v2, s[4:5]", 5, 5);
  expectDistances("v_readfirstlane_b32 s4, v0", "v_readlane_b32 s5, v1, s4", 4, 4);
  expectDistances("v_readfirstlane_b32 s4, v0", "v_mov_b32 v1, s4", 2, 2);
  expectDistances("v_cmp_eq_u32 vcc, v0, v1", "v_mov_b32 v1, vcc_hi", 2, 2);
  // Not as a carry or the mask of a selection.
  expectDistances("v_cmp_eq_u32 vcc, v0, v1", "v_cndmask_b32 v2, v3, v4, vcc", 0, 0);
  expectDistances("v_cmp_eq_u32 s[4:5], v0, v1", "v_cndmask_b32 v2, v3, v4, s[4:5]", 0, 0);
  expectDistances("v_add_co_u32 v2, vcc, v0, v1", "v_addc_co_u32 v2, vcc, v3, v4, vcc", 0, 0);
  expectDistances("v_sub_co_u32 v2, s[4:5], v0, v1", "v_subb_co_u32 v2, vcc, v3, v4, s[4:5]", 0, 0);
  expectDistances("v_cmp_eq_u32 vcc, v0, v1", "v_div_fmas_f32 v2, v3, v4, v5", 4, 4);
  expectDistances("s_mov_b32 s4, 0", "v_readlane_b32 s5, v1, s4", 0, 0);
}

TEST(WaitStates, DotProducts) {
  expectDistances("v_dot4_i32_i8 v1, v2, v3, v1", "v_mov_b32 v4, v1", 3, 3);
  expectDistances("v_dot4_i32_i8 v1, v2, v3, v1", "v_dot4_i32_i8 v1, v2, v3, v1", 0, 0);
}

TEST(WaitStates, WideStoreThenOverwrite) {
  expectDistances("global_store_dwordx4 v20, v[4:7], s[0:1]", "v_mov_b32 v5, 0", 2, 2);
  expectDistances("global_store_dwordx2 v20, v[4:5], s[0:1]", "v_mov_b32 v5, 0", 0, 0);
  // Once the store is done, its data have been read (manual 4.4).
  std::string store = "global_store_dwordx4 v20, v[4:7], s[0:1]\n";
  Watch watch("wait-states", Chip::Gfx942);
  EXPECT_EQ(Watch::join(watch.walk(store + "s_waitcnt vmcnt(0)\nv_mov_b32 v5, 0")), "");
  EXPECT_NE(Watch::join(watch.walk(store + "s_waitcnt vmcnt(1)\nv_mov_b32 v5, 0")), "");
  EXPECT_NE(Watch::join(watch.walk(store + "s_waitcnt lgkmcnt(0)\nv_mov_b32 v5, 0")), "");
}

TEST(WaitStates, WideAtomicThenOverwrite) {
  expectDistances("global_atomic_cmpswap_x2 v20, v[4:7], s[0:1]", "v_mov_b32 v5, 0", 2, 2);
  expectDistances("global_atomic_cmpswap v20, v[4:5], s[0:1]", "v_mov_b32 v5, 0", 0, 0);
  expectDistances("ds_cmpst_b64 v20, v[4:5], v[6:7]", "v_mov_b32 v5, 0", 0, 0);
}

TEST(WaitStates, ZeroFlagsAsNumbers) {
  expectDistances("v_cmp_eq_u32 vcc, v0, v1", "v_mov_b32 v2, src_vccz", 5, 5);
  expectDistances("v_cmpx_eq_u32 v0, v1", "v_mov_b32 v2, src_execz", 5, 5);
  expectDistances("s_mov_b64 vcc, 0", "v_mov_b32 v2, src_vccz", 0, 0);
  expectDistances("v_cmp_eq_u32 s[4:5], v0, v1", "v_mov_b32 v2, src_vccz", 0, 0);
}

TEST(WaitStates, HardwareRegisters) {
  std::string set = "s_setreg_imm32_b32 hwreg(HW_REG_MODE, 0, 4), 3";
  expectDistances(set, "s_getreg_b32 s4, hwreg(HW_REG_MODE, 4, 4)", 2, 2);
  expectDistances(set, "s_getreg_b32 s4, hwreg(HW_REG_STATUS)", 0, 0);
  expectDistances(set, "v_mov_b32 v0, 1", 0, 0);
  expectDistances("s_setreg_imm32_b32 hwreg(HW_REG_MODE, 28, 1), 1", "v_mov_b32 v0, 1", 2, 2);
  expectDistances("s_setreg_imm32_b32 hwreg(HW_REG_MODE, 28, 1), 1", "ds_read_b32 v0, v1", 2, 2);
  expectDistances("s_setreg_imm32_b32 hwreg(HW_REG_MODE, 28, 1), 1", "s_mov_b32 s0, 1", 0, 0);
  expectDistances("s_setvskip s0, 0", "s_getreg_b32 s4, hwreg(HW_REG_MODE)", 2, 2);
  expectDistances("s_setvskip s0, 0", "v_mov_b32 v0, 1", 0, 0);
}

TEST(WaitStates, SNopCountsItsOperandPlusOne) {
  Watch watch("wait-states", Chip::Gfx942);
  EXPECT_EQ(Watch::join(watch.walk(std::string(Passes4) + "\ns_nop 6\nv_mov_b32 v40, v1")), "");
  EXPECT_EQ(Watch::join(watch.walk(std::string(Passes4) + "\ns_nop 5\nv_mov_b32 v40, v1")),
            "v1 is read 6 wait states after v_mfma_f32_16x16x16_f16 v[0:3], v[16:17], v[18:19], v[0:3] at "
            "0x0: 7 are "
            "needed (s_nop 0 is missing)\n");
}
