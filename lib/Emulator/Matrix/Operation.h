// The matrix instructions as data: MFMA and SMFMAC of gfx942 and gfx950 (ISA chapter 7, "Matrix Arithmetic").
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>

namespace kiln::emulator::matrix {

enum class Element : uint8_t { F64, F32, XF32, F16, BF16, I8, FP8, BF8, FP6, BF6, FP4 };
constexpr unsigned bitsOf(Element e) {
  constexpr uint8_t bits[] = {64, 32, 32, 16, 16, 8, 8, 8, 6, 6, 4};
  return bits[unsigned(e)];
}

enum Chips : uint8_t { Gfx942 = 1, Gfx950 = 2, Both = 3 };

enum class Kind : uint8_t {
  Dense,
  Sparse, ///< SMFMAC: A keeps two of every four k, the accumulator is D
  Micro,  ///< F8F6F4: CBSZ and BLGP are the formats of A and B
  Scaled, ///< F8F6F4 with block scales
};

/// D = A (m x k) * B (k x n) + C, for `blocks` independent blocks.
struct Operation {
  const char *mnemonic;
  uint8_t m, n, k, blocks;
  Element a, b;
  Kind kind;
  Chips chips;

  bool isInteger() const { return a == Element::I8; }
  bool isDouble() const { return a == Element::F64; }
  /// 64 lanes hold `groups` slices of k beside each other.
  unsigned groups() const { return 64 / (m * blocks); }
  /// Elements of k in one lane; of A's kept ones for SMFMAC.
  unsigned perLaneA() const { return k / groups() / (kind == Kind::Sparse ? 2 : 1); }
  unsigned perLaneB() const { return k / groups(); }
  unsigned accumulatorRegisters() const { return m * n * blocks / 64 * (isDouble() ? 2 : 1); }
};

llvm::ArrayRef<Operation> operations();
/// Null for a mnemonic that is no matrix instruction.
const Operation *findOperation(llvm::StringRef mnemonic);

/// Formats selected by CBSZ and BLGP of F8F6F4; false for a reserved code (ISA 7.1.5).
bool microFormat(unsigned code, Element &element);

} // namespace kiln::emulator::matrix
