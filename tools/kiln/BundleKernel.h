// `--emit bundle`: a kernel's code for several targets in one file (docs/bundle.md).
#ifndef KILN_TOOLS_BUNDLEKERNEL_H
#define KILN_TOOLS_BUNDLEKERNEL_H

#include "CompileKernel.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

namespace kiln::tools {

/// One kernel compiled for one target, up to `obj`.
struct TargetCode {
  std::string target;
  CompileResult code;
};

/// The bundle's bytes. All codes are of one kernel with the same parameters.
llvm::Expected<std::string> bundleOf(llvm::ArrayRef<TargetCode> codes);

} // namespace kiln::tools

#endif
