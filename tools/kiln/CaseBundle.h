// `kiln verify --bundle`: code, cases and the interpreter's results for a machine without the compiler.
#ifndef KILN_TOOLS_CASEBUNDLE_H
#define KILN_TOOLS_CASEBUNDLE_H

#include "BundleKernel.h"
#include "Reference.h"

namespace kiln::tools {

class CaseBundle {
public:
  /// A kernel with these parameters, compiled for some targets. Cases that follow are its.
  void addKernel(const Parameters &parameters, llvm::ArrayRef<TargetCode> codes);
  void addCase(const Case &test, const Reference &expected);
  llvm::Error write(const std::string &path) const;

  size_t kernels() const { return bundle.kernels.size(); }
  size_t cases() const { return bundle.cases.size(); }

private:
  bundle::Bundle bundle = emptyBundle();
  std::string current; // the kernel of the next cases
};

} // namespace kiln::tools

#endif
