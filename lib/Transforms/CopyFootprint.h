// How many operations of its copy atom a wave issues for a stage.copy.
#ifndef KILN_TRANSFORMS_COPYFOOTPRINT_H
#define KILN_TRANSFORMS_COPYFOOTPRINT_H

#include "dialects/Stage/Stage.h"
#include "dialects/Target/Machine.h"

namespace kiln::transforms {

/// Each operation moves the atom's bytes per lane; all waves of the workgroup share the tile. Fails if the tile is not
/// a whole number of such operations for every wave.
mlir::FailureOr<int64_t> copyOperations(stage::CopyOp op, const target::Machine &machine);

} // namespace kiln::transforms

#endif
