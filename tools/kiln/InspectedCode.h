// The code of a file with the inspector's report of it.
#ifndef KILN_TOOLS_INSPECTEDCODE_H
#define KILN_TOOLS_INSPECTEDCODE_H

#include "InspectFile.h"
#include "kiln/Inspector/Inspector.h"

namespace kiln::tools {

struct InspectedCode {
  inspector::Report report;
  /// Of .mlir, which was compiled.
  std::optional<compiler::Trail> trail;
};

/// Reads, assembles or compiles the file and inspects what is in it: one code object, or all of a bundle.
/// What the compiler says is printed, or goes to `diagnostics` if that is given.
Answer inspectCodes(const InspectRequest &request, std::vector<InspectedCode> &codes,
                    std::string *diagnostics = nullptr);

/// The reports alone. Nothing on an error; `errors` has the text.
std::optional<std::vector<inspector::Report>> inspectReports(const CompileRequest &request,
                                                             std::string &errors);

} // namespace kiln::tools

#endif
