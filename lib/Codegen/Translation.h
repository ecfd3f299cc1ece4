#ifndef KILN_LIB_CODEGEN_TRANSLATION_H
#define KILN_LIB_CODEGEN_TRANSLATION_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"
#include <memory>

namespace kiln::codegen {

/// Translates `module` (whose layout attributes are set) for `machine` and verifies the result.
llvm::Expected<std::unique_ptr<llvm::Module>> translate(mlir::ModuleOp module, llvm::LLVMContext &context,
                                                        const llvm::TargetMachine &machine);

} // namespace kiln::codegen

#endif // KILN_LIB_CODEGEN_TRANSLATION_H
