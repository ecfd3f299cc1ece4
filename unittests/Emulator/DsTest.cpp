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

/// With two waves a turn has four instructions, behind which lands what has been in flight for eight.
TEST(Timing, TypicallyLdsReturnsEightInstructionsLater) {
  MemorySnippet t;
  EXPECT_EQ(t.run("ds_read_b32 v10, v1\ns_nop 0\ns_nop 0\nds_read_b32 v11, v1\n" + repeat("s_nop 0\n", 4) +
                  // The ninth instruction: v10 is due at the end of it, and lands behind the twelfth.
                  "v_mov_b32 v12, v10\ns_nop 0\ns_nop 0\nv_mov_b32 v13, v11\n"
                  "v_mov_b32 v14, v10\nv_mov_b32 v15, v11"),
            "");
  MemorySnippet second;
  t.group.waves.push_back(std::move(second.group.waves[0]));
  Wave &other = *t.group.waves[1];
  other.group = &t.group;
  other.memory = &t.memory;
  other.index = 1;
  t.wave().executed = 0;
  runTurns(t, MemoryTiming::Typical);
  EXPECT_EQ(t.v(12, 3), Untouched) << "eight instructions behind its load: not sooner";
  EXPECT_EQ(t.v(13, 3), Untouched) << "eight instructions behind its load";
  EXPECT_EQ(t.v(14, 3), 0x2000003u);
  EXPECT_EQ(t.v(15, 3), 0x2000003u) << "nine instructions behind its load: not later";
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
