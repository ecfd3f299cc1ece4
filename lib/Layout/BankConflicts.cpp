#include "kiln/Layout/BankConflicts.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cassert>

using llvm::ArrayRef;
using llvm::SmallVector;
using llvm::Twine;

namespace kiln::layout {

std::vector<SmallVector<unsigned>> BankedAccess::consecutivePhases(unsigned lanes, unsigned lanesPerPhase) {
  assert(lanesPerPhase > 0 && "a phase serves at least one lane");
  std::vector<SmallVector<unsigned>> phases;
  for (unsigned lane = 0; lane < lanes; ++lane) {
    if (lane % lanesPerPhase == 0)
      phases.emplace_back();
    phases.back().push_back(lane);
  }
  return phases;
}

std::string BankedAccess::verify(unsigned lanes) const {
  if (bytes == 0)
    return "expected an access of at least one byte";
  if (banks == 0 || bankBytes == 0)
    return "expected at least one bank of at least one byte";
  std::vector<unsigned> uses(lanes, 0);
  for (ArrayRef<unsigned> phase : phases)
    for (unsigned lane : phase) {
      if (lane >= lanes)
        return ("expected lanes below " + Twine(lanes) + " in the phases, found " + Twine(lane)).str();
      ++uses[lane];
    }
  for (auto [lane, count] : llvm::enumerate(uses))
    if (count != 1)
      return ("expected every lane in one phase, found lane " + Twine(lane) + " in " + Twine(count)).str();
  return "";
}

AccessCost accessCost(ArrayRef<std::optional<uint64_t>> addresses, const BankedAccess &access) {
  AccessCost cost;
  for (ArrayRef<unsigned> phase : access.phases) {
    SmallVector<uint64_t> words;
    for (unsigned lane : phase) {
      assert(lane < addresses.size() && "the phases must be of a wave of this size");
      if (!addresses[lane])
        continue;
      uint64_t first = *addresses[lane] / access.bankBytes;
      uint64_t last = (*addresses[lane] + access.bytes - 1) / access.bankBytes;
      for (uint64_t word = first; word <= last; ++word)
        words.push_back(word);
    }
    llvm::sort(words);
    words.erase(llvm::unique(words), words.end());
    std::vector<unsigned> hits(access.banks, 0);
    for (uint64_t word : words)
      ++hits[word % access.banks];
    cost.cycles += *std::max_element(hits.begin(), hits.end());
    cost.minimum += llvm::divideCeil(words.size(), access.banks);
  }
  return cost;
}

std::optional<LinearLayout> offsetsOf(const LinearLayout &registers, const LinearLayout &memory) {
  assert(memory.inputs().size() == 1 && memory.hasInput(offsetDim) &&
         "a memory layout has the input \"offset\" only");
  return memory.convertTo(registers);
}

std::optional<TileCost> tileCost(const LinearLayout &registers, const LinearLayout &memory,
                                 unsigned elementBits, ArrayRef<BankedAccess> accesses) {
  std::optional<LinearLayout> offsets = offsetsOf(registers, memory);
  if (!offsets)
    return std::nullopt;
  // Equal registers need one access only.
  LinearLayout distinct = offsets->dropZeroBases(registerDim);
  int64_t together = int64_t(1) << distinct.contiguous(registerDim, 0);

  const BankedAccess *widest = nullptr;
  for (const BankedAccess &access : accesses) {
    int64_t elements = int64_t(access.bytes) * 8 / elementBits;
    bool fits = access.bytes * 8 % elementBits == 0 && llvm::isPowerOf2_64(elements) && elements <= together;
    if (fits && (!widest || access.bytes > widest->bytes))
      widest = &access;
  }
  if (!widest)
    return std::nullopt;
  int32_t vector = widest->bytes * 8 / elementBits;

  TileCost cost{unsigned(widest - accesses.begin()), 0, {}};
  cost.accesses = distinct.inputSize(registerDim) / vector * distinct.inputSize(waveDim);
  // Another register or wave XORs an aligned constant to all addresses. That only renames banks, so that one
  // access stands for all, if there are powers of two of everything.
  bool alike = llvm::isPowerOf2_32(elementBits) && llvm::isPowerOf2_32(widest->banks) &&
               llvm::isPowerOf2_32(widest->bankBytes);
  int64_t registerCount = alike ? 1 : distinct.inputSize(registerDim);
  int64_t waveCount = alike ? 1 : distinct.inputSize(waveDim);
  for (int32_t wave = 0; wave < waveCount; ++wave)
    for (int32_t reg = 0; reg < registerCount; reg += vector) {
      SmallVector<std::optional<uint64_t>> addresses;
      for (int32_t lane = 0; lane < distinct.inputSize(laneDim); ++lane) {
        uint64_t offset = distinct.apply({{registerDim, reg}, {laneDim, lane}, {waveDim, wave}})[0];
        addresses.push_back(offset * elementBits / 8);
      }
      AccessCost one = accessCost(addresses, *widest);
      cost.total.cycles += one.cycles;
      cost.total.minimum += one.minimum;
    }
  if (alike) {
    cost.total.cycles *= cost.accesses;
    cost.total.minimum *= cost.accesses;
  }
  return cost;
}

} // namespace kiln::layout
