// Control flow, scalars and elementwise ops; TileOps.cpp has the rest.
#include "Program.h"

#include "Elementwise.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace kiln;
using namespace kiln::interpreter;

LogicalResult Program::fail(Operation *op, const Twine &text) {
  complaint = Complaint{op->getLoc(), ("'" + op->getName().getStringRef() + "' op " + text).str()};
  return failure();
}

SmallVector<int64_t> Program::integersOf(ValueRange range) {
  SmallVector<int64_t> integers;
  for (Value value : range)
    integers.push_back(integerOf(value));
  return integers;
}

LogicalResult Program::define(Value result, Cells cells) {
  Type element = getElementTypeOrSelf(result.getType());
  for (Cell &cell : cells)
    cell = round(element, cell);
  values[result] = Bound{std::make_shared<const Cells>(std::move(cells))};
  return success();
}

void Program::bindArguments(kernel::FuncOp func) {
  for (auto [value, bound] : llvm::zip_equal(func.getBody().getArguments(), arguments))
    values[value] = bound;
}

LogicalResult Program::run(kernel::FuncOp func) {
  bindArguments(func);
  SmallVector<Bound> none;
  return runBlock(func.getBody().front(), none);
}

FailureOr<SmallVector<int64_t>> Program::gridSizes(kernel::FuncOp func) {
  kernel::ProgramIdOp programId;
  func.walk([&](kernel::ProgramIdOp op) { programId = op; });
  if (!programId)
    return SmallVector<int64_t>();
  if (programId->getParentOp() != func)
    return fail(programId, "expects to stand directly in the kernel's body");
  bindArguments(func);
  for (Operation &op : func.getBody().front()) {
    if (&op == programId)
      break;
    if (failed(runOp(&op)))
      return failure();
  }
  SmallVector<int64_t> sizes = integersOf(programId.getGrid());
  for (int64_t size : sizes)
    if (size < 0 || size > UINT32_MAX)
      return fail(programId, "expects grid sizes from 0 to 4294967295, found " + Twine(size));
  return sizes;
}

LogicalResult Program::runBlock(Block &block, SmallVectorImpl<Bound> &yielded) {
  for (Operation &op : block) {
    if (auto yield = dyn_cast<scf::YieldOp>(op)) {
      yielded.clear();
      for (Value value : yield.getOperands())
        yielded.push_back(values[value]);
    } else if (failed(runOp(&op))) {
      return failure();
    }
  }
  return success();
}

LogicalResult Program::runOp(Operation *op) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](scf::ForOp op) { return runFor(op); })
      .Case([&](scf::IfOp op) { return runIf(op); })
      .Case([&](scf::IndexSwitchOp op) { return runSwitch(op); })
      .Case([&](arith::ConstantOp op) { return runScalarConstant(op); })
      .Case([&](arith::SelectOp op) { return runScalarSelect(op); })
      .Case([&](kernel::ProgramIdOp op) { return runProgramId(op); })
      .Case([&](kernel::DimOp op) { return runDim(op); })
      .Case([&](kernel::LoadOp op) { return runLoad(op); })
      .Case([&](kernel::StoreOp op) { return runStore(op); })
      .Case([&](kernel::SplatOp op) { return runSplat(op); })
      .Case([&](kernel::ConstantOp op) { return runConstant(op); })
      .Case([&](kernel::IotaOp op) { return runIota(op); })
      .Case([&](kernel::BroadcastOp op) { return runBroadcast(op); })
      .Case([&](kernel::ReduceOp op) { return runReduce(op); })
      .Case([&](kernel::TransposeOp op) { return runTranspose(op); })
      .Case([&](kernel::MmaOp op) { return runMma(op); })
      .Case([&](kernel::RelayoutOp op) { return runRelayout(op); })
      .Case([&](kernel::ReturnOp op) { return success(); })
      .Default([&](Operation *op) { return runElementwise(op); });
}

LogicalResult Program::runFor(scf::ForOp op) {
  int64_t lower = integerOf(op.getLowerBound()), upper = integerOf(op.getUpperBound()),
          step = integerOf(op.getStep());
  if (step <= 0)
    return fail(op, "expects a step of 1 or more, found " + Twine(step));
  SmallVector<Bound> carried;
  for (Value init : op.getInitArgs())
    carried.push_back(values[init]);
  for (int64_t i = lower; i < upper;) {
    values[op.getInductionVar()] = Bound{std::make_shared<const Cells>(1, integer(i))};
    for (auto [argument, value] : llvm::zip_equal(op.getRegionIterArgs(), carried))
      values[argument] = value;
    if (failed(runBlock(*op.getBody(), carried)))
      return failure();
    if (llvm::AddOverflow(i, step, i))
      break;
  }
  for (auto [result, value] : llvm::zip_equal(op.getResults(), carried))
    values[result] = value;
  return success();
}

LogicalResult Program::runBranch(Operation *op, Region &taken) {
  SmallVector<Bound> yielded;
  if (!taken.empty() && failed(runBlock(taken.front(), yielded)))
    return failure();
  for (auto [result, value] : llvm::zip_equal(op->getResults(), yielded))
    values[result] = value;
  return success();
}

LogicalResult Program::runIf(scf::IfOp op) {
  return runBranch(op, integerOf(op.getCondition()) ? op.getThenRegion() : op.getElseRegion());
}

LogicalResult Program::runSwitch(scf::IndexSwitchOp op) {
  for (auto [value, region] : llvm::zip_equal(op.getCases(), op.getCaseRegions()))
    if (integerOf(op.getArg()) == value)
      return runBranch(op, region);
  return runBranch(op, op.getDefaultRegion());
}

LogicalResult Program::runScalarConstant(arith::ConstantOp op) {
  if (auto number = dyn_cast<FloatAttr>(op.getValue()))
    return define(op, {decode(number.getType(), number.getValue().bitcastToAPInt().getZExtValue())});
  if (auto number = dyn_cast<IntegerAttr>(op.getValue()))
    return define(op, {integer(number.getValue().getSExtValue())});
  return fail(op, "expects a number");
}

LogicalResult Program::runScalarSelect(arith::SelectOp op) {
  Bound chosen = values[integerOf(op.getCondition()) ? op.getTrueValue() : op.getFalseValue()];
  values[op.getResult()] = chosen;
  return success();
}

LogicalResult Program::runElementwise(Operation *op) {
  ElementFunction function = elementFunction(op);
  if (!function)
    return fail(op, "is not known to the interpreter");
  SmallVector<const Cells *> operands;
  for (Value operand : op->getOperands())
    operands.push_back(&cellsOf(operand));
  if (dividesByInteger(op))
    for (Cell divisor : *operands[1])
      if (divisor.integer == 0)
        return fail(op, "divides by zero");
  Cells result(operands.front()->size());
  SmallVector<Cell> elements(operands.size());
  for (size_t i = 0; i < result.size(); ++i) {
    for (auto [element, operand] : llvm::zip_equal(elements, operands))
      element = (*operand)[i];
    result[i] = function(elements);
  }
  return define(op->getResult(0), std::move(result));
}
