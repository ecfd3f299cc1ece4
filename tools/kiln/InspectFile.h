// The inspector as the command line sees it: plain types, no MLIR.
#ifndef KILN_TOOLS_INSPECTFILE_H
#define KILN_TOOLS_INSPECTFILE_H

#include "CompileKernel.h"

#include <optional>

namespace kiln::tools {

/// What a question came to: `text` is the answer, or `error` what is wrong ("" if it has been printed).
struct Answer {
  bool ok = false;
  std::string text, error;
};

struct InspectRequest {
  /// The file: a code object, PTX, assembly of AMD GPUs, a bundle; of .mlir the kernel that `compile` says is
  /// compiled first.
  CompileRequest compile;
  /// The product for the roofline.
  std::string chip;
  /// A launch to measure on the emulator; empty: none.
  std::string launch;
  bool json = false;
  std::string listing = "none";
};
Answer inspectFile(const InspectRequest &request);

/// `target` empty: the names of all.
Answer describeTargets(const std::string &target, const std::vector<std::string> &targetFolders, bool json);

struct LayoutRequest {
  /// With `json`, no atom stands for all and no operand for all of an atom's.
  std::string target, atom, operand, type;
  std::vector<std::string> targetFolders;
  bool svg = false, json = false;
  std::vector<int> at;    // coordinates of an element: who holds it?
  std::vector<int> holds; // lane, register and maybe wave: which element?
};
Answer drawLayout(const LayoutRequest &request);

} // namespace kiln::tools

#endif
