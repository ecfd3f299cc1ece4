// The whole way from a kernel's text to machine code.
#ifndef KILN_COMPILER_COMPILER_H
#define KILN_COMPILER_COMPILER_H

#include "kiln/Codegen/Codegen.h"
#include "kiln/Compiler/Argument.h"
#include "kiln/Compiler/Chip.h"
#include "kiln/Compiler/TargetLibrary.h"
#include "kiln/Compiler/Trail.h"

#include <string>
#include <utility>
#include <vector>

namespace kiln::compiler {

/// The forms that a kernel takes on its way, in order.
enum class Stage { Kernel, Scheduled, Staged, Lanes, LLVM, Assembly, Object };

/// The name that `--emit` uses; empty optional for an unknown name.
llvm::StringRef stageName(Stage stage);
std::optional<Stage> parseStage(llvm::StringRef name);

struct Options {
  std::string file, target;
  std::string kernel;                                       // empty: the file's only kernel
  std::vector<std::pair<std::string, std::string>> params;  // name, value
  std::string schedule;                                     // a schedule file; empty: the target's own
  std::vector<std::string> targetFolders;
  Stage emit = Stage::Assembly;
  bool lineTables = false;
  bool trail = false; // keep it, and let line tables name origins; the instructions are the same with and without
};

struct Result {
  std::string output;                      // of the stage asked for
  std::vector<codegen::StageTime> times;   // in order
  int64_t threads = 0, sharedBytes = 0;    // of a workgroup; from Stage::Lanes on
  int64_t dynamicSharedBytes = 0;          // of them, what a launch must ask for
  std::string grid;                        // number of workgroups, an expression over the arguments' sizes
  std::string kernelName;
  std::vector<Argument> arguments;
  std::vector<TensorMap> tensorMaps;       // what the machine code receives behind the arguments
  std::string flops;                       // of one launch, an expression over the arguments; may be empty
  std::vector<Chip> chips;                 // products that the code is for
  std::vector<SizedSchedule> sizedSchedules; // of the target, for this kernel, if no schedule was asked for
  Trail trail; // if asked for
};

/// A context with every dialect that a compilation needs; errors go to its diagnostic handlers.
std::unique_ptr<mlir::MLIRContext> makeContext();

/// Compiles one kernel for one target. Errors are diagnostics of the context.
mlir::FailureOr<Result> compile(mlir::MLIRContext &context, const Options &options);

} // namespace kiln::compiler

#endif
