// Snippet with a global buffer of numbered dwords, numbered LDS, and descriptors.
#ifndef KILN_UNITTESTS_EMULATOR_MEMORYSNIPPET_H
#define KILN_UNITTESTS_EMULATOR_MEMORYSNIPPET_H

#include "Snippet.h"

namespace kiln::emulator {

constexpr uint32_t Untouched = 0xABABABAB;

/// s[0:1] holds the address of `buffer`, 4096 dwords; s[4:7] a raw descriptor of all of it; v1 is 4 * lane,
/// v2 the lane. Dword i of the buffer is 0x1000000 + i, dword i of LDS 0x2000000 + i.
struct MemorySnippet : Snippet {
  static constexpr unsigned Dwords = 4096;
  explicit MemorySnippet(Chip chip = Chip::Gfx950) : Snippet(chip) {
    buffer = memory.allocate(Dwords * 4, "buffer");
    for (unsigned i = 0; i < Dwords; ++i)
      global(i) = 0x1000000 + i;
    for (unsigned i = 0; i < group.lds.size() / 4; ++i)
      lds(i) = 0x2000000 + i;
    wave().setPair(0, buffer);
    descriptor(0, Dwords * 4);
    for (unsigned lane = 0; lane < Lanes; ++lane) {
      v(1, lane) = 4 * lane;
      v(2, lane) = lane;
    }
    group.timing = MemoryTiming::AtWait;
  }
  /// s[4:7]; bit 31 of `stride` is the swizzle enable of word 1.
  void descriptor(uint32_t stride, uint32_t records, uint32_t word3 = 0x20000) {
    s(4) = uint32_t(buffer);
    s(5) = uint32_t(buffer >> 32) | (stride & 0x3FFF) << 16 | (stride & 0x80000000);
    s(6) = records;
    s(7) = word3;
  }
  uint32_t &global(unsigned dword) {
    return reinterpret_cast<uint32_t *>(memory.find(buffer, Dwords * 4)->bytes.get())[dword];
  }
  uint32_t &lds(unsigned dword) { return reinterpret_cast<uint32_t *>(group.lds.data())[dword]; }
  uint64_t pair(unsigned i, unsigned lane = 0) { return v(i, lane) | uint64_t(v(i + 1, lane)) << 32; }
  void setPair(unsigned i, uint64_t value, unsigned lane = 0) {
    v(i, lane) = uint32_t(value);
    v(i + 1, lane) = uint32_t(value >> 32);
  }
  void fillPair(unsigned i, uint64_t value) {
    for (unsigned lane = 0; lane < Lanes; ++lane)
      setPair(i, value, lane);
  }
  uint64_t buffer = 0;
};

} // namespace kiln::emulator

#endif
