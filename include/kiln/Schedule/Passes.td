// Passes that apply schedules.
#ifndef KILN_SCHEDULE_PASSES
#define KILN_SCHEDULE_PASSES

include "mlir/Pass/PassBase.td"

def CompleteSchedule : Pass<"schedule-complete", "::mlir::ModuleOp"> {
  let summary = "decides what no schedule has decided, from the machine's facts";
  let description = [{
    Chooses the fastest matrix instruction that divides each tile, the number of waves and how they share it. What a schedule
    has set is kept.

    Requires: specialised kernels and one target.machine.
    Ensures: every kernel has `schedule.waves`; every mma has `schedule.atom` and `schedule.waves`.
  }];
}

#endif
