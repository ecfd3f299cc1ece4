// Modules, launches, and the hooks that clang's <<<>>> compiles to.
#include "State.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace kiln::hip {

/// A number of an image; loaders get a pointer and no size, and must believe the headers.
static uint64_t field(const uint8_t *image, uint64_t at, unsigned bytes) {
  uint64_t value = 0;
  std::memcpy(&value, image + at, bytes);
  return value;
}

static uint64_t sizeOfElf(const uint8_t *elf) {
  // e_shoff, e_shentsize, e_shnum: the section headers stand last in what lld writes, but segments may end
  // later.
  uint64_t end = field(elf, 0x28, 8) + field(elf, 0x3a, 2) * field(elf, 0x3c, 2);
  for (uint64_t i = 0, at = field(elf, 0x20, 8); i < field(elf, 0x38, 2); ++i, at += field(elf, 0x36, 2))
    end = std::max(end, field(elf, at + 8, 8) + field(elf, at + 32, 8)); // p_offset + p_filesz
  return end;
}

/// ClangOffloadBundler.rst: magic, a count, then for each entry offset, size, length of the id, id.
static uint64_t sizeOfBundle(const uint8_t *bundle) {
  constexpr uint64_t MaxEntries = 1024, MaxId = 1024, MaxSize = uint64_t(1) << 32;
  uint64_t count = field(bundle, 24, 8), at = 32, end = 0;
  if (count > MaxEntries)
    return 0; // damaged: to read on would leave the image
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t offset = field(bundle, at, 8), size = field(bundle, at + 8, 8), id = field(bundle, at + 16, 8);
    if (id > MaxId || offset > MaxSize || size > MaxSize)
      return 0;
    at += 24 + id;
    end = std::max({end, at, offset + size});
  }
  return std::max(end, at);
}

/// The same file: "CCOB", then version and method of two bytes each, then from version 2 the total size in
/// four bytes, from version 3 in eight.
static uint64_t sizeOfCompressedBundle(const uint8_t *bundle) {
  uint64_t version = field(bundle, 4, 2);
  return version < 2 ? 0 : field(bundle, 8, version == 2 ? 4 : 8);
}

/// 0: no code.
static uint64_t sizeOfImage(const void *image) {
  auto *bytes = static_cast<const uint8_t *>(image);
  auto is = [&](const char *magic) {
    return std::strncmp(static_cast<const char *>(image), magic, std::strlen(magic)) == 0;
  };
  return is("\177ELF")                    ? sizeOfElf(bytes)
         : is("__CLANG_OFFLOAD_BUNDLE__") ? sizeOfBundle(bytes)
         : is("CCOB")                     ? sizeOfCompressedBundle(bytes)
                                          : 0;
}

static int loadModule(const void *image, uint64_t size, Module *&result) {
  State &s = state();
  kiln_emulator *emulator = s.device();
  char text[512];
  if (!emulator)
    return InvalidDevice;
  auto module = std::make_unique<Module>();
  kiln_emulator_status status =
      kiln_emulator_load(emulator, image, size, &module->program, text, sizeof text);
  if (status)
    return status == KILN_EMULATOR_NOT_FOUND ? NoBinaryForGpu : InvalidImage;
  result = module.release();
  s.modules.insert(result);
  return Success;
}

int loadModule(const void *image, Module *&result) {
  return image ? loadModule(image, sizeOfImage(image), result) : static_cast<int>(InvalidValue);
}

void unloadModule(Module *module) {
  state().modules.erase(module);
  for (auto &function : module->functions)
    delete function.second;
  kiln_emulator_unload(module->program);
  delete module;
}

int findFunction(Module *module, const std::string &name, Function *&result) {
  Function *&function = module->functions[name];
  kiln_emulator_kernel facts;
  if (!function) {
    if (kiln_emulator_find(module->program, name.c_str(), &facts, nullptr, 0)) {
      module->functions.erase(name);
      return NotFound;
    }
    function = new Function{module, name};
  }
  result = function;
  return Success;
}

int loadBinary(FatBinary &binary) {
  return binary.module ? static_cast<int>(Success) : loadModule(binary.image, binary.module);
}

int findFunction(const void *hostFunction, Function *&result) {
  auto found = state().hostFunctions.find(hostFunction);
  if (found == state().hostFunctions.end())
    return InvalidDeviceFunction;
  FatBinary &binary = *found->second.binary;
  int error = loadBinary(binary);
  return error ? error : findFunction(binary.module, found->second.name, result);
}

int factsOf(const Function &function, kiln_emulator_kernel &facts) {
  return kiln_emulator_find(function.module->program, function.name.c_str(), &facts, nullptr, 0)
             ? InvalidHandle
             : Success;
}

static int gatherArguments(const Function &function, void **parameters, std::vector<uint8_t> &bytes) {
  kiln_emulator_kernel facts;
  if (int error = factsOf(function, facts))
    return error;
  bytes.resize(facts.kernarg_bytes);
  uint32_t offset, size;
  for (uint32_t i = 0; !kiln_emulator_argument(function.module->program, function.name.c_str(), i, &offset,
                                               &size, nullptr, 0);
       ++i) {
    if (!parameters || !parameters[i] || offset + uint64_t(size) > bytes.size())
      return InvalidValue;
    std::memcpy(bytes.data() + offset, parameters[i], size);
  }
  return Success;
}

/// HIP_LAUNCH_PARAM_BUFFER_POINTER is 1, _BUFFER_SIZE 2, _END 3.
static int readExtra(void **extra, std::vector<uint8_t> &bytes) {
  const uint8_t *buffer = nullptr;
  size_t size = 0;
  for (; *extra != reinterpret_cast<void *>(3); extra += 2) {
    if (*extra == reinterpret_cast<void *>(1))
      buffer = static_cast<const uint8_t *>(extra[1]);
    else if (*extra == reinterpret_cast<void *>(2))
      size = *static_cast<size_t *>(extra[1]);
    else
      return InvalidValue;
  }
  if (buffer)
    bytes.assign(buffer, buffer + size);
  return Success;
}

/// KILN_HIP_OBSERVERS: who watches every launch, names with commas between or "all". Null: nobody.
static const char *observers() {
  const char *wanted = std::getenv("KILN_HIP_OBSERVERS");
  return wanted && *wanted ? wanted : nullptr;
}

static void printFinding(void *context, const kiln_emulator_finding *finding) {
  std::fprintf(stderr, "hip on the emulator: %s: %s\n", static_cast<const Function *>(context)->name.c_str(),
               finding->text);
}

/// KILN_HIP_LOG=1: a line for every launch.
static void log(const kiln_emulator_launch &request, const kiln_emulator_result &result) {
  const char *wanted = std::getenv("KILN_HIP_LOG");
  if (wanted && *wanted)
    std::fprintf(
        stderr,
        "hip on the emulator: %s grid %u,%u,%u block %u,%u,%u: %llu instructions, %llu findings, %.3f s\n",
        request.kernel, request.grid[0], request.grid[1], request.grid[2], request.block[0], request.block[1],
        request.block[2], static_cast<unsigned long long>(result.instructions),
        static_cast<unsigned long long>(result.findings), result.seconds);
}

static int run(Function &function, const Geometry &geometry, const std::vector<uint8_t> &bytes) {
  kiln_emulator_launch request = {};
  kiln_emulator_result result = {};
  char text[512];
  request.kernel = function.name.c_str();
  std::memcpy(request.grid, geometry.grid, sizeof request.grid);
  std::memcpy(request.block, geometry.block, sizeof request.block);
  std::memcpy(request.items, geometry.items, sizeof request.items);
  request.dynamic_lds = geometry.sharedBytes;
  request.kernargs = bytes.data();
  request.kernarg_bytes = bytes.size();
  if (const char *wanted = observers()) {
    request.report = printFinding;
    request.context = &function;
    request.observers = std::strcmp(wanted, "all") ? wanted : nullptr;
  }
  int error =
      translate(kiln_emulator_run(function.module->program, &request, &result, text, sizeof text), text);
  log(request, result);
  return error;
}

int launch(Function *function, const Geometry &geometry, Stream *stream, void **parameters, void **extra) {
  std::vector<uint8_t> bytes;
  int error = extra ? readExtra(extra, bytes) : gatherArguments(*function, parameters, bytes);
  return error ? error
               : enqueue(stream, [=, bytes = std::move(bytes)] { return run(*function, geometry, bytes); });
}

} // namespace kiln::hip

using namespace kiln::hip;

HIP_EXPORT int hipModuleLoadData(Module **module, const void *image) {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  return note(module ? loadModule(image, *module) : InvalidValue);
}

HIP_EXPORT int hipModuleLoadDataEx(Module **module, const void *image, unsigned, void *, void **) {
  return hipModuleLoadData(module, image);
}

HIP_EXPORT int hipModuleLoad(Module **module, const char *path) {
  std::FILE *file = path ? std::fopen(path, "rb") : nullptr;
  if (!file)
    return note(FileNotFound);
  std::vector<char> bytes;
  char piece[65536];
  while (size_t count = std::fread(piece, 1, sizeof piece, file))
    bytes.insert(bytes.end(), piece, piece + count);
  std::fclose(file);
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  return note(module ? loadModule(bytes.data(), bytes.size(), *module) : InvalidValue);
}

HIP_EXPORT int hipModuleUnload(Module *module) {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  if (!state().modules.count(module))
    return note(InvalidHandle);
  unloadModule(module);
  return Success;
}

HIP_EXPORT int hipModuleGetFunction(Function **function, Module *module, const char *name) {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  if (!state().modules.count(module))
    return note(InvalidHandle);
  return note(function && name ? findFunction(module, name, *function) : InvalidValue);
}

HIP_EXPORT int hipModuleLaunchKernel(Function *function, unsigned gridX, unsigned gridY, unsigned gridZ,
                                     unsigned blockX, unsigned blockY, unsigned blockZ, unsigned sharedBytes,
                                     Stream *stream, void **parameters, void **extra) {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  if (!function || !gridX || !gridY || !gridZ || !blockX || !blockY || !blockZ)
    return note(InvalidValue);
  return note(launch(function, {{gridX, gridY, gridZ}, {blockX, blockY, blockZ}, sharedBytes, {}}, stream,
                     parameters, extra));
}

/// The grid in work-items, which need not fill the last workgroups.
HIP_EXPORT int hipExtModuleLaunchKernel(Function *function, unsigned itemsX, unsigned itemsY, unsigned itemsZ,
                                        unsigned blockX, unsigned blockY, unsigned blockZ, size_t sharedBytes,
                                        Stream *stream, void **parameters, void **extra, Event *start,
                                        Event *stop, unsigned) {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  if (!function || !itemsX || !itemsY || !itemsZ || !blockX || !blockY || !blockZ)
    return note(InvalidValue);
  auto groups = [](unsigned items, unsigned block) { return items / block + (items % block != 0); };
  Geometry geometry = {{groups(itemsX, blockX), groups(itemsY, blockY), groups(itemsZ, blockZ)},
                       {blockX, blockY, blockZ},
                       static_cast<uint32_t>(sharedBytes),
                       {itemsX, itemsY, itemsZ}};
  int error = start ? recordEvent(start, stream) : static_cast<int>(Success);
  if (!error)
    error = launch(function, geometry, stream, parameters, extra);
  return note(error || !stop ? error : recordEvent(stop, stream));
}

// ---- What clang emits for a program with kernels in it (clang/lib/CodeGen/CGCUDANV.cpp)

struct Dim3 {
  uint32_t x, y, z;
};
struct CallConfiguration {
  Dim3 grid, block;
  size_t sharedBytes;
  Stream *stream;
};
static thread_local std::vector<CallConfiguration> callConfigurations;

/// The wrapper that clang registers: magic "HIPF", version, the image.
struct FatBinaryWrapper {
  uint32_t magic, version;
  const void *image;
  void *unused;
};

HIP_EXPORT void **__hipRegisterFatBinary(const FatBinaryWrapper *wrapper) {
  return reinterpret_cast<void **>(new FatBinary{wrapper->image});
}

HIP_EXPORT void __hipRegisterFunction(void **binary, const void *hostFunction, char *, const char *name,
                                      unsigned, void *, void *, void *, void *, int *) {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  state().hostFunctions[hostFunction] = {reinterpret_cast<FatBinary *>(binary), name};
}

// Runs at exit: the process takes everything with it.
HIP_EXPORT void __hipUnregisterFatBinary(void **) {}

HIP_EXPORT int __hipPushCallConfiguration(Dim3 grid, Dim3 block, size_t sharedBytes, Stream *stream) {
  callConfigurations.push_back({grid, block, sharedBytes, stream});
  return Success;
}

HIP_EXPORT int __hipPopCallConfiguration(Dim3 *grid, Dim3 *block, size_t *sharedBytes, Stream **stream) {
  if (callConfigurations.empty())
    return note(InvalidValue);
  CallConfiguration top = callConfigurations.back();
  callConfigurations.pop_back();
  *grid = top.grid;
  *block = top.block;
  *sharedBytes = top.sharedBytes;
  *stream = top.stream;
  return Success;
}

HIP_EXPORT int hipLaunchKernel(const void *hostFunction, Dim3 grid, Dim3 block, void **parameters,
                               size_t sharedBytes, Stream *stream) {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  Function *function = nullptr;
  if (int error = findFunction(hostFunction, function))
    return note(error);
  return hipModuleLaunchKernel(function, grid.x, grid.y, grid.z, block.x, block.y, block.z,
                               static_cast<unsigned>(sharedBytes), stream, parameters, nullptr);
}

HIP_EXPORT int hipExtLaunchKernel(const void *hostFunction, Dim3 grid, Dim3 block, void **parameters,
                                  size_t sharedBytes, Stream *stream, Event *start, Event *stop, int) {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  int error = start ? note(recordEvent(start, stream)) : static_cast<int>(Success);
  if (!error)
    error = hipLaunchKernel(hostFunction, grid, block, parameters, sharedBytes, stream);
  return error || !stop ? error : note(recordEvent(stop, stream));
}

HIP_EXPORT int hipGetFuncBySymbol(Function **function, const void *hostFunction) {
  std::lock_guard<std::recursive_mutex> guard(state().lock);
  return note(function ? findFunction(hostFunction, *function) : static_cast<int>(InvalidValue));
}
