#include "VerifyKernel.h"
#include "CaseBundle.h"
#include "CaseDevice.h"
#include "KernelLaunch.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace kiln;
using namespace kiln::tools;
using run::VerifyRow;

namespace {

/// A device and the target whose code it runs.
struct Station {
  CaseDevice *device;
  std::string target;
};

/// One kernel with fixed parameters, compiled for what it could be compiled for, and loaded.
struct Prepared {
  std::vector<TargetCode> codes;
  std::vector<std::pair<const Station *, std::unique_ptr<LoadedKernel>>> loaded;

  const TargetCode *codeFor(StringRef target) const {
    auto found = find_if(codes, [&](const TargetCode &code) { return code.target == target; });
    return found == codes.end() ? nullptr : &*found;
  }
};

class Verification {
public:
  Verification(const VerifyRequest &request, function_ref<void(const VerifyRow &)> report)
      : request(request), report(report) {}

  Expected<Written> run();

private:
  Error openDevices();
  Error verifyGroup(const CaseGroup &group);
  Error verifyVariant(const CaseGroup &group, const CaseGroup::Variant &variant);
  Error prepare(const CaseGroup &group, const CaseGroup::Variant &variant, Prepared &prepared);
  Error judge(const Case &toRun, const Prepared &prepared, const InterpretRequest &oracle, VerifyRow row);

  const VerifyRequest &request;
  function_ref<void(const VerifyRow &)> report;
  std::vector<std::unique_ptr<CaseDevice>> devices;
  std::vector<Station> stations;
  std::vector<std::string> targets; // to compile for
  CaseBundle bundle;
};

} // namespace

/// The targets that a device is to run: those of the request that it can, else the best of all that there
/// are.
static std::vector<std::string> targetsOf(const CaseDevice &device, const VerifyRequest &request) {
  std::vector<std::string> chosen;
  for (const std::string &target : request.targets)
    if (device.fit(target))
      chosen.push_back(target);
  if (!chosen.empty())
    return chosen;
  std::string best;
  for (const std::string &target : targetNames(request.targetFolders))
    if (device.fit(target) > (best.empty() ? 0 : device.fit(best)))
      best = target;
  if (!best.empty())
    chosen.push_back(best);
  return chosen;
}

Error Verification::openDevices() {
  targets = request.targets;
  for (const std::string &uri : request.devices) {
    auto device = openCaseDevice(uri);
    if (!device)
      return device.takeError();
    std::vector<std::string> chosen = targetsOf(**device, request);
    if (chosen.empty())
      return createStringError("--device " + uri + ": there is no target whose code it runs");
    for (const std::string &target : chosen) {
      stations.push_back({device->get(), target});
      if (!is_contained(targets, target))
        targets.push_back(target);
    }
    devices.push_back(std::move(*device));
  }
  for (const std::string &target : request.bundle.empty() ? request.targets : std::vector<std::string>())
    if (none_of(stations, [&](const Station &station) { return station.target == target; }))
      return createStringError("--target " + target + ": none of the devices runs it (" +
                               join(request.devices, ", ") + ")");
  return Error::success();
}

static std::string textOf(const Parameters &parameters) {
  std::string text;
  for (const auto &[name, value] : parameters)
    text += (text.empty() ? "" : " ") + name + "=" + value;
  return text;
}

static VerifyRow rowOf(const CaseGroup &group, const CaseGroup::Variant &variant) {
  VerifyRow row;
  row.kernel = group.kernel;
  row.parameters = textOf(variant.parameters);
  return row;
}

Error Verification::prepare(const CaseGroup &group, const CaseGroup::Variant &variant, Prepared &prepared) {
  for (const std::string &target : targets) {
    CompileRequest compile{request.file,          group.kernel, target, request.schedule, "obj", {},
                           request.targetFolders,
                           /*lineTables=*/true};
    for (const auto &[name, value] : variant.parameters)
      compile.params.push_back({name, value});
    std::string errors;
    CompileResult code = compileKernel(compile, &errors);
    if (code.ok) {
      prepared.codes.push_back({target, std::move(code)});
      continue;
    }
    VerifyRow row = rowOf(group, variant);
    row.target = target;
    row.status = variant.optional ? VerifyRow::Refused : VerifyRow::Wrong;
    row.detail = StringRef(errors).rtrim().str();
    report(row);
  }
  for (const Station &station : stations) {
    const TargetCode *code = prepared.codeFor(station.target);
    if (!code)
      continue;
    auto loaded = station.device->load(*code);
    if (!loaded)
      return createStringError(station.device->uri + ": " + toString(loaded.takeError()));
    prepared.loaded.emplace_back(&station, std::move(*loaded));
  }
  return Error::success();
}

static void compare(const Case &toRun, const Reference &expected, const CaseRun &found, VerifyRow &row) {
  for (auto [i, argument] : enumerate(toRun.launch.args)) {
    if (!isOutput(argument))
      continue;
    const launch::ArrayType &type = expected.arguments[i].type;
    row.add(i, type,
            launch::compare(type.type, found.outputs[i].data(), type.type, expected.bytes(i), type.elements(),
                            expected.tolerances[i]));
  }
  row.instructions = found.instructions;
  if (!found.findings.empty())
    row.fail(found.findings);
}

Error Verification::judge(const Case &toRun, const Prepared &prepared, const InterpretRequest &oracle,
                          VerifyRow row) {
  auto expected = interpret(toRun, oracle);
  if (!expected)
    return expected.takeError();
  row.sizes = toRun.label;
  auto keepsPromise = [&](const TargetCode &code) {
    return brokenPromise(code.code, expected->arguments).empty();
  };
  if (!request.bundle.empty() && all_of(prepared.codes, keepsPromise))
    bundle.addCase(toRun, *expected);
  for (const auto &[station, kernel] : prepared.loaded) {
    VerifyRow one = row;
    one.device = station->device->uri;
    one.target = station->target;
    one.detail = brokenPromise(prepared.codeFor(station->target)->code, expected->arguments);
    if (!one.detail.empty()) {
      one.status = VerifyRow::Refused;
    } else if (auto found = kernel->run(toRun.launch)) {
      compare(toRun, *expected, *found, one);
    } else {
      one.fail(toString(found.takeError()));
    }
    report(one);
  }
  return Error::success();
}

Error Verification::verifyVariant(const CaseGroup &group, const CaseGroup::Variant &variant) {
  Prepared prepared;
  if (Error error = prepare(group, variant, prepared))
    return error;
  if (prepared.codes.empty())
    return Error::success();
  if (!request.bundle.empty())
    bundle.addKernel(variant.parameters, prepared.codes);
  InterpretRequest oracle{request.file, group.kernel, {}};
  for (const auto &[name, value] : variant.parameters)
    oracle.params.push_back(name + "=" + value);
  ArrayRef<std::vector<int64_t>> launches = request.shapes.empty() ? group.sizes : request.shapes;
  if (request.first)
    launches = launches.take_front(request.first);
  for (const std::vector<int64_t> &sizes : launches) {
    auto toRun = resolve(group, variant.parameters, sizes, request.seed);
    if (!toRun)
      return toRun.takeError();
    if (Error error = judge(*toRun, prepared, oracle, rowOf(group, variant)))
      return createStringError(group.kernel + " " + textOf(variant.parameters) + " " + toRun->label + ": " +
                               toString(std::move(error)));
  }
  return Error::success();
}

Error Verification::verifyGroup(const CaseGroup &group) {
  for (const std::vector<int64_t> &sizes : request.shapes)
    if (sizes.size() != group.names.size())
      return createStringError("--shapes: @" + group.kernel + " has sizes " + join(group.names, "x") +
                               ", found " + std::to_string(sizes.size()) + " numbers");
  for (const CaseGroup::Variant &variant : group.variants)
    if (Error error = verifyVariant(group, variant))
      return error;
  return Error::success();
}

/// Whether the arguments of a group are right for these parameters.
static bool mayHave(const CaseGroup &group, const Parameters &given) {
  return all_of(group.assumes, [&](const auto &assumed) {
    auto found = given.find(assumed.first);
    return found == given.end() || found->second == assumed.second;
  });
}

/// Takes over parameters that the entry does not name; false where it says otherwise.
static bool accepts(CaseGroup::Variant &variant, const Parameters &given) {
  for (const auto &[name, value] : given)
    if (variant.parameters.insert({name, value}).first->second != value)
      return false;
  return true;
}

/// Leaves the entries that agree with the request's kernel and parameters; if none does, the first whose
/// arguments are right for them takes them.
static void select(const VerifyRequest &request, std::vector<CaseGroup> &groups) {
  erase_if(groups, [&](const CaseGroup &group) {
    return (!request.kernel.empty() && group.kernel != request.kernel) || !mayHave(group, request.parameters);
  });
  if (request.parameters.empty() || groups.empty())
    return;
  std::vector<CaseGroup> all = groups;
  for (CaseGroup &group : groups)
    erase_if(group.variants,
             [&](CaseGroup::Variant &variant) { return !accepts(variant, request.parameters); });
  erase_if(groups, [](const CaseGroup &group) { return group.variants.empty(); });
  if (!groups.empty())
    return;
  groups = {all.front()};
  groups[0].variants.resize(1);
  groups[0].variants[0].optional = false;
  for (const auto &[name, value] : request.parameters)
    groups[0].variants[0].parameters[name] = value;
}

Expected<Written> Verification::run() {
  SmallString<128> beside(request.file);
  sys::path::replace_extension(beside, ".cases.json");
  auto groups = readCases(request.casesFile.empty() ? beside.str().str() : request.casesFile);
  if (!groups)
    return groups.takeError();
  select(request, *groups);
  if (groups->empty())
    return createStringError("no cases of " +
                             (request.kernel.empty() ? "a kernel" : "kernel '" + request.kernel + "'") +
                             (request.parameters.empty() ? "" : " with " + textOf(request.parameters)));
  if (Error error = openDevices())
    return std::move(error);
  for (const CaseGroup &group : *groups)
    if (Error error = verifyGroup(group))
      return std::move(error);
  if (!request.bundle.empty())
    if (Error error = bundle.write(request.bundle))
      return std::move(error);
  return Written{bundle.kernels(), bundle.cases()};
}

Expected<Written> tools::verify(const VerifyRequest &request, function_ref<void(const VerifyRow &)> report) {
  return Verification(request, report).run();
}
