#include "Commands.h"

#include <cstdio>

using namespace kiln;
using namespace kiln::tools;

int tools::complain(const std::string &error, int status) {
  if (!error.empty())
    std::fprintf(stderr, "error: %s\n", error.c_str());
  return status;
}

bool tools::readParams(const std::vector<std::string> &texts,
                       std::vector<std::pair<std::string, std::string>> &params) {
  for (const std::string &text : texts) {
    size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      complain("--param expects NAME=VALUE, found '" + text + "'", Usage);
      return false;
    }
    params.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  return true;
}

bool tools::isSource(const std::string &file) {
  return file.size() > 5 && file.compare(file.size() - 5, 5, ".mlir") == 0;
}
