// Races between the waves of a workgroup, in LDS and in global memory, and between workgroups.
#include "Watch.h"

using namespace kiln::emulator;

/// Each wave's 64 items write their number to LDS; then each item reads what item ^ 64 wrote.
static std::string exchange(const std::string &between) {
  return "v_lshlrev_b32 v1, 2, v0\nv_xor_b32 v2, 0x100, v1\nds_write_b32 v1, v0\n" + between +
         "\nds_read_b32 v3, v2\ns_waitcnt lgkmcnt(0)\n";
}

static size_t count(const std::string &observer, unsigned waves, const std::string &text,
                    MemoryTiming timing = MemoryTiming::AtWait) {
  Watch watch(observer);
  watch.waves = waves;
  watch.timing = timing;
  size_t found = watch.run(text).size();
  EXPECT_EQ(watch.error, "");
  return found;
}

TEST(LdsRace, BarrierOrders) {
  EXPECT_EQ(count("lds-race", 2, exchange("s_waitcnt lgkmcnt(0)\ns_barrier")), 0u);
  EXPECT_EQ(count("lds-race", 2, exchange("s_waitcnt lgkmcnt(0)")), 1u);
}

TEST(LdsRace, WavesGoOnSideBySide) {
  // Production kernels exchange through LDS with a wait and a dozen instructions between, but no barrier.
  Watch watch("lds-race");
  watch.waves = 4;
  watch.timing = MemoryTiming::Typical;
  std::string pause, before;
  for (unsigned i = 0; i < 12; ++i)
    pause += "s_nop 0\n";
  for (unsigned i = 0; i < 100; ++i)
    before += pause;
  EXPECT_FALSE(watch
                   .run(before + "v_lshlrev_b32 v1, 2, v0\nv_xor_b32 v2, 0x300, v1\nds_write_b32 v1, v0\n" +
                        pause +
                        "s_waitcnt lgkmcnt(0)\nds_read_b32 v3, v2\ns_waitcnt lgkmcnt(0)\n"
                        "global_store_dword v1, v3, s[0:1]\n")
                   .empty());
  std::vector<uint32_t> out(256);
  llvm::cantFail(watch.memory.read(watch.buffer, out.data(), 1024));
  for (unsigned item = 0; item < 256; ++item)
    EXPECT_EQ(out[item], item ^ 0xC0);
}

static const MemoryTiming Timings[] = {MemoryTiming::Typical, MemoryTiming::AtIssue, MemoryTiming::AtWait,
                                       MemoryTiming::Random};

TEST(LdsRace, AWaitMustCoverTheWriteBeforeTheBarrier) {
  for (MemoryTiming timing : Timings) // whenever the emulator does it
    EXPECT_EQ(count("lds-race", 2, exchange("s_barrier"), timing), 1u);
}

TEST(LdsRace, AWaitMustCoverTheReadBeforeTheBarrier) {
  // What was read is overwritten by the other wave, behind a barrier.
  auto text = [](const std::string &between) {
    return "v_lshlrev_b32 v1, 2, v0\nv_xor_b32 v2, 0x100, v1\nds_read_b32 v3, v1\n" + between +
           "\nds_write_b32 v2, v0";
  };
  for (MemoryTiming timing : Timings) {
    EXPECT_EQ(count("lds-race", 2, text("s_waitcnt lgkmcnt(0)\ns_barrier"), timing), 0u);
    EXPECT_EQ(count("lds-race", 2, text("s_barrier"), timing), 1u);
    EXPECT_EQ(count("lds-race", 2, text("s_barrier\ns_waitcnt lgkmcnt(0)\ns_barrier"), timing), 0u);
  }
}

TEST(LdsRace, FlatIsDoneInLdsByItsCounter) {
  // A FLAT store to LDS counts on VMCNT too, which says nothing about LDS.
  auto text = [](const std::string &wait) {
    return "v_lshlrev_b32 v4, 2, v0\ns_mov_b64 s[4:5], src_shared_base\nv_mov_b32 v5, s5\n"
           "v_xor_b32 v2, 0x100, v4\nflat_store_dword v[4:5], v0\n" +
           wait +
           "\ns_barrier\nds_read_b32 v3, v2\ns_waitcnt vmcnt(0) lgkmcnt(0)\nglobal_store_dword v4, v3, "
           "s[0:1]\n";
  };
  for (MemoryTiming timing : Timings) {
    Watch watch("lds-race");
    watch.waves = 2;
    watch.timing = timing;
    EXPECT_TRUE(watch.run(text("s_waitcnt lgkmcnt(0)")).empty());
    std::vector<uint32_t> out(128);
    llvm::cantFail(watch.memory.read(watch.buffer, out.data(), 512));
    for (unsigned item = 0; item < 128; ++item)
      EXPECT_EQ(out[item], item ^ 64);
    EXPECT_EQ(count("lds-race", 2, text("s_waitcnt vmcnt(0)"), timing), 1u);
  }
}

TEST(LdsRace, OneWaveNeverRaces) { EXPECT_EQ(count("lds-race", 1, exchange("")), 0u); }

TEST(LdsRace, ReadThenOverwritten) {
  std::string text = exchange("s_waitcnt lgkmcnt(0)\ns_barrier");
  EXPECT_EQ(count("lds-race", 2, text + "ds_write_b32 v1, v3\ns_waitcnt lgkmcnt(0)"), 1u);
  EXPECT_EQ(count("lds-race", 2, text + "s_barrier\nds_write_b32 v1, v3\ns_waitcnt lgkmcnt(0)"), 0u);
}

TEST(LdsRace, BytesOfOneDwordAreApart) {
  EXPECT_EQ(count("lds-race", 2, "v_mov_b32 v1, s2\nds_write_b8 v1, v0"), 0u);
  EXPECT_EQ(count("lds-race", 2, "v_mov_b32 v1, 5\nv_mov_b32 v2, s2\nds_write_b8 v1, v2"), 1u);
}

TEST(LdsRace, SameValueIsNoRace) {
  EXPECT_EQ(count("lds-race", 4, "v_mov_b32 v1, 8\nv_mov_b32 v2, 7\nds_write_b32 v1, v2"), 0u);
}

TEST(LdsRace, AtomicsRaceOnlyWithOthers) {
  EXPECT_EQ(count("lds-race", 2, "v_mov_b32 v1, 0\nds_add_u32 v1, v0\nds_xor_b32 v1, v0"), 0u);
  EXPECT_NE(count("lds-race", 2, "v_mov_b32 v1, 0\nds_add_u32 v1, v0\nds_read_b32 v2, v1"), 0u);
}

TEST(LdsRace, LoadsIntoLdsAreWritesOfTheirWave) {
  // Each wave loads 256 bytes to its own place and reads the other's.
  auto text = [](const std::string &between) {
    return "v_and_b32 v1, 63, v0\nv_lshlrev_b32 v1, 2, v1\ns_lshl_b32 s4, s2, 8\ns_mov_b32 m0, s4\ns_nop 0\n"
           "global_load_lds_dword v1, s[0:1]\n" +
           between +
           "\ns_xor_b32 s4, s4, 0x100\nv_add_u32 v2, s4, v1\nds_read_b32 v3, v2\ns_waitcnt lgkmcnt(0)\n";
  };
  // What is loaded is not zero, as LDS is: writes of the same value would be no race.
  auto races = [](const std::string &code) {
    Watch watch("lds-race");
    watch.waves = 2;
    std::vector<uint32_t> data(64, 7);
    llvm::cantFail(watch.memory.write(watch.buffer, data.data(), 256));
    return watch.run(code).size();
  };
  EXPECT_EQ(races(text("s_waitcnt vmcnt(0)\ns_barrier")), 0u);
  EXPECT_EQ(races(text("s_barrier")), 1u) << "it lands behind the barrier";
  EXPECT_EQ(races(text("s_waitcnt vmcnt(0)")), 1u);
  // Filled again while the other wave may still read.
  std::string again = "s_xor_b32 s4, s4, 0x100\ns_mov_b32 m0, s4\ns_nop 0\nglobal_load_lds_dword v1, "
                      "s[0:1]\ns_waitcnt vmcnt(0)";
  EXPECT_EQ(races(text("s_waitcnt vmcnt(0)\ns_barrier") + "s_barrier\n" + again), 0u);
  EXPECT_EQ(races(text("s_waitcnt vmcnt(0)\ns_barrier") + again), 1u);
}

TEST(LdsRace, FindingNamesBothSides) {
  Watch watch("lds-race");
  watch.waves = 2;
  auto findings = watch.run(exchange("s_waitcnt lgkmcnt(0)"));
  ASSERT_EQ(findings.size(), 1u);
  const Finding &finding = findings[0];
  EXPECT_EQ(finding.kind, "lds-race");
  EXPECT_NE(finding.message.find("no barrier between this and wave " + std::to_string(1 - finding.wave)),
            std::string::npos)
      << finding.message;
}

TEST(GlobalRace, BarrierOrdersWavesOfAGroup) {
  auto text = [](const std::string &between) {
    return "v_lshlrev_b32 v1, 2, v0\nv_xor_b32 v2, 0x100, v1\nglobal_store_dword v1, v0, s[0:1]\n" + between +
           "\nglobal_load_dword v3, v2, s[0:1]\ns_waitcnt vmcnt(0)\n";
  };
  for (MemoryTiming timing : Timings) {
    EXPECT_EQ(count("global-race", 2, text("s_waitcnt vmcnt(0)\ns_barrier"), timing), 0u);
    EXPECT_EQ(count("global-race", 2, text("s_barrier"), timing), 1u);
    EXPECT_EQ(count("global-race", 2, text("s_waitcnt vmcnt(0)"), timing), 1u);
  }
}

static size_t acrossGroups(const std::string &text) {
  Watch watch("global-race");
  watch.groups = 2;
  size_t found = watch.run(text).size();
  EXPECT_EQ(watch.error, "");
  return found;
}

TEST(GlobalRace, WorkgroupsHaveNoOrder) {
  EXPECT_EQ(acrossGroups("v_mov_b32 v1, s3\nglobal_store_dword v2, v1, s[0:1]"), 1u);
  EXPECT_EQ(acrossGroups("v_mov_b32 v1, 3\nglobal_store_dword v2, v1, s[0:1]"), 0u) << "same value";
  EXPECT_EQ(acrossGroups("global_load_dword v1, v2, s[0:1]\ns_waitcnt vmcnt(0)"), 0u);
  // The write against the read, and the write against the write.
  EXPECT_EQ(acrossGroups("v_mov_b32 v1, s3\nglobal_load_dword v3, v2, s[0:1]\ns_waitcnt vmcnt(0)\n"
                         "global_store_dword v2, v1, s[0:1]"),
            2u);
}

TEST(GlobalRace, HalvesOfADwordAreApart) {
  EXPECT_EQ(acrossGroups("s_lshl_b32 s4, s3, 1\nv_mov_b32 v2, s4\nv_mov_b32 v1, 9\n"
                         "global_store_short v2, v1, s[0:1]"),
            0u);
}

TEST(GlobalRace, SynchronisingStoresDoNotRace) {
  EXPECT_EQ(acrossGroups("v_mov_b32 v1, s3\nglobal_store_dword v2, v1, s[0:1] sc1"), 0u);
}

TEST(GlobalRace, ScalarFlagsOrder) {
  // A workgroup writes data and then the flag; both wait for some flag and read the data.
  auto text = [](const std::string &glc) {
    return "v_mov_b32 v1, 1\nglobal_store_dword v2, v1, s[0:1] offset:64\ns_waitcnt vmcnt(0)\n"
           "s_add_u32 s5, s3, 7\ns_store_dword s5, s[0:1], 0x0 " +
           glc + "\ns_waitcnt lgkmcnt(0)\ns_load_dword s4, s[0:1], 0x0 " + glc + "\ns_waitcnt lgkmcnt(0)\n";
  };
  EXPECT_EQ(acrossGroups(text("glc")), 0u);
  EXPECT_GT(acrossGroups(text("")), 0u);
}

TEST(LdsRace, AReadThatTheFullCounterHasWaitedForEnds) {
  // Wave 0's first read is over before the barrier behind which wave 1 writes, if 15 others were issued after
  // it.
  auto racing = [](unsigned others) {
    std::string text =
        "v_lshlrev_b32 v1, 2, v0\nv_and_b32 v1, 0xfc, v1\ns_cmp_eq_u32 s2, 0\ns_cbranch_scc0 other\n"
        "ds_read_b32 v2, v1\n";
    for (unsigned i = 0; i < others; ++i)
      text += "ds_read_b32 v" + std::to_string(10 + i) + ", v1 offset:1024\n";
    return text + "s_barrier\ns_branch end\nother: s_barrier\nds_write_b32 v1, v0\nend:";
  };
  EXPECT_EQ(count("lds-race", 2, racing(15)), 0u);
  EXPECT_EQ(count("lds-race", 2, racing(14)), 1u);
}
