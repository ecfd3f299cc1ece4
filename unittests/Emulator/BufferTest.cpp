// MUBUF: widths, addresses, the range rule, swizzle, LDS-DMA.
#include "MemorySnippet.h"

using namespace kiln::emulator;

TEST(Buffer, LoadsEveryWidth) {
  MemorySnippet t;
  for (unsigned lane = 0; lane < 64; ++lane)
    t.v(1, lane) = 16 * lane;
  EXPECT_EQ(t.run("buffer_load_dword v10, v1, s[4:7], 0 offen offset:4\n"
                  "buffer_load_dwordx2 v[12:13], v1, s[4:7], 0 offen\n"
                  "buffer_load_dwordx3 v[14:16], v1, s[4:7], 0 offen\n"
                  "buffer_load_dwordx4 v[20:23], v1, s[4:7], 0 offen\n"
                  "s_waitcnt vmcnt(0)"),
            "");
  for (unsigned lane : {0u, 1u, 63u}) {
    uint32_t first = 0x1000000 + 4 * lane;
    EXPECT_EQ(t.v(10, lane), first + 1);
    EXPECT_EQ(t.v(13, lane), first + 1);
    EXPECT_EQ(t.v(16, lane), first + 2);
    for (unsigned i = 0; i < 4; ++i)
      EXPECT_EQ(t.v(20 + i, lane), first + i);
  }
}

TEST(Buffer, NarrowLoadsExtendOrClearTheOtherHalf) {
  MemorySnippet t;
  t.global(0) = 0x8081F2F3; // bytes F3 F2 81 80
  for (unsigned i = 10; i < 20; ++i)
    t.fill(i, Untouched);
  EXPECT_EQ(t.run("buffer_load_ubyte v10, off, s[4:7], 0\n"
                  "buffer_load_sbyte v11, off, s[4:7], 0\n"
                  "buffer_load_ushort v12, off, s[4:7], 0 offset:2\n"
                  "buffer_load_sshort v13, off, s[4:7], 0 offset:2\n"
                  "buffer_load_ubyte_d16 v14, off, s[4:7], 0\n"
                  "buffer_load_ubyte_d16_hi v15, off, s[4:7], 0\n"
                  "buffer_load_sbyte_d16 v16, off, s[4:7], 0\n"
                  "buffer_load_sbyte_d16_hi v17, off, s[4:7], 0\n"
                  "buffer_load_short_d16 v18, off, s[4:7], 0\n"
                  "buffer_load_short_d16_hi v19, off, s[4:7], 0\n"),
            "");
  const uint32_t expected[] = {0xF3,       0xFFFFFFF3, 0x8081,     0xFFFF8081, 0x000000F3,
                               0x00F30000, 0x0000FFF3, 0xFFF30000, 0x0000F2F3, 0xF2F30000};
  for (unsigned i = 0; i < 10; ++i)
    EXPECT_EQ(t.v(10 + i, 5), expected[i]) << "v" << 10 + i;
}

TEST(Buffer, LoadsOfAHalfKeepTheOtherWithoutSramEcc) {
  MemorySnippet t;
  t.wave().sramEcc = false;
  t.global(0) = 0x8081F2F3;
  for (unsigned i = 13; i < 20; ++i)
    t.fill(i, Untouched);
  EXPECT_EQ(t.run("buffer_load_ushort v13, off, s[4:7], 0\n"
                  "buffer_load_ubyte_d16 v14, off, s[4:7], 0\n"
                  "buffer_load_ubyte_d16_hi v15, off, s[4:7], 0\n"
                  "buffer_load_sbyte_d16 v16, off, s[4:7], 0\n"
                  "buffer_load_sbyte_d16_hi v17, off, s[4:7], 0\n"
                  "buffer_load_short_d16 v18, off, s[4:7], 0\n"
                  "buffer_load_short_d16_hi v19, off, s[4:7], 0\n"),
            "");
  const uint32_t expected[] = {0x0000F2F3, 0xABAB00F3, 0x00F3ABAB, 0xABABFFF3,
                               0xFFF3ABAB, 0xABABF2F3, 0xF2F3ABAB};
  for (unsigned i = 0; i < 7; ++i)
    EXPECT_EQ(t.v(13 + i, 5), expected[i]) << "v" << 13 + i;
}

TEST(Buffer, StoresEveryWidth) {
  MemorySnippet t;
  t.wave().setPair(Exec, 1 << 3);
  for (unsigned i = 0; i < 4; ++i)
    t.v(10 + i, 3) = 0xA0B0C0D0 + i;
  EXPECT_EQ(t.run("buffer_store_byte v10, off, s[4:7], 0 offset:1\n"
                  "buffer_store_byte_d16_hi v10, off, s[4:7], 0 offset:4\n"
                  "buffer_store_short v10, off, s[4:7], 0 offset:8\n"
                  "buffer_store_short_d16_hi v10, off, s[4:7], 0 offset:12\n"
                  "buffer_store_dword v10, off, s[4:7], 0 offset:16\n"
                  "buffer_store_dwordx2 v[10:11], off, s[4:7], 0 offset:20\n"
                  "buffer_store_dwordx3 v[10:12], off, s[4:7], 0 offset:28\n"
                  "buffer_store_dwordx4 v[10:13], off, s[4:7], 0 offset:40\n"),
            "");
  const uint32_t expected[] = {0x0100D000, 0x010000B0, 0x0100C0D0, 0x0100A0B0, 0xA0B0C0D0,
                               0xA0B0C0D0, 0xA0B0C0D1, 0xA0B0C0D0, 0xA0B0C0D1, 0xA0B0C0D2,
                               0xA0B0C0D0, 0xA0B0C0D1, 0xA0B0C0D2, 0xA0B0C0D3, 0x0100000E};
  for (unsigned i = 0; i < 15; ++i)
    EXPECT_EQ(t.global(i), expected[i]) << i;
}

TEST(Buffer, RawRangeIsInBytesAndPerDword) {
  MemorySnippet t;
  // Lane l reads dwords l .. l + 3; 10 dwords exist. The stride plays no part without an index.
  t.descriptor(4, 40);
  for (unsigned i = 20; i < 24; ++i)
    t.fill(i, Untouched);
  EXPECT_EQ(t.run("buffer_load_dwordx4 v[20:23], v1, s[4:7], 0 offen\ns_waitcnt vmcnt(0)"), "");
  for (unsigned lane : {0u, 6u, 7u, 9u, 10u, 63u})
    for (unsigned i = 0; i < 4; ++i)
      EXPECT_EQ(t.v(20 + i, lane), lane + i < 10 ? 0x1000000 + lane + i : 0) << lane << " " << i;
}

TEST(Buffer, RawStoresDropTheDwordsThatAreOut) {
  MemorySnippet t;
  t.descriptor(0, 40);
  t.wave().setPair(Exec, 1ull << 8);
  EXPECT_EQ(t.run("buffer_store_dwordx4 v[20:23], v1, s[4:7], 0 offen"), "");
  EXPECT_EQ(t.global(7), 0x1000007u);
  EXPECT_EQ(t.global(8), 0u);
  EXPECT_EQ(t.global(9), 0u);
  EXPECT_EQ(t.global(10), 0x100000Au);
}

TEST(Buffer, RawRangeCoversTheScalarOffset) {
  MemorySnippet t;
  t.descriptor(0, 256);
  t.s(8) = 192;
  EXPECT_EQ(t.run("buffer_load_dword v10, v1, s[4:7], s8 offen\n"
                  "s_movk_i32 s8, 0x4000\nbuffer_load_dword v11, v1, s[4:7], s8 offen\n"),
            "");
  EXPECT_EQ(t.v(10, 15), 0x100003Fu); // byte 252
  EXPECT_EQ(t.v(10, 16), 0u);
  EXPECT_EQ(t.v(11, 0), 0u) << "outside the buffer's memory, but no fault";
}

TEST(Buffer, NarrowRangeIsInBytes) {
  MemorySnippet t;
  t.descriptor(0, 6);
  t.fill(11, Untouched);
  EXPECT_EQ(t.run("buffer_load_ubyte v10, v2, s[4:7], 0 offen\n"
                  "buffer_load_short_d16 v11, v2, s[4:7], 0 offen\n"),
            "");
  // Bytes: 00 00 00 01 | 01 00 00 01
  EXPECT_EQ(t.v(10, 3), 1u);
  EXPECT_EQ(t.v(10, 4), 1u);
  EXPECT_EQ(t.v(10, 7), 0u); // byte 7 is 1 but out of range
  EXPECT_EQ(t.v(11, 4), 1u); // bytes 4, 5
  EXPECT_EQ(t.v(11, 5), 0u); // byte 6 is out: zero
}

TEST(Buffer, IndexedRangeIsInRecords) {
  MemorySnippet t;
  // Records of 16 bytes, 3 of them: only the index is checked, whatever the offset.
  t.descriptor(16, 3);
  EXPECT_EQ(t.run("buffer_load_dword v10, v2, s[4:7], 0 idxen offset:8\n"
                  "buffer_load_dword v11, v2, s[4:7], 0 idxen offset:20\n"),
            "");
  EXPECT_EQ(t.v(10, 0), 0x1000002u);
  EXPECT_EQ(t.v(10, 2), 0x100000Au);
  EXPECT_EQ(t.v(10, 3), 0u);
  EXPECT_EQ(t.v(11, 2), 0x100000Du);
  EXPECT_EQ(t.v(11, 3), 0u);
}

TEST(Buffer, IndexAndOffsetAreARegisterPair) {
  MemorySnippet t;
  t.descriptor(16, 64);
  for (unsigned lane = 0; lane < 64; ++lane) {
    t.v(10, lane) = lane;
    t.v(11, lane) = 4 * (lane % 4);
  }
  EXPECT_EQ(t.run("buffer_load_dword v12, v[10:11], s[4:7], 0 idxen offen"), "");
  EXPECT_EQ(t.v(12, 7), 0x1000000u + 7 * 4 + 3);
}

TEST(Buffer, UnboundDescriptorReadsZero) {
  MemorySnippet t;
  for (unsigned i = 4; i < 8; ++i)
    t.s(i) = 0;
  t.fill(10, Untouched);
  EXPECT_EQ(t.run("buffer_load_dword v10, v1, s[4:7], 0 offen\nbuffer_store_dword v1, v1, s[4:7], 0 offen"),
            "");
  EXPECT_EQ(t.v(10, 0), 0u);
}

TEST(Buffer, InRangeOfTheDescriptorButNotOfMemory) {
  // What a load finds behind the allocation is zero; a store faults, and so does a load far behind.
  MemorySnippet t;
  t.descriptor(0, 0xFFFFFFFF);
  t.s(8) = MemorySnippet::Dwords * 4 - 8;
  for (unsigned i = 20; i < 24; ++i)
    t.fill(i, Untouched);
  EXPECT_EQ(t.run("buffer_load_dwordx4 v[20:23], off, s[4:7], s8\ns_waitcnt vmcnt(0)"), "");
  EXPECT_EQ(t.v(20, 5), 0x1000000u + MemorySnippet::Dwords - 2);
  EXPECT_EQ(t.v(21, 5), 0x1000000u + MemorySnippet::Dwords - 1);
  EXPECT_EQ(t.v(22, 5), 0u);
  EXPECT_EQ(t.v(23, 5), 0u);
  t.s(8) = MemorySnippet::Dwords * 4;
  EXPECT_NE(t.run("buffer_store_dword v10, off, s[4:7], s8").find("out of bounds"), std::string::npos);
  t.s(8) = MemorySnippet::Dwords * 4 + 65536;
  EXPECT_NE(t.run("buffer_load_dword v10, off, s[4:7], s8").find("out of bounds"), std::string::npos);
}

TEST(Buffer, SwizzleInterleavesRecords) {
  MemorySnippet t;
  // index_stride 8 (code 0), records of 8 bytes: dword d of record r is at
  //   (r / 8 * 8 + 4 * d) * 8 + r % 8 * 4 bytes = dword (r / 8) * 16 + 8 * d + r % 8.
  t.descriptor(0x80000000 | 8, 64);
  EXPECT_EQ(t.run("buffer_load_dwordx2 v[10:11], v2, s[4:7], 0 idxen\n"
                  "buffer_load_dword v12, v2, s[4:7], 0 idxen offset:4\n"),
            "");
  for (unsigned r : {0u, 1u, 7u, 8u, 63u}) {
    EXPECT_EQ(t.v(10, r), 0x1000000 + r / 8 * 16 + r % 8) << r;
    EXPECT_EQ(t.v(11, r), 0x1000000 + r / 8 * 16 + 8 + r % 8) << r;
    EXPECT_EQ(t.v(12, r), t.v(11, r));
  }
}

TEST(Buffer, DescriptorCanAddTheLane) {
  MemorySnippet t;
  // add_tid_enable is bit 23 of word 3; the data format field is then part of the stride.
  t.descriptor(12, 64, 1u << 23);
  EXPECT_EQ(t.run("buffer_load_dword v10, off, s[4:7], 0"), "");
  EXPECT_EQ(t.v(10, 5), 0x1000000u + 15);
}

TEST(Buffer, OnlyActiveLanesLoadAndStore) {
  MemorySnippet t;
  t.wave().setPair(Exec, 0x8000000000000002);
  t.fill(10, Untouched);
  t.fill(11, 7);
  EXPECT_EQ(t.run("buffer_load_dword v10, v1, s[4:7], 0 offen\n"
                  "buffer_store_dword v11, v1, s[4:7], 0 offen offset:1024\n"
                  "s_mov_b64 exec, -1\ns_waitcnt vmcnt(0)"),
            "");
  EXPECT_EQ(t.v(10, 0), Untouched);
  EXPECT_EQ(t.v(10, 1), 0x1000001u);
  EXPECT_EQ(t.v(10, 63), 0x100003Fu);
  EXPECT_EQ(t.global(256), 0x1000100u);
  EXPECT_EQ(t.global(257), 7u);
}

TEST(LdsDma, BufferWritesOneSlotPerLane) {
  MemorySnippet t;
  t.s(M0) = 0x200;
  t.wave().setPair(Exec, ~uint64_t(1 << 4));
  // The instruction's offset counts on both sides.
  EXPECT_EQ(t.run("buffer_load_dword v1, s[4:7], 0 offen offset:16 lds\n"
                  "s_mov_b32 m0, 0\ns_waitcnt vmcnt(0)"),
            "");
  unsigned slot = (0x200 + 16) / 4;
  EXPECT_EQ(t.lds(slot), 0x1000004u);
  EXPECT_EQ(t.lds(slot + 63), 0x1000043u);
  EXPECT_EQ(t.lds(slot + 4), 0x2000000 + slot + 4); // lane 4 is off: its slot stays
}

TEST(LdsDma, LandsAtTheWait) {
  MemorySnippet t;
  EXPECT_EQ(t.run("v_mov_b32 v3, 0\n"
                  "buffer_load_dword v1, s[4:7], 0 offen lds\n"
                  "ds_read_b32 v10, v3\n"
                  "s_waitcnt lgkmcnt(0)\n"
                  "s_waitcnt vmcnt(0)\n"
                  "ds_read_b32 v11, v3\n"),
            "");
  EXPECT_EQ(t.v(10), 0x2000000u);
  EXPECT_EQ(t.v(11), 0x1000000u);
}

TEST(LdsDma, OutOfRangeLanesWriteZero) {
  MemorySnippet t;
  t.descriptor(0, 8);
  EXPECT_EQ(t.run("buffer_load_dword v1, s[4:7], 0 offen lds"), "");
  EXPECT_EQ(t.lds(1), 0x1000001u);
  EXPECT_EQ(t.lds(2), 0u);
  EXPECT_EQ(t.lds(63), 0u);
}

TEST(LdsDma, WideSlots) {
  MemorySnippet t;
  for (unsigned lane = 0; lane < 64; ++lane)
    t.v(1, lane) = 32 * lane;
  t.s(M0) = 0x10000 - 0x1000; // beyond 16 bits of M0 with the last lanes' slots
  EXPECT_EQ(t.run("buffer_load_dwordx4 v1, s[4:7], 0 offen lds"), "");
  for (unsigned i = 0; i < 4; ++i)
    EXPECT_EQ(t.lds(0xF000 / 4 + 4 * 9 + i), 0x1000000u + 8 * 9 + i);
  t.s(M0) = 0;
  EXPECT_EQ(t.run("buffer_load_dwordx3 v1, s[4:7], 0 offen lds"), "");
  EXPECT_EQ(t.lds(4 * 9 + 2), 0x1000000u + 8 * 9 + 2);
  EXPECT_EQ(t.lds(4 * 9 + 3), 0u);
}

TEST(LdsDma, NarrowElementsFillADword) {
  MemorySnippet t;
  t.global(0) = 0x9080;
  EXPECT_EQ(t.run("buffer_load_ubyte v2, s[4:7], 0 offen lds"), "");
  EXPECT_EQ(t.lds(0), 0x80u);
  EXPECT_EQ(t.lds(1), 0x90u);
  EXPECT_EQ(t.run("buffer_load_sbyte v2, s[4:7], 0 offen lds"), "");
  EXPECT_EQ(t.lds(0), 0xFFFFFF80u);
  EXPECT_EQ(t.run("buffer_load_ushort v2, s[4:7], 0 offen lds\n"), "");
  EXPECT_EQ(t.lds(0), 0x9080u);
  EXPECT_EQ(t.run("buffer_load_sshort v2, s[4:7], 0 offen lds\n"), "");
  EXPECT_EQ(t.lds(0), 0xFFFF9080u);
}

TEST(LdsDma, GlobalForms) {
  MemorySnippet t;
  for (unsigned lane = 0; lane < 64; ++lane)
    t.v(1, lane) = 16 * lane;
  t.s(M0) = 0x102; // bits 1:0 play no part
  EXPECT_EQ(t.run("global_load_lds_dwordx4 v1, s[0:1] offset:16"), "");
  unsigned slot = (0x100 + 16) / 4;
  EXPECT_EQ(t.lds(slot - 1), 0x2000000 + slot - 1);
  for (unsigned i = 0; i < 256; ++i)
    EXPECT_EQ(t.lds(slot + i), 0x1000004u + i);
  t.s(M0) = 0;
  EXPECT_EQ(t.run("global_load_lds_dword v1, s[0:1]"), "");
  EXPECT_EQ(t.lds(2), 0x1000008u);
  EXPECT_EQ(t.run("global_load_lds_dwordx3 v1, s[0:1]"), "");
  EXPECT_EQ(t.lds(4 * 3 + 2), 0x100000Eu);
  EXPECT_EQ(t.lds(4 * 3 + 3), 0u);
  t.global(0) = 0xFFFE;
  EXPECT_EQ(t.run("global_load_lds_sshort v1, s[0:1]"), "");
  EXPECT_EQ(t.lds(0), 0xFFFFFFFEu);
  EXPECT_EQ(t.run("global_load_lds_ushort v1, s[0:1]"), "");
  EXPECT_EQ(t.lds(0), 0xFFFEu);
  EXPECT_EQ(t.run("global_load_lds_sbyte v1, s[0:1]"), "");
  EXPECT_EQ(t.lds(0), 0xFFFFFFFEu);
  EXPECT_EQ(t.run("global_load_lds_ubyte v1, s[0:1]"), "");
  EXPECT_EQ(t.lds(0), 0xFEu);
}

TEST(Buffer, CacheControlChangesNothing) {
  MemorySnippet t;
  EXPECT_EQ(t.run("buffer_wbl2 sc1\nbuffer_inv sc1\nbuffer_load_dword v10, off, s[4:7], 0 sc0 nt sc1"), "");
  EXPECT_EQ(t.v(10), 0x1000000u);
}
