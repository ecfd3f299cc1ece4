#ifndef KILN_TOOLS_ATOMICFILE_H
#define KILN_TOOLS_ATOMICFILE_H

#include <string>

namespace kiln::tools {

/// A file that appears at once and whole, or not at all: what is written stands beside it until then. What
/// exists and is no file (/dev/null, a pipe) is only written to.
class AtomicFile {
public:
  AtomicFile(std::string path, const std::string &bytes);
  AtomicFile(AtomicFile &&other);
  ~AtomicFile();

  /// Empty if all went well.
  std::string appear();

private:
  std::string path, beside;
  int error = 0;
};

/// To the standard output if `path` is "-", else to a file. Empty if all went well.
std::string writeOutput(const std::string &path, const std::string &bytes);

} // namespace kiln::tools

#endif
