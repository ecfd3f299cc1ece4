// Barriers that some waves never reach, loops without an end.
#include "Watch.h"

using namespace kiln::emulator;

static std::vector<Finding> found(const std::string &text, unsigned waves, std::string *error = nullptr) {
  Watch watch("progress");
  watch.waves = waves;
  std::vector<Finding> findings = watch.run(text);
  if (error)
    *error = watch.error;
  return findings;
}

TEST(Progress, BarrierThatOneWaveSkips) {
  // Wave 1 of three branches past the barrier.
  auto findings = found("s_cmp_eq_u32 s2, 1\ns_cbranch_scc1 1\ns_barrier\ns_nop 0", 3);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, "divergent-barrier");
  EXPECT_EQ(findings[0].message, "wave 1 has ended without reaching the barrier that wave 0 waits at");
  EXPECT_EQ(findings[0].disassembly, "s_barrier");
  EXPECT_EQ(findings[0].pc, 8u);
  EXPECT_EQ(findings[0].count, 2u); // waves 0 and 2
}

TEST(Progress, BarrierThatAllReach) {
  EXPECT_TRUE(found("s_barrier\ns_barrier", 4).empty());
  EXPECT_TRUE(found("s_barrier", 1).empty());
  // Half of the waves wait at one barrier instruction, half at another: one barrier.
  EXPECT_TRUE(found("s_cmp_lt_u32 s2, 2\ns_cbranch_scc1 2\ns_barrier\ns_branch 1\ns_barrier", 4).empty());
}

TEST(Progress, OneBarrierMoreThanTheOthers) {
  auto findings = found("s_barrier\ns_cmp_lg_u32 s2, 0\ns_cbranch_scc1 1\ns_barrier", 2);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].pc, 12u);
}

TEST(Progress, LoopWithoutEnd) {
  std::string error;
  auto findings = found("s_nop 0\ns_branch -2", 2, &error);
  EXPECT_NE(error.find("the instruction budget of 100000 is exhausted"), std::string::npos) << error;
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, "infinite-loop");
  EXPECT_LE(findings[0].pc, 4u);
}

TEST(Progress, LongLoopWithAnEnd) {
  std::string error;
  EXPECT_TRUE(
      found("s_movk_i32 s4, 0x7000\ns_sub_u32 s4, s4, 1\ns_cmp_lg_u32 s4, 0\ns_cbranch_scc1 -3", 1, &error)
          .empty());
  EXPECT_EQ(error, "");
}
