#ifndef KILN_LIB_SCHEDULE_DECISION_H
#define KILN_LIB_SCHEDULE_DECISION_H

#include "mlir/IR/Operation.h"

namespace kiln::schedule {

/// Remembers in the location of `op` that `by` (an op of a schedule, or a pass) at `where` decided about it: the
/// location becomes a fused one of what it was and a named one. Whatever is made from the op inherits that.
void recordDecision(mlir::Operation *op, llvm::StringRef by, mlir::Location where);

} // namespace kiln::schedule

#endif
