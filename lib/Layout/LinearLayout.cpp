#include "kiln/Layout/LinearLayout.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <cassert>

using llvm::ArrayRef;
using llvm::SmallVector;
using llvm::StringRef;
using llvm::Twine;

namespace kiln::layout {

static std::string tuple(ArrayRef<int32_t> values) {
  std::string text = "(";
  llvm::raw_string_ostream os(text);
  llvm::interleaveComma(values, os);
  os << ")";
  return text;
}

LinearLayout::LinearLayout(std::vector<Input> inputs, SmallVector<int64_t> outputSizes)
    : ins(std::move(inputs)), outputs(std::move(outputSizes)) {
  assert(verify(ins, outputs).empty() && "ill-formed layout; LinearLayout::verify says why");
}

static std::string verifyBasis(const Twine &where, ArrayRef<int32_t> basis, ArrayRef<int64_t> outputSizes) {
  if (basis.size() != outputSizes.size())
    return (where + ": expected one coordinate for each of " + Twine(outputSizes.size()) +
            " output dimensions, found " + Twine(basis.size()))
        .str();
  for (auto [dim, coordinate] : llvm::enumerate(basis))
    if (coordinate < 0 || coordinate >= outputSizes[dim])
      return (where + ": coordinate " + Twine(coordinate) + " of output dimension " + Twine(dim) +
              " is outside its size " + Twine(outputSizes[dim]))
          .str();
  return "";
}

std::string LinearLayout::verify(ArrayRef<Input> inputs, ArrayRef<int64_t> outputSizes) {
  unsigned outputBits = 0;
  for (auto [dim, size] : llvm::enumerate(outputSizes)) {
    if (size <= 0 || !llvm::isPowerOf2_64(size) || size > (int64_t(1) << 31))
      return ("expected output sizes that are powers of two up to 2^31, found " + Twine(size) +
              " in dimension " + Twine(dim))
          .str();
    outputBits += llvm::Log2_64(size);
  }
  if (outputBits > 63)
    return "expected at most 2^63 elements, found 2^" + llvm::utostr(outputBits);
  unsigned inputBits = 0;
  for (auto [index, input] : llvm::enumerate(inputs)) {
    for (const Input &earlier : inputs.take_front(index))
      if (earlier.name == input.name)
        return "input dimension '" + input.name + "' is given twice";
    if (input.bases.size() > 31)
      return "input dimension '" + input.name + "' has more than 31 bits";
    inputBits += input.bases.size();
    for (auto [bit, basis] : llvm::enumerate(input.bases)) {
      std::string error = verifyBasis("bit " + Twine(bit) + " of '" + input.name + "'", basis, outputSizes);
      if (!error.empty())
        return error;
    }
  }
  if (inputBits > 63)
    return "expected at most 63 input bits, found " + llvm::utostr(inputBits);
  return "";
}

llvm::Expected<LinearLayout>
LinearLayout::fromFunction(ArrayRef<std::pair<StringRef, int64_t>> inputs, ArrayRef<int64_t> outputSizes,
                           llvm::function_ref<SmallVector<int32_t>(ArrayRef<int32_t>)> function) {
  SmallVector<int32_t> values(inputs.size(), 0);
  std::vector<Input> ins;
  for (auto [index, input] : llvm::enumerate(inputs)) {
    if (input.second <= 0 || !llvm::isPowerOf2_64(input.second))
      return llvm::createStringError("expected a power of two as the size of '" + input.first + "', found " +
                                     Twine(input.second));
    Bases bases;
    for (int64_t value = 1; value < input.second; value *= 2) {
      values[index] = value;
      bases.push_back(function(values));
    }
    values[index] = 0;
    ins.push_back({input.first.str(), bases});
  }
  if (std::string error = verify(ins, outputSizes); !error.empty())
    return llvm::createStringError(error);
  LinearLayout layout(std::move(ins), SmallVector<int64_t>(outputSizes));

  for (uint64_t bits = 0; bits >> layout.totalInputBits() == 0; ++bits) {
    uint64_t rest = bits;
    for (auto [index, input] : llvm::enumerate(inputs)) {
      values[index] = rest % input.second;
      rest /= input.second;
    }
    SmallVector<int32_t> expected = layout.applyFlat(bits), found = function(values);
    if (expected != found)
      return llvm::createStringError("lane map is not linear: at " + layout.describeInput(bits) +
                                     " expected " + tuple(expected) + ", found " + tuple(found));
  }
  return layout;
}

LinearLayout LinearLayout::identity1D(StringRef input, int64_t size, unsigned outputDim,
                                      unsigned outputRank) {
  assert(outputDim < outputRank && "the output dimension must exist");
  Bases bases;
  for (int64_t coordinate = 1; coordinate < size; coordinate *= 2) {
    bases.emplace_back(outputRank, 0);
    bases.back()[outputDim] = coordinate;
  }
  SmallVector<int64_t> sizes(outputRank, 1);
  sizes[outputDim] = size;
  return LinearLayout({{input.str(), bases}}, sizes);
}

LinearLayout LinearLayout::zeros(StringRef input, int64_t size, unsigned outputRank) {
  assert(llvm::isPowerOf2_64(size) && "the size of an input dimension must be a power of two");
  Bases bases(llvm::Log2_64(size), SmallVector<int32_t>(outputRank, 0));
  return LinearLayout({{input.str(), bases}}, SmallVector<int64_t>(outputRank, 1));
}

LinearLayout LinearLayout::strided(ArrayRef<int64_t> sizes, ArrayRef<unsigned> order) {
  assert(sizes.size() == order.size() && "the order must name every dimension");
  LinearLayout layout = zeros(offsetDim, 1, sizes.size());
  for (unsigned dim : order)
    layout = layout * identity1D(offsetDim, sizes[dim], dim, sizes.size());
  return layout;
}

LinearLayout LinearLayout::rowMajor(ArrayRef<int64_t> sizes) {
  return strided(sizes, llvm::to_vector(llvm::reverse(llvm::seq<unsigned>(0, sizes.size()))));
}

LinearLayout LinearLayout::operator*(const LinearLayout &outer) const {
  assert(outputRank() == outer.outputRank() && "the factors of a product must have equal rank");
  std::vector<Input> product = ins;
  for (const Input &input : outer.ins) {
    auto same = llvm::find_if(product, [&](const Input &mine) { return mine.name == input.name; });
    if (same == product.end())
      same = product.insert(product.end(), Input{input.name, {}});
    for (ArrayRef<int32_t> basis : input.bases) {
      same->bases.emplace_back(basis);
      for (auto [coordinate, size] : llvm::zip_equal(same->bases.back(), outputs))
        coordinate *= size;
    }
  }
  SmallVector<int64_t> sizes = outputs;
  for (auto [size, factor] : llvm::zip_equal(sizes, outer.outputs))
    size *= factor;
  return LinearLayout(std::move(product), std::move(sizes));
}

int64_t LinearLayout::outputElements() const {
  int64_t elements = 1;
  for (int64_t size : outputs)
    elements *= size;
  return elements;
}

const LinearLayout::Input *LinearLayout::find(StringRef name) const {
  auto found = llvm::find_if(ins, [&](const Input &input) { return input.name == name; });
  return found == ins.end() ? nullptr : &*found;
}

unsigned LinearLayout::inputBits(StringRef name) const {
  const Input *input = find(name);
  return input ? input->bases.size() : 0;
}

unsigned LinearLayout::totalInputBits() const {
  unsigned bits = 0;
  for (const Input &input : ins)
    bits += input.bases.size();
  return bits;
}

ArrayRef<int32_t> LinearLayout::basis(StringRef name, unsigned bit) const {
  assert(bit < inputBits(name) && "the input must have this bit");
  return find(name)->bases[bit];
}

SmallVector<int32_t> LinearLayout::apply(ArrayRef<NamedValue> in) const {
  SmallVector<int32_t> coordinates(outputRank(), 0);
  for (auto [name, value] : in) {
    const Input *input = find(name);
    assert(value >= 0 && value < inputSize(name) && "an input value must be below its dimension's size");
    for (unsigned bit = 0; value >> bit != 0; ++bit)
      if (value >> bit & 1)
        for (auto [coordinate, basis] : llvm::zip_equal(coordinates, input->bases[bit]))
          coordinate ^= basis;
  }
  return coordinates;
}

SmallVector<int32_t> LinearLayout::applyFlat(uint64_t bits) const {
  uint64_t packed = 0;
  for (uint64_t column : columns()) {
    packed ^= bits & 1 ? column : 0;
    bits >>= 1;
  }
  assert(bits == 0 && "an input must be below the product of the input sizes");
  return unpack(packed);
}

LinearLayout LinearLayout::transposeOutputs(ArrayRef<unsigned> permutation) const {
  assert(permutation.size() == outputRank() && "a transposition must name every output dimension");
  LinearLayout result = *this;
  for (auto [to, from] : llvm::enumerate(permutation))
    result.outputs[to] = outputs[from];
  for (auto [input, mine] : llvm::zip_equal(result.ins, ins))
    for (auto [basis, myBasis] : llvm::zip_equal(input.bases, mine.bases))
      for (auto [to, from] : llvm::enumerate(permutation))
        basis[to] = myBasis[from];
  return result;
}

LinearLayout LinearLayout::removeOutput(unsigned dim) const {
  assert(dim < outputRank() && "the output dimension must exist");
  LinearLayout result = *this;
  result.outputs.erase(result.outputs.begin() + dim);
  for (Input &input : result.ins)
    for (SmallVector<int32_t> &basis : input.bases)
      basis.erase(basis.begin() + dim);
  return result;
}

LinearLayout LinearLayout::addOutput(unsigned dim, int64_t size) const {
  assert(dim <= outputRank() && llvm::isPowerOf2_64(size) &&
         "a new dimension has a place and a power-of-two size");
  LinearLayout result = *this;
  result.outputs.insert(result.outputs.begin() + dim, size);
  for (Input &input : result.ins)
    for (SmallVector<int32_t> &basis : input.bases)
      basis.insert(basis.begin() + dim, 0);
  return result;
}

LinearLayout LinearLayout::reshapeOutputs(ArrayRef<int64_t> sizes) const {
  LinearLayout result = *this;
  result.outputs.assign(sizes.begin(), sizes.end());
  assert(result.outputElements() == outputElements() && "a reshape must keep the number of elements");
  for (auto [input, mine] : llvm::zip_equal(result.ins, ins))
    for (auto [basis, myBasis] : llvm::zip_equal(input.bases, mine.bases))
      basis = result.unpack(pack(myBasis));
  return result;
}

LinearLayout LinearLayout::dropZeroBases(StringRef name) const {
  LinearLayout result = *this;
  for (Input &input : result.ins)
    if (input.name == name)
      llvm::erase_if(input.bases, [](ArrayRef<int32_t> basis) {
        return llvm::all_of(basis, [](int32_t c) { return c == 0; });
      });
  return result;
}

LinearLayout LinearLayout::keepBits(StringRef name, unsigned from, unsigned count) const {
  assert(from + count <= inputBits(name) && "the input must have the bits to keep");
  LinearLayout result = *this;
  for (Input &input : result.ins)
    if (input.name == name)
      input.bases = Bases(llvm::ArrayRef(input.bases).slice(from, count));
  return result;
}

LinearLayout LinearLayout::withInputs(ArrayRef<StringRef> names) const {
  LinearLayout result;
  result.outputs = outputs;
  for (StringRef name : names)
    result.ins.push_back(Input{name.str(), find(name) ? find(name)->bases : Bases()});
  assert(result.totalInputBits() == totalInputBits() && "only inputs of size 1 may be left out");
  assert(verify(result.ins, result.outputs).empty() && "an input may be named once only");
  return result;
}

LinearLayout LinearLayout::renameInput(StringRef from, StringRef to) const {
  assert(!find(to) && "the new name must be free");
  LinearLayout result = *this;
  for (Input &input : result.ins)
    if (input.name == from)
      input.name = to.str();
  return result;
}

unsigned LinearLayout::contiguous(StringRef name, unsigned outputDim) const {
  assert(outputDim < outputRank() && "the output dimension must exist");
  const Input *input = find(name);
  if (!input)
    return 0;
  // The vector must also be aligned: no other bit may move inside it.
  unsigned lowestOther = 31;
  unsigned count = 0;
  while (count < input->bases.size()) {
    ArrayRef<int32_t> basis = input->bases[count];
    bool consecutive = llvm::all_of(llvm::enumerate(basis), [&](auto coordinate) {
      return coordinate.value() == (coordinate.index() == outputDim ? int32_t(1) << count : 0);
    });
    if (!consecutive)
      break;
    ++count;
  }
  for (const Input &other : ins)
    for (ArrayRef<int32_t> basis : llvm::ArrayRef(other.bases).drop_front(&other == input ? count : 0))
      if (basis[outputDim] != 0)
        lowestOther = std::min<unsigned>(lowestOther, llvm::countr_zero(uint32_t(basis[outputDim])));
  return std::min(count, lowestOther);
}

uint32_t LinearLayout::bitsAlong(StringRef name, unsigned outputDim) const {
  assert(outputDim < outputRank() && "the output dimension must exist");
  uint32_t mask = 0;
  if (const Input *input = find(name))
    for (auto [bit, basis] : llvm::enumerate(input->bases))
      mask |= uint32_t(basis[outputDim] != 0) << bit;
  return mask;
}

llvm::hash_code hash_value(const LinearLayout &layout) {
  llvm::hash_code hash = llvm::hash_combine_range(layout.outputs.begin(), layout.outputs.end());
  for (const LinearLayout::Input &input : layout.ins) {
    hash = llvm::hash_combine(hash, input.name, input.bases.size());
    for (ArrayRef<int32_t> basis : input.bases)
      hash = llvm::hash_combine(hash, llvm::hash_combine_range(basis.begin(), basis.end()));
  }
  return hash;
}

void LinearLayout::print(llvm::raw_ostream &os) const {
  llvm::interleave(
      ins, os,
      [&](const Input &input) {
        os << input.name << ":";
        for (ArrayRef<int32_t> basis : input.bases) {
          os << " (";
          llvm::interleave(basis, os, ",");
          os << ")";
        }
      },
      "; ");
  os << " -> ";
  llvm::interleave(outputs, os, "x");
}

std::string LinearLayout::toString() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  print(os);
  return text;
}

llvm::raw_ostream &operator<<(llvm::raw_ostream &os, const LinearLayout &layout) {
  layout.print(os);
  return os;
}

} // namespace kiln::layout
