// What a launch executed: instructions, floating-point operations, traffic, conflicts, divergence.
#ifndef KILN_EMULATOR_COUNTERS_H
#define KILN_EMULATOR_COUNTERS_H

#include "kiln/Emulator/Emulator.h"
#include <array>
#include <mutex>

namespace kiln::emulator {

struct Traffic {
  uint64_t read = 0, written = 0, atomic = 0; ///< bytes
};

/// What one instruction did over the launch.
struct InstructionCounters {
  uint64_t pc = 0; ///< the object's
  std::string text;
  uint64_t executed = 0, activeLanes = 0;
  uint64_t ldsCycles = 0, ldsConflicts = 0; ///< cycles in the LDS banks; those beyond one per phase
  uint64_t bytes = 0;                       ///< of memory, all lanes
  uint64_t lines64 = 0, lines128 = 0;       ///< cache lines touched, summed over executions (global memory)

  void add(const InstructionCounters &other);
};

struct Counters {
  std::array<uint64_t, UnitCount> byUnit{};
  uint64_t barriers = 0;
  std::map<std::string, uint64_t> matrixFlops; ///< by input type; sparse ones as if dense
  Traffic global, lds, scratch;
  uint64_t scalarBytes = 0, ldsDmaBytes = 0; ///< parts of global.read
  uint64_t vectorInstructions = 0, activeLanes = 0;
  uint64_t ldsCycles = 0, ldsConflicts = 0;
  std::vector<InstructionCounters> instructions; ///< those with memory traffic, by pc

  uint64_t total() const;
  /// Mean share of lanes that EXEC lets take part in vector instructions.
  double laneUse() const;
  std::string toJson() const;
  std::string toTable() const;
};

const char *unitName(Unit unit);

/// Cycles that one LDS access of `size` bytes a lane takes, and how many phases it has at least. `offsets`
/// are the byte addresses of the lanes in `lanes`.
struct LdsCost {
  unsigned cycles = 0, phases = 0;
};
LdsCost ldsCost(Chip chip, bool isWrite, unsigned size, uint64_t lanes, const uint64_t (&offsets)[Lanes]);

/// Counts while a launch runs; read `counters` when it has ended. Launches add up.
class CounterObserver final : public Observer {
public:
  CounterObserver();
  ~CounterObserver() override;
  void launchBegin(AddressSpace &memory, Program &program) override;
  std::unique_ptr<GroupObserver> beginGroup(const Workgroup &group) override;
  void endGroup(const Workgroup &group, std::unique_ptr<GroupObserver> observer) override;
  void launchEnd(std::vector<Finding> &findings) override;
  const Counters &counters() const { return total; }

private:
  struct Group;
  std::mutex lock;
  std::vector<std::unique_ptr<GroupObserver>> pool;
  uint64_t loadAddress = 0;
  Counters total;
};

} // namespace kiln::emulator

#endif
