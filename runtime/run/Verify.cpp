#include "Guard.h"

#include <algorithm>

namespace kiln::run {

namespace {

struct Result {
  std::string name, kernel, device, error; // error: why there are no numbers
  bool passed = false;
  std::string detail; // of the worst output
  double maxAbsolute = 0, maxRelative = 0;
};

} // namespace

static const kiln_json_value *member(const kiln_json_value *object, const char *key, kiln_json_kind kind) {
  const kiln_json_value *value = kiln_json_member(object, key);
  if (!value || value->kind != kind)
    fail("manifest.json:" + std::to_string(object->line) + ": case without a proper \"" + key + "\"");
  return value;
}

/// Bundles come from anywhere: a case must not name files of this machine.
static std::vector<launch::Argument> argumentsOf(const kiln_json_value *test) {
  std::string error;
  auto args = launch::readArguments(member(test, "args", KILN_JSON_ARRAY), "manifest.json", error);
  if (!args)
    fail(error);
  for (const launch::Argument &argument : *args)
    if (argument.kind == launch::Argument::Npy || !argument.save.empty())
      fail(argument.where + ": a bundle's case must not read or save files");
  return *args;
}

static void compareOutput(const kiln_json_value *output, const Session &session, const BoundLaunch &bound,
                          DeviceMemory &memory, Result &result) {
  uint64_t index = 0;
  launch::Tolerance tolerance;
  std::string error, file = member(output, "file", KILN_JSON_STRING)->text;
  if (!kiln_json_u64(member(output, "argument", KILN_JSON_NUMBER), &index) || index >= bound.bound.size() ||
      !bound.bound[index].isBuffer)
    fail("manifest.json:" + std::to_string(output->line) + ": the expected argument is no buffer");
  kiln_json_double(kiln_json_member(output, "relative"), &tolerance.relative);
  kiln_json_double(kiln_json_member(output, "absolute"), &tolerance.absolute);
  std::string bytes = session.bundle->bundle.file(file);
  auto expected = launch::parseNpy(file, std::vector<uint8_t>(bytes.begin(), bytes.end()), error);
  if (!expected)
    fail(error);
  const launch::BoundArgument &argument = bound.bound[index];
  std::vector<uint8_t> found(argument.type.bytes());
  if (!found.empty() && !memory.read(argument.address, found.data(), found.size(), error))
    fail(error);
  auto comparison = launch::compare(argument.type, found.data(), *expected, tolerance, error);
  if (!comparison)
    fail(file + ": " + error);
  result.passed = result.passed && comparison->wrong == 0;
  result.maxAbsolute = std::max(result.maxAbsolute, comparison->maxAbsolute);
  result.maxRelative = std::max(result.maxRelative, comparison->maxRelative);
  if (result.detail.empty() || comparison->wrong)
    result.detail = comparison->str();
}

static Result verifyOne(const kiln_json_value *test, const std::shared_ptr<OpenBundle> &bundle,
                        const std::string &device) {
  Result result;
  result.device = device;
  result.name = member(test, "name", KILN_JSON_STRING)->text;
  result.kernel = member(test, "kernel", KILN_JSON_STRING)->text;
  try {
    Session session(device, bundle, result.kernel, argumentsOf(test));
    DeviceMemory memory(session.device);
    BoundLaunch bound = session.bind(memory, memory);
    runtime::Stream stream = session.device.stream();
    session.launchOn(stream, bound);
    stream.synchronize();
    result.passed = true;
    for (const kiln_json_value *output = member(test, "expected", KILN_JSON_ARRAY)->first; output;
         output = output->next)
      compareOutput(output, session, bound, memory, result);
  } catch (const Failure &failure) {
    result.error = failure.text;
  } catch (const runtime::Error &error) {
    result.error = error.what();
  }
  result.passed = result.passed && result.error.empty();
  return result;
}

static std::string describe(const Result &result, bool json) {
  if (!json)
    return std::string(result.passed ? "pass " : "FAIL ") + result.device + " " + result.name + " (" +
           result.kernel + "): " + (result.error.empty() ? result.detail : result.error) + "\n";
  return "{\"case\": " + quote(result.name) + ", \"kernel\": " + quote(result.kernel) +
         ", \"device\": " + quote(result.device) + ", \"passed\": " + (result.passed ? "true" : "false") +
         (result.error.empty() ? ", \"max_absolute\": " + number(result.maxAbsolute) +
                                     ", \"max_relative\": " + number(result.maxRelative)
                               : ", \"error\": " + quote(result.error)) +
         "}";
}

Outcome verify(const VerifyOptions &options) {
  return guarded(options.json, [&] {
    auto bundle = std::make_shared<OpenBundle>(options.file);
    const kiln_json_value *cases = kiln_json_member(bundle->manifest(), "cases");
    Outcome outcome;
    size_t done = 0, failed = 0;
    for (const std::string &device : options.devices)
      for (const kiln_json_value *test = cases ? cases->first : nullptr; test; test = test->next) {
        std::string name = member(test, "name", KILN_JSON_STRING)->text;
        if (!options.cases.empty() &&
            std::find(options.cases.begin(), options.cases.end(), name) == options.cases.end())
          continue;
        Result result = verifyOne(test, bundle, device);
        outcome.output += (options.json && done ? ",\n " : "") + describe(result, options.json);
        ++done;
        failed += !result.passed;
      }
    if (!done)
      fail(options.file + ": no such case to verify");
    outcome.status = failed != 0;
    std::string counts = std::to_string(done) + ", \"failed\": " + std::to_string(failed);
    if (options.json)
      outcome.output = "{\"status\": " + quote(failed ? "mismatch" : "ok") + ", \"cases\": " + counts +
                       ", \"results\": [" + outcome.output + "]}\n";
    else
      outcome.output += std::to_string(done - failed) + " of " + std::to_string(done) + " cases pass\n";
    return outcome;
  });
}

} // namespace kiln::run
