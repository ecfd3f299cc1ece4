#include "RoleTrace.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace kiln;
using namespace kiln::transforms;

namespace {
/// Interprets a region: values are constants or unknown.
class Tracer {
public:
  explicit Tracer(ArrayRef<int64_t> steps) : steps(steps) {}

  LogicalResult walk(Block &block) {
    for (Operation &op : block)
      if (failed(visit(op)))
        return failure();
    return success();
  }

  std::vector<RoleEvent> events;

private:
  Attribute valueOf(Value value) {
    auto known = values.find(value);
    if (known != values.end())
      return known->second;
    Attribute constant;
    return matchPattern(value, m_Constant(&constant)) ? constant : Attribute();
  }

  LogicalResult number(Operation *op, Value value, int64_t &result) {
    auto known = dyn_cast_or_null<IntegerAttr>(valueOf(value));
    if (!known)
      return op->emitOpError()
             << "cannot be followed: its slot, parity or condition is not computed from constants and what "
                "loops carry";
    result = known.getType().isInteger(1) ? known.getValue().getZExtValue() : known.getInt();
    return success();
  }

  LogicalResult add(RoleEvent::Kind kind, Operation &op, Value object, Value slot, int64_t value = 0) {
    RoleEvent event{kind, &op, object, 0, value};
    if (slot && failed(number(&op, slot, event.slot)))
      return failure();
    events.push_back(event);
    return success();
  }

  LogicalResult visit(Operation &op) {
    if (auto loop = dyn_cast<scf::ForOp>(op))
      return visitLoop(loop);
    if (op.getNumRegions())
      return op.emitOpError() << "cannot be followed in a role: expected scf.for";
    if (auto await = dyn_cast<stage::AwaitOp>(op)) {
      int64_t parity;
      return failure(failed(number(&op, await.getParity(), parity)) ||
                     failed(add(RoleEvent::Await, op, await.getBarriers(), await.getSlot(), parity)));
    }
    if (auto expect = dyn_cast<stage::ExpectOp>(op))
      return add(RoleEvent::Expect, op, expect.getBarriers(), expect.getSlot(), expect.getBytes());
    if (auto arrive = dyn_cast<stage::ArriveOp>(op)) {
      int64_t condition = 1;
      if (arrive.getCondition() && failed(number(&op, arrive.getCondition(), condition)))
        return failure();
      return condition ? add(RoleEvent::Arrive, op, arrive.getBarriers(), arrive.getSlot()) : success();
    }
    if (auto fetch = dyn_cast<stage::FetchOp>(op))
      return add(RoleEvent::Fetch, op, fetch.getBuffer(), fetch.getSlot(),
                 fetch.getBuffer().getType().getSlotBytes());
    if (auto mma = dyn_cast<kernel::MmaOp>(op))
      return visitProduct(mma);
    if (auto retire = dyn_cast<stage::RetireOp>(op))
      return add(RoleEvent::Retire, op, {}, {}, retire.getLeaving());
    if (isa<stage::SettleOp>(op))
      return add(RoleEvent::Retire, op, {}, {}, 0);
    if (auto write = dyn_cast<stage::WriteOp>(op))
      return add(RoleEvent::Write, op, write.getBuffer(), write.getSlot());
    if (auto read = dyn_cast<stage::ReadOp>(op))
      return add(RoleEvent::Read, op, read.getBuffer(), read.getSlot());
    if (isa<stage::BarrierOp>(op))
      return add(RoleEvent::Meet, op, {}, {});
    if (isa<stage::PublishOp>(op))
      return add(RoleEvent::Publish, op, {}, {});
    if (auto put = dyn_cast<stage::PutOp>(op))
      return add(RoleEvent::Put, op, put.getBuffer(), put.getSlot());
    if (auto reclaim = dyn_cast<stage::ReclaimOp>(op))
      return add(RoleEvent::Reclaim, op, {}, {}, reclaim.getLeaving());
    fold(op);
    return success();
  }

  /// One group of products; a buffer may be read for both operands. Registers are those of a read.
  LogicalResult visitProduct(kernel::MmaOp mma) {
    llvm::SmallSetVector<Value, 2> views;
    views.insert(mma.getA());
    views.insert(mma.getB());
    for (Value operand : views) {
      if (auto transpose = operand.getDefiningOp<kernel::TransposeOp>())
        operand = transpose.getTile();
      if (auto read = operand.getDefiningOp<stage::ReadOp>())
        events.push_back({RoleEvent::Hold, read, {}, 0, groups});
      auto view = operand.getDefiningOp<stage::ViewOp>();
      if (!view)
        continue;
      if (failed(add(RoleEvent::Product, *mma, view.getBuffer(), view.getSlot(), groups)))
        return failure();
    }
    ++groups;
    return success();
  }

  LogicalResult visitLoop(scf::ForOp loop) {
    bool overPrograms = loop->hasAttr("stage.programs");
    int64_t count = overPrograms ? steps.size() : steps[program];
    SmallVector<Attribute> carried;
    for (Value init : loop.getInitArgs())
      carried.push_back(valueOf(init));
    for (int64_t i = 0; i < count; ++i) {
      if (overPrograms)
        program = i;
      for (auto [argument, value] : llvm::zip(loop.getRegionIterArgs(), carried))
        values[argument] = value;
      if (failed(walk(*loop.getBody())))
        return failure();
      carried.clear();
      for (Value value : loop.getYieldedValues())
        carried.push_back(valueOf(value));
    }
    for (auto [result, value] : llvm::zip(loop.getResults(), carried))
      values[result] = value;
    return success();
  }

  void fold(Operation &op) {
    SmallVector<Attribute> operands;
    for (Value operand : op.getOperands())
      operands.push_back(valueOf(operand));
    SmallVector<OpFoldResult> results;
    bool folded =
        op.getNumResults() && succeeded(op.fold(operands, results)) && results.size() == op.getNumResults();
    for (auto [i, result] : llvm::enumerate(op.getResults())) {
      if (!folded)
        values[result] = {};
      else if (auto attr = dyn_cast<Attribute>(results[i]))
        values[result] = attr;
      else
        values[result] = valueOf(cast<Value>(results[i]));
    }
  }

  ArrayRef<int64_t> steps; // of each program
  int64_t program = 0, groups = 0;
  DenseMap<Value, Attribute> values;
};
} // namespace

FailureOr<std::vector<RoleEvent>> transforms::traceRole(Region &region, ArrayRef<int64_t> steps) {
  Tracer tracer(steps);
  if (failed(tracer.walk(region.front())))
    return failure();
  return std::move(tracer.events);
}
