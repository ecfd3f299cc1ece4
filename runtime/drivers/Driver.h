// What a driver is: one table of functions. A driver knows nothing of handles, bundles or manifests; it gets
// checked values. Every function returns KILN_OK or leaves a sentence through kiln_fail.
#ifndef KILN_RUNTIME_DRIVERS_DRIVER_H
#define KILN_RUNTIME_DRIVERS_DRIVER_H

#include "kiln/runtime.h"

// What a kernel receives for a tensor map.
#define KILN_TENSOR_MAP_BYTES 128

struct kiln_tensor_map_request {
  uint64_t address;
  kiln_dtype dtype;
  uint32_t rank;                     // all lists innermost first
  uint64_t sizes[5], strideBytes[5]; // strideBytes[0] unused
  uint32_t box[5], swizzleBytes, interleaveBytes, l2PromotionBytes;
  int nanFill;
};

// What code says it is for.
struct kiln_code_target {
  const char *target;          // "gfx950", "sm_90a"
  const char *const *features; // "xnack-"
  uint32_t featureCount;
  int isBinary; // machine code; otherwise the driver compiles it (PTX)
};

// A kernel's arguments: their bytes, and where each one starts; `count` 0 if only the kernel knows.
struct kiln_kernargs {
  const uint8_t *bytes;
  uint64_t size;
  const uint32_t *offsets;
  uint32_t count;
};

enum kiln_copy { KILN_COPY_TO_DEVICE, KILN_COPY_FROM_DEVICE, KILN_COPY_ON_DEVICE };

// Devices, streams, ... of a driver are pointers to what it likes. A NULL stream: the call waits for its
// completion.
struct kiln_driver {
  const char *scheme;
  // Loads the driver's library once and counts the devices; explains if there are none.
  kiln_status (*count)(uint32_t *result);
  // The name of device `index` after the scheme: "0", "gfx950".
  void (*name)(uint32_t index, char *result, size_t size);
  kiln_status (*open)(const char *name, void **device);
  void (*close)(void *device);
  void (*properties)(void *device, kiln_device_properties *result);
  // How well the code fits: 0 not at all, higher is better.
  uint32_t (*fits)(void *device, const struct kiln_code_target *code);
  // NULL where nobody observes.
  void (*watch)(void *device, kiln_finding_visitor *visit, void *context);

  kiln_status (*allocate)(void *device, uint64_t size, uint64_t *address);
  kiln_status (*free)(void *device, uint64_t address);
  kiln_status (*copy)(void *device, void *stream, enum kiln_copy kind, uint64_t target, uint64_t source,
                      uint64_t size);
  kiln_status (*fill)(void *device, void *stream, uint64_t address, uint8_t value, uint64_t size);

  kiln_status (*streamCreate)(void *device, void **stream);
  void (*streamDestroy)(void *device, void *stream);
  kiln_status (*streamSynchronize)(void *device, void *stream);
  kiln_status (*eventCreate)(void *device, void **event);
  void (*eventDestroy)(void *device, void *event);
  kiln_status (*eventRecord)(void *device, void *event, void *stream);
  kiln_status (*eventElapsed)(void *device, void *start, void *end, double *milliseconds);
  // NULL where the driver has no graphs.
  kiln_status (*graphBegin)(void *device, void *stream);
  kiln_status (*graphEnd)(void *device, void *stream, void **graph);
  kiln_status (*graphLaunch)(void *device, void *graph, void *stream);
  void (*graphDestroy)(void *device, void *graph);

  // `code` is followed by a NUL that `size` does not count.
  kiln_status (*moduleLoad)(void *device, const void *code, uint64_t size, void **module);
  void (*moduleUnload)(void *device, void *module);
  kiln_status (*kernelGet)(void *device, void *module, const char *symbol, void **kernel);
  void (*kernelRelease)(void *device, void *kernel); // NULL where kernels are part of modules
  kiln_status (*launch)(void *device, void *stream, void *kernel, const kiln_geometry *geometry,
                        const struct kiln_kernargs *kernargs);
  // NULL where there are none.
  kiln_status (*tensorMap)(void *device, const struct kiln_tensor_map_request *request, void *result);
};

extern const struct kiln_driver kiln_driver_emulator, kiln_driver_cuda, kiln_driver_hip;

// Sets this thread's error text and returns `status`. Cold: what leads here stays out of the way of what does
// not, for after a launch the driver has displaced our code and data from the caches.
kiln_status kiln_fail(kiln_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3), cold));

// Loads `names` (NULL-terminated, tried in order) and then each symbol: symbols[i] receives the address of
// names' symbolNames[i]. A symbol name that starts with '?' may be missing. Explains what is missing.
kiln_status kiln_load_library(const char *what, const char *const *names, const char *const *symbolNames,
                              void **symbols, size_t count);
// Parses "" (0) or a decimal device number.
kiln_status kiln_parse_index(const char *scheme, const char *name, uint32_t count, uint32_t *index);

#endif
