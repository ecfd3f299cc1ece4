// The target dialect: a GPU as data.
#ifndef KILN_DIALECTS_TARGET_H
#define KILN_DIALECTS_TARGET_H

#include "dialects/Layout/Layout.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/Target/TargetDialect.h.inc"

#define GET_OP_CLASSES
#include "dialects/Target/TargetOps.h.inc"

namespace kiln::target {

/// The type that one lane holds elements of `type` as: floats below 16 bits travel as integers of their width.
mlir::Type storageType(mlir::Type type);

/// Replaces each matrix instruction of several widths (`wider`) by one for each. Fails if a body cannot have them.
llvm::LogicalResult expandWidths(MachineOp machine);

/// Checks that nothing is missing once all ops of a machine, and the machines it inherits, are put together.
llvm::LogicalResult verifyComplete(MachineOp machine);

} // namespace kiln::target

#endif
