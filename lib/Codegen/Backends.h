// The code generators of LLVM that Kiln uses, started when first needed.
#ifndef KILN_LIB_CODEGEN_BACKENDS_H
#define KILN_LIB_CODEGEN_BACKENDS_H

#include "kiln/Codegen/Codegen.h"
#include "llvm/Target/TargetMachine.h"
#include <memory>

namespace kiln::codegen {

/// Finds the back end of `triple` and makes it ready.
llvm::Expected<const llvm::Target *> findBackend(const llvm::Triple &triple);

/// Whether code for `triple` stays text that a driver assembles.
bool isAssembledByDriver(const llvm::Triple &triple);

/// Errors where LLVM itself would only print a warning.
llvm::Error checkProcessor(const llvm::Target &target, const llvm::Triple &triple, const Machine &machine);

/// Checks processor and features, of which LLVM itself would only print a warning.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>> createTargetMachine(const Machine &machine);

} // namespace kiln::codegen

#endif // KILN_LIB_CODEGEN_BACKENDS_H
