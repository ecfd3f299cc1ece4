// Copies from global to shared memory that pass no register, and what waits for them.
#include "GlobalAccess.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace kiln;
using namespace kiln::conversion;
using layout::LinearLayout;

/// How many copies of a wave stand side by side, reached from one destination by the copy's own step. At most what the
/// wave has to copy.
static int64_t copiesPerDestination(stage::BufferType buffer, target::CopyOp atom, int64_t lanes, int64_t waves) {
  int64_t span = lanes * static_cast<int64_t>(atom.getBytes());
  int64_t reach = atom.getMaxStep() ? llvm::bit_floor(*atom.getMaxStep() / span + 1) : 1;
  return std::min<int64_t>(reach, buffer.getSlotBytes() / (span * waves));
}

/// Which element each lane copies: an operation fills consecutive memory, lane after lane; then come the `together` operations that
/// share a destination, then the waves, then the rest. Registers count the elements of a lane's access, then the
/// operations. Replicas of the tile repeat its elements.
static layout::LinearAttr copyLayout(stage::BufferType buffer, int64_t elementsPerLane, int64_t lanes, int64_t together,
                                     int64_t waves) {
  ArrayRef<int64_t> shape = buffer.getShape();
  int64_t columns = shape.back(), elements = llvm::product_of(shape);
  int64_t ofLanes = elementsPerLane * lanes, ofWave = ofLanes * together;
  SmallVector<int32_t> reg, lane, wave;
  for (int64_t bit = 1; bit < elements * buffer.getReplicas(); bit <<= 1) {
    // Where memory position `bit` comes from: the swizzle is its own inverse.
    int64_t position = bit < elements ? bit : 0;
    int64_t row = position / columns, column = position % columns;
    for (auto [i, mask] : llvm::enumerate(buffer.getSwizzle()))
      if (row >> i & 1)
        column ^= mask;
    SmallVector<int32_t> coordinates(shape.size());
    coordinates.back() = column;
    for (size_t d = shape.size() - 1; d-- > 0;) {
      coordinates[d] = row % shape[d];
      row /= shape[d];
    }
    bool ofLane = bit >= elementsPerLane && bit < ofLanes, ofWaves = bit >= ofWave && bit < ofWave * waves;
    SmallVector<int32_t> &input = ofLane ? lane : ofWaves ? wave : reg;
    input.append(coordinates.begin(), coordinates.end());
  }
  return layout::LinearAttr::get(buffer.getContext(), shape.size(), reg, lane, wave);
}

LogicalResult LaneLowering::lowerStageCopy(stage::CopyOp op) {
  stage::BufferType buffer = op.getBuffer().getType();
  target::CopyOp atom = machine.copy(op.getAtom());
  if (!atom)
    return op.emitOpError() << "names '" << op.getAtom() << "', which " << machine.name() << " lacks";
  if (buffer.getFastest() + 1 != buffer.getShape().size())
    return op.emitOpError() << "expects the last dimension to be contiguous in shared memory";
  int64_t bits = buffer.getElementBits(), bytes = atom.getBytes();
  int64_t waves = func->getAttrOfType<IntegerAttr>("schedule.waves").getInt();
  int64_t perLane = bytes * 8 / bits, span = machine.lanes() * bytes;
  int64_t together = copiesPerDestination(buffer, atom, machine.lanes(), waves);
  auto tile = kernel::TileType::get(buffer.getShape(), buffer.getElementType(),
                                    copyLayout(buffer, perLane, machine.lanes(), together, waves));
  unsigned rank = buffer.getShape().size(), tensorRank = op.getTensor().getType().getRank();
  // A step moves the address in memory too. The view starts so much earlier that no lane's own offset is negative.
  int64_t headroom = (together - 1) * span;
  auto tensorDim = [&](unsigned d) -> unsigned { return op.getDims() ? (*op.getDims())[d] : tensorRank - rank + d; };
  GlobalAccess access = openTensor(op.getTensor(), op.getIndices(), tile, tensorDim, headroom);
  for (int64_t d : op.getInBounds())
    access.checked[d] = false;
  // The first steps' places along the loop are constants. All other bounds are those of the loop's copies as
  // well: in the lane's offset they take no registers of their own.
  SmallVector<bool> inAllStepsOnly(access.checked), inOneStep(access.checked);
  for (auto [d, index] : llvm::enumerate(access.indices))
    (index.getDefiningOp<arith::ConstantOp>() ? inAllStepsOnly : inOneStep)[d] = false;

  Value waveOffset = arith::MulIOp::create(entry, loc, waveId, i32(together * span));
  if (atom.getPerLane()) {
    Value laneOffset = arith::MulIOp::create(entry, loc, laneId, i32(bytes));
    waveOffset = arith::AddIOp::create(entry, loc, waveOffset, laneOffset);
  }
  Value mine = LLVM::GEPOp::create(entry, loc, sharedBase.getType(), builder.getI8Type(), sharedBase, waveOffset);
  int64_t slot = cast<IntegerAttr>(scalars.lookup(op.getSlot()).getDefiningOp<arith::ConstantOp>().getValue()).getInt();
  int64_t base = *op.getBuffer().getDefiningOp<stage::AllocOp>().getOffset() + slot * buffer.getSlotBytes();
  int64_t registers = access.layout.inputSize(layout::registerDim);
  for (int64_t first = 0; first < registers; first += perLane) {
    Value offset, uniform, inBounds, inAllSteps;
    if (machine.operation("masked_offset")) {
      access.checked = inAllStepsOnly;
      locate(access, first, /*stepsInLane=*/true, offset, uniform, inAllSteps);
      access.checked = inOneStep;
    }
    locate(access, first, /*stepsInLane=*/true, offset, uniform, inBounds);
    int64_t step = first / perLane % together * span;
    int32_t at = static_cast<int32_t>(base + first / perLane / together * together * waves * span);
    Value destination = LLVM::GEPOp::create(builder, loc, mine.getType(), builder.getI8Type(), mine,
                                            ArrayRef<LLVM::GEPArg>{at}, LLVM::GEPNoWrapFlags::inbounds);
    SmallVector<Value> inputs{access.view, offset, uniform, inBounds, destination};
    if (atom.getMaxStep()) {
      if (headroom != step)
        inputs[1] = arith::AddIOp::create(builder, loc, offset, i32(headroom - step));
      inputs.push_back(i32(step));
    }
    // The second 16 bytes of a block's place are its last 16 of 24: from 8 and not from 12 on.
    if (buffer.getBlocks())
      inputs[1] = arith::AndIOp::create(builder, loc, inputs[1], i32(-8));
    if (inAllSteps)
      inputs[1] = apply("masked_offset", {inputs[1], inAllSteps});
    auto copy = target::ApplyOp::create(builder, loc, TypeRange(), atom.getSymName(), inputs);
    setRegion(copy, regionOf(op.getBuffer(), op.getSlot()));
  }
  if (machine.operation("commit_group"))
    apply("commit_group");
  return success();
}

void LaneLowering::lowerWait(stage::WaitOp op) {
  int64_t copies = op.getCopies().value_or(0);
  if (machine.operation("wait")) {
    apply("wait", {i32(copies), i32(0)});
    return;
  }
  applyCounted("wait_group_", copies);
}

void LaneLowering::lowerBarrier(stage::BarrierOp op) {
  if (computingThreads)
    return meet();
  StringRef name = op.getBare() && machine.operation("raw_barrier") ? "raw_barrier" : "barrier";
  if (!op.getHalf()) {
    apply(name);
    return;
  }
  // Wave numbers are uniform, so this is a scalar branch.
  int64_t half = func->getAttrOfType<IntegerAttr>("schedule.waves").getInt() / 2;
  auto predicate = *op.getHalf() == 0 ? arith::CmpIPredicate::slt : arith::CmpIPredicate::sge;
  Value mine = arith::CmpIOp::create(builder, loc, predicate, waveId, i32(half));
  auto branch = scf::IfOp::create(builder, loc, mine);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  apply(name);
}

std::string LaneLowering::regionOf(Value alloc, Value slot) {
  StringRef name = alloc.getDefiningOp<stage::AllocOp>().getName();
  auto constant = scalars.lookup(slot).getDefiningOp<arith::ConstantOp>();
  if (!constant || name == "relayout")
    return "exchange";
  return (name + "." + std::to_string(cast<IntegerAttr>(constant.getValue()).getInt())).str();
}

void LaneLowering::collectRegions() {
  bool asynchronous = false;
  func.walk([&](stage::CopyOp) { asynchronous = true; });
  if (!asynchronous)
    return;
  MLIRContext *context = builder.getContext();
  auto domain = LLVM::AliasScopeDomainAttr::get(context, DistinctAttr::create(builder.getUnitAttr()),
                                                builder.getStringAttr(func.getSymName()));
  auto add = [&](const std::string &name) {
    regions[name] = LLVM::AliasScopeAttr::get(context, DistinctAttr::create(builder.getUnitAttr()), domain,
                                              builder.getStringAttr(name));
  };
  add("exchange");
  func.walk([&](stage::AllocOp op) {
    if (op.getName() != "relayout")
      for (int64_t slot = 0; slot < op.getType().getSlots(); ++slot)
        add((op.getName() + "." + std::to_string(slot)).str());
  });
}

void LaneLowering::setRegion(Operation *op, StringRef region) {
  if (regions.empty())
    return;
  SmallVector<Attribute> others;
  for (auto &[name, scope] : regions)
    if (name != region)
      others.push_back(scope);
  ArrayAttr own = builder.getArrayAttr(regions[region.str()]), rest = builder.getArrayAttr(others);
  if (auto memory = dyn_cast<LLVM::AliasAnalysisOpInterface>(op)) {
    memory.setAliasScopes(own);
    memory.setNoAliasScopes(rest);
  } else {
    op->setAttr("alias_scopes", own);
    op->setAttr("noalias_scopes", rest);
  }
}
