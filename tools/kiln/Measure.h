// `kiln inspect --dynamic`: a launch on the emulator under its counters.
#ifndef KILN_TOOLS_MEASURE_H
#define KILN_TOOLS_MEASURE_H

#include "CompileKernel.h"
#include "kiln/Inspector/Measurement.h"
#include "llvm/Support/Error.h"

namespace kiln::tools {

struct Measured {
  std::string kernel;
  inspector::Measurement measurement;
};

/// Runs the launch that a file describes (docs/runtime.md) with a code object.
llvm::Expected<Measured> measureCode(llvm::StringRef code, const std::string &launchFile);
/// The same with a kernel that was compiled: the launch has one argument per kernel argument, and no
/// geometry.
llvm::Expected<Measured> measureKernel(const CompileResult &kernel, const std::string &launchFile);

} // namespace kiln::tools

#endif
