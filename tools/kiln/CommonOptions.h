// Options that several commands have.
#ifndef KILN_TOOLS_COMMONOPTIONS_H
#define KILN_TOOLS_COMMONOPTIONS_H

#include "CompileKernel.h"

#include <CLI/CLI.hpp>
#include <optional>

namespace kiln::tools {

/// --kernel, --param and --target-dir: which kernel of an .mlir file is compiled, and with what.
struct CommonOptions {
  std::string kernel;
  std::vector<std::string> params, targetFolders;

  void addTo(CLI::App &command);
  /// Without file, target and schedule. Nothing on an error, which has been printed.
  std::optional<CompileRequest> request() const;
};

} // namespace kiln::tools

#endif // KILN_TOOLS_COMMONOPTIONS_H
