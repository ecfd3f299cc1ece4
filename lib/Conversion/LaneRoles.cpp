// Waves with roles: barriers in shared memory, copies of whole tiles, products that run behind the program.
#include "KernelToLanes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace kiln;
using namespace kiln::conversion;

LogicalResult LaneLowering::checkRoleOperations(stage::RolesOp op) {
  std::vector<std::string> needed{"workgroup_count", "barrier_init",   "barrier_init_fence",
                                  "barrier_expect",  "barrier_arrive", "barrier_wait",
                                  "named_barrier",   "matrix_fence",   "matrix_commit",
                                  "matrix_wait_0"};
  for (int64_t count : op.getRegisters().value_or(ArrayRef<int64_t>()))
    needed.push_back("registers_" + std::to_string(count));
  for (const std::string &name : needed)
    if (!machine.operation(name))
      return op.emitOpError() << "cannot be compiled: " << machine.name() << " has no operation @" << name;
  WalkResult walked = op.walk([&](Operation *inside) {
    auto settle = dyn_cast<stage::SettleOp>(inside);
    auto mma = dyn_cast<kernel::MmaOp>(inside);
    bool fits = (!settle || succeeded(checkSettle(settle))) && (!mma || succeeded(checkHold(mma)));
    return fits ? WalkResult::advance() : WalkResult::interrupt();
  });
  return failure(walked.wasInterrupted());
}

static int64_t registersOf(Attribute layout) {
  return int64_t(1) << cast<layout::LinearAttr>(layout).regBits();
}

/// The operation that takes the accumulator must do so in equal parts.
LogicalResult LaneLowering::checkSettle(stage::SettleOp op) {
  target::MmaOp atom = machine.mma(op.getAtom());
  target::OperationOp settle = machine.operation(*atom.getSettle());
  int64_t registers = registersOf(atom.getLayoutAcc());
  if (settle) {
    FunctionType type = settle.getFunctionType();
    auto part = type.getNumInputs() == 1 ? dyn_cast<VectorType>(type.getInput(0)) : VectorType();
    if (part && part.getElementType() == target::storageType(atom.getAcc()) &&
        registers % part.getNumElements() == 0 && type.getResults() == type.getInputs())
      return success();
  }
  return op.emitOpError() << "cannot be compiled: expected an operation @" << *atom.getSettle() << " of "
                          << machine.name() << " that takes and gives a vector of " << atom.getAcc()
                          << " whose length divides the " << registers << " accumulators of "
                          << atom.getSymName();
}

/// An A in registers is held as whole words, all of one instruction's at a time.
LogicalResult LaneLowering::checkHold(kernel::MmaOp op) {
  target::MmaOp atom = machine.mma(op->getAttrOfType<FlatSymbolRefAttr>("schedule.atom").getValue());
  if (!atom.getLayoutA())
    return success();
  int64_t bits = registersOf(atom.getLayoutAAttr()) * atom.getA().getIntOrFloatBitWidth();
  auto words = bits % 32 ? VectorType() : VectorType::get(bits / 32, builder.getI32Type());
  target::OperationOp hold = machine.operation("matrix_hold");
  if (words && hold && hold.getFunctionType() == builder.getFunctionType({words}, {words}))
    return success();
  return op.emitOpError() << "cannot be compiled: expected an operation @matrix_hold of " << machine.name()
                          << " that takes and gives the " << bits << " bits of A that a lane holds for "
                          << atom.getSymName() << ", as a vector of i32";
}

void LaneLowering::ifThread(Value condition, llvm::function_ref<void()> body) {
  auto branch = scf::IfOp::create(builder, loc, condition);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  body();
}

Value LaneLowering::isThread(int64_t number) {
  return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, threadId, i32(number));
}

Value LaneLowering::slotPointer(Value slot, int64_t offset, int64_t slotBytes) {
  Value moved = arith::MulIOp::create(builder, loc, scalars.lookup(slot), i32(slotBytes));
  Value at = arith::AddIOp::create(builder, loc, moved, i32(offset));
  return LLVM::GEPOp::create(builder, loc, sharedBase.getType(), builder.getI8Type(), sharedBase, at);
}

Value LaneLowering::bytesBehind(Value pointer, int64_t bytes) {
  return bytes ? LLVM::GEPOp::create(builder, loc, pointer.getType(), builder.getI8Type(), pointer,
                                     ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(bytes)})
                     .getResult()
               : pointer;
}

Value LaneLowering::slotPointer(Value buffer, Value slot) {
  auto alloc = buffer.getDefiningOp<stage::AllocOp>();
  return slotPointer(slot, *alloc.getOffset(), alloc.getType().getSlotBytes());
}

Value LaneLowering::barrierPointer(Value barriers, Value slot) {
  return slotPointer(slot, *barriers.getDefiningOp<stage::BarriersOp>().getOffset(), 8);
}

void LaneLowering::lowerBarriers(stage::BarriersOp op) {
  ifThread(isThread(0), [&] {
    for (int64_t slot = 0; slot < op.getType().getSlots(); ++slot) {
      Value at = LLVM::GEPOp::create(builder, loc, sharedBase.getType(), builder.getI8Type(), sharedBase,
                                     i32(*op.getOffset() + 8 * slot));
      apply("barrier_init", {at, i32(op.getArrivals())});
    }
    apply("barrier_init_fence");
  });
}

LogicalResult LaneLowering::lowerRoles(stage::RolesOp op) {
  if (failed(checkRoleOperations(op)))
    return failure();
  apply("barrier");
  int64_t waves = func->getAttrOfType<IntegerAttr>("schedule.waves").getInt();
  Value computes = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult, waveId, i32(waves));
  auto branch = scf::IfOp::create(builder, loc, computes, /*withElseRegion=*/true);
  auto takeRegisters = [&](unsigned role) {
    if (op.getRegisters())
      apply("registers_" + std::to_string((*op.getRegisters())[role]));
  };
  computingThreads = waves * machine.lanes();
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  takeRegisters(1);
  if (failed(lowerBlock(op.getCompute().front())))
    return failure();
  loc = op.getLoc();
  builder.setInsertionPointToStart(branch.elseBlock());
  takeRegisters(0);
  LogicalResult produced = success();
  ifThread(isThread(computingThreads), [&] { produced = lowerBlock(op.getProduce().front()); });
  computingThreads = 0;
  return produced;
}

void LaneLowering::meet() {
  if (computingThreads)
    apply("named_barrier", {i32(1), i32(computingThreads)});
  else
    apply("barrier");
}

void LaneLowering::applyCounted(StringRef prefix, int64_t count) {
  std::string name;
  do
    name = (prefix + std::to_string(count)).str();
  while (!machine.operation(name) && count-- > 0);
  apply(name);
}

void LaneLowering::lowerArrive(stage::ArriveOp op) {
  Value mine = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, laneId, i32(0));
  if (op.getCondition())
    mine = arith::AndIOp::create(builder, loc, mine, scalars.lookup(op.getCondition()));
  Value at = barrierPointer(op.getBarriers(), op.getSlot());
  ifThread(mine, [&] { apply("barrier_arrive", at); });
}

void LaneLowering::lowerFetch(stage::FetchOp op) {
  Value map = tensorMapOf(op.getTensor(), op.getBuffer());
  Value row = scalars.lookup(op.getIndices()[0]), column = scalars.lookup(op.getIndices()[1]);
  Value slot = slotPointer(op.getBuffer(), op.getSlot());
  Value barrier = barrierPointer(op.getBarriers(), op.getSlot());
  ArrayRef<int64_t> shape = op.getBuffer().getType().getShape();
  int64_t columns = shape.back(), panels = shape.size() > 2 ? shape[0] : 1;
  int64_t panelBytes = op.getBuffer().getType().getSlotBytes() / panels;
  for (int64_t panel = 0; panel < panels; ++panel) {
    Value from =
        panel ? arith::AddIOp::create(builder, loc, column, i32(panel * columns)).getResult() : column;
    Value to = bytesBehind(slot, panel * panelBytes);
    target::ApplyOp::create(builder, loc, TypeRange(), op.getAtom(),
                            ValueRange{map, from, row, to, barrier});
  }
}

void LaneLowering::lowerPut(stage::PutOp op) {
  Value map = tensorMapOf(op.getTensor(), op.getBuffer());
  Value row = scalars.lookup(op.getIndices()[0]), column = scalars.lookup(op.getIndices()[1]);
  Value source = slotPointer(op.getBuffer(), op.getSlot());
  ifThread(isThread(0), [&] {
    target::ApplyOp::create(builder, loc, TypeRange(), op.getAtom(), ValueRange{map, column, row, source});
    apply("tile_commit");
  });
}

void LaneLowering::lowerSettle(stage::SettleOp op) {
  StringRef settle = *machine.mma(op.getAtom()).getSettle();
  applyCounted("matrix_wait_", 0);
  auto part = cast<VectorType>(machine.operation(settle).getFunctionType().getInput(0));
  Pieces acc = repiece(tiles[op.getTile()], part.getNumElements());
  for (Value &vector : acc.vectors)
    vector = apply(settle, vector);
  tiles[op.getResult()] = acc;
}

/// A of a product in pieces of one instruction: all are computed before the fence that follows.
Pieces LaneLowering::holdInRegisters(const Pieces &tile, int64_t length) {
  Pieces held = repiece(tile, length);
  for (Value &vector : held.vectors) {
    auto type = cast<VectorType>(vector.getType());
    auto words = VectorType::get(length * type.getElementTypeBitWidth() / 32, builder.getI32Type());
    Value packed = vector::BitCastOp::create(builder, loc, words, vector);
    vector = vector::BitCastOp::create(builder, loc, type, apply("matrix_hold", packed));
  }
  return held;
}

namespace {
/// An operand that a product reads in shared memory. Its rows run along K or, if it is `across`, along M (of A)
/// or N (of B); what is longer than the instruction's rows lies in further panels.
struct SharedOperand {
  SharedOperand(stage::ViewOp view, bool across, int64_t rowBytes)
      : view(view), across(across), rowBytes(rowBytes),
        elementBytes(view.getTile().getType().getElementType().getIntOrFloatBitWidth() / 8) {
    ArrayRef<int64_t> shape = view.getBuffer().getType().getShape();
    panelBytes = shape[shape.size() - 2] * rowBytes;
  }

  /// Where the element at `outer`, along M or N, and `k` lies in the slot.
  int64_t offset(int64_t outer, int64_t k) const {
    int64_t row = across ? k : outer, byte = (across ? outer : k) * elementBytes;
    return byte / rowBytes * panelBytes + row * rowBytes + byte % rowBytes;
  }

  stage::ViewOp view;
  bool across;
  int64_t rowBytes, elementBytes, panelBytes;
};
} // namespace

/// Wave numbers count the waves of an instruction first, then those along N, then those along M, as in
/// layouts. A is in registers if the instruction has a layout for it.
void LaneLowering::lowerSharedMma(kernel::MmaOp op, target::MmaOp atom) {
  auto split = op->getAttrOfType<DenseI64ArrayAttr>("schedule.waves").asArrayRef();
  int64_t together = atom.getWaves(), wavesM = split[0] / together, wavesN = split[1];
  int64_t m = atom.getM(), n = atom.getN(), k = atom.getK();
  int64_t M = op.getType().getShape()[0], N = op.getType().getShape()[1],
          K = op.getA().getType().getShape()[1];
  int64_t repM = M / (m * wavesM), repN = N / (n * wavesN), repK = K / k;
  auto viewA = op.getA().getDefiningOp<stage::ViewOp>(), viewB = op.getB().getDefiningOp<stage::ViewOp>();
  std::optional<SharedOperand> a;
  if (viewA)
    a.emplace(viewA, viewA.getTransposed(), atom.getSharedRowBytes());
  SharedOperand b(viewB, !viewB.getTransposed(), atom.getSharedRowBytes());
  // Where this wave's part begins: bits of its number scaled by the distance of neighbours.
  auto begin = [&](SharedOperand operand, int64_t below, int64_t count, int64_t rows) -> Value {
    SmallVector<int64_t> bases(llvm::Log2_64(below), 0);
    for (int64_t bit = 1; bit < count; bit *= 2)
      bases.push_back(operand.offset(bit * rows, 0));
    Value slot = slotPointer(operand.view.getBuffer(), operand.view.getSlot());
    return LLVM::GEPOp::create(builder, loc, slot.getType(), builder.getI8Type(), slot,
                               linear(waveId, bases));
  };
  Value beginA = a ? begin(*a, together * wavesN, wavesM, repM * m) : Value();
  Value beginB = begin(b, together, wavesN, repN * n);
  SmallVector<Value> panels;
  if (atom.getTransposable() && a)
    panels.push_back(i32(a->across ? a->panelBytes : 0));
  if (atom.getTransposable())
    panels.push_back(i32(b.across ? b.panelBytes : 0));
  Pieces held;
  if (!a)
    held = holdInRegisters(tiles[op.getA()], registersOf(atom.getLayoutAAttr()));
  Pieces acc = repiece(tiles[op.getAcc()], registersOf(atom.getLayoutAcc()));
  apply("matrix_fence");
  for (int64_t step = 0; step < repK; ++step)
    for (int64_t i = 0; i < repM; ++i)
      for (int64_t j = 0; j < repN; ++j) {
        Value &sum = acc.vectors[i * repN + j];
        Value left = a ? bytesBehind(beginA, a->offset(i * m, step * k)) : held.vectors[i * repK + step];
        SmallVector<Value> inputs{left, bytesBehind(beginB, b.offset(j * n, step * k)), sum};
        inputs.append(panels);
        sum = target::ApplyOp::create(builder, op.getLoc(), sum.getType(), atom.getSymName(), inputs)
                  .getResult(0);
      }
  apply("matrix_commit");
  tiles[op.getResult()] = acc;
}

/// Ops of roles: nothing if this is another one.
std::optional<LogicalResult> LaneLowering::lowerRoleOp(Operation &op) {
  if (auto roles = dyn_cast<stage::RolesOp>(op))
    return lowerRoles(roles);
  if (auto barriers = dyn_cast<stage::BarriersOp>(op))
    lowerBarriers(barriers);
  else if (auto await = dyn_cast<stage::AwaitOp>(op))
    apply("barrier_wait",
          {barrierPointer(await.getBarriers(), await.getSlot()), scalars.lookup(await.getParity())});
  else if (auto expect = dyn_cast<stage::ExpectOp>(op))
    apply("barrier_expect", {barrierPointer(expect.getBarriers(), expect.getSlot()), i32(expect.getBytes())});
  else if (auto arrive = dyn_cast<stage::ArriveOp>(op))
    lowerArrive(arrive);
  else if (auto fetch = dyn_cast<stage::FetchOp>(op))
    lowerFetch(fetch);
  else if (auto put = dyn_cast<stage::PutOp>(op))
    lowerPut(put);
  else if (auto reclaim = dyn_cast<stage::ReclaimOp>(op))
    ifThread(isThread(0), [&] { applyCounted("tile_wait_read_", reclaim.getLeaving()); });
  else if (isa<stage::PublishOp>(op))
    apply("shared_fence");
  else if (auto retire = dyn_cast<stage::RetireOp>(op))
    applyCounted("matrix_wait_", retire.getLeaving());
  else if (auto settle = dyn_cast<stage::SettleOp>(op))
    lowerSettle(settle);
  else if (auto slice = dyn_cast<stage::SliceOp>(op))
    lowerSlice(slice);
  else if (auto workgroup = dyn_cast<stage::WorkgroupOp>(op)) {
    scalars.map(workgroup.getNumber(), apply("workgroup_id"));
    scalars.map(workgroup.getCount(), apply("workgroup_count"));
  } else if (auto program = dyn_cast<stage::ProgramOp>(op))
    placeProgram(scalars.lookup(program.getNumber()), program.getGrid(), program.getIds());
  else if (!isa<stage::ViewOp>(op))
    return std::nullopt;
  return success();
}
