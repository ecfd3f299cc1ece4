// What `kiln run --device emulator` watches: observers, counters, a trace, breakpoints.
#ifndef KILN_TOOLS_OBSERVE_H
#define KILN_TOOLS_OBSERVE_H

#include "kiln/Emulator/Counters.h"

namespace kiln::tools {

struct ObserveOptions {
  std::vector<std::string> only, without; ///< names of observers
  bool none = false, counters = false;
  std::string trace, stop, print;
};

/// The observers of one run. Lines of traces and breakpoints go to stderr, so that --json stays one object.
class Watchers {
public:
  static llvm::Expected<Watchers> create(const ObserveOptions &options);
  std::vector<emulator::Observer *> pointers() const;
  /// Null without --counters.
  const emulator::Counters *counters() const { return counter ? &counter->counters() : nullptr; }

private:
  std::vector<std::unique_ptr<emulator::Observer>> all;
  emulator::CounterObserver *counter = nullptr;
};

} // namespace kiln::tools

#endif
