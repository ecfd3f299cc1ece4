// cuda:N, on NVIDIA's driver API.
#include "Vendor.h"

#include "CudaApi.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
#define X(name, symbol, parameters) CUresult(*name) parameters;
  CUDA_SYMBOLS(X)
#undef X
} api;
static const char *const ownNames[] = {
#define X(name, symbol, parameters) symbol,
    CUDA_SYMBOLS(X)
#undef X
};
static const char *const symbolNames[] = {
#define X(name, cuda, hip, parameters) cuda,
    KILN_VENDOR_SYMBOLS(X)
#undef X
};

static void describe(int code, const char **name, const char **text) {
  api.cuGetErrorName(code, name);
  api.cuGetErrorString(code, text);
}

static void makeCurrent(const struct kiln_vendor_device *device) { api.cuCtxSetCurrent(device->context); }

static const char *const libraries[] = {"libcuda.so.1", "libcuda.so", NULL};
static struct kiln_vendor cuda = {.scheme = "cuda",
                                  .what = "NVIDIA's driver (libcuda.so.1)",
                                  .libraries = libraries,
                                  .symbolNames = symbolNames,
                                  .ownNames = ownNames,
                                  .own = (void **)&api,
                                  .ownCount = sizeof ownNames / sizeof *ownNames,
                                  .describe = describe,
                                  .makeCurrent = makeCurrent,
                                  .lock = PTHREAD_MUTEX_INITIALIZER};

enum { MAX_PARAMETERS = 256 };

struct device {
  struct kiln_vendor_device base;
  uint32_t capability; // 90
};

struct kernel {
  CUfunction function;
  uint32_t staticShared;
  atomic_uint dynamicShared; // what the function is set up for
  int knowsParameters;       // drivers before 12.4 do not tell
  uint32_t parameterCount, offsets[MAX_PARAMETERS];
};

static kiln_status count(uint32_t *result) { return kiln_vendor_count(&cuda, result); }

static uint32_t attribute(const struct device *device, int which) {
  return (uint32_t)kiln_vendor_attribute(&device->base, which);
}

static kiln_status openContext(struct device *device) {
  struct kiln_vendor_device *base = &device->base;
  kiln_status status = kiln_vendor_check(&cuda, api.cuDevicePrimaryCtxRetain(&base->context, base->index),
                                         "creating a context");
  if (status)
    return status;
  status = kiln_vendor_open_stream(base);
  if (status)
    api.cuDevicePrimaryCtxRelease(base->index);
  return status;
}

static kiln_status openDevice(const char *name, void **result) {
  struct device *device = calloc(1, sizeof *device);
  if (!device)
    return kiln_fail(KILN_OUT_OF_MEMORY, "the host is out of memory");
  kiln_status status = kiln_vendor_select(&cuda, name, &device->base);
  if (!status)
    status = openContext(device);
  if (status) {
    free(device);
    return status;
  }
  device->capability = attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR) * 10 +
                       attribute(device, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
  *result = device;
  return KILN_OK;
}

static void closeDevice(void *opaque) {
  struct device *device = opaque;
  kiln_vendor_stream_destroy(device, device->base.waiting);
  api.cuDevicePrimaryCtxRelease(device->base.index);
  free(device);
}

static void properties(void *opaque, kiln_device_properties *result) {
  struct device *device = opaque;
  kiln_vendor_properties(&device->base, result);
  snprintf(result->target, sizeof result->target, "sm_%u", device->capability);
  result->compute_units = attribute(device, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
  result->wave_size = attribute(device, CU_DEVICE_ATTRIBUTE_WARP_SIZE);
  result->max_block_threads = attribute(device, CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK);
  result->max_shared_bytes = attribute(device, CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
  result->cache_bytes = attribute(device, CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE);
  result->has_tensor_maps = api.cuTensorMapEncodeTiled && device->capability >= 90;
  result->has_clusters = api.cuLaunchKernelEx && device->capability >= 90;
}

// PTX for sm_80 runs on everything newer, a cubin for it on 8.x alone; code for sm_90a on 9.0 alone, for
// sm_100f on the rest of its family (CUDA C++ Programming Guide, 3.1.3 "Binary Compatibility", 3.1.4 "PTX
// Compatibility"). Of equals a cubin is better: it needs no JIT.
static uint32_t fits(void *opaque, const struct kiln_code_target *code) {
  struct device *device = opaque;
  char *suffix;
  if (strncmp(code->target, "sm_", 3) != 0 || code->target[3] < '0' || code->target[3] > '9')
    return 0;
  uint32_t wanted = (uint32_t)strtoul(code->target + 3, &suffix, 10), has = device->capability;
  int sameMajor = has / 10 == wanted / 10;
  int good = strcmp(suffix, "a") == 0   ? has == wanted
             : strcmp(suffix, "f") == 0 ? has >= wanted && sameMajor
                                        : !*suffix && has >= wanted && (sameMajor || !code->isBinary);
  return good ? wanted * 8 + (*suffix == 'a' ? 4 : *suffix == 'f' ? 2 : 0) + (code->isBinary != 0) : 0;
}

static kiln_status moduleLoad(void *opaque, const void *code, uint64_t size, void **module) {
  char log[512] = "";
  int options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
  void *values[] = {log, (void *)(uintptr_t)sizeof log};
  makeCurrent(opaque);
  CUresult result = api.cuModuleLoadDataEx(module, code, 2, options, values);
  if (result == CUDA_ERROR_INVALID_PTX)
    return kiln_fail(KILN_INVALID_ARGUMENT, "cuda: the driver refuses the PTX: %s", log);
  if (result == CUDA_ERROR_UNSUPPORTED_PTX_VERSION)
    return kiln_fail(KILN_WRONG_TARGET, "cuda: the driver is too old for this PTX: %s", log);
  if (result == KILN_VENDOR_NO_BINARY_FOR_GPU)
    return kiln_fail(KILN_WRONG_TARGET, "cuda: the code is for another device: %s", log);
  return kiln_vendor_is_fatal(result) || !result
             ? kiln_vendor_check(&cuda, result, "loading code")
             : kiln_fail(KILN_INVALID_ARGUMENT, "cuda: the driver cannot load the code (error %d): %s",
                         result, log);
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
  kiln_status status = kiln_vendor_get_function(opaque, module, symbol, &kernel->function);
  if (status) {
    free(kernel);
    return status;
  }
  api.cuFuncGetAttribute(&shared, CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES, kernel->function);
  kernel->staticShared = (uint32_t)shared;
  findParameters(kernel);
  *result = kernel;
  return KILN_OK;
}

static void kernelRelease(void *opaque, void *kernel) { free(kernel); }

// Above 48 KiB a function must be told of its shared memory first.
static kiln_status allowShared(const struct kiln_vendor_device *device, struct kernel *kernel,
                               uint32_t bytes) {
  if (kernel->staticShared + bytes <= 49152 || bytes <= atomic_load(&kernel->dynamicShared))
    return KILN_OK;
  makeCurrent(device);
  kiln_status status = kiln_vendor_check(
      &cuda,
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
  const struct kiln_vendor_device *device = opaque;
  struct kernel *kernel = part;
  CUstream on = kiln_vendor_stream(device, stream);
  size_t bytes = kernargs->size;
  void *pointers[MAX_PARAMETERS];
  void *buffer[] = {CU_LAUNCH_PARAM_BUFFER_POINTER, (void *)(uintptr_t)kernargs->bytes,
                    CU_LAUNCH_PARAM_BUFFER_SIZE, &bytes, CU_LAUNCH_PARAM_END};
  int known, cluster = g->cluster[0] > 1 || g->cluster[1] > 1 || g->cluster[2] > 1;
  kiln_status status = placeParameters(kernel, kernargs, pointers, &known);
  if (!status)
    status = allowShared(device, kernel, g->dynamic_shared);
  if (!status && cluster && !api.cuLaunchKernelEx)
    status = kiln_fail(KILN_UNSUPPORTED, "cuda: the driver is too old for clusters (no cuLaunchKernelEx)");
  if (status)
    return status;
  makeCurrent(device);
  void **parameters = known ? pointers : NULL, **extra = known || !bytes ? NULL : buffer;
  CUresult code =
      cluster ? launchCluster(kernel, on, g, parameters, extra)
              : cuda.api.launchKernel(kernel->function, g->grid[0], g->grid[1], g->grid[2], g->block[0],
                                      g->block[1], g->block[2], g->dynamic_shared, on, parameters, extra);
  return kiln_vendor_finish(device, stream, code, "launch");
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
    KILN_VENDOR_DRIVER,     .scheme = "cuda",
    .count = count,         .open = openDevice,
    .close = closeDevice,   .properties = properties,
    .fits = fits,           .moduleLoad = moduleLoad,
    .kernelGet = kernelGet, .kernelRelease = kernelRelease,
    .launch = launch,       .tensorMap = tensorMap,
};
