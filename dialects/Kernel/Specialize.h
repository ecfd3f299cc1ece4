// Parameters of a kernel: giving them values.
#ifndef KILN_DIALECTS_KERNEL_SPECIALIZE_H
#define KILN_DIALECTS_KERNEL_SPECIALIZE_H

#include "dialects/Kernel/Kernel.h"
#include "llvm/ADT/MapVector.h"

namespace kiln::kernel {

/// Values of parameters by name: an index attribute, a bool attribute or a type attribute.
using ParamValues = llvm::MapVector<mlir::StringRef, mlir::Attribute>;

/// Evaluates a dimension's text (`BK / 32`) over the given values. Fails, saying why through `emitError`, when a name is
/// unknown or a division leaves a remainder. Names without a value give `std::nullopt`.
mlir::FailureOr<std::optional<int64_t>>
evaluateDimension(llvm::StringRef text, const ParamValues &values,
                  llvm::function_ref<mlir::InFlightDiagnostic()> emitError);

/// Substitutes the given parameters in the whole function; the others stay. Errors name the parameter, what it was
/// given and what would be right.
mlir::LogicalResult bindParams(FuncOp func, const ParamValues &values);

/// Binds every parameter that is left to its default, then verifies that none is missing.
mlir::LogicalResult bindDefaults(FuncOp func);

/// Folds what became constant: arithmetic, and branches on switches.
mlir::LogicalResult foldSpecialized(FuncOp func);

/// Parses a parameter's value from text (the command line) as the declaration's kind demands.
mlir::FailureOr<mlir::Attribute> parseParamValue(FuncOp func, ParamDeclAttr decl, llvm::StringRef text);

} // namespace kiln::kernel

#endif
