// What kiln-run does, as functions: `kiln run` uses the same ones behind the compiler.
#ifndef KILN_RUN_RUN_H
#define KILN_RUN_RUN_H

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace kiln::run {

/// What to tell the shell: 0 done and clean, 1 an error or a finding, 2 usage; text for stdout and stderr.
struct Outcome {
  int status = 0;
  std::string output, error;
};

/// A kernel with its arguments.
struct Work {
  std::string file;       // .kiln, or bare code (.co, .hsaco, .ptx, .cubin)
  std::string image;      // a bundle's bytes, where there is no file of it; `file` names it in messages
  std::string device;     // "cuda:0"
  std::string launchFile; // or the following
  std::string kernel, grid, block;
  std::vector<std::string> args;
  std::optional<unsigned> dynamicShared;
};

/// Whether launches are observed where that is possible (on the emulator); a finding is no success.
struct Watched {
  bool observers = true;
};

struct RunOptions : Work, Watched {
  std::vector<std::string>
      checks;            // [ARGUMENT=]EXPECTED.npy; without ARGUMENT: the saved one, else the last buffer
  std::string tolerance; // RELATIVE[,ABSOLUTE]; empty: one unit in the last place of the buffer's type
  bool json = false;
};

struct BenchOptions : Work {
  unsigned warmup = 3, repeat = 20;
  bool graph = false, json = false;
};

struct VerifyOptions : Watched {
  std::string file;
  std::vector<std::string> devices, cases; // no cases: all
  bool json = false;
};

Outcome list(bool json);
Outcome info(const std::string &file, bool json);
Outcome run(const RunOptions &options);
Outcome bench(const BenchOptions &options);
/// `show` gets each row of the table as it comes.
Outcome verify(const VerifyOptions &options, const std::function<void(const std::string &)> &show);

} // namespace kiln::run

#endif
