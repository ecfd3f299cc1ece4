#ifndef KILN_UNITTESTS_LAYOUT_TESTLAYOUTS_H
#define KILN_UNITTESTS_LAYOUT_TESTLAYOUTS_H

#include "kiln/Layout/LinearLayout.h"
#include <gtest/gtest.h>
#include <map>
#include <random>

namespace kiln::layout::test {

using Point = llvm::SmallVector<int32_t>;

inline Point at(const LinearLayout &layout, int reg, int lane, int wave = 0) {
  return layout.apply({{registerDim, reg}, {laneDim, lane}, {waveDim, wave}});
}

/// One factor of a product, in two dimensions.
inline LinearLayout walk(llvm::StringRef input, int64_t size, unsigned dim) {
  return LinearLayout::identity1D(input, size, dim, 2);
}

// Representative operand layouts of matrix instructions, by what their manuals say.

inline LinearLayout accumulator16x16() {
  return walk(registerDim, 4, 0) * walk(laneDim, 16, 1) * walk(laneDim, 4, 0);
}
inline LinearLayout accumulator32x32() {
  return walk(registerDim, 4, 0) * walk(laneDim, 32, 1) * walk(laneDim, 2, 0) * walk(registerDim, 4, 0);
}
inline LinearLayout operand16x32() {
  return walk(registerDim, 8, 1) * walk(laneDim, 16, 0) * walk(laneDim, 4, 1);
}
inline LinearLayout operand32x16() {
  return walk(registerDim, 8, 1) * walk(laneDim, 32, 0) * walk(laneDim, 2, 1);
}
inline LinearLayout twoChunkOperand16x128() {
  return walk(registerDim, 16, 1) * walk(laneDim, 16, 0) * walk(laneDim, 4, 1) * walk(registerDim, 2, 1);
}
inline LinearLayout twoChunkOperand32x64() {
  return walk(registerDim, 16, 1) * walk(laneDim, 32, 0) * walk(laneDim, 2, 1) * walk(registerDim, 2, 1);
}

/// Any layout with the given bits of register, lane and wave; zero and repeated bases occur.
inline LinearLayout randomLayout(std::mt19937 &random, llvm::ArrayRef<unsigned> bits,
                                 llvm::ArrayRef<int64_t> sizes) {
  const llvm::StringRef names[] = {registerDim, laneDim, waveDim};
  std::vector<LinearLayout::Input> inputs;
  for (size_t input = 0; input < bits.size(); ++input) {
    inputs.push_back({names[input].str(), {}});
    for (unsigned bit = 0; bit < bits[input]; ++bit) {
      inputs.back().bases.emplace_back();
      for (int64_t size : sizes)
        inputs.back().bases.back().push_back(random() % size);
    }
  }
  return LinearLayout(std::move(inputs), llvm::SmallVector<int64_t>(sizes));
}

/// How many inputs hold each element.
inline std::map<Point, int> countHolders(const LinearLayout &layout) {
  std::map<Point, int> holders;
  for (uint64_t bits = 0; bits >> layout.totalInputBits() == 0; ++bits)
    ++holders[layout.applyFlat(bits)];
  return holders;
}

} // namespace kiln::layout::test

#endif // KILN_UNITTESTS_LAYOUT_TESTLAYOUTS_H
