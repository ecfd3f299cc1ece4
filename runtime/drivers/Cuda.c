// cuda:N, on NVIDIA's driver API.
#include "Driver.h"

#include "CudaApi.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
#define X(name, symbol, parameters) CUresult(*name) parameters;
  CUDA_SYMBOLS(X)
#undef X
} api;
static const char *const symbolNames[] = {
#define X(name, symbol, parameters) symbol,
    CUDA_SYMBOLS(X)
#undef X
};
static pthread_mutex_t loadLock = PTHREAD_MUTEX_INITIALIZER;
static int loaded;

enum { MAX_PARAMETERS = 256 };

struct device {
  CUdevice device;
  CUcontext context;
  CUstream waiting;           // the stream of calls that wait for themselves
  uint32_t index, capability; // 90
};

struct kernel {
  CUfunction function;
  uint32_t staticShared;
  atomic_uint dynamicShared; // what the function is set up for
  int knowsParameters;       // drivers before 12.4 do not tell
  uint32_t parameterCount, offsets[MAX_PARAMETERS];
};

struct graph {
  CUgraph graph;
  CUgraphExec executable;
};

// What no later call on the context survives: illegal address, timeout, assertion and the other launch
// failures, ECC, a lost device (cuda.h, "Error codes").
static int isFatal(CUresult code) {
  return code == 46 || code == 214 || code == 700 || code == 702 || code == 710 ||
         (code >= 713 && code <= 719);
}

static kiln_status check(CUresult code, const char *what) {
  const char *name = "unknown error", *text = "";
  if (!code)
    return KILN_OK;
  api.cuGetErrorName(code, &name);
  api.cuGetErrorString(code, &text);
  kiln_status status = isFatal(code)                      ? KILN_DEVICE_LOST
                       : code == CUDA_ERROR_OUT_OF_MEMORY ? KILN_OUT_OF_MEMORY
                       : code == CUDA_ERROR_NOT_FOUND     ? KILN_NOT_FOUND
                                                          : KILN_DEVICE_ERROR;
  return kiln_fail(status, "cuda: %s: %s (%s)%s", what, text, name,
                   isFatal(code) ? "; the device is lost to this process" : "");
}

static kiln_status load(void) {
  static const char *const names[] = {"libcuda.so.1", "libcuda.so", NULL};
  kiln_status status = KILN_OK;
  pthread_mutex_lock(&loadLock);
  if (!loaded) {
    status = kiln_load_library("NVIDIA's driver (libcuda.so.1)", names, symbolNames, (void **)&api,
                               sizeof symbolNames / sizeof *symbolNames);
    CUresult code = status ? 0 : api.cuInit(0);
    if (code) {
      check(code, "cuInit");
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
  if (!status)
    status = check(api.cuDeviceGetCount(&devices), "cuDeviceGetCount");
  *result = (uint32_t)devices;
  if (!status && !devices)
    status = kiln_fail(KILN_UNAVAILABLE, "NVIDIA's driver is installed, but there is no device");
  return status;
}

static void name(uint32_t index, char *result, size_t size) { snprintf(result, size, "%u", index); }

static int attribute(CUdevice device, int which) {
  int value = 0;
  api.cuDeviceGetAttribute(&value, which, device);
  return value;
}

static kiln_status openDevice(const char *text, void **result) {
  uint32_t devices, index = 0;
  kiln_status status = count(&devices);
  if (!status)
    status = kiln_parse_index("cuda", text, devices, &index);
  struct device *device = status ? NULL : calloc(1, sizeof *device);
  if (status)
    return status;
  if (!device)
    return kiln_fail(KILN_OUT_OF_MEMORY, "the host is out of memory");
  device->index = index;
  status = check(api.cuDeviceGet(&device->device, (int)index), "cuDeviceGet");
  if (!status)
    status =
        check(api.cuDevicePrimaryCtxRetain(&device->context, device->device), "cuDevicePrimaryCtxRetain");
  if (status) {
    free(device);
    return status;
  }
  api.cuCtxSetCurrent(device->context);
  status = check(api.cuStreamCreate(&device->waiting, CU_STREAM_NON_BLOCKING), "cuStreamCreate");
  if (status) {
    api.cuDevicePrimaryCtxRelease(device->device);
    free(device);
    return status;
  }
  device->capability =
      (uint32_t)(attribute(device->device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR) * 10 +
                 attribute(device->device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR));
  *result = device;
  return KILN_OK;
}

static void closeDevice(void *opaque) {
  struct device *device = opaque;
  api.cuCtxSetCurrent(device->context);
  api.cuStreamDestroy(device->waiting);
  api.cuDevicePrimaryCtxRelease(device->device);
  free(device);
}

static void properties(void *opaque, kiln_device_properties *result) {
  struct device *device = opaque;
  CUdevice d = device->device;
  size_t memory = 0;
  memset(result, 0, sizeof *result);
  snprintf(result->uri, sizeof result->uri, "cuda:%u", device->index);
  api.cuDeviceGetName(result->name, sizeof result->name, d);
  snprintf(result->target, sizeof result->target, "sm_%u", device->capability);
  api.cuDeviceTotalMem(&memory, d);
  result->memory_bytes = memory;
  result->compute_units = (uint32_t)attribute(d, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
  result->wave_size = (uint32_t)attribute(d, CU_DEVICE_ATTRIBUTE_WARP_SIZE);
  result->max_block_threads = (uint32_t)attribute(d, CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK);
  result->max_shared_bytes = (uint32_t)attribute(d, CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
  result->cache_bytes = (uint64_t)attribute(d, CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE);
  result->has_graphs = 1;
  result->has_tensor_maps = api.cuTensorMapEncodeTiled && device->capability >= 90;
  result->has_clusters = api.cuLaunchKernelEx && device->capability >= 90;
}

// PTX for sm_80 runs on everything newer, sm_90a on 9.0 alone, sm_100f on the rest of its family.
static uint32_t fits(void *opaque, const char *target, const char *const *features, uint32_t featureCount) {
  struct device *device = opaque;
  char *suffix;
  if (strncmp(target, "sm_", 3) != 0 || target[3] < '0' || target[3] > '9')
    return 0;
  uint32_t wanted = (uint32_t)strtoul(target + 3, &suffix, 10), has = device->capability;
  int good = strcmp(suffix, "a") == 0   ? has == wanted
             : strcmp(suffix, "f") == 0 ? has >= wanted && has / 10 == wanted / 10
                                        : !*suffix && has >= wanted;
  return good ? wanted * 4 + (*suffix == 'a' ? 2 : *suffix == 'f') : 0;
}

static struct device *enter(void *opaque) {
  struct device *device = opaque;
  api.cuCtxSetCurrent(device->context);
  return device;
}

static kiln_status allocate(void *opaque, uint64_t size, uint64_t *address) {
  CUdeviceptr pointer = 0;
  enter(opaque);
  CUresult code = api.cuMemAlloc(&pointer, size);
  *address = pointer;
  if (code == CUDA_ERROR_OUT_OF_MEMORY)
    return kiln_fail(KILN_OUT_OF_MEMORY, "cuda: no room for %llu bytes", (unsigned long long)size);
  return check(code, "cuMemAlloc");
}

static kiln_status freeMemory(void *opaque, uint64_t address) {
  enter(opaque);
  return check(api.cuMemFree(address), "cuMemFree");
}

// A call without a stream uses the device's own and waits for it.
static kiln_status finish(struct device *device, void *stream, CUresult code, const char *what) {
  kiln_status status = check(code, what);
  return status || stream ? status : check(api.cuStreamSynchronize(device->waiting), what);
}

static kiln_status copy(void *opaque, void *stream, enum kiln_copy kind, uint64_t target, uint64_t source,
                        uint64_t size) {
  struct device *device = enter(opaque);
  CUstream on = stream ? stream : device->waiting;
  if (kind == KILN_COPY_TO_DEVICE)
    return finish(device, stream, api.cuMemcpyHtoDAsync(target, (void *)(uintptr_t)source, size, on),
                  "copy to the device");
  if (kind == KILN_COPY_FROM_DEVICE)
    return finish(device, stream, api.cuMemcpyDtoHAsync((void *)(uintptr_t)target, source, size, on),
                  "copy from the device");
  return finish(device, stream, api.cuMemcpyDtoDAsync(target, source, size, on), "copy on the device");
}

static kiln_status fill(void *opaque, void *stream, uint64_t address, uint8_t value, uint64_t size) {
  struct device *device = enter(opaque);
  return finish(device, stream, api.cuMemsetD8Async(address, value, size, stream ? stream : device->waiting),
                "fill");
}

static kiln_status streamCreate(void *opaque, void **stream) {
  enter(opaque);
  return check(api.cuStreamCreate(stream, CU_STREAM_NON_BLOCKING), "cuStreamCreate");
}

static void streamDestroy(void *opaque, void *stream) {
  enter(opaque);
  api.cuStreamSynchronize(stream);
  api.cuStreamDestroy(stream);
}

static kiln_status streamSynchronize(void *opaque, void *stream) {
  enter(opaque);
  return check(api.cuStreamSynchronize(stream), "waiting for a stream");
}

static kiln_status eventCreate(void *opaque, void **event) {
  enter(opaque);
  return check(api.cuEventCreate(event, 0), "cuEventCreate");
}

static void eventDestroy(void *opaque, void *event) {
  enter(opaque);
  api.cuEventDestroy(event);
}

static kiln_status eventRecord(void *opaque, void *event, void *stream) {
  struct device *device = enter(opaque);
  return finish(device, stream, api.cuEventRecord(event, stream ? stream : device->waiting), "cuEventRecord");
}

static kiln_status eventElapsed(void *opaque, void *start, void *end, double *milliseconds) {
  float elapsed = 0;
  enter(opaque);
  kiln_status status = check(api.cuEventSynchronize(end), "waiting for an event");
  if (status)
    return status;
  CUresult code = api.cuEventElapsedTime(&elapsed, start, end);
  if (code == 400) // CUDA_ERROR_INVALID_HANDLE
    return kiln_fail(KILN_INVALID_ARGUMENT, "an event was never recorded");
  *milliseconds = elapsed;
  return check(code, "cuEventElapsedTime");
}

static kiln_status graphBegin(void *opaque, void *stream) {
  enter(opaque);
  return check(api.cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_RELAXED), "cuStreamBeginCapture");
}

static void graphDestroy(void *opaque, void *part) {
  struct graph *graph = part;
  enter(opaque);
  if (graph->executable)
    api.cuGraphExecDestroy(graph->executable);
  if (graph->graph)
    api.cuGraphDestroy(graph->graph);
  free(graph);
}

static kiln_status graphEnd(void *opaque, void *stream, void **result) {
  struct graph *graph = calloc(1, sizeof *graph);
  if (!graph)
    return kiln_fail(KILN_OUT_OF_MEMORY, "the host is out of memory");
  enter(opaque);
  kiln_status status = check(api.cuStreamEndCapture(stream, &graph->graph), "cuStreamEndCapture");
  if (!status)
    status = check(api.cuGraphInstantiate(&graph->executable, graph->graph, 0), "cuGraphInstantiate");
  if (status)
    graphDestroy(opaque, graph);
  else
    *result = graph;
  return status;
}

static kiln_status graphLaunch(void *opaque, void *part, void *stream) {
  struct device *device = enter(opaque);
  struct graph *graph = part;
  return finish(device, stream, api.cuGraphLaunch(graph->executable, stream ? stream : device->waiting),
                "cuGraphLaunch");
}

static kiln_status moduleLoad(void *opaque, const void *code, uint64_t size, void **module) {
  char log[512] = "";
  int options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
  void *values[] = {log, (void *)(uintptr_t)sizeof log};
  enter(opaque);
  CUresult result = api.cuModuleLoadDataEx(module, code, 2, options, values);
  if (result == CUDA_ERROR_INVALID_PTX)
    return kiln_fail(KILN_INVALID_ARGUMENT, "cuda: the driver refuses the PTX: %s", log);
  if (result == CUDA_ERROR_UNSUPPORTED_PTX_VERSION)
    return kiln_fail(KILN_WRONG_TARGET, "cuda: the driver is too old for this PTX: %s", log);
  if (result == CUDA_ERROR_NO_BINARY_FOR_GPU)
    return kiln_fail(KILN_WRONG_TARGET, "cuda: the code is for another device: %s", log);
  return isFatal(result) || !result
             ? check(result, "loading code")
             : kiln_fail(KILN_INVALID_ARGUMENT, "cuda: the driver cannot load the code (error %d): %s",
                         result, log);
}

static void moduleUnload(void *opaque, void *module) {
  enter(opaque);
  api.cuModuleUnload(module);
}

// Offsets count from the first parameter: the first one need not stand at 0, if its alignment is large.
static void findParameters(struct kernel *kernel) {
  size_t offset, size, first = 0;
  if (!api.cuFuncGetParamInfo)
    return;
  uint32_t count = 0;
  while (count < MAX_PARAMETERS && !api.cuFuncGetParamInfo(kernel->function, count, &offset, &size)) {
    first = count ? first : offset;
    kernel->offsets[count++] = (uint32_t)(offset - first);
  }
  kernel->parameterCount = count;
  kernel->knowsParameters = count < MAX_PARAMETERS;
}

static kiln_status kernelGet(void *opaque, void *module, const char *symbol, void **result) {
  struct kernel *kernel = calloc(1, sizeof *kernel);
  int shared = 0;
  if (!kernel)
    return kiln_fail(KILN_OUT_OF_MEMORY, "the host is out of memory");
  enter(opaque);
  CUresult code = api.cuModuleGetFunction(&kernel->function, module, symbol);
  if (code) {
    free(kernel);
    return code == CUDA_ERROR_NOT_FOUND
               ? kiln_fail(KILN_NOT_FOUND, "cuda: the code has no kernel '%s'", symbol)
               : check(code, "cuModuleGetFunction");
  }
  api.cuFuncGetAttribute(&shared, CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES, kernel->function);
  kernel->staticShared = (uint32_t)shared;
  findParameters(kernel);
  *result = kernel;
  return KILN_OK;
}

static void kernelRelease(void *opaque, void *kernel) { free(kernel); }

// Above 48 KiB a function must be told of its shared memory first.
static kiln_status allowShared(struct kernel *kernel, uint32_t bytes) {
  if (kernel->staticShared + bytes <= 49152 || bytes <= atomic_load(&kernel->dynamicShared))
    return KILN_OK;
  kiln_status status = check(
      api.cuFuncSetAttribute(kernel->function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, (int)bytes),
      "reserving dynamic shared memory");
  if (!status)
    atomic_store(&kernel->dynamicShared, bytes);
  return status;
}

// Fills `pointers` with each parameter's address. A buffer of all parameters (CU_LAUNCH_PARAM_BUFFER_POINTER)
// is the last resort, when nobody knows where one ends: it begins at the parameter space's begin, which a
// tensor map's alignment keeps the first parameter away from (seen: 48 bytes, and an illegal instruction).
static kiln_status placeParameters(const struct kernel *kernel, const struct kiln_kernargs *kernargs,
                                   void **pointers, int *known) {
  uint32_t count = kernargs->count;
  const uint32_t *offsets = kernargs->offsets;
  *known = count || kernel->knowsParameters;
  if (kernel->knowsParameters && count && count != kernel->parameterCount)
    return kiln_fail(KILN_INVALID_ARGUMENT, "cuda: the kernel has %u parameters, found %u",
                     kernel->parameterCount, count);
  if (!count) {
    count = kernel->parameterCount;
    offsets = kernel->offsets;
  }
  for (uint32_t i = 0; i < count; ++i) {
    if (offsets[i] >= kernargs->size)
      return kiln_fail(KILN_INVALID_ARGUMENT,
                       "cuda: parameter %u of the kernel starts at byte %u, found %llu bytes of arguments", i,
                       offsets[i], (unsigned long long)kernargs->size);
    pointers[i] = (void *)(uintptr_t)(kernargs->bytes + offsets[i]);
  }
  return KILN_OK;
}

static CUresult launchCluster(struct kernel *kernel, CUstream stream, const kiln_geometry *g, void **pointers,
                              void **extra) {
  struct cuda_launch_attribute cluster = {.id = CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION};
  memcpy(cluster.value.clusterDim, g->cluster, sizeof g->cluster);
  struct cuda_launch_config config = {{g->grid[0], g->grid[1], g->grid[2]},
                                      {g->block[0], g->block[1], g->block[2]},
                                      g->dynamic_shared,
                                      stream,
                                      &cluster,
                                      1};
  return api.cuLaunchKernelEx(&config, kernel->function, pointers, extra);
}

static kiln_status launch(void *opaque, void *stream, void *part, const kiln_geometry *g,
                          const struct kiln_kernargs *kernargs) {
  struct device *device = enter(opaque);
  struct kernel *kernel = part;
  CUstream on = stream ? stream : device->waiting;
  size_t bytes = kernargs->size;
  void *pointers[MAX_PARAMETERS];
  void *buffer[] = {CU_LAUNCH_PARAM_BUFFER_POINTER, (void *)(uintptr_t)kernargs->bytes,
                    CU_LAUNCH_PARAM_BUFFER_SIZE, &bytes, CU_LAUNCH_PARAM_END};
  int known, cluster = g->cluster[0] > 1 || g->cluster[1] > 1 || g->cluster[2] > 1;
  kiln_status status = placeParameters(kernel, kernargs, pointers, &known);
  if (!status)
    status = allowShared(kernel, g->dynamic_shared);
  if (!status && cluster && !api.cuLaunchKernelEx)
    status = kiln_fail(KILN_UNSUPPORTED, "cuda: the driver is too old for clusters (no cuLaunchKernelEx)");
  if (status)
    return status;
  void **parameters = known ? pointers : NULL, **extra = known || !bytes ? NULL : buffer;
  CUresult code =
      cluster ? launchCluster(kernel, on, g, parameters, extra)
              : api.cuLaunchKernel(kernel->function, g->grid[0], g->grid[1], g->grid[2], g->block[0],
                                   g->block[1], g->block[2], g->dynamic_shared, on, parameters, extra);
  return finish(device, stream, code, "launch");
}

// CUtensorMapDataType by element type; sub-byte types have packed forms that TMA unpacks, which our kernels
// do not use.
static int tensorMapType(kiln_dtype dtype) {
  switch (dtype) {
  case KILN_U16:
  case KILN_I16:
    return 1;
  case KILN_U32:
    return 2;
  case KILN_I32:
    return 3;
  case KILN_U64:
    return 4;
  case KILN_I64:
    return 5;
  case KILN_F16:
    return 6;
  case KILN_F32:
    return 7;
  case KILN_F64:
    return 8;
  case KILN_BF16:
    return 9;
  default:
    return 0; // bytes
  }
}

static kiln_status tensorMap(void *opaque, const struct kiln_tensor_map_request *r, void *result) {
  static const uint32_t ones[5] = {1, 1, 1, 1, 1};
  if (!api.cuTensorMapEncodeTiled)
    return kiln_fail(KILN_UNSUPPORTED,
                     "cuda: the driver is too old for tensor maps (no cuTensorMapEncodeTiled)");
  int swizzle = r->swizzleBytes == 32 ? 1 : r->swizzleBytes == 64 ? 2 : r->swizzleBytes == 128 ? 3 : 0;
  int promotion = r->l2PromotionBytes == 64    ? 1
                  : r->l2PromotionBytes == 128 ? 2
                  : r->l2PromotionBytes == 256 ? 3
                                               : 0;
  enter(opaque);
  CUresult code = api.cuTensorMapEncodeTiled(
      result, tensorMapType(r->dtype), r->rank, (void *)(uintptr_t)r->address, r->sizes, r->strideBytes + 1,
      r->box, ones, (int)(r->interleaveBytes / 16), swizzle, promotion, r->nanFill);
  if (code)
    return kiln_fail(
        KILN_INVALID_ARGUMENT,
        "cuda: no tensor map for address 0x%llx, rank %u, innermost size %llu, row stride %llu bytes, box "
        "%ux%u, "
        "swizzle %u (addresses and strides are multiples of 16 bytes, a box row fits the swizzle)",
        (unsigned long long)r->address, r->rank, (unsigned long long)r->sizes[0],
        (unsigned long long)(r->rank > 1 ? r->strideBytes[1] : 0), r->box[0], r->rank > 1 ? r->box[1] : 1,
        r->swizzleBytes);
  return KILN_OK;
}

const struct kiln_driver kiln_driver_cuda = {
    .scheme = "cuda",
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
    .kernelRelease = kernelRelease,
    .launch = launch,
    .tensorMap = tensorMap,
};
