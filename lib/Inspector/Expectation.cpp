#include "kiln/Inspector/Expectation.h"
#include "AuditsText.h"
#include "kiln/Inspector/Figures.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>

using namespace llvm;

namespace kiln::inspector {

namespace {
/// One number of an expectation.
struct Limit {
  bool isMost, inLoop;
  std::string name;
  Json *expected;

  std::string what() const { return (inLoop ? "steady loop: " : "") + name; }
};
} // namespace

static Json toJson(double value) { return value == std::floor(value) ? Json(int64_t(value)) : Json(value); }

/// A list as it stands, anything else as a list of one.
static std::vector<Json> alternatives(const Json &json) {
  return json.is_array() ? json.get<std::vector<Json>>() : std::vector<Json>{json};
}

static std::string plain(const Json &json) {
  return json.is_string() ? json.get<std::string>() : json.dump();
}

std::string ExpectedKernel::describe() const {
  std::string text = file + (kernel.empty() ? "" : " " + kernel) + ", " + target;
  for (const auto &[name, value] : params)
    text += ", " + name + "=" + value;
  return schedule.empty() ? text : text + ", " + schedule;
}

std::vector<ExpectedKernel> kernelsOf(const Json &expectation) {
  std::vector<ExpectedKernel> kernels(1);
  auto cross = [&](const Json &values, auto set) {
    std::vector<ExpectedKernel> all;
    for (const ExpectedKernel &kernel : kernels)
      for (const Json &value : alternatives(values)) {
        all.push_back(kernel);
        set(all.back(), plain(value));
      }
    kernels = std::move(all);
  };
  kernels[0].file = expectation["file"];
  kernels[0].kernel = expectation.value("kernel", "");
  cross(expectation["target"], [](ExpectedKernel &kernel, std::string name) { kernel.target = name; });
  const Json params = expectation.value("params", Json::object());
  for (const auto &[param, values] : params.items())
    cross(values, [&, name = param](ExpectedKernel &kernel, std::string value) {
      kernel.params.push_back({name, value});
    });
  if (expectation.contains("schedule"))
    cross(expectation["schedule"], [](ExpectedKernel &kernel, std::string name) { kernel.schedule = name; });
  return kernels;
}

/// Names of instructions begin like this; the text of PTX has dots in them.
static bool isMnemonic(StringRef name) {
  static constexpr StringRef beginnings[] = {
      "v_",     "s_",           "ds_",           "buffer_",        "tbuffer_",      "flat_",
      "image_", "global_load_", "global_store_", "global_atomic_", "scratch_load_", "scratch_store_"};
  return name.contains('.') || any_of(beginnings, [&](StringRef begin) { return name.starts_with(begin); });
}

static std::vector<StringRef> namesFor(bool inLoop) {
  std::vector<StringRef> names = inLoop ? loopFigureNames() : kernelFigureNames();
  if (!inLoop)
    for (unsigned family = 0; family < FamilyCount; ++family)
      names.push_back(familyName(static_cast<Family>(family)));
  return names;
}

namespace {
/// Looks through an expectation for what does not belong there.
class SchemaCheck {
public:
  explicit SchemaCheck(std::vector<std::string> &mistakes) : mistakes(mistakes) {}

  void keys(const Json &json, const std::string &where, ArrayRef<StringRef> known) {
    for (const auto &[key, value] : json.items())
      if (!is_contained(known, key))
        mistakes.push_back("unknown key '" + where + key + "'; known are " + join(known, ", "));
  }
  /// `of` may be of this kind, or a list of such.
  void kind(const Json &json, const std::string &key, bool (Json::*is)() const noexcept, const char *expected,
            bool needed = false) {
    if (!json.contains(key)) {
      if (needed)
        mistakes.push_back("'" + key + "' is missing; expected " + expected);
      return;
    }
    std::vector<Json> values = alternatives(json[key]);
    if (values.empty() || !all_of(values, [&](const Json &value) { return (value.*is)(); }))
      mistakes.push_back("'" + key + "' must be " + expected + ", found " + json[key].dump());
  }
  void name(const std::string &name, bool inLoop) {
    std::vector<StringRef> names = namesFor(inLoop);
    if (is_contained(names, name) || isMnemonic(name))
      return;
    mistakes.push_back(std::string(inLoop ? "a loop" : "a kernel") + " has no figure '" + name +
                       "'; there are " + join(names, ", ") + ", and names of instructions");
  }
  /// "at_most", "at_least" and "none".
  void limits(const Json &json, const std::string &where, bool inLoop) {
    for (const char *key : {"at_most", "at_least"}) {
      const Json limits = json.value(key, Json::object());
      if (!limits.is_object() || !all_of(limits, [](const Json &value) { return value.is_number(); })) {
        mistakes.push_back("'" + where + key + "' must map names to numbers, found " + limits.dump());
        continue;
      }
      for (const auto &[figure, value] : limits.items())
        name(figure, inLoop);
    }
    const Json none = json.value("none", Json::array());
    if (!none.is_array() || !all_of(none, [](const Json &value) { return value.is_string(); }))
      mistakes.push_back("'" + where + "none' must be a list of names, found " + none.dump());
    else
      for (const Json &figure : none)
        name(figure, inLoop);
  }

private:
  std::vector<std::string> &mistakes;
};
} // namespace

std::vector<std::string> findMistakes(const Json &expectation) {
  std::vector<std::string> mistakes;
  if (!expectation.is_object())
    return {"an expectation must be an object, found " + expectation.dump()};
  SchemaCheck check(mistakes);
  check.keys(
      expectation, "",
      {"file", "kernel", "target", "params", "schedule", "at_most", "at_least", "none", "steady_loop"});
  check.kind(expectation, "file", &Json::is_string, "the path of an .mlir file", /*needed=*/true);
  check.kind(expectation, "kernel", &Json::is_string, "a kernel's name");
  check.kind(expectation, "target", &Json::is_string, "a target's name or a list of such", /*needed=*/true);
  check.kind(expectation, "schedule", &Json::is_string, "a file, @NAME, or a list of such");
  check.kind(expectation, "params", &Json::is_object, "an object");
  check.limits(expectation, "", /*inLoop=*/false);
  const Json loop = expectation.value("steady_loop", Json::object());
  if (!loop.is_object()) {
    mistakes.push_back("'steady_loop' must be an object, found " + loop.dump());
    return mistakes;
  }
  check.keys(loop, "steady_loop.", {"at_most", "at_least", "none", "bound"});
  check.limits(loop, "steady_loop.", /*inLoop=*/true);
  check.kind(loop, "bound", &Json::is_string, "a unit, such as \"matrix\"");
  return mistakes;
}

static std::vector<Limit> limitsOf(Json &expectation) {
  std::vector<Limit> limits;
  auto add = [&](Json &json, bool inLoop) {
    for (const char *key : {"at_least", "at_most"})
      if (json.contains(key))
        for (auto &[name, value] : json[key].items())
          limits.push_back({StringRef(key) == "at_most", inLoop, name, &value});
  };
  add(expectation, /*inLoop=*/false);
  if (expectation.contains("steady_loop"))
    add(expectation["steady_loop"], /*inLoop=*/true);
  return limits;
}

static const LoopRecord *steadyLoop(const KernelReport &kernel) {
  return kernel.steadyLoop ? &kernel.loops[*kernel.steadyLoop] : nullptr;
}

/// A figure, or how often an instruction or a family occurs. Of PTX, "mma.sync" is "mma.sync.aligned...." too.
static std::optional<double> valueOf(const KernelReport &kernel, const std::string &name, bool inLoop) {
  const LoopRecord *loop = inLoop ? steadyLoop(kernel) : nullptr;
  if (inLoop && !loop)
    return std::nullopt;
  std::vector<Figure> figures = inLoop ? loopFigures(*loop) : kernelFigures(kernel);
  if (const Figure *figure = findFigure(figures, name))
    return figure->value;
  const Summary &summary = inLoop ? loop->summary : kernel.summary;
  if (!summary.instructions)
    return std::nullopt;
  for (unsigned family = 0; family < FamilyCount; ++family)
    if (familyName(static_cast<Family>(family)) == name)
      return summary.families[family];
  double count = 0;
  for (const auto &[mnemonic, times] : summary.mnemonics)
    if (mnemonic == name || (StringRef(mnemonic).starts_with(name) && mnemonic[name.size()] == '.'))
      count += times;
  return count;
}

static void checkNone(const Json &json, const KernelReport &kernel, bool inLoop,
                      std::vector<std::string> &faults) {
  for (const Json &name : json.value("none", Json::array())) {
    std::optional<double> count = valueOf(kernel, name, inLoop);
    if (count != 0.0)
      faults.push_back((inLoop ? "steady loop: no " : "no ") + name.get<std::string>() + " expected, " +
                       (count ? "found " + decimal(*count) : "their number is unknown"));
  }
}

std::vector<std::string> checkExpectation(const Json &expectation, const KernelReport &kernel) {
  std::vector<std::string> faults;
  Json copy = expectation;
  const Json loopPart = expectation.value("steady_loop", Json());
  const LoopRecord *loop = steadyLoop(kernel);
  if (!loopPart.is_null() && !loop)
    faults.push_back("steady loop: there is no loop");
  for (const Limit &limit : limitsOf(copy)) {
    if (limit.inLoop && !loop)
      continue;
    std::optional<double> value = valueOf(kernel, limit.name, limit.inLoop);
    double expected = *limit.expected;
    if (!value || (limit.isMost ? *value > expected : *value < expected))
      faults.push_back(limit.what() + ": at " + (limit.isMost ? "most " : "least ") + decimal(expected) +
                       " expected, found " + (value ? decimal(*value) : "unknown"));
  }
  checkNone(expectation, kernel, /*inLoop=*/false, faults);
  if (loopPart.is_null() || !loop)
    return faults;
  checkNone(loopPart, kernel, /*inLoop=*/true, faults);
  if (std::string bound = loopPart.value("bound", ""); !bound.empty())
    if (std::string found = limitingUnit(*loop).value_or("unknown"); found != bound)
      faults.push_back("steady loop: bound: " + bound + " expected, found " + found);
  return faults;
}

/// The value that holds for all kernels; nothing if one is unknown.
static std::optional<double> worst(const Limit &limit, ArrayRef<const KernelReport *> kernels) {
  std::optional<double> result;
  for (const KernelReport *kernel : kernels) {
    std::optional<double> value = valueOf(*kernel, limit.name, limit.inLoop);
    if (!value)
      return std::nullopt;
    result = !result ? *value : limit.isMost ? std::max(*result, *value) : std::min(*result, *value);
  }
  return result;
}

static void updateBound(Json &bound, ArrayRef<const KernelReport *> kernels,
                        std::vector<std::string> &changes) {
  std::optional<std::string> common;
  for (const KernelReport *kernel : kernels) {
    const LoopRecord *loop = steadyLoop(*kernel);
    std::optional<std::string> found = loop ? limitingUnit(*loop) : std::nullopt;
    if (!found || (common && *common != *found))
      return;
    common = found;
  }
  if (!common || bound == *common)
    return;
  changes.push_back("steady loop: bound: " + bound.get<std::string>() + " becomes " + *common);
  bound = *common;
}

std::vector<std::string> updateExpectation(Json &expectation, ArrayRef<const KernelReport *> kernels) {
  std::vector<std::string> changes;
  for (Limit &limit : limitsOf(expectation)) {
    std::optional<double> value = worst(limit, kernels);
    if (!value || *limit.expected == *value)
      continue;
    changes.push_back(limit.what() + ": " + limit.expected->dump() + " becomes " + decimal(*value));
    *limit.expected = toJson(*value);
  }
  if (expectation.contains("steady_loop") && expectation["steady_loop"].contains("bound"))
    updateBound(expectation["steady_loop"]["bound"], kernels, changes);
  return changes;
}

static std::string inOneLine(const Json &json) {
  if (!json.is_structured())
    return json.dump();
  std::string text;
  for (const auto &[key, value] : json.items())
    text += (text.empty() ? "" : ", ") + (json.is_object() ? Json(key).dump() + ": " : "") + inOneLine(value);
  return json.is_object() ? "{" + text + "}" : "[" + text + "]";
}

static std::string formatAt(const Json &json, size_t indent, size_t column) {
  constexpr size_t width = 110;
  std::string line = inOneLine(json);
  if (!json.is_structured() || column + line.size() <= width)
    return line;
  std::string text, blanks(indent + 2, ' ');
  for (const auto &[key, value] : json.items()) {
    std::string name = json.is_object() ? Json(key).dump() + ": " : "";
    text +=
        (text.empty() ? "\n" : ",\n") + blanks + name + formatAt(value, indent + 2, indent + 3 + name.size());
  }
  return (json.is_object() ? "{" : "[") + text + "\n" + std::string(indent, ' ') +
         (json.is_object() ? "}" : "]");
}

std::string format(const Json &json) { return formatAt(json, 0, 0) + "\n"; }

} // namespace kiln::inspector
