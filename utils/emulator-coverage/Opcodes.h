// Every instruction of a chip, found by asking LLVM's disassembler for each opcode of each encoding.
#ifndef KILN_UTILS_EMULATOR_COVERAGE_OPCODES_H
#define KILN_UTILS_EMULATOR_COVERAGE_OPCODES_H

#include "kiln/Emulator/Wave.h"
#include <map>

namespace kiln::emulator {

struct Opcode {
  Format format;    ///< the shortest encoding it has
  std::string text; ///< disassembly of one instance
};

/// By mnemonic (the manual's name, without _e32 and so on).
std::map<std::string, Opcode> opcodesOf(Chip chip);

} // namespace kiln::emulator

#endif
