// The matrix audit: how good the matrix instructions are, and where multiply-add loops have none.
#ifndef KILN_INSPECTOR_MATRIXAUDIT_H
#define KILN_INSPECTOR_MATRIXAUDIT_H

#include "kiln/Inspector/FunctionView.h"
#include "kiln/Inspector/Occupancy.h"

namespace kiln::inspector {

struct MatrixUse {
  std::string mnemonic;
  /// Of a and b: as the mnemonic names them, and as the target files do (there fp8's flavour is told).
  std::string types, elements;
  unsigned count = 0;
  uint64_t first = 0;
  /// FLOPs of a cycle, and the instruction with the most for these types. Absent if the target files do not
  /// have this instruction.
  std::optional<double> flopsPerCycle;
  double bestFlopsPerCycle = 0;
  std::string best;
  double fraction() const { return flopsPerCycle.value_or(0) / bestFlopsPerCycle; }
};

/// A loop that multiplies and accumulates in vector instructions and has no matrix instruction.
struct MultiplyAddLoop {
  unsigned loop = 0;
  /// Instructions that accumulate, the type they do it in, and the type that the factors are loaded as if
  /// conversions tell that ("f16", "bf16"; else the same).
  unsigned multiplyAdds = 0;
  std::string accumulates, factors;
  /// Accumulators of a lane, and how many of them a register that is multiplied serves on average.
  unsigned accumulators = 0;
  double reuse = 0;
  /// Why no matrix instruction fits as it stands.
  std::string why;
  /// The smallest shape of the machine for these types, and what it takes; empty if there is none.
  std::string nearest;
};

struct MatrixAudit {
  std::vector<MatrixUse> uses;
  std::vector<MultiplyAddLoop> missed;
};

MatrixAudit auditMatrix(const FunctionView &function, const MachineFacts *machine);

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_MATRIXAUDIT_H
