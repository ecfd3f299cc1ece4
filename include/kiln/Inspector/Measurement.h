// What the emulator counted while a kernel ran (`kiln inspect --dynamic`): bank conflicts and coalescing of
// any code, whatever its addresses depend on.
#ifndef KILN_INSPECTOR_MEASUREMENT_H
#define KILN_INSPECTOR_MEASUREMENT_H

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace kiln::inspector {

/// An instruction that accesses memory, over the whole launch.
struct MeasuredAccess {
  uint64_t address = 0;
  std::string text;
  uint64_t executed = 0, activeLanes = 0, bytes = 0;
  /// Cycles in LDS banks, and those of them that conflicts cost; 0 for other memory.
  uint64_t ldsCycles = 0, ldsConflicts = 0;
  /// Lines of 128 bytes touched, summed over executions; 0 for LDS.
  uint64_t lines = 0;

  /// Bytes that were asked for of those in the lines that were touched. Several lanes may share one, so that
  /// it may exceed 1.
  double lineUse() const { return lines ? double(bytes) / (128.0 * lines) : 0; }
};

struct Measurement {
  /// Executed by all waves, and by unit of the machine.
  uint64_t instructions = 0;
  std::map<std::string, uint64_t> byUnit;
  /// Mean share of lanes that EXEC let take part in vector instructions.
  double laneUse = 0;
  std::vector<MeasuredAccess> accesses;
};

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_MEASUREMENT_H
