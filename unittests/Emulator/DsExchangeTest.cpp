// DS: exchange between lanes, transposing reads, append and consume.
#include "MemorySnippet.h"

using namespace kiln::emulator;

static uint32_t swizzled(const char *modifier, unsigned lane, uint64_t exec = ~uint64_t(0)) {
  MemorySnippet t;
  for (unsigned i = 0; i < 64; ++i)
    t.v(2, i) = 100 + i;
  t.wave().setPair(Exec, exec);
  EXPECT_EQ(t.run(("ds_swizzle_b32 v10, v2 offset:" + llvm::Twine(modifier)).str()), "");
  return t.v(10, lane);
}

TEST(DsSwizzle, BitMask) {
  // swizzle(BITMASK_PERM, "..."): 0 and 1 force a bit, p keeps it, i inverts it.
  EXPECT_EQ(swizzled("swizzle(BITMASK_PERM, \"ppppi\")", 6), 107u);
  EXPECT_EQ(swizzled("swizzle(BITMASK_PERM, \"00000\")", 45), 132u);
  EXPECT_EQ(swizzled("swizzle(BITMASK_PERM, \"1pppp\")", 3), 119u);
  EXPECT_EQ(swizzled("swizzle(SWAP, 16)", 40), 156u);
  EXPECT_EQ(swizzled("swizzle(REVERSE, 8)", 9), 114u);
  EXPECT_EQ(swizzled("swizzle(BROADCAST, 8, 3)", 14), 111u);
}

TEST(DsSwizzle, QuadPermutation) {
  EXPECT_EQ(swizzled("swizzle(QUAD_PERM, 3, 1, 0, 2)", 4), 107u);
  EXPECT_EQ(swizzled("swizzle(QUAD_PERM, 3, 1, 0, 2)", 7), 106u);
}

TEST(DsSwizzle, RotateAndFft) {
  // Rotate by 3 to lower lanes, within 32.
  EXPECT_EQ(swizzled("0xC060", 0), 103u);
  EXPECT_EQ(swizzled("0xC060", 30), 101u);
  EXPECT_EQ(swizzled("0xC060", 62), 133u);
  EXPECT_EQ(swizzled("0xC460", 0), 129u); // bit 10: the other way
  // FFT with mask 0: the five lane bits reversed.
  EXPECT_EQ(swizzled("0xE000", 1), 116u);
  EXPECT_EQ(swizzled("0xE000", 35), 132u + 24);
  EXPECT_EQ(swizzled("0xE01F", 9), 109u); // all bits kept
}

TEST(DsSwizzle, InactiveLanesGiveZero) {
  EXPECT_EQ(swizzled("swizzle(SWAP, 1)", 4, ~uint64_t(1 << 5)), 0u);
  EXPECT_EQ(swizzled("swizzle(SWAP, 1)", 6, ~uint64_t(1 << 5)), 107u);
}

TEST(DsPermute, PushesToLanes) {
  MemorySnippet t;
  t.fill(10, Untouched);
  for (unsigned lane = 0; lane < 64; ++lane)
    t.v(3, lane) = 4 * ((lane + 1) % 64);
  t.v(3, 20) = 4 * 5 + 3; // lanes 4 and 20 push to lane 5: the higher stays; bits 1:0 play no part
  EXPECT_EQ(t.run("ds_permute_b32 v10, v3, v2"), "");
  EXPECT_EQ(t.v(10, 1), 0u);
  EXPECT_EQ(t.v(10, 0), 63u);
  EXPECT_EQ(t.v(10, 5), 20u);
  EXPECT_EQ(t.v(10, 21), 0u); // nobody pushes there
  t.fill(10, Untouched);
  t.wave().setPair(Exec, 6);
  EXPECT_EQ(t.run("ds_permute_b32 v10, v3, v2 offset:4"), "");
  EXPECT_EQ(t.v(10, 1), 0u);
  EXPECT_EQ(t.v(10, 2), 0u);
  EXPECT_EQ(t.v(10, 3), Untouched); // lane 1 pushed here, but the lane is off
}

TEST(DsPermute, PullsFromLanes) {
  MemorySnippet t;
  for (unsigned lane = 0; lane < 64; ++lane)
    t.v(3, lane) = 4 * (63 - lane);
  t.v(3, 7) = 4 * 64 + 4; // lane 65 mod 64
  t.wave().setPair(Exec, ~uint64_t(1 << 2));
  EXPECT_EQ(t.run("ds_bpermute_b32 v10, v3, v2"), "");
  EXPECT_EQ(t.v(10, 0), 63u);
  EXPECT_EQ(t.v(10, 7), 1u);
  EXPECT_EQ(t.v(10, 61), 0u); // its source lane 2 is off
  EXPECT_EQ(t.run("ds_bpermute_b32 v10, v3, v2 offset:8"), "");
  EXPECT_EQ(t.v(10, 10), 55u);
}

// A row-major matrix of 16 columns over each 16 lanes' payloads: lane j gets column j.
TEST(DsTranspose, Halves) {
  MemorySnippet t;
  for (unsigned lane = 0; lane < 64; ++lane)
    t.v(1, lane) = 8 * lane;
  for (unsigned i = 0; i < 128; ++i)
    t.lds(i) = (2 * i) | (2 * i + 1) << 16; // half h holds h
  EXPECT_EQ(t.run("ds_read_b64_tr_b16 v[10:11], v1"), "");
  for (unsigned lane : {0u, 1u, 5u, 15u, 16u, 63u})
    for (unsigned i = 0; i < 4; ++i) {
      uint32_t half = t.v(10 + i / 2, lane) >> (16 * (i % 2)) & 0xFFFF;
      EXPECT_EQ(half, lane / 16 * 64 + i * 16 + lane % 16) << lane << " " << i;
    }
}

TEST(DsTranspose, Bytes) {
  MemorySnippet t;
  for (unsigned lane = 0; lane < 64; ++lane)
    t.v(1, lane) = 8 * (lane % 16);
  for (unsigned i = 0; i < 128; ++i)
    t.group.lds[i] = uint8_t(i);
  EXPECT_EQ(t.run("ds_read_b64_tr_b8 v[10:11], v1"), "");
  for (unsigned lane : {0u, 9u, 15u, 40u})
    for (unsigned i = 0; i < 8; ++i)
      EXPECT_EQ(t.pair(10, lane) >> (8 * i) & 0xFF, 16 * i + lane % 16) << lane << " " << i;
}

TEST(DsTranspose, Nibbles) {
  MemorySnippet t;
  for (unsigned lane = 0; lane < 64; ++lane)
    t.v(1, lane) = 8 * lane;
  // Row i of 16 nibbles is lane i's payload: nibble j of row i holds (i + j) % 16.
  for (unsigned byte = 0; byte < 512; ++byte) {
    unsigned row = byte / 8 % 16, low = 2 * (byte % 8);
    t.group.lds[byte] = uint8_t((row + low) % 16 | (row + low + 1) % 16 << 4);
  }
  EXPECT_EQ(t.run("ds_read_b64_tr_b4 v[10:11], v1"), "");
  EXPECT_EQ(t.pair(10, 0), 0xFEDCBA9876543210u);
  EXPECT_EQ(t.pair(10, 3), 0x210FEDCBA9876543u);
  EXPECT_EQ(t.pair(10, 35), 0x210FEDCBA9876543u);
}

TEST(DsTranspose, SixBits) {
  MemorySnippet t;
  for (unsigned lane = 0; lane < 64; ++lane)
    t.v(1, lane) = 12 * lane;
  // Field j of lane i's 96 bits holds (4 * i + j) % 64.
  std::fill(t.group.lds.begin(), t.group.lds.end(), 0);
  for (unsigned lane = 0; lane < 64; ++lane)
    for (unsigned j = 0; j < 16; ++j)
      for (unsigned bit = 0; bit < 6; ++bit)
        if ((4 * (lane % 16) + j) % 64 >> bit & 1)
          t.group.lds[12 * lane + (6 * j + bit) / 8] |= uint8_t(1 << (6 * j + bit) % 8);
  EXPECT_EQ(t.run("ds_read_b96_tr_b6 v[10:12], v1"), "");
  for (unsigned lane : {0u, 5u, 15u, 50u})
    for (unsigned i = 0; i < 16; ++i) {
      unsigned field = 0;
      for (unsigned bit = 0; bit < 6; ++bit)
        field |= (t.v(10 + (6 * i + bit) / 32, lane) >> (6 * i + bit) % 32 & 1) << bit;
      EXPECT_EQ(field, (4 * i + lane % 16) % 64) << lane << " " << i;
    }
}

TEST(DsTranspose, NeedsWholeGroups) {
  MemorySnippet t;
  t.wave().setPair(Exec, 0xFFFF0000);
  EXPECT_EQ(t.run("ds_read_b64_tr_b16 v[10:11], v1"), "");
  t.wave().setPair(Exec, 0xFFFE0000);
  EXPECT_NE(t.run("ds_read_b64_tr_b16 v[10:11], v1").find("lanes 16 to 31 exchange data"), std::string::npos);
}

TEST(DsAppend, CountsActiveLanes) {
  MemorySnippet t;
  t.s(M0) = 0x40;
  t.lds(0x44 / 4) = 100;
  t.fill(10, Untouched);
  t.wave().setPair(Exec, 0xF0);
  EXPECT_EQ(t.run("ds_append v10 offset:4\ns_waitcnt lgkmcnt(0)"), "");
  EXPECT_EQ(t.lds(0x44 / 4), 104u);
  EXPECT_EQ(t.v(10, 4), 100u);
  EXPECT_EQ(t.v(10, 7), 100u);
  EXPECT_EQ(t.v(10, 8), Untouched);
  EXPECT_EQ(t.run("ds_consume v10 offset:4\ns_waitcnt lgkmcnt(0)"), "");
  EXPECT_EQ(t.v(10, 4), 104u);
  EXPECT_EQ(t.lds(0x44 / 4), 100u);
}
