#include "VerifyKernel.h"
#include "HostMemory.h"
#include "Interpret.h"
#include "KernelLaunch.h"

#include "kiln/Emulator/Observers.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

#include <cmath>

using namespace llvm;
using namespace kiln;
using namespace kiln::tools;

/// Bytes that no result should have: they stay where a kernel does not write, and are NaN in most float
/// types.
static constexpr uint8_t unwritten = 0xFF;

namespace {
/// Arguments that the interpreter has run on.
struct Interpretation {
  HostMemory memory;
  std::vector<launch::BoundArgument> arguments;
  const uint8_t *bytes(size_t argument) const {
    return reinterpret_cast<const uint8_t *>(arguments[argument].address);
  }
};

/// How far a device's result may be from the interpreter's. Two things are rounded on both sides:
///   the result, by half a unit in the last place each;
///   a sum of n terms, by n units of roundoff of the sum of the terms' magnitudes each (Higham, Accuracy and
///   Stability of Numerical Algorithms, section 4.2), the functions along the way by no more than 16 such
///   units; and where a kernel rounds in between, once more by that type's unit.
/// The sum of the magnitudes is the largest result of the interpreter on the inputs' absolute values.
struct Bound {
  launch::DType result;
  double perMagnitude = 0, magnitude = 0;

  double of(double found, double expected) const;
};
} // namespace

static double roundoff(launch::DType type) {
  const launch::DTypeFacts &facts = launch::factsOf(type);
  return facts.exponent ? std::ldexp(1.0, -static_cast<int>(facts.mantissa) - 1) : 0;
}

double Bound::of(double found, double expected) const {
  const launch::DTypeFacts &facts = launch::factsOf(result);
  double rounding = 0;
  if (facts.exponent) {
    double larger = std::max(std::abs(expected), std::isfinite(found) ? std::abs(found) : 0);
    int smallest = 1 - facts.bias;
    int exponent = larger > 0 && std::isfinite(larger) ? std::max(std::ilogb(larger), smallest) : smallest;
    rounding = std::ldexp(1.0, exponent - static_cast<int>(facts.mantissa));
  }
  return rounding + perMagnitude * magnitude;
}

/// Clears the signs: what it does to a sum is known, because no term cancels another.
static void makeAbsolute(launch::DType type, MutableArrayRef<uint8_t> bytes) {
  const launch::DTypeFacts &facts = launch::factsOf(type);
  if (!facts.exponent || !facts.hasSign)
    return;
  for (uint64_t sign = facts.bits - 1; sign / 8 < bytes.size(); sign += facts.bits)
    bytes[sign / 8] &= static_cast<uint8_t>(~(1u << sign % 8));
}

/// Zero is a poor test of a multiplication.
static void avoidZeros(const launch::ArrayType &type, MutableArrayRef<uint8_t> bytes) {
  const launch::DTypeFacts &facts = launch::factsOf(type.type);
  if (facts.exponent || type.type == launch::DType::BOOL)
    return;
  for (size_t element = facts.bits / 8, at = 0; at + element <= bytes.size(); at += element)
    if (all_of(bytes.slice(at, element), [](uint8_t byte) { return byte == 0; }))
      bytes[at] = 1;
}

static bool isOutput(const launch::Argument &argument) { return argument.kind == launch::Argument::Zeros; }

static Error interpret(const Case &toRun, const InterpretRequest &request, bool absolute,
                       Interpretation &run) {
  std::string error;
  auto arguments = launch::materialise(toRun.launch, run.memory, error);
  if (!arguments)
    return createStringError(error);
  run.arguments = std::move(*arguments);
  for (auto [argument, bound] : zip_equal(toRun.launch.args, run.arguments)) {
    if (!bound.isBuffer) {
      if (absolute)
        makeAbsolute(bound.type.type, bound.value);
      continue;
    }
    MutableArrayRef bytes(reinterpret_cast<uint8_t *>(bound.address), bound.type.bytes());
    if (isOutput(argument))
      std::fill(bytes.begin(), bytes.end(), unwritten);
    else
      avoidZeros(bound.type, bytes);
    if (absolute && !isOutput(argument))
      makeAbsolute(bound.type.type, bytes);
  }
  return runInterpreter(request, run.arguments) ? Error::success()
                                                : createStringError("the interpreter failed");
}

static Expected<double> perMagnitudeOf(const Case &toRun) {
  auto sum = launch::parseDType(toRun.sum);
  if (!sum)
    return createStringError("unknown element type '" + toRun.sum + "'");
  double result = 2 * (static_cast<double>(toRun.terms) + 16) * roundoff(*sum);
  if (toRun.rounded.empty())
    return result;
  auto rounded = launch::parseDType(toRun.rounded);
  if (!rounded)
    return createStringError("unknown element type '" + toRun.rounded + "'");
  return result + 2 * roundoff(*rounded);
}

static std::string placeOf(const launch::ArrayType &type, uint64_t element) {
  std::string text;
  for (size_t d = type.shape.size(); d-- > 0; element /= type.shape[d])
    text = std::to_string(element % type.shape[d]) + (text.empty() ? "" : ", ") + text;
  return "[" + text + "]";
}

/// Compares one output; the first wrong element is explained in the result.
static void compare(size_t argument, const launch::ArrayType &type, const uint8_t *found,
                    const uint8_t *expected, const Bound &bound, CaseResult &result) {
  uint64_t wrong = 0, first = 0;
  for (uint64_t i = 0, count = type.elements(); i < count; ++i) {
    double is = launch::decodeElement(type.type, found, i),
           want = launch::decodeElement(type.type, expected, i);
    if (is == want || (std::isnan(is) && std::isnan(want)))
      continue;
    double error = std::abs(is - want), tolerance = bound.of(is, want);
    bool isWrong = !(error <= tolerance);
    if (isWrong && wrong++ == 0)
      first = i;
    if (error * result.tolerance > result.error * tolerance || result.tolerance == 0 || std::isnan(error)) {
      result.error = error;
      result.tolerance = tolerance;
    }
  }
  result.elements += type.elements();
  result.magnitude = std::max(result.magnitude, bound.magnitude);
  if (!wrong || result.status != CaseResult::Right)
    return;
  result.status = CaseResult::Wrong;
  result.detail =
      formatv("argument {0}: {1} of {2} elements wrong, first at {3}: found {4}, expected {5}", argument,
              wrong, type.elements(), placeOf(type, first), launch::decodeElement(type.type, found, first),
              launch::decodeElement(type.type, expected, first));
}

static double largest(const launch::ArrayType &type, const uint8_t *bytes) {
  double result = 0;
  for (uint64_t i = 0, count = type.elements(); i < count; ++i) {
    double value = std::abs(launch::decodeElement(type.type, bytes, i));
    if (std::isfinite(value))
      result = std::max(result, value);
  }
  return result;
}

/// The buffers as the interpreter's first run has them before it starts.
static Error copyInputs(const Case &toRun, const Interpretation &inputs, Emulation &run) {
  for (auto [i, argument] : enumerate(toRun.launch.args)) {
    if (!argument.isBuffer() || inputs.arguments[i].type.bytes() == 0)
      continue;
    std::vector<uint8_t> bytes(inputs.bytes(i), inputs.bytes(i) + inputs.arguments[i].type.bytes());
    if (isOutput(argument))
      std::fill(bytes.begin(), bytes.end(), unwritten);
    if (Error error = run.device->memory().write(run.arguments[i].address, bytes.data(), bytes.size()))
      return error;
  }
  return Error::success();
}

static std::string describe(ArrayRef<emulator::Finding> findings) {
  const emulator::Finding &first = findings.front();
  return formatv("{0} findings, first {1}: {2}, at {3:x}: {4}", findings.size(), first.kind, first.message,
                 first.pc, first.disassembly);
}

static Error judge(const Case &toRun, const CompileResult &code, const InterpretRequest &request,
                   CaseResult &result) {
  Interpretation expected, absolute;
  if (Error error = interpret(toRun, request, false, expected))
    return error;
  if (std::string broken = brokenPromise(code, expected.arguments); !broken.empty()) {
    result.status = CaseResult::Refused;
    result.detail = broken;
    return Error::success();
  }
  if (Error error = interpret(toRun, request, true, absolute))
    return error;
  auto perMagnitude = perMagnitudeOf(toRun);
  if (!perMagnitude)
    return perMagnitude.takeError();
  auto observers = emulator::createObservers();
  if (!observers)
    return observers.takeError();
  emulator::LaunchOptions options;
  for (const auto &observer : *observers)
    options.observers.push_back(observer.get());
  auto run = runOnEmulator(code, toRun.launch, options, std::nullopt,
                           [&](Emulation &started) { return copyInputs(toRun, expected, started); });
  if (!run) {
    result.status = CaseResult::Wrong;
    result.detail = toString(run.takeError());
    return Error::success();
  }
  result.instructions = run->result.instructions;
  for (auto [i, argument] : enumerate(toRun.launch.args)) {
    const launch::ArrayType &type = expected.arguments[i].type;
    std::vector<uint8_t> found(isOutput(argument) ? type.bytes() : 0);
    if (found.empty())
      continue;
    if (Error error = run->device->memory().read(run->arguments[i].address, found.data(), found.size()))
      return error;
    double magnitude = std::max(largest(type, expected.bytes(i)), largest(type, absolute.bytes(i)));
    compare(i, type, found.data(), expected.bytes(i), {type.type, *perMagnitude, magnitude}, result);
  }
  if (!run->result.findings.empty()) {
    result.status = CaseResult::Wrong;
    result.detail += (result.detail.empty() ? "" : "; ") + describe(run->result.findings);
  }
  return Error::success();
}

static std::string textOf(const Parameters &parameters) {
  std::string text;
  for (const auto &[name, value] : parameters)
    text += (text.empty() ? "" : " ") + name + "=" + value;
  return text;
}

/// One kernel with fixed parameters on one target: compiled once, run on all sizes.
static Error verifyVariant(const VerifyRequest &request, const CaseGroup &group,
                           const CaseGroup::Variant &variant, StringRef target,
                           function_ref<void(const CaseResult &)> report) {
  CompileRequest compile{request.file,          group.kernel, target.str(), request.schedule, "obj", {},
                         request.targetFolders,
                         /*lineTables=*/true};
  InterpretRequest oracle{request.file, group.kernel, {}};
  for (const auto &[name, value] : variant.parameters) {
    compile.params.push_back({name, value});
    oracle.params.push_back(name + "=" + value);
  }
  CaseResult result;
  result.target = target.str();
  result.kernel = group.kernel;
  result.parameters = textOf(variant.parameters);
  std::string errors;
  CompileResult code = compileKernel(compile, &errors);
  if (!code.ok) {
    result.status = variant.optional ? CaseResult::Refused : CaseResult::Wrong;
    result.detail = StringRef(errors).rtrim().str();
    report(result);
    return Error::success();
  }
  ArrayRef<std::vector<int64_t>> launches = request.shapes.empty() ? group.sizes : request.shapes;
  if (request.first)
    launches = launches.take_front(request.first);
  for (const std::vector<int64_t> &sizes : launches) {
    auto toRun = resolve(group, variant.parameters, sizes, request.seed);
    if (!toRun)
      return toRun.takeError();
    CaseResult one = result;
    one.sizes = toRun->label;
    if (Error error = judge(*toRun, code, oracle, one))
      return createStringError(group.kernel + " " + result.parameters + " " + one.sizes + ": " +
                               toString(std::move(error)));
    report(one);
  }
  return Error::success();
}

/// Takes over parameters that the entry does not name; false where it says otherwise.
static bool accepts(CaseGroup::Variant &variant, const Parameters &given) {
  for (const auto &[name, value] : given)
    if (variant.parameters.insert({name, value}).first->second != value)
      return false;
  return true;
}

/// Leaves the entries that agree with the request's kernel and parameters; if none does, the first one takes
/// them.
static void select(const VerifyRequest &request, std::vector<CaseGroup> &groups) {
  erase_if(groups,
           [&](const CaseGroup &group) { return !request.kernel.empty() && group.kernel != request.kernel; });
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

Error tools::verify(const VerifyRequest &request, function_ref<void(const CaseResult &)> report) {
  SmallString<128> beside(request.file);
  sys::path::replace_extension(beside, ".cases.json");
  auto groups = readCases(request.casesFile.empty() ? beside.str().str() : request.casesFile);
  if (!groups)
    return groups.takeError();
  select(request, *groups);
  if (groups->empty())
    return createStringError("no cases of kernel '" + request.kernel + "'");
  for (const CaseGroup &group : *groups) {
    for (const std::vector<int64_t> &sizes : request.shapes)
      if (sizes.size() != group.names.size())
        return createStringError("--shapes: @" + group.kernel + " has sizes " + join(group.names, "x") +
                                 ", found " + std::to_string(sizes.size()) + " numbers");
    for (const std::string &target : request.targets)
      for (const CaseGroup::Variant &variant : group.variants)
        if (Error error = verifyVariant(request, group, variant, target, report))
          return error;
  }
  return Error::success();
}
