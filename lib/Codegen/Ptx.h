#ifndef KILN_LIB_CODEGEN_PTX_H
#define KILN_LIB_CODEGEN_PTX_H

#include "kiln/Codegen/CodeObject.h"

namespace kiln::codegen {

/// What PTX text says about its kernels (PTX ISA, "Performance-Tuning Directives" and "State Spaces").
llvm::Expected<std::vector<KernelInfo>> ptxKernelInfo(llvm::StringRef text);

} // namespace kiln::codegen

#endif // KILN_LIB_CODEGEN_PTX_H
