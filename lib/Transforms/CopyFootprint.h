// How many operations in flight a wave has from a stage.copy, as waits count them.
#ifndef KILN_TRANSFORMS_COPYFOOTPRINT_H
#define KILN_TRANSFORMS_COPYFOOTPRINT_H

#include "dialects/Stage/Stage.h"
#include "dialects/Target/Machine.h"

namespace kiln::transforms {

/// Operations of its copy atom, each of which moves the atom's bytes per lane, or one if the machine tracks groups. All waves of
/// the workgroup share the tile. Fails if the tile is not
/// a whole number of such operations for every wave.
mlir::FailureOr<int64_t> copyOperations(stage::CopyOp op, const target::Machine &machine);

} // namespace kiln::transforms

#endif
