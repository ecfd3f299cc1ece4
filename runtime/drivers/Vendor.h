// What NVIDIA's driver API and AMD's HIP have in common, which is nearly everything: HIP was modelled on
// CUDA, its functions take the same arguments and its error codes are the same numbers. A driver on top of
// this adds how its library is told which device is meant, its devices' properties, loading code and
// launching.
#ifndef KILN_RUNTIME_DRIVERS_VENDOR_H
#define KILN_RUNTIME_DRIVERS_VENDOR_H

#include "Driver.h"

#include <pthread.h>

// X(name, CUDA's symbol, HIP's symbol, parameters). '?' marks what older libraries lack. Addresses on the
// device are 64-bit integers: HIP declares them as pointers, which every machine with these drivers passes
// alike.
#define KILN_VENDOR_SYMBOLS(X)                                                                               \
  X(init, "cuInit", "hipInit", (unsigned))                                                                   \
  X(deviceCount, "cuDeviceGetCount", "hipGetDeviceCount", (int *))                                           \
  X(deviceName, "cuDeviceGetName", "hipDeviceGetName", (char *, int, int))                                   \
  X(deviceMemory, "cuDeviceTotalMem_v2", "hipDeviceTotalMem", (size_t *, int))                               \
  X(deviceAttribute, "cuDeviceGetAttribute", "hipDeviceGetAttribute", (int *, int, int))                     \
  X(allocate, "cuMemAlloc_v2", "hipMalloc", (uint64_t *, size_t))                                            \
  X(free, "cuMemFree_v2", "hipFree", (uint64_t))                                                             \
  X(copyTo, "cuMemcpyHtoDAsync_v2", "hipMemcpyHtoDAsync", (uint64_t, const void *, size_t, void *))          \
  X(copyFrom, "cuMemcpyDtoHAsync_v2", "hipMemcpyDtoHAsync", (void *, uint64_t, size_t, void *))              \
  X(copyOn, "cuMemcpyDtoDAsync_v2", "hipMemcpyDtoDAsync", (uint64_t, uint64_t, size_t, void *))              \
  X(fill, "cuMemsetD8Async", "hipMemsetD8Async", (uint64_t, unsigned char, size_t, void *))                  \
  X(streamCreate, "cuStreamCreate", "hipStreamCreateWithFlags", (void **, unsigned))                         \
  X(streamDestroy, "cuStreamDestroy_v2", "hipStreamDestroy", (void *))                                       \
  X(streamSynchronize, "cuStreamSynchronize", "hipStreamSynchronize", (void *))                              \
  X(eventCreate, "cuEventCreate", "hipEventCreateWithFlags", (void **, unsigned))                            \
  X(eventDestroy, "cuEventDestroy_v2", "hipEventDestroy", (void *))                                          \
  X(eventRecord, "cuEventRecord", "hipEventRecord", (void *, void *))                                        \
  X(eventSynchronize, "cuEventSynchronize", "hipEventSynchronize", (void *))                                 \
  X(eventElapsed, "cuEventElapsedTime", "hipEventElapsedTime", (float *, void *, void *))                    \
  X(captureBegin, "?cuStreamBeginCapture_v2", "?hipStreamBeginCapture", (void *, int))                       \
  X(captureEnd, "?cuStreamEndCapture", "?hipStreamEndCapture", (void *, void **))                            \
  X(graphInstantiate, "?cuGraphInstantiateWithFlags", "?hipGraphInstantiateWithFlags",                       \
    (void **, void *, unsigned long long))                                                                   \
  X(graphLaunch, "?cuGraphLaunch", "?hipGraphLaunch", (void *, void *))                                      \
  X(graphExecDestroy, "?cuGraphExecDestroy", "?hipGraphExecDestroy", (void *))                               \
  X(graphDestroy, "?cuGraphDestroy", "?hipGraphDestroy", (void *))                                           \
  X(moduleUnload, "cuModuleUnload", "hipModuleUnload", (void *))                                             \
  X(getFunction, "cuModuleGetFunction", "hipModuleGetFunction", (void **, void *, const char *))             \
  X(launchKernel, "cuLaunchKernel", "hipModuleLaunchKernel",                                                 \
    (void *, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void *, void **,          \
     void **))

struct kiln_vendor_api {
#define X(name, cuda, hip, parameters) int(*name) parameters;
  KILN_VENDOR_SYMBOLS(X)
#undef X
};

// cuda.h (CUresult) and hip_runtime_api.h (hipError_t).
enum {
  KILN_VENDOR_OUT_OF_MEMORY = 2,
  KILN_VENDOR_NO_DEVICE = 100,
  KILN_VENDOR_INVALID_DEVICE = 101,
  KILN_VENDOR_NO_BINARY_FOR_GPU = 209,
  KILN_VENDOR_INVALID_HANDLE = 400,
  KILN_VENDOR_NOT_FOUND = 500
};

struct kiln_vendor_device;

// A vendor's library: what it is called, what differs in how it is used, and its functions once it is loaded.
struct kiln_vendor {
  const char *scheme;
  const char *what;               // for messages: "NVIDIA's driver (libcuda.so.1)"
  const char *const *libraries;   // NULL-terminated, tried in order
  const char *const *symbolNames; // of `api`, in its order
  const char *const *ownNames;    // symbols of this vendor alone, stored to `own`
  void **own;
  size_t ownCount;
  void (*describe)(int code, const char **name, const char **text);
  void (*makeCurrent)(const struct kiln_vendor_device *device); // for this thread
  struct kiln_vendor_api api;
  pthread_mutex_t lock; // of `loaded`
  int loaded;
};

// The start of each such driver's device.
struct kiln_vendor_device {
  struct kiln_vendor *vendor;
  int index;
  void *context; // CUDA's
  void *waiting; // the stream of calls that wait for themselves
};

// KILN_OK, or the vendor's error as ours.
kiln_status kiln_vendor_check(const struct kiln_vendor *vendor, int code, const char *what);
// Whether no later call survives what happened: the device is lost to this process.
int kiln_vendor_is_fatal(int code);
int kiln_vendor_attribute(const struct kiln_vendor_device *device, int attribute);
// After `code`: a call without a stream has used the device's own, and waits for it.
kiln_status kiln_vendor_finish(const struct kiln_vendor_device *device, void *stream, int code,
                               const char *what);
static inline void *kiln_vendor_stream(const struct kiln_vendor_device *device, void *stream) {
  return stream ? stream : device->waiting;
}
int kiln_vendor_has_graphs(const struct kiln_vendor *vendor);

// What a driver's own functions of these names do first, or altogether.
kiln_status kiln_vendor_count(struct kiln_vendor *vendor, uint32_t *result);
void kiln_vendor_name(uint32_t index, char *result, size_t size);
// Parses and checks the device's number; the caller fills in the rest.
kiln_status kiln_vendor_select(struct kiln_vendor *vendor, const char *name,
                               struct kiln_vendor_device *device);
kiln_status kiln_vendor_open_stream(struct kiln_vendor_device *device);
void kiln_vendor_properties(const struct kiln_vendor_device *device, kiln_device_properties *result);
kiln_status kiln_vendor_get_function(const struct kiln_vendor_device *device, void *module,
                                     const char *symbol, void **function);

kiln_status kiln_vendor_allocate(void *device, uint64_t size, uint64_t *address);
kiln_status kiln_vendor_free(void *device, uint64_t address);
kiln_status kiln_vendor_copy(void *device, void *stream, enum kiln_copy kind, uint64_t target,
                             uint64_t source, uint64_t size);
kiln_status kiln_vendor_fill(void *device, void *stream, uint64_t address, uint8_t value, uint64_t size);
kiln_status kiln_vendor_stream_create(void *device, void **stream);
void kiln_vendor_stream_destroy(void *device, void *stream);
kiln_status kiln_vendor_stream_synchronize(void *device, void *stream);
kiln_status kiln_vendor_event_create(void *device, void **event);
void kiln_vendor_event_destroy(void *device, void *event);
kiln_status kiln_vendor_event_record(void *device, void *event, void *stream);
kiln_status kiln_vendor_event_elapsed(void *device, void *start, void *end, double *milliseconds);
kiln_status kiln_vendor_graph_begin(void *device, void *stream);
kiln_status kiln_vendor_graph_end(void *device, void *stream, void **graph);
kiln_status kiln_vendor_graph_launch(void *device, void *graph, void *stream);
void kiln_vendor_graph_destroy(void *device, void *graph);
void kiln_vendor_module_unload(void *device, void *module);

// The part of a driver's table that is the same for both.
#define KILN_VENDOR_DRIVER                                                                                   \
  .name = kiln_vendor_name, .allocate = kiln_vendor_allocate, .free = kiln_vendor_free,                      \
  .copy = kiln_vendor_copy, .fill = kiln_vendor_fill, .streamCreate = kiln_vendor_stream_create,             \
  .streamDestroy = kiln_vendor_stream_destroy, .streamSynchronize = kiln_vendor_stream_synchronize,          \
  .eventCreate = kiln_vendor_event_create, .eventDestroy = kiln_vendor_event_destroy,                        \
  .eventRecord = kiln_vendor_event_record, .eventElapsed = kiln_vendor_event_elapsed,                        \
  .graphBegin = kiln_vendor_graph_begin, .graphEnd = kiln_vendor_graph_end,                                  \
  .graphLaunch = kiln_vendor_graph_launch, .graphDestroy = kiln_vendor_graph_destroy,                        \
  .moduleUnload = kiln_vendor_module_unload

#endif
