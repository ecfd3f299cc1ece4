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

/// A sequence for launches of some sizes only (`schedule.sizes`), an expression in the grammar of
/// docs/bundle.md.
struct SizedSequence {
  std::string name, sizes;
};

/// The sequences in `files` that fit this kernel and are for some sizes only, in order. Files that cannot be
/// read give none.
std::vector<SizedSequence> sequencesForSizes(kernel::FuncOp func, const kernel::ParamValues &fromUser,
                                             const std::vector<std::string> &files);

} // namespace kiln::schedule

#endif
