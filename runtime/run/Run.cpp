#include "Findings.h"
#include "Guard.h"
#include "Session.h"

#include <cstdlib>

namespace kiln::run {

static launch::Tolerance toleranceOf(const std::string &text, launch::DType type) {
  if (text.empty())
    return launch::defaultTolerance(type);
  char *end;
  launch::Tolerance tolerance;
  tolerance.relative = std::strtod(text.c_str(), &end);
  if (*end == ',')
    tolerance.absolute = std::strtod(end + 1, &end);
  if (*end || tolerance.relative < 0 || tolerance.absolute < 0)
    fail("--tolerance: expected RELATIVE[,ABSOLUTE], found '" + text + "'", 2);
  return tolerance;
}

/// The argument that a --check without a number means.
static size_t checkedArgument(const launch::Launch &launch) {
  size_t last = launch.args.size(), saved = last, savedCount = 0;
  for (size_t i = 0; i < launch.args.size(); ++i) {
    if (launch.args[i].isBuffer())
      last = i;
    if (!launch.args[i].save.empty()) {
      saved = i;
      ++savedCount;
    }
  }
  if (last == launch.args.size())
    fail("--check: the launch has no buffer", 2);
  return savedCount == 1 ? saved : last;
}

struct Check {
  size_t argument;
  std::string file;
  launch::Comparison comparison;
};

static Check checkOne(const std::string &text, const RunOptions &options, const launch::Launch &launch,
                      const BoundLaunch &bound, DeviceMemory &memory) {
  Check check;
  size_t equals = text.find('=');
  bool numbered = equals != std::string::npos && equals > 0 && text.find_first_not_of("0123456789") == equals;
  check.argument = numbered ? std::strtoul(text.c_str(), nullptr, 10) : checkedArgument(launch);
  check.file = numbered ? text.substr(equals + 1) : text;
  if (check.argument >= launch.args.size() || !launch.args[check.argument].isBuffer())
    fail("--check: argument " + std::to_string(check.argument) + " is no buffer", 2);
  std::string error;
  std::optional<launch::NpyArray> expected = launch::readNpy(check.file, error);
  if (!expected)
    fail("--check: " + error);
  const launch::BoundArgument &argument = bound.bound[check.argument];
  std::vector<uint8_t> found(argument.type.bytes());
  if (!found.empty() && !memory.read(argument.address, found.data(), found.size(), error))
    fail(error);
  std::optional<launch::Comparison> comparison = launch::compare(
      argument.type, found.data(), *expected, toleranceOf(options.tolerance, argument.type.type), error);
  if (!comparison)
    fail("--check " + check.file + ": " + error);
  check.comparison = *comparison;
  return check;
}

static std::string toJson(const Check &check) {
  const launch::Comparison &c = check.comparison;
  return "{\"argument\": " + std::to_string(check.argument) + ", \"file\": " + quote(check.file) +
         ", \"elements\": " + std::to_string(c.elements) + ", \"wrong\": " + std::to_string(c.wrong) +
         ", \"max_absolute\": " + number(c.maxAbsolute) + ", \"max_relative\": " + number(c.maxRelative) +
         "}";
}

static Outcome runUnguarded(const RunOptions &options) {
  Session session(options);
  DeviceMemory memory(*session.device);
  BoundLaunch bound = session.bind(memory, memory);
  runtime::Stream stream = session.device->stream();
  Findings findings(*session.device, options.observers);
  runtime::Event start = session.device->event(), end = session.device->event();
  start.record(stream);
  try {
    session.launchOn(stream, bound);
  } catch (const runtime::Error &error) {
    // A launch that ends in a fault still has its findings.
    fail(findings.count() ? std::string(error.what()) + "\n" + findings.text() : error.what());
  }
  end.record(stream);
  stream.synchronize();
  double milliseconds = end.since(start);
  std::string error;
  if (!launch::saveOutputs(session.launch, bound.bound, memory, error))
    fail(error);
  Outcome outcome;
  std::string checks;
  outcome.status = findings.count() != 0;
  for (const std::string &text : options.checks) {
    Check check = checkOne(text, options, session.launch, bound, memory);
    outcome.status |= check.comparison.wrong != 0;
    checks += options.json ? (checks.empty() ? "" : ", ") + toJson(check)
                           : "argument " + std::to_string(check.argument) + " against " + check.file + ": " +
                                 check.comparison.str() + "\n";
  }
  std::string device = session.device->properties().uri;
  if (options.json)
    outcome.output = "{\"status\": " +
                     quote(findings.count() ? "finding"
                           : outcome.status ? "mismatch"
                                            : "ok") +
                     ", \"kernel\": " + quote(session.launch.kernel) + ", \"device\": " + quote(device) +
                     ", \"milliseconds\": " + number(milliseconds) + ", \"checks\": [" + checks +
                     "], \"findings\": " + findings.json() + "}\n";
  else
    outcome.output = session.launch.kernel + " on " + device + ": " + number(milliseconds) + " ms\n" +
                     findings.text() + checks;
  return outcome;
}

Outcome run(const RunOptions &options) {
  return guarded(options.json, [&] { return runUnguarded(options); });
}

} // namespace kiln::run
