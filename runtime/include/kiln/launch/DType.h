// Element types of buffers: their spelling, size, and how a program without them (NumPy) stores them.
#ifndef KILN_LAUNCH_DTYPE_H
#define KILN_LAUNCH_DTYPE_H

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kiln::launch {

/// The order is the one of the runtime's kiln_dtype.
enum class DType : uint8_t {
#define X(enumerator, ...) enumerator,
#include "kiln/dtypes.def"
#undef X
};

struct DTypeFacts {
  DType type;
  const char *name;  // lower case; parsing ignores case
  unsigned bits;     // of one element
  const char *npy;   // NumPy's descr; unsigned integers where NumPy lacks the type
  unsigned mantissa; // explicit mantissa bits; of floats only
  unsigned exponent; // exponent bits, 0 for integers
  int bias;
  bool hasSign;
};

const DTypeFacts &factsOf(DType type);
/// The type of this name, MLIR's spelling in any case ("bf16", "f8E4M3FN").
std::optional<DType> parseDType(const std::string &name);
/// All names, for messages: "bool, u8, ...".
std::string allDTypeNames();

/// An array's type: "bf16[256,128]". Sub-byte elements are packed along the last dimension, first element in
/// the low bits; a row must fill whole bytes.
struct ArrayType {
  DType type = DType::U8;
  std::vector<uint64_t> shape;

  uint64_t elements() const;
  uint64_t bytes() const;
  std::string str() const;
};

/// Parses "bf16[256,128]" (also "f32[]", one element). On failure returns nothing and explains in `error`.
std::optional<ArrayType> parseArrayType(const std::string &text, std::string &error);
/// Why this shape cannot be stored (overflow, a packed row that is no whole number of bytes); empty if it
/// can.
std::string whyNotStorable(const ArrayType &type);

/// Element `index` of `data` as a double (64-bit integers round).
double decodeElement(DType type, const uint8_t *data, uint64_t index);

/// Fills `data` (type.bytes() of it) with reproducible values. Element i is derived from
///   x = splitmix64(seed + (i + 1) * 0x9e3779b97f4a7c15)   (the i-th output of SplitMix64 started at `seed`):
/// integers are x's top bits, but 1 for 0; floats have x's top bit as sign, the next two bits e as the exponent 2^(e - 3),
/// the next bits as the mantissa: 1/8 <= |v| < 2, never zero, never subnormal, exact in the type. Types whose
/// smallest normal is above 1/8 (f6, f4) take the sign bit and a nonzero magnitude code 1 + (x mod 2^63) mod
/// (2^(bits-1) - 1).
void fillRandom(const ArrayType &type, uint64_t seed, uint8_t *data);

} // namespace kiln::launch

#endif
