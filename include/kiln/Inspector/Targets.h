// What target files say, for people and for the analyses.
#ifndef KILN_INSPECTOR_TARGETS_H
#define KILN_INSPECTOR_TARGETS_H

#include "dialects/Target/Machine.h"
#include "kiln/Inspector/Occupancy.h"
#include "kiln/Layout/LinearLayout.h"

namespace kiln::inspector {

/// Of a complete machine.
MachineFacts machineFacts(target::MachineOp machine);

/// A machine's memories, registers, formats, chips and matrix instructions, as text and as JSON.
std::string describeText(target::MachineOp machine);
std::string describeJson(target::MachineOp machine);

/// One operand of a matrix instruction: "a", "b", "acc", "scale_a" or "scale_b".
struct OperandLayout {
  std::string atom, operand, element;
  layout::LinearLayout layout;
};
/// `type` narrows a name that several instructions share to those with this element type in the operand, as
/// their names spell it ("fp4").
llvm::Expected<OperandLayout> operandLayout(target::MachineOp machine, llvm::StringRef atom,
                                            llvm::StringRef operand, llvm::StringRef type = {});

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_TARGETS_H
