// Atomics of LDS, FLAT, GLOBAL and MUBUF.
#include "MemorySnippet.h"
#include "OperandSnippet.h"

using namespace kiln::emulator;

/// One lane: dwords 2 (and 3) hold `old`; data is `data`, second data `data2`. Checks what is left and, in
/// the returning form, the old value.
static void checkDs(const std::string &name, const std::string &type, uint64_t old, uint64_t data,
                    uint64_t left, uint64_t data2 = 0) {
  bool wide = llvm::StringRef(type).ends_with("64"), two = name == "mskor" || name == "cmpst";
  for (bool returns : {false, true}) {
    MemorySnippet t;
    t.wave().setPair(Exec, 4);
    t.lds(2) = uint32_t(old);
    t.lds(3) = uint32_t(old >> 32);
    t.fillPair(10, data);
    t.fillPair(12, data2);
    std::string text = "ds_" + name + (returns ? "_rtn_" : "_") + type +
                       (returns ? wide ? " v[20:21]," : " v20," : "") + " v1, " +
                       (wide ? "v[10:11]" : "v10") + (two ? wide ? ", v[12:13]" : ", v12" : "");
    ASSERT_EQ(t.run(text), "") << text;
    EXPECT_EQ(t.lds(2), uint32_t(left)) << text;
    EXPECT_EQ(t.lds(3), wide ? uint32_t(left >> 32) : uint32_t(old >> 32)) << text;
    if (returns)
      EXPECT_EQ(wide ? t.pair(20, 2) : t.v(20, 2), wide ? old : uint32_t(old)) << text;
  }
}

TEST(Atomic, Ds32) {
  checkDs("add", "u32", 0xFFFFFFFF, 2, 1);
  checkDs("sub", "u32", 1, 2, 0xFFFFFFFF);
  checkDs("rsub", "u32", 1, 3, 2);
  checkDs("inc", "u32", 7, 7, 0);
  checkDs("inc", "u32", 6, 7, 7);
  checkDs("dec", "u32", 0, 7, 7);
  checkDs("dec", "u32", 9, 7, 7);
  checkDs("dec", "u32", 5, 7, 4);
  checkDs("min", "i32", 1, 0xFFFFFFFF, 0xFFFFFFFF);
  checkDs("max", "i32", 1, 0xFFFFFFFF, 1);
  checkDs("min", "u32", 1, 0xFFFFFFFF, 1);
  checkDs("max", "u32", 1, 0xFFFFFFFF, 0xFFFFFFFF);
  checkDs("and", "b32", 12, 10, 8);
  checkDs("or", "b32", 12, 10, 14);
  checkDs("xor", "b32", 12, 10, 6);
  checkDs("mskor", "b32", 0xFF, 0x0F, 0xF5, 0x05);
  checkDs("cmpst", "b32", 5, 5, 9, 9); // first data: compared with
  checkDs("cmpst", "b32", 5, 6, 5, 9);
}

TEST(Atomic, Ds64) {
  const uint64_t high = uint64_t(1) << 40;
  checkDs("add", "u64", 0xFFFFFFFF, 2, 0x100000001);
  checkDs("sub", "u64", 1, 2, ~uint64_t(0));
  checkDs("rsub", "u64", 1, high, high - 1);
  checkDs("inc", "u64", high, high, 0);
  checkDs("dec", "u64", 0, high, high);
  checkDs("min", "i64", 1, ~uint64_t(0), ~uint64_t(0));
  checkDs("max", "i64", 1, ~uint64_t(0), 1);
  checkDs("min", "u64", 1, ~uint64_t(0), 1);
  checkDs("max", "u64", 1, ~uint64_t(0), ~uint64_t(0));
  checkDs("and", "b64", 12 * high, 10 * high, 8 * high);
  checkDs("or", "b64", 12 * high, 10 * high, 14 * high);
  checkDs("xor", "b64", 12 * high, 10 * high, 6 * high);
  checkDs("mskor", "b64", 0xFF * high, 0x0F * high, 0xF5 * high, 0x05 * high);
  checkDs("cmpst", "b64", 5 * high, 5 * high, 9 * high, 9 * high);
}

TEST(Atomic, DsFloats) {
  const uint32_t nan = 0x7FC00000;
  checkDs("add", "f32", bits(1.5f), bits(2.25f), bits(3.75f));
  checkDs("min", "f32", bits(1.5f), bits(-2.0f), bits(-2.0f));
  checkDs("max", "f32", bits(1.5f), bits(-2.0f), bits(1.5f));
  checkDs("min", "f32", bits(1.5f), nan, bits(1.5f));
  checkDs("cmpst", "f32", bits(-0.0f), bits(0.0f), bits(7.0f), bits(7.0f));
  checkDs("cmpst", "f32", nan, nan, nan, bits(7.0f));
  checkDs("add", "f64", bits(1.5), bits(2.25), bits(3.75));
  checkDs("min", "f64", bits(1.5), bits(-2.0), bits(-2.0));
  checkDs("max", "f64", bits(1.5), bits(-2.0), bits(1.5));
  checkDs("cmpst", "f64", bits(-0.0), bits(0.0), bits(7.0), bits(7.0));
  // f16: 1 + 2, 0.5 + -0.5; bf16: 1 + 2, 256 + 1 = 257, a tie that goes to 256.
  checkDs("pk_add", "f16", 0x38003C00, 0xB8004000, 0x00004200);
  checkDs("pk_add", "bf16", 0x43803F80, 0x3F804000, 0x43804040);
}

TEST(Atomic, LdsSumsFollowTheDenormalMode) {
  checkDs("add", "f32", 1, 2, 3);
  MemorySnippet t;
  t.wave().mode.bits = 0xC0; // F32 denormals are flushed
  t.wave().setPair(Exec, 1);
  t.lds(0) = 1;
  t.fill(10, 2);
  EXPECT_EQ(t.run("ds_add_f32 v1, v10"), "");
  EXPECT_EQ(t.lds(0), 0u);
}

TEST(Atomic, DsOnlyReturning) {
  MemorySnippet t;
  t.wave().setPair(Exec, 1);
  t.lds(0) = 10;
  t.lds(8) = 100;
  t.fill(10, 4);
  t.fill(11, 50);
  EXPECT_EQ(t.run("ds_wrap_rtn_b32 v20, v1, v10, v11\ns_waitcnt lgkmcnt(0)\n" // 10 >= 4: 6
                  "ds_wrap_rtn_b32 v21, v1, v10, v11\ns_waitcnt lgkmcnt(0)\n" // 2
                  "ds_wrap_rtn_b32 v22, v1, v10, v11\ns_waitcnt lgkmcnt(0)\n" // 2 < 4: 2 + 50
                  "ds_wrxchg_rtn_b32 v23, v1, v10 offset:32\n"),
            "");
  EXPECT_EQ(t.v(20), 10u);
  EXPECT_EQ(t.v(21), 6u);
  EXPECT_EQ(t.v(22), 2u);
  EXPECT_EQ(t.lds(0), 52u);
  EXPECT_EQ(t.v(23), 100u);
  EXPECT_EQ(t.lds(8), 4u);
}

TEST(Atomic, DsExchanges) {
  MemorySnippet t;
  t.wave().setPair(Exec, 1);
  for (unsigned i = 0; i < 4; ++i)
    t.fill(10 + i, 70 + i);
  EXPECT_EQ(t.run("ds_wrxchg2_rtn_b32 v[20:21], v1, v10, v11 offset0:1 offset1:3\n"
                  "ds_wrxchg2st64_rtn_b32 v[22:23], v1, v10, v11 offset0:1 offset1:2\n"
                  "ds_wrxchg2_rtn_b64 v[24:27], v1, v[10:11], v[12:13] offset0:5 offset1:6\n"
                  "ds_wrxchg2st64_rtn_b64 v[28:31], v1, v[10:11], v[12:13] offset0:2 offset1:3\n"
                  "ds_wrxchg_rtn_b64 v[32:33], v1, v[10:11] offset:512\n"),
            "");
  const uint32_t old[] = {1, 3, 64, 128, 10, 11, 12, 13, 256, 257, 384, 385, 128, 129};
  for (unsigned i = 0; i < 14; ++i)
    EXPECT_EQ(t.v(20 + i), (i == 12 ? 71u : 0x2000000 + old[i])) << i;
  EXPECT_EQ(t.lds(3), 71u);
  EXPECT_EQ(t.lds(64), 70u);
  EXPECT_EQ(t.lds(12), 72u);
  EXPECT_EQ(t.lds(385), 73u);
  EXPECT_EQ(t.lds(129), 71u);
}

TEST(Atomic, DsConditionalExchange) {
  MemorySnippet t;
  t.wave().setPair(Exec, 1);
  t.v(10) = 5;          // bit 31 clear: the low dword stays
  t.v(11) = 0x80000006; // set: becomes 6
  EXPECT_EQ(t.run("ds_condxchg32_rtn_b64 v[20:21], v1, v[10:11]"), "");
  EXPECT_EQ(t.lds(0), 0x2000000u);
  EXPECT_EQ(t.lds(1), 6u);
  EXPECT_EQ(t.v(21), 0x2000001u);
}

TEST(Atomic, LanesTakeTurnsInOrder) {
  MemorySnippet t;
  t.fill(1, 0);
  t.fill(10, 1);
  t.lds(0) = 100;
  t.global(0) = 100;
  t.wave().setPair(Exec, 0xF0F0);
  EXPECT_EQ(t.run("ds_add_rtn_u32 v20, v1, v10\nglobal_atomic_add v21, v1, v10, s[0:1] sc0\n"), "");
  const unsigned lanes[] = {4, 5, 6, 7, 12, 13, 14, 15};
  for (unsigned i = 0; i < 8; ++i) {
    EXPECT_EQ(t.v(20, lanes[i]), 100 + i);
    EXPECT_EQ(t.v(21, lanes[i]), 100 + i);
  }
  EXPECT_EQ(t.lds(0), 108u);
  EXPECT_EQ(t.global(0), 108u);
}

/// In global memory, by GLOBAL, FLAT and MUBUF; `data2` is cmpswap's comparand, behind the data.
static void checkMemory(const std::string &name, uint64_t old, uint64_t data, uint64_t left,
                        uint64_t data2 = 0) {
  llvm::StringRef n = name;
  bool wide = n.ends_with("_x2") || n.ends_with("_f64"), swap = n.starts_with("cmpswap");
  unsigned dwords = (wide ? 2 : 1) * (swap ? 2 : 1);
  std::string operand = dwords == 1 ? "v10" : "v[10:" + std::to_string(9 + dwords) + "]";
  std::string result = wide ? "v[20:21]" : "v20";
  for (const char *form : {"global", "flat", "buffer"})
    for (bool returns : {false, true}) {
      MemorySnippet t;
      t.wave().setPair(Exec, 4);
      t.global(2) = uint32_t(old);
      t.global(3) = uint32_t(old >> 32);
      t.setPair(4, t.buffer + 8, 2);
      t.setPair(10, data, 2);
      t.setPair(wide ? 12 : 11, data2, 2);
      bool buffer = form[0] == 'b';
      std::string text = std::string(form) + "_atomic_" + name + " ";
      if (buffer)
        text += operand + ", v1, s[4:7], 0 offen";
      else
        text += (returns ? result + ", " : "") + "v[4:5], " + operand + (form[0] == 'g' ? ", off" : "");
      text += returns ? " sc0" : "";
      ASSERT_EQ(t.run(text), "") << text;
      EXPECT_EQ(t.global(2), uint32_t(left)) << text;
      EXPECT_EQ(t.global(3), wide ? uint32_t(left >> 32) : uint32_t(old >> 32)) << text;
      unsigned at = buffer ? 10 : 20;
      if (returns)
        EXPECT_EQ(wide ? t.pair(at, 2) : t.v(at, 2), wide ? old : uint32_t(old)) << text;
    }
}

TEST(Atomic, Memory32) {
  checkMemory("swap", 5, 9, 9);
  checkMemory("cmpswap", 5, 9, 9, 5);
  checkMemory("cmpswap", 5, 9, 5, 6);
  checkMemory("add", 0xFFFFFFFF, 2, 1);
  checkMemory("sub", 1, 2, 0xFFFFFFFF);
  checkMemory("smin", 1, 0xFFFFFFFF, 0xFFFFFFFF);
  checkMemory("umin", 1, 0xFFFFFFFF, 1);
  checkMemory("smax", 1, 0xFFFFFFFF, 1);
  checkMemory("umax", 1, 0xFFFFFFFF, 0xFFFFFFFF);
  checkMemory("and", 12, 10, 8);
  checkMemory("or", 12, 10, 14);
  checkMemory("xor", 12, 10, 6);
  checkMemory("inc", 7, 7, 0);
  checkMemory("dec", 0, 7, 7);
}

TEST(Atomic, Memory64) {
  const uint64_t high = uint64_t(1) << 40;
  checkMemory("swap_x2", 5, 9 * high, 9 * high);
  checkMemory("cmpswap_x2", 5 * high, 9, 9, 5 * high);
  checkMemory("add_x2", 0xFFFFFFFF, 2, 0x100000001);
  checkMemory("sub_x2", 1, 2, ~uint64_t(0));
  checkMemory("smin_x2", 1, ~uint64_t(0), ~uint64_t(0));
  checkMemory("umin_x2", 1, ~uint64_t(0), 1);
  checkMemory("smax_x2", 1, ~uint64_t(0), 1);
  checkMemory("umax_x2", 1, ~uint64_t(0), ~uint64_t(0));
  checkMemory("and_x2", 12 * high, 10 * high, 8 * high);
  checkMemory("or_x2", 12 * high, 10 * high, 14 * high);
  checkMemory("xor_x2", 12 * high, 10 * high, 6 * high);
  checkMemory("inc_x2", high, high, 0);
  checkMemory("dec_x2", 0, high, high);
}

TEST(Atomic, MemoryFloats) {
  checkMemory("add_f32", bits(1.5f), bits(2.25f), bits(3.75f));
  checkMemory("add_f32", 1, 2, 0); // denormals are flushed in the L2 cache, whatever MODE says
  checkMemory("add_f64", bits(1.5), bits(2.25), bits(3.75));
  checkMemory("add_f64", 1, 2, 3);
  checkMemory("min_f64", bits(1.5), bits(-2.0), bits(-2.0));
  checkMemory("max_f64", bits(1.5), bits(-2.0), bits(1.5));
  checkMemory("pk_add_f16", 0x38003C00, 0xB8004000, 0x00004200);
  checkMemory("pk_add_f16", 0x00010001, 0x00020001, 0x00030002); // denormals are kept
  checkMemory("pk_add_bf16", 0x43803F80, 0x3F804000, 0x43804040);
}

TEST(Atomic, OutOfRangeOfTheDescriptorIsDroppedAndReturnsZero) {
  MemorySnippet t;
  t.descriptor(0, 8);
  t.fill(10, 5);
  EXPECT_EQ(t.run("buffer_atomic_add v10, v1, s[4:7], 0 offen sc0"), "");
  EXPECT_EQ(t.v(10, 1), 0x1000001u);
  EXPECT_EQ(t.v(10, 2), 0u);
  EXPECT_EQ(t.global(1), 0x1000006u);
  EXPECT_EQ(t.global(2), 0x1000002u);
}

TEST(Atomic, MisalignedIsAFault) {
  MemorySnippet t;
  t.fillPair(4, t.buffer + 2);
  EXPECT_NE(t.run("global_atomic_add v[4:5], v10, off").find("an atomic of 4 bytes at misaligned address"),
            std::string::npos);
}

TEST(Atomic, FlatReachesLds) {
  MemorySnippet t;
  t.wave().setPair(Exec, 1);
  t.setPair(4, SharedAperture + 8);
  t.fill(10, 1);
  EXPECT_EQ(t.run("flat_atomic_add v[4:5], v10"), "");
  EXPECT_EQ(t.lds(2), 0x2000003u);
}
