// What a case's outputs should hold: the interpreter's results, and how far a device's may be from them.
#ifndef KILN_TOOLS_REFERENCE_H
#define KILN_TOOLS_REFERENCE_H

#include "Cases.h"
#include "HostMemory.h"
#include "Interpret.h"

namespace kiln::tools {

struct Reference {
  HostMemory memory;
  std::vector<launch::BoundArgument> arguments; // in `memory`
  std::vector<launch::Tolerance> tolerances;    // of the outputs

  const uint8_t *bytes(size_t argument) const {
    return reinterpret_cast<const uint8_t *>(arguments[argument].address);
  }
};

/// Outputs are what the launch does not fill with data.
bool isOutput(const launch::Argument &argument);

/// Runs the interpreter on the case.
llvm::Expected<Reference> interpret(const Case &toRun, const InterpretRequest &request);

} // namespace kiln::tools

#endif
