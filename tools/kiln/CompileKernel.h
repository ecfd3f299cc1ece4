// The compiler as the command line sees it: plain types, no MLIR.
#ifndef KILN_TOOLS_COMPILEKERNEL_H
#define KILN_TOOLS_COMPILEKERNEL_H

#include "kiln/Compiler/Argument.h"
#include "kiln/Compiler/Chip.h"
#include "kiln/Compiler/Trail.h"

#include <string>
#include <utility>
#include <vector>

namespace kiln::tools {

struct CompileRequest {
  std::string file, kernel, target, schedule, emit = "asm";
  std::vector<std::pair<std::string, std::string>> params;
  std::vector<std::string> targetFolders;
  bool lineTables = false, trail = false;
};

struct CompileResult {
  bool ok = false;
  std::string output, kernelName, grid, flops;
  std::vector<std::pair<std::string, std::string>> params; // that were given
  long threads = 0, sharedBytes = 0, dynamicSharedBytes = 0;
  std::vector<compiler::Argument> arguments;
  std::vector<compiler::TensorMap> tensorMaps;
  std::vector<compiler::SizedSchedule> sizedSchedules;
  std::vector<compiler::Chip> chips;
  std::vector<std::pair<std::string, double>> times; // stage, milliseconds
  compiler::Trail trail;
};

/// Compiles one kernel for one target. When `ok` is false, errors have been printed, or are in `errors` if
/// that is given.
CompileResult compileKernel(const CompileRequest &request, std::string *errors = nullptr);

/// Where target folders are looked for: those given, then the installed ones.
std::vector<std::string> targetSearchPath(const std::vector<std::string> &fromUser);

/// Names of all targets that are found there, sorted.
std::vector<std::string> targetNames(const std::vector<std::string> &fromUser);

/// Names of all stages, in order.
std::vector<std::string> stageNames();

} // namespace kiln::tools

#endif
