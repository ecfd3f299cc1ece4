#include "kiln/Inspector/Expectation.h"

#include <algorithm>
#include <optional>

namespace kiln::inspector {

namespace {
enum class Bound { AtMost, AtLeast };

/// One number of an expectation and what stands there now.
struct Figure {
  std::string what;
  Bound bound;
  Json *expected;
  Json actual; // null: unknown
};
} // namespace

/// Instructions of a name or of a family.
static unsigned countOf(const Json &loop, const std::string &name) {
  for (const char *table : {"families", "mnemonics"})
    if (auto found = loop[table].find(name); found != loop[table].end())
      return found->get<unsigned>();
  return 0;
}

/// The fewest operations that a wait of the loop leaves in flight.
static Json fewestLeft(const Json &loop, const std::string &counter) {
  Json fewest;
  for (const Json &wait : loop["waits"])
    if (auto found = wait["counters"].find(counter); found != wait["counters"].end())
      if (unsigned leaves = (*found)["leaves"]; fewest.is_null() || leaves < fewest)
        fewest = leaves;
  return fewest;
}

static bool describes(const std::string &key) {
  static const char *const keys[] = {"file", "kernel", "target", "params", "schedule"};
  return std::find(std::begin(keys), std::end(keys), key) != std::end(keys);
}

static void addLoopFigures(Json &expected, const Json &loop, std::vector<Figure> &figures,
                           std::vector<std::string> &faults) {
  for (auto &[key, value] : expected.items()) {
    if (key == "at_least" || key == "at_most") {
      Bound bound = key == "at_least" ? Bound::AtLeast : Bound::AtMost;
      for (auto &[name, count] : value.items())
        figures.push_back({"steady loop: " + name, bound, &count, countOf(loop, name)});
    } else if (key == "none") {
      for (const Json &name : value)
        if (unsigned count = countOf(loop, name))
          faults.push_back("steady loop: no " + name.get<std::string>() + " expected, found " +
                           std::to_string(count));
    } else if (key == "waits_leave") {
      for (auto &[counter, count] : value.items())
        figures.push_back({"steady loop: waits leave in flight by " + counter, Bound::AtLeast, &count,
                           fewestLeft(loop, counter)});
    } else {
      faults.push_back("unknown key 'steady_loop." + key + "'");
    }
  }
}

/// The numbers of an expectation; what is wrong besides numbers goes to `faults`.
static std::vector<Figure> figuresOf(Json &expectation, const Json &kernel,
                                     std::vector<std::string> &faults) {
  std::vector<Figure> figures;
  Json resources = kernel["resources"].is_null() ? Json::object() : kernel["resources"];
  auto resource = [&](const char *key) { return resources.value(key, Json()); };
  for (auto &[key, value] : expectation.items()) {
    if (describes(key))
      continue;
    if (key == "scratch_bytes_at_most")
      figures.push_back({"scratch bytes", Bound::AtMost, &value, resource("scratch_bytes")});
    else if (key == "registers_at_most")
      figures.push_back({"vector registers", Bound::AtMost, &value, resource("vgprs")});
    else if (key == "waves_per_simd_at_least")
      figures.push_back({"waves per SIMD", Bound::AtLeast, &value,
                         kernel["occupancy"].is_null() ? Json() : kernel["occupancy"]["waves_per_simd"]});
    else if (key != "steady_loop")
      faults.push_back("unknown key '" + key + "'");
    else if (kernel["steady_loop"].is_null())
      faults.push_back("there is no loop");
    else
      addLoopFigures(value, kernel["loops"][kernel["steady_loop"].get<size_t>()], figures, faults);
  }
  return figures;
}

std::vector<std::string> checkExpectation(const Json &expectation, const Json &kernel) {
  std::vector<std::string> faults;
  Json copy = expectation;
  for (const Figure &figure : figuresOf(copy, kernel, faults)) {
    bool most = figure.bound == Bound::AtMost;
    bool holds = !figure.actual.is_null() &&
                 (most ? figure.actual <= *figure.expected : figure.actual >= *figure.expected);
    if (!holds)
      faults.push_back(figure.what + ": at " + (most ? "most " : "least ") + figure.expected->dump() +
                       " expected, found " + (figure.actual.is_null() ? "none" : figure.actual.dump()));
  }
  return faults;
}

std::vector<std::string> updateExpectation(Json &expectation, const Json &kernel) {
  std::vector<std::string> faults, changes;
  for (Figure &figure : figuresOf(expectation, kernel, faults)) {
    if (figure.actual.is_null() || figure.actual == *figure.expected)
      continue;
    changes.push_back(figure.what + ": " + figure.expected->dump() + " becomes " + figure.actual.dump());
    *figure.expected = figure.actual;
  }
  return changes;
}

} // namespace kiln::inspector
