#include "kiln/Emulator/Observers.h"

using namespace llvm;

namespace kiln::emulator {

// One function per file of this folder.
#define KILN_OBSERVERS(OBSERVER)                                                                             \
  OBSERVER("missing-wait", MissingWait,                                                                      \
           "a register or LDS used before the access that fills it has returned")                            \
  OBSERVER("wait-states", WaitStates, "an instruction too close behind one whose result it needs")           \
  OBSERVER("lds-race", LdsRace,                                                                              \
           "waves of a workgroup that touch the same LDS bytes with no barrier between")                     \
  OBSERVER("global-race", GlobalRace,                                                                        \
           "waves that touch the same global memory with nothing that orders them")                          \
  OBSERVER("uninitialised", Uninitialised,                                                                   \
           "a value that nothing has written in an address, a store or a branch")                            \
  OBSERVER("bounds", Bounds, "an access outside allocations, LDS or scratch, or misaligned")                 \
  OBSERVER("progress", Progress, "a barrier that some waves never reach, or a loop without an end")

#define DECLARE(name, function, summary) std::unique_ptr<Observer> create##function();
KILN_OBSERVERS(DECLARE)
#undef DECLARE

ArrayRef<ObserverKind> observerKinds() {
#define KIND(name, function, summary) {name, summary, create##function},
  static const ObserverKind kinds[] = {KILN_OBSERVERS(KIND)};
#undef KIND
  return kinds;
}

Expected<std::vector<std::unique_ptr<Observer>>> createObservers(ArrayRef<std::string> names) {
  std::vector<std::unique_ptr<Observer>> created;
  std::string list;
  for (const ObserverKind &kind : observerKinds())
    list += std::string(list.empty() ? "" : ", ") + kind.name;
  for (const std::string &name : names)
    if (none_of(observerKinds(), [&](const ObserverKind &kind) { return kind.name == name; }))
      return createStringError("no observer '%s': there are %s", name.c_str(), list.c_str());
  for (const ObserverKind &kind : observerKinds())
    if (names.empty() || is_contained(names, kind.name))
      created.push_back(kind.create());
  return created;
}

} // namespace kiln::emulator
