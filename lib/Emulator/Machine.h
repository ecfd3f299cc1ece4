// LLVM's machine-code layer for one chip: disassembler, printer, assembler.
#ifndef KILN_LIB_EMULATOR_MACHINE_H
#define KILN_LIB_EMULATOR_MACHINE_H

#include "kiln/Emulator/Wave.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDisassembler/MCDisassembler.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstPrinter.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"

namespace kiln::emulator {

/// Not thread safe.
class Machine {
public:
  explicit Machine(Chip chip);

  /// Returns false for bytes that are no instruction.
  bool disassemble(llvm::ArrayRef<uint8_t> bytes, uint64_t pc, llvm::MCInst &inst, uint64_t &size);
  std::string print(const llvm::MCInst &inst, uint64_t pc);
  /// The manual's name without encoding suffix.
  std::string mnemonic(const llvm::MCInst &inst);
  const llvm::MCInstrDesc &describe(const llvm::MCInst &inst) const { return info->get(inst.getOpcode()); }
  /// Bits of the operand's register class, 0 for an operand that is not a register or source.
  unsigned operandBits(const llvm::MCOperandInfo &operand) const;
  llvm::StringRef registerName(llvm::MCRegister reg) const { return registers->getName(reg); }

private:
  llvm::Triple triple{"amdgcn-amd-amdhsa"};
  llvm::MCTargetOptions options;
  std::unique_ptr<llvm::MCRegisterInfo> registers;
  std::unique_ptr<llvm::MCAsmInfo> asmInfo;
  std::unique_ptr<llvm::MCInstrInfo> info;
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget;
  std::unique_ptr<llvm::MCContext> context;
  std::unique_ptr<llvm::MCDisassembler> disassembler;
  std::unique_ptr<llvm::MCInstPrinter> printer;
};

/// Assembles `text` for the chip and returns the bytes of .text.
llvm::Expected<std::vector<uint8_t>> assemble(llvm::StringRef text, Chip chip);

} // namespace kiln::emulator

#endif
