#include "LoopValues.h"
#include "dialects/Stage/Stage.h"
#include "dialects/Target/Machine.h"
#include "kiln/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace kiln::transforms {
#define GEN_PASS_DEF_PIPELINELOOPS
#include "lib/Transforms/Passes.h.inc"

namespace {

/// A tile that the loop loads, and when.
struct StagedTile {
  kernel::LoadOp load;
  size_t number;         // among the loop's loads
  int64_t firstUse = 0;  // the first product that multiplies it
  int64_t readPhase = 0; // when it is read into registers; negative: in a phase of the step before
  Value buffer = {};
  Value next = {}; // the registers of the next step, if they are read already
};

/// Rebuilds one loop. Every product of its body is a phase; loads are replaced by copies and reads.
class LoopPipeliner {
public:
  LoopPipeliner(scf::ForOp loop, target::MachineOp machine, int64_t buffers, bool pingPong)
      : loop(loop), machine(machine), buffers(buffers), pingPong(pingPong), builder(loop), loc(loop.getLoc()) {}

  LogicalResult run() {
    if (failed(collect()) || failed(makeBuffers()))
      return failure();
    planReads();
    Value lower = loop.getLowerBound(), upper = loop.getUpperBound();
    round = arith::MulIOp::create(builder, loc, loop.getStep(), index(buffers));
    // What lies beyond the end of any staged tensor adds nothing.
    for (const StagedTile &tile : tiles)
      for (int64_t d : movingDims(tile.load)) {
        kernel::LoadOp load = tile.load;
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
        tiles.push_back({load, tiles.size()});
        continue;
      }
      if (!isa<kernel::MmaOp, kernel::TransposeOp>(op) && !llvm::all_of(op.getResultTypes(), llvm::IsaPred<IndexType>))
        return op.emitOpError() << "cannot be part of a pipelined loop: it holds kernel.mma, kernel.transpose, staged loads "
                                   "and their indices";
    }
    if (tiles.empty())
      return loop.emitOpError() << "is to be pipelined, but no load in it has a copy (stage a load first)";
    return expectSumsOfProducts();
  }

  /// The staged tile that a product's operand is, maybe transposed; null if it is none.
  StagedTile *stagedTile(Value operand) {
    if (auto transpose = operand.getDefiningOp<kernel::TransposeOp>())
      return stagedTile(transpose.getTile());
    auto found = llvm::find_if(tiles, [&](StagedTile &tile) { return tile.load.getResult() == operand; });
    return found == tiles.end() ? nullptr : &*found;
  }

  /// Steps beyond the tensors' end are done on zeros. They change nothing if what the loop carries are sums
  /// of products of staged tiles.
  LogicalResult expectSumsOfProducts() {
    auto refuse = [&] {
      return loop.emitOpError() << "cannot be pipelined: expects it to carry sums of products (kernel.mma) "
                                   "of staged tiles, which "
                                   "steps of zeros leave alone";
    };
    products = llvm::to_vector(loop.getBody()->getOps<kernel::MmaOp>());
    for (int64_t number = products.size(); number-- > 0;) {
      kernel::MmaOp mma = products[number];
      if (!stagedTile(mma.getA()) || !stagedTile(mma.getB()))
        return refuse();
      for (Value operand : {mma.getA(), mma.getB(), mma.getScaleA(), mma.getScaleB()})
        if (StagedTile *tile = operand ? stagedTile(operand) : nullptr)
          tile->firstUse = number;
    }
    for (auto [sum, yielded] : llvm::zip(loop.getRegionIterArgs(), loop.getYieldedValues())) {
      auto mma = yielded.getDefiningOp<kernel::MmaOp>();
      if (!mma || mma->getParentOp() != loop || mma.getAcc() != sum)
        return refuse();
    }
    return products.empty() || products.size() != loop.getNumResults() ? refuse() : success();
  }

  LogicalResult makeBuffers() {
    OpBuilder atEntry = OpBuilder::atBlockBegin(&loop->getParentOfType<kernel::FuncOp>().getBody().front());
    for (auto [i, tile] : llvm::enumerate(tiles)) {
      kernel::LoadOp load = tile.load;
      kernel::TileType shape = load.getType();
      auto swizzle = load->getAttrOfType<DenseI64ArrayAttr>("schedule.swizzle");
      auto type = stage::BufferType::getChecked(
          [&]() { return load.emitOpError(); }, shape.getContext(), buffers, shape.getShape(),
          shape.getElementType(), static_cast<unsigned>(shape.getShape().size() - 1), int64_t(0),
          swizzle ? swizzle.asArrayRef() : ArrayRef<int64_t>(), replicasOf(load), inBlocks(load));
      if (!type)
        return failure();
      tile.buffer = stage::AllocOp::create(atEntry, load.getLoc(), type, "operand" + std::to_string(i),
                                           IntegerAttr(), IntegerAttr());
    }
    return success();
  }

  /// Each tile is read as late as its first product allows: in the phase before, or with ping-pong in that
  /// product's own phase. But all phases read the same number of tiles.
  void planReads() {
    int64_t phases = products.size(), most = llvm::divideCeil(tiles.size(), phases);
    SmallVector<int64_t> readsOf(phases, 0);
    sortBy(&StagedTile::firstUse);
    for (StagedTile &tile : llvm::reverse(tiles)) {
      tile.readPhase = tile.firstUse - (pingPong ? 0 : 1);
      while (readsOf[phaseOf(tile.readPhase)] == most)
        --tile.readPhase;
      ++readsOf[phaseOf(tile.readPhase)];
    }
    sortBy(&StagedTile::readPhase);
  }

  void sortBy(int64_t StagedTile::*when) {
    llvm::sort(tiles, [&](const StagedTile &a, const StagedTile &b) {
      return std::pair(a.*when, a.number) < std::pair(b.*when, b.number);
    });
  }

  /// The phase of a step, counted from 0, that `phase` is in its own step.
  int64_t phaseOf(int64_t phase) { return llvm::mod(phase, products.size()); }

  target::CopyOp copyOf(kernel::LoadOp load) {
    auto name = load->getAttrOfType<FlatSymbolRefAttr>("schedule.copy");
    return machine ? target::Machine(machine).copy(name.getValue()) : target::CopyOp();
  }

  /// 16 bytes are no whole number of 6-bit elements, but two copies of 16 cover the 24 bytes of 32 elements.
  bool inBlocks(kernel::LoadOp load) {
    target::CopyOp atom = copyOf(load);
    return atom && atom.getBytes() == 16 && load.getType().getElementType().getIntOrFloatBitWidth() == 6;
  }

  /// How often a slot must hold the tile, so that every wave has a copy of it to issue.
  int64_t replicasOf(kernel::LoadOp load) {
    auto waves = loop->getParentOfType<kernel::FuncOp>()->getAttrOfType<IntegerAttr>("schedule.waves");
    target::CopyOp atom = copyOf(load);
    if (!waves || !atom)
      return 1;
    int64_t bits = inBlocks(load) ? 8 : load.getType().getElementType().getIntOrFloatBitWidth();
    bits *= llvm::product_of(load.getType().getShape());
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

  /// Starts the copy of the step that is `steps` after `position`.
  void copy(const StagedTile &tile, Value position, int64_t steps, Refill refill) {
    kernel::LoadOp load = tile.load;
    SmallVector<Value> indices;
    for (Value at : load.getIndices())
      indices.push_back(divisorOf(at) ? advance(position, steps, *divisorOf(at)) : at);
    stage::CopyOp::create(
        builder, load.getLoc(), load.getTensor(), indices, tile.buffer, index(steps % buffers),
        load->getAttrOfType<FlatSymbolRefAttr>("schedule.copy"), load.getDimsAttr(),
        builder.getDenseI64ArrayAttr(refill == Refill::InBounds ? movingDims(load) : SmallVector<int64_t>()));
  }

  Value read(const StagedTile &tile, int64_t step) {
    kernel::LoadOp load = tile.load;
    return stage::ReadOp::create(builder, load.getLoc(), load.getType(), tile.buffer, index(step % buffers));
  }

  void meet() {
    stage::WaitOp::create(builder, loc, IntegerAttr());
    meetOnly();
  }

  /// `half`: of the lower or the upper half of the waves only.
  void meetOnly(std::optional<int64_t> half = std::nullopt) {
    stage::BarrierOp::create(builder, loc, /*bare=*/true, half ? builder.getI64IntegerAttr(*half) : IntegerAttr());
  }

  /// A value of the body, computed again for the step that `registers` belongs to.
  Value compute(Value value) { return rebuild(value, loop, registers, builder); }

  void multiply(int64_t number) {
    kernel::MmaOp mma = products[number];
    Value &sum = sums[cast<BlockArgument>(mma.getAcc()).getArgNumber() - loop.getNumInductionVars()];
    registers.map(mma.getAcc(), sum);
    sum = compute(mma.getResult());
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

  /// A tile of every step is copied that is read into registers `lag` steps before its slot is refilled.
  int64_t lagOf(const StagedTile &tile) { return refillPhase(tile) / static_cast<int64_t>(products.size()); }

  /// In the phase after its read, which begins when all waves have read, but in no step before its own: the
  /// loop then leaves off refilling where its last round begins.
  int64_t refillPhase(const StagedTile &tile) { return std::max<int64_t>(0, tile.readPhase + 1); }

  /// What a round leaves to the next one: the sums and the tiles that are read already.
  SmallVector<Value> state() {
    SmallVector<Value> values(sums);
    for (const StagedTile &tile : tiles)
      if (tile.readPhase < 0)
        values.push_back(tile.next);
    return values;
  }

  void setState(ValueRange values) {
    sums.assign(values.begin(), values.begin() + sums.size());
    values = values.drop_front(sums.size());
    for (StagedTile &tile : tiles)
      if (tile.readPhase < 0) {
        tile.next = values.front();
        values = values.drop_front();
      }
  }

  /// The first steps' copies, the rounds, and what the loop yields at the end.
  SmallVector<Value> build(Value lower, Value last) {
    for (int64_t b = 0; b < buffers; ++b)
      for (const StagedTile &tile : tiles)
        if (b + lagOf(tile) < buffers)
          copy(tile, lower, b, Refill::Checked);
    meet();
    bool ahead = false;
    for (StagedTile &tile : tiles)
      if (tile.readPhase < 0) {
        tile.next = read(tile, 0);
        ahead = true;
      }
    if (pingPong) {
      if (ahead)
        meet();
      meetOnly(1);
    }
    sums.assign(loop.getInitArgs().begin(), loop.getInitArgs().end());
    Value beforeLast = arith::SubIOp::create(builder, loc, last, round);
    auto steady = scf::ForOp::create(builder, loc, lower, beforeLast, round, state());
    {
      OpBuilder::InsertionGuard guard(builder);
      if (!steady.getBody()->empty())
        steady.getBody()->getTerminator()->erase();
      builder.setInsertionPointToEnd(steady.getBody());
      setState(steady.getRegionIterArgs());
      buildRound(steady.getInductionVar(), Refill::InBounds);
      scf::YieldOp::create(builder, loc, state());
    }
    setState(steady.getResults());
    buildRound(beforeLast, Refill::Checked);
    buildRound(last, Refill::None);
    if (pingPong)
      meetOnly(0);
    return sums;
  }

  void buildRound(Value position, Refill refill) {
    for (int64_t b = 0; b < buffers; ++b) {
      registers.clear();
      registers.map(loop.getInductionVar(), advance(position, b));
      for (StagedTile &tile : tiles)
        if (tile.readPhase < 0)
          registers.map(tile.load.getResult(), tile.next);
      for (size_t phase = 0; phase < products.size(); ++phase)
        if (pingPong)
          alternate(position, b, phase, refill);
        else
          interleave(position, b, phase, refill);
    }
  }

  /// The tiles that phase `phase` of step `b` reads. The last round reads no steps after its own.
  SmallVector<StagedTile *> readsOf(int64_t b, int64_t phase, Refill refill) {
    SmallVector<StagedTile *> reads;
    for (StagedTile &tile : tiles)
      if (phaseOf(tile.readPhase) == phase &&
          (refill != Refill::None || tile.readPhase >= 0 || b + 1 < buffers))
        reads.push_back(&tile);
    return reads;
  }

  /// The tiles whose slots it refills. The last round copies none beyond its own steps.
  SmallVector<StagedTile *> refillsOf(int64_t b, int64_t phase, Refill refill) {
    SmallVector<StagedTile *> refills;
    for (StagedTile &tile : tiles)
      if (phaseOf(refillPhase(tile)) == phase && (refill != Refill::None || b < lagOf(tile)))
        refills.push_back(&tile);
    return refills;
  }

  void readAll(ArrayRef<StagedTile *> reads, int64_t b) {
    for (StagedTile *tile : reads)
      if (tile->readPhase < 0)
        tile->next = read(*tile, b + 1);
      else
        registers.map(tile->load.getResult(), read(*tile, b));
  }

  void refillAll(ArrayRef<StagedTile *> refills, Value position, int64_t b, Refill refill) {
    for (StagedTile *tile : refills)
      copy(*tile, position, b - lagOf(*tile) + buffers, refill == Refill::None ? Refill::Checked : refill);
  }

  /// A phase of all waves: what it reads is for later phases.
  void interleave(Value position, int64_t b, int64_t phase, Refill refill) {
    SmallVector<StagedTile *> reads = readsOf(b, phase, refill), refills = refillsOf(b, phase, refill);
    if (!reads.empty() || !refills.empty())
      meet();
    readAll(reads, b);
    refillAll(refills, position, b, refill);
    multiply(phase);
  }

  /// The halves of the waves alternate between a memory phase (read, start copies) and a matrix phase. A wait
  /// at the end of the memory phase covers what the next one reads; the half that runs behind has passed it
  /// before the half ahead reads.
  void alternate(Value position, int64_t b, int64_t phase, Refill refill) {
    readAll(readsOf(b, phase, refill), b);
    refillAll(refillsOf(b, phase, refill), position, b, refill);
    // Nothing follows the last read that another wave could be in the way of.
    bool readsFollow = refill != Refill::None || b + 1 < buffers || tiles.back().readPhase > phase;
    if (readsFollow)
      meet();
    bool first = loop->hasAttr("schedule.priority");
    if (first)
      stage::PriorityOp::create(builder, loc, true);
    multiply(phase);
    if (first)
      stage::PriorityOp::create(builder, loc, false);
    if (readsFollow)
      meetOnly();
  }

  scf::ForOp loop;
  target::MachineOp machine;
  int64_t buffers;
  bool pingPong;
  OpBuilder builder;
  Location loc;
  SmallVector<StagedTile> tiles;
  SmallVector<kernel::MmaOp> products;
  SmallVector<Value> sums;
  IRMapping registers; // what values of the body are in the present step
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
