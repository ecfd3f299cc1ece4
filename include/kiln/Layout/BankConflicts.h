#ifndef KILN_LAYOUT_BANKCONFLICTS_H
#define KILN_LAYOUT_BANKCONFLICTS_H

#include "kiln/Layout/LinearLayout.h"

namespace kiln::layout {

/// How a banked memory serves one kind of access. All of it is data of a machine.
struct BankedAccess {
  /// Bytes that each lane accesses.
  unsigned bytes;
  /// Bank of an address = address / bankBytes % banks.
  unsigned banks;
  unsigned bankBytes = 4;
  /// The lanes that are served together, one group after the other.
  std::vector<llvm::SmallVector<unsigned>> phases;

  /// Phases of `lanesPerPhase` consecutive lanes.
  static std::vector<llvm::SmallVector<unsigned>> consecutivePhases(unsigned lanes, unsigned lanesPerPhase);
  /// Says what is wrong with the data for a wave of `lanes`, e.g. that a lane is in no phase or in two.
  std::string verify(unsigned lanes) const;
};

struct AccessCost {
  /// Sum over the phases of the most words that one bank has to serve. A word read by several lanes counts
  /// once.
  unsigned cycles = 0;
  /// The same words spread evenly over the banks.
  unsigned minimum = 0;
  unsigned conflicts() const { return cycles - minimum; }
};

/// Cost of one access by one wave: a byte address for each lane, or none for an inactive lane.
AccessCost accessCost(llvm::ArrayRef<std::optional<uint64_t>> addresses, const BankedAccess &access);

/// Cost of moving a whole tile between registers and memory.
struct TileCost {
  /// Index of the access used: the widest that the two layouts allow.
  unsigned access;
  /// Accesses of all waves together.
  unsigned accesses = 0;
  /// Sum over these accesses.
  AccessCost total;
};

/// The offsets at which the inputs of `registers` find their elements in `memory` (input "offset"): a layout
/// with one output. Nothing if `memory` does not hold the tile.
std::optional<LinearLayout> offsetsOf(const LinearLayout &registers, const LinearLayout &memory);

/// The cost of a tile whose values are held as `registers` says ("register", "lane", "wave") and stored as
/// `memory` says, in elements of `elementBits`. Nothing if no access is narrow enough for the vectors that
/// lie together, or `memory` does not hold the tile.
std::optional<TileCost> tileCost(const LinearLayout &registers, const LinearLayout &memory,
                                 unsigned elementBits, llvm::ArrayRef<BankedAccess> accesses);

} // namespace kiln::layout

#endif // KILN_LAYOUT_BANKCONFLICTS_H
