#ifndef KILN_LAYOUT_SWIZZLE_H
#define KILN_LAYOUT_SWIZZLE_H

#include "kiln/Layout/BankConflicts.h"

namespace kiln::layout {

/// Row-major memory in which the chunk of `vec` elements at (row, chunk) stands at chunk ^ (row / perPhase %
/// maxPhase). All three are powers of two; maxPhase = 1 is plain row-major order.
struct XorSwizzle {
  int64_t vec = 1;
  int64_t perPhase = 1;
  int64_t maxPhase = 1;
  bool operator==(const XorSwizzle &other) const {
    return vec == other.vec && perPhase == other.perPhase && maxPhase == other.maxPhase;
  }
};

/// "offset" -> (row, column). Requires vec * maxPhase <= columns.
LinearLayout swizzledRowMajor(int64_t rows, int64_t columns, const XorSwizzle &swizzle);

/// The general form: bit i of the row XORs rowMasks[i] to the column.
LinearLayout maskedRowMajor(int64_t rows, int64_t columns, llvm::ArrayRef<int32_t> rowMasks);

/// "offset" -> offset: XORs the `bits` offset bits from base + shift up into those from base up, as address
/// swizzles of copy engines are specified. Compose it with the order in memory.
LinearLayout offsetXor(int64_t size, unsigned bits, unsigned base, unsigned shift);

/// One way in which a tile in memory is written or read.
struct SwizzleAccess {
  LinearLayout registers;
  llvm::ArrayRef<BankedAccess> accesses;
  /// How often it happens, relative to the others.
  unsigned weight = 1;
};

struct SwizzleChoice {
  /// Not set if no parameters are as good as `rowMasks`.
  std::optional<XorSwizzle> parameters;
  llvm::SmallVector<int32_t> rowMasks;
  LinearLayout memory;
  /// Weighted sums over all accesses.
  unsigned cycles = 0;
  unsigned conflicts = 0;
};

/// The swizzle of a rows x columns tile for which all accesses together take the fewest cycles; of equals,
/// the one with the fewest phases, then the widest vectors. Tries every XorSwizzle, then, while conflicts are
/// left, improves the mask of one row bit at a time. Chunks of `minVec` elements stay together, e.g. what a
/// copy engine writes at once. Nothing if some access cannot be done at all.
std::optional<SwizzleChoice> findSwizzle(int64_t rows, int64_t columns, unsigned elementBits,
                                         llvm::ArrayRef<SwizzleAccess> accesses, int64_t minVec = 1);

} // namespace kiln::layout

#endif // KILN_LAYOUT_SWIZZLE_H
