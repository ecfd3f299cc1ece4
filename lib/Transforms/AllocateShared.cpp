#include "dialects/Stage/Stage.h"
#include "dialects/Target/Machine.h"
#include "kiln/Transforms/Passes.h"

using namespace mlir;

namespace kiln::transforms {
#define GEN_PASS_DEF_ALLOCATESHARED
#include "lib/Transforms/Passes.h.inc"

namespace {
/// Bytes through which the waves exchange what each has reduced (LaneReduce.cpp): one word a partial result and lane.
int64_t exchangeBytes(kernel::ReduceOp op) {
  kernel::TileType tile = op.getTile().getType();
  layout::LinearLayout layout = cast<layout::LinearAttr>(tile.getLayout()).toLinear(tile.getShape());
  if (!layout.bitsAlong(layout::waveDim, op.getAlong()))
    return 0;
  int64_t reduced = int64_t(1) << llvm::popcount(layout.bitsAlong(layout::registerDim, op.getAlong()));
  int64_t partials = layout.inputSize(layout::registerDim) / reduced;
  int64_t bytes = std::max<int64_t>(4, tile.getElementType().getIntOrFloatBitWidth() / 8);
  return partials * bytes * layout.inputSize(layout::laneDim) * layout.inputSize(layout::waveDim);
}

struct AllocateShared : impl::AllocateSharedBase<AllocateShared> {
  /// What relayouts and reductions exchange is written and read between barriers of its own, so all of it shares one
  /// place. Every other buffer keeps its own.
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
    func.walk([&](kernel::ReduceOp op) { exchange = std::max(exchange, exchangeBytes(op)); });
    func->setAttr("kiln.exchange_offset", builder.getI64IntegerAttr(used));
    used += exchange;
    func.walk([&](stage::BarriersOp op) {
      used = llvm::alignTo(used, 8);
      op.setOffset(used);
      used += 8 * op.getType().getSlots();
    });
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
