#include "dialects/Stage/Stage.h"
#include "dialects/Target/Machine.h"
#include "kiln/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace kiln::transforms {
#define GEN_PASS_DEF_PIPELINELOOPS
#include "lib/Transforms/Passes.h.inc"

namespace {

/// Rebuilds one loop. `frame` values of the body: loads are replaced by copies and reads, the rest is cloned.
class LoopPipeliner {
public:
  LoopPipeliner(scf::ForOp loop, int64_t buffers, bool pingPong)
      : loop(loop), buffers(buffers), pingPong(pingPong), builder(loop), loc(loop.getLoc()) {}

  LogicalResult run() {
    if (failed(collect()) || failed(makeBuffers()))
      return failure();
    Value lower = loop.getLowerBound(), upper = loop.getUpperBound();
    round = arith::MulIOp::create(builder, loc, loop.getStep(), index(buffers));
    // Rounds stay within every tensor, so that their copies need no bounds along the loop's dimension.
    for (kernel::LoadOp load : loads)
      for (int64_t d : movingDims(load)) {
        Value size = kernel::DimOp::create(builder, loc, load.getTensor(), load.tensorDim(d));
        upper = arith::MinSIOp::create(builder, loc, upper, size);
      }
    Value span = arith::SubIOp::create(builder, loc, upper, lower);
    Value rounds = arith::DivSIOp::create(builder, loc, span, round);
    Value covered = arith::MulIOp::create(builder, loc, rounds, round);
    Value rest = arith::AddIOp::create(builder, loc, lower, covered);
    Value any = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::sgt, rounds, index(0));
    auto pipelined = scf::IfOp::create(builder, loc, loop.getResultTypes(), any, /*withElseRegion=*/true);
    {
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToStart(pipelined.elseBlock());
      scf::YieldOp::create(builder, loc, loop.getInitArgs());
      builder.setInsertionPointToStart(pipelined.thenBlock());
      scf::YieldOp::create(builder, loc, pingPong ? buildPingPong(lower, rest) : buildRounds(lower, rest));
    }
    // The loop as it was does the steps that are left.
    loop.getLowerBoundMutable().assign(rest);
    loop.getInitArgsMutable().assign(pipelined.getResults());
    loop->removeAttr("schedule.pipeline");
    for (kernel::LoadOp load : loads)
      load->removeAttr("schedule.copy");
    return success();
  }

private:
  Value index(int64_t value) { return arith::ConstantIndexOp::create(builder, loc, value); }

  LogicalResult collect() {
    if (buffers < 2)
      return loop.emitOpError() << "expects 2 buffers or more to pipeline, found " << buffers;
    for (Operation &op : loop.getBody()->without_terminator()) {
      auto load = dyn_cast<kernel::LoadOp>(op);
      if (load && load->hasAttr("schedule.copy")) {
        loads.push_back(load);
        continue;
      }
      if (op.getNumRegions())
        return op.emitOpError() << "cannot be part of a pipelined loop: it has a region";
    }
    if (loads.empty())
      return loop.emitOpError() << "is to be pipelined, but no load in it has a copy (stage a load first)";
    return success();
  }

  LogicalResult makeBuffers() {
    OpBuilder atEntry = OpBuilder::atBlockBegin(&loop->getParentOfType<kernel::FuncOp>().getBody().front());
    for (size_t i = 0; i < loads.size(); ++i) {
      kernel::LoadOp load = loads[i];
      kernel::TileType tile = load.getType();
      auto swizzle = load->getAttrOfType<DenseI64ArrayAttr>("schedule.swizzle");
      auto type = stage::BufferType::getChecked([&]() { return load.emitOpError(); }, tile.getContext(), buffers,
                                                tile.getShape(), tile.getElementType(),
                                                static_cast<unsigned>(tile.getShape().size() - 1), int64_t(0),
                                                swizzle ? swizzle.asArrayRef() : ArrayRef<int64_t>());
      if (!type)
        return failure();
      slots.push_back(stage::AllocOp::create(atEntry, load.getLoc(), type, "operand" + std::to_string(i), IntegerAttr()));
    }
    return success();
  }

  /// Tile dimensions along which the loop walks.
  SmallVector<int64_t> movingDims(kernel::LoadOp load) {
    SmallVector<int64_t> dims;
    for (unsigned d = 0; d < load.getType().getShape().size(); ++d)
      if (load.getIndices()[load.tensorDim(d)] == loop.getInductionVar())
        dims.push_back(d);
    return dims;
  }

  /// Starts the copies of the step at `position` into slot `slot`.
  void copy(Value position, int64_t slot) {
    for (auto [load, buffer] : llvm::zip(loads, slots)) {
      SmallVector<Value> indices;
      for (Value at : load.getIndices())
        indices.push_back(at == loop.getInductionVar() ? position : at);
      stage::CopyOp::create(builder, load.getLoc(), load.getTensor(), indices, buffer, index(slot),
                            load->getAttrOfType<FlatSymbolRefAttr>("schedule.copy"), load.getDimsAttr(),
                            builder.getDenseI64ArrayAttr(movingDims(load)));
    }
  }

  SmallVector<Value> read(int64_t slot) {
    SmallVector<Value> tiles;
    for (auto [load, buffer] : llvm::zip(loads, slots))
      tiles.push_back(stage::ReadOp::create(builder, load.getLoc(), load.getType(), buffer, index(slot)));
    return tiles;
  }

  void meet() {
    stage::WaitOp::create(builder, loc, IntegerAttr());
    meetOnly();
  }

  /// `half`: of the lower or the upper half of the waves only.
  void meetOnly(std::optional<int64_t> half = std::nullopt) {
    stage::BarrierOp::create(builder, loc, /*bare=*/true, half ? builder.getI64IntegerAttr(*half) : IntegerAttr());
  }

  /// The body's computation on operands that are in registers.
  SmallVector<Value> compute(Value position, ArrayRef<Value> operands, ArrayRef<Value> carried) {
    IRMapping mapping;
    mapping.map(loop.getInductionVar(), position);
    mapping.map(loop.getRegionIterArgs(), carried);
    for (auto [load, operand] : llvm::zip(loads, operands))
      mapping.map(load.getResult(), operand);
    for (Operation &op : loop.getBody()->without_terminator())
      if (!llvm::is_contained(loads, &op))
        builder.clone(op, mapping);
    SmallVector<Value> results;
    for (Value yielded : loop.getYieldedValues())
      results.push_back(mapping.lookupOrDefault(yielded));
    return results;
  }

  Value advance(Value position, int64_t steps) {
    if (steps == 0)
      return position;
    Value distance = arith::MulIOp::create(builder, loc, loop.getStep(), index(steps));
    return arith::AddIOp::create(builder, loc, position, distance);
  }

  SmallVector<Value> buildRounds(Value lower, Value rest) {
    for (int64_t b = 0; b < buffers; ++b)
      copy(advance(lower, b), b);
    meet();
    SmallVector<Value> carried(loop.getInitArgs());
    unsigned accumulators = carried.size();
    carried.append(read(0));
    Value last = arith::SubIOp::create(builder, loc, rest, round);
    auto steady = scf::ForOp::create(builder, loc, lower, last, round, carried);
    {
      OpBuilder::InsertionGuard guard(builder);
      if (!steady.getBody()->empty())
        steady.getBody()->getTerminator()->erase();
      builder.setInsertionPointToEnd(steady.getBody());
      SmallVector<Value> state(steady.getRegionIterArgs());
      for (int64_t b = 0; b < buffers; ++b)
        step(steady.getInductionVar(), b, accumulators, state, /*refill=*/true);
      scf::YieldOp::create(builder, loc, state);
    }
    SmallVector<Value> state(steady.getResults());
    for (int64_t b = 0; b < buffers; ++b)
      step(last, b, accumulators, state, /*refill=*/false);
    return SmallVector<Value>(ArrayRef<Value>(state).take_front(accumulators));
  }

  /// The halves of the waves alternate between a memory phase (read this step, start copies) and a matrix phase. A wait at the end
  /// of the memory phase covers the copies of the next step; the half that runs behind has passed it before the half
  /// ahead reads.
  SmallVector<Value> buildPingPong(Value lower, Value rest) {
    for (int64_t b = 0; b + 1 < buffers; ++b)
      copy(advance(lower, b), b);
    meet();
    meetOnly(1);
    Value last = arith::SubIOp::create(builder, loc, rest, round);
    auto steady = scf::ForOp::create(builder, loc, lower, last, round, loop.getInitArgs());
    {
      OpBuilder::InsertionGuard guard(builder);
      if (!steady.getBody()->empty())
        steady.getBody()->getTerminator()->erase();
      builder.setInsertionPointToEnd(steady.getBody());
      SmallVector<Value> carried(steady.getRegionIterArgs());
      for (int64_t b = 0; b < buffers; ++b)
        carried = phases(steady.getInductionVar(), b, carried, /*refill=*/true);
      scf::YieldOp::create(builder, loc, carried);
    }
    SmallVector<Value> carried(steady.getResults());
    for (int64_t b = 0; b < buffers; ++b)
      carried = phases(last, b, carried, /*refill=*/b == 0);
    meetOnly(0);
    return carried;
  }

  SmallVector<Value> phases(Value position, int64_t b, ArrayRef<Value> carried, bool refill) {
    SmallVector<Value> operands = read(b);
    if (refill)
      copy(advance(position, b + buffers - 1), (b + buffers - 1) % buffers);
    meet();
    stage::PriorityOp::create(builder, loc, true);
    SmallVector<Value> results = compute(advance(position, b), operands, carried);
    stage::PriorityOp::create(builder, loc, false);
    meetOnly();
    return results;
  }

  /// One step on slot `b`: `state` holds what the loop carries and the operands in registers.
  void step(Value position, int64_t b, unsigned accumulators, SmallVectorImpl<Value> &state, bool refill) {
    SmallVector<Value> carried(ArrayRef<Value>(state).take_front(accumulators));
    SmallVector<Value> operands(ArrayRef<Value>(state).drop_front(accumulators));
    SmallVector<Value> next = operands;
    bool lastOfAll = !refill && b + 1 == buffers;
    if (!lastOfAll) {
      meet();
      next = read((b + 1) % buffers);
    }
    if (refill)
      copy(advance(position, buffers + b), b);
    carried = compute(advance(position, b), operands, carried);
    state.assign(carried.begin(), carried.end());
    state.append(next);
  }

  scf::ForOp loop;
  int64_t buffers;
  bool pingPong;
  OpBuilder builder;
  Location loc;
  SmallVector<kernel::LoadOp> loads;
  SmallVector<Value> slots;
  Value round;
};

struct PipelineLoops : impl::PipelineLoopsBase<PipelineLoops> {
  void runOnOperation() override {
    SmallVector<scf::ForOp> loops;
    getOperation().walk([&](scf::ForOp loop) {
      if (loop->hasAttr("schedule.pipeline"))
        loops.push_back(loop);
    });
    target::MachineOp machine = target::Machine::of(getOperation());
    for (scf::ForOp loop : loops) {
      if (machine && machine.getTracking() != "counter" && machine.getTracking() != "group") {
        loop.emitOpError() << "is to be pipelined, but " << machine.getSymName() << " tracks copies by '"
                           << machine.getTracking().value_or("none") << "'; waits are derived for 'counter' and 'group'";
        return signalPassFailure();
      }
      auto how = loop->getAttrOfType<DictionaryAttr>("schedule.pipeline");
      auto buffers = how.getAs<IntegerAttr>("buffers");
      if (!buffers) {
        loop.emitOpError() << "has a 'schedule.pipeline' without 'buffers'";
        return signalPassFailure();
      }
      if (failed(LoopPipeliner(loop, buffers.getInt(), how.contains("ping_pong")).run()))
        return signalPassFailure();
    }
  }
};
} // namespace
} // namespace kiln::transforms
