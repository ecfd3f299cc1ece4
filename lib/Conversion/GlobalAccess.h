// How a lane reaches a tile of a tensor.
#ifndef KILN_CONVERSION_GLOBALACCESS_H
#define KILN_CONVERSION_GLOBALACCESS_H

#include "KernelToLanes.h"

namespace kiln::conversion {

/// A tile of a tensor, ready for accesses: everything that does not depend on the register.
struct LaneLowering::GlobalAccess {
  kernel::TileType tile;
  layout::LinearLayout layout;
  mlir::Value view;                          // of the tensor, from the tile's loop-invariant origin
  mlir::Value loopOffset;                    // i32 bytes, uniform: what the loop adds
  mlir::Value laneOffset;                    // i32 bytes: this lane's part
  llvm::SmallVector<unsigned> dims;          // tensor dimension of each tile dimension
  llvm::SmallVector<mlir::Value> coordinates, indices; // per tile dimension: this lane's, and where the tile begins
  llvm::SmallVector<mlir::Value> sizes, strides;   // per tile dimension
  llvm::SmallVector<bool> checked;           // per tile dimension: may it leave the tensor?
  int64_t elementBits;
};

} // namespace kiln::conversion

#endif
