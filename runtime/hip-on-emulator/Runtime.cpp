// Device, memory, streams and events of libamdhip64 on the emulator. Everything is done when the call
// returns.
#include "Properties.h"
#include "State.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace kiln::hip {

State &state() {
  // Never destroyed: clang's hooks run after static destructors.
  static State *one = new State;
  return *one;
}

static thread_local int lastError = Success;

int note(int error) {
  if (error)
    lastError = error;
  return error;
}

int translate(kiln_emulator_status status, const char *text) {
  if (status == KILN_EMULATOR_FAULT)
    std::fprintf(stderr, "hip on the emulator: %s\n", text);
  return status == KILN_EMULATOR_OK              ? Success
         : status == KILN_EMULATOR_OUT_OF_MEMORY ? OutOfMemory
         : status == KILN_EMULATOR_NOT_FOUND     ? NotFound
         : status == KILN_EMULATOR_FAULT         ? LaunchFailure
                                                 : InvalidValue;
}

kiln_emulator *State::device() {
  if (!emulator) {
    const char *wanted = std::getenv("KILN_HIP_DEVICE");
    char text[512];
    target = wanted ? wanted : kiln_emulator_target(0);
    if (kiln_emulator_open(target.c_str(), &emulator, text, sizeof text))
      std::fprintf(stderr, "hip on the emulator: %s\n", text);
  }
  return emulator;
}

bool State::isDevice(const void *pointer, uint64_t size) const {
  auto address = reinterpret_cast<uint64_t>(pointer);
  for (auto *known : {&allocations, &variables}) {
    auto above = known->upper_bound(address);
    if (above == known->begin())
      continue;
    --above;
    if (address - above->first < above->second && size <= above->second - (address - above->first))
      return true;
  }
  return false;
}

/// CDNA3 ISA 11.1, CDNA4 ISA 11.1.
int State::ldsBytes() const { return target == "gfx950" ? 163840 : 65536; }

} // namespace kiln::hip

using namespace kiln::hip;
using Guard = std::lock_guard<std::recursive_mutex>;

static const size_t totalMemory = size_t(8) << 30;

static std::string deviceName() { return "Kiln emulator of " + state().target; }

HIP_EXPORT int hipInit(unsigned) {
  Guard guard(state().lock);
  return note(state().device() ? Success : InvalidDevice);
}

HIP_EXPORT int hipGetDeviceCount(int *count) {
  Guard guard(state().lock);
  *count = state().device() != nullptr;
  return note(*count ? 0 : 100); // hipErrorNoDevice
}

HIP_EXPORT int hipDriverGetVersion(int *version) { return *version = 60000000, Success; }
HIP_EXPORT int hipRuntimeGetVersion(int *version) { return *version = 60000000, Success; }
HIP_EXPORT int hipSetDevice(int device) { return note(device == 0 ? Success : InvalidDevice); }
HIP_EXPORT int hipGetDevice(int *device) { return *device = 0, Success; }
HIP_EXPORT int hipDeviceGet(int *device, int index) {
  return *device = 0, note(index == 0 ? Success : InvalidDevice);
}
HIP_EXPORT int hipDeviceSynchronize() { return Success; }
HIP_EXPORT int hipGetLastError() {
  int error = lastError;
  lastError = Success;
  return error;
}
HIP_EXPORT int hipPeekAtLastError() { return lastError; }

HIP_EXPORT int hipDeviceGetName(char *name, int size, int) {
  Guard guard(state().lock);
  std::snprintf(name, static_cast<size_t>(size), "%s", deviceName().c_str());
  return Success;
}

HIP_EXPORT int hipDeviceTotalMem(size_t *bytes, int) { return *bytes = totalMemory, Success; }

HIP_EXPORT int hipMemGetInfo(size_t *available, size_t *total) {
  Guard guard(state().lock);
  *available = *total = totalMemory;
  for (auto &allocation : state().allocations)
    *available -= std::min<size_t>(*available, allocation.second);
  return Success;
}

template <typename Properties> static int getProperties(Properties *result, int device) {
  Guard guard(state().lock);
  if (!result || device != 0 || !state().device())
    return note(InvalidDevice);
  std::memset(result, 0, sizeof *result);
  std::snprintf(result->name, sizeof result->name, "%s", deviceName().c_str());
  std::snprintf(result->gcnArchName, sizeof result->gcnArchName, "%s:sramecc+:xnack-",
                state().target.c_str());
  result->totalGlobalMem = totalMemory;
  result->sharedMemPerBlock = result->maxSharedMemoryPerMultiProcessor =
      static_cast<size_t>(state().ldsBytes());
  result->warpSize = WaveSize;
  result->maxThreadsPerBlock = MaxThreads;
  for (int axis = 0; axis < 3; ++axis) {
    result->maxThreadsDim[axis] = MaxThreads;
    result->maxGridSize[axis] = 0x7fffffff;
  }
  result->multiProcessorCount = ComputeUnits;
  result->maxThreadsPerMultiProcessor = Simds * WavesPerSimd * WaveSize;
  result->regsPerBlock = Simds * LaneRegisters * 32; // 32 bits wide
  result->l2CacheSize = 4 << 20;                     // of an XCD
  result->concurrentKernels = 1;
  result->major = 9;
  result->minor = state().target == "gfx950" ? 5 : 4;
  return Success;
}

HIP_EXPORT int hipGetDeviceProperties(PropertiesV5 *result, int device) {
  return getProperties(result, device);
}
HIP_EXPORT int hipGetDevicePropertiesR0600(PropertiesV6 *result, int device) {
  return getProperties(result, device);
}

// ---- Memory

HIP_EXPORT int hipMalloc(void **result, size_t size) {
  State &s = state();
  Guard guard(s.lock);
  if (!result || !s.device())
    return note(InvalidValue);
  *result = nullptr;
  if (!size)
    return Success;
  uint64_t address = 0;
  int error = translate(kiln_emulator_allocate(s.emulator, size, &address, nullptr, 0), "");
  if (!error) {
    s.allocations[address] = size;
    *result = reinterpret_cast<void *>(address);
  }
  return note(error);
}

HIP_EXPORT int hipFree(void *pointer) {
  State &s = state();
  Guard guard(s.lock);
  auto address = reinterpret_cast<uint64_t>(pointer);
  if (!pointer)
    return Success;
  if (!s.allocations.erase(address))
    return note(InvalidValue);
  return note(translate(kiln_emulator_free(s.emulator, address, nullptr, 0), ""));
}

// Host memory is not visible to kernels: the emulator's addresses are no host pointers.
HIP_EXPORT int hipHostMalloc(void **result, size_t size, unsigned) {
  *result = std::malloc(size ? size : 1);
  return note(*result ? Success : OutOfMemory);
}
HIP_EXPORT int hipHostFree(void *pointer) { return std::free(pointer), Success; }

/// hipMemcpyKind: host to host 0, to device 1, from device 2, on device 3, as the addresses say 4.
HIP_EXPORT int hipMemcpy(void *target, const void *source, size_t size, int kind) {
  State &s = state();
  Guard guard(s.lock);
  bool toDevice = s.isDevice(target, size), fromDevice = s.isDevice(source, size);
  if (!size)
    return Success;
  if (!target || !source || kind < 0 || kind > 4 ||
      (kind != 4 && (toDevice != (kind & 1) || fromDevice != kind / 2 % 2)))
    return note(InvalidValue);
  auto to = reinterpret_cast<uint64_t>(target), from = reinterpret_cast<uint64_t>(source);
  if (!toDevice && !fromDevice)
    return std::memcpy(target, source, size), Success;
  if (toDevice && !fromDevice)
    return note(translate(kiln_emulator_write(s.emulator, to, source, size, nullptr, 0), ""));
  if (!toDevice)
    return note(translate(kiln_emulator_read(s.emulator, from, target, size, nullptr, 0), ""));
  std::vector<uint8_t> bytes(size);
  int error = translate(kiln_emulator_read(s.emulator, from, bytes.data(), size, nullptr, 0), "");
  return note(error ? error
                    : translate(kiln_emulator_write(s.emulator, to, bytes.data(), size, nullptr, 0), ""));
}

HIP_EXPORT int hipMemcpyAsync(void *target, const void *source, size_t size, int kind, Stream *stream) {
  Guard guard(state().lock);
  return note(enqueue(stream, [=] { return hipMemcpy(target, source, size, kind); }));
}
HIP_EXPORT int hipMemcpyHtoDAsync(void *target, const void *source, size_t size, Stream *stream) {
  return hipMemcpyAsync(target, source, size, 1, stream);
}
HIP_EXPORT int hipMemcpyDtoHAsync(void *target, const void *source, size_t size, Stream *stream) {
  return hipMemcpyAsync(target, source, size, 2, stream);
}
HIP_EXPORT int hipMemcpyDtoDAsync(void *target, const void *source, size_t size, Stream *stream) {
  return hipMemcpyAsync(target, source, size, 3, stream);
}
HIP_EXPORT int hipMemcpyHtoD(void *target, const void *source, size_t size) {
  return hipMemcpy(target, source, size, 1);
}
HIP_EXPORT int hipMemcpyDtoH(void *target, const void *source, size_t size) {
  return hipMemcpy(target, source, size, 2);
}
HIP_EXPORT int hipMemcpyDtoD(void *target, const void *source, size_t size) {
  return hipMemcpy(target, source, size, 3);
}

HIP_EXPORT int hipMemset(void *target, int value, size_t size) {
  State &s = state();
  Guard guard(s.lock);
  if (size && !s.isDevice(target, size))
    return note(InvalidValue);
  std::vector<uint8_t> bytes(size, static_cast<uint8_t>(value));
  auto address = reinterpret_cast<uint64_t>(target);
  return size ? note(translate(kiln_emulator_write(s.emulator, address, bytes.data(), size, nullptr, 0), ""))
              : Success;
}
HIP_EXPORT int hipMemsetAsync(void *target, int value, size_t size, Stream *stream) {
  Guard guard(state().lock);
  return note(enqueue(stream, [=] { return hipMemset(target, value, size); }));
}
HIP_EXPORT int hipMemsetD8Async(void *target, unsigned char value, size_t size, Stream *stream) {
  return hipMemsetAsync(target, value, size, stream);
}

// ---- Streams and events

HIP_EXPORT int hipStreamCreateWithFlags(Stream **stream, unsigned) {
  Guard guard(state().lock);
  *stream = *state().streams.insert(new Stream).first;
  return Success;
}
HIP_EXPORT int hipStreamCreate(Stream **stream) { return hipStreamCreateWithFlags(stream, 0); }

static int checkStream(Stream *stream) {
  Guard guard(state().lock);
  return note(isNull(stream) || state().streams.count(stream) ? Success : InvalidHandle);
}
HIP_EXPORT int hipStreamSynchronize(Stream *stream) {
  Guard guard(state().lock);
  int error = checkStream(stream);
  return error || isNull(stream) || !stream->capture ? error : note(CaptureUnsupported);
}
HIP_EXPORT int hipStreamQuery(Stream *stream) { return checkStream(stream); }
HIP_EXPORT int hipStreamWaitEvent(Stream *stream, Event *, unsigned) { return checkStream(stream); }
HIP_EXPORT int hipStreamDestroy(Stream *stream) {
  Guard guard(state().lock);
  if (!state().streams.erase(stream))
    return note(InvalidHandle);
  delete stream;
  return Success;
}

HIP_EXPORT int hipEventCreateWithFlags(Event **event, unsigned) {
  Guard guard(state().lock);
  *event = *state().events.insert(new Event).first;
  return Success;
}
HIP_EXPORT int hipEventCreate(Event **event) { return hipEventCreateWithFlags(event, 0); }

HIP_EXPORT int hipEventDestroy(Event *event) {
  Guard guard(state().lock);
  if (!state().events.erase(event))
    return note(InvalidHandle);
  delete event;
  return Success;
}

int kiln::hip::recordEvent(Event *event, Stream *stream) {
  if (!state().events.count(event))
    return InvalidHandle;
  return enqueue(stream, [event] {
    event->recorded = true;
    event->time = std::chrono::steady_clock::now();
    return static_cast<int>(Success);
  });
}
HIP_EXPORT int hipEventRecord(Event *event, Stream *stream) {
  Guard guard(state().lock);
  return note(recordEvent(event, stream));
}

HIP_EXPORT int hipEventSynchronize(Event *event) {
  Guard guard(state().lock);
  return note(state().events.count(event) ? Success : InvalidHandle);
}
HIP_EXPORT int hipEventQuery(Event *event) { return hipEventSynchronize(event); }

HIP_EXPORT int hipEventElapsedTime(float *milliseconds, Event *start, Event *stop) {
  Guard guard(state().lock);
  auto &events = state().events;
  if (!events.count(start) || !events.count(stop) || !start->recorded || !stop->recorded)
    return note(InvalidHandle);
  *milliseconds = std::chrono::duration<float, std::milli>(stop->time - start->time).count();
  return Success;
}

// ---- Errors

static const struct {
  int code;
  const char *name, *text;
} errors[] = {
    {Success, "hipSuccess", "no error"},
    {InvalidValue, "hipErrorInvalidValue", "invalid argument"},
    {OutOfMemory, "hipErrorOutOfMemory", "out of memory"},
    {InvalidConfiguration, "hipErrorInvalidConfiguration", "invalid configuration argument"},
    {InvalidSymbol, "hipErrorInvalidSymbol", "invalid device symbol"},
    {InvalidDeviceFunction, "hipErrorInvalidDeviceFunction", "invalid device function"},
    {100, "hipErrorNoDevice", "no ROCm-capable device is detected"},
    {InvalidDevice, "hipErrorInvalidDevice", "invalid device ordinal"},
    {InvalidImage, "hipErrorInvalidImage", "device kernel image is invalid"},
    {NoBinaryForGpu, "hipErrorNoBinaryForGpu", "no kernel image is available for execution on the device"},
    {FileNotFound, "hipErrorFileNotFound", "file not found"},
    {InvalidHandle, "hipErrorInvalidHandle", "invalid resource handle"},
    {IllegalState, "hipErrorIllegalState", "the operation cannot be performed in the present state"},
    {NotFound, "hipErrorNotFound", "named symbol not found"},
    {LaunchFailure, "hipErrorLaunchFailure", "unspecified launch failure"},
    {NotSupported, "hipErrorNotSupported", "operation not supported"},
    {CaptureUnsupported, "hipErrorStreamCaptureUnsupported",
     "operation not permitted when stream is capturing"}};

HIP_EXPORT const char *hipGetErrorName(int code) {
  for (auto &error : errors)
    if (error.code == code)
      return error.name;
  return "hipErrorUnknown";
}

HIP_EXPORT const char *hipGetErrorString(int code) {
  for (auto &error : errors)
    if (error.code == code)
      return error.text;
  return "unknown error";
}
