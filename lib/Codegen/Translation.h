#ifndef KILN_LIB_CODEGEN_TRANSLATION_H
#define KILN_LIB_CODEGEN_TRANSLATION_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"
#include <memory>

namespace kiln::codegen {

/// Gives every function and operation of `module` that comes from a file the debug scopes of a line table.
/// An operation's line is that of the outermost caller: the user's kernel, not the library body inlined into
/// it.
void attachLineScopes(mlir::ModuleOp module, bool directivesOnly);

/// Translates `module` (whose layout attributes are set) for `machine` and verifies the result.
llvm::Expected<std::unique_ptr<llvm::Module>> translate(mlir::ModuleOp module, llvm::LLVMContext &context,
                                                        const llvm::TargetMachine &machine);

} // namespace kiln::codegen

#endif // KILN_LIB_CODEGEN_TRANSLATION_H
