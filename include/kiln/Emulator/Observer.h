// Observers watch execution from outside the semantics: hazards, races, bounds, counters, traces.
#ifndef KILN_EMULATOR_OBSERVER_H
#define KILN_EMULATOR_OBSERVER_H

#include "kiln/Emulator/Wave.h"
#include "llvm/ADT/ArrayRef.h"
#include <memory>
#include <string>
#include <vector>

namespace kiln::emulator {

struct Finding {
  std::string kind; ///< "missing-wait", "out-of-bounds", ...
  std::string message;
  uint64_t pc = 0;
  std::string disassembly;
  unsigned wave = 0;
  int lane = -1; ///< -1: the whole wave
  uint64_t address = 0;
  uint32_t workgroup[3] = {0, 0, 0};
  std::string source; ///< file:line where the code object says so
  uint64_t count = 1; ///< how often it was seen
};

/// Watches one workgroup; called on one host thread.
class GroupObserver {
public:
  virtual ~GroupObserver() = default;
  virtual void waveBegin(const Wave &wave) {}
  /// Before the handler: registers hold the values that the instruction will read.
  virtual void beforeInstruction(const Wave &wave, const Instruction &inst) {}
  virtual void afterInstruction(const Wave &wave, const Instruction &inst) {}
  /// The access is counted from here to its landing.
  virtual void memoryIssued(const Wave &wave, const PendingAccess &access) {}
  /// Its registers and memory have just been read or written; `events` is what each lane touched, in order.
  virtual void memoryLanded(const Wave &wave, const PendingAccess &access,
                            llvm::ArrayRef<MemoryEvent> events) {}
  /// An access that hits no allocation, LDS or scratch; after this the wave fails (global) or reads zero
  /// (LDS).
  virtual void outOfBounds(const Wave &wave, const Instruction &inst, const MemoryEvent &event) {}
  /// Every wave of the group has arrived or ended, and all go on.
  virtual void barrierReleased(const Workgroup &group) {}
  virtual void waveEnd(const Wave &wave) {}
  /// The wave has used up LaunchOptions::instructionBudget; after this the launch fails.
  virtual void budgetExhausted(const Wave &wave) {}
};

/// Watches a launch. beginGroup and endGroup are called from several host threads.
class Observer {
public:
  virtual ~Observer() = default;
  virtual void launchBegin(AddressSpace &memory, Program &program) {}
  virtual std::unique_ptr<GroupObserver> beginGroup(const Workgroup &group) = 0;
  /// Hands the group's observer back when the group is done.
  virtual void endGroup(const Workgroup &group, std::unique_ptr<GroupObserver> observer) {}
  /// Adds what was found to `findings`, each once.
  virtual void launchEnd(std::vector<Finding> &findings) {}
};

} // namespace kiln::emulator

#endif
