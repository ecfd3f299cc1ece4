// Where machines come from: folders of target files.
#ifndef KILN_COMPILER_TARGETLIBRARY_H
#define KILN_COMPILER_TARGETLIBRARY_H

#include "dialects/Target/Machine.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <string>
#include <vector>

namespace kiln::compiler {

/// Folders that hold one folder per machine. Earlier ones win.
class TargetLibrary {
public:
  explicit TargetLibrary(std::vector<std::string> folders) : folders(std::move(folders)) {}

  /// The folders given by the user, then the installed ones beside the executable.
  static std::vector<std::string> searchPath(const std::vector<std::string> &fromUser, llvm::StringRef executable);

  /// Names of all machines, sorted.
  std::vector<std::string> names() const;
  /// The folder of a machine, or empty.
  std::string folderOf(llvm::StringRef name) const;

  /// The schedule files of a machine, `<folder>/<name>/schedules/*.mlir`, in name order.
  std::vector<std::string> schedulesOf(llvm::StringRef name) const;

  /// Reads `<folder>/<name>/*.mlir` and what it inherits, and appends the merged machine to `module`. Reports errors
  /// through the context's diagnostics.
  mlir::FailureOr<target::MachineOp> load(llvm::StringRef name, mlir::ModuleOp module) const;

private:
  mlir::FailureOr<target::MachineOp> loadMerged(llvm::StringRef name, mlir::ModuleOp module,
                                                std::vector<std::string> &inheriting) const;
  std::vector<std::string> folders;
};

} // namespace kiln::compiler

#endif
