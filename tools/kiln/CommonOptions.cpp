#include "CommonOptions.h"
#include "Commands.h"

#include <cstdio>

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
  for (const std::string &param : params) {
    size_t equals = param.find('=');
    if (equals == std::string::npos || equals == 0) {
      complain("--param expects NAME=VALUE, found '" + param + "'", Usage);
      return std::nullopt;
    }
    request.params.push_back({param.substr(0, equals), param.substr(equals + 1)});
  }
  return request;
}

bool tools::isSource(const std::string &file) {
  return file.size() > 5 && file.compare(file.size() - 5, 5, ".mlir") == 0;
}

int tools::complain(const std::string &error, int status) {
  std::fprintf(stderr, "error: %s\n", error.c_str());
  return status;
}
