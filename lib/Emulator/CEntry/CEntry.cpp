#include "kiln/Emulator/CEntry.h"

#include "kiln/Emulator/Observers.h"
#include "llvm/ADT/StringExtras.h"

#include <cstdio>
#include <mutex>
#include <new>
#include <unistd.h>

using namespace kiln::emulator;

static const Chip chips[] = {Chip::Gfx950, Chip::Gfx942};

struct kiln_emulator {
  explicit kiln_emulator(Chip chip) : device(chip) {}
  std::mutex lock; // Device is not thread safe
  Device device;
  uint64_t allocated = 0;
  std::map<uint64_t, uint64_t> sizes;
};

struct kiln_emulator_program {
  kiln_emulator *emulator;
  std::shared_ptr<CodeObject> object;
  std::shared_ptr<Program> program;
};

namespace {

/// Where a call puts its sentence.
struct ErrorText {
  char *text;
  size_t size;

  kiln_emulator_status operator()(kiln_emulator_status status, const std::string &reason) const {
    if (text && size)
      std::snprintf(text, size, "%s", reason.c_str());
    return status;
  }
  kiln_emulator_status operator()(kiln_emulator_status status, llvm::Error error) const {
    return error ? (*this)(status, llvm::toString(std::move(error))) : KILN_EMULATOR_OK;
  }
};

/// No exception may leave a C function.
template <typename Body> kiln_emulator_status guarded(const ErrorText &fail, Body body) {
  try {
    return body();
  } catch (const std::bad_alloc &) {
    return fail(KILN_EMULATOR_OUT_OF_MEMORY, "the host is out of memory");
  }
}

/// Device memory is host memory that is really touched; the host needs some for itself.
uint64_t memoryLimit() {
  return static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE)) / 4 *
         3;
}

} // namespace

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT uint32_t kiln_emulator_abi(void) { return KILN_EMULATOR_ABI; }

EXPORT const char *kiln_emulator_target(uint32_t index) {
  return index < std::size(chips) ? chipName(chips[index]) : nullptr;
}

EXPORT kiln_emulator_status kiln_emulator_open(const char *target, kiln_emulator **result, char *error,
                                               size_t errorSize) {
  ErrorText fail{error, errorSize};
  return guarded(fail, [&] {
    std::string known;
    for (Chip chip : chips) {
      if (llvm::StringRef(target) == chipName(chip)) {
        *result = new kiln_emulator(chip);
        return KILN_EMULATOR_OK;
      }
      known += std::string(known.empty() ? "" : ", ") + chipName(chip);
    }
    return fail(KILN_EMULATOR_INVALID, "'" + std::string(target) + "' cannot be emulated; " + known + " can");
  });
}

EXPORT void kiln_emulator_close(kiln_emulator *emulator) { delete emulator; }

EXPORT kiln_emulator_status kiln_emulator_allocate(kiln_emulator *emulator, uint64_t size, uint64_t *address,
                                                   char *error, size_t errorSize) {
  ErrorText fail{error, errorSize};
  return guarded(fail, [&] {
    std::lock_guard<std::mutex> guard(emulator->lock);
    uint64_t limit = memoryLimit();
    if (size > limit || emulator->allocated > limit - size)
      return fail(KILN_EMULATOR_OUT_OF_MEMORY, "no room for " + std::to_string(size) + " bytes");
    *address = emulator->device.memory().allocate(size, "buffer");
    emulator->sizes[*address] = size;
    emulator->allocated += size;
    return KILN_EMULATOR_OK;
  });
}

EXPORT kiln_emulator_status kiln_emulator_free(kiln_emulator *emulator, uint64_t address, char *error,
                                               size_t errorSize) {
  std::lock_guard<std::mutex> guard(emulator->lock);
  ErrorText fail{error, errorSize};
  auto found = emulator->sizes.find(address);
  if (found == emulator->sizes.end())
    return fail(KILN_EMULATOR_INVALID, "no allocation starts at address " + std::to_string(address));
  emulator->allocated -= found->second;
  emulator->sizes.erase(found);
  return fail(KILN_EMULATOR_INVALID, emulator->device.memory().free(address));
}

EXPORT kiln_emulator_status kiln_emulator_write(kiln_emulator *emulator, uint64_t address, const void *from,
                                                uint64_t size, char *error, size_t errorSize) {
  std::lock_guard<std::mutex> guard(emulator->lock);
  return ErrorText{error, errorSize}(KILN_EMULATOR_INVALID,
                                     emulator->device.memory().write(address, from, size));
}

EXPORT kiln_emulator_status kiln_emulator_read(kiln_emulator *emulator, uint64_t address, void *to,
                                               uint64_t size, char *error, size_t errorSize) {
  std::lock_guard<std::mutex> guard(emulator->lock);
  return ErrorText{error, errorSize}(KILN_EMULATOR_INVALID,
                                     emulator->device.memory().read(address, to, size));
}

static kiln_emulator_status failToLoad(const ErrorText &fail, llvm::Error error) {
  kiln_emulator_status status = KILN_EMULATOR_INVALID;
  llvm::handleAllErrors(std::move(error), [&](const llvm::ErrorInfoBase &reason) {
    if (reason.convertToErrorCode() == std::errc::no_such_device)
      status = KILN_EMULATOR_NOT_FOUND;
    fail(status, reason.message());
  });
  return status;
}

EXPORT kiln_emulator_status kiln_emulator_load(kiln_emulator *emulator, const void *code, uint64_t size,
                                               kiln_emulator_program **result, char *error,
                                               size_t errorSize) {
  ErrorText fail{error, errorSize};
  return guarded(fail, [&] {
    llvm::ArrayRef<uint8_t> bytes(static_cast<const uint8_t *>(code), size);
    llvm::Expected<std::shared_ptr<CodeObject>> object = CodeObject::load(bytes, emulator->device.chip());
    if (!object)
      return failToLoad(fail, object.takeError());
    std::lock_guard<std::mutex> guard(emulator->lock);
    llvm::Expected<std::shared_ptr<Program>> program = emulator->device.load(*object);
    if (!program)
      return failToLoad(fail, program.takeError());
    *result = new kiln_emulator_program{emulator, *object, *program};
    return KILN_EMULATOR_OK;
  });
}

EXPORT void kiln_emulator_unload(kiln_emulator_program *program) {
  {
    std::lock_guard<std::mutex> guard(program->emulator->lock);
    program->emulator->device.unload(*program->program);
  }
  delete program;
}

EXPORT kiln_emulator_status kiln_emulator_find(kiln_emulator_program *program, const char *kernel,
                                               kiln_emulator_kernel *result, char *error, size_t errorSize) {
  llvm::Expected<const Kernel *> found = program->object->find(kernel);
  if (!found)
    return ErrorText{error, errorSize}(KILN_EMULATOR_NOT_FOUND, found.takeError());
  const Kernel &facts = **found;
  // compute_pgm_rsrc1, GRANULATED_WORKITEM_VGPR_COUNT: blocks of 8, less one (AMDGPUUsage "Kernel
  // Descriptor").
  *result = {facts.explicitKernargSize(), facts.groupSegmentSize, facts.maxFlatWorkgroupSize,
             ((facts.descriptor.rsrc1 & 0x3f) + 1) * 8, facts.privateSegmentSize};
  return KILN_EMULATOR_OK;
}

EXPORT kiln_emulator_status kiln_emulator_argument(kiln_emulator_program *program, const char *kernel,
                                                   uint32_t index, uint32_t *offset, uint32_t *size,
                                                   char *error, size_t errorSize) {
  ErrorText fail{error, errorSize};
  llvm::Expected<const Kernel *> found = program->object->find(kernel);
  if (!found)
    return fail(KILN_EMULATOR_NOT_FOUND, found.takeError());
  const std::vector<KernelArgument> &arguments = (*found)->arguments;
  if (index >= arguments.size() || arguments[index].isHidden())
    return fail(KILN_EMULATOR_NOT_FOUND, std::string(kernel) + " has no argument " + std::to_string(index));
  *offset = arguments[index].offset;
  *size = arguments[index].size;
  return KILN_EMULATOR_OK;
}

EXPORT kiln_emulator_status kiln_emulator_variable(kiln_emulator_program *program, const char *name,
                                                   uint64_t *address, uint64_t *size, char *error,
                                                   size_t errorSize) {
  llvm::Expected<CodeObject::Symbol> found = program->emulator->device.find(*program->program, name);
  if (!found)
    return ErrorText{error, errorSize}(KILN_EMULATOR_NOT_FOUND, found.takeError());
  *address = found->address;
  *size = found->size;
  return KILN_EMULATOR_OK;
}

static Launch toLaunch(const kiln_emulator_launch &request) {
  Launch launch;
  launch.kernel = request.kernel;
  for (int axis = 0; axis < 3; ++axis) {
    launch.grid[axis] = request.grid[axis];
    launch.block[axis] = request.block[axis];
    launch.items[axis] = request.items[axis];
  }
  auto *bytes = static_cast<const uint8_t *>(request.kernargs);
  launch.kernarg.assign(bytes, bytes + request.kernarg_bytes);
  launch.dynamicLds = request.dynamic_lds;
  return launch;
}

static llvm::Error checkRequest(const Kernel &kernel, const kiln_emulator_launch &request) {
  if (request.kernarg_bytes < kernel.explicitKernargSize())
    return llvm::createStringError("%s takes %u bytes of arguments, found %llu", kernel.name.c_str(),
                                   kernel.explicitKernargSize(), (unsigned long long)request.kernarg_bytes);
  uint64_t threads = uint64_t(request.block[0]) * request.block[1];
  if (threads > kernel.maxFlatWorkgroupSize || threads * request.block[2] > kernel.maxFlatWorkgroupSize)
    return llvm::createStringError("%s allows workgroups of at most %u work-items", kernel.name.c_str(),
                                   kernel.maxFlatWorkgroupSize);
  return llvm::Error::success();
}

static void reportFinding(const kiln_emulator_launch &request, const Finding &found) {
  std::string text = describe(found);
  kiln_emulator_finding finding = {text.c_str(),
                                   found.kind.c_str(),
                                   found.message.c_str(),
                                   found.disassembly.c_str(),
                                   found.source.c_str(),
                                   found.pc,
                                   found.address,
                                   found.count,
                                   {found.workgroup[0], found.workgroup[1], found.workgroup[2]},
                                   found.wave,
                                   found.lane};
  request.report(request.context, &finding);
}

/// The observers that a launch asks for.
static llvm::Expected<std::vector<std::unique_ptr<Observer>>> watch(const kiln_emulator_launch &request) {
  if (!request.report)
    return std::vector<std::unique_ptr<Observer>>();
  std::vector<std::string> names;
  if (request.observers)
    for (llvm::StringRef name : llvm::split(request.observers, ','))
      names.push_back(name.str());
  return createObservers(names);
}

EXPORT kiln_emulator_status kiln_emulator_run(kiln_emulator_program *program,
                                              const kiln_emulator_launch *request,
                                              kiln_emulator_result *result, char *error, size_t errorSize) {
  ErrorText fail{error, errorSize};
  return guarded(fail, [&] {
    llvm::Expected<const Kernel *> kernel = program->object->find(request->kernel);
    if (!kernel)
      return fail(KILN_EMULATOR_NOT_FOUND, kernel.takeError());
    if (llvm::Error wrong = checkRequest(**kernel, *request))
      return fail(KILN_EMULATOR_INVALID, std::move(wrong));
    auto observers = watch(*request);
    if (!observers)
      return fail(KILN_EMULATOR_INVALID, observers.takeError());
    std::vector<Finding> findings;
    Launch launch = toLaunch(*request);
    launch.options.findings = &findings;
    for (const auto &observer : *observers)
      launch.options.observers.push_back(observer.get());
    std::lock_guard<std::mutex> guard(program->emulator->lock);
    llvm::Expected<Result> outcome = program->emulator->device.launch(*program->program, launch);
    for (const Finding &finding : findings)
      reportFinding(*request, finding);
    if (!outcome)
      return fail(KILN_EMULATOR_FAULT, outcome.takeError());
    if (result)
      *result = {outcome->instructions, outcome->findings.size(), outcome->seconds};
    return KILN_EMULATOR_OK;
  });
}
