// emulator:TARGET, on libkiln-emulator.so. Everything happens before the call returns, and an event is a time
// of the host. A stream only has state while it records a graph: then what it is asked to do is kept and not
// done.
#include "Driver.h"

#include "kiln/Emulator/CEntry.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SYMBOLS(X)                                                                                           \
  X(kiln_emulator_abi)                                                                                       \
  X(kiln_emulator_target)                                                                                    \
  X(kiln_emulator_open)                                                                                      \
  X(kiln_emulator_close)                                                                                     \
  X(kiln_emulator_allocate)                                                                                  \
  X(kiln_emulator_free)                                                                                      \
  X(kiln_emulator_write)                                                                                     \
  X(kiln_emulator_read)                                                                                      \
  X(kiln_emulator_load)                                                                                      \
  X(kiln_emulator_unload)                                                                                    \
  X(kiln_emulator_find)                                                                                      \
  X(kiln_emulator_run)

static struct {
#define X(name) __typeof__(&name) name;
  SYMBOLS(X)
#undef X
} api;
static const char *const symbolNames[] = {
#define X(name) #name,
    SYMBOLS(X)
#undef X
};
static pthread_mutex_t loadLock = PTHREAD_MUTEX_INITIALIZER;
static int loaded;

struct device {
  kiln_emulator *emulator;
  char target[32];
  kiln_finding_visitor *visit; // NULL: launches are not observed
  void *context;
};

struct kernel {
  kiln_emulator_program *program;
  char *name;
};

struct event {
  struct timespec time;
  int recorded;
};

// Something that a stream is asked to do.
struct work {
  enum { COPY, FILL, RECORD, LAUNCH } kind;
  enum kiln_copy direction; // of a copy
  uint64_t target, source, size;
  uint8_t value; // of a fill
  struct event *event;
  const struct kernel *kernel;
  kiln_geometry geometry;
  uint8_t *kernargs; // of a launch: `size` bytes, owned by the graph that keeps the work
};

// Recorded work, in order.
struct graph {
  struct work *work;
  uint32_t count, capacity;
};

struct stream {
  struct graph *recording; // or NULL
};

static kiln_status translate(kiln_emulator_status status, const char *reason) {
  switch (status) {
  case KILN_EMULATOR_OK:
    return KILN_OK;
  case KILN_EMULATOR_INVALID:
    return kiln_fail(KILN_INVALID_ARGUMENT, "emulator: %s", reason);
  case KILN_EMULATOR_NOT_FOUND:
    return kiln_fail(KILN_NOT_FOUND, "emulator: %s", reason);
  case KILN_EMULATOR_OUT_OF_MEMORY:
    return kiln_fail(KILN_OUT_OF_MEMORY, "emulator: %s", reason);
  default:
    return kiln_fail(KILN_DEVICE_ERROR, "emulator: %s", reason);
  }
}

static kiln_status load(void) {
  // KILN_EMULATOR names the library where it is not installed.
  const char *const names[] = {"libkiln-emulator.so", getenv("KILN_EMULATOR"), NULL};
  kiln_status status = KILN_OK;
  pthread_mutex_lock(&loadLock);
  if (!loaded) {
    status = kiln_load_library("the emulator (libkiln-emulator.so)", names[1] ? names + 1 : names,
                               symbolNames, (void **)&api, sizeof symbolNames / sizeof *symbolNames);
    if (!status && api.kiln_emulator_abi() != KILN_EMULATOR_ABI)
      status = kiln_fail(KILN_UNAVAILABLE, "libkiln-emulator.so has ABI %u, this runtime needs %d",
                         api.kiln_emulator_abi(), KILN_EMULATOR_ABI);
    loaded = !status;
  }
  pthread_mutex_unlock(&loadLock);
  return status;
}

static kiln_status count(uint32_t *result) {
  kiln_status status = load();
  for (*result = 0; !status && api.kiln_emulator_target(*result);)
    ++*result;
  return status;
}

static void name(uint32_t index, char *result, size_t size) {
  snprintf(result, size, "%s", api.kiln_emulator_target(index));
}

static kiln_status openDevice(const char *target, void **result) {
  char reason[512];
  struct device *device = calloc(1, sizeof *device);
  if (!device)
    return kiln_fail(KILN_OUT_OF_MEMORY, "the host is out of memory");
  snprintf(device->target, sizeof device->target, "%s", *target ? target : api.kiln_emulator_target(0));
  kiln_emulator_status status =
      api.kiln_emulator_open(device->target, &device->emulator, reason, sizeof reason);
  if (status) {
    free(device);
    return translate(status == KILN_EMULATOR_INVALID ? KILN_EMULATOR_NOT_FOUND : status, reason);
  }
  *result = device;
  return KILN_OK;
}

static void closeDevice(void *opaque) {
  struct device *device = opaque;
  api.kiln_emulator_close(device->emulator);
  free(device);
}

static void properties(void *opaque, kiln_device_properties *result) {
  struct device *device = opaque;
  memset(result, 0, sizeof *result);
  snprintf(result->uri, sizeof result->uri, "emulator:%s", device->target);
  snprintf(result->name, sizeof result->name, "Kiln emulator of %s", device->target);
  snprintf(result->target, sizeof result->target, "%s", device->target);
  result->has_graphs = 1;
  result->compute_units = 256;
  result->wave_size = 64;
  result->max_block_threads = 1024;
  // LDS of a workgroup: CDNA3 ISA 11.1 64 KiB, CDNA4 ISA 11.1 160 KiB.
  result->max_shared_bytes = strcmp(device->target, "gfx950") == 0 ? 163840 : 65536;
}

static uint32_t fits(void *opaque, const struct kiln_code_target *code) {
  struct device *device = opaque;
  return strcmp(device->target, code->target) == 0;
}

static kiln_status allocate(void *opaque, uint64_t size, uint64_t *address) {
  struct device *device = opaque;
  char reason[512];
  return translate(api.kiln_emulator_allocate(device->emulator, size, address, reason, sizeof reason),
                   reason);
}

static kiln_status freeMemory(void *opaque, uint64_t address) {
  struct device *device = opaque;
  char reason[512];
  return translate(api.kiln_emulator_free(device->emulator, address, reason, sizeof reason), reason);
}

// Copies through a host buffer, a piece at a time.
enum { PIECE = 1 << 16 };

static kiln_status copyInside(struct device *device, uint64_t target, uint64_t source, uint64_t size) {
  char reason[512], *piece = malloc(PIECE);
  kiln_emulator_status status = KILN_EMULATOR_OK;
  if (!piece)
    return kiln_fail(KILN_OUT_OF_MEMORY, "the host is out of memory");
  for (uint64_t at = 0; at < size && !status; at += PIECE) {
    uint64_t part = size - at < PIECE ? size - at : PIECE;
    status = api.kiln_emulator_read(device->emulator, source + at, piece, part, reason, sizeof reason);
    if (!status)
      status = api.kiln_emulator_write(device->emulator, target + at, piece, part, reason, sizeof reason);
  }
  free(piece);
  return translate(status, reason);
}

static kiln_status doCopy(struct device *device, const struct work *w) {
  char reason[512];
  if (w->direction == KILN_COPY_ON_DEVICE)
    return copyInside(device, w->target, w->source, w->size);
  void *host = (void *)(uintptr_t)(w->direction == KILN_COPY_TO_DEVICE ? w->source : w->target);
  return translate(
      w->direction == KILN_COPY_TO_DEVICE
          ? api.kiln_emulator_write(device->emulator, w->target, host, w->size, reason, sizeof reason)
          : api.kiln_emulator_read(device->emulator, w->source, host, w->size, reason, sizeof reason),
      reason);
}

static kiln_status doFill(struct device *device, const struct work *w) {
  char reason[512], *piece = malloc(PIECE);
  kiln_emulator_status status = KILN_EMULATOR_OK;
  if (!piece)
    return kiln_fail(KILN_OUT_OF_MEMORY, "the host is out of memory");
  memset(piece, w->value, PIECE);
  for (uint64_t at = 0; at < w->size && !status; at += PIECE)
    status = api.kiln_emulator_write(device->emulator, w->target + at, piece,
                                     w->size - at < PIECE ? w->size - at : PIECE, reason, sizeof reason);
  free(piece);
  return translate(status, reason);
}

static void report(void *opaque, const kiln_emulator_finding *found) {
  const struct device *device = opaque;
  kiln_finding finding = {.text = found->text,
                          .kind = found->kind,
                          .message = found->message,
                          .disassembly = found->disassembly,
                          .source = found->source,
                          .pc = found->pc,
                          .address = found->address,
                          .count = found->count,
                          .workgroup = {found->workgroup[0], found->workgroup[1], found->workgroup[2]},
                          .wave = found->wave,
                          .lane = found->lane};
  device->visit(&finding, device->context);
}

static void watch(void *opaque, kiln_finding_visitor *visit, void *context) {
  struct device *device = opaque;
  device->visit = visit;
  device->context = context;
}

static kiln_status doLaunch(struct device *device, const struct work *w) {
  char reason[512];
  kiln_emulator_launch request = {.kernel = w->kernel->name,
                                  .dynamic_lds = w->geometry.dynamic_shared,
                                  .kernargs = w->kernargs,
                                  .kernarg_bytes = w->size,
                                  .report = device->visit ? report : NULL,
                                  .context = device};
  memcpy(request.grid, w->geometry.grid, sizeof request.grid);
  memcpy(request.block, w->geometry.block, sizeof request.block);
  return translate(api.kiln_emulator_run(w->kernel->program, &request, NULL, reason, sizeof reason), reason);
}

static kiln_status doWork(struct device *device, const struct work *w) {
  switch (w->kind) {
  case COPY:
    return doCopy(device, w);
  case FILL:
    return doFill(device, w);
  case LAUNCH:
    return doLaunch(device, w);
  default:
    clock_gettime(CLOCK_MONOTONIC, &w->event->time);
    w->event->recorded = 1;
    return KILN_OK;
  }
}

static kiln_status record(struct graph *graph, const struct work *w) {
  struct work kept = *w;
  if (graph->count == graph->capacity) {
    uint32_t capacity = graph->capacity ? graph->capacity * 2 : 16;
    struct work *grown = realloc(graph->work, capacity * sizeof *grown);
    if (!grown)
      return kiln_fail(KILN_OUT_OF_MEMORY, "the host is out of memory");
    graph->work = grown;
    graph->capacity = capacity;
  }
  if (w->kind == LAUNCH && w->size) {
    if (!(kept.kernargs = malloc(w->size)))
      return kiln_fail(KILN_OUT_OF_MEMORY, "the host is out of memory");
    memcpy(kept.kernargs, w->kernargs, w->size);
  }
  graph->work[graph->count++] = kept;
  return KILN_OK;
}

static kiln_status enqueue(struct device *device, struct stream *stream, const struct work *w) {
  return stream && stream->recording ? record(stream->recording, w) : doWork(device, w);
}

static kiln_status copy(void *device, void *stream, enum kiln_copy kind, uint64_t target, uint64_t source,
                        uint64_t size) {
  struct work w = {.kind = COPY, .direction = kind, .target = target, .source = source, .size = size};
  return enqueue(device, stream, &w);
}

static kiln_status fill(void *device, void *stream, uint64_t address, uint8_t value, uint64_t size) {
  struct work w = {.kind = FILL, .target = address, .value = value, .size = size};
  return enqueue(device, stream, &w);
}

static kiln_status newZeroed(size_t size, void **result) {
  *result = calloc(1, size);
  return *result ? KILN_OK : kiln_fail(KILN_OUT_OF_MEMORY, "the host is out of memory");
}

static void graphDestroy(void *device, void *opaque) {
  struct graph *graph = opaque;
  for (uint32_t i = 0; i < graph->count; ++i)
    if (graph->work[i].kind == LAUNCH)
      free(graph->work[i].kernargs);
  free(graph->work);
  free(graph);
}

static kiln_status graphBegin(void *device, void *opaque) {
  struct stream *stream = opaque;
  if (stream->recording)
    return kiln_fail(KILN_INVALID_ARGUMENT, "emulator: the stream records already");
  return newZeroed(sizeof(struct graph), (void **)&stream->recording);
}

static kiln_status graphEnd(void *device, void *opaque, void **graph) {
  struct stream *stream = opaque;
  if (!stream->recording)
    return kiln_fail(KILN_INVALID_ARGUMENT, "emulator: the stream records no graph");
  *graph = stream->recording;
  stream->recording = NULL;
  return KILN_OK;
}

static kiln_status graphLaunch(void *device, void *opaque, void *stream) {
  struct graph *graph = opaque;
  kiln_status status = KILN_OK;
  for (uint32_t i = 0; i < graph->count && !status; ++i)
    status = enqueue(device, stream, &graph->work[i]);
  return status;
}

static kiln_status streamCreate(void *device, void **stream) {
  return newZeroed(sizeof(struct stream), stream);
}

static void streamDestroy(void *device, void *opaque) {
  struct stream *stream = opaque;
  if (stream->recording)
    graphDestroy(device, stream->recording);
  free(stream);
}

static kiln_status streamSynchronize(void *device, void *opaque) {
  struct stream *stream = opaque;
  return stream->recording
             ? kiln_fail(KILN_INVALID_ARGUMENT, "emulator: a stream that records cannot be waited for")
             : KILN_OK;
}

static kiln_status eventCreate(void *device, void **event) { return newZeroed(sizeof(struct event), event); }
static void eventDestroy(void *device, void *event) { free(event); }

static kiln_status eventRecord(void *device, void *event, void *stream) {
  struct work w = {.kind = RECORD, .event = event};
  return enqueue(device, stream, &w);
}

static kiln_status eventElapsed(void *device, void *opaqueStart, void *opaqueEnd, double *milliseconds) {
  struct event *start = opaqueStart, *end = opaqueEnd;
  if (!start->recorded || !end->recorded)
    return kiln_fail(KILN_INVALID_ARGUMENT, "an event was never recorded");
  *milliseconds = (double)(end->time.tv_sec - start->time.tv_sec) * 1e3 +
                  (double)(end->time.tv_nsec - start->time.tv_nsec) / 1e6;
  return KILN_OK;
}

static kiln_status moduleLoad(void *opaque, const void *code, uint64_t size, void **module) {
  struct device *device = opaque;
  char reason[512];
  return translate(api.kiln_emulator_load(device->emulator, code, size, (kiln_emulator_program **)module,
                                          reason, sizeof reason),
                   reason);
}

static void moduleUnload(void *device, void *module) { api.kiln_emulator_unload(module); }

static kiln_status kernelGet(void *device, void *module, const char *symbol, void **result) {
  char reason[512];
  kiln_emulator_kernel facts;
  kiln_status status =
      translate(api.kiln_emulator_find(module, symbol, &facts, reason, sizeof reason), reason);
  struct kernel *kernel = status ? NULL : calloc(1, sizeof *kernel);
  if (status)
    return status;
  if (!kernel || !(kernel->name = strdup(symbol))) {
    free(kernel);
    return kiln_fail(KILN_OUT_OF_MEMORY, "the host is out of memory");
  }
  kernel->program = module;
  *result = kernel;
  return KILN_OK;
}

static void kernelRelease(void *device, void *opaque) {
  struct kernel *kernel = opaque;
  free(kernel->name);
  free(kernel);
}

static kiln_status launch(void *device, void *stream, void *kernel, const kiln_geometry *geometry,
                          const struct kiln_kernargs *kernargs) {
  // The bytes are only read: a graph makes its own copy.
  struct work w = {.kind = LAUNCH,
                   .kernel = kernel,
                   .geometry = *geometry,
                   .kernargs = (uint8_t *)(uintptr_t)kernargs->bytes,
                   .size = kernargs->size};
  return enqueue(device, stream, &w);
}

const struct kiln_driver kiln_driver_emulator = {
    .scheme = "emulator",
    .count = count,
    .name = name,
    .open = openDevice,
    .close = closeDevice,
    .properties = properties,
    .fits = fits,
    .watch = watch,
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
};
