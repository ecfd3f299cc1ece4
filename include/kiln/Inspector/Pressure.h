// How many registers hold a value that is still needed, at each instruction.
#ifndef KILN_INSPECTOR_PRESSURE_H
#define KILN_INSPECTOR_PRESSURE_H

#include "kiln/Inspector/FunctionView.h"

namespace kiln::inspector {

/// Registers of a lane (scalar: of a wave).
struct RegisterCounts {
  unsigned vector = 0, accumulation = 0, scalar = 0;
};

struct Pressure {
  /// While each instruction executes.
  std::vector<RegisterCounts> at;
  RegisterCounts peak;
  /// The first instruction with the peak of vector and accumulation registers together, and of scalar ones.
  unsigned vectorPeak = 0, scalarPeak = 0;
};

/// Live ranges over all ways through the function. A lane that EXEC switches off keeps its value, so that a
/// write under a narrowed EXEC ends no live range of the other lanes; where that cannot be told apart the
/// range is taken to be the longer one. Nothing if the ways are not all known.
std::optional<Pressure> findPressure(const FunctionView &function);

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_PRESSURE_H
