// PTX as far as its text tells: its instructions are not the machine's, its registers are virtual.
#ifndef KILN_INSPECTOR_PTX_H
#define KILN_INSPECTOR_PTX_H

#include "kiln/Inspector/Inspector.h"

namespace kiln::inspector {

/// What an instruction of PTX is by its name. Labels are nothing.
InstructionInfo classifyPtx(llvm::StringRef line);

/// The lines of a kernel, loops and what their instructions are and move. `text` is the whole module.
KernelReport inspectPtx(llvm::StringRef text, const codegen::KernelInfo &info, const MachineFacts *machine);

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_PTX_H
