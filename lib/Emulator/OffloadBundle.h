// Clang's offload bundles: one file with code for several GPUs.
#ifndef KILN_LIB_EMULATOR_OFFLOADBUNDLE_H
#define KILN_LIB_EMULATOR_OFFLOADBUNDLE_H

#include "kiln/Emulator/Emulator.h"

namespace kiln::emulator {

bool isOffloadBundle(llvm::StringRef file);

/// The code object in it for `wanted`, or else for the only GPU in it that can be emulated. Of several for
/// one GPU, which differ in XNACK and SRAM ECC, the first: the emulator executes them alike. An error whose
/// code is no_such_device lists what there is.
llvm::Expected<std::string> unbundle(llvm::StringRef file, std::optional<Chip> wanted);

} // namespace kiln::emulator

#endif
