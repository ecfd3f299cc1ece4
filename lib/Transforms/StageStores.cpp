#include "TileCopies.h"
#include "kiln/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace kiln::transforms {
#define GEN_PASS_DEF_STAGESTORES
#include "lib/Transforms/Passes.h.inc"

namespace {

/// Sends one store through shared memory, a part of its columns at a time: while one slot is copied out, the
/// next part is written to the other.
LogicalResult stage(kernel::StoreOp op, const target::Machine &machine) {
  if (!op->getParentOfType<stage::RolesOp>())
    return op.emitOpError() << "is scheduled on a copy of whole tiles, which needs roles (schedule.roles)";
  FailureOr<target::CopyOp> copy = tileCopyOf(op, op.getTensor().getType(), machine);
  if (failed(copy))
    return failure();
  kernel::TileType tile = op.getTile().getType();
  FailureOr<stage::BufferType> widest =
      tileBuffer(op, *copy, tile.getElementType(), 1, tile.getShape()[0], std::nullopt);
  if (failed(widest))
    return failure();
  int64_t columns = std::min(widest->getShape()[1], tile.getShape()[1]), parts = tile.getShape()[1] / columns,
          slots = std::min<int64_t>(2, parts);
  FailureOr<stage::BufferType> type =
      tileBuffer(op, *copy, tile.getElementType(), slots, tile.getShape()[0], columns);
  if (failed(type))
    return failure();

  Location loc = op.getLoc();
  auto roles = op->getParentOfType<stage::RolesOp>();
  OpBuilder builder(roles);
  Value buffer = stage::AllocOp::create(builder, loc, *type, "result", IntegerAttr(), IntegerAttr());
  builder.setInsertionPoint(op);
  auto index = [&](int64_t value) { return arith::ConstantIndexOp::create(builder, loc, value); };
  auto meet = [&] { stage::BarrierOp::create(builder, loc, /*bare=*/false, IntegerAttr()); };
  int64_t shape[] = {tile.getShape()[0], columns};
  for (int64_t part = 0; part < parts; ++part) {
    Value slot = index(part % slots);
    Value slice = stage::SliceOp::create(builder, loc, kernel::TileType::get(shape, tile.getElementType()),
                                         op.getTile(), builder.getDenseI64ArrayAttr({0, part * columns}));
    stage::ReclaimOp::create(builder, loc, slots - 1);
    meet();
    stage::WriteOp::create(builder, loc, slice, buffer, slot);
    stage::PublishOp::create(builder, loc);
    meet();
    Value column = arith::AddIOp::create(builder, loc, op.getIndices()[1], index(part * columns));
    stage::PutOp::create(builder, loc, buffer, slot, op.getTensor(), ValueRange{op.getIndices()[0], column},
                         FlatSymbolRefAttr::get(copy->getSymNameAttr()));
  }
  op.erase();
  return success();
}

struct StageStores : impl::StageStoresBase<StageStores> {
  void runOnOperation() override {
    target::MachineOp machine = target::Machine::of(getOperation());
    SmallVector<kernel::StoreOp> stores;
    getOperation().walk([&](kernel::StoreOp op) {
      if (op->hasAttr("schedule.copy"))
        stores.push_back(op);
    });
    DenseSet<Operation *> putting;
    for (kernel::StoreOp op : stores) {
      Operation *roles = op->getParentOfType<stage::RolesOp>();
      if (failed(stage(op, target::Machine(machine))))
        return signalPassFailure();
      putting.insert(roles);
    }
    // Shared memory must outlive the copies out of it.
    for (Operation *roles : putting) {
      OpBuilder builder = OpBuilder::atBlockEnd(&cast<stage::RolesOp>(roles).getCompute().front());
      stage::ReclaimOp::create(builder, roles->getLoc(), 0);
    }
  }
};
} // namespace
} // namespace kiln::transforms
