// Snippet for instructions of up to three vector operands.
#ifndef KILN_UNITTESTS_EMULATOR_OPERANDSNIPPET_H
#define KILN_UNITTESTS_EMULATOR_OPERANDSNIPPET_H

#include "Snippet.h"
#include "llvm/ADT/bit.h"

namespace kiln::emulator {

inline uint32_t bits(float value) { return llvm::bit_cast<uint32_t>(value); }
inline uint64_t bits(double value) { return llvm::bit_cast<uint64_t>(value); }

/// v1, v2 and v3 hold the operands in every lane, v0 `old` before and the result.
struct OperandSnippet : Snippet {
  using Snippet::Snippet;
  uint32_t old = 0xAABBCCDD;
  uint32_t with(const std::string &text, uint32_t a, uint32_t b = 0, uint32_t c = 0) {
    fill(0, old), fill(1, a), fill(2, b), fill(3, c);
    EXPECT_EQ(run(text), "") << text;
    return v(0);
  }
};

} // namespace kiln::emulator

#endif
