// From bytes to Instruction: operands, modifiers, register ranges.
#ifndef KILN_LIB_EMULATOR_DECODER_H
#define KILN_LIB_EMULATOR_DECODER_H

#include "Machine.h"
#include "llvm/ADT/DenseMap.h"

namespace kiln::emulator {

/// Registers come from LLVM's MCInst; modifier and offset fields from the encoding, as the manual's chapter
/// "Microcode Formats" lays it out (LLVM does not export its named-operand tables). Not thread safe.
class Decoder {
public:
  explicit Decoder(Chip chip) : machine(chip) {}
  /// Bytes that are no instruction give mnemonic "" and a handler that fails.
  Instruction decode(llvm::ArrayRef<uint8_t> bytes, uint64_t pc);

private:
  const Operand &registerOperand(llvm::MCRegister reg);
  void decodeOperands(const llvm::MCInst &mc, Instruction &inst);
  void placeMemoryOperands(llvm::ArrayRef<Operand> results, llvm::ArrayRef<Operand> sources,
                           Instruction &inst);
  void describeRegisters(const llvm::MCInst &mc, Instruction &inst);

  Machine machine;
  llvm::DenseMap<unsigned, Operand> registerCache;
};

/// The encoding of the instruction whose first dword this is.
Format formatOf(uint32_t dword);

} // namespace kiln::emulator

#endif
