#include "Measure.h"

#include "Emulate.h"
#include "KernelLaunch.h"

#include "kiln/Emulator/Counters.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace kiln;
using namespace kiln::tools;

static inspector::Measurement measurementOf(const emulator::Counters &counters) {
  inspector::Measurement result;
  result.instructions = counters.total();
  for (unsigned unit = 0; unit < emulator::UnitCount; ++unit)
    if (counters.byUnit[unit])
      result.byUnit[emulator::unitName(static_cast<emulator::Unit>(unit))] = counters.byUnit[unit];
  result.laneUse = counters.laneUse();
  for (const emulator::InstructionCounters &one : counters.instructions)
    result.accesses.push_back({one.pc, one.text, one.executed, one.activeLanes, one.bytes, one.ldsCycles,
                               one.ldsConflicts, one.lines128});
  return result;
}

static Expected<Measured>
measure(const std::string &launchFile, bool needsGeometry,
        function_ref<Expected<Emulation>(const launch::Launch &, const emulator::LaunchOptions &)> run) {
  std::string error;
  std::optional<launch::Launch> launch = launch::readLaunch(launchFile, error, needsGeometry);
  if (!launch)
    return createStringError(error);
  emulator::CounterObserver counter;
  emulator::LaunchOptions options;
  options.observers = {&counter};
  Expected<Emulation> ended = run(*launch, options);
  if (!ended)
    return ended.takeError();
  return Measured{ended->kernel, measurementOf(counter.counters())};
}

Expected<Measured> tools::measureCode(StringRef code, const std::string &launchFile) {
  return measure(launchFile, /*needsGeometry=*/true, [&](const auto &launch, const auto &options) {
    return runCodeObject(arrayRefFromStringRef(code), launch, options);
  });
}

Expected<Measured> tools::measureKernel(const CompileResult &kernel, const std::string &launchFile) {
  return measure(launchFile, /*needsGeometry=*/false, [&](const auto &launch, const auto &options) {
    return runOnEmulator(kernel, launch, options, std::nullopt);
  });
}
