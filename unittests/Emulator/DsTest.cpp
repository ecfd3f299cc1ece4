// DS: reads and writes of LDS, two-address forms, bounds.
#include "MemorySnippet.h"
#include "Scheduler.h"

using namespace kiln::emulator;

TEST(Ds, ReadsEveryWidth) {
  MemorySnippet t;
  for (unsigned lane = 0; lane < 64; ++lane)
    t.v(1, lane) = 16 * lane;
  EXPECT_EQ(t.run("ds_read_b32 v10, v1 offset:4\n"
                  "ds_read_b64 v[12:13], v1\n"
                  "ds_read_b96 v[14:16], v1\n"
                  "ds_read_b128 v[20:23], v1\n"
                  "s_waitcnt lgkmcnt(0)"),
            "");
  for (unsigned lane : {0u, 1u, 63u}) {
    uint32_t first = 0x2000000 + 4 * lane;
    EXPECT_EQ(t.v(10, lane), first + 1);
    EXPECT_EQ(t.v(13, lane), first + 1);
    EXPECT_EQ(t.v(16, lane), first + 2);
    for (unsigned i = 0; i < 4; ++i)
      EXPECT_EQ(t.v(20 + i, lane), first + i);
  }
}

TEST(Ds, NarrowReads) {
  MemorySnippet t;
  t.lds(0) = 0x8081F2F3;
  t.fill(1, 0);
  for (unsigned i = 10; i < 20; ++i)
    t.fill(i, Untouched);
  EXPECT_EQ(t.run("ds_read_u8 v10, v1\nds_read_i8 v11, v1\nds_read_u16 v12, v1 offset:2\n"
                  "ds_read_i16 v13, v1 offset:2\nds_read_u8_d16 v14, v1\nds_read_u8_d16_hi v15, v1\n"
                  "ds_read_i8_d16 v16, v1\nds_read_i8_d16_hi v17, v1\nds_read_u16_d16 v18, v1\n"
                  "ds_read_u16_d16_hi v19, v1\n"),
            "");
  const uint32_t expected[] = {0xF3,       0xFFFFFFF3, 0x8081,     0xFFFF8081, 0x000000F3,
                               0x00F30000, 0x0000FFF3, 0xFFF30000, 0x0000F2F3, 0xF2F30000};
  for (unsigned i = 0; i < 10; ++i)
    EXPECT_EQ(t.v(10 + i, 5), expected[i]) << "v" << 10 + i;
}

TEST(Ds, WritesEveryWidth) {
  MemorySnippet t;
  t.wave().setPair(Exec, 1 << 3);
  t.v(1, 3) = 0;
  for (unsigned i = 0; i < 4; ++i)
    t.v(10 + i, 3) = 0xA0B0C0D0 + i;
  EXPECT_EQ(t.run("ds_write_b8 v1, v10 offset:1\nds_write_b8_d16_hi v1, v10 offset:4\n"
                  "ds_write_b16 v1, v10 offset:8\nds_write_b16_d16_hi v1, v10 offset:12\n"
                  "ds_write_b32 v1, v10 offset:16\nds_write_b64 v1, v[10:11] offset:20\n"
                  "ds_write_b96 v1, v[10:12] offset:28\nds_write_b128 v1, v[10:13] offset:40\n"),
            "");
  const uint32_t expected[] = {0x0200D000, 0x020000B0, 0x0200C0D0, 0x0200A0B0, 0xA0B0C0D0,
                               0xA0B0C0D0, 0xA0B0C0D1, 0xA0B0C0D0, 0xA0B0C0D1, 0xA0B0C0D2,
                               0xA0B0C0D0, 0xA0B0C0D1, 0xA0B0C0D2, 0xA0B0C0D3, 0x0200000E};
  for (unsigned i = 0; i < 15; ++i)
    EXPECT_EQ(t.lds(i), expected[i]) << i;
}

TEST(Ds, AccumulationRegistersHoldDataToo) {
  MemorySnippet t;
  EXPECT_EQ(t.run("ds_read_b64 a[2:3], v1\ns_waitcnt lgkmcnt(0)\nds_write_b32 v1, a3 offset:4096\n"), "");
  EXPECT_EQ(t.a(3, 9), 0x200000Au);
  EXPECT_EQ(t.lds(1024 + 9), 0x200000Au);
}

TEST(Ds, TwoAddresses) {
  MemorySnippet t;
  EXPECT_EQ(t.run("ds_read2_b32 v[10:11], v1 offset0:1 offset1:100\n"
                  "ds_read2st64_b32 v[12:13], v1 offset0:1 offset1:3\n"
                  "ds_read2_b64 v[20:23], v1 offset0:1 offset1:2\n"
                  "ds_read2st64_b64 v[24:27], v1 offset0:0 offset1:1\n"
                  "s_waitcnt lgkmcnt(0)\n"
                  "ds_write2_b32 v1, v1, v2 offset0:0 offset1:128\n"
                  "ds_write2st64_b32 v1, v1, v2 offset0:4 offset1:5\n"),
            "");
  EXPECT_EQ(t.v(10, 2), 0x2000003u);
  EXPECT_EQ(t.v(11, 2), 0x2000066u);
  EXPECT_EQ(t.v(12, 2), 0x2000000u + 64 + 2);
  EXPECT_EQ(t.v(13, 2), 0x2000000u + 192 + 2);
  const uint32_t pairs[] = {2 + 2, 2 + 3, 2 + 4, 2 + 5, 2 + 0, 2 + 1, 2 + 128, 2 + 129};
  for (unsigned i = 0; i < 8; ++i)
    EXPECT_EQ(t.v(20 + i, 2), 0x2000000 + pairs[i]) << i;
  EXPECT_EQ(t.lds(3), 12u);
  EXPECT_EQ(t.lds(128 + 3), 3u);
  EXPECT_EQ(t.lds(256 + 3), 12u);
  EXPECT_EQ(t.lds(320 + 3), 3u);
}

TEST(Ds, TwoAddresses64) {
  MemorySnippet t;
  for (unsigned lane = 0; lane < 64; ++lane) {
    t.v(1, lane) = 8 * lane;
    t.setPair(10, 0x1111111100000000 + lane, lane);
    t.setPair(12, 0x2222222200000000 + lane, lane);
  }
  EXPECT_EQ(t.run("ds_write2_b64 v1, v[10:11], v[12:13] offset0:0 offset1:64\n"
                  "ds_write2st64_b64 v1, v[10:11], v[12:13] offset0:2 offset1:3\n"),
            "");
  EXPECT_EQ(t.lds(10), 5u);
  EXPECT_EQ(t.lds(11), 0x11111111u);
  EXPECT_EQ(t.lds(128 + 10), 5u);
  EXPECT_EQ(t.lds(128 + 11), 0x22222222u);
  EXPECT_EQ(t.lds(256 + 11), 0x11111111u);
  EXPECT_EQ(t.lds(384 + 11), 0x22222222u);
}

TEST(Ds, TheSameOffsetTwiceIsOneAccess) { // manual 11.3.1: only the first data
  MemorySnippet t;
  t.fill(4, 7), t.fill(5, 8), t.fill(6, 9), t.fill(7, 10);
  EXPECT_EQ(t.run("ds_write2_b32 v1, v1, v2 offset0:1 offset1:1\n"
                  "ds_write2st64_b64 v1, v[4:5], v[6:7] offset0:2 offset1:2\n"
                  "ds_wrxchg2_rtn_b32 v[10:11], v1, v2, v1 offset0:100 offset1:100\n"
                  "ds_read2_b32 v[12:13], v1 offset0:64 offset1:64\ns_waitcnt 0"),
            "");
  EXPECT_EQ(t.lds(1 + 3), 12u);
  EXPECT_EQ(t.lds(256 + 63), 7u);
  EXPECT_EQ(t.lds(256 + 64), 8u);
  EXPECT_EQ(t.v(10, 3), 0x2000000u + 103);
  EXPECT_EQ(t.v(11, 3), 0x2000000u + 103);
  EXPECT_EQ(t.lds(103), 3u);
  EXPECT_EQ(t.v(12, 3), t.v(13, 3));
}

TEST(Ds, OutOfRangeReadsZeroAndDropsWrites) {
  MemorySnippet t;
  t.group.lds.resize(256);
  t.fill(10, Untouched);
  t.fill(12, 5);
  for (unsigned lane = 0; lane < 64; ++lane)
    t.v(1, lane) = 8 * lane;
  t.v(1, 63) = 0xFFFFFFFC; // the sum wraps at 32 bits: back to byte 0
  EXPECT_EQ(t.run("ds_write_b32 v1, v12 offset:4\ns_waitcnt lgkmcnt(0)\nds_read_b32 v10, v1 offset:4\n"
                  "ds_read_b64 v[14:15], v1 offset:4"),
            "");
  EXPECT_EQ(t.v(10, 31), 5u);
  EXPECT_EQ(t.v(10, 32), 0u);
  EXPECT_EQ(t.v(10, 63), 5u);
  EXPECT_EQ(t.lds(0), 5u);
  // Half in range counts as out.
  EXPECT_EQ(t.v(14, 31), 0u);
  EXPECT_EQ(t.v(15, 31), 0u);
}

TEST(Ds, OverlappingWritesLeaveTheHighestLane) {
  MemorySnippet t;
  t.fill(1, 64);
  EXPECT_EQ(t.run("ds_write_b32 v1, v2"), "");
  EXPECT_EQ(t.lds(16), 63u);
}

TEST(Ds, StoreDataIsTakenAtIssue) {
  MemorySnippet t;
  EXPECT_EQ(t.run("ds_write_b32 v1, v2\nv_mov_b32 v2, 0\nv_mov_b32 v1, 0\ns_waitcnt lgkmcnt(0)"), "");
  EXPECT_EQ(t.lds(5), 5u);
}

TEST(Ds, AddressesFromM0AndLane) {
  MemorySnippet t;
  t.s(M0) = 0x10100; // 16 bits count
  EXPECT_EQ(t.run("ds_read_addtid_b32 v10 offset:8\nds_write_addtid_b32 v2 offset:1024"), "");
  EXPECT_EQ(t.v(10, 3), 0x2000000u + 0x108 / 4 + 3);
  EXPECT_EQ(t.lds(0x500 / 4 + 3), 3u);
}

TEST(Ds, NopDoesNothing) {
  MemorySnippet t;
  EXPECT_EQ(t.run("ds_nop"), "");
}

TEST(Ds, GlobalWaveSyncIsRefused) {
  MemorySnippet t;
  EXPECT_NE(t.run("ds_gws_barrier v0 gds").find("ds_gws_barrier is not emulated (global wave sync"),
            std::string::npos);
}

static std::string repeat(const std::string &text, unsigned times) {
  return times ? text + repeat(text, times - 1) : "";
}

/// Executes the snippet's program in turns, as a launch does.
static void runTurns(MemorySnippet &t, MemoryTiming timing) {
  t.group.timing = timing;
  t.fill(10, Untouched);
  t.fill(11, Untouched);
  t.wave().pc = 0;
  t.wave().state = WaveState::Running;
  EXPECT_FALSE(runWorkgroup(*t.program, t.group, LaunchOptions(), {}));
}

TEST(Timing, TypicallyLdsReturnsSoonButNotAtOnce) {
  MemorySnippet t;
  EXPECT_EQ(t.run("global_load_dword v10, v1, s[0:1]\nds_read_b32 v11, v1\n" + repeat("s_nop 0\n", 6) +
                  "v_mov_b32 v12, v11\n" + repeat("s_nop 0\n", 24) +
                  "v_mov_b32 v13, v11\nv_mov_b32 v14, v10\n"),
            "");
  runTurns(t, MemoryTiming::Typical);
  EXPECT_EQ(t.v(12, 3), Untouched) << "seven instructions later";
  EXPECT_EQ(t.v(13, 3), 0x2000003u);
  EXPECT_EQ(t.v(14, 3), Untouched) << "memory takes longer";
}

TEST(Timing, TypicallyALoadLandsAfterAWhileWithoutAWait) {
  MemorySnippet t;
  EXPECT_EQ(t.run("global_load_dword v10, v1, s[0:1]\nv_mov_b32 v12, v10\n" + repeat("s_nop 0\n", 200) +
                  "v_mov_b32 v13, v10\n"),
            "");
  for (MemoryTiming timing : {MemoryTiming::Typical, MemoryTiming::AtWait}) {
    runTurns(t, timing);
    EXPECT_EQ(t.v(12, 3), Untouched);
    EXPECT_EQ(t.v(13, 3), timing == MemoryTiming::Typical ? 0x1000003u : Untouched);
  }
}

TEST(Ds, ReadsOfAHalfKeepTheOtherWithoutSramEcc) {
  MemorySnippet t;
  t.wave().sramEcc = false;
  t.lds(0) = 0x8081F2F3;
  t.fill(1, 0);
  t.fill(10, Untouched);
  t.fill(11, Untouched);
  EXPECT_EQ(t.run("ds_read_u16_d16 v10, v1 offset:2\nds_read_u8_d16_hi v11, v1"), "");
  EXPECT_EQ(t.v(10), 0xABAB8081u);
  EXPECT_EQ(t.v(11), 0x00F3ABABu);
}

/// Whatever the turns, which have four instructions with two waves and sixteen with one.
TEST(Timing, TypicallyLdsReturnsSixteenSlotsLater) {
  for (unsigned waves : {1, 2}) {
    MemorySnippet t, second;
    EXPECT_EQ(
        t.run("ds_read_b32 v10, v1\n" + repeat("s_nop 0\n", 14) + "v_mov_b32 v12, v10\nv_mov_b32 v13, v10"),
        "");
    if (waves == 2) {
      t.group.waves.push_back(std::move(second.group.waves[0]));
      Wave &other = *t.group.waves[1];
      other.group = &t.group;
      other.memory = &t.memory;
      other.index = 1;
    }
    runTurns(t, MemoryTiming::Typical);
    EXPECT_EQ(t.v(12, 3), Untouched) << "fifteen instructions behind its load: not sooner";
    EXPECT_EQ(t.v(13, 3), 0x2000003u) << "sixteen instructions behind its load: not later";
  }
}

TEST(Timing, AFullCounterHoldsUpTheIssue) {
  auto reads = [](const char *load, unsigned count) {
    std::string text;
    for (unsigned i = 0; i < count; ++i)
      text += std::string(load) + std::to_string(20 + i) + ", v1" + (load[0] == 'd' ? "\n" : ", s[0:1]\n");
    return text + "v_mov_b32 v10, v20\nv_mov_b32 v11, v21";
  };
  for (auto [load, most, first] :
       {std::tuple("ds_read_b32 v", 15u, 0x2000003u), std::tuple("global_load_dword v", 63u, 0x1000003u)}) {
    MemorySnippet t;
    for (unsigned i = 20; i < 90; ++i)
      t.fill(i, Untouched);
    EXPECT_EQ(t.run(reads(load, most)), "");
    EXPECT_EQ(t.v(10, 3), Untouched);
    EXPECT_EQ(t.run(reads(load, most + 1)), "");
    EXPECT_EQ(t.v(10, 3), first);
    t.fill(21, Untouched);
    EXPECT_EQ(t.run(reads(load, most + 1)), "");
    EXPECT_EQ(t.v(11, 3), Untouched);
  }
}

/// v10 of lane 3 when `load` has been issued and `between` has run, with no wait for it.
static uint32_t afterLoad(const std::string &load, const std::string &between) {
  MemorySnippet t;
  std::string end = t.run(load + "\n" + between + "v_mov_b32 v12, v10\n");
  EXPECT_TRUE(end.empty() || end == "did not end") << end; // it stops at a barrier, which turns release
  runTurns(t, MemoryTiming::Typical);
  return t.v(12, 3);
}

// Hardware makes code right that waits too little where something else takes its time. Matrix instructions
// of 16 passes: the second one of 8-bit factors starts 64 cycles after the first (CDNA4 ISA 7.1).
TEST(Timing, TheMatrixUnitTakesTime) {
  std::string load = "ds_read_b32 v10, v1", scalars = repeat("s_mov_b32 s8, 0\n", 2);
  auto product = [](const std::string &accumulator, const std::string &format) {
    return "v_mfma_f32_32x32x64_f8f6f4 " + accumulator + ", v[32:39], v[40:47], " + accumulator + format +
           "\n";
  };
  std::string fp8 = product("v[64:79]", "") + product("v[80:95]", "");
  EXPECT_EQ(afterLoad(load, scalars), Untouched);
  EXPECT_EQ(afterLoad(load, product("v[64:79]", "")), Untouched) << "the first one does not hold the next up";
  EXPECT_EQ(afterLoad(load, fp8), 0x2000003u);
}

TEST(Timing, WaitsTakeTime) {
  std::string load = "global_load_dword v10, v1, s[0:1]";
  EXPECT_EQ(afterLoad(load, "s_load_dword s8, s[0:1], 0x0\n"), Untouched);
  EXPECT_EQ(afterLoad(load, "s_load_dword s8, s[0:1], 0x0\ns_waitcnt lgkmcnt(0)\n"), 0x1000003u);
  EXPECT_EQ(afterLoad("ds_read_b32 v10, v1", "s_nop 5\n"), Untouched);
  EXPECT_EQ(afterLoad("ds_read_b32 v10, v1", "s_nop 15\n"), 0x2000003u);
  EXPECT_EQ(afterLoad(load, "s_sleep 1\n"), Untouched);
  EXPECT_EQ(afterLoad(load, "s_sleep 16\n"), 0x1000003u) << "1024 cycles";
}

TEST(Timing, BarriersTakeTime) {
  EXPECT_EQ(afterLoad("ds_read_b32 v10, v1", repeat("s_mov_b32 s8, 0\n", 8)), Untouched);
  EXPECT_EQ(afterLoad("ds_read_b32 v10, v1", "s_barrier\n" + repeat("s_mov_b32 s8, 0\n", 7)), 0x2000003u);
}

// 16 bytes of 64 lanes are 1 KiB, of which a compute unit moves 64 bytes a cycle for four waves.
TEST(Timing, ThePathToMemoryTakesTime) {
  std::string load = "global_load_dword v10, v1, s[0:1]", narrow, wide;
  for (unsigned i = 0; i < 8; ++i) {
    narrow += "global_load_dword v20, v1, s[0:1]\n";
    wide += "global_load_dwordx4 v[20:23], v1, s[0:1]\n";
  }
  EXPECT_EQ(afterLoad(load, narrow), Untouched);
  EXPECT_EQ(afterLoad(load, wide), 0x1000003u);
}
