// What a role does to shared memory, step by step, for given numbers of loop steps.
#ifndef KILN_TRANSFORMS_ROLETRACE_H
#define KILN_TRANSFORMS_ROLETRACE_H

#include "dialects/Stage/Stage.h"

namespace kiln::transforms {

struct RoleEvent {
  enum Kind {
    Await,
    Expect,
    Arrive,
    Fetch,
    Product,
    Hold,
    Retire,
    Write,
    Read,
    Meet,
    Publish,
    Put,
    Reclaim
  } kind;
  mlir::Operation *op;          // of Hold: the read whose registers the next product holds
  mlir::Value object = {};      // barriers or a buffer
  int64_t slot = 0, number = 0; // number: parity, bytes, or how many are left
};

/// The events of a region whose loop over programs makes one step for each of `steps`, the number of steps
/// that other loops then make. Index arithmetic is evaluated; fails, as a diagnostic, where a slot, a parity
/// or a condition of an event is not known.
mlir::FailureOr<std::vector<RoleEvent>> traceRole(mlir::Region &region, llvm::ArrayRef<int64_t> steps);

} // namespace kiln::transforms

#endif
