// From a kernel's arguments to what its machine code is passed.
#ifndef KILN_TOOLS_KERNELLAUNCH_H
#define KILN_TOOLS_KERNELLAUNCH_H

#include "CompileKernel.h"
#include "Emulate.h"

namespace kiln::tools {

/// The number of workgroups of a kernel on these arguments, one per kernel argument.
llvm::Expected<uint32_t> gridOf(const CompileResult &kernel, llvm::ArrayRef<launch::BoundArgument> arguments);

/// Addresses, sizes and strides in the order of the machine code. Fails where an argument is not what the
/// kernel declares.
llvm::Expected<std::vector<launch::BoundArgument>> passedTo(const CompileResult &kernel,
                                                            llvm::ArrayRef<launch::BoundArgument> arguments);

/// Why these tensors break what the kernel's types promise about their alignment; empty if they keep it.
std::string brokenPromise(const CompileResult &kernel, llvm::ArrayRef<launch::BoundArgument> arguments);

/// Runs a compiled kernel on the emulator: the launch has one argument per kernel argument, and no geometry.
/// `fill` may write to the buffers before the kernel starts.
llvm::Expected<Emulation> runOnEmulator(const CompileResult &kernel, const launch::Launch &launch,
                                        const emulator::LaunchOptions &options,
                                        std::optional<emulator::Chip> chip,
                                        llvm::function_ref<llvm::Error(Emulation &)> fill = nullptr);

} // namespace kiln::tools

#endif
