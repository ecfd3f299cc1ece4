#include "kiln/Schedule/GenericSchedule.h"
#include "kiln/Schedule/Passes.h"

using namespace mlir;

namespace kiln::schedule {
#define GEN_PASS_DEF_COMPLETESCHEDULE
#include "lib/Schedule/Passes.h.inc"

namespace {
struct CompleteSchedule : impl::CompleteScheduleBase<CompleteSchedule> {
  void runOnOperation() override {
    target::MachineOp machine = target::Machine::of(getOperation());
    if (!machine) {
      getOperation().emitError() << "has no target.machine to schedule for";
      return signalPassFailure();
    }
    for (auto func : getOperation().getOps<kernel::FuncOp>())
      if (failed(completeSchedule(func, target::Machine(machine))))
        return signalPassFailure();
  }
};
} // namespace
} // namespace kiln::schedule
