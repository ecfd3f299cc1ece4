#include "AuditsText.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

using namespace llvm;

namespace kiln::inspector {

std::string hex(uint64_t address) { return "0x" + utohexstr(address, /*LowerCase=*/true); }

std::string plural(uint64_t count, StringRef what) {
  return std::to_string(count) + " " + what.str() + (count == 1 ? "" : what.ends_with("s") ? "es" : "s");
}

std::string decimal(double value) {
  std::string text;
  raw_string_ostream(text) << format("%.2f", value);
  StringRef trimmed = StringRef(text).rtrim('0');
  return trimmed.rtrim('.').str();
}

void printTrips(const TripHint &trips, raw_ostream &os) {
  os << "    runs ";
  if (trips.trips)
    os << plural(*trips.trips, "time");
  else
    os << "an unknown number of times: " << trips.why;
  if (trips.step) {
    os << " (" << trips.counter << " from " << (trips.start ? std::to_string(*trips.start) : "?") << " by "
       << *trips.step << " while " << trips.condition << " ";
    os << (trips.bound ? std::to_string(*trips.bound) : trips.boundRegister) << ")";
  }
  os << "\n";
}

static void printRoofline(const Roofline &roofline, raw_ostream &os) {
  os << "    on " << roofline.chip << ": at most " << decimal(roofline.computeTflops) << " TFLOP/s";
  if (roofline.peakTflops)
    os << " of " << decimal(*roofline.peakTflops) << " (" << roofline.type << ")";
  if (roofline.intensity)
    os << "; " << decimal(*roofline.intensity) << " FLOPs a byte, and memory alone feeds "
       << decimal(*roofline.memoryTflops) << " TFLOP/s";
  if (roofline.bound == "memory")
    os << ": caches must serve " << decimal(100 * roofline.cacheShare) << " % of the bytes";
  os << "\n";
}

void printBound(const LoopRecord &loop, raw_ostream &os) {
  if (const std::optional<WorkgroupBound> &bound = loop.bound) {
    os << "    bound of a workgroup's iteration: ";
    if (bound->unit.empty())
      os << "unknown";
    else
      os << bound->unit << ", " << bound->cycles << " cycles";
    ListSeparator comma(", ");
    os << " (";
    for (auto [name, cycles] : {std::pair("matrix", bound->matrix),
                                {"VALU", bound->valu},
                                {"LDS", bound->lds},
                                {"issue", bound->issue}})
      if (cycles)
        os << comma << name << " " << *cycles;
    if (!bound->unknown.empty())
      os << "; unknown: " << join(bound->unknown, ", ");
    os << ")\n";
  }
  if (loop.roofline)
    printRoofline(*loop.roofline, os);
}

static std::string range(const InFlight &inFlight) {
  return inFlight.atLeast == inFlight.atMost
             ? std::to_string(inFlight.atMost)
             : std::to_string(inFlight.atLeast) + " to " + std::to_string(inFlight.atMost);
}

void printWaits(const std::vector<WaitRecord> &waits, raw_ostream &os) {
  for (const WaitRecord &wait : waits) {
    os << "    wait at " << hex(wait.address) << (wait.beforeBarrier ? ", before a barrier" : "");
    if (wait.origin != Origin::Unknown)
      os << ", by the " << originName(wait.origin);
    os << ":";
    ListSeparator semicolon(";");
    for (const CounterWait &counter : wait.counters) {
      os << semicolon << " " << counter.counter << " leaves " << counter.leaves << " in flight";
      if (counter.inFlight && counter.inFlight->atMost <= counter.leaves)
        os << ", never waits (" << range(*counter.inFlight) << " in flight)";
      else if (counter.inFlight)
        os << " of " << range(*counter.inFlight);
      if (!counter.waitsFor.empty())
        os << ", for " << hex(counter.waitsFor.front())
           << (counter.waitsFor.size() > 1 ? " to " + hex(counter.waitsFor.back()) : "");
    }
    os << "\n";
  }
}

static void printPressure(const KernelReport &kernel, raw_ostream &os) {
  if (!kernel.pressure)
    return;
  const Pressure &pressure = *kernel.pressure;
  const RegisterCounts &at = pressure.at[pressure.vectorPeak];
  os << "\nRegisters in use\n  vector: at most " << at.vector + at.accumulation << " at "
     << hex(kernel.code.instructions[pressure.vectorPeak].address);
  if (at.accumulation)
    os << " (" << at.vector << " VGPRs, " << at.accumulation << " AGPRs)";
  os << "; scalar: at most " << pressure.peak.scalar << " at "
     << hex(kernel.code.instructions[pressure.scalarPeak].address) << "\n";
}

static void printWaitSummary(const WaitAudit &audit, raw_ostream &os) {
  if (audit.waits.empty() && audit.barriers.empty() && audit.nops.empty())
    return;
  os << "\nWaits        " << plural(audit.waits.size(), "wait") << ", "
     << plural(audit.barriers.size(), "barrier") << ", " << plural(audit.nops.size(), "s_nop") << "\n";
  unsigned bySchedule =
      count_if(audit.waits, [](const auto &wait) { return wait.origin == Origin::Schedule; });
  unsigned byBackend = count_if(audit.waits, [](const auto &wait) { return wait.origin == Origin::Backend; });
  if (bySchedule || byBackend)
    os << "  waits by the schedule: " << bySchedule << ", by the backend: " << byBackend << "\n";
  for (const NopRecord &nop : ArrayRef(audit.nops).take_front(8)) {
    os << "  s_nop at " << hex(nop.address) << ": " << plural(nop.states, "wait state");
    if (nop.producer)
      os << " between " << hex(*nop.producer) << ", which writes " << registerText(nop.registers) << ", and "
         << hex(*nop.consumer);
    os << "\n";
  }
}

static void printMatrix(const MatrixAudit &audit, raw_ostream &os) {
  if (audit.uses.empty() && audit.missed.empty())
    return;
  os << "\nMatrix instructions\n";
  for (const MatrixUse &use : audit.uses) {
    os << "  " << right_justify(std::to_string(use.count), 5) << "  " << use.mnemonic;
    if (!use.flopsPerCycle)
      os << ": no figure in the target files";
    else {
      os << ", " << use.elements << ": " << decimal(*use.flopsPerCycle) << " FLOPs a cycle, ";
      if (*use.flopsPerCycle >= use.bestFlopsPerCycle)
        os << "the best for these types";
      else
        os << decimal(100 * use.fraction()) << " % of " << use.best;
    }
    os << "\n";
  }
  for (const MultiplyAddLoop &loop : audit.missed) {
    os << "  loop " << loop.loop << " has " << plural(loop.multiplyAdds, "multiply-add") << " in "
       << loop.accumulates << " and no matrix instruction: " << loop.why << "\n";
    if (!loop.nearest.empty())
      os << "    nearest: " << loop.nearest << "\n";
  }
}

namespace {
/// Accesses of one mnemonic in one loop.
struct SharedGroup {
  unsigned count = 0, known = 0, cycles = 0, conflicts = 0;
  std::map<std::string, unsigned> unknown;
};
} // namespace

static void printShared(const KernelReport &kernel, raw_ostream &os) {
  if (kernel.shared.empty())
    return;
  std::map<std::pair<int, std::string>, SharedGroup> groups;
  for (const SharedAccess &access : kernel.shared) {
    SharedGroup &group =
        groups[{access.loop ? int(*access.loop) : -1, kernel.infos[access.instruction].mnemonic}];
    ++group.count;
    if (!access.cost) {
      ++group.unknown[access.why];
      continue;
    }
    ++group.known;
    group.cycles += access.cost->cycles;
    group.conflicts += access.cost->conflicts();
  }
  os << "\nLDS accesses, if all lanes are active\n";
  for (const auto &[key, group] : groups) {
    os << "  " << left_justify(key.first < 0 ? "outside of loops" : "loop " + std::to_string(key.first), 18)
       << right_justify(std::to_string(group.count), 5) << "  " << key.second;
    if (group.known)
      os << ": " << plural(group.cycles, "cycle") << ", "
         << (group.conflicts ? std::to_string(group.conflicts) : "none") << " of them by bank conflicts";
    for (const auto &[why, count] : group.unknown)
      os << "; " << count << " unknown: " << why;
    os << "\n";
  }
}

/// Those with the most conflicts first, then those that touch the most lines.
static void printMeasurement(const Measurement &measured, raw_ostream &os) {
  constexpr size_t most = 32;
  std::vector<MeasuredAccess> accesses = measured.accesses;
  llvm::stable_sort(accesses, [](const MeasuredAccess &a, const MeasuredAccess &b) {
    return std::pair(a.ldsConflicts, a.lines) > std::pair(b.ldsConflicts, b.lines);
  });
  os << "\nMeasured by the emulator: " << plural(measured.instructions, "wave instruction") << ", "
     << decimal(100 * measured.laneUse) << " % of the lanes active in vector instructions\n"
     << "  address    executed  LDS cycles  conflicts  lines of 128 bytes  use of lines\n";
  for (const MeasuredAccess &access : ArrayRef(accesses).take_front(most)) {
    os << "  " << left_justify(hex(access.address), 9) << right_justify(std::to_string(access.executed), 10);
    auto column = [&](uint64_t value, bool known, unsigned width) {
      os << right_justify(known ? std::to_string(value) : "-", width);
    };
    column(access.ldsCycles, access.ldsCycles, 12);
    column(access.ldsConflicts, access.ldsCycles, 11);
    column(access.lines, access.lines, 20);
    os << right_justify(access.lines ? decimal(100 * access.lineUse()) + " %" : "-", 14) << "  "
       << StringRef(access.text).split(' ').first << "\n";
  }
  if (accesses.size() > most)
    os << "  and " << accesses.size() - most << " more (all with --format json)\n";
}

static void printLint(const std::vector<LintFinding> &findings, raw_ostream &os) {
  if (findings.empty())
    return;
  os << "\nLint\n";
  for (const LintFinding &finding : findings) {
    os << "  " << checkName(finding.check);
    if (!finding.addresses.empty())
      os << " at " << hex(finding.addresses.front());
    os << ": " << finding.message << "\n";
  }
}

void printAudits(const KernelReport &kernel, raw_ostream &os) {
  printPressure(kernel, os);
  printWaitSummary(kernel.waits, os);
  printMatrix(kernel.matrix, os);
  printShared(kernel, os);
  if (kernel.measured)
    printMeasurement(*kernel.measured, os);
  printLint(kernel.lint, os);
}

} // namespace kiln::inspector
