// One function, decoded and classified: what every analysis reads.
#ifndef KILN_INSPECTOR_FUNCTIONVIEW_H
#define KILN_INSPECTOR_FUNCTIONVIEW_H

#include "kiln/Inspector/ControlFlow.h"
#include "kiln/Inspector/Instructions.h"

namespace kiln::inspector {

struct FunctionView {
  const std::vector<codegen::Instruction> &code;
  /// Of each instruction.
  const std::vector<InstructionInfo> &infos;
  const ControlFlow &flow;
  /// Empty if unknown.
  llvm::StringRef chip;
  /// Started by the hardware, not called: registers and counters have a known state at its beginning.
  bool isKernel = false;
  /// Absent for what is no kernel, and where the code object does not say.
  const codegen::KernelDescriptor *descriptor = nullptr;

  /// All ways that control takes are known.
  bool isComplete() const { return !flow.indirect && !flow.leaves; }
  bool isCdna() const { return chip.starts_with("gfx9"); }
};

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_FUNCTIONVIEW_H
