#include "dialects/Stage/Stage.h"
#include "dialects/Target/Machine.h"
#include "kiln/Transforms/Passes.h"

using namespace mlir;

namespace kiln::transforms {
#define GEN_PASS_DEF_ALLOCATESHARED
#include "lib/Transforms/Passes.h.inc"

namespace {
struct AllocateShared : impl::AllocateSharedBase<AllocateShared> {
  /// Relayout buffers are written and read between two barriers of their own, so all of them share one place. Every
  /// other buffer keeps its own.
  LogicalResult allocate(kernel::FuncOp func, const target::Machine &machine) {
    Builder builder(func.getContext());
    int64_t used = 0, exchange = 0;
    func.walk([&](stage::AllocOp op) {
      if (op.getName() == "relayout") {
        exchange = std::max(exchange, op.getType().getBytes());
        return;
      }
      op.setOffset(used);
      used += llvm::alignTo(op.getType().getBytes(), 1024);
    });
    func.walk([&](stage::AllocOp op) {
      if (op.getName() == "relayout")
        op.setOffset(used);
    });
    used += exchange;
    func->setAttr("kiln.shared_bytes", builder.getI64IntegerAttr(used));
    target::MemoryOp shared = machine.memory("shared");
    int64_t available = shared && shared.getBytes() ? *shared.getBytes() : 0;
    if (used <= available)
      return success();
    InFlightDiagnostic diag = func.emitOpError() << "needs " << used << " bytes of shared memory; " << machine.name()
                                                 << " has " << available;
    func.walk([&](stage::AllocOp op) {
      diag.attachNote(op.getLoc()) << "'" << op.getName() << "': " << op.getType().getSlots() << " x "
                                   << op.getType().getSlotBytes() << " bytes for " << op.getType();
    });
    return diag;
  }

  void runOnOperation() override {
    target::MachineOp machine = target::Machine::of(getOperation());
    for (auto func : getOperation().getOps<kernel::FuncOp>())
      if (failed(allocate(func, target::Machine(machine))))
        return signalPassFailure();
  }
};
} // namespace
} // namespace kiln::transforms
