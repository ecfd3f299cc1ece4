#include "TileCopies.h"
#include "kiln/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace kiln::transforms {
#define GEN_PASS_DEF_PIPELINEROLES
#include "lib/Transforms/Passes.h.inc"

namespace {

/// Where a role stands in the ring: the slot of the next step, and the parity of the phase that it waits for
/// there.
struct RingPosition {
  Value slot, parity;
};

/// Rebuilds one kernel: what stands behind its program_id is computed by the compute role, the copies of its
/// pipelined loop by the produce role.
class RoleBuilder {
public:
  RoleBuilder(kernel::FuncOp func, const target::Machine &machine)
      : func(func), machine(machine), builder(func.getContext()), loc(func.getLoc()),
        how(func->getAttrOfType<DictionaryAttr>("schedule.roles")) {}

  LogicalResult run() {
    if (failed(collectFrame()) || failed(collectLoop()) || failed(checkRoles()))
      return failure();
    builder.setInsertionPoint(program);
    if (failed(makeRing()))
      return failure();
    auto workgroup = stage::WorkgroupOp::create(builder, loc);
    Value count = program.getGrid()[0];
    for (Value size : program.getGrid().drop_front())
      count = arith::MulIOp::create(builder, loc, count, size);
    auto roles = stage::RolesOp::create(builder, loc, producers(), how.getAs<DenseI64ArrayAttr>("registers"));
    auto build = [&](Region &region, int64_t firstParity, auto body) {
      builder.setInsertionPointToStart(&region.emplaceBlock());
      RingPosition start{index(0), index(firstParity)};
      auto programs = scf::ForOp::create(builder, loc, workgroup.getNumber(), count, workgroup.getCount(),
                                         ValueRange{start.slot, start.parity});
      programs->setAttr("stage.programs", builder.getUnitAttr());
      builder.setInsertionPointToStart(programs.getBody());
      RingPosition end = body(programs.getInductionVar(),
                              RingPosition{programs.getRegionIterArg(0), programs.getRegionIterArg(1)});
      scf::YieldOp::create(builder, loc, ValueRange{end.slot, end.parity});
    };
    // No slot is taken at first: the phase before the first one, of parity 1, counts as over.
    build(roles.getProduce(), 1, [&](Value number, RingPosition ring) { return produce(number, ring); });
    build(roles.getCompute(), 0, [&](Value number, RingPosition ring) { return compute(number, ring); });
    Block &body = func.getBody().front();
    SmallVector<Operation *> moved;
    for (Operation &op : llvm::make_range(Block::iterator(program), std::prev(body.end())))
      moved.push_back(&op);
    for (Operation *op : llvm::reverse(moved))
      op->erase();
    func->removeAttr("schedule.roles");
    return success();
  }

private:
  Value index(int64_t value) { return arith::ConstantIndexOp::create(builder, loc, value); }
  int64_t producers() { return how.getAs<IntegerAttr>("producers").getInt(); }
  int64_t inFlight() { return how.getAs<IntegerAttr>("in_flight").getInt(); }
  int64_t waves() { return func->getAttrOfType<IntegerAttr>("schedule.waves").getInt(); }

  /// The kernel's program_id and its one pipelined loop, with nothing but arithmetic between.
  LogicalResult collectFrame() {
    Block &body = func.getBody().front();
    for (auto candidate : body.getOps<scf::ForOp>()) {
      if (!candidate->hasAttr("schedule.pipeline"))
        continue;
      if (loop)
        return candidate.emitOpError() << "is a second loop to be pipelined; roles share one";
      loop = candidate;
    }
    auto ids = body.getOps<kernel::ProgramIdOp>();
    if (!loop || ids.empty() || !(program = *ids.begin())->isBeforeInBlock(loop))
      return func.emitOpError()
             << "is scheduled with roles; expected a kernel.program_id and then a loop that is pipelined "
                "(schedule.pipeline)";
    for (Operation &op : llvm::make_range(std::next(Block::iterator(program)), Block::iterator(loop))) {
      if (!isPure(&op))
        return op.emitOpError() << "stands before the loop that roles share; expected arithmetic only";
      before.push_back(&op);
    }
    for (Operation &op : llvm::make_range(std::next(Block::iterator(loop)), std::prev(body.end())))
      after.push_back(&op);
    auto pipeline = loop->getAttrOfType<DictionaryAttr>("schedule.pipeline");
    buffers = pipeline.getAs<IntegerAttr>("buffers").getInt();
    if (pipeline.contains("ping_pong") || buffers <= inFlight())
      return loop.emitOpError() << "expects more buffers than the " << inFlight()
                                << " products in flight and no ping_pong where waves have roles, found "
                                << buffers;
    return success();
  }

  LogicalResult collectLoop() {
    for (Operation &op : loop.getBody()->without_terminator()) {
      if (auto load = dyn_cast<kernel::LoadOp>(op); load && load->hasAttr("schedule.copy"))
        loads.push_back(load);
      else if (auto mma = dyn_cast<kernel::MmaOp>(op))
        mmas.push_back(mma);
      else if (auto transpose = dyn_cast<kernel::TransposeOp>(op); !transpose || !loadOf(transpose))
        if (!isPure(&op) || llvm::any_of(op.getResultTypes(), llvm::IsaPred<kernel::TileType>))
          return op.emitOpError()
                 << "cannot be part of a loop that roles share: expected staged loads, their transposes and "
                    "matrix products";
    }
    if (loads.empty() || mmas.empty())
      return loop.emitOpError()
             << "is shared by roles; expected staged loads (schedule.stage) and a matrix product in it";
    for (kernel::MmaOp mma : mmas)
      if (failed(checkProduct(mma)))
        return failure();
    for (Value carried : loop.getYieldedValues())
      if (isa<kernel::TileType>(carried.getType()) && !carried.getDefiningOp<kernel::MmaOp>())
        return loop.emitOpError() << "is shared by roles and carries a tile that is no product";
    return success();
  }

  static kernel::LoadOp loadOf(Value operand) {
    if (auto transpose = operand.getDefiningOp<kernel::TransposeOp>())
      operand = transpose.getTile();
    auto load = operand.getDefiningOp<kernel::LoadOp>();
    return load && load->hasAttr("schedule.copy") ? load : kernel::LoadOp();
  }

  target::MmaOp atomOf(kernel::MmaOp mma) {
    auto name = mma->getAttrOfType<FlatSymbolRefAttr>("schedule.atom");
    return name ? machine.mma(name.getValue()) : target::MmaOp();
  }

  LogicalResult checkProduct(kernel::MmaOp mma) {
    target::MmaOp atom = atomOf(mma);
    if (!atom || !atom.getSharedSwizzle())
      return mma.emitOpError()
             << "is computed from tiles that stay in shared memory; expected an instruction that reads "
                "its operands there";
    bool transposedA = static_cast<bool>(mma.getA().getDefiningOp<kernel::TransposeOp>());
    bool transposedB = static_cast<bool>(mma.getB().getDefiningOp<kernel::TransposeOp>());
    bool rowsAlongK = (!transposedA || atom.getLayoutA()) && transposedB;
    if (!loadOf(mma.getA()) || !loadOf(mma.getB()) || !(rowsAlongK || atom.getTransposable()))
      return mma.emitOpError()
             << "reads its operands from shared memory by " << atom.getSymName()
             << (atom.getTransposable() ? ": expected staged loads"
                 : atom.getLayoutA()
                     ? ", which wants rows of B along K: expected staged loads, of B transposed"
                     : ", which wants rows along K: expected staged loads, of A as stored "
                       "and of B transposed");
    if (atom.getLayoutA() && inFlight())
      return mma.emitOpError() << "has A in registers by " << atom.getSymName()
                               << ", and the next step reads others into them: expected in_flight 0, found "
                               << inFlight();
    return success();
  }

  LogicalResult checkRoles() {
    int64_t together = 1;
    for (kernel::MmaOp mma : mmas)
      together = std::max<int64_t>(together, atomOf(mma).getWaves());
    if (producers() % together)
      return func.emitOpError() << "has " << producers() << " producing waves; " << machine.name()
                                << " groups waves by " << together;
    if ((waves() + producers()) * machine.lanes() <= machine.maxThreads())
      return success();
    return func.emitOpError() << "has " << waves() << " computing and " << producers() << " producing waves; "
                              << machine.name() << " has at most " << machine.maxThreads() / machine.lanes();
  }

  LogicalResult makeRing() {
    for (auto [i, load] : llvm::enumerate(loads)) {
      FailureOr<target::CopyOp> copy = tileCopyOf(load, load.getTensor().getType(), machine);
      if (failed(copy))
        return failure();
      ArrayRef<int64_t> shape = load.getType().getShape();
      FailureOr<stage::BufferType> type =
          tileBuffer(load, *copy, load.getType().getElementType(), buffers, shape[0], shape[1]);
      if (failed(type) || failed(checkSwizzle(load, *type)))
        return failure();
      slots[load] =
          stage::AllocOp::create(builder, load.getLoc(), *type, "operand" + std::to_string(i),
                                 IntegerAttr(), IntegerAttr());
      stepBytes += type->getSlotBytes();
    }
    auto type = stage::BarriersType::get(func.getContext(), buffers);
    full = stage::BarriersOp::create(builder, loc, type, "full", /*arrivals=*/1, IntegerAttr());
    empty = stage::BarriersOp::create(builder, loc, type, "empty", /*arrivals=*/waves(), IntegerAttr());
    return success();
  }

  /// The copy must leave rows as the products read them.
  LogicalResult checkSwizzle(kernel::LoadOp load, stage::BufferType buffer) {
    int64_t bytes = buffer.getElementType().getIntOrFloatBitWidth() / 8;
    for (kernel::MmaOp mma : mmas) {
      bool holdsA = atomOf(mma).getLayoutA().has_value(), isA = loadOf(mma.getA()) == load;
      if (holdsA && isA && buffer.getShape().size() > 2)
        return load.emitOpError() << "has rows of " << load.getType().getShape().back() * bytes
                                  << " bytes, of which a copy brings " << buffer.getShape().back() * bytes
                                  << " at a time; A of " << atomOf(mma).getSymName()
                                  << " is read into registers from whole rows";
      if ((!isA || holdsA) && loadOf(mma.getB()) != load)
        continue;
      ArrayAttr wanted = atomOf(mma).getSharedSwizzleAttr();
      bool equal = wanted.size() == buffer.getSwizzle().size();
      for (size_t i = 0; equal && i < wanted.size(); ++i)
        equal = cast<IntegerAttr>(wanted[i]).getInt() == buffer.getSwizzle()[i] * bytes;
      if (!equal) {
        InFlightDiagnostic diag = load.emitOpError()
                                  << "is copied in rows of " << buffer.getShape().back() * bytes
                                  << " bytes with the masks [";
        llvm::interleaveComma(buffer.getSwizzle(), diag, [&](int64_t mask) { diag << mask * bytes; });
        diag << "]; " << atomOf(mma).getSymName() << " reads rows of " << atomOf(mma).getSharedRowBytes()
             << " with [";
        llvm::interleaveComma(wanted.getAsRange<IntegerAttr>(), diag,
                              [&](IntegerAttr mask) { diag << mask.getInt(); });
        return diag << "]";
      }
    }
    return success();
  }

  /// The program's coordinates and what follows from them.
  IRMapping beginProgram(Value number) {
    auto ids = stage::ProgramOp::create(builder, program.getLoc(), program.getResultTypes(), number,
                                        program.getGrid());
    IRMapping mapping;
    mapping.map(program.getIds(), ids.getIds());
    for (Operation *op : before)
      builder.clone(*op, mapping);
    return mapping;
  }

  RingPosition advance(RingPosition ring) {
    Value next = arith::AddIOp::create(builder, loc, ring.slot, index(1));
    Value wraps = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, next, index(buffers));
    Value other = arith::SubIOp::create(builder, loc, index(1), ring.parity);
    return {arith::SelectOp::create(builder, loc, wraps, index(0), next),
            arith::SelectOp::create(builder, loc, wraps, other, ring.parity)};
  }

  scf::ForOp createLoop(IRMapping &mapping, ArrayRef<Value> carried) {
    return scf::ForOp::create(builder, loc, mapping.lookupOrDefault(loop.getLowerBound()),
                              mapping.lookupOrDefault(loop.getUpperBound()),
                              mapping.lookupOrDefault(loop.getStep()), carried);
  }

  RingPosition produce(Value number, RingPosition ring) {
    IRMapping mapping = beginProgram(number);
    scf::ForOp steps = createLoop(mapping, {ring.slot, ring.parity});
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(steps.getBody());
    RingPosition now{steps.getRegionIterArg(0), steps.getRegionIterArg(1)};
    mapping.map(loop.getInductionVar(), steps.getInductionVar());
    stage::AwaitOp::create(builder, loc, empty, now.slot, now.parity);
    stage::ExpectOp::create(builder, loc, full, now.slot, stepBytes);
    for (Operation &op : loop.getBody()->without_terminator())
      if (auto load = dyn_cast<kernel::LoadOp>(op); load && slots.count(load)) {
        SmallVector<Value> indices;
        for (Value at : load.getIndices())
          indices.push_back(mapping.lookupOrDefault(at));
        stage::FetchOp::create(builder, load.getLoc(), load.getTensor(), indices, slots[load], now.slot, full,
                               load->getAttrOfType<FlatSymbolRefAttr>("schedule.copy"));
      } else if (llvm::none_of(op.getResultTypes(), llvm::IsaPred<kernel::TileType>)) {
        builder.clone(op, mapping);
      }
    RingPosition next = advance(now);
    scf::YieldOp::create(builder, loc, ValueRange{next.slot, next.parity});
    return {steps.getResult(0), steps.getResult(1)};
  }

  /// Gives the slot of `distance` steps ago back, if there were so many.
  void release(Value slot, Value stepsDone, int64_t distance) {
    if (distance == 0) {
      stage::ArriveOp::create(builder, loc, empty, slot, Value());
      return;
    }
    Value early = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult, slot, index(distance));
    Value wrapped = arith::AddIOp::create(builder, loc, slot, index(buffers - distance));
    Value plain = arith::SubIOp::create(builder, loc, slot, index(distance));
    Value there = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::uge, stepsDone, index(distance));
    Value earlier = arith::SelectOp::create(builder, loc, early, wrapped, plain);
    stage::ArriveOp::create(builder, loc, empty, earlier, there);
  }

  /// A staged tile, maybe transposed, in registers.
  Value read(Value operand, Value slot) {
    kernel::LoadOp load = loadOf(operand);
    auto tile = stage::ReadOp::create(builder, load.getLoc(), load.getType(), slots[load], slot);
    Operation *transpose = operand.getDefiningOp<kernel::TransposeOp>();
    if (!transpose)
      return tile;
    IRMapping mapping;
    mapping.map(load.getResult(), tile.getTile());
    return builder.clone(*transpose, mapping)->getResult(0);
  }

  /// One step's products, of operands in shared memory or an A in registers; returns what the loop carries.
  SmallVector<Value> multiply(IRMapping &mapping, Value slot) {
    for (Operation &op : loop.getBody()->without_terminator()) {
      auto mma = dyn_cast<kernel::MmaOp>(op);
      if (!mma) {
        if (llvm::none_of(op.getResultTypes(), llvm::IsaPred<kernel::TileType>))
          builder.clone(op, mapping);
        continue;
      }
      auto view = [&](Value operand) -> Value {
        auto type =
            cast<kernel::TileType>(operand.getType()).withLayout(layout::SharedAttr::get(func.getContext()));
        bool transposed = static_cast<bool>(operand.getDefiningOp<kernel::TransposeOp>());
        return stage::ViewOp::create(builder, mma.getLoc(), type, slots[loadOf(operand)], slot, transposed);
      };
      IRMapping operands = mapping;
      operands.map(mma.getA(), atomOf(mma).getLayoutA() ? read(mma.getA(), slot) : view(mma.getA()));
      operands.map(mma.getB(), view(mma.getB()));
      mapping.map(mma.getResult(), builder.clone(op, operands)->getResult(0));
    }
    return llvm::map_to_vector(loop.getYieldedValues(),
                               [&](Value value) { return mapping.lookupOrDefault(value); });
  }

  RingPosition compute(Value number, RingPosition ring) {
    IRMapping mapping = beginProgram(number);
    SmallVector<Value> carried;
    for (Value init : loop.getInitArgs())
      carried.push_back(mapping.lookupOrDefault(init));
    unsigned own = carried.size();
    carried.append({ring.slot, ring.parity, index(0)});
    scf::ForOp steps = createLoop(mapping, carried);
    {
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToStart(steps.getBody());
      RingPosition now{steps.getRegionIterArg(own), steps.getRegionIterArg(own + 1)};
      Value done = steps.getRegionIterArg(own + 2);
      IRMapping inner = mapping;
      inner.map(loop.getInductionVar(), steps.getInductionVar());
      inner.map(loop.getRegionIterArgs(), steps.getRegionIterArgs().take_front(own));
      stage::AwaitOp::create(builder, loc, full, now.slot, now.parity);
      SmallVector<Value> yielded = multiply(inner, now.slot);
      stage::RetireOp::create(builder, loc, inFlight());
      release(now.slot, done, inFlight());
      RingPosition next = advance(now);
      yielded.append({next.slot, next.parity, arith::AddIOp::create(builder, loc, done, index(1))});
      scf::YieldOp::create(builder, loc, yielded);
    }
    RingPosition end{steps.getResult(own), steps.getResult(own + 1)};
    for (unsigned i = 0; i < own; ++i) {
      Value result = steps.getResult(i);
      if (auto mma = loop.getYieldedValues()[i].getDefiningOp<kernel::MmaOp>())
        result = stage::SettleOp::create(builder, loc, result.getType(), result,
                                         mma->getAttrOfType<FlatSymbolRefAttr>("schedule.atom"));
      mapping.map(loop.getResult(i), result);
    }
    for (int64_t distance = inFlight(); distance > 0; --distance)
      release(end.slot, steps.getResult(own + 2), distance);
    for (Operation *op : after)
      builder.clone(*op, mapping);
    return end;
  }

  kernel::FuncOp func;
  const target::Machine &machine;
  OpBuilder builder;
  Location loc;
  DictionaryAttr how;
  kernel::ProgramIdOp program;
  scf::ForOp loop;
  SmallVector<Operation *> before, after; // the loop
  int64_t buffers = 0, stepBytes = 0;
  SmallVector<kernel::LoadOp> loads;
  SmallVector<kernel::MmaOp> mmas;
  DenseMap<Operation *, Value> slots;
  Value full, empty;
};

struct PipelineRoles : impl::PipelineRolesBase<PipelineRoles> {
  void runOnOperation() override {
    target::MachineOp machine = target::Machine::of(getOperation());
    for (auto func : getOperation().getOps<kernel::FuncOp>()) {
      if (auto grid = func->getAttrOfType<DictionaryAttr>("schedule.grid");
          grid && grid.contains("persistent") && !func->hasAttr("schedule.roles")) {
        func.emitOpError() << "is scheduled on a persistent grid, which needs roles (schedule.roles)";
        return signalPassFailure();
      }
      if (func->hasAttr("schedule.roles") && failed(RoleBuilder(func, target::Machine(machine)).run()))
        return signalPassFailure();
    }
  }
};
} // namespace
} // namespace kiln::transforms
