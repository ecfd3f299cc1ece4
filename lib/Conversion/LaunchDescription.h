// What a host must know to launch a kernel.
#ifndef KILN_CONVERSION_LAUNCHDESCRIPTION_H
#define KILN_CONVERSION_LAUNCHDESCRIPTION_H

#include "dialects/Stage/Stage.h"

namespace kiln::conversion {

/// Fails, naming the op, if a grid size is computed from anything but sizes, constants, scalars and arithmetic.
mlir::LogicalResult verifyGrid(kernel::FuncOp func);

/// The number of workgroups as an expression in the grammar of docs/bundle.md: integers, `a.0` for dimension 0 of
/// argument a, scalar arguments by name, + - * ceildiv floordiv min max. Requires a verified grid.
std::string describeGrid(kernel::FuncOp func);

/// One dictionary per argument, in order: `name`, `type`, and the order of what it passes is fixed: a tensor its address,
/// then its dynamic sizes (i32), then its dynamic strides (i32, elements); a scalar itself.
mlir::ArrayAttr describeArguments(kernel::FuncOp func);

} // namespace kiln::conversion

#endif
