// Scalar ALU: expected values by hand from the manual's definitions.
#include "Snippet.h"

using namespace kiln::emulator;

TEST(Scalar, AddSetsCarry) {
  Snippet t;
  t.s(1) = 0xFFFFFFFF;
  t.s(2) = 2;
  ASSERT_EQ(t.run("s_add_u32 s0, s1, s2\n s_addc_u32 s3, 0, 0"), "");
  EXPECT_EQ(t.s(0), 1u);
  EXPECT_EQ(t.s(3), 1u);
  EXPECT_FALSE(t.wave().scc);
}

TEST(Scalar, SubtractBorrows) {
  Snippet t;
  ASSERT_EQ(t.run("s_sub_u32 s0, 0, 1\n s_subb_u32 s1, 0, 0"), "");
  EXPECT_EQ(t.s(0), 0xFFFFFFFFu);
  EXPECT_EQ(t.s(1), 0xFFFFFFFFu);
  EXPECT_TRUE(t.wave().scc);
}

TEST(Scalar, MaximumIsInclusiveInScc) {
  Snippet t;
  ASSERT_EQ(t.run("s_max_i32 s0, 3, 3"), "");
  EXPECT_TRUE(t.wave().scc);
}

TEST(Scalar, AbsoluteDifferenceWraps) { // the manual's examples
  Snippet t;
  ASSERT_EQ(
      t.run("s_brev_b32 s1, 1\n s_absdiff_i32 s2, s1, 0\n s_absdiff_i32 s3, s1, 1\n s_absdiff_i32 s4, 1, s1\n"
            "s_absdiff_i32 s5, 3, 8"),
      "");
  EXPECT_EQ(t.s(2), 0x80000000u);
  EXPECT_EQ(t.s(3), 0x7FFFFFFFu);
  EXPECT_EQ(t.s(4), 0x7FFFFFFFu);
  EXPECT_EQ(t.s(5), 5u);
  EXPECT_TRUE(t.wave().scc);
}

TEST(Scalar, FieldExtraction) {
  Snippet t;
  t.s(1) = 0x00F80000;
  // offset 19, width 5: all ones, so -1 signed
  ASSERT_EQ(t.run("s_bfe_i32 s0, s1, 0x50013\n s_bfe_u32 s2, s1, 0x50013\n s_bfe_u32 s3, s1, 0x13"), "");
  EXPECT_EQ(t.s(0), 0xFFFFFFFFu);
  EXPECT_EQ(t.s(2), 31u);
  EXPECT_EQ(t.s(3), 0u);
}

TEST(Scalar, LiteralsOf64BitOperands) {
  Snippet t;
  ASSERT_EQ(t.run("s_mov_b64 s[0:1], 1.0\n s_mov_b64 s[2:3], 0x12345678\n s_mov_b64 s[4:5], -3"), "");
  EXPECT_EQ(t.wave().pair(0), 0x3FF0000000000000u);
  EXPECT_EQ(t.wave().pair(2), 0x12345678u);
  EXPECT_EQ(t.wave().pair(4), ~uint64_t(2));
}

TEST(Scalar, SaveExec) {
  Snippet t;
  t.wave().setPair(Vcc, 0xF0);
  ASSERT_EQ(
      t.run("s_and_saveexec_b64 s[0:1], vcc\n s_mov_b64 s[2:3], exec\n s_andn1_saveexec_b64 s[4:5], 0x30"),
      "");
  EXPECT_EQ(t.wave().pair(0), ~uint64_t(0));
  EXPECT_EQ(t.wave().pair(2), 0xF0u);
  EXPECT_EQ(t.wave().exec(), 0xC0u); // ~0x30 & 0xF0
}

TEST(Scalar, ImmediateForms) {
  Snippet t;
  t.s(0) = 5;
  ASSERT_EQ(t.run("s_addk_i32 s0, -7\n s_mulk_i32 s0, 3\n s_movk_i32 s1, 0x8000\n s_cmpk_eq_u32 s1, 0x8000"),
            "");
  EXPECT_EQ(t.s(0), uint32_t(-6));
  EXPECT_EQ(t.s(1), 0xFFFF8000u);
  EXPECT_FALSE(t.wave().scc); // unsigned compares extend the immediate with zeros
}

TEST(Scalar, LoopCounts) {
  Snippet t;
  ASSERT_EQ(t.run("s_mov_b32 s0, 0\nloop:\n s_add_u32 s0, s0, 3\n s_cmp_lt_u32 s0, 30\n s_cbranch_scc1 loop"),
            "");
  EXPECT_EQ(t.s(0), 30u);
}

TEST(Scalar, CallAndReturn) {
  Snippet t;
  ASSERT_EQ(t.run("s_call_b64 s[30:31], f\n s_mov_b32 s1, 2\n s_branch end\nf: s_mov_b32 s0, 1\n s_setpc_b64 "
                  "s[30:31]\nend:"),
            "");
  EXPECT_EQ(t.s(0), 1u);
  EXPECT_EQ(t.s(1), 2u);
}

TEST(Scalar, ModeRegisterFields) {
  Snippet t;
  ASSERT_EQ(
      t.run("s_getreg_b32 s0, hwreg(HW_REG_MODE, 4, 4)\n s_setreg_imm32_b32 hwreg(HW_REG_MODE, 0, 2), 3"),
      "");
  EXPECT_EQ(t.s(0), 0xFu);
  EXPECT_EQ(t.wave().mode.round32(), 3u);
}

TEST(Scalar, HardwareRegisters) {
  Snippet t;
  t.group.lds.resize(3000);
  t.wave().allocatedVgprs = 24;
  t.wave().allocatedSgprs = 48;
  ASSERT_EQ(t.run("s_cmp_eq_u32 0, 0\n s_mov_b64 vcc, 0\n s_getreg_b32 s0, hwreg(HW_REG_STATUS)\n"
                  "s_getreg_b32 s1, hwreg(HW_REG_GPR_ALLOC)\n s_getreg_b32 s2, hwreg(HW_REG_LDS_ALLOC)\n"
                  "s_setreg_imm32_b32 hwreg(HW_REG_STATUS), 0\n s_getreg_b32 s3, hwreg(HW_REG_STATUS, 0, 1)"),
            "");
  EXPECT_EQ(t.s(0), 1u | 1u << 10 | 1u << 16); // SCC, VCCZ, VALID
  EXPECT_EQ(t.s(1), 2u << 8 | 2u << 24);       // 24 registers in eights and 48 in sixteens, less one
  EXPECT_EQ(t.s(2) >> 12, 3u);                 // blocks of 1280 bytes
  EXPECT_EQ(t.s(3), 1u) << "unprivileged code does not write STATUS";
}

TEST(Scalar, TrapRegistersAreTheHandlers) {
  Snippet t;
  ASSERT_EQ(t.run("s_mov_b32 s0, ttmp3\n s_add_u32 s1, ttmp4, 5"), "");
  EXPECT_EQ(t.s(0), 0u);
  EXPECT_EQ(t.s(1), 5u);
  EXPECT_NE(t.run("s_mov_b64 ttmp[4:5], 1").find("writes a trap temporary register"), std::string::npos);
}

TEST(Scalar, LoadsLandAtTheWait) {
  Snippet t;
  uint64_t base = t.memory.allocate(64, "data");
  uint32_t words[4] = {1, 2, 3, 4};
  ASSERT_FALSE(t.memory.write(base + 16, words, 16));
  t.wave().setPair(2, base);
  ASSERT_EQ(
      t.run(
          "s_load_dwordx4 s[4:7], s[2:3], 0x10\n s_mov_b32 s8, s7\n s_waitcnt lgkmcnt(0)\n s_mov_b32 s9, s7"),
      "");
  EXPECT_EQ(t.s(8), 0u);
  EXPECT_EQ(t.s(9), 4u);
}

TEST(Scalar, LoadAcrossTheEnd) {
  Snippet t;
  uint64_t base = t.memory.allocate(64, "data");
  const uint32_t word = 5;
  llvm::cantFail(t.memory.write(base + 60, &word, 4));
  t.wave().setPair(2, base + 60);
  EXPECT_EQ(t.run("s_load_dwordx2 s[4:5], s[2:3], 0x0\n s_waitcnt lgkmcnt(0)"), "");
  EXPECT_EQ(t.s(4), 5u);
  EXPECT_EQ(t.s(5), 0u);
}

TEST(Scalar, WildLoadFails) {
  Snippet t;
  uint64_t base = t.memory.allocate(64, "data");
  t.wave().setPair(2, base + 64 + 65536);
  std::string error = t.run("s_load_dword s4, s[2:3], 0x0\n s_waitcnt lgkmcnt(0)");
  EXPECT_NE(error.find("65600 bytes into 'data' of 64 bytes"), std::string::npos) << error;
  EXPECT_NE(error.find("s_load_dword s4, s[2:3], 0x0"), std::string::npos) << error;
}

TEST(Scalar, Ends) {
  Snippet t;
  EXPECT_EQ(t.run("s_mov_b32 s0, 5\n s_endpgm_saved\n s_mov_b32 s0, 6"), "");
  EXPECT_EQ(t.s(0), 5u);
  EXPECT_EQ(t.run("s_mov_b32 s0, 5\n s_setkill 0\n s_mov_b32 s0, 6\n s_setkill 1\n s_mov_b32 s0, 7"), "");
  EXPECT_EQ(t.s(0), 6u);
  EXPECT_EQ(t.run("s_sethalt 0"), "");
  EXPECT_NE(t.run("s_sethalt 1").find("the wave halts"), std::string::npos);
  EXPECT_NE(t.run("s_trap 2").find("the kernel trapped (s_trap 2)"), std::string::npos);
  EXPECT_EQ(t.run("s_trap 3\n s_mov_b32 s0, 7"), "") << "no debugger";
  EXPECT_EQ(t.s(0), 7u);
}

TEST(Registers, BeyondTheKernels) { // manual 3.6.1
  Snippet t;
  t.wave().registers = {16, 8, 102};
  for (unsigned i = 0; i < 40; ++i)
    t.fill(i, 100 + i), t.wave().vgpr[256 + i][0] = 200 + i;
  ASSERT_EQ(t.run("v_add_u32 v1, v20, v2"), ""); // a source is v0
  EXPECT_EQ(t.v(1), 100u + 102u);
  ASSERT_EQ(t.run("v_add_co_u32 v17, vcc, -1, v2"), ""); // no result, nor its carry
  EXPECT_EQ(t.v(17), 117u);
  EXPECT_EQ(t.wave().vcc(), 0u);
  ASSERT_EQ(t.run("v_accvgpr_write_b32 a9, 5"), "");
  EXPECT_EQ(t.a(9), 209u);
  t.group.lds.assign(64, 7);
  t.fill(4, 0);
  ASSERT_EQ(t.run("ds_read_b128 v[14:17], v4\n s_waitcnt lgkmcnt(0)"), ""); // no lane takes part
  EXPECT_EQ(t.v(14), 114u);
  ASSERT_EQ(t.run("ds_write_b32 v4, v30\n s_waitcnt lgkmcnt(0)"), ""); // v0 is stored
  EXPECT_EQ(t.group.lds[0], 100u);
  // Relative to M0, past the last register: no result, and v0 as a source.
  ASSERT_EQ(
      t.run("s_mov_b32 s0, 12\n s_set_gpr_idx_on s0, gpr_idx(SRC0)\n v_mov_b32 v1, v8\n s_set_gpr_idx_off"),
      "");
  EXPECT_EQ(t.v(1), 100u);
  ASSERT_EQ(
      t.run("s_mov_b32 s0, 12\n s_set_gpr_idx_on s0, gpr_idx(DST)\n v_mov_b32 v8, 1\n s_set_gpr_idx_off"),
      "");
  EXPECT_EQ(t.v(20), 120u);
  EXPECT_EQ(t.v(8), 108u);
}

TEST(Registers, ScalarsBeyondTheKernels) { // manual 3.6.1
  Snippet t;
  t.wave().registers.scalar = 16;
  uint64_t base = t.memory.allocate(64, "data");
  const uint32_t words[2] = {7, 8};
  llvm::cantFail(t.memory.write(base, words, 8));
  auto reset = [&] {
    for (unsigned i = 0; i < 102; ++i)
      t.s(i) = 100 + i;
    t.wave().setPair(2, base);
  };
  reset();
  ASSERT_EQ(t.run("s_add_u32 s4, s16, s5\n s_mov_b64 s[6:7], s[16:17]\n v_add_u32 v1, s101, v1"), "");
  EXPECT_EQ(t.s(4), 100u + 105u); // a source is s0
  EXPECT_EQ(t.wave().pair(6), 100u | uint64_t(101) << 32);
  EXPECT_EQ(t.v(1), 100u);
  reset();
  // A result is dropped, not what else the instruction does: SCC, EXEC, the way.
  ASSERT_EQ(t.run("s_add_u32 s16, s5, -1\n s_cselect_b32 s4, 1, 0"), "");
  EXPECT_EQ(t.s(16), 116u);
  EXPECT_EQ(t.s(4), 1u);
  EXPECT_EQ(t.s(0), 100u);
  ASSERT_EQ(t.run("s_mov_b64 s[8:9], 3\n s_and_saveexec_b64 s[20:21], s[8:9]"), "");
  EXPECT_EQ(t.wave().exec(), 3u);
  EXPECT_EQ(t.s(20), 120u);
  ASSERT_EQ(t.run("s_mov_b32 s4, 1\n s_call_b64 s[30:31], f\n s_mov_b32 s4, 2\nf:"), "");
  EXPECT_EQ(t.s(4), 1u);
  EXPECT_EQ(t.s(30), 130u);
  t.wave().setPair(Exec, ~uint64_t(0));
  t.fill(3, 5);
  ASSERT_EQ(t.run("v_readfirstlane_b32 s17, v3\n v_cmp_eq_u32_e64 s[18:19], 5, v3\n"
                  "v_add_co_u32 v3, s[20:21], 1, v3"),
            "");
  EXPECT_EQ(t.s(17), 117u);
  EXPECT_EQ(t.s(18), 118u);
  EXPECT_EQ(t.v(3), 5u) << "one of two results is not there: neither is written";
  ASSERT_EQ(t.run("v_cmpx_ne_u32_e64 s[18:19], 5, v3"), "");
  EXPECT_EQ(t.wave().exec(), 0u);
}

TEST(Registers, ScalarMemoryBeyondTheKernels) {
  Snippet t;
  t.wave().registers.scalar = 16;
  uint64_t base = t.memory.allocate(64, "data");
  const uint32_t words[4] = {7, 8, 9, 10};
  llvm::cantFail(t.memory.write(base, words, 16));
  t.wave().setPair(2, base);
  t.s(16) = t.s(0) = 5;
  ASSERT_EQ(t.run("s_load_dword s16, s[2:3], 0x0\n s_load_dwordx8 s[12:19], s[2:3], 0x0\n"
                  "s_load_dword s15, s[2:3], 0x4\n s_waitcnt lgkmcnt(0)"),
            "");
  EXPECT_EQ(t.s(16), 5u);
  EXPECT_EQ(t.s(12), 0u);
  EXPECT_EQ(t.s(15), 8u);
  // The memory changes, by s0, and what it held goes nowhere.
  t.s(20) = 1000;
  ASSERT_EQ(
      t.run("s_atomic_add s20, s[2:3], 0x0 glc\n s_store_dword s20, s[2:3], 0x8\n s_waitcnt lgkmcnt(0)"), "");
  EXPECT_EQ(t.s(20), 1000u);
  uint32_t after[4];
  llvm::cantFail(t.memory.read(base, after, 16));
  EXPECT_EQ(after[0], 12u);
  EXPECT_EQ(after[2], 5u);
}

TEST(Registers, RelativeScalarsBeyondTheKernels) {
  Snippet t;
  t.wave().registers = {16, 256, 16};
  for (unsigned i = 0; i < 102; ++i)
    t.s(i) = 100 + i;
  ASSERT_EQ(
      t.run("s_mov_b32 m0, 8\n s_nop 0\n s_movrels_b32 s1, s7\n s_movrels_b32 s2, s8\n"
            "s_movrels_b32 s3, s20\n s_movreld_b32 s8, s5\n s_movreld_b32 s20, s5\n s_movreld_b32 s7, s5"),
      "");
  EXPECT_EQ(t.s(1), 115u);
  EXPECT_EQ(t.s(2), 100u);
  EXPECT_EQ(t.s(3), 100u);
  EXPECT_EQ(t.s(16), 116u);
  EXPECT_EQ(t.s(28), 128u);
  EXPECT_EQ(t.s(8), 108u);
  EXPECT_EQ(t.s(15), 105u);
  ASSERT_EQ(t.run("s_mov_b32 m0, 4\n s_nop 0\n s_movreld_b32 s5, s30\n s_movrels_b32 s40, s5"), "");
  EXPECT_EQ(t.s(9), 100u) << "a source that is not there, a result that is";
  EXPECT_EQ(t.s(40), 140u);
  // VCC and the like are where they are however few there are; s_movrel reaches them from below.
  t.wave().setPair(Vcc, 77);
  ASSERT_EQ(t.run("s_mov_b32 s4, vcc_lo\n s_mov_b32 m0, 4\n s_nop 0\n s_movrels_b32 s5, flat_scratch_lo"),
            "");
  EXPECT_EQ(t.s(4), 77u);
  EXPECT_EQ(t.s(5), 77u);
  // With vector registers relative to M0, scalar ones are still what they are.
  t.fill(7, 3);
  ASSERT_EQ(t.run("s_mov_b32 s6, 2\n s_set_gpr_idx_on s6, gpr_idx(SRC1)\n v_add_u32 v1, s30, v5\n"
                  "s_set_gpr_idx_off"),
            "");
  EXPECT_EQ(t.v(1), 103u);
}

/// What s50 says of the order in which ways were gone (1: fail, 2: pass), and v1 of the lanes that went them.
static void runFork(Snippet &t, uint64_t passing, bool isIndirect) {
  t.wave().setPair(42, passing);
  t.fill(1, 0);
  std::string fork =
      isIndirect ? "s_cbranch_g_fork s[42:43], s[44:45]\n" : "s_cbranch_i_fork s[42:43], pass\n";
  ASSERT_EQ(t.run("s_mov_b32 s40, 0\n s_mov_b64 s[44:45], 0x100\n s_mov_b32 s50, 0\n" + fork +
                  "s_mul_i32 s50, s50, 10\n s_add_u32 s50, s50, 1\n v_mov_b32 v1, 1\n s_branch join\n"
                  ".p2align 8\n" // the only one: at 0x100
                  "pass: s_mul_i32 s50, s50, 10\n s_add_u32 s50, s50, 2\n v_mov_b32 v1, 2\n"
                  "join: s_cbranch_join s40\n s_mov_b64 exec, -1"),
            "");
  for (unsigned lane = 0; lane < Lanes; ++lane)
    EXPECT_EQ(t.v(1, lane), passing >> lane & 1 ? 2u : 1u) << lane;
  EXPECT_EQ(t.wave().mode.bits >> 29, 0u);
}

TEST(Scalar, ForkGoesTheWayOfFewerLanesFirst) { // manual 4.6
  for (bool isIndirect : {false, true}) {
    Snippet t;
    runFork(t, 0xFF, isIndirect);
    EXPECT_EQ(t.s(50), 21u);
    EXPECT_EQ(t.wave().pair(0), ~uint64_t(0xFF)) << "the entry: those that have yet to go";
    EXPECT_EQ(t.s(2), 0x14u) << "and where to: behind the fork";
    runFork(t, ~uint64_t(0xFF), isIndirect);
    EXPECT_EQ(t.s(50), 12u);
    EXPECT_EQ(t.wave().pair(0), ~uint64_t(0xFF));
    EXPECT_EQ(t.s(2), 0x100u);
    runFork(t, 0xFFFFFFFF, isIndirect); // as many: the branch is taken
    EXPECT_EQ(t.s(50), 21u);
    runFork(t, ~uint64_t(0), isIndirect); // all the same way: no entry
    EXPECT_EQ(t.s(50), 2u);
    runFork(t, 0, isIndirect);
    EXPECT_EQ(t.s(50), 1u);
  }
}

TEST(Scalar, ForksNest) {
  // Bits of the lane's number: v1 = 10 * (1 or 2 by bit 5) + (1 or 2 by bit 4).
  Snippet t;
  // The pointer at an inner fork depends on the way that led there.
  std::string inner = "s_getreg_b32 s41, hwreg(HW_REG_MODE, 29, 3)\n s_cbranch_i_fork s[44:45], "
                      "\\name\\()pass\n v_add_u32 v1, v1, 1\n"
                      "s_branch \\name\\()join\n \\name\\()pass: v_add_u32 v1, v1, 2\n"
                      "\\name\\()join: s_cbranch_join s41\n";
  ASSERT_EQ(t.run(".macro inner name\n" + inner +
                  ".endm\n s_mov_b32 s40, 0\n s_mov_b32 s42, 0\n s_mov_b32 s43, -1\n"
                  "s_mov_b32 s44, 0xffff0000\n s_mov_b32 s45, s44\n s_cbranch_i_fork s[42:43], pass\n"
                  "v_mov_b32 v1, 10\n inner a\n s_branch join\n pass: v_mov_b32 v1, 20\n inner b\n"
                  "join: s_cbranch_join s40"),
            "");
  EXPECT_EQ(t.wave().mode.bits >> 29, 0u);
  for (unsigned lane = 0; lane < Lanes; ++lane) {
    bool isLast = lane >= 32 ? lane >= 48 : lane >= 16 && lane < 32;
    EXPECT_EQ(t.v(1, lane), (lane >= 32 ? 20u : 10u) + (isLast ? 2 : 1)) << lane;
  }
}
