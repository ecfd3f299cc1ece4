#include "dialects/Target/Target.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace kiln;
using namespace kiln::target;

/// The accumulator of `n` columns goes on in further registers up to `width` columns, or the next power of
/// two.
static layout::LinearAttr repeatColumns(layout::LinearAttr accumulator, int64_t n, int64_t width) {
  SmallVector<int32_t> registers(accumulator.getReg());
  for (int64_t column = n; column < width; column *= 2)
    registers.append({0, static_cast<int32_t>(column)});
  return layout::LinearAttr::get(accumulator.getContext(), accumulator.getRank(), registers,
                                 accumulator.getLane(), accumulator.getWave());
}

/// `text` with the number in place of `$n`.
static std::string nameWidth(StringRef text, int64_t width) {
  std::string result;
  for (size_t at; (at = text.find("$n")) != StringRef::npos; text = text.drop_front(at + 2))
    result += text.take_front(at).str() + std::to_string(width);
  return result + text.str();
}

/// The accumulator, the body's third argument, and what is made of it.
static void lengthenAccumulator(Block &body, int64_t times) {
  SetVector<Value> longer;
  longer.insert(body.getArgument(2));
  for (Operation &op : body)
    if (llvm::any_of(op.getOperands(), [&](Value operand) { return longer.contains(operand); }))
      longer.insert_range(op.getResults());
  for (Value value : longer)
    if (auto vector = dyn_cast<VectorType>(value.getType()))
      value.setType(VectorType::get(vector.getNumElements() * times, vector.getElementType()));
}

/// The instruction for `width` columns, made of that for the fewest.
static MmaOp widen(OpBuilder &builder, MmaOp narrow, int64_t width, int64_t cycles) {
  auto wide = cast<MmaOp>(builder.clone(*narrow));
  wide.removeWiderAttr();
  wide.setN(width);
  wide.setCycles(cycles);
  wide.setSymName(nameWidth(narrow.getSymName(), width));
  wide.setLayoutAccAttr(repeatColumns(cast<layout::LinearAttr>(narrow.getLayoutAcc()), narrow.getN(), width));
  Block &body = wide.getBody().front();
  lengthenAccumulator(body, width / static_cast<int64_t>(narrow.getN()));
  for (auto instruction : body.getOps<AsmOp>())
    instruction.setText(nameWidth(instruction.getText(), width));
  return wide;
}

LogicalResult target::expandWidths(MachineOp machine) {
  Block &facts = machine.getBody().front();
  OpBuilder builder = OpBuilder::atBlockEnd(&facts);
  for (MmaOp narrow : llvm::make_early_inc_range(facts.getOps<MmaOp>())) {
    if (!narrow.getWider())
      continue;
    MmaOp widest = widen(builder, narrow, narrow.getN(), narrow.getCycles());
    for (auto wider : narrow.getWiderAttr().getAsRange<ArrayAttr>())
      widest =
          widen(builder, narrow, cast<IntegerAttr>(wider[0]).getInt(), cast<IntegerAttr>(wider[1]).getInt());
    // A body that cannot have one width cannot have any: its vectors do not grow with the accumulator.
    if (failed(verify(widest)))
      return failure();
    narrow.erase();
  }
  return success();
}
