// `kiln run --device interpreter`: a kernel without compiler and machine.
#ifndef KILN_TOOLS_INTERPRET_H
#define KILN_TOOLS_INTERPRET_H

#include "kiln/launch/Launch.h"

namespace kiln::tools {

struct InterpretRequest {
  std::string file;                // of kernels, .mlir
  std::string kernel;              // may be empty if the file has one
  std::vector<std::string> params; // "NAME=VALUE"; the others take their defaults
};

/// Runs the kernel on arguments whose buffers lie in this process (HostMemory), one per kernel argument; the
/// launch's grid and block play no part. Prints what is wrong and returns false.
bool runInterpreter(const InterpretRequest &request, const std::vector<launch::BoundArgument> &args);

} // namespace kiln::tools

#endif
