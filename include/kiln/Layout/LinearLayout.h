#ifndef KILN_LAYOUT_LINEARLAYOUT_H
#define KILN_LAYOUT_LINEARLAYOUT_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/Hashing.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace llvm {
class raw_ostream;
}

namespace kiln::layout {

/// Names of the usual input dimensions, from the nearest place of a value to the farthest.
inline constexpr llvm::StringLiteral registerDim = "register";
inline constexpr llvm::StringLiteral laneDim = "lane";
inline constexpr llvm::StringLiteral waveDim = "wave";
/// The input dimension of a memory layout: an offset counted in elements.
inline constexpr llvm::StringLiteral offsetDim = "offset";

/// A linear map over GF(2) from the bits of named input dimensions to coordinates of a tile. The image of an
/// input is the XOR of the images ("bases") of its set bits. All sizes are powers of two; inputs and outputs
/// have at most 63 bits each.
///
/// Example, 4x2 elements, one lane a row, registers along the row:
///   LinearLayout({{"register", {{0, 1}}}, {"lane", {{1, 0}, {2, 0}}}}, {4, 2})
class LinearLayout {
public:
  /// Per input bit, lowest first: one coordinate per output dimension.
  using Bases = llvm::SmallVector<llvm::SmallVector<int32_t>>;
  struct Input {
    std::string name;
    Bases bases;
    bool operator==(const Input &other) const { return name == other.name && bases == other.bases; }
  };
  using NamedValue = std::pair<llvm::StringRef, int32_t>;

  /// The layout of one element without inputs; a neutral element of the product of rank 0.
  LinearLayout() = default;
  /// Requires what `verify` checks.
  LinearLayout(std::vector<Input> inputs, llvm::SmallVector<int64_t> outputSizes);

  /// Says what is wrong with layout data, or returns an empty string: sizes that are no powers of two, bases
  /// of the wrong rank or out of range, a dimension named twice. For data from files; the constructor asserts
  /// the same.
  static std::string verify(llvm::ArrayRef<Input> inputs, llvm::ArrayRef<int64_t> outputSizes);

  /// The layout that agrees with `function` everywhere, or an error that names an input at which `function`
  /// is not linear. `inputs` are names and sizes; the function's argument has one value per input.
  static llvm::Expected<LinearLayout>
  fromFunction(llvm::ArrayRef<std::pair<llvm::StringRef, int64_t>> inputs,
               llvm::ArrayRef<int64_t> outputSizes,
               llvm::function_ref<llvm::SmallVector<int32_t>(llvm::ArrayRef<int32_t>)> function);

  /// Bit i of `input` walks coordinate 1 << i of `outputDim`; the other dimensions have size 1.
  static LinearLayout identity1D(llvm::StringRef input, int64_t size, unsigned outputDim,
                                 unsigned outputRank);
  /// Every value of `input` is at coordinate 0: a broadcast.
  static LinearLayout zeros(llvm::StringRef input, int64_t size, unsigned outputRank);
  /// Memory order: consecutive "offset"s walk the dimensions in `order`, fastest first.
  static LinearLayout strided(llvm::ArrayRef<int64_t> sizes, llvm::ArrayRef<unsigned> order);
  /// strided with the last dimension fastest.
  static LinearLayout rowMajor(llvm::ArrayRef<int64_t> sizes);

  /// Product: this layout is the tile, `outer` says how tiles repeat. This layout's input bits stay lowest,
  /// outer's follow in inputs of equal name; outer's coordinates count whole tiles.
  LinearLayout operator*(const LinearLayout &outer) const;

  unsigned outputRank() const { return outputs.size(); }
  llvm::ArrayRef<int64_t> outputSizes() const { return outputs; }
  int64_t outputElements() const;
  llvm::ArrayRef<Input> inputs() const { return ins; }
  bool hasInput(llvm::StringRef name) const { return find(name) != nullptr; }
  /// 1 for an absent input.
  int64_t inputSize(llvm::StringRef name) const { return int64_t(1) << inputBits(name); }
  unsigned inputBits(llvm::StringRef name) const;
  unsigned totalInputBits() const;
  /// The coordinates to which bit `bit` of `name` moves.
  llvm::ArrayRef<int32_t> basis(llvm::StringRef name, unsigned bit) const;

  /// Coordinates of an input; dimensions not given are 0, and so may a dimension be given that the layout
  /// lacks.
  llvm::SmallVector<int32_t> apply(llvm::ArrayRef<NamedValue> in) const;
  /// apply on the concatenated bits of all inputs, first input lowest.
  llvm::SmallVector<int32_t> applyFlat(uint64_t bits) const;

  /// Output dimension i of the result is dimension permutation[i] of this layout.
  LinearLayout transposeOutputs(llvm::ArrayRef<unsigned> permutation) const;
  /// Projection, as after a reduction: inputs that differed only along `dim` now hold the same element.
  LinearLayout removeOutput(unsigned dim) const;
  /// Inserts a dimension before `dim` at which every input has coordinate 0. With size > 1 not surjective.
  LinearLayout addOutput(unsigned dim, int64_t size) const;
  /// The same elements in a tile of another shape; both shapes are read in row-major order.
  LinearLayout reshapeOutputs(llvm::ArrayRef<int64_t> sizes) const;
  /// Drops the bits of `input` whose basis is zero, e.g. registers that a slice made equal.
  LinearLayout dropZeroBases(llvm::StringRef input) const;
  /// Keeps `count` bits of `input` from bit `from` up, e.g. the registers of one instruction.
  LinearLayout keepBits(llvm::StringRef input, unsigned from, unsigned count) const;
  /// The same map with exactly these inputs in this order. A name that the layout lacks becomes an input of
  /// size 1; a left-out input must have size 1.
  LinearLayout withInputs(llvm::ArrayRef<llvm::StringRef> names) const;
  LinearLayout renameInput(llvm::StringRef from, llvm::StringRef to) const;

  /// Every element is held.
  bool isSurjective() const;
  /// No element is held twice.
  bool isInjective() const;
  bool isPermutation() const { return isSurjective() && isInjective(); }
  /// Why the layout is no permutation ("element (0, 0) is held twice: by lane 0, register 0 and by lane 4,
  /// register 0" or "element (0, 8) is not held"), or an empty string. With `allowBroadcast`, holding twice
  /// is fine.
  std::string explainNoPermutation(bool allowBroadcast = false) const;
  /// The bits of `input` that only repeat what lower bits and earlier inputs reach. With these bits 0 every
  /// element of the image is held exactly once: a store needs no other lane or register.
  uint32_t redundantBits(llvm::StringRef input) const;
  /// The bits of `input` that move along `outputDim`, e.g. the lanes over which a reduction goes.
  uint32_t bitsAlong(llvm::StringRef input, unsigned outputDim) const;

  /// From coordinates (inputs "dim0", "dim1", ...) to this layout's inputs (outputs in the order of
  /// inputs()). Only of a permutation.
  std::optional<LinearLayout> invert() const;
  /// This, then outer: outer's inputs are this layout's outputs, by position and of equal size.
  LinearLayout compose(const LinearLayout &outer) const;
  /// Where `destination` finds its values: a layout from destination's inputs to this layout's inputs
  /// (outputs in the order of inputs()). Of several holders of an element it takes the nearest: the same
  /// place, else the same values of all but the first input (another register), of all but the first two
  /// (another lane) and so on; a bit that is not needed is 0. Nothing if a wanted element is not held or the
  /// shapes differ.
  std::optional<LinearLayout> convertTo(const LinearLayout &destination) const;

  /// Log2 of the vector width: how many of the lowest bits of `input` walk coordinates 1, 2, 4, ... of
  /// `outputDim`, such that every vector starts at a multiple of its length.
  unsigned contiguous(llvm::StringRef input, unsigned outputDim) const;

  bool operator==(const LinearLayout &other) const { return ins == other.ins && outputs == other.outputs; }
  bool operator!=(const LinearLayout &other) const { return !(*this == other); }
  friend llvm::hash_code hash_value(const LinearLayout &layout);
  /// `register: (0,1) (0,2); lane: (1,0) (2,0) -> 4x4`
  void print(llvm::raw_ostream &os) const;
  std::string toString() const;

private:
  const Input *find(llvm::StringRef name) const;
  /// The images of all input bits, coordinates concatenated to one bit vector, the last dimension lowest.
  llvm::SmallVector<uint64_t> columns() const;
  uint64_t pack(llvm::ArrayRef<int32_t> coordinates) const;
  llvm::SmallVector<int32_t> unpack(uint64_t packed) const;
  std::string describeInput(uint64_t bits) const;

  std::vector<Input> ins;
  llvm::SmallVector<int64_t> outputs;
};

llvm::raw_ostream &operator<<(llvm::raw_ostream &os, const LinearLayout &layout);

} // namespace kiln::layout

#endif // KILN_LAYOUT_LINEARLAYOUT_H
