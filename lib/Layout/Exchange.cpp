#include "kiln/Layout/Exchange.h"
#include "llvm/ADT/STLExtras.h"
#include <cassert>

using llvm::ArrayRef;
using llvm::SmallVector;
using llvm::StringRef;

namespace kiln::layout {

StringRef toString(Reach reach) {
  switch (reach) {
  case Reach::Nowhere:
    return "nowhere";
  case Reach::Registers:
    return "registers";
  case Reach::Lanes:
    return "lanes";
  case Reach::Waves:
    return "waves";
  }
  return "";
}

/// Registers, lanes and waves first, whatever the layouts call first; the same list serves both layouts.
static SmallVector<StringRef> commonInputs(const LinearLayout &source, const LinearLayout &destination) {
  SmallVector<StringRef> names = {registerDim, laneDim, waveDim};
  for (const LinearLayout *layout : {&source, &destination})
    for (const LinearLayout::Input &input : layout->inputs())
      if (!llvm::is_contained(names, input.name))
        names.push_back(input.name);
  return names;
}

/// Output `dim` of the conversion is its input of the same name and nothing else.
static bool keepsInput(const LinearLayout &conversion, unsigned dim) {
  for (auto [index, input] : llvm::enumerate(conversion.inputs()))
    for (auto [bit, basis] : llvm::enumerate(input.bases))
      if (basis[dim] != (index == dim ? int32_t(1) << bit : 0))
        return false;
  return true;
}

static constexpr unsigned registerIndex = 0, laneIndex = 1, firstFarIndex = 2;

static Reach reachOf(const LinearLayout &conversion) {
  for (unsigned dim = firstFarIndex; dim < conversion.outputRank(); ++dim)
    if (!keepsInput(conversion, dim))
      return Reach::Waves;
  if (!keepsInput(conversion, laneIndex))
    return Reach::Lanes;
  return keepsInput(conversion, registerIndex) ? Reach::Nowhere : Reach::Registers;
}

static std::optional<SmallVector<uint32_t>> laneXorOf(const LinearLayout &conversion) {
  for (auto [bit, basis] : llvm::enumerate(conversion.inputs()[laneIndex].bases))
    if (basis[laneIndex] != int32_t(1) << bit)
      return std::nullopt;
  for (const LinearLayout::Input &far : conversion.inputs().drop_front(firstFarIndex))
    for (ArrayRef<int32_t> basis : far.bases)
      if (basis[laneIndex] != 0)
        return std::nullopt;
  SmallVector<uint32_t> masks;
  for (int32_t reg = 0; reg < conversion.inputSize(registerDim); ++reg)
    masks.push_back(conversion.apply({{registerDim, reg}})[laneIndex]);
  return masks;
}

/// The destination's register bit that is nothing but lane bit `laneBit` of the source.
static std::optional<unsigned> registerBitFromLane(const LinearLayout &conversion, unsigned laneBit) {
  for (auto [bit, basis] : llvm::enumerate(conversion.inputs()[registerIndex].bases))
    if (basis[laneIndex] == int32_t(1) << laneBit && basis[registerIndex] == 0)
      return bit;
  return std::nullopt;
}

static std::optional<SmallVector<BitSwap>> swapsOf(const LinearLayout &conversion) {
  for (const LinearLayout::Input &far : conversion.inputs().drop_front(firstFarIndex))
    for (ArrayRef<int32_t> basis : far.bases)
      if (basis[registerIndex] != 0 || basis[laneIndex] != 0)
        return std::nullopt;
  SmallVector<BitSwap> swaps;
  uint32_t swappedRegisters = 0;
  for (auto [bit, basis] : llvm::enumerate(conversion.inputs()[laneIndex].bases)) {
    if (basis[laneIndex] == int32_t(1) << bit && basis[registerIndex] == 0)
      continue;
    std::optional<unsigned> registerBit = registerBitFromLane(conversion, bit);
    if (basis[laneIndex] != 0 || !registerBit)
      return std::nullopt;
    swaps.push_back({*registerBit, unsigned(bit)});
    swappedRegisters |= uint32_t(1) << *registerBit;
  }
  for (auto [bit, basis] : llvm::enumerate(conversion.inputs()[registerIndex].bases))
    if (basis[laneIndex] != 0 && !(swappedRegisters >> bit & 1))
      return std::nullopt;
  return swaps;
}

static bool hasUniformRegisters(const LinearLayout &conversion) {
  for (const LinearLayout::Input &input : conversion.inputs().drop_front(laneIndex))
    for (ArrayRef<int32_t> basis : input.bases)
      if (basis[registerIndex] != 0)
        return false;
  return true;
}

std::optional<Exchange> analyseExchange(const LinearLayout &source, const LinearLayout &destination) {
  SmallVector<StringRef> names = commonInputs(source, destination);
  std::optional<LinearLayout> conversion = source.withInputs(names).convertTo(destination.withInputs(names));
  if (!conversion)
    return std::nullopt;
  Exchange exchange{reachOf(*conversion), *conversion, hasUniformRegisters(*conversion), std::nullopt,
                    std::nullopt};
  if (exchange.reach != Reach::Waves) {
    exchange.laneXor = laneXorOf(*conversion);
    exchange.swaps = swapsOf(*conversion);
  }
  return exchange;
}

} // namespace kiln::layout
