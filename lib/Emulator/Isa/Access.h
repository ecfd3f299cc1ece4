// Vocabulary of the vector memory instructions: per-lane addresses, captured data, landing.
#ifndef KILN_LIB_EMULATOR_ISA_ACCESS_H
#define KILN_LIB_EMULATOR_ISA_ACCESS_H

#include "Isa/Scalar.h"

namespace kiln::emulator {

/// Calls `body(lane)` for every lane in the mask, in order.
template <class Body> void forLanes(u64 mask, Body body) {
  for (; mask; mask &= mask - 1)
    body(unsigned(__builtin_ctzll(mask)));
}

/// Copies the registers of a data operand into access.data, from row `row`.
inline void captureData(const Wave &wave, const Operand &operand, PendingAccess &access, unsigned row = 0) {
  for (unsigned i = 0; i < operand.dwords && row + i < 4; ++i)
    memcpy(access.data[row + i], wave.vgpr[(operand.index + i) & 511], sizeof(access.data[0]));
}

/// Where a flat address leads (manual 10.2: the apertures), as an address of that space.
struct FlatPlace {
  MemorySpace space;
  u64 address;
};
inline FlatPlace flatPlace(u64 address) {
  if (address >> 32 == SharedAperture >> 32)
    return {MemorySpace::Lds, address & 0xFFFFFFFF};
  if (address >> 32 == PrivateAperture >> 32)
    return {MemorySpace::Scratch, address & 0xFFFFFFFF};
  return {MemorySpace::Global, address};
}

/// How a loaded value of less than a dword fills its register.
enum class Fill { Zero, Sign, LowHalf, HighHalf };

inline u32 fillRegister(u32 value, unsigned size, Fill fill, bool isSigned, u32 old) {
  u32 wide = size == 1 ? (isSigned ? u32(i32(i8(value))) : value & 0xFF)
                       : (isSigned ? u32(i32(i16(value))) : value & 0xFFFF);
  switch (fill) {
  case Fill::LowHalf:
    return (old & 0xFFFF0000) | (wide & 0xFFFF);
  case Fill::HighHalf:
    return (old & 0xFFFF) | wide << 16;
  default:
    return wide;
  }
}

} // namespace kiln::emulator

#endif
