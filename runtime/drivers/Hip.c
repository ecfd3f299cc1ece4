// hip:N, on AMD's libamdhip64.
#include "Driver.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int hipError_t;
typedef void *hipStream_t, *hipEvent_t, *hipGraph_t, *hipGraphExec_t, *hipModule_t, *hipFunction_t;

// X(name, symbol, parameters); '?' marks what only newer or only older versions have.
#define SYMBOLS(X)                                                                                           \
  X(hipInit, "hipInit", (unsigned))                                                                          \
  X(hipGetDeviceCount, "hipGetDeviceCount", (int *))                                                         \
  X(hipSetDevice, "hipSetDevice", (int))                                                                     \
  X(hipDeviceGetName, "hipDeviceGetName", (char *, int, int))                                                \
  X(hipDeviceTotalMem, "hipDeviceTotalMem", (size_t *, int))                                                 \
  X(hipDeviceGetAttribute, "hipDeviceGetAttribute", (int *, int, int))                                       \
  X(hipGetDeviceProperties6, "?hipGetDevicePropertiesR0600", (void *, int))                                  \
  X(hipGetDeviceProperties, "hipGetDeviceProperties", (void *, int))                                         \
  X(hipMalloc, "hipMalloc", (void **, size_t))                                                               \
  X(hipFree, "hipFree", (void *))                                                                            \
  X(hipMemcpyAsync, "hipMemcpyAsync", (void *, const void *, size_t, int, hipStream_t))                      \
  X(hipMemsetAsync, "hipMemsetAsync", (void *, int, size_t, hipStream_t))                                    \
  X(hipStreamCreate, "hipStreamCreateWithFlags", (hipStream_t *, unsigned))                                  \
  X(hipStreamDestroy, "hipStreamDestroy", (hipStream_t))                                                     \
  X(hipStreamSynchronize, "hipStreamSynchronize", (hipStream_t))                                             \
  X(hipEventCreate, "hipEventCreate", (hipEvent_t *))                                                        \
  X(hipEventDestroy, "hipEventDestroy", (hipEvent_t))                                                        \
  X(hipEventRecord, "hipEventRecord", (hipEvent_t, hipStream_t))                                             \
  X(hipEventSynchronize, "hipEventSynchronize", (hipEvent_t))                                                \
  X(hipEventElapsedTime, "hipEventElapsedTime", (float *, hipEvent_t, hipEvent_t))                           \
  X(hipStreamBeginCapture, "?hipStreamBeginCapture", (hipStream_t, int))                                     \
  X(hipStreamEndCapture, "?hipStreamEndCapture", (hipStream_t, hipGraph_t *))                                \
  X(hipGraphInstantiate, "?hipGraphInstantiate", (hipGraphExec_t *, hipGraph_t, void *, char *, size_t))     \
  X(hipGraphLaunch, "?hipGraphLaunch", (hipGraphExec_t, hipStream_t))                                        \
  X(hipGraphExecDestroy, "?hipGraphExecDestroy", (hipGraphExec_t))                                           \
  X(hipGraphDestroy, "?hipGraphDestroy", (hipGraph_t))                                                       \
  X(hipModuleLoadData, "hipModuleLoadData", (hipModule_t *, const void *))                                   \
  X(hipModuleUnload, "hipModuleUnload", (hipModule_t))                                                       \
  X(hipModuleGetFunction, "hipModuleGetFunction", (hipFunction_t *, hipModule_t, const char *))              \
  X(hipModuleLaunchKernel, "hipModuleLaunchKernel",                                                          \
    (hipFunction_t, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, hipStream_t,       \
     void **, void **))

// hip_runtime_api.h: error codes, enumerators of hipDeviceAttribute_t (the same since ROCm 4), hipMemcpyKind,
// launch parameters.
enum {
  HIP_OUT_OF_MEMORY = 2,
  HIP_NO_DEVICE = 100,
  HIP_INVALID_DEVICE = 101,
  HIP_NO_BINARY_FOR_GPU = 209,
  HIP_INVALID_HANDLE = 400,
  HIP_NOT_FOUND = 500,
  HIP_L2_CACHE_SIZE = 19,
  HIP_MAX_THREADS_PER_BLOCK = 56,
  HIP_MULTIPROCESSOR_COUNT = 63,
  HIP_MAX_SHARED_MEMORY_PER_BLOCK = 74,
  HIP_WARP_SIZE = 87,
  HIP_TO_DEVICE = 1,
  HIP_FROM_DEVICE = 2,
  HIP_ON_DEVICE = 3,
  HIP_STREAM_NON_BLOCKING = 1,
  HIP_CAPTURE_RELAXED = 2
};
#define HIP_PARAM_BUFFER_POINTER ((void *)1)
#define HIP_PARAM_BUFFER_SIZE ((void *)2)
#define HIP_PARAM_END ((void *)3)

static struct {
#define X(name, symbol, parameters) hipError_t(*name) parameters;
  SYMBOLS(X)
#undef X
  const char *(*hipGetErrorName)(hipError_t);
  const char *(*hipGetErrorString)(hipError_t);
} api;
static const char *const symbolNames[] = {
#define X(name, symbol, parameters) symbol,
    SYMBOLS(X)
#undef X
        "hipGetErrorName",
    "hipGetErrorString"};
static pthread_mutex_t loadLock = PTHREAD_MUTEX_INITIALIZER;
static int loaded;

struct device {
  int index;
  hipStream_t waiting; // the stream of calls that wait for themselves
  char target[64];     // "gfx950:sramecc+:xnack-"
};

struct graph {
  hipGraph_t graph;
  hipGraphExec_t executable;
};

// Illegal address, timeout, assertion, the other launch failures, ECC: nothing works afterwards.
static int isFatal(hipError_t code) {
  return code == 214 || code == 700 || code == 702 || code == 710 || (code >= 713 && code <= 719);
}

static kiln_status check(hipError_t code, const char *what) {
  if (!code)
    return KILN_OK;
  kiln_status status = isFatal(code)                   ? KILN_DEVICE_LOST
                       : code == HIP_OUT_OF_MEMORY     ? KILN_OUT_OF_MEMORY
                       : code == HIP_NOT_FOUND         ? KILN_NOT_FOUND
                       : code == HIP_NO_BINARY_FOR_GPU ? KILN_WRONG_TARGET
                                                       : KILN_DEVICE_ERROR;
  return kiln_fail(status, "hip: %s: %s (%s)%s", what, api.hipGetErrorString(code), api.hipGetErrorName(code),
                   isFatal(code) ? "; the device is lost to this process" : "");
}

static kiln_status load(void) {
  static const char *const names[] = {"libamdhip64.so", "libamdhip64.so.7", "libamdhip64.so.6",
                                      "libamdhip64.so.5", NULL};
  kiln_status status = KILN_OK;
  pthread_mutex_lock(&loadLock);
  if (!loaded) {
    status = kiln_load_library("AMD's HIP runtime (libamdhip64.so)", names, symbolNames, (void **)&api,
                               sizeof symbolNames / sizeof *symbolNames);
    hipError_t code = status ? 0 : api.hipInit(0);
    if (code && code != HIP_NO_DEVICE && code != HIP_INVALID_DEVICE) {
      check(code, "hipInit");
      status = KILN_UNAVAILABLE;
    }
    loaded = !status;
  }
  pthread_mutex_unlock(&loadLock);
  return status;
}

static kiln_status count(uint32_t *result) {
  int devices = 0;
  kiln_status status = load();
  hipError_t code = status ? 0 : api.hipGetDeviceCount(&devices);
  if (!status && code != HIP_NO_DEVICE && code != HIP_INVALID_DEVICE)
    status = check(code, "hipGetDeviceCount");
  *result = (uint32_t)devices;
  if (!status && !devices)
    status = kiln_fail(KILN_UNAVAILABLE, "AMD's HIP runtime is installed, but there is no device");
  return status;
}

static void name(uint32_t index, char *result, size_t size) { snprintf(result, size, "%u", index); }

// hipDeviceProp_t has another layout in ROCm 6 than before, and differs again between minor versions. Only
// gcnArchName is needed, and it is the only text behind the name (256 bytes) that starts with "gfx".
static kiln_status readTarget(struct device *device) {
  char *properties = calloc(1, 16384);
  if (!properties)
    return kiln_fail(KILN_OUT_OF_MEMORY, "the host is out of memory");
  kiln_status status =
      check(api.hipGetDeviceProperties6 ? api.hipGetDeviceProperties6(properties, device->index)
                                        : api.hipGetDeviceProperties(properties, device->index),
            "hipGetDeviceProperties");
  for (size_t at = 256; !status && at < 16000 && !*device->target; ++at)
    if (memcmp(properties + at, "gfx", 3) == 0)
      snprintf(device->target, sizeof device->target, "%.63s", properties + at);
  free(properties);
  return status || *device->target
             ? status
             : kiln_fail(KILN_UNAVAILABLE, "hip: the device does not tell its architecture");
}

static kiln_status openDevice(const char *text, void **result) {
  uint32_t devices, index = 0;
  kiln_status status = count(&devices);
  if (!status)
    status = kiln_parse_index("hip", text, devices, &index);
  struct device *device = status ? NULL : calloc(1, sizeof *device);
  if (status)
    return status;
  if (!device)
    return kiln_fail(KILN_OUT_OF_MEMORY, "the host is out of memory");
  device->index = (int)index;
  status = readTarget(device);
  if (!status)
    status = check(api.hipSetDevice(device->index), "hipSetDevice");
  if (!status)
    status = check(api.hipStreamCreate(&device->waiting, HIP_STREAM_NON_BLOCKING), "hipStreamCreate");
  if (status)
    free(device);
  else
    *result = device;
  return status;
}

static struct device *enter(void *opaque) {
  struct device *device = opaque;
  api.hipSetDevice(device->index);
  return device;
}

static void closeDevice(void *opaque) {
  struct device *device = enter(opaque);
  api.hipStreamDestroy(device->waiting);
  free(device);
}

static uint32_t attribute(const struct device *device, int which) {
  int value = 0;
  return api.hipDeviceGetAttribute(&value, which, device->index) ? 0 : (uint32_t)value;
}

static void properties(void *opaque, kiln_device_properties *result) {
  struct device *device = opaque;
  size_t memory = 0;
  memset(result, 0, sizeof *result);
  snprintf(result->uri, sizeof result->uri, "hip:%d", device->index);
  api.hipDeviceGetName(result->name, sizeof result->name, device->index);
  snprintf(result->target, sizeof result->target, "%s", device->target);
  api.hipDeviceTotalMem(&memory, device->index);
  result->memory_bytes = memory;
  result->compute_units = attribute(device, HIP_MULTIPROCESSOR_COUNT);
  result->wave_size = attribute(device, HIP_WARP_SIZE);
  result->max_block_threads = attribute(device, HIP_MAX_THREADS_PER_BLOCK);
  result->max_shared_bytes = attribute(device, HIP_MAX_SHARED_MEMORY_PER_BLOCK);
  result->cache_bytes = attribute(device, HIP_L2_CACHE_SIZE);
  result->has_graphs = api.hipStreamBeginCapture && api.hipStreamEndCapture && api.hipGraphInstantiate &&
                       api.hipGraphLaunch && api.hipGraphExecDestroy && api.hipGraphDestroy;
}

// The processor must be the same; a feature such as "xnack-" must not be the opposite of what the device
// says.
static uint32_t fits(void *opaque, const char *target, const char *const *features, uint32_t featureCount) {
  struct device *device = opaque;
  size_t length = strlen(target);
  if (strncmp(device->target, target, length) != 0 ||
      (device->target[length] && device->target[length] != ':'))
    return 0;
  for (uint32_t i = 0; i < featureCount; ++i) {
    size_t size = strlen(features[i]);
    const char *at = size > 1 ? device->target + length : NULL;
    while (at && (at = strchr(at, ':'))) {
      ++at;
      if (strncmp(at, features[i], size - 1) == 0 && (at[size - 1] == '+' || at[size - 1] == '-') &&
          at[size - 1] != features[i][size - 1])
        return 0;
    }
  }
  return 1 + featureCount;
}

static kiln_status allocate(void *opaque, uint64_t size, uint64_t *address) {
  void *pointer = NULL;
  enter(opaque);
  hipError_t code = api.hipMalloc(&pointer, size);
  *address = (uint64_t)(uintptr_t)pointer;
  if (code == HIP_OUT_OF_MEMORY)
    return kiln_fail(KILN_OUT_OF_MEMORY, "hip: no room for %llu bytes", (unsigned long long)size);
  return check(code, "hipMalloc");
}

static void *pointerOf(uint64_t address) { return (void *)(uintptr_t)address; }

static kiln_status freeMemory(void *opaque, uint64_t address) {
  enter(opaque);
  return check(api.hipFree(pointerOf(address)), "hipFree");
}

// A call without a stream uses the device's own and waits for it.
static kiln_status finish(struct device *device, void *stream, hipError_t code, const char *what) {
  kiln_status status = check(code, what);
  return status || stream ? status : check(api.hipStreamSynchronize(device->waiting), what);
}

static kiln_status copy(void *opaque, void *stream, enum kiln_copy kind, uint64_t target, uint64_t source,
                        uint64_t size) {
  struct device *device = enter(opaque);
  int hipKind = kind == KILN_COPY_TO_DEVICE     ? HIP_TO_DEVICE
                : kind == KILN_COPY_FROM_DEVICE ? HIP_FROM_DEVICE
                                                : HIP_ON_DEVICE;
  return finish(device, stream,
                api.hipMemcpyAsync(pointerOf(target), pointerOf(source), size, hipKind,
                                   stream ? stream : device->waiting),
                "copy");
}

static kiln_status fill(void *opaque, void *stream, uint64_t address, uint8_t value, uint64_t size) {
  struct device *device = enter(opaque);
  return finish(device, stream,
                api.hipMemsetAsync(pointerOf(address), value, size, stream ? stream : device->waiting),
                "fill");
}

static kiln_status streamCreate(void *opaque, void **stream) {
  enter(opaque);
  return check(api.hipStreamCreate(stream, HIP_STREAM_NON_BLOCKING), "hipStreamCreate");
}

static void streamDestroy(void *opaque, void *stream) {
  enter(opaque);
  api.hipStreamSynchronize(stream);
  api.hipStreamDestroy(stream);
}

static kiln_status streamSynchronize(void *opaque, void *stream) {
  enter(opaque);
  return check(api.hipStreamSynchronize(stream), "waiting for a stream");
}

static kiln_status eventCreate(void *opaque, void **event) {
  enter(opaque);
  return check(api.hipEventCreate(event), "hipEventCreate");
}

static void eventDestroy(void *opaque, void *event) {
  enter(opaque);
  api.hipEventDestroy(event);
}

static kiln_status eventRecord(void *opaque, void *event, void *stream) {
  struct device *device = enter(opaque);
  return finish(device, stream, api.hipEventRecord(event, stream ? stream : device->waiting),
                "hipEventRecord");
}

static kiln_status eventElapsed(void *opaque, void *start, void *end, double *milliseconds) {
  float elapsed = 0;
  enter(opaque);
  hipError_t code = api.hipEventSynchronize(end);
  if (!code)
    code = api.hipEventElapsedTime(&elapsed, start, end);
  if (code == HIP_INVALID_HANDLE)
    return kiln_fail(KILN_INVALID_ARGUMENT, "an event was never recorded");
  *milliseconds = elapsed;
  return check(code, "hipEventElapsedTime");
}

static kiln_status graphBegin(void *opaque, void *stream) {
  kiln_device_properties facts;
  enter(opaque);
  properties(opaque, &facts);
  if (!facts.has_graphs)
    return kiln_fail(KILN_UNSUPPORTED, "hip: this version has no graphs");
  return check(api.hipStreamBeginCapture(stream, HIP_CAPTURE_RELAXED), "hipStreamBeginCapture");
}

static void graphDestroy(void *opaque, void *part) {
  struct graph *graph = part;
  enter(opaque);
  if (graph->executable)
    api.hipGraphExecDestroy(graph->executable);
  if (graph->graph)
    api.hipGraphDestroy(graph->graph);
  free(graph);
}

static kiln_status graphEnd(void *opaque, void *stream, void **result) {
  struct graph *graph = calloc(1, sizeof *graph);
  if (!graph)
    return kiln_fail(KILN_OUT_OF_MEMORY, "the host is out of memory");
  enter(opaque);
  kiln_status status = api.hipStreamEndCapture
                           ? check(api.hipStreamEndCapture(stream, &graph->graph), "hipStreamEndCapture")
                           : kiln_fail(KILN_UNSUPPORTED, "hip: this version has no graphs");
  if (!status)
    status = check(api.hipGraphInstantiate(&graph->executable, graph->graph, NULL, NULL, 0),
                   "hipGraphInstantiate");
  if (status)
    graphDestroy(opaque, graph);
  else
    *result = graph;
  return status;
}

static kiln_status graphLaunch(void *opaque, void *part, void *stream) {
  struct device *device = enter(opaque);
  struct graph *graph = part;
  return finish(device, stream, api.hipGraphLaunch(graph->executable, stream ? stream : device->waiting),
                "hipGraphLaunch");
}

static uint64_t elfField(const uint8_t *elf, size_t at, unsigned bytes) {
  uint64_t value = 0;
  memcpy(&value, elf + at, bytes);
  return value;
}

// hipModuleLoadData gets no size and believes the file's headers, so whoever calls it must check them: that
// it is an ELF file whose segments and headers lie inside `size` bytes.
static int isWholeElf(const uint8_t *elf, uint64_t size) {
  if (size < 64 || memcmp(elf, "\177ELF\2\1", 6) != 0)
    return 0;
  uint64_t segments = elfField(elf, 0x20, 8), segmentSize = elfField(elf, 0x36, 2),
           segmentCount = elfField(elf, 0x38, 2);
  uint64_t sections = elfField(elf, 0x28, 8), sectionBytes = elfField(elf, 0x3a, 2) * elfField(elf, 0x3c, 2);
  if (sections > size || sectionBytes > size - sections || segments > size || segmentSize < 56 ||
      segmentCount * segmentSize > size - segments)
    return 0;
  for (uint64_t i = 0; i < segmentCount; ++i) {
    const uint8_t *segment = elf + segments + i * segmentSize;
    uint64_t offset = elfField(segment, 8, 8), bytes = elfField(segment, 32, 8);
    if (offset > size || bytes > size - offset)
      return 0;
  }
  return 1;
}

static kiln_status moduleLoad(void *opaque, const void *code, uint64_t size, void **module) {
  enter(opaque);
  if (!isWholeElf(code, size))
    return kiln_fail(KILN_INVALID_ARGUMENT,
                     "hip: the code is no code object (not an ELF file, or truncated)");
  hipError_t result = api.hipModuleLoadData(module, code);
  if (!result || isFatal(result) || result == HIP_OUT_OF_MEMORY || result == HIP_NO_BINARY_FOR_GPU)
    return check(result, "loading a code object");
  return kiln_fail(KILN_INVALID_ARGUMENT, "hip: the code object cannot be loaded: %s",
                   api.hipGetErrorString(result));
}

static void moduleUnload(void *opaque, void *module) {
  enter(opaque);
  api.hipModuleUnload(module);
}

static kiln_status kernelGet(void *opaque, void *module, const char *symbol, void **result) {
  enter(opaque);
  hipError_t code = api.hipModuleGetFunction(result, module, symbol);
  return code == HIP_NOT_FOUND ? kiln_fail(KILN_NOT_FOUND, "hip: the code has no kernel '%s'", symbol)
                               : check(code, "hipModuleGetFunction");
}

static kiln_status launch(void *opaque, void *stream, void *kernel, const kiln_geometry *g,
                          const struct kiln_kernargs *kernargs) {
  struct device *device = enter(opaque);
  size_t bytes = kernargs->size;
  void *extra[] = {HIP_PARAM_BUFFER_POINTER, (void *)(uintptr_t)kernargs->bytes, HIP_PARAM_BUFFER_SIZE,
                   &bytes, HIP_PARAM_END};
  if (g->cluster[0] > 1 || g->cluster[1] > 1 || g->cluster[2] > 1)
    return kiln_fail(KILN_UNSUPPORTED, "hip: there are no clusters");
  hipError_t code = api.hipModuleLaunchKernel(kernel, g->grid[0], g->grid[1], g->grid[2], g->block[0],
                                              g->block[1], g->block[2], g->dynamic_shared,
                                              stream ? stream : device->waiting, NULL, bytes ? extra : NULL);
  return finish(device, stream, code, "launch");
}

const struct kiln_driver kiln_driver_hip = {
    .scheme = "hip",
    .count = count,
    .name = name,
    .open = openDevice,
    .close = closeDevice,
    .properties = properties,
    .fits = fits,
    .allocate = allocate,
    .free = freeMemory,
    .copy = copy,
    .fill = fill,
    .streamCreate = streamCreate,
    .streamDestroy = streamDestroy,
    .streamSynchronize = streamSynchronize,
    .eventCreate = eventCreate,
    .eventDestroy = eventDestroy,
    .eventRecord = eventRecord,
    .eventElapsed = eventElapsed,
    .graphBegin = graphBegin,
    .graphEnd = graphEnd,
    .graphLaunch = graphLaunch,
    .graphDestroy = graphDestroy,
    .moduleLoad = moduleLoad,
    .moduleUnload = moduleUnload,
    .kernelGet = kernelGet,
    .launch = launch,
};
