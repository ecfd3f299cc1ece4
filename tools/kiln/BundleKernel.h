// `--emit bundle`: a kernel's code for several targets in one file (docs/bundle.md).
#ifndef KILN_TOOLS_BUNDLEKERNEL_H
#define KILN_TOOLS_BUNDLEKERNEL_H

#include "CompileKernel.h"

#include "kiln/Bundle/Bundle.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

namespace kiln::tools {

/// One kernel compiled for one target, up to `obj`.
struct TargetCode {
  std::string target;
  CompileResult code;
  std::string sizes = {}; // an expression without which the code must not be launched; empty: any sizes
};

/// A bundle's bytes. All codes are of one kernel with the same parameters; of those for one target the first
/// whose sizes hold is launched.
llvm::Expected<std::string> bundleOf(llvm::ArrayRef<TargetCode> codes);

/// The parts of it, for bundles with more in them.
bundle::Bundle emptyBundle();
bundle::Kernel bundleKernelOf(llvm::ArrayRef<TargetCode> codes, std::string name);
void addChips(const TargetCode &compiled, bundle::Bundle &bundle);

} // namespace kiln::tools

#endif
