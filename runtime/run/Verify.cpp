#include "Findings.h"
#include "Guard.h"
#include "VerifyReport.h"

#include <algorithm>

namespace kiln::run {

namespace {

/// One device, and the kernels that were loaded on it.
struct Place {
  std::string uri;
  std::shared_ptr<runtime::Device> device;
  std::map<std::string, std::unique_ptr<Session>> kernels;
};

} // namespace

static std::string textOf(const kiln_json_value *object, const char *key) {
  return kiln_json_member(object, key)->text;
}

/// Bundles come from anywhere: a case must not name files of this machine.
static std::vector<launch::Argument> argumentsOf(const kiln_json_value *test) {
  std::string error;
  auto args = launch::readArguments(kiln_json_member(test, "args"), "manifest.json", error);
  if (!args)
    fail(error);
  for (const launch::Argument &argument : *args)
    if (argument.kind == launch::Argument::Npy || !argument.save.empty())
      fail(argument.where + ": a bundle's case must not read or save files");
  return *args;
}

static void compareOutput(const kiln_json_value *output, const Session &session, const BoundLaunch &bound,
                          DeviceMemory &memory, VerifyRow &row) {
  uint64_t index = 0;
  launch::Tolerance tolerance;
  std::string error, file = textOf(output, "file");
  kiln_json_u64(kiln_json_member(output, "argument"), &index);
  if (!bound.bound[index].isBuffer)
    fail("manifest.json:" + std::to_string(output->line) + ": the expected argument is no buffer");
  kiln_json_double(kiln_json_member(output, "relative"), &tolerance.relative);
  kiln_json_double(kiln_json_member(output, "absolute"), &tolerance.absolute);
  kiln_json_double(kiln_json_member(output, "ulps"), &tolerance.ulps);
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
  row.add(index, argument.type, *comparison);
}

static void execute(const kiln_json_value *test, Session &session, bool observers, VerifyRow &row) {
  session.launch.args = argumentsOf(test);
  DeviceMemory memory(*session.device);
  BoundLaunch bound = session.bind(memory, memory);
  row.target = session.plan(bound)->target;
  runtime::Stream stream = session.device->stream();
  Findings findings(*session.device, observers);
  session.launchOn(stream, bound);
  stream.synchronize();
  for (const kiln_json_value *output = kiln_json_member(test, "expected")->first; output;
       output = output->next)
    compareOutput(output, session, bound, memory, row);
  if (findings.count())
    row.fail(findings.summary());
}

static VerifyRow verifyOne(const kiln_json_value *test, const std::shared_ptr<OpenBundle> &bundle,
                           bool observers, Place &place) {
  VerifyRow row;
  row.device = place.uri;
  row.sizes = textOf(test, "name");
  row.kernel = textOf(test, "kernel");
  try {
    std::unique_ptr<Session> &session = place.kernels[row.kernel];
    if (!session)
      session = std::make_unique<Session>(place.device, bundle, row.kernel);
    execute(test, *session, observers, row);
  } catch (const Failure &failure) {
    row.fail(failure.text);
  } catch (const runtime::Error &error) {
    row.fail(error.what());
    if (error.status() == KILN_WRONG_TARGET)
      row.status = VerifyRow::Refused;
  }
  return row;
}

Outcome verify(const VerifyOptions &options, const std::function<void(const std::string &)> &show) {
  return guarded(options.json, [&] {
    auto bundle = std::make_shared<OpenBundle>(options.file);
    std::vector<Place> places;
    for (const std::string &uri : options.devices)
      places.push_back({uri, std::make_shared<runtime::Device>(uri), {}});
    VerifyReport report(options.json);
    unsigned done = 0;
    const kiln_json_value *cases = kiln_json_member(bundle->manifest(), "cases");
    for (const kiln_json_value *test = cases ? cases->first : nullptr; test; test = test->next) {
      if (!options.cases.empty() &&
          std::find(options.cases.begin(), options.cases.end(), textOf(test, "name")) == options.cases.end())
        continue;
      for (Place &place : places) {
        show(report.add(verifyOne(test, bundle, options.observers, place)));
        ++done;
      }
    }
    if (!done)
      fail(options.file + ": no such case to verify");
    return report.finish();
  });
}

} // namespace kiln::run
