// One self-contained HTML file that shows kernels at all stages, linked line by line.
#ifndef KILN_INSPECTOR_EXPLORER_H
#define KILN_INSPECTOR_EXPLORER_H

#include "kiln/Inspector/Pictures.h"
#include "kiln/Inspector/Trail.h"

namespace kiln::inspector {

/// What a tab of the explorer shows: one kernel in one code object.
struct ExplorerView {
  std::string name;
  const Report *report = nullptr;
  /// Position in the report.
  unsigned kernel = 0;
  KernelTrail trail;
  /// Of the machine, as far as known: registers that a wave may have, bytes of shared memory.
  std::optional<unsigned> registerLimit, sharedLimit;
  std::vector<OperandLayout> operands;
  std::optional<SharedBanks> banks;
};

std::string explorerHtml(llvm::StringRef title, const std::vector<ExplorerView> &views);

/// The lines of PTX text with what its `.loc` directives say, in place of the instructions of a machine:
/// addresses count them.
codegen::CodeFunction listPtx(llvm::StringRef text, llvm::StringRef kernel);
/// What a line of it is by its name; nothing for a label.
std::optional<Family> ptxFamily(llvm::StringRef line);

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_EXPLORER_H
