#ifndef KILN_LAYOUT_EXCHANGE_H
#define KILN_LAYOUT_EXCHANGE_H

#include "kiln/Layout/LinearLayout.h"

namespace kiln::layout {

/// How far values travel from one layout of a tile to another.
enum class Reach {
  Nowhere,   ///< Every value is where it is wanted.
  Registers, ///< Values stay in their lane.
  Lanes,     ///< Values stay in their wave.
  Waves,     ///< Values change the wave: they need memory.
};

llvm::StringRef toString(Reach reach);

/// A bit of the destination's register number and a bit of the lane number that change places.
struct BitSwap {
  unsigned registerBit;
  unsigned laneBit;
  bool operator==(const BitSwap &other) const {
    return registerBit == other.registerBit && laneBit == other.laneBit;
  }
};

struct Exchange {
  Reach reach;
  /// (register, lane, wave, ...) of the destination to those of the source.
  LinearLayout conversion;
  /// The source register depends on the destination's register only, not on its lane or wave: no selects.
  bool uniformRegisters;
  /// Within a wave, if it is an XOR of the lane number: the XOR for each register of the destination.
  std::optional<llvm::SmallVector<uint32_t>> laneXor;
  /// Within a wave, if it takes only register renaming and swaps of register bits with lane bits: those
  /// swaps, by lane bit. The destination with these bits swapped is the source up to a uniform renaming of
  /// registers.
  std::optional<llvm::SmallVector<BitSwap>> swaps;
};

/// What it takes to turn `source` into `destination`; nothing if an element is missing in the source. Inputs
/// other than register and lane count as farther than a wave's lanes.
std::optional<Exchange> analyseExchange(const LinearLayout &source, const LinearLayout &destination);

} // namespace kiln::layout

#endif // KILN_LAYOUT_EXCHANGE_H
