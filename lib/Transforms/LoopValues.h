// Values of a loop that a pass rebuilds.
#ifndef KILN_TRANSFORMS_LOOPVALUES_H
#define KILN_TRANSFORMS_LOOPVALUES_H

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"

namespace kiln::transforms {

/// What stands for a value of `loop` in the loop that takes its place: what `known` maps it to, or else a
/// clone, which `known` then has, after clones of what it is computed from. A value from outside stands for
/// itself.
mlir::Value rebuild(mlir::Value value, mlir::scf::ForOp loop, mlir::IRMapping &known,
                    mlir::OpBuilder &builder);

} // namespace kiln::transforms

#endif
