#include "LaunchDescription.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/TypeSwitch.h"

#include <variant>

using namespace mlir;
using namespace kiln;
using namespace kiln::conversion;

/// `name(a, b)` or `(a op b)` of a binary op, or empty for an op that a host cannot evaluate.
static std::string binaryForm(Operation *op, const std::string &a, const std::string &b) {
  auto infix = [&](StringRef sign) { return "(" + a + " " + sign.str() + " " + b + ")"; };
  auto call = [&](StringRef name) { return name.str() + "(" + a + ", " + b + ")"; };
  return TypeSwitch<Operation *, std::string>(op)
      .Case<arith::AddIOp>([&](auto) { return infix("+"); })
      .Case<arith::SubIOp>([&](auto) { return infix("-"); })
      .Case<arith::MulIOp>([&](auto) { return infix("*"); })
      .Case<arith::CeilDivUIOp, arith::CeilDivSIOp>([&](auto) { return call("ceildiv"); })
      .Case<arith::DivUIOp, arith::DivSIOp, arith::FloorDivSIOp>([&](auto) { return call("floordiv"); })
      .Case<arith::MinUIOp, arith::MinSIOp>([&](auto) { return call("min"); })
      .Case<arith::MaxUIOp, arith::MaxSIOp>([&](auto) { return call("max"); })
      .Default(std::string());
}

/// The expression for an index, or the op that has none.
static std::variant<std::string, Operation *> expressionOf(kernel::FuncOp func, Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    if (argument.getOwner() == &func.getBody().front())
      return func.getArgumentName(argument.getArgNumber());
    return argument.getOwner()->getParentOp();
  }
  Operation *op = value.getDefiningOp();
  if (auto constant = dyn_cast<arith::ConstantOp>(op))
    if (auto number = dyn_cast<IntegerAttr>(constant.getValue()))
      return std::to_string(number.getInt());
  if (isa<arith::IndexCastOp, arith::IndexCastUIOp>(op))
    return expressionOf(func, op->getOperand(0));
  if (auto dim = dyn_cast<kernel::DimOp>(op)) {
    auto tensor = cast<BlockArgument>(dim.getTensor());
    int64_t size = dim.getTensor().getType().getShape()[dim.getDim()];
    if (size != ShapedType::kDynamic)
      return std::to_string(size);
    return func.getArgumentName(tensor.getArgNumber()) + "." + std::to_string(dim.getDim());
  }
  if (op->getNumOperands() != 2)
    return op;
  auto a = expressionOf(func, op->getOperand(0)), b = expressionOf(func, op->getOperand(1));
  if (std::holds_alternative<Operation *>(a))
    return a;
  if (std::holds_alternative<Operation *>(b))
    return b;
  std::string text = binaryForm(op, std::get<std::string>(a), std::get<std::string>(b));
  if (text.empty())
    return op;
  return text;
}

/// The op that says how many programs there are, and their grid; null if there is one program.
static std::pair<Operation *, ValueRange> gridOf(kernel::FuncOp func) {
  std::pair<Operation *, ValueRange> found{nullptr, {}};
  func.walk([&](Operation *op) {
    if (auto id = dyn_cast<kernel::ProgramIdOp>(op))
      found = {op, id.getGrid()};
    else if (auto program = dyn_cast<stage::ProgramOp>(op))
      found = {op, program.getGrid()};
  });
  return found;
}

LogicalResult conversion::verifyGrid(kernel::FuncOp func) {
  auto [op, grid] = gridOf(func);
  for (Value size : grid) {
    auto form = expressionOf(func, size);
    if (auto *culprit = std::get_if<Operation *>(&form)) {
      InFlightDiagnostic diag =
          op->emitOpError()
          << "has a grid size that a host cannot compute: use dimensions, parameters, scalar "
             "arguments and integer arithmetic";
      diag.attachNote((*culprit)->getLoc()) << "'" << (*culprit)->getName() << "' is here";
      return diag;
    }
  }
  return success();
}

std::string conversion::describeGrid(kernel::FuncOp func) {
  std::string text;
  for (Value size : gridOf(func).second)
    text += (text.empty() ? "" : " * ") + std::get<std::string>(expressionOf(func, size));
  if (text.empty())
    return "1";
  // Of a persistent grid each workgroup computes several programs.
  auto order = func->getAttrOfType<DictionaryAttr>("schedule.grid");
  auto most = order ? order.getAs<IntegerAttr>("persistent") : IntegerAttr();
  return most ? "min(" + text + ", " + std::to_string(most.getInt()) + ")" : text;
}

ArrayAttr conversion::describeArguments(kernel::FuncOp func) {
  Builder builder(func.getContext());
  SmallVector<Attribute> described;
  for (auto [i, type] : llvm::enumerate(func.getArgumentTypes()))
    described.push_back(builder.getDictionaryAttr(
        {builder.getNamedAttr("name", builder.getStringAttr(func.getArgumentName(i))),
         builder.getNamedAttr("type", TypeAttr::get(type))}));
  return builder.getArrayAttr(described);
}
