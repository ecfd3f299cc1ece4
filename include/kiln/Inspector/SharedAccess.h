// Bank conflicts of LDS accesses, computed from the code alone.
#ifndef KILN_INSPECTOR_SHAREDACCESS_H
#define KILN_INSPECTOR_SHAREDACCESS_H

#include "kiln/Inspector/FunctionView.h"
#include "kiln/Inspector/Occupancy.h"

namespace kiln::inspector {

/// An instruction that accesses LDS.
struct SharedAccess {
  /// Position in the function.
  unsigned instruction = 0;
  uint64_t address = 0;
  std::optional<unsigned> loop;
  bool write = false;
  unsigned bytes = 0;
  /// Of one execution, the most of the workgroup's waves; absent if unknown.
  std::optional<layout::AccessCost> cost;
  unsigned phases = 0;
  /// Why the cost is unknown: "the address depends on memory", ...
  std::string why;
};

/// The addresses of all lanes are computed from the work-item's number where they depend on nothing else but
/// values that are the same in all lanes; these shift all addresses alike, which moves no conflict. `threads`
/// is the workgroup's size.
std::vector<SharedAccess> findSharedAccesses(const FunctionView &function, const MachineFacts *machine,
                                             std::optional<unsigned> threads);

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_SHAREDACCESS_H
