// What arith and math ops do to one element.
#ifndef KILN_INTERPRETER_ELEMENTWISE_H
#define KILN_INTERPRETER_ELEMENTWISE_H

#include "Numbers.h"

#include "mlir/IR/Operation.h"
#include <functional>

namespace kiln::interpreter {

/// From the operands' elements to the result's, before it is rounded to the result's type.
using ElementFunction = std::function<Cell(llvm::ArrayRef<Cell>)>;

/// The function of an elementwise op; empty for any other op.
ElementFunction elementFunction(mlir::Operation *op);

/// True if an integer division by `divisor` is what the op does.
bool dividesByInteger(mlir::Operation *op);

} // namespace kiln::interpreter

#endif
