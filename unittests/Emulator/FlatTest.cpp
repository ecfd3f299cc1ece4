// FLAT, GLOBAL and SCRATCH: addressing, widths, apertures.
#include "MemorySnippet.h"

using namespace kiln::emulator;

/// v[4:5]: the buffer's address plus 16 bytes a lane.
static void setAddresses(MemorySnippet &t) {
  for (unsigned lane = 0; lane < 64; ++lane)
    t.setPair(4, t.buffer + 16 * lane, lane);
}

TEST(Global, Addressing) {
  MemorySnippet t;
  setAddresses(t);
  EXPECT_EQ(t.run("global_load_dword v10, v[4:5], off offset:4\n"
                  "global_load_dword v11, v1, s[0:1] offset:8\n"
                  "v_add_co_u32 v4, vcc, 32, v4\n"
                  "global_load_dword v12, v[4:5], off offset:-32\n"),
            "");
  EXPECT_EQ(t.v(10, 3), 0x1000000u + 13);
  EXPECT_EQ(t.v(11, 3), 0x1000000u + 5);
  EXPECT_EQ(t.v(12, 3), 0x1000000u + 12);
}

/// Loads and stores of a segment whose bytes 0..3 are F3 F2 81 80, by `where` (address operands).
static void checkLoads(MemorySnippet &t, const std::string &segment, const std::string &where) {
  for (unsigned i = 10; i < 40; ++i)
    t.fill(i, Untouched);
  auto load = [&](const char *name, const char *dst) {
    return segment + "_load_" + name + " " + dst + ", " + where + "\n";
  };
  std::string text = load("ubyte", "v10") + load("sbyte", "v11") + load("ushort", "v12") +
                     load("sshort", "v13") + load("ubyte_d16", "v14") + load("ubyte_d16_hi", "v15") +
                     load("sbyte_d16", "v16") + load("sbyte_d16_hi", "v17") + load("short_d16", "v18") +
                     load("short_d16_hi", "v19") + load("dword", "v20") + load("dwordx2", "v[22:23]") +
                     load("dwordx3", "v[24:26]") + load("dwordx4", "v[28:31]");
  ASSERT_EQ(t.run(text), "");
  const uint32_t expected[] = {0xF3,       0xFFFFFFF3, 0xF2F3,     0xFFFFF2F3, 0x000000F3, 0x00F30000,
                               0x0000FFF3, 0xFFF30000, 0x0000F2F3, 0xF2F30000, 0x8081F2F3};
  for (unsigned i = 0; i < 11; ++i)
    EXPECT_EQ(t.v(10 + i, 5), expected[i]) << segment << " v" << 10 + i;
  for (unsigned first : {22u, 24u, 28u})
    EXPECT_EQ(t.v(first, 5), 0x8081F2F3u) << segment;
  EXPECT_EQ(t.v(23, 5), 0x11111111u) << segment;
  EXPECT_EQ(t.v(26, 5), 0x22222222u) << segment;
  EXPECT_EQ(t.v(31, 5), 0x33333333u) << segment;
}

TEST(Global, Loads) {
  MemorySnippet t;
  t.global(0) = 0x8081F2F3;
  t.global(1) = 0x11111111;
  t.global(2) = 0x22222222;
  t.global(3) = 0x33333333;
  t.fillPair(4, t.buffer);
  checkLoads(t, "global", "v[4:5], off");
  checkLoads(t, "flat", "v[4:5]");
}

TEST(Scratch, Loads) {
  MemorySnippet t;
  t.v(6, 5) = 0x8081F2F3;
  t.v(7, 5) = 0x11111111;
  t.v(8, 5) = 0x22222222;
  t.v(9, 5) = 0x33333333;
  EXPECT_EQ(t.run("scratch_store_dwordx4 off, v[6:9], off offset:16"), "");
  checkLoads(t, "scratch", "off, off offset:16");
}

/// Stores at 0 onwards from v10..v13 = A0B0C0D0...; the result is read with dword loads by the caller.
static std::string stores(const std::string &segment, const std::string &address, const std::string &tail) {
  auto store = [&](const char *name, const char *data, unsigned offset) {
    return segment + "_store_" + name + " " + address + ", " + data + tail +
           " offset:" + std::to_string(offset) + "\n";
  };
  return store("byte", "v10", 1) + store("byte_d16_hi", "v10", 4) + store("short", "v10", 8) +
         store("short_d16_hi", "v10", 12) + store("dword", "v10", 16) + store("dwordx2", "v[10:11]", 20) +
         store("dwordx3", "v[10:12]", 28) + store("dwordx4", "v[10:13]", 40);
}

static const uint32_t stored[] = {0x0000D000, 0x000000B0, 0x0000C0D0, 0x0000A0B0, 0xA0B0C0D0,
                                  0xA0B0C0D0, 0xA0B0C0D1, 0xA0B0C0D0, 0xA0B0C0D1, 0xA0B0C0D2,
                                  0xA0B0C0D0, 0xA0B0C0D1, 0xA0B0C0D2, 0xA0B0C0D3};

TEST(Global, Stores) {
  for (const char *segment : {"global", "flat"}) {
    MemorySnippet t;
    std::fill_n(&t.global(0), 14, 0);
    t.fillPair(4, t.buffer);
    for (unsigned i = 0; i < 4; ++i)
      t.fill(10 + i, 0xA0B0C0D0 + i);
    EXPECT_EQ(t.run(stores(segment, "v[4:5]", segment[0] == 'g' ? ", off" : "")), "");
    for (unsigned i = 0; i < 14; ++i)
      EXPECT_EQ(t.global(i), stored[i]) << segment << i;
  }
}

TEST(Scratch, StoresAreOfTheLane) {
  MemorySnippet t;
  for (unsigned i = 0; i < 4; ++i)
    t.v(10 + i, 5) = 0xA0B0C0D0 + i;
  std::string text = stores("scratch", "off", ", off");
  for (unsigned i = 0; i < 14; ++i)
    text +=
        "scratch_load_dword v" + std::to_string(20 + i) + ", off, off offset:" + std::to_string(4 * i) + "\n";
  EXPECT_EQ(t.run(text), "");
  for (unsigned i = 0; i < 14; ++i) {
    EXPECT_EQ(t.v(20 + i, 5), stored[i]) << i;
    EXPECT_EQ(t.v(20 + i, 6), 0u) << i;
  }
}

TEST(Scratch, Addressing) {
  MemorySnippet t;
  t.s(8) = 64;
  EXPECT_EQ(t.run("scratch_store_dword v1, v2, off\n"            // lane l: byte 4 l
                  "scratch_store_dword off, v2, s8 offset:512\n" // byte 576
                  "scratch_load_dword v10, v1, off\n"
                  "scratch_load_dword v11, off, s8 offset:512\n"
                  "scratch_load_dword v12, v1, s8 offset:-64\n"),
            "");
  EXPECT_EQ(t.v(10, 7), 7u);
  EXPECT_EQ(t.v(11, 7), 7u);
  EXPECT_EQ(t.v(12, 7), 7u);
  EXPECT_NE(t.run("scratch_load_dword v10, off, off offset:1024").find("out of bounds"), std::string::npos);
}

TEST(Scratch, ToLds) {
  MemorySnippet t;
  t.fill(3, 0xFFFE);
  const std::pair<const char *, uint32_t> forms[] = {
      {"dword", 0xFFFE}, {"ushort", 0xFFFE}, {"sshort", 0xFFFFFFFE}, {"ubyte", 0xFE}, {"sbyte", 0xFFFFFFFE}};
  const char *texts[] = {"scratch_load_lds_dword off, off", "scratch_load_lds_ushort off, off",
                         "scratch_load_lds_sshort off, off", "scratch_load_lds_ubyte off, off",
                         "scratch_load_lds_sbyte off, off"};
  for (unsigned i = 0; i < 5; ++i) {
    EXPECT_EQ(t.run(std::string("scratch_store_dword off, v3, off\ns_waitcnt vmcnt(0)\n") + texts[i]), "");
    EXPECT_EQ(t.lds(9), forms[i].second) << texts[i];
  }
}

TEST(Flat, AperturesLeadToLdsAndScratch) {
  MemorySnippet t;
  EXPECT_EQ(t.run("s_mov_b64 s[10:11], src_shared_base\n"
                  "v_mov_b32 v4, v1\n"
                  "v_mov_b32 v5, s11\n"
                  "flat_load_dword v10, v[4:5]\n"
                  "s_mov_b64 s[10:11], src_private_base\n"
                  "v_mov_b32 v6, 8\n"
                  "v_mov_b32 v7, s11\n"
                  "flat_store_dword v[6:7], v2\n"
                  "s_waitcnt vmcnt(0) lgkmcnt(0)\n"
                  "scratch_load_dword v11, off, off offset:8\n"),
            "");
  EXPECT_EQ(t.v(10, 9), 0x2000009u);
  EXPECT_EQ(t.v(11, 9), 9u);
}

TEST(Flat, LanesMayGoToDifferentMemories) {
  MemorySnippet t;
  t.fillPair(4, t.buffer + 4);
  t.setPair(4, SharedAperture + 8, 1);
  EXPECT_EQ(t.run("flat_load_dword v10, v[4:5]"), "");
  EXPECT_EQ(t.v(10, 0), 0x1000001u);
  EXPECT_EQ(t.v(10, 1), 0x2000002u);
}

TEST(Global, OutOfBoundsIsAFault) {
  MemorySnippet t;
  setAddresses(t);
  t.setPair(4, t.buffer + MemorySnippet::Dwords * 4 - 4, 9);
  std::string store = "global_store_dwordx2 v[4:5], v[10:11], off";
  EXPECT_NE(t.run(store).find("lane 9 writes 8 bytes of global memory"), std::string::npos);
  // A lane that is off does not matter.
  t.wave().setPair(Exec, ~uint64_t(1 << 9));
  EXPECT_EQ(t.run(store), "");
}

TEST(Global, UnalignedAccessesWork) {
  MemorySnippet t;
  t.fillPair(4, t.buffer + 2);
  EXPECT_EQ(t.run("global_load_dword v10, v[4:5], off"), "");
  EXPECT_EQ(t.v(10), 0x00010100u); // bytes 2..5 of 00 00 00 01 01 00 00 01
}
