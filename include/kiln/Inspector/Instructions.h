// What kind of instruction stands in a listing: the classification that every count of the inspector uses.
#ifndef KILN_INSPECTOR_INSTRUCTIONS_H
#define KILN_INSPECTOR_INSTRUCTIONS_H

#include "kiln/Codegen/CodeObject.h"

namespace kiln::inspector {

enum class Family : uint8_t {
  Matrix,
  Valu,
  Transcendental, ///< exp, log, rcp, rsq, sqrt, sin, cos
  Salu,
  Lds,
  LdsDma, ///< loads from global memory into LDS
  Vmem,
  Smem,
  Wait,
  Barrier,
  Branch,
  Nop,
  Control, ///< the rest of SOPP: priorities, messages, traps
  Unknown  ///< does not decode
};
constexpr unsigned FamilyCount = 14;
/// "matrix", "valu", ..., "lds_dma", ...
llvm::StringRef familyName(Family family);

/// What one matrix instruction multiplies, from its name (CDNA3 and CDNA4 ISA, 7.1).
struct MatrixOperation {
  unsigned m = 0, n = 0, k = 0, blocks = 1;
  /// Of a and b, e.g. "bf16", "fp8_fp4".
  std::string types;
  /// The name of the instruction in the target files.
  std::string atom;
  /// Of one wave; those of a sparse instruction count the elements that are left out.
  uint64_t flops() const { return uint64_t(2) * m * n * k * blocks; }
};

enum class MemoryKind : uint8_t { None, Lds, Global, Scratch, Scalar };

struct InstructionInfo {
  Family family = Family::Unknown;
  /// The first word of the text; with " lds" for the buffer loads that write LDS.
  std::string mnemonic;
  MemoryKind memory = MemoryKind::None;
  bool load = false, store = false;
  /// Raises vmcnt, lgkmcnt.
  bool countsVm = false, countsLgkm = false;
  /// May finish before an earlier one that raises the same counter.
  bool outOfOrder = false;
  /// That a lane moves (a wave, of a scalar access); 0 if the name does not tell.
  unsigned bytes = 0;
  std::optional<MatrixOperation> matrix;
  /// Floating-point operations of a lane of a vector instruction, and their type.
  unsigned flops = 0;
  llvm::StringRef flopType;
  /// A line of PTX with which none begins: a label, operands of the line before.
  bool noInstruction = false;
};

InstructionInfo classify(const codegen::Instruction &instruction);

/// Registers that a memory instruction takes its address from: offsets, bases, descriptors.
std::vector<codegen::RegisterRange> addressRegisters(const codegen::Instruction &instruction,
                                                     const InstructionInfo &info);

/// "v7", "v[4:7]", "a0", "s[2:3]", "vcc", "exec", "m0", "scc".
std::string registerText(codegen::RegisterRange range);

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_INSTRUCTIONS_H
