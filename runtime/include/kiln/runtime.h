// The Kiln runtime: loads bundles, moves data and launches kernels on `emulator:gfx950`, `cuda:0`, `hip:0`.
//
// Handles are numbers in a struct: opaque, cheap to copy, never reused. A handle that was released, or one of
// another kind, is recognised and refused with KILN_INVALID_HANDLE. The id 0 is no handle; kiln_release(0)
// does nothing.
//
// Every call may be made from any thread, also with the same handles; two calls that use one stream are
// ordered by who comes first. What a call still uses is kept alive, so releasing a buffer while another
// thread copies from it is safe. Objects keep what they were made from alive (a buffer its device, a kernel
// its module), so the order of release is free.
//
// Every call that returns a kiln_status leaves a sentence in kiln_last_error when it fails, and then changes
// nothing. "Result" pointers must not be NULL.
#ifndef KILN_RUNTIME_H
#define KILN_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define KILN_API __attribute__((visibility("default")))
#else
#define KILN_API
#endif

typedef enum kiln_status {
  KILN_OK = 0,
  KILN_INVALID_ARGUMENT, // a value that no device could accept; the text names it
  KILN_INVALID_HANDLE,   // released, or of another kind
  KILN_NOT_FOUND,        // no such file, device, kernel
  KILN_UNAVAILABLE,      // a driver library is missing or too old, or has no device
  KILN_UNSUPPORTED,      // this driver cannot do that
  KILN_OUT_OF_MEMORY,
  KILN_BAD_BUNDLE,   // damaged, not a bundle, or of a newer major version
  KILN_WRONG_TARGET, // no code in it for this device
  KILN_DEVICE_ERROR, // the device or its driver refused, or a kernel failed
  KILN_DEVICE_LOST   // an earlier failure has made the device unusable; open it anew in a new process
} kiln_status;

typedef enum kiln_dtype {
#define X(enumerator, ...) KILN_##enumerator,
#include "kiln/dtypes.def"
#undef X
} kiln_dtype;

typedef struct kiln_device {
  uint64_t id;
} kiln_device;
typedef struct kiln_buffer {
  uint64_t id;
} kiln_buffer;
typedef struct kiln_stream {
  uint64_t id;
} kiln_stream; // id 0: the call waits for its own completion
typedef struct kiln_event {
  uint64_t id;
} kiln_event;
typedef struct kiln_graph {
  uint64_t id;
} kiln_graph;
typedef struct kiln_bundle {
  uint64_t id;
} kiln_bundle;
typedef struct kiln_module {
  uint64_t id;
} kiln_module;
typedef struct kiln_kernel {
  uint64_t id;
} kiln_kernel;

// The text of this thread's last failed call; "" if none failed. Valid until this thread's next call.
KILN_API const char *kiln_last_error(void);
// "KILN_OUT_OF_MEMORY".
KILN_API const char *kiln_status_name(kiln_status status);
// Releases any handle. Waits for nothing but what the driver's own release waits for (a stream: its work).
KILN_API kiln_status kiln_release(uint64_t handle);
// How many handles are alive in this process.
KILN_API uint64_t kiln_live_handles(void);

// ---- Devices

typedef struct kiln_device_properties {
  char uri[64];    // "cuda:0"
  char name[128];  // the product's, "NVIDIA H100 80GB HBM3"
  char target[64]; // what code must be made for: "sm_90", "gfx950:sramecc+:xnack-"
  uint64_t memory_bytes;
  uint32_t compute_units; // or multiprocessors
  uint32_t wave_size;     // lanes of a wave or warp
  uint32_t max_block_threads;
  uint32_t max_shared_bytes; // of one workgroup, opt-in included
  uint64_t cache_bytes;      // of the last level shared by all compute units; 0 if unknown
  int has_graphs, has_tensor_maps, has_clusters;
} kiln_device_properties;

// Calls `visit` for each device of each driver, and once with properties == NULL for a driver that has none,
// with the reason.
typedef void kiln_device_visitor(const char *driver, const kiln_device_properties *properties,
                                 const char *reason, void *context);
KILN_API kiln_status kiln_devices_visit(kiln_device_visitor *visit, void *context);
// "cuda", "cuda:1", "emulator:gfx942". Opening a device twice gives two devices: what was made with
// one handle cannot be used with the other. The caller releases.
KILN_API kiln_status kiln_device_open(const char *uri, kiln_device *result);
KILN_API kiln_status kiln_device_get_properties(kiln_device device, kiln_device_properties *result);
// How well code for `target` ("sm_90a", "gfx950") runs on the device: 0 not at all, higher is better.
KILN_API kiln_status kiln_device_fit(kiln_device device, const char *target, uint32_t *result);
// What a device's observers found in a launch: a missing wait, a race. Texts live during the call only.
typedef struct kiln_finding {
  const char *text;        // all of it, in one line
  const char *kind;        // "missing-wait", "lds-race", ...
  const char *message;     // what is wrong
  const char *disassembly; // of the instruction
  const char *source;      // "file:line", or ""
  uint64_t pc, address;    // address: of the memory, or 0
  uint64_t count;          // how often it was seen
  uint32_t workgroup[3], wave;
  int32_t lane; // -1: the whole wave
} kiln_finding;
typedef void kiln_finding_visitor(const kiln_finding *finding, void *context);
// From now on launches on this device are observed, and `visit` gets each finding before the launch returns;
// with NULL no longer. Findings fail no launch. KILN_UNSUPPORTED where there is nobody to observe: only the
// emulator has observers. Not while another thread launches.
KILN_API kiln_status kiln_device_watch(kiln_device device, kiln_finding_visitor *visit, void *context);

// ---- Memory. Offsets and sizes are bytes and are checked against the buffer.

// Contents are undefined. A size of 0 is a valid buffer without memory. The caller releases.
KILN_API kiln_status kiln_buffer_create(kiln_device device, uint64_t size, kiln_buffer *result);
// Either result may be NULL.
KILN_API kiln_status kiln_buffer_get(kiln_buffer buffer, uint64_t *address, uint64_t *size);
// With a stream these only enqueue; host memory must then stay as it is until the stream was synchronised.
// Memory that the driver does not know as pinned may make the call wait.
KILN_API kiln_status kiln_buffer_write(kiln_buffer buffer, uint64_t offset, const void *source, uint64_t size,
                                       kiln_stream stream);
KILN_API kiln_status kiln_buffer_read(kiln_buffer buffer, uint64_t offset, void *target, uint64_t size,
                                      kiln_stream stream);
// Within one device; the ranges must not overlap.
KILN_API kiln_status kiln_buffer_copy(kiln_buffer target, uint64_t targetOffset, kiln_buffer source,
                                      uint64_t sourceOffset, uint64_t size, kiln_stream stream);
KILN_API kiln_status kiln_buffer_fill(kiln_buffer buffer, uint64_t offset, uint8_t value, uint64_t size,
                                      kiln_stream stream);

// ---- Streams, events, graphs

KILN_API kiln_status kiln_stream_create(kiln_device device, kiln_stream *result);
// Waits for everything enqueued so far; reports what failed meanwhile.
KILN_API kiln_status kiln_stream_synchronize(kiln_stream stream);
KILN_API kiln_status kiln_event_create(kiln_device device, kiln_event *result);
KILN_API kiln_status kiln_event_record(kiln_event event, kiln_stream stream);
// Waits for `end`, then gives the device's time between the two.
KILN_API kiln_status kiln_event_elapsed(kiln_event start, kiln_event end, double *milliseconds);
// What is enqueued on the stream between begin and end is recorded, not done. The stream must have an id.
// While it records, no other thread may use it. The graph keeps the buffers and kernels that it mentions
// alive only as far as the driver does: keep them.
KILN_API kiln_status kiln_graph_begin(kiln_stream stream);
KILN_API kiln_status kiln_graph_end(kiln_stream stream, kiln_graph *result);
KILN_API kiln_status kiln_graph_launch(kiln_graph graph, kiln_stream stream);

// ---- Bundles, modules, kernels

// Checks the whole bundle, hashes included. The file is mapped and must not change while the handle lives.
KILN_API kiln_status kiln_bundle_open(const char *path, kiln_bundle *result);
// The bytes must stay until the bundle and every module made from it are released.
KILN_API kiln_status kiln_bundle_open_memory(const void *bytes, uint64_t size, kiln_bundle *result);
// A file of the bundle ("manifest.json"), in place: valid while the bundle is alive. Not terminated.
KILN_API kiln_status kiln_bundle_file(kiln_bundle bundle, const char *path, const void **bytes,
                                      uint64_t *size);
// The bundle's code for this device. Refuses if there is none; code is loaded by kiln_kernel_get.
KILN_API kiln_status kiln_module_load(kiln_device device, kiln_bundle bundle, kiln_module *result);
// Code without a manifest (a code object, PTX, a cubin); its kernels take kiln_kernel_launch_raw only. The
// bytes are copied.
KILN_API kiln_status kiln_module_load_code(kiln_device device, const void *code, uint64_t size,
                                           kiln_module *result);
KILN_API kiln_status kiln_kernel_get(kiln_module module, const char *name, kiln_kernel *result);

// ---- Launches

typedef struct kiln_tensor {
  kiln_buffer buffer; // id 0: `offset` is a device address that the caller vouches for
  uint64_t offset;    // of the first element, bytes
  kiln_dtype dtype;
  uint32_t rank;
  const int64_t *shape;   // read during the call only
  const int64_t *strides; // in elements; NULL: contiguous, row-major
} kiln_tensor;

typedef struct kiln_argument {
  int is_tensor;
  kiln_tensor tensor;
  kiln_dtype dtype; // of a scalar
  uint64_t bits;    // a scalar's value, in the low bytes
} kiln_argument;

typedef struct kiln_geometry {
  uint32_t grid[3];        // workgroups
  uint32_t block[3];       // threads of a workgroup
  uint32_t cluster[3];     // workgroups of a cluster; zeros or ones: none
  uint32_t dynamic_shared; // bytes
} kiln_geometry;

// Checks the arguments against the manifest (number, dtype, rank, shape, strides, alignment, that a tensor
// lies inside its buffer), picks the first variant for this device whose requirements hold, evaluates its
// geometry, builds its descriptors and launches. An empty grid (a size of 0) launches nothing and succeeds. A
// kernel's own failure is reported by this call if the stream's id is 0 or the driver runs it at once,
// otherwise by the next call that waits for the stream.
KILN_API kiln_status kiln_kernel_launch(kiln_kernel kernel, kiln_stream stream,
                                        const kiln_argument *arguments, uint32_t count);
// What a launch would do. Texts live as long as the bundle.
typedef struct kiln_plan {
  kiln_geometry geometry;
  const char *symbol, *target; // of the variant that was picked
  int64_t flops,
      bytes; // the manifest's account of the work; flops -1 if it has none, bytes at least the tensors' sizes
} kiln_plan;
// The same checks as kiln_kernel_launch, without the launch.
KILN_API kiln_status kiln_kernel_plan(kiln_kernel kernel, const kiln_argument *arguments, uint32_t count,
                                      kiln_plan *result);
// Launches with kernel arguments laid out by the caller, each at its natural alignment behind the one before
// (a struct of them in C); nothing about them can be checked.
KILN_API kiln_status kiln_kernel_launch_raw(kiln_kernel kernel, kiln_stream stream,
                                            const kiln_geometry *geometry, const void *kernargs,
                                            uint64_t size);

#ifdef __cplusplus
}
#endif
#endif
