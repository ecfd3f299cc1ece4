// The tensor maps that a kernel's copies of whole tiles need, which the host builds at each launch.
#ifndef KILN_CONVERSION_TENSORMAPS_H
#define KILN_CONVERSION_TENSORMAPS_H

#include "dialects/Stage/Stage.h"

namespace kiln::conversion {

/// A map of a tensor argument. Lists are innermost first.
struct TensorMap {
  unsigned argument;
  llvm::SmallVector<int64_t> box;
  int64_t swizzleBytes;
  bool operator==(const TensorMap &other) const {
    return argument == other.argument && box == other.box && swizzleBytes == other.swizzleBytes;
  }
};

/// The map that a stage.fetch or stage.put needs.
TensorMap mapOf(kernel::TensorRefType type, mlir::Value tensor, stage::BufferType buffer);

/// All maps that a kernel needs, in the order of their first use.
llvm::SmallVector<TensorMap> tensorMapsOf(kernel::FuncOp func);

/// One dictionary a map: `tensor` (its name), `box`, `swizzle` (bytes).
mlir::ArrayAttr describeMaps(kernel::FuncOp func, llvm::ArrayRef<TensorMap> maps);

} // namespace kiln::conversion

#endif
