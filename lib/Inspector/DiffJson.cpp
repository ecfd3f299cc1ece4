// A diff as JSON; docs/diff.md describes it.
#include "kiln/Inspector/Diff.h"

#include <cmath>
#include <nlohmann/json.hpp>

using Json = nlohmann::ordered_json;

namespace kiln::inspector {

static Json number(const std::optional<double> &value) {
  if (!value || !std::isfinite(*value))
    return Json();
  return *value == std::floor(*value) ? Json(int64_t(*value)) : Json(*value);
}

static const char *nameOf(FigureChange::Verdict verdict) {
  static constexpr const char *names[] = {"neither", "better", "worse"};
  return names[verdict];
}

static const char *nameOf(Sameness sameness) {
  static constexpr const char *names[] = {"identical", "equivalent", "different"};
  return names[static_cast<unsigned>(sameness)];
}

static Json describe(const KernelDiff &kernel) {
  Json figures = Json::array(), operations = Json::array(), bound;
  for (const FigureChange &change : kernel.figures)
    figures.push_back({{"place", change.place},
                       {"figure", change.figure},
                       {"before", number(change.before)},
                       {"after", number(change.after)},
                       {"verdict", nameOf(change.verdict)},
                       {"percent", number(change.percent)},
                       {"cost", change.cost}});
  for (const OperationChange &change : kernel.operations)
    operations.push_back({{"place", change.place},
                          {"operation", change.operation},
                          {"before", change.before},
                          {"after", change.after},
                          {"cost", change.cost}});
  if (kernel.bound)
    bound = {{"before", kernel.bound->before}, {"after", kernel.bound->after}};
  return {{"kernel", kernel.name},
          {"chips", {kernel.chipBefore, kernel.chipAfter}},
          {"code", nameOf(kernel.sameness)},
          {"figures", figures},
          {"operations", operations},
          {"bound", bound},
          {"notes", kernel.notes}};
}

std::string toJson(const Diff &diff, const std::vector<std::string> &failures) {
  Json kernels = Json::array();
  for (const KernelDiff &kernel : diff.kernels)
    kernels.push_back(describe(kernel));
  Json result = {{"same", diff.same},
                 {"different", kernels},
                 {"added", diff.added},
                 {"removed", diff.removed},
                 {"failures", failures}};
  return result.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace kiln::inspector
