#include "Observe.h"

#include "kiln/Emulator/Observers.h"
#include "kiln/Emulator/Trace.h"
#include "llvm/ADT/STLExtras.h"

#include <chrono>
#include <mutex>
#include <unistd.h>

using namespace llvm;
using namespace kiln;
using namespace kiln::tools;

namespace {
/// Says on a terminal, once a launch takes longer than a moment, how many workgroups have ended.
class ProgressLine final : public emulator::Observer {
public:
  void launchBegin(emulator::AddressSpace &, emulator::Program &) override { shown = Clock::now(); }
  std::unique_ptr<emulator::GroupObserver> beginGroup(const emulator::Workgroup &) override {
    return std::make_unique<emulator::GroupObserver>();
  }
  void endGroup(const emulator::Workgroup &, std::unique_ptr<emulator::GroupObserver>) override {
    std::lock_guard<std::mutex> guard(lock);
    ++ended;
    if (Clock::now() - shown < std::chrono::milliseconds(500))
      return;
    shown = Clock::now();
    hasShown = true;
    std::fprintf(stderr, "\r%llu workgroups have ended", (unsigned long long)ended);
  }
  void launchEnd(std::vector<emulator::Finding> &) override {
    if (hasShown)
      std::fprintf(stderr, "\r\x1b[K");
  }

private:
  using Clock = std::chrono::steady_clock;
  std::mutex lock;
  Clock::time_point shown;
  uint64_t ended = 0;
  bool hasShown = false;
};
} // namespace

Expected<Watchers> Watchers::create(const ObserveOptions &options) {
  Watchers watchers;
  // A name that does not exist is an error, wherever it stands.
  for (const std::vector<std::string> &names : {options.only, options.without})
    if (auto known = emulator::createObservers(names); !known)
      return known.takeError();
  std::vector<std::string> names;
  for (const emulator::ObserverKind &kind : emulator::observerKinds())
    if ((options.only.empty() || is_contained(options.only, kind.name)) &&
        !is_contained(options.without, kind.name))
      names.push_back(kind.name);
  if (!options.none && !names.empty())
    watchers.all = cantFail(emulator::createObservers(names));
  if (options.counters) {
    auto counter = std::make_unique<emulator::CounterObserver>();
    watchers.counter = counter.get();
    watchers.all.push_back(std::move(counter));
  }
  auto print = [](StringRef line) { std::fprintf(stderr, "%s\n", line.str().c_str()); };
  if (!options.trace.empty()) {
    auto trace = emulator::parseTrace(options.trace);
    if (!trace)
      return trace.takeError();
    trace->sink = print;
    watchers.all.push_back(emulator::createTrace(std::move(*trace)));
  }
  if (!options.stop.empty()) {
    auto registers = emulator::parseRegisters(options.print);
    if (!registers)
      return registers.takeError();
    auto stop = emulator::createBreak({options.stop, std::move(*registers), print});
    if (!stop)
      return stop.takeError();
    watchers.all.push_back(std::move(*stop));
  }
  bool isQuiet = options.trace.empty() && options.stop.empty();
  if (!watchers.all.empty() && isQuiet && isatty(STDERR_FILENO))
    watchers.all.push_back(std::make_unique<ProgressLine>());
  return watchers;
}

std::vector<emulator::Observer *> Watchers::pointers() const {
  std::vector<emulator::Observer *> list;
  for (const auto &observer : all)
    list.push_back(observer.get());
  return list;
}
