#include "KernelLaunch.h"

#include "runtime/format/Expression.h"
#include "llvm/ADT/StringExtras.h"

#include <limits>

using namespace llvm;
using namespace kiln;
using namespace kiln::tools;

namespace {
/// What the names of a grid expression stand for.
struct Names {
  ArrayRef<compiler::Argument> formals;
  ArrayRef<launch::BoundArgument> actuals;
};
} // namespace

/// `a.0` is a size of tensor a, `n` a scalar.
static int resolve(void *context, const char *name, kiln_operand *operand) {
  const Names &names = *static_cast<const Names *>(context);
  auto [argument, dim] = StringRef(name).split('.');
  for (auto [i, formal] : enumerate(names.formals)) {
    if (formal.name != argument)
      continue;
    operand->argument = static_cast<uint8_t>(i);
    operand->kind = formal.isTensor ? KILN_OPERAND_DIM : KILN_OPERAND_SCALAR;
    return !formal.isTensor ||
           (!dim.getAsInteger(10, operand->index) && operand->index < formal.shape.size());
  }
  return 0;
}

static int64_t load(void *context, const kiln_operand *operand) {
  const launch::BoundArgument &actual = static_cast<const Names *>(context)->actuals[operand->argument];
  if (operand->kind == KILN_OPERAND_DIM)
    return static_cast<int64_t>(actual.type.shape[operand->index]);
  return static_cast<int64_t>(launch::decodeElement(actual.type.type, actual.value.data(), 0));
}

Expected<uint32_t> tools::gridOf(const CompileResult &kernel, ArrayRef<launch::BoundArgument> arguments) {
  Names names{kernel.arguments, arguments};
  char reason[256];
  std::unique_ptr<kiln_expression, decltype(&kiln_expression_free)> expression(
      kiln_expression_parse(kernel.grid.c_str(), resolve, &names, reason, sizeof reason),
      kiln_expression_free);
  if (!expression)
    return createStringError("grid '" + kernel.grid + "': " + reason);
  int64_t size = 0;
  if (!kiln_expression_evaluate(expression.get(), load, &names, &size) || size < 0 ||
      size > std::numeric_limits<int32_t>::max())
    return createStringError("the grid '" + kernel.grid + "' has no size that can be launched");
  return static_cast<uint32_t>(size);
}

static launch::BoundArgument integer(uint64_t value) {
  launch::BoundArgument argument;
  argument.type.type = launch::DType::I32;
  argument.alignment = 4;
  for (unsigned byte = 0; byte < 4; ++byte)
    argument.value.push_back(static_cast<uint8_t>(value >> 8 * byte));
  return argument;
}

/// A signless integer of the kernel holds either kind.
static bool sameType(const compiler::Argument &formal, launch::DType actual) {
  StringRef wanted = formal.dtype == "index" ? "i32" : StringRef(formal.dtype),
            found = launch::factsOf(actual).name;
  return wanted.equals_insensitive(found) ||
         (wanted.starts_with("i") && found.starts_with("u") && wanted.drop_front() == found.drop_front());
}

static Error checkArgument(size_t i, const compiler::Argument &formal, const launch::BoundArgument &actual) {
  std::string place = "argument " + std::to_string(i) + " (" + formal.name + "): ";
  if (formal.isTensor != actual.isBuffer)
    return createStringError(place + "expected a " + (formal.isTensor ? "tensor" : "scalar"));
  if (!sameType(formal, actual.type.type))
    return createStringError(place + "expected " + formal.dtype + ", found " +
                             launch::factsOf(actual.type.type).name);
  if (!formal.isTensor)
    return Error::success();
  bool fits = formal.shape.size() == actual.type.shape.size();
  std::string wanted;
  for (auto [d, size] : enumerate(formal.shape)) {
    wanted += (d ? "," : "") + (size == compiler::Argument::dynamic ? "?" : std::to_string(size));
    fits =
        fits && (size == compiler::Argument::dynamic || static_cast<uint64_t>(size) == actual.type.shape[d]);
  }
  return fits ? Error::success()
              : createStringError(place + "expected " + formal.dtype + "[" + wanted + "], found " +
                                  actual.type.str());
}

std::string tools::brokenPromise(const CompileResult &kernel, ArrayRef<launch::BoundArgument> arguments) {
  for (auto [formal, actual] : zip(kernel.arguments, arguments)) {
    const std::vector<uint64_t> &shape = actual.type.shape;
    if (!formal.isTensor || formal.align <= 1)
      continue;
    // A contiguous tensor's strides but the last are multiples of its rows.
    uint64_t rowBits = shape.size() > 1 ? shape.back() * launch::factsOf(actual.type.type).bits : 0;
    if (rowBits % (static_cast<uint64_t>(formal.align) * 8))
      return formal.name + ", " + actual.type.str() + ", has rows of " + std::to_string(rowBits / 8) +
             " bytes; the kernel's type promises multiples of " + std::to_string(formal.align);
  }
  return "";
}

Expected<std::vector<launch::BoundArgument>> tools::passedTo(const CompileResult &kernel,
                                                             ArrayRef<launch::BoundArgument> arguments) {
  if (arguments.size() != kernel.arguments.size())
    return createStringError("@" + kernel.kernelName + " takes " + std::to_string(kernel.arguments.size()) +
                             " arguments, found " + std::to_string(arguments.size()));
  if (std::string broken = brokenPromise(kernel, arguments); !broken.empty())
    return createStringError(broken);
  std::vector<launch::BoundArgument> passed;
  for (auto [i, actual] : enumerate(arguments)) {
    const compiler::Argument &formal = kernel.arguments[i];
    if (Error error = checkArgument(i, formal, actual))
      return std::move(error);
    passed.push_back(actual);
    const std::vector<uint64_t> &shape = actual.type.shape;
    for (auto [d, size] : enumerate(formal.shape))
      if (size == compiler::Argument::dynamic)
        passed.push_back(integer(shape[d]));
    for (auto [d, stride] : enumerate(formal.strides)) {
      if (stride != compiler::Argument::dynamic)
        continue;
      uint64_t inner = 1;
      for (size_t e = d + 1; e < shape.size(); ++e)
        inner *= shape[e];
      passed.push_back(integer(inner));
    }
  }
  return passed;
}

Expected<Emulation> tools::runOnEmulator(const CompileResult &kernel, const launch::Launch &launch,
                                         const emulator::LaunchOptions &options,
                                         std::optional<emulator::Chip> chip,
                                         function_ref<Error(Emulation &)> fill) {
  auto prepare = [&](Emulation &run,
                     emulator::Launch &request) -> Expected<std::vector<launch::BoundArgument>> {
    auto passed = passedTo(kernel, run.arguments);
    if (!passed)
      return passed.takeError();
    auto grid = gridOf(kernel, run.arguments);
    if (!grid)
      return grid.takeError();
    request.grid[0] = *grid;
    request.block[0] = static_cast<uint32_t>(kernel.threads);
    if (fill)
      if (Error error = fill(run))
        return std::move(error);
    return passed;
  };
  launch::Launch named = launch;
  named.kernel = kernel.kernelName;
  auto bytes = ArrayRef(reinterpret_cast<const uint8_t *>(kernel.output.data()), kernel.output.size());
  return runCodeObject(bytes, named, options, chip, prepare);
}
