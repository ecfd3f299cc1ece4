// From LLVM's registers to files and numbers.
#ifndef KILN_LIB_CODEGEN_REGISTERS_H
#define KILN_LIB_CODEGEN_REGISTERS_H

#include "kiln/Codegen/CodeObject.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstrDesc.h"
#include "llvm/MC/MCRegisterInfo.h"

namespace kiln::codegen {

class RegisterNumbers {
public:
  explicit RegisterNumbers(const llvm::MCRegisterInfo &info)
      : info(info), known(info.getNumRegs()), ranges(info.getNumRegs()) {}
  /// Fills in operands, reads and writes.
  void describe(const llvm::MCInst &inst, const llvm::MCInstrDesc &description, Instruction &result);

private:
  /// Empty for what is no register of a wave, e.g. MODE.
  RegisterRange rangeOf(llvm::MCRegister reg);
  const llvm::MCRegisterInfo &info;
  std::vector<bool> known;
  std::vector<RegisterRange> ranges;
};

} // namespace kiln::codegen

#endif // KILN_LIB_CODEGEN_REGISTERS_H
