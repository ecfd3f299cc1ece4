#include "dialects/Stage/Stage.h"
#include "dialects/Target/Machine.h"
#include "kiln/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace kiln::transforms {
#define GEN_PASS_DEF_PIPELINELOOPS
#include "lib/Transforms/Passes.h.inc"

namespace {

/// Rebuilds one loop. `frame` values of the body: loads are replaced by copies and reads, the rest is cloned.
class LoopPipeliner {
public:
  LoopPipeliner(scf::ForOp loop, target::MachineOp machine, int64_t buffers, bool pingPong)
      : loop(loop), machine(machine), buffers(buffers), pingPong(pingPong), builder(loop), loc(loop.getLoc()) {}

  LogicalResult run() {
    if (failed(collect()) || failed(makeBuffers()))
      return failure();
    Value lower = loop.getLowerBound(), upper = loop.getUpperBound();
    round = arith::MulIOp::create(builder, loc, loop.getStep(), index(buffers));
    // What lies beyond the end of any staged tensor adds nothing.
    for (kernel::LoadOp load : loads)
      for (int64_t d : movingDims(load)) {
        Value size = kernel::DimOp::create(builder, loc, load.getTensor(), load.tensorDim(d));
        if (int64_t divisor = *divisorOf(load.getIndices()[load.tensorDim(d)]); divisor > 1)
          size = arith::MulIOp::create(builder, loc, size, index(divisor));
        upper = arith::MinSIOp::create(builder, loc, upper, size);
      }
    // Whole rounds, and two at least: the last is not followed by copies, and the one before copies with bounds.
    Value span = arith::MaxSIOp::create(builder, loc, arith::SubIOp::create(builder, loc, upper, lower), index(0));
    Value nearly = arith::SubIOp::create(builder, loc, round, index(1));
    Value rounds = arith::DivUIOp::create(builder, loc, arith::AddIOp::create(builder, loc, span, nearly), round);
    rounds = arith::MaxSIOp::create(builder, loc, rounds, index(2));
    Value covered = arith::MulIOp::create(builder, loc, arith::SubIOp::create(builder, loc, rounds, index(1)), round);
    Value last = arith::AddIOp::create(builder, loc, lower, covered);
    loop->replaceAllUsesWith(build(lower, last));
    loop.erase();
    return success();
  }

private:
  Value index(int64_t value) { return arith::ConstantIndexOp::create(builder, loc, value); }

  /// An index of a load is the loop's position divided by this number; nothing if it does not follow the loop, 0 if it
  /// does so in another way.
  std::optional<int64_t> divisorOf(Value at) {
    if (at == loop.getInductionVar())
      return 1;
    if (!loop.getBodyRegion().isAncestor(at.getParentRegion()))
      return std::nullopt;
    auto division = at.getDefiningOp<arith::DivUIOp>();
    APInt divisor, step;
    bool aligned = division && division.getLhs() == loop.getInductionVar() &&
                   matchPattern(division.getRhs(), m_ConstantInt(&divisor)) &&
                   matchPattern(loop.getStep(), m_ConstantInt(&step)) && divisor.isStrictlyPositive() &&
                   step.urem(divisor).isZero();
    return aligned ? divisor.getSExtValue() : 0;
  }

  LogicalResult collect() {
    // The loop is unrolled by so many.
    if (buffers < 2 || buffers > 64)
      return loop.emitOpError() << "expects 2 to 64 buffers to pipeline, found " << buffers;
    if (loop->hasAttr("schedule.priority") && !pingPong)
      return loop.emitOpError() << "has a priority for its products, but no phase of products alone: expects 'ping_pong'";
    for (Operation &op : loop.getBody()->without_terminator()) {
      auto load = dyn_cast<kernel::LoadOp>(op);
      if (load && load->hasAttr("schedule.copy")) {
        for (Value at : load.getIndices())
          if (divisorOf(at) == 0)
            return load.emitOpError() << "cannot be staged: an index follows the loop, and is neither its position nor that "
                                         "divided by a constant which divides the loop's step";
        loads.push_back(load);
        continue;
      }
      if (!isa<kernel::MmaOp, kernel::TransposeOp>(op) && !llvm::all_of(op.getResultTypes(), llvm::IsaPred<IndexType>))
        return op.emitOpError() << "cannot be part of a pipelined loop: it holds kernel.mma, kernel.transpose, staged loads "
                                   "and their indices";
    }
    if (loads.empty())
      return loop.emitOpError() << "is to be pipelined, but no load in it has a copy (stage a load first)";
    return expectSumsOfProducts();
  }

  bool isStaged(Value tile) {
    if (auto transpose = tile.getDefiningOp<kernel::TransposeOp>())
      return isStaged(transpose.getTile());
    auto load = tile.getDefiningOp<kernel::LoadOp>();
    return load && llvm::is_contained(loads, load);
  }

  /// Steps beyond the tensors' end are done on zeros. They change nothing if what the loop carries is one sum of
  /// products of staged tiles.
  LogicalResult expectSumsOfProducts() {
    auto yielded = loop.getYieldedValues();
    auto mma = yielded.size() == 1 ? yielded[0].getDefiningOp<kernel::MmaOp>() : kernel::MmaOp();
    if (mma && mma->getParentOp() == loop && mma.getAcc() == loop.getRegionIterArg(0) && isStaged(mma.getA()) &&
        isStaged(mma.getB()))
      return success();
    return loop.emitOpError() << "cannot be pipelined: expects it to carry one sum of products (kernel.mma) of staged "
                                 "tiles, which steps of zeros leave alone";
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
                                                swizzle ? swizzle.asArrayRef() : ArrayRef<int64_t>(), replicasOf(load));
      if (!type)
        return failure();
      slots.push_back(stage::AllocOp::create(atEntry, load.getLoc(), type, "operand" + std::to_string(i), IntegerAttr(),
                                             IntegerAttr()));
    }
    return success();
  }

  /// How often a slot must hold the tile, so that every wave has a copy of it to issue.
  int64_t replicasOf(kernel::LoadOp load) {
    auto waves = loop->getParentOfType<kernel::FuncOp>()->getAttrOfType<IntegerAttr>("schedule.waves");
    target::CopyOp atom = machine ? target::Machine(machine).copy(
                                        load->getAttrOfType<FlatSymbolRefAttr>("schedule.copy").getValue())
                                  : target::CopyOp();
    if (!waves || !atom)
      return 1;
    int64_t bits = load.getType().getElementType().getIntOrFloatBitWidth() * llvm::product_of(load.getType().getShape());
    int64_t together = waves.getInt() * target::Machine(machine).lanes() * static_cast<int64_t>(atom.getBytes()) * 8;
    return together % bits == 0 ? together / bits : 1;
  }

  /// Tile dimensions along which the loop walks.
  SmallVector<int64_t> movingDims(kernel::LoadOp load) {
    SmallVector<int64_t> dims;
    for (unsigned d = 0; d < load.getType().getShape().size(); ++d)
      if (divisorOf(load.getIndices()[load.tensorDim(d)]))
        dims.push_back(d);
    return dims;
  }

  /// How a round refills the slots that it has left: knowing that what it copies is there, not knowing that, or not at all.
  enum class Refill { InBounds, Checked, None };

  /// Starts the copies of the step that is `steps` after `position` into slot `slot`.
  void copy(Value position, int64_t steps, int64_t slot, Refill refill) {
    for (auto [load, buffer] : llvm::zip(loads, slots)) {
      SmallVector<Value> indices;
      for (Value at : load.getIndices())
        indices.push_back(divisorOf(at) ? advance(position, steps, *divisorOf(at)) : at);
      stage::CopyOp::create(builder, load.getLoc(), load.getTensor(), indices, buffer, index(slot),
                            load->getAttrOfType<FlatSymbolRefAttr>("schedule.copy"), load.getDimsAttr(),
                            builder.getDenseI64ArrayAttr(refill == Refill::InBounds ? movingDims(load)
                                                                                  : SmallVector<int64_t>()));
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

  /// The position `steps` further on, all divided by `divisor`, which divides the step.
  Value advance(Value position, int64_t steps, int64_t divisor = 1) {
    if (divisor > 1)
      position = arith::DivUIOp::create(builder, loc, position, index(divisor));
    if (steps == 0)
      return position;
    Value distance = arith::MulIOp::create(builder, loc, loop.getStep(), index(steps));
    if (divisor > 1)
      distance = arith::DivUIOp::create(builder, loc, distance, index(divisor));
    return arith::AddIOp::create(builder, loc, position, distance);
  }

  /// The first steps' copies, the rounds, and what the loop yields at the end.
  SmallVector<Value> build(Value lower, Value last) {
    for (int64_t b = 0; b + (pingPong ? 1 : 0) < buffers; ++b)
      copy(lower, b, b, Refill::Checked);
    meet();
    SmallVector<Value> state(loop.getInitArgs());
    if (pingPong)
      meetOnly(1);
    else
      state.append(read(0));
    Value beforeLast = arith::SubIOp::create(builder, loc, last, round);
    auto steady = scf::ForOp::create(builder, loc, lower, beforeLast, round, state);
    {
      OpBuilder::InsertionGuard guard(builder);
      if (!steady.getBody()->empty())
        steady.getBody()->getTerminator()->erase();
      builder.setInsertionPointToEnd(steady.getBody());
      state.assign(steady.getRegionIterArgs().begin(), steady.getRegionIterArgs().end());
      buildRound(steady.getInductionVar(), state, Refill::InBounds);
      scf::YieldOp::create(builder, loc, state);
    }
    state.assign(steady.getResults().begin(), steady.getResults().end());
    buildRound(beforeLast, state, Refill::Checked);
    buildRound(last, state, Refill::None);
    if (pingPong)
      meetOnly(0);
    return SmallVector<Value>(ArrayRef<Value>(state).take_front(loop.getInitArgs().size()));
  }

  void buildRound(Value position, SmallVectorImpl<Value> &state, Refill refill) {
    for (int64_t b = 0; b < buffers; ++b)
      if (pingPong) // one step of the last round has not been copied yet
        phases(position, b, state, refill == Refill::None && b == 0 ? Refill::Checked : refill);
      else
        step(position, b, state, refill);
  }

  /// The halves of the waves alternate between a memory phase (read this step, start copies) and a matrix phase. A wait at the end
  /// of the memory phase covers the copies of the next step; the half that runs behind has passed it before the half
  /// ahead reads.
  void phases(Value position, int64_t b, SmallVectorImpl<Value> &carried, Refill refill) {
    SmallVector<Value> operands = read(b);
    if (refill != Refill::None)
      copy(position, b + buffers - 1, (b + buffers - 1) % buffers, refill);
    // Nothing follows the last read that another wave could be in the way of.
    bool lastOfAll = refill == Refill::None && b + 1 == buffers;
    if (!lastOfAll)
      meet();
    bool first = loop->hasAttr("schedule.priority");
    if (first)
      stage::PriorityOp::create(builder, loc, true);
    carried = compute(advance(position, b), operands, carried);
    if (first)
      stage::PriorityOp::create(builder, loc, false);
    if (!lastOfAll)
      meetOnly();
  }

  /// One step on slot `b`: `state` holds what the loop carries and the operands in registers.
  void step(Value position, int64_t b, SmallVectorImpl<Value> &state, Refill refill) {
    unsigned accumulators = loop.getInitArgs().size();
    SmallVector<Value> carried(ArrayRef<Value>(state).take_front(accumulators));
    SmallVector<Value> operands(ArrayRef<Value>(state).drop_front(accumulators));
    SmallVector<Value> next = operands;
    bool lastOfAll = refill == Refill::None && b + 1 == buffers;
    if (!lastOfAll) {
      meet();
      next = read((b + 1) % buffers);
    }
    if (refill != Refill::None)
      copy(position, buffers + b, b, refill);
    carried = compute(advance(position, b), operands, carried);
    state.assign(carried.begin(), carried.end());
    state.append(next);
  }

  scf::ForOp loop;
  target::MachineOp machine;
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
      if (failed(LoopPipeliner(loop, machine, buffers.getInt(), how.contains("ping_pong")).run()))
        return signalPassFailure();
    }
  }
};
} // namespace
} // namespace kiln::transforms
