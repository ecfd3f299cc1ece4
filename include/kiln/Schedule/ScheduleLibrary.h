// Finding the schedule for a kernel and applying it.
#ifndef KILN_SCHEDULE_SCHEDULELIBRARY_H
#define KILN_SCHEDULE_SCHEDULELIBRARY_H

#include "dialects/Kernel/Specialize.h"

#include <string>
#include <vector>

namespace kiln::schedule {

/// Applies the first named sequence in `files` that is for this kernel and whose conditions hold; `fromUser` are the parameters
/// that are bound already. With a `name` only the sequence of that name is tried. Without a fitting one the kernel is left as it is, or, with `mustFit`, the error says
/// what did not fit. Errors are diagnostics.
mlir::LogicalResult applyFromFiles(kernel::FuncOp func, const kernel::ParamValues &fromUser,
                                   const std::vector<std::string> &files, llvm::StringRef name, bool mustFit);

} // namespace kiln::schedule

#endif
