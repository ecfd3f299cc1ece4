// --load-target: puts a machine of the target library into the module, which later passes need.
#include "LoadTarget.h"

#include "kiln/Codegen/Codegen.h"
#include "kiln/Compiler/Dialects.h"
#include "kiln/Compiler/TargetLibrary.h"

#include "mlir/Pass/Pass.h"
#include "llvm/Support/FileSystem.h"

using namespace mlir;

namespace {
struct LoadTarget : PassWrapper<LoadTarget, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(LoadTarget)

  explicit LoadTarget(std::string executable) : executable(std::move(executable)) {}
  LoadTarget(const LoadTarget &other) : PassWrapper(other), executable(other.executable) {}

  StringRef getArgument() const final { return "load-target"; }
  StringRef getDescription() const final { return "adds a machine of the target library to the module"; }
  // Target files are parsed while the pass runs, so whatever they may use is loaded before.
  void getDependentDialects(DialectRegistry &registry) const final {
    kiln::compiler::registerDialects(registry);
    kiln::codegen::registerTranslations(registry);
  }

  void runOnOperation() final {
    std::vector<std::string> folders(targetFolders.begin(), targetFolders.end());
    kiln::compiler::TargetLibrary library(kiln::compiler::TargetLibrary::searchPath(folders, executable));
    if (failed(library.load(name, getOperation())))
      signalPassFailure();
  }

  Option<std::string> name{*this, "name", llvm::cl::desc("folder in the target library")};
  ListOption<std::string> targetFolders{*this, "target-dir", llvm::cl::desc("folders with targets, searched first")};
  std::string executable;
};
} // namespace

void kiln::tools::registerLoadTarget(const char *argv0, void *address) {
  std::string executable = llvm::sys::fs::getMainExecutable(argv0, address);
  PassRegistration<LoadTarget>([executable] { return std::make_unique<LoadTarget>(executable); });
}
