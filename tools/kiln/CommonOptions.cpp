#include "CommonOptions.h"
#include "Commands.h"

using namespace kiln;
using namespace kiln::tools;

void CommonOptions::addTo(CLI::App &command) {
  command.add_option("--kernel", kernel, "Only this kernel");
  command.add_option("--param", params, "NAME=VALUE of a kernel's parameter")->allow_extra_args(false);
  command.add_option("--target-dir", targetFolders, "Folder with targets, searched first")
      ->allow_extra_args(false);
}

std::optional<CompileRequest> CommonOptions::request() const {
  CompileRequest request;
  request.kernel = kernel;
  request.targetFolders = targetFolders;
  if (!readParams(params, request.params))
    return std::nullopt;
  return request;
}
