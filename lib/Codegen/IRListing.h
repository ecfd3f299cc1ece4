#ifndef KILN_LIB_CODEGEN_IRLISTING_H
#define KILN_LIB_CODEGEN_IRLISTING_H

#include "kiln/Codegen/Codegen.h"
#include "llvm/IR/Module.h"

namespace kiln::codegen {

/// `module` as text without debug information, which stands beside its lines instead.
IRListing listIR(const llvm::Module &module);

} // namespace kiln::codegen

#endif // KILN_LIB_CODEGEN_IRLISTING_H
