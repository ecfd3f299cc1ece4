#ifndef KILN_LIB_CODEGEN_LINESCOPES_H
#define KILN_LIB_CODEGEN_LINESCOPES_H

#include "mlir/IR/BuiltinOps.h"

namespace kiln::codegen {

/// Gives every function and operation of `module` that comes from a file the debug scopes of a line table.
/// An operation's line is that of the outermost caller: the user's kernel, not the library body inlined into
/// it. Named locations that are fused with it (who decided about the operation, and where that is written)
/// become functions inlined there: "schedule.atom", called at its line of the schedule. With `directivesOnly`
/// (the assembler makes the table) they are left out.
void attachLineScopes(mlir::ModuleOp module, bool directivesOnly);

} // namespace kiln::codegen

#endif // KILN_LIB_CODEGEN_LINESCOPES_H
