// What target files say, for people and for the analyses.
#ifndef KILN_INSPECTOR_TARGETS_H
#define KILN_INSPECTOR_TARGETS_H

#include "dialects/Target/Machine.h"
#include "kiln/Inspector/Occupancy.h"
#include "kiln/Inspector/Pictures.h"
#include "llvm/Support/Error.h"

namespace kiln::inspector {

/// Of a complete machine.
MachineFacts machineFacts(target::MachineOp machine);

/// A machine's memories, registers, formats, chips and matrix instructions, as text and as JSON.
std::string describeText(target::MachineOp machine);
std::string describeJson(target::MachineOp machine);

/// `type` narrows a name that several instructions share to those with this element type in the operand, as
/// their names spell it ("fp4").
llvm::Expected<OperandLayout> operandLayout(target::MachineOp machine, llvm::StringRef atom,
                                            llvm::StringRef operand, llvm::StringRef type = {});
/// All operands that it has; empty if the machine does not know it.
std::vector<OperandLayout> operandLayouts(target::MachineOp machine, llvm::StringRef atom);
/// Layouts as JSON; docs/inspector.md describes it.
std::string layoutsJson(const std::vector<OperandLayout> &operands);
/// Nothing if the target's files do not say.
std::optional<SharedBanks> sharedBanks(target::MachineOp machine);

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_TARGETS_H
