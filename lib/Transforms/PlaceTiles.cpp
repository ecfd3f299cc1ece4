#include "LayoutInference.h"
#include "dialects/Stage/Stage.h"
#include "kiln/Transforms/Passes.h"

using namespace mlir;

namespace kiln::transforms {
#define GEN_PASS_DEF_PLACETILES
#include "lib/Transforms/Passes.h.inc"

namespace {

/// Inserts relayouts at uses that want another layout than their value has. One per value and layout.
class RelayoutInserter {
public:
  RelayoutInserter(const LayoutInference &inference) : inference(inference) {}

  void run(kernel::FuncOp func) {
    SmallVector<std::pair<OpOperand *, layout::LinearAttr>> mismatches;
    func.walk([&](Operation *op) {
      for (OpOperand &operand : op->getOpOperands())
        if (layout::LinearAttr wanted = inference.wanted(operand); wanted && wanted != inference.get(operand.get()))
          mismatches.push_back({&operand, wanted});
    });
    for (auto [operand, wanted] : mismatches)
      operand->set(inLayout(operand->get(), wanted));
  }

private:
  Value inLayout(Value value, layout::LinearAttr wanted) {
    Value &known = made[{value, wanted}];
    if (known)
      return known;
    OpBuilder builder(value.getContext());
    builder.setInsertionPointAfterValue(value);
    auto type = cast<kernel::TileType>(value.getType()).withLayout(wanted);
    Operation *source = value.getDefiningOp();
    // What costs nothing to make is made again in the wanted layout.
    if (isa_and_present<kernel::ConstantOp, kernel::SplatOp, kernel::IotaOp>(source)) {
      Operation *copy = builder.clone(*source);
      copy->getResult(0).setType(type);
      return known = copy->getResult(0);
    }
    known = kernel::RelayoutOp::create(builder, value.getLoc(), type, value);
    return known;
  }

  const LayoutInference &inference;
  DenseMap<std::pair<Value, layout::LinearAttr>, Value> made;
};

/// Refuses tiles that alone are several times all registers. Up to that the code generator reads a tile piece by piece; beyond, it
/// needs minutes, and memory for every element.
LogicalResult verifyFits(Value value, std::optional<int64_t> available, const target::Machine &machine) {
  auto tile = dyn_cast<kernel::TileType>(value.getType());
  if (!tile || !available || isa<layout::SharedAttr>(tile.getLayout()))
    return success();
  int64_t elements = int64_t(1) << cast<layout::LinearAttr>(tile.getLayout()).regBits();
  int64_t bits = tile.getElementType().isIndex() ? 32 : tile.getElementType().getIntOrFloatBitWidth();
  int64_t needed = llvm::divideCeil(elements * bits, 32);
  if (needed <= 4 * *available)
    return success();
  InFlightDiagnostic diag = emitError(value.getLoc()) << "this tile of [" << tile.getShape() << "] x "
                                                      << tile.getElementType() << " takes " << needed
                                                      << " registers of each lane; " << machine.name() << " has "
                                                      << *available << " (smaller tiles or more waves take fewer)";
  return diag;
}

/// Each lane must find what it holds of the part in its own registers.
LogicalResult verifySlice(stage::SliceOp op) {
  auto layoutOf = [](kernel::TileType tile) {
    return cast<layout::LinearAttr>(tile.getLayout()).toLinear(tile.getShape());
  };
  layout::LinearLayout whole = layoutOf(op.getTile().getType()), part = layoutOf(op.getPart().getType());
  for (StringRef place : {layout::laneDim, layout::waveDim})
    for (unsigned bit = 0; bit < whole.inputBits(place); ++bit)
      if (bit >= part.inputBits(place) || whole.basis(place, bit) != part.basis(place, bit))
        return op.emitOpError()
               << "takes part of a tile whose columns are split among waves; let every wave have whole rows";
  return success();
}

/// A lane reads whole blocks of elements.
LogicalResult verifyBlocks(stage::ReadOp op) {
  stage::BufferType buffer = op.getBuffer().getType();
  kernel::TileType tile = op.getTile().getType();
  layout::LinearLayout held = cast<layout::LinearAttr>(tile.getLayout()).toLinear(tile.getShape());
  if (!buffer.getBlocks() || held.contiguous(layout::registerDim, buffer.getFastest()) >= 5)
    return success();
  return op.emitOpError() << "reads " << tile.getElementType()
                          << " that stand in blocks of 32 along a row, of which a lane needs "
                          << (int64_t(1) << held.contiguous(layout::registerDim, buffer.getFastest()))
                          << " neighbours; stage operands whose rows go along K";
}

struct PlaceTiles : impl::PlaceTilesBase<PlaceTiles> {
  LogicalResult place(kernel::FuncOp func, const target::Machine &machine) {
    auto waves = func->getAttrOfType<IntegerAttr>("schedule.waves");
    if (!func.isSpecialized() || !waves)
      return func.emitOpError() << "expects a specialised and scheduled kernel ('schedule.waves' is missing)";
    LayoutInference inference(func, machine, waves.getInt());
    if (failed(inference.run()))
      return failure();
    RelayoutInserter(inference).run(func);
    auto setLayout = [&](Value value) {
      if (auto tile = dyn_cast<kernel::TileType>(value.getType()); tile && !tile.getLayout())
        value.setType(tile.withLayout(inference.get(value)));
    };
    std::optional<int64_t> registers = machine.laneRegisters();
    WalkResult placed = func.walk([&](Operation *op) {
      for (Region &region : op->getRegions())
        for (BlockArgument argument : region.getArguments())
          setLayout(argument);
      for (Value result : op->getResults()) {
        setLayout(result);
        if (failed(verifyFits(result, registers, machine)))
          return WalkResult::interrupt();
      }
      if (auto read = dyn_cast<stage::ReadOp>(op); read && failed(verifyBlocks(read)))
        return WalkResult::interrupt();
      if (auto slice = dyn_cast<stage::SliceOp>(op); slice && failed(verifySlice(slice)))
        return WalkResult::interrupt();
      return WalkResult::advance();
    });
    return failure(placed.wasInterrupted());
  }

  void runOnOperation() override {
    target::MachineOp machine = target::Machine::of(getOperation());
    if (!machine) {
      getOperation().emitError() << "has no target.machine to place tiles on";
      return signalPassFailure();
    }
    for (auto func : getOperation().getOps<kernel::FuncOp>())
      if (failed(place(func, target::Machine(machine))))
        return signalPassFailure();
  }
};
} // namespace
} // namespace kiln::transforms
