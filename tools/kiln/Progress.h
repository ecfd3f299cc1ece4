// How far a long piece of work has come, on a terminal; nothing elsewhere.
#ifndef KILN_TOOLS_PROGRESS_H
#define KILN_TOOLS_PROGRESS_H

#include <cstdio>
#include <mutex>
#include <string>
#include <unistd.h>

namespace kiln::tools {

class Progress {
public:
  Progress(unsigned total, std::string what) : total(total), what(std::move(what)) {}
  ~Progress() {
    if (shown)
      std::fprintf(stderr, "\r\033[K");
  }
  /// One more is done; from any thread.
  void advance() {
    std::lock_guard<std::mutex> lock(mutex);
    ++done;
    if (!isTerminal)
      return;
    shown = true;
    std::fprintf(stderr, "\r%u of %u %s", done, total, what.c_str());
    std::fflush(stderr);
  }

private:
  std::mutex mutex;
  unsigned done = 0, total;
  std::string what;
  bool isTerminal = isatty(STDERR_FILENO), shown = false;
};

} // namespace kiln::tools

#endif // KILN_TOOLS_PROGRESS_H
