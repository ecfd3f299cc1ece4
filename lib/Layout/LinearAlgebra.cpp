// The part of LinearLayout that solves equations over GF(2).

#include "Gf2Span.h"
#include "kiln/Layout/LinearLayout.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <cassert>

using llvm::ArrayRef;
using llvm::SmallVector;
using llvm::StringRef;

namespace kiln::layout {

uint64_t LinearLayout::pack(ArrayRef<int32_t> coordinates) const {
  uint64_t packed = 0;
  for (auto [coordinate, size] : llvm::zip_equal(coordinates, outputs))
    packed = packed << llvm::Log2_64(size) | uint64_t(coordinate);
  return packed;
}

SmallVector<int32_t> LinearLayout::unpack(uint64_t packed) const {
  SmallVector<int32_t> coordinates(outputRank());
  for (auto [coordinate, size] : llvm::reverse(llvm::zip_equal(coordinates, outputs))) {
    coordinate = packed & (size - 1);
    packed >>= llvm::Log2_64(size);
  }
  return coordinates;
}

SmallVector<uint64_t> LinearLayout::columns() const {
  SmallVector<uint64_t> columns;
  for (const Input &input : ins)
    for (ArrayRef<int32_t> basis : input.bases)
      columns.push_back(pack(basis));
  return columns;
}

static Gf2Span spanOf(ArrayRef<uint64_t> columns) {
  Gf2Span span;
  for (auto [bit, column] : llvm::enumerate(columns))
    span.add(column, uint64_t(1) << bit);
  return span;
}

bool LinearLayout::isSurjective() const {
  return spanOf(columns()).rank() == llvm::Log2_64(outputElements());
}

bool LinearLayout::isInjective() const { return spanOf(columns()).rank() == totalInputBits(); }

std::string LinearLayout::describeInput(uint64_t bits) const {
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::interleaveComma(ins, os, [&](const Input &input) {
    os << input.name << " " << (bits & ((uint64_t(1) << input.bases.size()) - 1));
    bits >>= input.bases.size();
  });
  return text;
}

std::string LinearLayout::explainNoPermutation(bool allowBroadcast) const {
  auto element = [&](uint64_t packed) {
    std::string text = "element (";
    llvm::raw_string_ostream os(text);
    llvm::interleaveComma(unpack(packed), os);
    return text + ")";
  };
  Gf2Span span;
  for (auto [bit, column] : llvm::enumerate(columns())) {
    uint64_t tag = uint64_t(1) << bit;
    // A column inside the span of the lower ones: this input and that combination hold the same element.
    std::optional<uint64_t> same = span.express(column);
    if (same && !allowBroadcast)
      return element(column) + " is held twice: by " + describeInput(*same) + " and by " + describeInput(tag);
    span.add(column, tag);
  }
  for (uint64_t packed = 1; packed < uint64_t(outputElements()); packed *= 2)
    if (!span.express(packed))
      return element(packed) + " is not held";
  return "";
}

uint32_t LinearLayout::redundantBits(StringRef name) const {
  Gf2Span span;
  for (const Input &input : ins) {
    uint32_t redundant = 0;
    for (auto [bit, basis] : llvm::enumerate(input.bases))
      redundant |= uint32_t(!span.add(pack(basis), 0)) << bit;
    if (input.name == name)
      return redundant;
  }
  return 0;
}

/// The size of each input, in order.
static SmallVector<int64_t> sizesOfInputs(const LinearLayout &layout) {
  SmallVector<int64_t> sizes;
  for (const LinearLayout::Input &input : layout.inputs())
    sizes.push_back(int64_t(1) << input.bases.size());
  return sizes;
}

/// Splits concatenated input bits of `layout` into one value per input.
static SmallVector<int32_t> splitInputs(const LinearLayout &layout, uint64_t bits) {
  SmallVector<int32_t> values;
  for (const LinearLayout::Input &input : layout.inputs()) {
    values.push_back(bits & ((uint64_t(1) << input.bases.size()) - 1));
    bits >>= input.bases.size();
  }
  return values;
}

std::optional<LinearLayout> LinearLayout::invert() const {
  if (!isPermutation())
    return std::nullopt;
  Gf2Span span = spanOf(columns());
  std::vector<Input> inverse;
  for (auto [dim, size] : llvm::enumerate(outputs)) {
    Input input{"dim" + llvm::utostr(dim), {}};
    SmallVector<int32_t> coordinates(outputRank(), 0);
    for (int64_t coordinate = 1; coordinate < size; coordinate *= 2) {
      coordinates[dim] = coordinate;
      input.bases.push_back(splitInputs(*this, *span.express(pack(coordinates))));
    }
    inverse.push_back(std::move(input));
  }
  return LinearLayout(std::move(inverse), sizesOfInputs(*this));
}

LinearLayout LinearLayout::compose(const LinearLayout &outer) const {
  assert(outer.ins.size() == outputRank() &&
         "the outer layout needs one input for each output of the inner one");
  assert(sizesOfInputs(outer) == outputs && "outputs and the outer layout's inputs must have equal sizes");
  LinearLayout result;
  result.outputs = outer.outputs;
  for (const Input &input : ins) {
    Input composed{input.name, {}};
    for (ArrayRef<int32_t> basis : input.bases) {
      SmallVector<NamedValue> values;
      for (auto [coordinate, outerInput] : llvm::zip_equal(basis, outer.ins))
        values.emplace_back(outerInput.name, coordinate);
      composed.bases.push_back(outer.apply(values));
    }
    result.ins.push_back(std::move(composed));
  }
  return result;
}

std::optional<LinearLayout> LinearLayout::convertTo(const LinearLayout &destination) const {
  if (destination.outputs != outputs)
    return std::nullopt;
  // spans[k] solves with the first k inputs; the values of the others are given.
  std::vector<Gf2Span> spans(1);
  uint64_t tag = 1;
  for (const Input &input : ins) {
    spans.push_back(spans.back());
    for (ArrayRef<int32_t> basis : input.bases) {
      spans.back().add(pack(basis), tag);
      tag <<= 1;
    }
  }
  auto holder = [&](const Input &wantedInput, unsigned bit) -> std::optional<SmallVector<int32_t>> {
    uint64_t wanted = pack(wantedInput.bases[bit]);
    for (auto [solved, span] : llvm::enumerate(spans)) {
      SmallVector<int32_t> place(ins.size(), 0);
      uint64_t given = 0;
      for (size_t index = solved; index < ins.size(); ++index) {
        const Input &mine = ins[index];
        if (mine.name != wantedInput.name || bit >= mine.bases.size())
          continue;
        place[index] = int32_t(1) << bit;
        given = pack(mine.bases[bit]);
      }
      std::optional<uint64_t> bits = span.express(wanted ^ given);
      if (!bits)
        continue;
      for (auto [value, found] : llvm::zip_equal(place, splitInputs(*this, *bits)))
        value ^= found;
      return place;
    }
    return std::nullopt;
  };
  std::vector<Input> conversion;
  for (const Input &input : destination.ins) {
    conversion.push_back({input.name, {}});
    for (unsigned bit = 0; bit < input.bases.size(); ++bit) {
      std::optional<SmallVector<int32_t>> place = holder(input, bit);
      if (!place)
        return std::nullopt;
      conversion.back().bases.push_back(*place);
    }
  }
  return LinearLayout(std::move(conversion), sizesOfInputs(*this));
}

} // namespace kiln::layout
