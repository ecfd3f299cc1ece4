#include "ProcessOptions.h"
#include "llvm/Support/CommandLine.h"
#include <condition_variable>
#include <mutex>

using namespace llvm;

namespace kiln::codegen {

namespace {
/// First come, first served: nobody overtakes, hence nobody starves.
struct Queue {
  std::mutex mutex;
  std::condition_variable changed;
  uint64_t nextTicket = 0, serving = 0;
  unsigned running = 0;
  LLVMOptions applied;
};
} // namespace

static Queue &queue() {
  static Queue instance;
  return instance;
}

/// Gives the options in `applied` their defaults and those in `wanted` their values.
static Error apply(LLVMOptions &applied, const LLVMOptions &wanted) {
  auto &registered = cl::getRegisteredOptions();
  for (const auto &entry : applied)
    registered.find(entry.getKey())->second->reset();
  applied.clear();
  for (const auto &entry : wanted) {
    auto it = registered.find(entry.getKey());
    if (it == registered.end())
      return createStringError("LLVM has no option '" + entry.getKey() + "'");
    it->second->reset();
    applied[entry.getKey()] = entry.second;
    if (it->second->addOccurrence(1, entry.getKey(), entry.second))
      return createStringError("LLVM's option '" + entry.getKey() + "' does not take the value '" +
                               entry.second + "'");
  }
  return Error::success();
}

Expected<OptionsLease> OptionsLease::forCodegen(const LLVMOptions &options) {
  Queue &q = queue();
  std::unique_lock lock(q.mutex);
  uint64_t ticket = q.nextTicket++;
  q.changed.wait(lock, [&] { return q.serving == ticket && (q.running == 0 || q.applied == options); });
  // Also where they should have their values already: somebody else in the process may have linked.
  Error error = q.running == 0 ? apply(q.applied, options) : Error::success();
  ++q.serving;
  q.changed.notify_all();
  if (error)
    return std::move(error);
  ++q.running;
  return OptionsLease(/*exclusive=*/false);
}

OptionsLease OptionsLease::forLinking() {
  Queue &q = queue();
  std::unique_lock lock(q.mutex);
  uint64_t ticket = q.nextTicket++;
  q.changed.wait(lock, [&] { return q.serving == ticket && q.running == 0; });
  ++q.running;
  return OptionsLease(/*exclusive=*/true);
}

OptionsLease::~OptionsLease() {
  if (!held)
    return;
  Queue &q = queue();
  std::lock_guard lock(q.mutex);
  --q.running;
  if (exclusive)
    ++q.serving;
  q.changed.notify_all();
}

} // namespace kiln::codegen
