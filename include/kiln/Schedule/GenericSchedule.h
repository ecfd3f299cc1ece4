// The portable schedule: computed from the machine's facts, right on any machine, tuned for none.
#ifndef KILN_SCHEDULE_GENERICSCHEDULE_H
#define KILN_SCHEDULE_GENERICSCHEDULE_H

#include "dialects/Kernel/Kernel.h"
#include "dialects/Target/Machine.h"

namespace kiln::schedule {

/// The fastest matrix instruction (operations per cycle) for an mma's types that divides its tile; among equals the
/// one with the smaller accumulator. `schedule.shape` on the op asks for one of that M, N and K. Fails, listing what the machine
/// multiplies, if there is none.
mlir::FailureOr<target::MmaOp> chooseAtom(kernel::MmaOp op, const target::Machine &machine);

/// How `waves` waves share the tile of an mma: as square as the atom allows, or all along M if a row of the result is
/// reduced, so that no reduction crosses waves. Null if the tile is too small for that many waves.
std::optional<std::array<int64_t, 2>> splitWaves(kernel::MmaOp op, target::MmaOp atom, int64_t waves);

/// Decides everything that a schedule has left open in a specialised kernel: waves, atoms and their split.
mlir::LogicalResult completeSchedule(kernel::FuncOp func, const target::Machine &machine);

} // namespace kiln::schedule

#endif
