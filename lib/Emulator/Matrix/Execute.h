// Executes one matrix instruction on register files.
//
// Numerics. The manual leaves the order of accumulation open. Here every output is one chain of fused
// multiply-adds in F32 (F64), k ascending, that starts from C: with n = k products its error is at most
// n * 2^-24 * (|C| + sum |a * b|) relative to exact arithmetic (n * 2^-53 for F64). F8F6F4 with block scales
// forms the chain of each block of 32 from zero and adds it, scaled, with one rounding. Integer results are
// exact and wrap. Denormals are kept, except that F32 operands follow MODE; rounding is to nearest
// (ISA 7.1.2, 7.4).
#pragma once

#include "Operation.h"

namespace kiln::emulator::matrix {

/// Consecutive vector registers of 64 lanes.
using Registers = const uint32_t (*)[64];

struct Invocation {
  const Operation *operation = nullptr;
  Registers a = nullptr, b = nullptr;
  Registers c = nullptr; ///< null: `constantC` in every lane and register
  uint64_t constantC = 0;
  uint32_t (*d)[64] = nullptr;                         ///< may overlap any source; the accumulator of SMFMAC
  const uint32_t *index = nullptr;                     ///< SMFMAC: places of A's elements
  const uint32_t *scaleA = nullptr, *scaleB = nullptr; ///< 64 lanes of E8M0 in one byte; null: 1.0
  uint8_t scaleByteA = 0, scaleByteB = 0;
  uint8_t cbsz = 0, abid = 0, blgp = 0;
  bool ocpFp8 = true;    ///< gfx950: OCP FP8 and BF8; gfx942: FNUZ
  bool flushF32 = false; ///< MODE flushes denormal F32 operands
};

/// False if CBSZ or BLGP is a reserved format or broadcast; then nothing is written.
bool execute(const Invocation &invocation);

/// Registers that operand A (B) occupies, formats considered.
unsigned operandRegistersA(const Operation &operation, uint8_t cbsz);
unsigned operandRegistersB(const Operation &operation, uint8_t blgp);

} // namespace kiln::emulator::matrix
