// Faults and doubtful places in final machine code.
#ifndef KILN_INSPECTOR_LINT_H
#define KILN_INSPECTOR_LINT_H

#include "kiln/Inspector/Occupancy.h"
#include "kiln/Inspector/Waits.h"

namespace kiln::inspector {

enum class Check : uint8_t {
  UndefinedAddress, ///< an address or descriptor is read from registers that nothing has written
  DeadLoad,         ///< nothing reads what a load brings
  RedundantWait,    ///< a wait that never waits
  NarrowAccess,     ///< less than 128 bits a lane in the steady loop
  FloatMode,        ///< rounding or denormals are not what the kernel's contract says
  Float8Flavour     ///< 8-bit floats that the target reads differently
};
constexpr unsigned CheckCount = 6;
/// "undefined-address", ...
llvm::StringRef checkName(Check check);

struct LintFinding {
  Check check;
  /// Instructions concerned; empty if it concerns the kernel.
  std::vector<uint64_t> addresses;
  std::string message;
};

/// What is promised about a kernel besides its code.
struct Contract {
  /// Denormals are kept and results rounded to nearest, as Kiln's kernels say; unknown code promises nothing.
  bool ieee = false;
  /// Element types of its arguments, as the target files name them; empty: unknown.
  std::vector<std::string> formats;
};

/// `steady` are the blocks of the steady loop, if there is one.
std::vector<LintFinding> lint(const FunctionView &function, const WaitAudit &waits,
                              const std::vector<unsigned> &steady, const MachineFacts *machine,
                              const Contract &contract);

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_LINT_H
