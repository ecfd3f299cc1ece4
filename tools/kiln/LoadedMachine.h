// A machine of the target library, with the context that it lives in.
#ifndef KILN_TOOLS_LOADEDMACHINE_H
#define KILN_TOOLS_LOADEDMACHINE_H

#include "CompileKernel.h"
#include "kiln/Compiler/Compiler.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/SourceMgr.h"

namespace kiln::tools {

/// `machine` is null if there is none of that name; errors are printed.
struct LoadedMachine {
  LoadedMachine(llvm::StringRef name, const std::vector<std::string> &folders)
      : context(compiler::makeContext()), handler(sources, context.get(), llvm::errs()),
        module(mlir::ModuleOp::create(mlir::UnknownLoc::get(context.get()))) {
    compiler::TargetLibrary library(targetSearchPath(folders));
    mlir::FailureOr<target::MachineOp> loaded = library.load(name, *module);
    if (succeeded(loaded))
      machine = *loaded;
  }
  std::unique_ptr<mlir::MLIRContext> context;
  llvm::SourceMgr sources;
  mlir::SourceMgrDiagnosticHandler handler;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  target::MachineOp machine;
};

} // namespace kiln::tools

#endif
