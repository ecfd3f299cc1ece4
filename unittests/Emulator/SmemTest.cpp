// SMEM: loads, stores, atomics, descriptors.
#include "MemorySnippet.h"

using namespace kiln::emulator;

TEST(Smem, Loads) {
  MemorySnippet t;
  t.s(8) = 64;
  EXPECT_EQ(t.run("s_load_dword s10, s[0:1], 0x8\n"
                  "s_load_dwordx2 s[12:13], s[0:1], s8\n"
                  "s_load_dwordx4 s[16:19], s[0:1], s8 offset:0x10\n"
                  "s_load_dwordx8 s[20:27], s[0:1], 0x0\n"
                  "s_load_dwordx16 s[28:43], s[0:1], 0x3\n"
                  "s_waitcnt lgkmcnt(0)"),
            "");
  EXPECT_EQ(t.s(10), 0x1000002u);
  EXPECT_EQ(t.s(13), 0x1000011u);
  EXPECT_EQ(t.s(16), 0x1000014u);
  EXPECT_EQ(t.s(27), 0x1000007u);
  EXPECT_EQ(t.s(43), 0x100000Fu); // the low two address bits play no part
}

TEST(Smem, BufferLoadsStopAtTheEnd) {
  MemorySnippet t;
  t.descriptor(0, 20);
  EXPECT_EQ(t.run("s_buffer_load_dwordx4 s[16:19], s[4:7], 0x8\n"
                  "s_buffer_load_dword s20, s[4:7], 0x10\n"
                  "s_buffer_load_dwordx2 s[22:23], s[4:7], 0x10\n"
                  "s_buffer_load_dwordx8 s[24:31], s[4:7], 0x0\n"
                  "s_buffer_load_dwordx16 s[32:47], s[4:7], 0x0\n"),
            "");
  EXPECT_EQ(t.s(16), 0x1000002u);
  EXPECT_EQ(t.s(18), 0x1000004u);
  EXPECT_EQ(t.s(19), 0u);
  EXPECT_EQ(t.s(20), 0x1000004u);
  EXPECT_EQ(t.s(22), 0x1000004u);
  EXPECT_EQ(t.s(23), 0u);
  EXPECT_EQ(t.s(28), 0x1000004u);
  EXPECT_EQ(t.s(29), 0u);
  EXPECT_EQ(t.s(36), 0x1000004u);
  EXPECT_EQ(t.s(37), 0u);
  // With a stride, num_records counts records.
  t.descriptor(8, 3);
  EXPECT_EQ(t.run("s_buffer_load_dwordx4 s[16:19], s[4:7], 0x10"), "");
  EXPECT_EQ(t.s(17), 0x1000005u);
  EXPECT_EQ(t.s(18), 0u);
}

TEST(Smem, Stores) {
  MemorySnippet t;
  for (unsigned i = 0; i < 4; ++i)
    t.s(12 + i) = 70 + i;
  EXPECT_EQ(t.run("s_store_dword s12, s[0:1], 0x0\n"
                  "s_store_dwordx2 s[12:13], s[0:1], 0x8\n"
                  "s_store_dwordx4 s[12:15], s[0:1], 0x10\n"
                  "s_mov_b32 s12, 0\n" // data is taken at issue
                  "s_dcache_wb\ns_waitcnt lgkmcnt(0)"),
            "");
  const uint32_t expected[] = {70, 0x1000001, 70, 71, 70, 71, 72, 73, 0x1000008};
  for (unsigned i = 0; i < 9; ++i)
    EXPECT_EQ(t.global(i), expected[i]) << i;
}

TEST(Smem, BufferStoresStopAtTheEnd) {
  MemorySnippet t;
  t.descriptor(0, 12);
  for (unsigned i = 0; i < 4; ++i)
    t.s(12 + i) = 70 + i;
  EXPECT_EQ(t.run("s_buffer_store_dwordx4 s[12:15], s[4:7], 0x4\n"
                  "s_buffer_store_dword s12, s[4:7], 0x0\n"
                  "s_buffer_store_dwordx2 s[12:13], s[4:7], 0xc\n"),
            "");
  EXPECT_EQ(t.global(0), 70u);
  EXPECT_EQ(t.global(1), 70u);
  EXPECT_EQ(t.global(2), 71u);
  EXPECT_EQ(t.global(3), 0x1000003u);
}

/// Memory holds `old`, data `data`: what an s_atomic_* leaves. With glc it also returns the old value.
static void checkAtomic(const std::string &name, uint64_t old, uint64_t data, uint64_t left) {
  bool wide = llvm::StringRef(name).ends_with("_x2");
  std::string reg = wide ? "s[12:13]" : "s12";
  for (const char *tail : {"", " glc"}) {
    for (bool buffer : {false, true}) {
      MemorySnippet t;
      t.global(2) = uint32_t(old);
      t.global(3) = uint32_t(old >> 32);
      t.wave().setPair(12, data);
      std::string text = (buffer ? "s_buffer_atomic_" : "s_atomic_") + name + " " + reg +
                         (buffer ? ", s[4:7], 0x8" : ", s[0:1], 0x8") + tail;
      ASSERT_EQ(t.run(text), "") << text;
      EXPECT_EQ(t.global(2), uint32_t(left)) << text;
      if (wide)
        EXPECT_EQ(t.global(3), uint32_t(left >> 32)) << text;
      uint64_t returned = wide ? t.wave().pair(12) : t.s(12);
      EXPECT_EQ(returned, *tail ? (wide ? old : uint32_t(old)) : (wide ? data : uint32_t(data))) << text;
    }
  }
}

TEST(Smem, Atomics) {
  checkAtomic("swap", 5, 9, 9);
  checkAtomic("add", 0xFFFFFFFF, 2, 1);
  checkAtomic("sub", 1, 2, 0xFFFFFFFF);
  checkAtomic("smin", 1, 0xFFFFFFFF, 0xFFFFFFFF);
  checkAtomic("umin", 1, 0xFFFFFFFF, 1);
  checkAtomic("smax", 1, 0xFFFFFFFF, 1);
  checkAtomic("umax", 1, 0xFFFFFFFF, 0xFFFFFFFF);
  checkAtomic("and", 12, 10, 8);
  checkAtomic("or", 12, 10, 14);
  checkAtomic("xor", 12, 10, 6);
  checkAtomic("inc", 7, 7, 0);
  checkAtomic("dec", 0, 7, 7);
  checkAtomic("swap_x2", 5, uint64_t(9) << 40, uint64_t(9) << 40);
  checkAtomic("add_x2", 0xFFFFFFFF, 2, 0x100000001);
  checkAtomic("sub_x2", 1, 2, ~uint64_t(0));
  checkAtomic("smin_x2", 1, ~uint64_t(0), ~uint64_t(0));
  checkAtomic("umin_x2", 1, ~uint64_t(0), 1);
  checkAtomic("smax_x2", 1, ~uint64_t(0), 1);
  checkAtomic("umax_x2", 1, ~uint64_t(0), ~uint64_t(0));
  checkAtomic("and_x2", uint64_t(12) << 32, uint64_t(10) << 32, uint64_t(8) << 32);
  checkAtomic("or_x2", uint64_t(12) << 32, uint64_t(10) << 32, uint64_t(14) << 32);
  checkAtomic("xor_x2", uint64_t(12) << 32, uint64_t(10) << 32, uint64_t(6) << 32);
  checkAtomic("inc_x2", 0xFFFFFFFF, ~uint64_t(0), 0x100000000);
  checkAtomic("dec_x2", 0x100000000, ~uint64_t(0), 0xFFFFFFFF);
}

TEST(Smem, CompareAndSwap) {
  MemorySnippet t;
  t.global(0) = 5;
  t.s(12) = 9; // new
  t.s(13) = 5; // compared with
  EXPECT_EQ(t.run("s_atomic_cmpswap s[12:13], s[0:1], 0x0 glc\ns_waitcnt lgkmcnt(0)"), "");
  EXPECT_EQ(t.global(0), 9u);
  EXPECT_EQ(t.s(12), 5u);
  t.s(12) = 11;
  EXPECT_EQ(t.run("s_buffer_atomic_cmpswap s[12:13], s[4:7], 0x0"), "");
  EXPECT_EQ(t.global(0), 9u);
  t.global(2) = t.global(3) = 1;
  t.wave().setPair(12, 0x200000003);
  t.wave().setPair(14, 0x100000001);
  EXPECT_EQ(t.run("s_atomic_cmpswap_x2 s[12:15], s[0:1], 0x8"), "");
  EXPECT_EQ(t.global(2), 3u);
  EXPECT_EQ(t.global(3), 2u);
  EXPECT_EQ(t.run("s_buffer_atomic_cmpswap_x2 s[12:15], s[4:7], 0x8 glc"), "");
  EXPECT_EQ(t.wave().pair(12), 0x200000003u);
}

TEST(Smem, TimeAdvances) {
  MemorySnippet t;
  EXPECT_EQ(t.run("s_memtime s[10:11]\ns_memrealtime s[12:13]\ns_waitcnt lgkmcnt(0)"), "");
  EXPECT_GT(t.wave().pair(12), t.wave().pair(10));
}

TEST(Smem, CacheControlChangesNothing) {
  MemorySnippet t;
  EXPECT_EQ(t.run("s_dcache_inv\ns_dcache_inv_vol\ns_dcache_wb_vol\ns_dcache_discard s[0:1], 0x0\n"
                  "s_dcache_discard_x2 s[0:1], 0x0\ns_atc_probe 0, s[0:1], 0x0\n"
                  "s_atc_probe_buffer 0, s[4:7], 0x0\n"),
            "");
  EXPECT_EQ(t.global(0), 0x1000000u);
}

TEST(Smem, ScalarScratchIsRefused) {
  MemorySnippet t;
  EXPECT_NE(t.run("s_scratch_load_dword s10, s[0:1], 0x0").find("s_scratch_load_dword is not emulated"),
            std::string::npos);
}
