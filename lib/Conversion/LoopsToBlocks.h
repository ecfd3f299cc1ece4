// scf.for as blocks, with the test at the bottom.
#ifndef KILN_CONVERSION_LOOPSTOBLOCKS_H
#define KILN_CONVERSION_LOOPSTOBLOCKS_H

namespace mlir {
class RewritePatternSet;
}

namespace kiln::conversion {

/// A guard, then one block that branches back to itself while iterations are left. LLVM's code generator keeps a
/// loop's shape; with the test on top every iteration would have two branches and its values would be copied between
/// blocks. Bounds are signed and the step positive, as scf.for has them.
void populateRotatedLoopPattern(mlir::RewritePatternSet &patterns);

} // namespace kiln::conversion

#endif
