// LLVM ends the process on what it calls fatal errors; a library must not.
#ifndef KILN_LIB_CODEGEN_GUARD_H
#define KILN_LIB_CODEGEN_GUARD_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"

namespace kiln::codegen {

/// Runs `body` on a thread with a large stack. A fatal error or a crash in it becomes an error. In that case
/// the frames of `body` are abandoned without running destructors: locks and registrations belong in the
/// caller's frame.
llvm::Error runGuarded(llvm::function_ref<llvm::Error()> body);

} // namespace kiln::codegen

#endif // KILN_LIB_CODEGEN_GUARD_H
