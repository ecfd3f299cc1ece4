// The interpreter's results against a device's, case by case (docs/verify.md).
#ifndef KILN_TOOLS_VERIFYKERNEL_H
#define KILN_TOOLS_VERIFYKERNEL_H

#include "Cases.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace kiln::tools {

struct VerifyRequest {
  std::string file, kernel, casesFile, schedule;
  std::vector<std::string> targets, targetFolders;
  Parameters parameters;                    // of the entries to run; if none has them, the first takes them
  std::vector<std::vector<int64_t>> shapes; // replace the file's
  size_t first = 0;                         // so many sizes of each group only; 0: all
  uint64_t seed = 1;
};

struct CaseResult {
  enum Status { Right, Wrong, Refused } status = Right;
  std::string target, kernel, parameters, sizes;
  std::string detail;                             // of what is wrong or refused
  double error = 0, tolerance = 0, magnitude = 0; // where error / tolerance is largest
  uint64_t elements = 0, instructions = 0;
};

/// Runs all cases on all targets, each result going to `report` as it comes. An error is one of the request.
llvm::Error verify(const VerifyRequest &request, llvm::function_ref<void(const CaseResult &)> report);

} // namespace kiln::tools

#endif
