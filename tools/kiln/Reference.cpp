#include "Reference.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace llvm;
using namespace kiln;
using namespace kiln::tools;

bool tools::isOutput(const launch::Argument &argument) {
  return argument.kind == launch::Argument::Zeros || argument.kind == launch::Argument::Unset;
}

static double roundoff(launch::DType type) {
  const launch::DTypeFacts &facts = launch::factsOf(type);
  return facts.exponent ? std::ldexp(1.0, -static_cast<int>(facts.mantissa) - 1) : 0;
}

/// Clears the signs: what it does to a sum is known, because no term cancels another.
static void makeAbsolute(launch::DType type, MutableArrayRef<uint8_t> bytes) {
  const launch::DTypeFacts &facts = launch::factsOf(type);
  if (!facts.exponent || !facts.hasSign)
    return;
  for (uint64_t sign = facts.bits - 1; sign / 8 < bytes.size(); sign += facts.bits)
    bytes[sign / 8] &= static_cast<uint8_t>(~(1u << sign % 8));
}

static Error run(const Case &toRun, const InterpretRequest &request, bool absolute, Reference &result) {
  std::string error;
  auto arguments = launch::materialise(toRun.launch, result.memory, error);
  if (!arguments)
    return createStringError(error);
  result.arguments = std::move(*arguments);
  for (auto [argument, bound] : zip_equal(toRun.launch.args, result.arguments)) {
    if (!absolute || isOutput(argument))
      continue;
    MutableArrayRef<uint8_t> bytes = bound.value;
    if (bound.isBuffer)
      bytes = MutableArrayRef(reinterpret_cast<uint8_t *>(bound.address), bound.type.bytes());
    makeAbsolute(bound.type.type, bytes);
  }
  return runInterpreter(request, result.arguments) ? Error::success()
                                                   : createStringError("the interpreter failed");
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

/// What rounding may do, in parts of the sum of the terms' magnitudes. A sum of n terms is off by n units of
/// roundoff of that on either side (Higham, Accuracy and Stability of Numerical Algorithms, section 4.2), the
/// functions along the way by no more than 16 such units; where a kernel rounds in between, once more by that
/// type's unit.
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

Expected<Reference> tools::interpret(const Case &toRun, const InterpretRequest &request) {
  Reference result, absolute;
  if (Error error = run(toRun, request, false, result))
    return std::move(error);
  // The sum of the magnitudes is the largest result for the inputs' absolute values.
  if (Error error = run(toRun, request, true, absolute))
    return std::move(error);
  auto perMagnitude = perMagnitudeOf(toRun);
  if (!perMagnitude)
    return perMagnitude.takeError();
  for (auto [i, argument] : enumerate(result.arguments)) {
    launch::Tolerance tolerance;
    if (isOutput(toRun.launch.args[i])) {
      const launch::ArrayType &type = argument.type;
      double magnitude = std::max(largest(type, result.bytes(i)), largest(type, absolute.bytes(i)));
      // The result is rounded on both sides, by half a unit each.
      tolerance = launch::defaultTolerance(type.type);
      tolerance.absolute = *perMagnitude * magnitude;
    }
    result.tolerances.push_back(tolerance);
  }
  return result;
}
