// kernels/<name>.cases.json: the launches that a kernel is verified on (docs/verify.md).
#ifndef KILN_TOOLS_CASES_H
#define KILN_TOOLS_CASES_H

#include "kiln/launch/Launch.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

#include <map>
#include <string>
#include <vector>

namespace kiln::tools {

/// Values of a kernel's parameters, as --param gives them.
using Parameters = std::map<std::string, std::string>;

/// Several values of a kernel's parameters, each on several sizes.
struct CaseGroup {
  std::string kernel;
  std::vector<std::string> names; // of sizes
  llvm::json::Array arguments;    // launch arguments whose shapes are expressions over sizes and parameters
  std::string terms;              // how many terms the longest sum of one result has: an expression
  std::string sum, rounded;       // types of that sum and of intermediate results: a type or a parameter
  struct Variant {
    Parameters parameters;
    bool optional = false; // a target may lack what it needs
  };
  std::vector<Variant> variants;
  /// What the arguments' shapes rest on: values of parameters that entries need not name, but may not have
  /// otherwise.
  Parameters assumes;
  std::vector<std::vector<int64_t>> sizes; // one number per name
};

/// One launch.
struct Case {
  std::string label; // "M=64 N=65 K=66"
  launch::Launch launch;
  llvm::json::Array arguments; // the launch's, as its JSON says them
  int64_t terms = 0;
  std::string sum, rounded; // type names; `rounded` may be empty
};

/// Reads a file of cases; errors name the file and the entry.
llvm::Expected<std::vector<CaseGroup>> readCases(const std::string &path);

/// Replaces names by numbers and types by names. `seed` decides the random buffers.
llvm::Expected<Case> resolve(const CaseGroup &group, const Parameters &parameters,
                             llvm::ArrayRef<int64_t> sizes, uint64_t seed);

} // namespace kiln::tools

#endif
