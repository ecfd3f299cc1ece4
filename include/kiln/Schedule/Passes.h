// Passes that apply schedules.
#ifndef KILN_SCHEDULE_PASSES_H
#define KILN_SCHEDULE_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace kiln::schedule {

#define GEN_PASS_DECL
#include "lib/Schedule/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "lib/Schedule/Passes.h.inc"

} // namespace kiln::schedule

#endif
