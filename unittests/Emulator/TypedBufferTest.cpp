// Typed buffers: formats of the instruction (tbuffer) and of the descriptor (buffer_*_format).
#include "MemorySnippet.h"

using namespace kiln::emulator;

/// Word 3 of a descriptor: x, y, z, w selected in order.
static uint32_t word3(unsigned dataFormat, unsigned numberFormat, uint32_t select = 0xFAC) {
  return select | numberFormat << 12 | dataFormat << 15;
}

TEST(TypedBuffer, LoadsByTheInstructionsFormat) {
  MemorySnippet t;
  t.global(0) = 0xFF80007F; // bytes 7F 00 80 FF
  EXPECT_EQ(t.run("tbuffer_load_format_xyzw v[10:13], off, s[4:7], 0 format:[BUF_DATA_FORMAT_8_8_8_8,"
                  "BUF_NUM_FORMAT_UNORM]\n"
                  "tbuffer_load_format_xy v[14:15], off, s[4:7], 0 format:[BUF_DATA_FORMAT_8_8_8_8,"
                  "BUF_NUM_FORMAT_UINT]\n"
                  "tbuffer_load_format_xyz v[16:18], off, s[4:7], 0 format:[BUF_DATA_FORMAT_8_8_8_8,"
                  "BUF_NUM_FORMAT_SINT]\n"
                  "tbuffer_load_format_x v19, off, s[4:7], 0 format:[BUF_DATA_FORMAT_16_16,"
                  "BUF_NUM_FORMAT_SNORM]\n"
                  "tbuffer_load_format_xyzw v[20:23], off, s[4:7], 0 format:[BUF_DATA_FORMAT_16_16,"
                  "BUF_NUM_FORMAT_USCALED]\n"),
            "");
  EXPECT_EQ(t.f(10), 127.0f / 255);
  EXPECT_EQ(t.f(12), 128.0f / 255);
  EXPECT_EQ(t.f(13), 1.0f);
  EXPECT_EQ(t.v(14), 0x7Fu);
  EXPECT_EQ(t.v(15), 0u);
  EXPECT_EQ(t.v(18), 0xFFFFFF80u);
  EXPECT_EQ(t.f(19), 127.0f / 32767);
  EXPECT_EQ(t.f(21), 65408.0f); // 0xFF80
  EXPECT_EQ(t.f(22), 0.0f);     // a component that the format lacks
  EXPECT_EQ(t.f(23), 1.0f);     // w's default
}

TEST(TypedBuffer, PackedAndHalfFormats) {
  MemorySnippet t;
  t.global(0) = 0xC0000000 | 1023u << 20 | 3 << 10 | 2; // 2_10_10_10: x is in the low bits
  t.global(1) = 0xC0003C00;                             // halves 1.0, -2.0
  t.global(2) = 0x3C0 | 0x3C0 << 11 | 0x1E0 << 22;      // 10_11_11: 1.0 thrice
  EXPECT_EQ(t.run("tbuffer_load_format_xyzw v[10:13], off, s[4:7], 0 format:[BUF_DATA_FORMAT_2_10_10_10,"
                  "BUF_NUM_FORMAT_UINT]\n"
                  "tbuffer_load_format_xy v[14:15], off, s[4:7], 0 format:[BUF_DATA_FORMAT_16_16,"
                  "BUF_NUM_FORMAT_FLOAT] offset:4\n"
                  "tbuffer_load_format_xyz v[16:18], off, s[4:7], 0 format:[BUF_DATA_FORMAT_10_11_11,"
                  "BUF_NUM_FORMAT_FLOAT] offset:8\n"),
            "");
  EXPECT_EQ(t.v(10), 2u);
  EXPECT_EQ(t.v(11), 3u);
  EXPECT_EQ(t.v(12), 1023u);
  EXPECT_EQ(t.v(13), 3u);
  EXPECT_EQ(t.f(14), 1.0f);
  EXPECT_EQ(t.f(15), -2.0f);
  EXPECT_EQ(t.f(16), 1.0f);
  EXPECT_EQ(t.f(17), 1.0f);
  EXPECT_EQ(t.f(18), 1.0f);
}

TEST(TypedBuffer, OutOfRangeIsZeroOrTheSelectedOne) { // manual 9.1.5.1
  MemorySnippet t;
  t.descriptor(0, 64, word3(11, 7, 5 | 4 << 3 | 1 << 6)); // (y, x, 1, 0)
  t.fill(3, 64);
  EXPECT_EQ(t.run("buffer_load_format_xyzw v[10:13], v3, s[4:7], 0 offen"), "");
  EXPECT_EQ(t.v(10), 0u);
  EXPECT_EQ(t.v(11), 0u);
  EXPECT_EQ(t.f(12), 1.0f);
  EXPECT_EQ(t.v(13), 0u);
}

TEST(TypedBuffer, LoadsByTheDescriptorsFormat) {
  MemorySnippet t;
  // 32_32 float, destination (y, x, 1, 0): selects 5, 4, 1, 0.
  t.descriptor(0, 64, word3(11, 7, 5 | 4 << 3 | 1 << 6));
  t.global(0) = 0x40000000;
  t.global(1) = 0x40400000;
  EXPECT_EQ(t.run("buffer_load_format_xyzw v[10:13], off, s[4:7], 0\n"
                  "buffer_load_format_x v14, off, s[4:7], 0\nbuffer_load_format_xy v[22:23], off, s[4:7], 0\n"
                  "buffer_load_format_xyz v[18:20], off, s[4:7], 0\n"),
            "");
  EXPECT_EQ(t.f(10), 3.0f);
  EXPECT_EQ(t.f(11), 2.0f);
  EXPECT_EQ(t.f(12), 1.0f);
  EXPECT_EQ(t.f(13), 0.0f);
  EXPECT_EQ(t.f(14), 3.0f);
  EXPECT_EQ(t.f(23), 2.0f);
  EXPECT_EQ(t.f(20), 1.0f);
}

TEST(TypedBuffer, HalfRegisters) {
  MemorySnippet t;
  t.descriptor(0, 64, word3(14, 7)); // 32_32_32_32 float
  const float values[] = {1, 2, 3, 4};
  std::memcpy(&t.global(0), values, 16);
  t.fill(16, Untouched);
  t.fill(17, Untouched);
  EXPECT_EQ(t.run("buffer_load_format_d16_xyzw v[10:11], off, s[4:7], 0\n"
                  "buffer_load_format_d16_xyz v[12:13], off, s[4:7], 0\n"
                  "buffer_load_format_d16_xy v14, off, s[4:7], 0\n"
                  "buffer_load_format_d16_x v16, off, s[4:7], 0\n"
                  "buffer_load_format_d16_hi_x v17, off, s[4:7], 0\n"
                  "tbuffer_load_format_d16_xyzw v[20:21], off, s[4:7], 0 format:[BUF_DATA_FORMAT_32_32_32_32,"
                  "BUF_NUM_FORMAT_FLOAT]\n"
                  "tbuffer_load_format_d16_xyz v[22:23], off, s[4:7], 0 format:[BUF_DATA_FORMAT_32_32_32,"
                  "BUF_NUM_FORMAT_FLOAT]\n"
                  "tbuffer_load_format_d16_xy v24, off, s[4:7], 0 format:[BUF_DATA_FORMAT_32_32,"
                  "BUF_NUM_FORMAT_FLOAT]\n"
                  "tbuffer_load_format_d16_x v25, off, s[4:7], 0 format:[BUF_DATA_FORMAT_32,"
                  "BUF_NUM_FORMAT_FLOAT]\n"),
            "");
  EXPECT_EQ(t.v(10), 0x40003C00u); // 1, 2
  EXPECT_EQ(t.v(11), 0x44004200u); // 3, 4
  EXPECT_EQ(t.v(13), 0x00004200u);
  EXPECT_EQ(t.v(14), 0x40003C00u);
  EXPECT_EQ(t.v(16), 0x00003C00u);
  EXPECT_EQ(t.v(17), 0x3C000000u);
  EXPECT_EQ(t.v(21), 0x44004200u);
  EXPECT_EQ(t.v(23), 0x00004200u);
  EXPECT_EQ(t.v(24), 0x40003C00u);
  EXPECT_EQ(t.v(25), 0x00003C00u);
}

TEST(TypedBuffer, HalfRegistersWithoutSramEcc) {
  MemorySnippet t;
  t.wave().sramEcc = false;
  t.descriptor(0, 64, word3(14, 7)); // 32_32_32_32 float
  const float values[] = {1, 2, 3, 4};
  std::memcpy(&t.global(0), values, 16);
  for (unsigned i = 12; i < 18; ++i)
    t.fill(i, Untouched);
  EXPECT_EQ(t.run("buffer_load_format_d16_xyz v[12:13], off, s[4:7], 0\n"
                  "buffer_load_format_d16_xy v14, off, s[4:7], 0\n"
                  "buffer_load_format_d16_x v16, off, s[4:7], 0\n"
                  "buffer_load_format_d16_hi_x v17, off, s[4:7], 0"),
            "");
  EXPECT_EQ(t.v(12), 0x40003C00u);
  EXPECT_EQ(t.v(13), 0xABAB4200u);
  EXPECT_EQ(t.v(14), 0x40003C00u);
  EXPECT_EQ(t.v(16), 0xABAB3C00u);
  EXPECT_EQ(t.v(17), 0x3C00ABABu);
}

TEST(TypedBuffer, Stores) {
  MemorySnippet t;
  t.wave().setPair(Exec, 1);
  t.setF(10, 1.0f);
  t.setF(11, 0.5f);
  t.setF(12, -1.0f);
  t.setF(13, 2.0f);
  t.fill(14, 300);
  EXPECT_EQ(t.run("tbuffer_store_format_xyzw v[10:13], off, s[4:7], 0 format:[BUF_DATA_FORMAT_8_8_8_8,"
                  "BUF_NUM_FORMAT_UNORM]\n"
                  "tbuffer_store_format_xyz v[10:12], off, s[4:7], 0 format:[BUF_DATA_FORMAT_32_32_32,"
                  "BUF_NUM_FORMAT_FLOAT] offset:4\n"
                  "tbuffer_store_format_xy v[10:11], off, s[4:7], 0 format:[BUF_DATA_FORMAT_16_16,"
                  "BUF_NUM_FORMAT_SNORM] offset:16\n"
                  "tbuffer_store_format_x v14, off, s[4:7], 0 format:[BUF_DATA_FORMAT_8,"
                  "BUF_NUM_FORMAT_UINT] offset:20\n"),
            "");
  EXPECT_EQ(t.global(0), 0xFF0080FFu); // 1 -> 255, 127.5 -> 128 (even), -1 -> 0, 2 -> 255
  EXPECT_EQ(t.global(1), 0x3F800000u);
  EXPECT_EQ(t.global(3), 0xBF800000u);
  EXPECT_EQ(t.global(4), 0x40007FFFu); // 32767; 16383.5 -> 16384
  EXPECT_EQ(t.global(5), 0x010000FFu); // clamped; the other bytes stay
}

TEST(TypedBuffer, StoresByTheDescriptorsFormat) {
  MemorySnippet t;
  t.wave().setPair(Exec, 1);
  t.fill(10, 0x40003C00); // halves 1, 2
  t.fill(11, 0x44004200); // 3, 4
  for (unsigned i = 0; i < 4; ++i)
    t.setF(12 + i, float(i + 1));
  t.descriptor(0, 256, word3(14, 7));
  EXPECT_EQ(t.run("buffer_store_format_xyzw v[12:15], off, s[4:7], 0\n"
                  "buffer_store_format_xyz v[12:14], off, s[4:7], 0 offset:16\n"
                  "buffer_store_format_xy v[12:13], off, s[4:7], 0 offset:32\n"
                  "buffer_store_format_x v12, off, s[4:7], 0 offset:48\n"
                  "buffer_store_format_d16_xyzw v[10:11], off, s[4:7], 0 offset:64\n"
                  "buffer_store_format_d16_xyz v[10:11], off, s[4:7], 0 offset:80\n"
                  "buffer_store_format_d16_xy v10, off, s[4:7], 0 offset:96\n"
                  "buffer_store_format_d16_x v10, off, s[4:7], 0 offset:112\n"
                  "buffer_store_format_d16_hi_x v10, off, s[4:7], 0 offset:128\n"),
            "");
  const uint32_t values[] = {0x3F800000, 0x40000000, 0x40400000, 0x40800000};
  const unsigned counts[] = {4, 3, 2, 1, 4, 3, 2, 1};
  for (unsigned n = 0; n < 8; ++n)
    for (unsigned i = 0; i < 4; ++i)
      EXPECT_EQ(t.global(4 * n + i), i < counts[n] ? values[i] : 0) << n << " " << i;
  EXPECT_EQ(t.global(32), 0x40000000u);
}

TEST(TypedBuffer, HalfStoresByTheInstructionsFormat) {
  MemorySnippet t;
  t.wave().setPair(Exec, 1);
  t.fill(10, 0x40003C00);
  t.fill(11, 0x44004200);
  auto store = [](const char *operands, unsigned offset) {
    return std::string(operands) +
           ", off, s[4:7], 0 format:[BUF_DATA_FORMAT_16_16_16_16,BUF_NUM_FORMAT_FLOAT] offset:" +
           std::to_string(offset) + "\n";
  };
  EXPECT_EQ(t.run(store("tbuffer_store_format_d16_xyzw v[10:11]", 0) +
                  store("tbuffer_store_format_d16_xyz v[10:11]", 8) +
                  store("tbuffer_store_format_d16_xy v10", 16) + store("tbuffer_store_format_d16_x v10", 24)),
            "");
  const uint32_t expected[] = {0x40003C00, 0x44004200, 0x40003C00, 0x4200, 0x40003C00, 0, 0x3C00, 0};
  for (unsigned i = 0; i < 8; ++i)
    EXPECT_EQ(t.global(i), expected[i]) << i;
}

TEST(TypedBuffer, ElementsAreInRangeAsAWhole) {
  MemorySnippet t;
  t.descriptor(0, 7);
  t.fill(10, Untouched);
  EXPECT_EQ(t.run("tbuffer_load_format_xy v[10:11], v1, s[4:7], 0 format:[BUF_DATA_FORMAT_16_16,"
                  "BUF_NUM_FORMAT_UINT] offen\n"),
            "");
  EXPECT_EQ(t.v(11, 0), 0x100u);
  EXPECT_EQ(t.v(10, 1), 0u);
  EXPECT_EQ(t.v(11, 1), 0u);
}

TEST(TypedBuffer, AnInvalidFormatIsAnError) {
  MemorySnippet t;
  t.descriptor(0, 64, word3(0, 4));
  EXPECT_NE(t.run("buffer_load_format_x v10, off, s[4:7], 0").find("invalid buffer format"),
            std::string::npos);
}
