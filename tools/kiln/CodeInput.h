// Code that is in a file, whatever the file is.
#ifndef KILN_TOOLS_CODEINPUT_H
#define KILN_TOOLS_CODEINPUT_H

#include "CompileKernel.h"
#include "kiln/Inspector/Lint.h"

namespace kiln::tools {

/// A code object or PTX.
struct CodeInput {
  /// In a bundle: "code/matmul.gfx950.co"; in one of clang's: "hipv4-amdgcn-amd-amdhsa--gfx950".
  std::string name;
  std::string code;
  inspector::Contract contract;
  /// Of a kernel that was compiled; its output is `code`.
  std::optional<CompileResult> compiled;
};

/// All codes of a bundle in memory; only those of `target` if that is given. Equal codes come once.
llvm::Expected<std::vector<CodeInput>> readBundle(llvm::StringRef bytes, llvm::StringRef target = {});

/// Clang's, plain or compressed (clang/docs/ClangOffloadBundler.rst).
bool isOffloadBundle(llvm::StringRef bytes);
/// All code objects in it; only those of `target` if that is given.
llvm::Expected<std::vector<CodeInput>> readOffloadBundle(llvm::StringRef bytes, llvm::StringRef target);

} // namespace kiln::tools

#endif
