#include "kiln/Inspector/Pressure.h"
#include "Liveness.h"

using namespace llvm;
using kiln::codegen::RegisterFile;

namespace kiln::inspector {

static RegisterCounts countsOf(const RegisterSet &set) {
  return {set.count(RegisterFile::Vector), set.count(RegisterFile::Accumulation),
          set.count(RegisterFile::Scalar)};
}

std::optional<Pressure> findPressure(const FunctionView &function) {
  if (!function.isComplete() || function.code.empty())
    return std::nullopt;
  Pressure pressure;
  pressure.at.resize(function.code.size());
  visitLive(function, [&](unsigned i, const RegisterSet &before, const RegisterSet &after) {
    // Results that nobody needs take their registers too.
    RegisterSet behind = after;
    behind |= writtenBy(function.code[i]);
    RegisterCounts a = countsOf(before), b = countsOf(behind);
    pressure.at[i] = {std::max(a.vector, b.vector), std::max(a.accumulation, b.accumulation),
                      std::max(a.scalar, b.scalar)};
  });
  unsigned most = 0;
  for (unsigned i = 0; i < pressure.at.size(); ++i) {
    const RegisterCounts &counts = pressure.at[i];
    pressure.peak.vector = std::max(pressure.peak.vector, counts.vector);
    pressure.peak.accumulation = std::max(pressure.peak.accumulation, counts.accumulation);
    if (counts.vector + counts.accumulation > most)
      most = counts.vector + counts.accumulation, pressure.vectorPeak = i;
    if (counts.scalar > pressure.peak.scalar)
      pressure.peak.scalar = counts.scalar, pressure.scalarPeak = i;
  }
  return pressure;
}

} // namespace kiln::inspector
