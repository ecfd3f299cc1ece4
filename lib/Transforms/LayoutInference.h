// Which layout each tile of a kernel has: inference by propagation from the ops that insist on one.
#ifndef KILN_TRANSFORMS_LAYOUTINFERENCE_H
#define KILN_TRANSFORMS_LAYOUTINFERENCE_H

#include "dialects/Kernel/Kernel.h"
#include "dialects/Target/Machine.h"
#include "llvm/ADT/DenseMap.h"

namespace kiln::transforms {

/// The layouts of a matrix instruction's operands, repeated over a tile and its waves. Those of operands in
/// shared memory are null.
struct MmaLayouts {
  layout::LinearAttr a, b, acc, scaleA, scaleB;
};

/// Repeats the atom over the tile: registers first along K and N, then along M; then waves. Fails if the tile does
/// not divide into `waves` x the atom's shape.
mlir::FailureOr<MmaLayouts> layoutsOf(kernel::MmaOp op, target::MmaOp atom, llvm::ArrayRef<int64_t> waves);

/// Vectors of up to `vectorElements` along dimension `fastest`, then lanes, then waves along the remaining sizes, fastest
/// dimension first; what is left goes to registers. Lanes and waves beyond the tile hold copies.
layout::LinearAttr blockedLayout(mlir::MLIRContext *context, llvm::ArrayRef<int64_t> shape, unsigned fastest,
                                 int64_t vectorElements, int64_t lanes, int64_t waves);

/// The layout of a reduction's result, or of a broadcast's operand.
layout::LinearAttr sliceLayout(layout::LinearAttr layout, llvm::ArrayRef<int64_t> shape, unsigned dim);

/// Propagates layouts through a kernel until every tile has one.
class LayoutInference {
public:
  LayoutInference(kernel::FuncOp func, const target::Machine &machine, int64_t waves)
      : func(func), machine(machine), waves(waves) {}

  mlir::LogicalResult run();
  layout::LinearAttr get(mlir::Value value) const { return layouts.lookup(value); }
  /// The layout in which `op` wants its operand `index`, given what was inferred; null if it takes any.
  layout::LinearAttr wanted(mlir::OpOperand &operand) const;

private:
  void assign(mlir::Value value, layout::LinearAttr layout);
  void propagate(mlir::Value value);
  void propagateThrough(mlir::Operation *op, mlir::Value value);
  void propagateLoop(mlir::Operation *op, mlir::Value value);
  mlir::LogicalResult seedMmas();
  void seed(mlir::Value value);

  kernel::FuncOp func;
  const target::Machine &machine;
  int64_t waves;
  llvm::DenseMap<mlir::Value, layout::LinearAttr> layouts;
  llvm::DenseMap<mlir::Operation *, MmaLayouts> mmas;
  llvm::SmallVector<mlir::Value> worklist;
};

} // namespace kiln::transforms

#endif
