#ifndef KILN_LIB_INSPECTOR_LOOPS_H
#define KILN_LIB_INSPECTOR_LOOPS_H

#include "kiln/Inspector/Inspector.h"

namespace kiln::inspector {

/// What the parts of a report are computed from.
struct Context {
  KernelReport &report;
  FunctionView view;
  const MachineFacts *machine;
  const Request &request;

  unsigned lanes() const {
    if (report.info && report.info->wavefrontSize)
      return *report.info->wavefrontSize;
    return machine ? machine->lanes : 64;
  }
};

/// Fills in `summary`, `loops` and `steadyLoop` from code, flow, occupancy and waits.
void describeParts(const Context &context);

} // namespace kiln::inspector

#endif // KILN_LIB_INSPECTOR_LOOPS_H
