// hip:N, on AMD's libamdhip64.
#include "Vendor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// X(name, symbol, type). '?' marks what only newer versions have.
#define SYMBOLS(X)                                                                                           \
  X(hipSetDevice, "hipSetDevice", int (*)(int))                                                              \
  X(hipGetErrorName, "hipGetErrorName", const char *(*)(int))                                                \
  X(hipGetErrorString, "hipGetErrorString", const char *(*)(int))                                            \
  X(hipGetDeviceProperties, "hipGetDeviceProperties", int (*)(void *, int))                                  \
  X(hipGetDevicePropertiesR0600, "?hipGetDevicePropertiesR0600", int (*)(void *, int))                       \
  X(hipModuleLoadData, "hipModuleLoadData", int (*)(void **, const void *))

// hip_runtime_api.h: enumerators of hipDeviceAttribute_t (the same since ROCm 4).
enum {
  HIP_L2_CACHE_SIZE = 19,
  HIP_MAX_THREADS_PER_BLOCK = 56,
  HIP_MULTIPROCESSOR_COUNT = 63,
  HIP_MAX_SHARED_MEMORY_PER_BLOCK = 74,
  HIP_WARP_SIZE = 87
};
#define HIP_PARAM_BUFFER_POINTER ((void *)1)
#define HIP_PARAM_BUFFER_SIZE ((void *)2)
#define HIP_PARAM_END ((void *)3)

static struct {
#define X(name, symbol, type) __typeof__((type)0) name;
  SYMBOLS(X)
#undef X
} api;
static const char *const ownNames[] = {
#define X(name, symbol, type) symbol,
    SYMBOLS(X)
#undef X
};
static const char *const symbolNames[] = {
#define X(name, cuda, hip, parameters) hip,
    KILN_VENDOR_SYMBOLS(X)
#undef X
};

static void describe(int code, const char **name, const char **text) {
  *name = api.hipGetErrorName(code);
  *text = api.hipGetErrorString(code);
}

static void makeCurrent(const struct kiln_vendor_device *device) { api.hipSetDevice(device->index); }

static const char *const libraries[] = {"libamdhip64.so", "libamdhip64.so.7", "libamdhip64.so.6",
                                        "libamdhip64.so.5", NULL};
static struct kiln_vendor hip = {.scheme = "hip",
                                 .what = "AMD's HIP runtime (libamdhip64.so)",
                                 .libraries = libraries,
                                 .symbolNames = symbolNames,
                                 .ownNames = ownNames,
                                 .own = (void **)&api,
                                 .ownCount = sizeof ownNames / sizeof *ownNames,
                                 .describe = describe,
                                 .makeCurrent = makeCurrent,
                                 .lock = PTHREAD_MUTEX_INITIALIZER};

struct device {
  struct kiln_vendor_device base;
  char target[64]; // "gfx950:sramecc+:xnack-"
};

static kiln_status count(uint32_t *result) { return kiln_vendor_count(&hip, result); }

// hipDeviceProp_t has another layout in ROCm 6 than before, and differs again between minor versions. Only
// gcnArchName is needed, and it is the only text behind the name (256 bytes) that starts with "gfx".
static kiln_status readTarget(struct device *device) {
  char *properties = calloc(1, 16384);
  if (!properties)
    return kiln_fail(KILN_OUT_OF_MEMORY, "the host is out of memory");
  int code = api.hipGetDevicePropertiesR0600 ? api.hipGetDevicePropertiesR0600(properties, device->base.index)
                                             : api.hipGetDeviceProperties(properties, device->base.index);
  kiln_status status = kiln_vendor_check(&hip, code, "reading a device's properties");
  for (size_t at = 256; !status && at < 16000 && !*device->target; ++at)
    if (memcmp(properties + at, "gfx", 3) == 0)
      snprintf(device->target, sizeof device->target, "%.63s", properties + at);
  free(properties);
  return status || *device->target
             ? status
             : kiln_fail(KILN_UNAVAILABLE, "hip: the device does not tell its architecture");
}

static kiln_status openDevice(const char *name, void **result) {
  struct device *device = calloc(1, sizeof *device);
  if (!device)
    return kiln_fail(KILN_OUT_OF_MEMORY, "the host is out of memory");
  kiln_status status = kiln_vendor_select(&hip, name, &device->base);
  if (!status)
    status = readTarget(device);
  if (!status)
    status = kiln_vendor_open_stream(&device->base);
  if (status)
    free(device);
  else
    *result = device;
  return status;
}

static void closeDevice(void *opaque) {
  struct device *device = opaque;
  kiln_vendor_stream_destroy(device, device->base.waiting);
  free(device);
}

static uint32_t attribute(const struct device *device, int which) {
  return (uint32_t)kiln_vendor_attribute(&device->base, which);
}

static void properties(void *opaque, kiln_device_properties *result) {
  struct device *device = opaque;
  kiln_vendor_properties(&device->base, result);
  snprintf(result->target, sizeof result->target, "%s", device->target);
  result->compute_units = attribute(device, HIP_MULTIPROCESSOR_COUNT);
  result->wave_size = attribute(device, HIP_WARP_SIZE);
  result->max_block_threads = attribute(device, HIP_MAX_THREADS_PER_BLOCK);
  result->max_shared_bytes = attribute(device, HIP_MAX_SHARED_MEMORY_PER_BLOCK);
  result->cache_bytes = attribute(device, HIP_L2_CACHE_SIZE);
}

// Whether the device says the opposite of a feature such as "xnack-".
static int contradicts(const char *deviceFeatures, const char *feature) {
  size_t size = strlen(feature);
  for (const char *at = deviceFeatures; size > 1 && (at = strchr(at, ':'));) {
    ++at;
    if (strncmp(at, feature, size - 1) == 0 && (at[size - 1] == '+' || at[size - 1] == '-') &&
        at[size - 1] != feature[size - 1])
      return 1;
  }
  return 0;
}

// The processor must be the same, and no feature the opposite of the device's. The more it asks for, the
// better.
static uint32_t fits(void *opaque, const struct kiln_code_target *code) {
  struct device *device = opaque;
  size_t length = strlen(code->target);
  if (strncmp(device->target, code->target, length) != 0 ||
      (device->target[length] && device->target[length] != ':'))
    return 0;
  for (uint32_t i = 0; i < code->featureCount; ++i)
    if (contradicts(device->target + length, code->features[i]))
      return 0;
  return 1 + code->featureCount;
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
  makeCurrent(opaque);
  if (!isWholeElf(code, size))
    return kiln_fail(KILN_INVALID_ARGUMENT,
                     "hip: the code is no code object (not an ELF file, or truncated)");
  int result = api.hipModuleLoadData(module, code);
  if (!result || kiln_vendor_is_fatal(result) || result == KILN_VENDOR_OUT_OF_MEMORY ||
      result == KILN_VENDOR_NO_BINARY_FOR_GPU)
    return kiln_vendor_check(&hip, result, "loading a code object");
  return kiln_fail(KILN_INVALID_ARGUMENT, "hip: the code object cannot be loaded: %s",
                   api.hipGetErrorString(result));
}

static kiln_status kernelGet(void *opaque, void *module, const char *symbol, void **result) {
  return kiln_vendor_get_function(opaque, module, symbol, result);
}

static kiln_status launch(void *opaque, void *stream, void *kernel, const kiln_geometry *g,
                          const struct kiln_kernargs *kernargs) {
  const struct kiln_vendor_device *device = opaque;
  size_t bytes = kernargs->size;
  void *extra[] = {HIP_PARAM_BUFFER_POINTER, (void *)(uintptr_t)kernargs->bytes, HIP_PARAM_BUFFER_SIZE,
                   &bytes, HIP_PARAM_END};
  if (g->cluster[0] > 1 || g->cluster[1] > 1 || g->cluster[2] > 1)
    return kiln_fail(KILN_UNSUPPORTED, "hip: there are no clusters");
  makeCurrent(device);
  int code =
      hip.api.launchKernel(kernel, g->grid[0], g->grid[1], g->grid[2], g->block[0], g->block[1], g->block[2],
                           g->dynamic_shared, kiln_vendor_stream(device, stream), NULL, bytes ? extra : NULL);
  return kiln_vendor_finish(device, stream, code, "launch");
}

const struct kiln_driver kiln_driver_hip = {
    KILN_VENDOR_DRIVER,     .scheme = "hip",          .count = count, .open = openDevice,
    .close = closeDevice,   .properties = properties, .fits = fits,   .moduleLoad = moduleLoad,
    .kernelGet = kernelGet, .launch = launch,
};
