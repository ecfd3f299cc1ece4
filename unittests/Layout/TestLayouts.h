#ifndef KILN_UNITTESTS_LAYOUT_TESTLAYOUTS_H
#define KILN_UNITTESTS_LAYOUT_TESTLAYOUTS_H

#include "kiln/Layout/BankConflicts.h"
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

// Accesses of a memory as a machine's file would state them: waves of 64 lanes, banks of 4 bytes.

inline BankedAccess read16() {
  BankedAccess access{16, 64, 4, {}};
  const llvm::SmallVector<unsigned> halves[] = {{0, 1, 2, 3, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25, 26, 27},
                                                {4, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19, 28, 29, 30, 31}};
  for (unsigned first : {0u, 32u})
    for (const llvm::SmallVector<unsigned> &lanes : halves) {
      access.phases.push_back(lanes);
      for (unsigned &lane : access.phases.back())
        lane += first;
    }
  return access;
}
inline BankedAccess read12() {
  BankedAccess access{12, 32, 4, {}};
  const unsigned firsts[][2] = {{0, 20}, {4, 16}, {8, 28}, {12, 24}};
  for (unsigned half : {0u, 32u})
    for (auto &[low, high] : firsts) {
      access.phases.emplace_back();
      for (unsigned first : {low, high})
        for (unsigned lane = first; lane < first + 4; ++lane)
          access.phases.back().push_back(lane + half);
    }
  return access;
}
inline BankedAccess read8() { return {8, 64, 4, BankedAccess::consecutivePhases(64, 32)}; }
inline BankedAccess write8() { return {8, 32, 4, BankedAccess::consecutivePhases(64, 16)}; }
inline BankedAccess access4() { return {4, 32, 4, BankedAccess::consecutivePhases(64, 32)}; }

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
