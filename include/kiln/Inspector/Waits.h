// The wait audit: what each wait, barrier and s_nop is there for.
#ifndef KILN_INSPECTOR_WAITS_H
#define KILN_INSPECTOR_WAITS_H

#include "kiln/Inspector/FunctionView.h"
#include <map>

namespace kiln::inspector {

/// Who put an instruction there: the schedule's derived waits, or LLVM's code generator.
enum class Origin : uint8_t { Unknown, Schedule, Backend };
llvm::StringRef originName(Origin origin);

/// Operations in flight over all ways that lead to an instruction.
struct InFlight {
  unsigned atLeast = 0, atMost = 0;
};

/// One counter of a wait.
struct CounterWait {
  std::string counter;
  /// Operations that may still be in flight after it.
  unsigned leaves = 0;
  /// When control comes to it; in an innermost loop after some rounds. Unknown for chips other than gfx9...,
  /// and where not all ways are known.
  std::optional<InFlight> inFlight;
  /// Addresses of the operations that it may have to wait for, the oldest first. Not known (and empty) if
  /// some of those in flight may finish in any order and not all are waited for.
  std::vector<uint64_t> waitsFor;
  bool waitsForKnown = false;
};

struct WaitRecord {
  uint64_t address = 0;
  std::vector<CounterWait> counters;
  /// A barrier follows at once.
  bool beforeBarrier = false;
  /// On no way to it is anything in flight that it would wait for.
  bool redundant = false;
  Origin origin = Origin::Unknown;
};

struct BarrierRecord {
  uint64_t address = 0;
  /// By counter: what the wave may have in flight when it arrives.
  std::map<std::string, InFlight> inFlight;
  Origin origin = Origin::Unknown;
};

/// An s_nop, and the dependence that it separates: the nearest earlier instruction whose result the nearest
/// later one uses or overwrites. Absent if there is none within the wait states that a hazard takes.
struct NopRecord {
  uint64_t address = 0;
  unsigned states = 0;
  std::optional<uint64_t> producer, consumer;
  codegen::RegisterRange registers;
  Origin origin = Origin::Unknown;
};

struct WaitAudit {
  std::vector<WaitRecord> waits;
  std::vector<BarrierRecord> barriers;
  std::vector<NopRecord> nops;
};

/// In order of addresses. `isOurs`: Kiln has just compiled it, with its trail; else the trail tells that
/// where the schedule has waits.
WaitAudit auditWaits(const FunctionView &function, bool isOurs = false);

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_WAITS_H
