// Counters of a launch, against counts done by hand.
#include "kiln/Emulator/Counters.h"
#include "Watch.h"
#include "llvm/Support/JSON.h"

using namespace kiln::emulator;

static unsigned conflicts(Chip chip, bool isWrite, unsigned size, uint64_t (*offset)(unsigned)) {
  uint64_t offsets[Lanes];
  for (unsigned lane = 0; lane < Lanes; ++lane)
    offsets[lane] = offset(lane);
  LdsCost cost = ldsCost(chip, isWrite, size, ~uint64_t(0), offsets);
  return cost.cycles - cost.phases;
}

TEST(LdsBanks, ConsecutiveAccessesAreFree) {
  for (Chip chip : {Chip::Gfx942, Chip::Gfx950})
    for (bool isWrite : {false, true}) {
      EXPECT_EQ(conflicts(chip, isWrite, 4, [](unsigned lane) -> uint64_t { return lane * 4; }), 0u);
      EXPECT_EQ(conflicts(chip, isWrite, 8, [](unsigned lane) -> uint64_t { return lane * 8; }), 0u);
      EXPECT_EQ(conflicts(chip, isWrite, 16, [](unsigned lane) -> uint64_t { return lane * 16; }), 0u);
    }
}

TEST(LdsBanks, OneAddressIsBroadcast) {
  EXPECT_EQ(conflicts(Chip::Gfx950, false, 4, [](unsigned) -> uint64_t { return 128; }), 0u);
}

TEST(LdsBanks, EveryLaneInOneBank) {
  // rocprof counts 60 for one ds_write_b64 of this kind: four phases of 16 lanes, 15 too many in each.
  EXPECT_EQ(conflicts(Chip::Gfx950, true, 8, [](unsigned lane) -> uint64_t { return lane * 128; }), 60u);
  EXPECT_EQ(conflicts(Chip::Gfx942, false, 4, [](unsigned lane) -> uint64_t { return lane * 128; }), 62u);
}

TEST(LdsBanks, SixtyFourBanksForWideReads) {
  // Rows of 256 bytes: on gfx950 all 16 lanes of a phase want the same four of 64 banks.
  EXPECT_EQ(conflicts(Chip::Gfx950, false, 16, [](unsigned lane) -> uint64_t { return lane * 256; }), 60u);
  // Lanes 0 and 4 are in different phases of ds_read_b128, lanes 0 and 12 in the same.
  EXPECT_EQ(conflicts(Chip::Gfx950, false, 16,
                      [](unsigned lane) -> uint64_t { return lane == 4   ? 0x4000
                                                             : lane == 0 ? 0
                                                                         : 528; }),
            0u);
  EXPECT_EQ(conflicts(Chip::Gfx950, false, 16,
                      [](unsigned lane) -> uint64_t { return lane == 12  ? 0x4000
                                                             : lane == 0 ? 0
                                                                         : 528; }),
            1u);
}

static Counters count(const std::string &text, unsigned waves = 1) {
  auto bytes = llvm::cantFail(assemble(text + "\ns_endpgm\n", Chip::Gfx950));
  Watch watch("missing-wait");
  watch.waves = waves;
  Program program(CodeObject::fromText(bytes, Chip::Gfx950), 0);
  CounterObserver observer;
  observer.launchBegin(watch.memory, program);
  Workgroup group;
  watch.prepare(group, 0);
  std::vector<std::unique_ptr<GroupObserver>> watching;
  watching.push_back(observer.beginGroup(group));
  EXPECT_FALSE(runWorkgroup(program, group, LaunchOptions(), watching));
  observer.endGroup(group, std::move(watching[0]));
  std::vector<Finding> findings;
  observer.launchEnd(findings);
  return observer.counters();
}

TEST(Counters, InstructionsByUnit) {
  Counters counters = count("s_mov_b32 s4, 0\nv_mov_b32 v1, 0\nv_add_u32 v1, v1, v1\ns_barrier\ns_nop 3", 2);
  EXPECT_EQ(counters.byUnit[unsigned(Unit::Salu)], 2u);
  EXPECT_EQ(counters.byUnit[unsigned(Unit::Valu)], 4u);
  EXPECT_EQ(counters.byUnit[unsigned(Unit::Control)], 6u); // s_barrier, s_nop, s_endpgm
  EXPECT_EQ(counters.total(), 12u);
  EXPECT_EQ(counters.barriers, 1u);
}

TEST(Counters, MatrixFlopsByInputType) {
  Counters counters = count("v_mfma_f32_16x16x16_f16 v[0:3], v[16:17], v[18:19], v[0:3]\n"
                            "v_mfma_f32_4x4x4_16b_f16 v[0:3], v[16:17], v[18:19], v[0:3]\n"
                            "v_mfma_f32_16x16x32_bf16 v[0:3], v[16:19], v[20:23], v[0:3]");
  EXPECT_EQ(counters.matrixFlops["f16"], 2u * 16 * 16 * 16 + 2u * 4 * 4 * 4 * 16);
  EXPECT_EQ(counters.matrixFlops["bf16"], 2u * 16 * 16 * 32);
}

TEST(Counters, TrafficAndLines) {
  Counters counters = count("v_lshlrev_b32 v1, 2, v0\nv_lshlrev_b32 v2, 7, v0\n"
                            "global_load_dword v3, v1, s[0:1]\n" // 256 bytes in a row
                            "global_load_dword v4, v2, s[0:1]\n" // a line of 128 each
                            "ds_write_b32 v1, v0\n"
                            "s_load_dwordx2 s[4:5], s[0:1], 0x0\n"
                            "global_store_short v1, v0, s[0:1]\ns_waitcnt vmcnt(0) lgkmcnt(0)");
  EXPECT_EQ(counters.global.read, 64u * 4 * 2 + 8);
  EXPECT_EQ(counters.global.written, 64u * 2);
  EXPECT_EQ(counters.lds.written, 64u * 4);
  EXPECT_EQ(counters.scalarBytes, 8u);
  ASSERT_EQ(counters.instructions.size(), 5u);
  EXPECT_EQ(counters.instructions[0].lines64, 4u);
  EXPECT_EQ(counters.instructions[0].lines128, 2u);
  EXPECT_EQ(counters.instructions[1].lines64, 64u);
  EXPECT_EQ(counters.instructions[1].lines128, 64u);
}

TEST(Counters, Divergence) {
  Counters counters = count("s_mov_b64 exec, 0xffff\nv_mov_b32 v1, 0\ns_mov_b64 exec, -1\nv_mov_b32 v1, 0");
  EXPECT_EQ(counters.vectorInstructions, 2u);
  EXPECT_EQ(counters.activeLanes, 80u);
  EXPECT_DOUBLE_EQ(counters.laneUse(), 80.0 / 128);
}

TEST(Counters, Json) {
  auto value = llvm::json::parse(count("v_mov_b32 v1, 0\nds_write_b32 v0, v1").toJson());
  ASSERT_TRUE(bool(value));
  const llvm::json::Object &object = *value->getAsObject();
  EXPECT_EQ(object.getInteger("instructions"), 3);
  EXPECT_EQ(object.getObject("by_unit")->getInteger("valu"), 1);
  EXPECT_EQ(object.getObject("lds_bytes")->getInteger("written"), 256);
  EXPECT_EQ(object.getArray("memory_instructions")->size(), 1u);
}

TEST(Counters, ConflictsOfEachInstruction) {
  // Rows of 128 bytes: every lane of a phase of 32 wants bank 0, so 31 cycles too many in each of two phases.
  Counters counters =
      count("v_lshlrev_b32 v1, 7, v0\nv_lshlrev_b32 v2, 2, v0\nds_read_b32 v3, v1\nds_read_b32 v4, v2\n"
            "ds_write_b64 v1, v[8:9]\nds_read2_b32 v[6:7], v2 offset1:64\ns_waitcnt lgkmcnt(0)");
  ASSERT_EQ(counters.instructions.size(), 4u);
  EXPECT_EQ(counters.instructions[0].ldsConflicts, 62u);
  EXPECT_EQ(counters.instructions[0].ldsCycles, 64u);
  EXPECT_EQ(counters.instructions[1].ldsConflicts, 0u);
  EXPECT_EQ(counters.instructions[1].ldsCycles, 2u);
  // 64 lanes * 128 bytes: two banks of each lane, in four phases of 16 lanes (rocprof: 60).
  EXPECT_EQ(counters.instructions[2].ldsConflicts, 60u);
  // Two accesses of 64 dwords in a row, each of two phases.
  EXPECT_EQ(counters.instructions[3].ldsCycles, 4u);
  EXPECT_EQ(counters.instructions[3].ldsConflicts, 0u);
  EXPECT_EQ(counters.ldsConflicts, 122u);
  EXPECT_EQ(counters.lds.read, 64u * 4 * 2 + 64 * 8);
  EXPECT_EQ(counters.lds.written, 64u * 8);
}

TEST(Counters, InactiveLanesCountNothing) {
  // Lanes 0, 1, 2 and 3, 128 bytes apart.
  Counters counters = count(
      "v_lshlrev_b32 v1, 7, v0\ns_mov_b64 exec, 15\nds_read_b32 v3, v1\nglobal_load_dword v4, v1, s[0:1]");
  ASSERT_EQ(counters.instructions.size(), 2u);
  EXPECT_EQ(counters.instructions[0].ldsConflicts, 3u);
  EXPECT_EQ(counters.instructions[0].bytes, 16u);
  EXPECT_EQ(counters.instructions[1].lines128, 4u);
  EXPECT_EQ(counters.instructions[1].activeLanes, 4u);
}

TEST(Counters, LoadsIntoLdsAndAtomics) {
  Counters counters =
      count("v_lshlrev_b32 v1, 4, v0\ns_mov_b32 m0, 0\ns_nop 0\nglobal_load_lds_dwordx4 v1, s[0:1]\n"
            "global_atomic_add v1, v0, s[0:1]\nds_add_u32 v1, v0\nscratch_store_dword off, v0, off\n"
            "s_waitcnt vmcnt(0) lgkmcnt(0)");
  EXPECT_EQ(counters.ldsDmaBytes, 1024u);
  EXPECT_EQ(counters.global.read, 1024u);
  EXPECT_EQ(counters.lds.written, 1024u);
  EXPECT_EQ(counters.global.atomic, 256u);
  EXPECT_EQ(counters.lds.atomic, 256u);
  EXPECT_EQ(counters.scratch.written, 256u);
}
