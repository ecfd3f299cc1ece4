#include "Emulate.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace kiln;
using namespace kiln::tools;

static bool explain(Error failure, std::string &error) {
  if (!failure)
    return true;
  error = toString(std::move(failure));
  return false;
}

bool DeviceMemory::allocate(uint64_t size, uint64_t &address, std::string &error) {
  address = space.allocate(size, "buffer " + std::to_string(buffers++));
  return true;
}
bool DeviceMemory::write(uint64_t address, const void *data, uint64_t size, std::string &error) {
  return explain(space.write(address, data, size), error);
}
bool DeviceMemory::read(uint64_t address, void *data, uint64_t size, std::string &error) {
  return explain(space.read(address, data, size), error);
}

static Expected<std::string> kernelName(const emulator::CodeObject &object, const std::string &wanted) {
  if (!wanted.empty() || object.kernels.size() == 1)
    return wanted.empty() ? object.kernels[0].name : wanted;
  std::vector<std::string> names;
  for (const emulator::Kernel &kernel : object.kernels)
    names.push_back(kernel.name);
  return createStringError(names.empty() ? "the code object has no kernels"
                                         : "name one of the kernels: " + join(names, ", "));
}

static std::string listOf(ArrayRef<const emulator::KernelArgument *> arguments) {
  std::string list;
  for (const emulator::KernelArgument *argument : arguments)
    list += "\n  offset " + std::to_string(argument->offset) + ", " + std::to_string(argument->size) +
            " bytes: " + argument->valueKind + (argument->name.empty() ? "" : " " + argument->name);
  return list;
}

/// Is this one the kernel's whole argument segment, with or without room for the hidden ones?
static bool isWhole(const launch::BoundArgument &argument, const emulator::Kernel &kernel) {
  size_t size = argument.value.size();
  return !argument.isBuffer && size >= kernel.explicitKernargSize() &&
         size <= std::max(kernel.kernargSize, kernel.explicitKernargSize());
}

/// Without the buffers behind the kernel's arguments that others point to: they exist, and are not passed.
static ArrayRef<launch::BoundArgument> withoutPointees(const launch::Launch &launch,
                                                       const emulator::Kernel &kernel,
                                                       ArrayRef<launch::BoundArgument> given) {
  auto isPointee = [&](size_t number) {
    return any_of(launch.args, [&](const launch::Argument &argument) {
      return any_of(argument.pointers, [&](const launch::Pointer &pointer) { return pointer.to == number; });
    });
  };
  size_t wanted = given.size(); // without metadata, every one is the kernel's
  if (!given.empty() && isWhole(given[0], kernel))
    wanted = 1;
  else if (!kernel.arguments.empty())
    wanted =
        static_cast<size_t>(count_if(kernel.arguments, [](const auto &each) { return !each.isHidden(); }));
  while (given.size() > wanted && given.back().isBuffer && isPointee(given.size() - 1))
    given = given.drop_back();
  return given;
}

/// The explicit part of the kernarg segment.
static Expected<std::vector<uint8_t>> placeArguments(const emulator::Kernel &kernel,
                                                     ArrayRef<launch::BoundArgument> given) {
  SmallVector<const emulator::KernelArgument *> wanted;
  for (const emulator::KernelArgument &argument : kernel.arguments)
    if (!argument.isHidden())
      wanted.push_back(&argument);
  if (kernel.arguments.empty())
    return launch::packKernargs(given);
  if (given.size() == 1 && isWhole(given[0], kernel))
    return std::vector<uint8_t>(given[0].value.begin(),
                                given[0].value.begin() + kernel.explicitKernargSize());
  if (given.size() != wanted.size())
    return createStringError(std::to_string(given.size()) + " arguments: kernel '" + kernel.name +
                             "' takes " + std::to_string(wanted.size()) + listOf(wanted));
  std::vector<uint8_t> bytes(kernel.explicitKernargSize());
  for (size_t i = 0; i < given.size(); ++i) {
    const std::vector<uint8_t> &value = given[i].value;
    if (value.size() != wanted[i]->size)
      return createStringError("argument " + std::to_string(i) + " has " + std::to_string(value.size()) +
                               " bytes; kernel '" + kernel.name + "' takes" + listOf(wanted));
    std::copy(value.begin(), value.end(), bytes.begin() + wanted[i]->offset);
  }
  return bytes;
}

Expected<Emulation> tools::runCodeObject(ArrayRef<uint8_t> file, const launch::Launch &launch,
                                         const emulator::LaunchOptions &options,
                                         std::optional<emulator::Chip> chip, Prepare prepare) {
  auto object = emulator::CodeObject::load(file, chip);
  if (!object)
    return object.takeError();
  Emulation run;
  auto name = kernelName(**object, launch.kernel);
  if (!name)
    return name.takeError();
  run.kernel = *name;
  auto kernel = (*object)->find(run.kernel);
  if (!kernel)
    return kernel.takeError();
  run.device = std::make_unique<emulator::Device>(chip.value_or((*object)->chip));
  auto program = run.device->load(*object);
  if (!program)
    return program.takeError();
  DeviceMemory memory(run.device->memory());
  std::string error;
  auto arguments = launch::materialise(launch, memory, error);
  if (!arguments)
    return createStringError(error);
  run.arguments = std::move(*arguments);
  emulator::Launch request;
  request.kernel = run.kernel;
  request.dynamicLds = launch.dynamicLds;
  request.options = options;
  const uint32_t grid[] = {launch.grid.x, launch.grid.y, launch.grid.z};
  const uint32_t block[] = {launch.block.x, launch.block.y, launch.block.z};
  std::copy_n(grid, 3, request.grid);
  std::copy_n(block, 3, request.block);
  Expected<std::vector<launch::BoundArgument>> passed = run.arguments;
  if (prepare)
    passed = prepare(run, request);
  if (!passed)
    return passed.takeError();
  ArrayRef<launch::BoundArgument> given = *passed;
  auto kernarg = placeArguments(**kernel, prepare ? given : withoutPointees(launch, **kernel, given));
  if (!kernarg)
    return kernarg.takeError();
  request.kernarg = std::move(*kernarg);
  if (prepare && request.grid[0] == 0)
    return run;
  auto result = run.device->launch(**program, request);
  if (!result)
    return result.takeError();
  run.result = std::move(*result);
  return run;
}
