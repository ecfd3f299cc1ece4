// Registers used before the access that fills them has returned (CDNA3 manual 4.4).
#include "Watch.h"

using namespace kiln::emulator;

static std::string messages(const std::string &text) { return Watch("missing-wait").messages(text); }

TEST(MissingWait, VectorLoadIsReadOrOverwritten) {
  std::string load = "global_load_dword v1, v0, s[0:1]\n";
  EXPECT_EQ(messages(load + "v_add_u32 v2, v1, v1"),
            "v1 is read before global_load_dword v1, v0, s[0:1] at 0x0 has filled it: s_waitcnt vmcnt(0) is "
            "missing\n");
  EXPECT_EQ(messages(load + "v_mov_b32 v1, 0"),
            "v1 is overwritten before global_load_dword v1, v0, s[0:1] at 0x0 has filled it: s_waitcnt "
            "vmcnt(0) is missing\n");
  EXPECT_EQ(messages(load + "s_waitcnt vmcnt(0)\nv_add_u32 v2, v1, v1"), "");
  EXPECT_EQ(messages(load + "s_waitcnt lgkmcnt(0)\nv_add_u32 v2, v1, v1").empty(), false);
  EXPECT_EQ(messages(load + "v_add_u32 v2, v3, v3"), "");
}

TEST(MissingWait, VectorMemoryReturnsInOrderAndStoresCount) {
  std::string text = "global_load_dword v1, v0, s[0:1]\n"
                     "global_load_dword v2, v0, s[0:1] offset:4\n"
                     "global_store_dword v0, v3, s[0:1] offset:8\n";
  EXPECT_EQ(messages(text + "s_waitcnt vmcnt(2)\nv_mov_b32 v4, v1"), "");
  EXPECT_EQ(messages(text + "s_waitcnt vmcnt(2)\nv_mov_b32 v4, v2"),
            "v2 is read before global_load_dword v2, v0, s[0:1] offset:4 at 0x8 has filled it: s_waitcnt "
            "vmcnt(1) is missing\n");
  EXPECT_EQ(messages(text + "s_waitcnt vmcnt(1)\nv_mov_b32 v4, v2"), "");
}

TEST(MissingWait, EachRegisterOfAWideLoad) {
  EXPECT_EQ(messages("global_load_dwordx4 v[4:7], v0, s[0:1]\nv_mov_b32 v1, v7").substr(0, 10), "v7 is read");
  EXPECT_EQ(messages("global_load_dwordx4 v[4:7], v0, s[0:1]\nv_mov_b32 v1, v8"), "");
}

TEST(MissingWait, LdsReturnsInOrder) {
  std::string text = "v_lshlrev_b32 v0, 2, v0\nds_read_b32 v1, v0\nds_read_b32 v2, v0 offset:4\n";
  EXPECT_EQ(messages(text + "s_waitcnt lgkmcnt(1)\nv_mov_b32 v3, v1"), "");
  EXPECT_EQ(messages(text + "s_waitcnt lgkmcnt(1)\nv_mov_b32 v3, v2"),
            "v2 is read before ds_read_b32 v2, v0 offset:4 at 0xc has filled it: s_waitcnt lgkmcnt(0) is "
            "missing\n");
  EXPECT_EQ(messages(text + "s_waitcnt vmcnt(0)\nv_mov_b32 v3, v1").empty(), false);
}

TEST(MissingWait, ScalarLoadsReturnInAnyOrder) {
  std::string text = "s_load_dword s4, s[0:1], 0x0\ns_load_dword s5, s[0:1], 0x4\n";
  EXPECT_EQ(messages(text + "s_waitcnt lgkmcnt(1)\ns_mov_b32 s6, s4"),
            "s4 is read before s_load_dword s4, s[0:1], 0x0 at 0x0 has filled it: s_waitcnt lgkmcnt(0) is "
            "missing\n");
  EXPECT_EQ(messages(text + "s_waitcnt lgkmcnt(0)\ns_mov_b32 s6, s4"), "");
  EXPECT_EQ(messages(text + "s_mov_b32 s5, 0").empty(), false);
}

TEST(MissingWait, ScalarLoadDoesNotHideOlderLds) {
  // Whatever the scalar load does, no more than one access is out after lgkmcnt(1): two LDS reads are
  // younger.
  std::string text = "ds_read_b32 v1, v0\nds_read_b32 v2, v0\ns_load_dword s4, s[0:1], 0x0\n";
  EXPECT_EQ(messages(text + "s_waitcnt lgkmcnt(1)\nv_mov_b32 v3, v1"), "");
  EXPECT_EQ(messages(text + "s_waitcnt lgkmcnt(1)\nv_mov_b32 v3, v2").empty(), false);
}

TEST(MissingWait, FlatNeedsBothCounters) {
  std::string text = "v_mov_b32 v2, s0\nv_mov_b32 v3, s1\nflat_load_dword v1, v[2:3]\n";
  EXPECT_EQ(messages(text + "s_waitcnt vmcnt(0)\nv_mov_b32 v4, v1").empty(), false);
  EXPECT_EQ(messages(text + "s_waitcnt lgkmcnt(0)\nv_mov_b32 v4, v1").empty(), false);
  EXPECT_EQ(messages(text + "s_waitcnt vmcnt(0)\ns_waitcnt lgkmcnt(0)\nv_mov_b32 v4, v1"), "");
}

TEST(MissingWait, FlatIsInOrderWithVectorMemoryButForItsLds) {
  std::string text = "v_mov_b32 v2, s0\nv_mov_b32 v3, s1\nflat_load_dword v1, v[2:3]\n";
  std::string again = "global_load_dword v1, v0, s[0:1]\n";
  EXPECT_EQ(messages(text + "s_waitcnt lgkmcnt(0)\n" + again), "");
  EXPECT_NE(messages(text + "s_waitcnt lgkmcnt(1)\n" + again), "");
  EXPECT_NE(messages(text + again), "");
  // A second FLAT's data may come from LDS, before those that the first gets from memory; so may an LDS read's.
  EXPECT_NE(messages(text + "s_waitcnt lgkmcnt(0)\nflat_load_dword v1, v[2:3] offset:4"), "");
  EXPECT_NE(messages(text + "s_waitcnt lgkmcnt(0)\nds_read_b32 v1, v0"), "");
  EXPECT_NE(messages(again + "flat_load_dword v1, v[2:3]"), "");
  // One vmcnt for both: the younger load's wait covers the older one's part from memory.
  EXPECT_EQ(messages(text + "s_waitcnt lgkmcnt(0)\n" + again + "s_waitcnt vmcnt(0)\nv_mov_b32 v4, v1"), "");
}

TEST(MissingWait, FlatOfASplitWorkgroupIsVectorMemory) {
  Watch watch("missing-wait");
  watch.isSplit = true;
  std::string text = "v_mov_b32 v2, s0\nv_mov_b32 v3, s1\nflat_load_dword v1, v[2:3]\n";
  EXPECT_EQ(watch.messages(text + "s_waitcnt vmcnt(0)\nv_mov_b32 v4, v1"), "");
  EXPECT_NE(watch.messages(text + "s_waitcnt lgkmcnt(0)\nv_mov_b32 v4, v1"), "");
}

TEST(MissingWait, StoresReadTheirDataAtIssue) {
  EXPECT_EQ(messages("global_store_dword v0, v1, s[0:1]\nv_mov_b32 v1, 7\nv_mov_b32 v0, 0"), "");
}

TEST(MissingWait, SameQueueMayFillARegisterAgain) {
  EXPECT_EQ(messages("global_load_dword v1, v0, s[0:1]\nglobal_load_dword v1, v0, s[0:1] offset:4"), "");
  EXPECT_EQ(messages("global_load_dword v1, v0, s[0:1]\nds_read_b32 v1, v0").empty(), false);
}

TEST(MissingWait, AddressAndDataOfMemoryInstructionsAreReads) {
  std::string load = "global_load_dword v1, v0, s[0:1]\n";
  EXPECT_EQ(messages(load + "global_store_dword v0, v1, s[0:1] offset:64").empty(), false);
  EXPECT_EQ(messages(load + "ds_read_b32 v2, v1").empty(), false);
  EXPECT_EQ(messages("s_load_dwordx2 s[4:5], s[0:1], 0x0\nglobal_load_dword v1, v0, s[4:5]").substr(0, 10),
            "s4 is read");
}

TEST(MissingWait, LoadsIntoLdsFillItLater) {
  std::string load = "v_lshlrev_b32 v1, 2, v0\ns_mov_b32 m0, 0x400\ns_nop 0\n"
                     "global_load_lds_dword v1, s[0:1]\n"; // bytes 0x400..0x4ff
  std::string read = "ds_read_b32 v2, v1 offset:0x400\n";
  EXPECT_EQ(messages(load + read),
            "LDS byte 0x400 is read before global_load_lds_dword v1, s[0:1] at 0x10 has filled it: s_waitcnt "
            "vmcnt is missing\n");
  EXPECT_EQ(messages(load + "s_waitcnt vmcnt(0)\n" + read), "");
  EXPECT_NE(messages(load + "s_waitcnt lgkmcnt(0)\n" + read), "");
  EXPECT_NE(messages(load + "ds_write_b32 v1, v0 offset:0x400\n"), "");
  EXPECT_EQ(messages(load + "ds_read_b32 v2, v1 offset:0x500\n"), "") << "what it does not fill";
  EXPECT_EQ(messages(read + "s_waitcnt lgkmcnt(0)\n" + load), "") << "read before";
  // Two in flight: vmcnt(1) is enough for the first.
  std::string next = "s_mov_b32 m0, 0x800\ns_nop 0\nglobal_load_lds_dword v1, s[0:1]\ns_waitcnt vmcnt(1)\n";
  EXPECT_EQ(messages(load + next + read), "");
  EXPECT_NE(messages(load + next + "ds_read_b32 v2, v1 offset:0x800\n"), "");
}

TEST(MissingWait, WideLoadsIntoLdsFillSixteenBytesALane) {
  std::string load = "v_lshlrev_b32 v1, 4, v0\ns_mov_b32 m0, 0\ns_nop 0\n"
                     "global_load_lds_dwordx4 v1, s[0:1]\n"; // bytes 0..0x3ff
  EXPECT_NE(messages(load + "v_mov_b32 v3, 0x3fc\nds_read_b32 v2, v3"), "");
  EXPECT_EQ(messages(load + "v_mov_b32 v3, 0x400\nds_read_b32 v2, v3"), "");
}

TEST(MissingWait, FlatAccessesOfLdsToo) {
  std::string text =
      "v_lshlrev_b32 v1, 2, v0\ns_mov_b64 s[4:5], src_shared_base\nv_mov_b32 v3, s5\nv_mov_b32 v2, v1\n"
      "s_mov_b32 m0, 0\ns_nop 0\nglobal_load_lds_dword v1, s[0:1]\n";
  EXPECT_NE(messages(text + "flat_load_dword v4, v[2:3]"), "");
  EXPECT_EQ(messages(text + "s_waitcnt vmcnt(0)\nflat_load_dword v4, v[2:3]"), "");
}

TEST(MissingWait, FindingsNameTheirPlaceOnce) {
  Watch watch("missing-wait");
  watch.waves = 4;
  auto findings = watch.run("global_load_dword v1, v0, s[0:1]\nv_add_u32 v2, v1, v1");
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, "missing-wait");
  EXPECT_EQ(findings[0].pc, 8u);
  EXPECT_EQ(findings[0].disassembly, "v_add_u32_e32 v2, v1, v1");
  EXPECT_EQ(findings[0].count, 4u);
}

TEST(MissingWait, TimingOfTheEmulatorDoesNotMatter) {
  for (MemoryTiming timing : {MemoryTiming::AtIssue, MemoryTiming::AtWait, MemoryTiming::Random}) {
    Watch watch("missing-wait");
    watch.timing = timing;
    EXPECT_EQ(watch.run("global_load_dword v1, v0, s[0:1]\nv_add_u32 v2, v1, v1").size(), 1u);
  }
}

TEST(MissingWait, AFullCounterHoldsUpTheIssue) {
  auto loads = [](const std::string &load, unsigned count, const std::string &address) {
    std::string text;
    for (unsigned i = 0; i < count; ++i)
      text += load + " v" + std::to_string(10 + i) + ", v0" + address + "\n";
    return text;
  };
  auto lds = [&](unsigned count) { return loads("ds_read_b32", count, ""); };
  EXPECT_NE(messages(lds(15) + "v_mov_b32 v3, v10"), "");
  EXPECT_EQ(messages(lds(16) + "v_mov_b32 v3, v10"), "");
  EXPECT_NE(messages(lds(16) + "v_mov_b32 v3, v11"), "");
  EXPECT_EQ(messages(lds(20) + "v_mov_b32 v3, v14"), "");
  std::string finding = messages(lds(20) + "v_mov_b32 v3, v15");
  EXPECT_NE(finding.find("s_waitcnt lgkmcnt(14) is missing"), std::string::npos) << finding;
  auto global = [&](unsigned count) { return loads("global_load_dword", count, ", s[0:1]"); };
  EXPECT_NE(messages(global(63) + "v_mov_b32 v3, v10"), "");
  EXPECT_EQ(messages(global(64) + "v_mov_b32 v3, v10"), "");
  // Stores count; accesses of the other counter do not, nor do scalar ones, which may all have returned.
  std::string store = "global_store_dword v0, v0, s[0:1]\n", scalar = "s_load_dword s8, s[0:1], 0x0\n";
  EXPECT_EQ(messages(global(1) + loads("global_store_dword v0, v0, s[0:1] //", 63, "") + "v_mov_b32 v3, v10"),
            "");
  std::string many;
  for (unsigned i = 0; i < 15; ++i)
    many += store + scalar;
  EXPECT_NE(messages(lds(1) + many + "v_mov_b32 v3, v10"), "");
  EXPECT_NE(messages(scalar + many + "s_mov_b32 s9, s8"), "") << "scalar loads return in any order";
}
