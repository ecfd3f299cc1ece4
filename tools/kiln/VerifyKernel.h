// The interpreter's results against a device's, case by case (docs/verify.md).
#ifndef KILN_TOOLS_VERIFYKERNEL_H
#define KILN_TOOLS_VERIFYKERNEL_H

#include "Cases.h"

#include "runtime/run/VerifyReport.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace kiln::tools {

struct VerifyRequest {
  std::string file, kernel, casesFile, schedule;
  std::vector<std::string> targets, targetFolders;
  std::vector<std::string> devices; // each runs those of the targets that it can; if none, its own best
  std::string bundle;               // where to write code, cases and results; empty: nowhere
  Parameters parameters;            // of the entries to run; if none has them, the first takes them
  std::vector<std::vector<int64_t>> shapes; // replace the file's
  size_t first = 0;                         // so many sizes of each group only; 0: all
  uint64_t seed = 1;
};

/// What was written to `bundle`.
struct Written {
  size_t kernels = 0, cases = 0;
};

/// Runs all cases on all devices, each result going to `report` as it comes. An error is one of the request.
llvm::Expected<Written> verify(const VerifyRequest &request,
                               llvm::function_ref<void(const run::VerifyRow &)> report);

} // namespace kiln::tools

#endif
