// Runs the waves of one workgroup, interleaved.
#ifndef KILN_LIB_EMULATOR_SCHEDULER_H
#define KILN_LIB_EMULATOR_SCHEDULER_H

#include "Program.h"

namespace kiln::emulator {

/// Runs until every wave has ended; an error names the wave that failed. Deterministic for the group's random
/// state.
llvm::Error runWorkgroup(Program &program, Workgroup &group, const LaunchOptions &options,
                         llvm::ArrayRef<std::unique_ptr<GroupObserver>> observers);

/// Runs up to `count` instructions of a wave, or until it stops at a barrier, ends or fails.
void runWave(Program &program, Wave &wave, uint64_t count);

} // namespace kiln::emulator

#endif
