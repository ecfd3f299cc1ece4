// Copies of whole tiles: what the copy atom demands of a tile and its tensor.
#ifndef KILN_TRANSFORMS_TILECOPIES_H
#define KILN_TRANSFORMS_TILECOPIES_H

#include "dialects/Stage/Stage.h"
#include "dialects/Target/Machine.h"

namespace kiln::transforms {

/// The tile copy that an access (kernel.load or kernel.store) is scheduled on. Fails if the machine lacks it,
/// or if the access is none that a map of its tensor describes: two dimensions, rows contiguous, an alignment
/// promised.
mlir::FailureOr<target::CopyOp> tileCopyOf(mlir::Operation *access, kernel::TensorRefType tensor,
                                           const target::Machine &machine);

/// A buffer of `slots` tiles of `rows` rows, as wide as one of the copy's swizzles: with `columns` the one
/// that fits, without the widest. Fails, saying which widths there are.
mlir::FailureOr<stage::BufferType> tileBuffer(mlir::Operation *access, target::CopyOp copy,
                                              mlir::Type element, int64_t slots, int64_t rows,
                                              std::optional<int64_t> columns);

} // namespace kiln::transforms

#endif
