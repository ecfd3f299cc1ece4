// Vocabulary of the vector memory instructions: places that addresses lead to, captured data, landing.
//
// A place (LdsPlace, FlatPlace, BufferPlace, ...) says which memory an encoding's addresses are in, how they
// are formed, and which counters it uses. Lanes take effect in ascending order: of overlapping stores the
// highest lane's stays, and atomics on one address return the values that the lanes before them left.
#ifndef KILN_LIB_EMULATOR_ISA_ACCESS_H
#define KILN_LIB_EMULATOR_ISA_ACCESS_H

#include "Isa/Scalar.h"

namespace kiln::emulator {

/// Calls `body(lane)` for every lane in the mask, in order.
template <class Body> void forLanes(u64 mask, Body body) {
  if (mask == ~u64(0)) {
    for (unsigned lane = 0; lane < Lanes; ++lane)
      body(lane);
    return;
  }
  for (; mask; mask &= mask - 1)
    body(unsigned(__builtin_ctzll(mask)));
}

/// Copies the registers of a data operand into access.data, from row `row`.
inline void captureData(const Wave &wave, const Operand &operand, PendingAccess &access, unsigned row = 0) {
  for (unsigned i = 0; i < operand.dwords && row + i < 4; ++i)
    memcpy(access.data[row + i], wave.vgpr[(operand.index + i) & 511], sizeof(access.data[0]));
}

/// An address and the memory it is in.
struct Location {
  MemorySpace space;
  u64 address;
};

struct LdsPlace {
  static constexpr u8 Counters = LgkmCnt;
  static constexpr bool IsBuffer = false;
  static Location locate(u64 address) { return {MemorySpace::Lds, address & 0xFFFFFFFF}; }
};

/// Where a flat address leads is its upper half's choice (manual 10.2: the apertures), so it counts on both.
struct FlatPlace {
  static constexpr u8 Counters = VmCnt | LgkmCnt;
  static constexpr bool IsBuffer = false;
  static Location locate(u64 address) {
    if (address >> 32 == SharedAperture >> 32)
      return {MemorySpace::Lds, address & 0xFFFFFFFF};
    if (address >> 32 == PrivateAperture >> 32)
      return {MemorySpace::Scratch, address & 0xFFFFFFFF};
    return {MemorySpace::Global, address};
  }
};

struct GlobalPlace {
  static constexpr u8 Counters = VmCnt;
  static constexpr bool IsBuffer = false;
  static Location locate(u64 address) { return {MemorySpace::Global, address}; }
};

struct ScratchPlace {
  static constexpr u8 Counters = VmCnt;
  static constexpr bool IsBuffer = false;
  static Location locate(u64 address) { return {MemorySpace::Scratch, address}; }
};

/// Global memory through a descriptor: PendingAccess::inRange and step hold.
struct BufferPlace {
  static constexpr u8 Counters = VmCnt;
  static constexpr bool IsBuffer = true;
  static Location locate(u64 address) { return {MemorySpace::Global, address}; }
};

/// Host memory of a whole access; lane's bytes start at `at(lane, address)`.
struct Span {
  uintptr_t origin = 0;
  u64 laneStride = 0;
  explicit operator bool() const { return origin; }
  u8 *at(unsigned lane, u64 address) const {
    return reinterpret_cast<u8 *>(origin + lane * laneStride + address);
  }
};

/// The fast path: a span if nobody watches and all lanes' `size` bytes from their address plus `delta` lie in
/// one allocation, in LDS or in scratch.
template <class Place>
Span spanOf(Wave &wave, const PendingAccess &access, unsigned size, bool isWrite, u64 delta = 0) {
  if (wave.observer || !access.exec)
    return {};
  u64 low = ~u64(0), high = 0;
  unsigned wanted = size < 4 ? 1 : size / 4, allowed = 255;
  forLanes(access.exec, [&](unsigned lane) {
    low = access.address[lane] < low ? access.address[lane] : low;
    high = access.address[lane] > high ? access.address[lane] : high;
  });
  if constexpr (Place::IsBuffer) {
    forLanes(access.exec, [&](unsigned lane) {
      allowed = access.inRange[lane] < allowed ? access.inRange[lane] : allowed;
    });
    if (allowed < wanted || access.step != 4)
      return {};
  }
  Location first = Place::locate(low + delta);
  if (first.space != Place::locate(high + delta).space)
    return {};
  u8 *host = wave.hostBytes(first.space, first.address, high - low + size, isWrite);
  if (!host)
    return {};
  return {reinterpret_cast<uintptr_t>(host) - low,
          first.space == MemorySpace::Scratch ? wave.scratchStride() : u64(0)};
}

/// True if the lanes' elements of `size` bytes lie one after the other.
inline bool isContiguous(const PendingAccess &access, unsigned size) {
  bool same = access.exec == ~u64(0);
  for (unsigned lane = 0; lane < Lanes; ++lane)
    same &= access.address[lane] == access.address[0] + lane * size;
  return same;
}

/// The slow path, one lane: goes through the checks, tells observers, gives zero where the descriptor ends.
template <class Place>
void loadLane(Wave &wave, const PendingAccess &access, unsigned lane, u64 delta, u32 *words, unsigned size) {
  Location at = Place::locate(access.address[lane] + delta);
  unsigned dwords = (size + 3) / 4;
  if (!Place::IsBuffer || (access.step == 4 && access.inRange[lane] >= dwords)) {
    wave.load(at.space, lane, at.address, words, size);
    return;
  }
  for (unsigned i = 0; i < dwords; ++i) {
    words[i] = 0;
    if (i < access.inRange[lane])
      wave.load(at.space, lane, at.address + i * access.step, &words[i], size < 4 ? size : 4);
  }
}

template <class Place>
void storeLane(Wave &wave, const PendingAccess &access, unsigned lane, u64 delta, const u32 *words,
               unsigned size) {
  Location at = Place::locate(access.address[lane] + delta);
  unsigned dwords = (size + 3) / 4;
  if (!Place::IsBuffer || (access.step == 4 && access.inRange[lane] >= dwords)) {
    wave.store(at.space, lane, at.address, words, size);
    return;
  }
  for (unsigned i = 0; i < dwords && i < access.inRange[lane]; ++i)
    wave.store(at.space, lane, at.address + i * access.step, &words[i], size < 4 ? size : 4);
}

/// Loads `Dwords` registers from `dst` on, for every active lane.
template <class Place, unsigned Dwords>
void loadLanes(Wave &wave, const PendingAccess &access, unsigned dst, u64 delta = 0) {
  u32 *rows[Dwords];
  for (unsigned i = 0; i < Dwords; ++i)
    rows[i] = wave.vgpr[(dst + i) & 511];
  Span span = spanOf<Place>(wave, access, 4 * Dwords, /*isWrite=*/false, delta);
  if (span && !span.laneStride && isContiguous(access, 4 * Dwords)) {
    const u8 *from = span.at(0, access.address[0]);
    for (unsigned i = 0; i < Dwords; ++i)
      for (unsigned lane = 0; lane < Lanes; ++lane)
        memcpy(&rows[i][lane], from + lane * 4 * Dwords + i * 4, 4);
    return;
  }
  forLanes(access.exec, [&](unsigned lane) {
    u32 words[Dwords];
    if (span)
      memcpy(words, span.at(lane, access.address[lane]), sizeof(words));
    else
      loadLane<Place>(wave, access, lane, delta, words, sizeof(words));
    for (unsigned i = 0; i < Dwords; ++i)
      rows[i][lane] = words[i];
  });
}

/// Stores `Size` bytes a lane from access.data, row `row` on, shifted right by `Shift` bits.
template <class Place, unsigned Size, unsigned Shift = 0>
void storeLanes(Wave &wave, const PendingAccess &access, unsigned row = 0, u64 delta = 0) {
  Span span = spanOf<Place>(wave, access, Size, /*isWrite=*/true, delta);
  forLanes(access.exec, [&](unsigned lane) {
    u32 words[(Size + 3) / 4];
    for (unsigned i = 0; i < (Size + 3) / 4; ++i)
      words[i] = access.data[row + i][lane] >> Shift;
    if (span)
      memcpy(span.at(lane, access.address[lane]), words, Size);
    else
      storeLane<Place>(wave, access, lane, delta, words, Size);
  });
}

/// How a loaded value of less than a dword fills its register. The other half becomes zero: with SRAM ECC,
/// which these chips have, d16 loads do not keep it (LLVM, GCNSubtarget::d16PreservesUnusedBits; hipBLASLt's
/// kernels combine two of them by v_or_b32).
enum class Fill { Whole, LowHalf, HighHalf };

inline u32 widen(u32 value, unsigned size, bool isSigned) {
  if (size == 1)
    return isSigned ? u32(i32(i8(value))) : value & 0xFF;
  return isSigned ? u32(i32(i16(value))) : value & 0xFFFF;
}

// Landings, by what is done at the place.

template <class Place, unsigned Dwords> void landLoad(Wave &wave, PendingAccess &access) {
  loadLanes<Place, Dwords>(wave, access, access.inst->dst[0].index);
}

template <class Place, unsigned Size, bool IsSigned, Fill How>
void landNarrowLoad(Wave &wave, PendingAccess &access) {
  u32 *dst = wave.vgpr[access.inst->dst[0].index];
  u32 kept = How == Fill::Whole || wave.sramEcc ? 0 : How == Fill::LowHalf ? 0xFFFF0000 : 0xFFFF;
  Span span = spanOf<Place>(wave, access, Size, /*isWrite=*/false);
  forLanes(access.exec, [&](unsigned lane) {
    u32 value = 0;
    if (span)
      memcpy(&value, span.at(lane, access.address[lane]), Size);
    else
      loadLane<Place>(wave, access, lane, 0, &value, Size);
    value = widen(value, Size, IsSigned);
    value = How == Fill::Whole ? value : How == Fill::LowHalf ? value & 0xFFFF : value << 16;
    dst[lane] = (dst[lane] & kept) | value;
  });
}

template <class Place, unsigned Size, unsigned Shift> void landStore(Wave &wave, PendingAccess &access) {
  storeLanes<Place, Size, Shift>(wave, access);
}

/// LDS-DMA (manual 9.1.9, 10.3): lane l's slot is at M0 + the instruction's offset + l * slot size. A slot is
/// a dword, or 16 bytes for the 12- and 16-byte forms: of 12 bytes, the last dword is filled with zero.
template <class Place, unsigned Size, bool IsSigned> void landToLds(Wave &wave, PendingAccess &access) {
  constexpr unsigned Slot = Size > 4 ? 16 : 4;
  u32 m0 = access.m0 & (wave.chip == Chip::Gfx950 ? 0x3FFFF : 0xFFFF) & (Place::IsBuffer ? ~0u : ~3u);
  u64 base = m0 + i64(access.inst->offset);
  Span span = spanOf<Place>(wave, access, Size, /*isWrite=*/false);
  u8 *lds = wave.observer ? nullptr : wave.hostBytes(MemorySpace::Lds, base, Slot * Lanes, /*isWrite=*/true);
  forLanes(access.exec, [&](unsigned lane) {
    u32 words[Slot / 4] = {};
    if (span)
      memcpy(words, span.at(lane, access.address[lane]), Size);
    else
      loadLane<Place>(wave, access, lane, 0, words, Size);
    if (Size < 4)
      words[0] = widen(words[0], Size, IsSigned);
    if (lds)
      memcpy(lds + lane * Slot, words, Slot);
    else
      wave.store(MemorySpace::Lds, lane, base + lane * Slot, words, Slot);
  });
}

} // namespace kiln::emulator

#endif
