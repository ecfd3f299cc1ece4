// The metadata note of a code object (LLVM AMDGPUUsage "Code Object Metadata").
#ifndef KILN_LIB_EMULATOR_METADATA_H
#define KILN_LIB_EMULATOR_METADATA_H

#include "kiln/Emulator/Emulator.h"

namespace kiln::emulator {

/// Of kernel arguments, so that a damaged code object asks for no more.
constexpr uint64_t MaxKernarg = 1 << 20;

/// Adds the kernels that the note's MessagePack describes to `kernels`, by the name of their descriptor symbol.
llvm::Error readKernelMetadata(llvm::StringRef note, std::map<std::string, Kernel> &kernels);

} // namespace kiln::emulator

#endif
