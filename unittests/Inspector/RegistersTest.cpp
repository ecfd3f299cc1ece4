// Live ranges and trips, counted by hand.
#include "Assembled.h"

using namespace kiln::inspector;
using namespace kiln::inspector::test;

static RegisterCounts during(const Assembled &code, llvm::StringRef mnemonic, unsigned n = 0) {
  return findPressure(code.view())->at[code.index(mnemonic, n)];
}

TEST(Pressure, StraightLine) {
  Assembled code(R"(
    v_mov_b32 v1, 1
    v_mov_b32 v2, 2
    v_mfma_f32_16x16x32_bf16 a[0:3], v[4:7], v[8:11], 0
    v_add_u32 v3, v1, v2
    global_store_dword v0, v3, s[0:1]
    s_endpgm)");
  // v0 is the address all along; the factors are undefined, so that nothing needs them before.
  EXPECT_EQ(during(code, "v_mov_b32_e32").vector, 2u);    // v0, v1
  EXPECT_EQ(during(code, "v_mov_b32_e32", 1).vector, 3u); // v0, v1, v2
  EXPECT_EQ(during(code, "v_mfma_f32_16x16x32_bf16").accumulation, 4u);
  EXPECT_EQ(during(code, "v_add_u32_e32").vector, 3u); // before it: v0, v1, v2; behind it: v0, v3
  EXPECT_EQ(during(code, "global_store_dword").vector, 2u);
  EXPECT_EQ(during(code, "global_store_dword").scalar, 2u);
  EXPECT_EQ(findPressure(code.view())->peak.vector, 3u);
}

TEST(Pressure, ValuesStayForALoop) {
  Assembled code(R"(
    v_mov_b32 v1, 1
  loop:
    v_add_u32 v2, v1, v0
    global_store_dword v0, v2, s[0:1]
    s_cbranch_scc1 loop
    s_endpgm)");
  EXPECT_EQ(during(code, "s_cbranch_scc1").vector, 2u); // v0 and v1 for the next round; v2 is new in each
}

/// In lanes that EXEC switches off, v1 keeps the value that it had before the branch.
TEST(Pressure, NarrowedExecEndsNoRange) {
  Assembled code(R"(
    v_mov_b32 v1, 1
    s_and_saveexec_b64 s[2:3], vcc
    v_mov_b32 v2, 2
    v_mov_b32 v1, 3
    s_or_b64 exec, exec, s[2:3]
    global_store_dword v0, v1, s[0:1]
    v_mov_b32 v1, 5
    global_store_dword v0, v1, s[0:1]
    s_endpgm)");
  EXPECT_EQ(during(code, "v_mov_b32_e32", 1).vector, 3u); // v0, v1 of the other lanes, v2
  // All lanes are back: here the range does end.
  EXPECT_EQ(during(code, "global_store_dword").vector, 2u);
  EXPECT_EQ(during(code, "v_mov_b32_e32", 3).vector, 2u);
  Assembled full(R"(
    v_mov_b32 v1, 1
    v_mov_b32 v2, 2
    v_mov_b32 v1, 3
    global_store_dword v0, v1, s[0:1]
    s_endpgm)");
  EXPECT_EQ(during(full, "v_mov_b32_e32", 1).vector, 2u); // v0 and v2: v1 is written before it is read
}

TEST(Pressure, UnknownBehindIndirectBranches) {
  EXPECT_FALSE(findPressure(Assembled("s_setpc_b64 s[0:1]").view()));
}

static TripHint tripsOf(const std::string &body) {
  Assembled code(body);
  EXPECT_EQ(code.flow.loops.size(), 1u);
  return findTrips(code.view(), code.flow.loops[0]);
}

TEST(Trips, CountsDownToZero) {
  TripHint trips = tripsOf("s_mov_b32 s8, 16\nloop: s_add_i32 s8, s8, -1\ns_cmp_lg_u32 s8, 0\n"
                           "s_cbranch_scc1 loop\ns_endpgm");
  EXPECT_EQ(trips.trips, 16u);
  EXPECT_EQ(trips.counter, "s8");
  EXPECT_EQ(trips.step, -1);
}

TEST(Trips, ComparesBeforeItCounts) {
  // 0, 3, 6, 9: the comparison sees the value before the sum.
  EXPECT_EQ(tripsOf("s_mov_b32 s8, 0\nloop: s_cmp_lt_u32 s8, 9\ns_addk_i32 s8, 0x3\n"
                    "s_cbranch_scc1 loop\ns_endpgm")
                .trips,
            std::nullopt); // the sum has written SCC meanwhile
  EXPECT_EQ(tripsOf("s_mov_b32 s8, 0\nloop: s_cmp_ge_u32 s8, 9\ns_cbranch_scc1 out\ns_addk_i32 s8, 0x3\n"
                    "s_branch loop\nout: s_endpgm")
                .trips,
            4u);
}

TEST(Trips, BoundInARegister) {
  TripHint constant = tripsOf("s_movk_i32 s9, 0x64\ns_mov_b64 s[10:11], 0\nloop: s_addk_i32 s10, 0xa\n"
                              "s_cmp_gt_i32 s9, s10\ns_cbranch_scc1 loop\ns_endpgm");
  EXPECT_EQ(constant.trips, 10u);
  EXPECT_EQ(constant.condition, "<");
  TripHint argument = tripsOf("s_load_dword s9, s[0:1], 0x0\ns_mov_b32 s10, 0\nloop: s_addk_i32 s10, 0xa\n"
                              "s_cmp_lt_i32 s10, s9\ns_cbranch_scc1 loop\ns_endpgm");
  EXPECT_FALSE(argument.trips);
  EXPECT_EQ(argument.start, 0);
  EXPECT_EQ(argument.boundRegister, "s9");
  EXPECT_EQ(argument.why, "the bound is not a constant of the code");
}

TEST(Trips, SixtyFourBits) {
  EXPECT_EQ(tripsOf("s_mov_b64 s[8:9], 0\nloop: s_add_u32 s8, s8, 4\ns_addc_u32 s9, s9, 0\n"
                    "s_cmp_lg_u64 s[8:9], 64\ns_cbranch_scc1 loop\ns_endpgm")
                .trips,
            16u);
}

TEST(Trips, UnknownIsSaid) {
  EXPECT_EQ(tripsOf("loop: s_cbranch_execnz loop\ns_endpgm").why,
            "it is left by s_cbranch_execnz: when the lanes' values say so");
  EXPECT_EQ(tripsOf("loop: s_add_i32 s8, s8, s8\ns_cmp_lg_u32 s8, 0\ns_cbranch_scc1 loop\ns_endpgm").why,
            "s8 does not change by a constant once a round");
  EXPECT_EQ(tripsOf("loop: s_branch loop").why, "it is never left");
  EXPECT_EQ(tripsOf("loop: s_cbranch_scc1 out\ns_cmp_lg_u32 s8, 0\ns_cbranch_scc1 loop\nout: s_endpgm").why,
            "it is left at several places");
}
