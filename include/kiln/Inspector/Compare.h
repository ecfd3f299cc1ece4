// One kernel on several targets, side by side.
#ifndef KILN_INSPECTOR_COMPARE_H
#define KILN_INSPECTOR_COMPARE_H

#include "kiln/Inspector/Inspector.h"

namespace kiln::inspector {

struct TargetColumn {
  std::string target;
  /// Of one kernel; nothing if the target refused it, with the reason in `refusal`.
  std::optional<Report> report;
  std::string refusal;
};

/// A table of figures (Figures.h), one column a target. Figures that are 0 or unknown everywhere are left
/// out.
void printComparison(const std::vector<TargetColumn> &columns, llvm::raw_ostream &os);
/// docs/inspector.md describes it.
std::string comparisonToJson(const std::vector<TargetColumn> &columns);

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_COMPARE_H
