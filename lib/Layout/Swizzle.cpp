#include "kiln/Layout/Swizzle.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <cassert>
#include <set>

using llvm::ArrayRef;
using llvm::SmallVector;

namespace kiln::layout {

static SmallVector<int32_t> rowMasksOf(int64_t rows, const XorSwizzle &swizzle) {
  SmallVector<int32_t> masks;
  for (int64_t row = 1; row < rows; row *= 2)
    masks.push_back(row / swizzle.perPhase % swizzle.maxPhase * swizzle.vec);
  return masks;
}

LinearLayout swizzledRowMajor(int64_t rows, int64_t columns, const XorSwizzle &swizzle) {
  assert(llvm::isPowerOf2_64(swizzle.vec) && llvm::isPowerOf2_64(swizzle.perPhase) &&
         llvm::isPowerOf2_64(swizzle.maxPhase) && "the parameters of a swizzle must be powers of two");
  assert(swizzle.vec * swizzle.maxPhase <= columns && "the phases of a swizzle must fit into a row");
  return maskedRowMajor(rows, columns, rowMasksOf(rows, swizzle));
}

LinearLayout maskedRowMajor(int64_t rows, int64_t columns, ArrayRef<int32_t> rowMasks) {
  assert(rowMasks.size() == llvm::Log2_64(rows) && "expected a mask for each row bit");
  LinearLayout::Bases bases;
  for (int32_t column = 1; column < columns; column *= 2)
    bases.push_back({0, column});
  for (auto [bit, mask] : llvm::enumerate(rowMasks))
    bases.push_back({int32_t(1) << bit, mask});
  return LinearLayout({{offsetDim.str(), bases}}, {rows, columns});
}

LinearLayout offsetXor(int64_t size, unsigned bits, unsigned base, unsigned shift) {
  assert(shift >= bits && "the source bits of an offset swizzle must not be its target bits");
  LinearLayout::Bases bases;
  for (unsigned bit = 0; int64_t(1) << bit < size; ++bit) {
    bool source = bit >= base + shift && bit < base + shift + bits;
    bases.push_back({int32_t(1) << bit | (source ? int32_t(1) << (bit - shift) : 0)});
  }
  return LinearLayout({{offsetDim.str(), bases}}, {size});
}

namespace {
struct Search {
  int64_t rows, columns;
  unsigned elementBits;
  ArrayRef<SwizzleAccess> accesses;
  std::set<std::vector<int32_t>> tried;
  std::optional<SwizzleChoice> best;
  /// The widest accesses, all without conflicts: nothing takes fewer cycles.
  std::optional<unsigned> leastCycles = std::nullopt;

  bool done() const { return best && best->cycles == leastCycles; }

  /// Takes the masks if they are better than the best so far.
  bool offer(ArrayRef<int32_t> masks, const std::optional<XorSwizzle> &parameters) {
    if (!tried.insert(masks.vec()).second)
      return false;
    SwizzleChoice choice{parameters, SmallVector<int32_t>(masks), maskedRowMajor(rows, columns, masks)};
    unsigned minimum = 0;
    for (const SwizzleAccess &access : accesses) {
      std::optional<TileCost> cost = tileCost(access.registers, choice.memory, elementBits, access.accesses);
      if (!cost)
        return false;
      choice.cycles += access.weight * cost->total.cycles;
      choice.conflicts += access.weight * cost->total.conflicts();
      minimum += access.weight * cost->total.minimum;
    }
    // The first offer leaves rows in order, which takes no access apart.
    if (!leastCycles)
      leastCycles = minimum;
    if (best && best->cycles <= choice.cycles)
      return false;
    best = std::move(choice);
    return true;
  }

  void tryParameters(int64_t minVec) {
    for (int64_t maxPhase = 1; !done() && maxPhase * minVec <= columns; maxPhase *= 2)
      for (int64_t vec = columns / maxPhase; !done() && vec >= minVec; vec /= 2)
        for (int64_t perPhase = 1; !done() && (perPhase == 1 || perPhase * maxPhase <= rows); perPhase *= 2) {
          XorSwizzle swizzle{vec, perPhase, maxPhase};
          offer(rowMasksOf(rows, swizzle), maxPhase == 1 ? XorSwizzle() : swizzle);
        }
  }

  void descend(int64_t minVec) {
    for (bool improved = true; improved && best && best->conflicts != 0;) {
      improved = false;
      for (size_t bit = 0; bit < best->rowMasks.size(); ++bit)
        for (int64_t mask = 0; mask < columns; mask += minVec) {
          SmallVector<int32_t> masks = best->rowMasks;
          masks[bit] = mask;
          improved |= offer(masks, std::nullopt);
        }
    }
  }
};
} // namespace

std::optional<SwizzleChoice> findSwizzle(int64_t rows, int64_t columns, unsigned elementBits,
                                         ArrayRef<SwizzleAccess> accesses, int64_t minVec) {
  assert(llvm::isPowerOf2_64(minVec) && minVec <= columns &&
         "chunks must be powers of two and fit into a row");
  Search search{rows, columns, elementBits, accesses, {}, std::nullopt};
  search.tryParameters(minVec);
  search.descend(minVec);
  return std::move(search.best);
}

} // namespace kiln::layout
