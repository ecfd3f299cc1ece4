#include "AtomicFile.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <unistd.h>
#include <utility>

using namespace kiln::tools;

AtomicFile::AtomicFile(std::string path, const std::string &bytes) : path(std::move(path)) {
  std::error_code ignored;
  if (std::filesystem::is_symlink(this->path, ignored) && std::filesystem::exists(this->path, ignored))
    this->path = std::filesystem::canonical(this->path, ignored).string();
  bool isDevice = std::filesystem::is_other(this->path, ignored);
  beside = isDevice ? this->path : this->path + ".tmp" + std::to_string(getpid());
  std::FILE *file = std::fopen(beside.c_str(), "wb");
  if (!file) {
    error = errno;
    return;
  }
  if (std::fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size())
    error = errno;
  if (std::fclose(file) && !error)
    error = errno;
}

AtomicFile::AtomicFile(AtomicFile &&other)
    : path(std::move(other.path)), beside(std::move(other.beside)), error(other.error) {
  other.beside.clear();
}

AtomicFile::~AtomicFile() {
  if (!beside.empty() && beside != path)
    std::remove(beside.c_str());
}

std::string AtomicFile::appear() {
  if (!error && (beside == path || std::rename(beside.c_str(), path.c_str()) == 0)) {
    beside.clear();
    return {};
  }
  return "cannot write '" + path + "': " + std::strerror(error ? error : errno);
}

std::string kiln::tools::writeOutput(const std::string &path, const std::string &bytes) {
  if (path != "-")
    return AtomicFile(path, bytes).appear();
  std::fwrite(bytes.data(), 1, bytes.size(), stdout);
  return {};
}
