#include "Vendor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STREAM_NON_BLOCKING = 1, CAPTURE_RELAXED = 2 };

int kiln_vendor_is_fatal(int code) {
  // Uncorrectable ECC error, illegal address, timeout, assertion and the other launch failures, a lost
  // device.
  return code == 46 || code == 214 || code == 700 || code == 702 || code == 710 ||
         (code >= 713 && code <= 719);
}

kiln_status kiln_vendor_check(const struct kiln_vendor *vendor, int code, const char *what) {
  const char *name = "unknown error", *text = "";
  if (!code)
    return KILN_OK;
  vendor->describe(code, &name, &text);
  kiln_status status = kiln_vendor_is_fatal(code)              ? KILN_DEVICE_LOST
                       : code == KILN_VENDOR_OUT_OF_MEMORY     ? KILN_OUT_OF_MEMORY
                       : code == KILN_VENDOR_NOT_FOUND         ? KILN_NOT_FOUND
                       : code == KILN_VENDOR_NO_BINARY_FOR_GPU ? KILN_WRONG_TARGET
                                                               : KILN_DEVICE_ERROR;
  return kiln_fail(status, "%s: %s: %s (%s)%s", vendor->scheme, what, text, name,
                   status == KILN_DEVICE_LOST ? "; the device is lost to this process" : "");
}

static int isNoDevice(int code) {
  return code == KILN_VENDOR_NO_DEVICE || code == KILN_VENDOR_INVALID_DEVICE;
}

static kiln_status load(struct kiln_vendor *vendor) {
  kiln_status status = KILN_OK;
  pthread_mutex_lock(&vendor->lock);
  if (!vendor->loaded) {
    status = kiln_load_library(vendor->what, vendor->libraries, vendor->symbolNames, (void **)&vendor->api,
                               sizeof vendor->api / sizeof(void *));
    if (!status)
      status =
          kiln_load_library(vendor->what, vendor->libraries, vendor->ownNames, vendor->own, vendor->ownCount);
    int code = status ? 0 : vendor->api.init(0);
    if (code && !isNoDevice(code)) {
      kiln_vendor_check(vendor, code, "starting the driver");
      status = KILN_UNAVAILABLE;
    }
    vendor->loaded = !status;
  }
  pthread_mutex_unlock(&vendor->lock);
  return status;
}

kiln_status kiln_vendor_count(struct kiln_vendor *vendor, uint32_t *result) {
  int devices = 0;
  kiln_status status = load(vendor);
  int code = status ? 0 : vendor->api.deviceCount(&devices);
  if (code && !isNoDevice(code))
    status = kiln_vendor_check(vendor, code, "counting devices");
  *result = status || code ? 0 : (uint32_t)devices;
  if (!status && !*result)
    status = kiln_fail(KILN_UNAVAILABLE, "%s is installed, but there is no device", vendor->what);
  return status;
}

void kiln_vendor_name(uint32_t index, char *result, size_t size) { snprintf(result, size, "%u", index); }

kiln_status kiln_vendor_select(struct kiln_vendor *vendor, const char *name,
                               struct kiln_vendor_device *device) {
  uint32_t devices, index = 0;
  kiln_status status = kiln_vendor_count(vendor, &devices);
  if (!status)
    status = kiln_parse_index(vendor->scheme, name, devices, &index);
  device->vendor = vendor;
  device->index = (int)index;
  return status;
}

static const struct kiln_vendor_device *enter(void *opaque) {
  const struct kiln_vendor_device *device = opaque;
  device->vendor->makeCurrent(device);
  return device;
}

kiln_status kiln_vendor_open_stream(struct kiln_vendor_device *device) {
  return kiln_vendor_stream_create(device, &device->waiting);
}

int kiln_vendor_attribute(const struct kiln_vendor_device *device, int attribute) {
  int value = 0;
  return device->vendor->api.deviceAttribute(&value, attribute, device->index) ? 0 : value;
}

int kiln_vendor_has_graphs(const struct kiln_vendor *vendor) {
  const struct kiln_vendor_api *api = &vendor->api;
  return api->captureBegin && api->captureEnd && api->graphInstantiate && api->graphLaunch &&
         api->graphExecDestroy && api->graphDestroy;
}

void kiln_vendor_properties(const struct kiln_vendor_device *device, kiln_device_properties *result) {
  size_t memory = 0;
  memset(result, 0, sizeof *result);
  snprintf(result->uri, sizeof result->uri, "%s:%d", device->vendor->scheme, device->index);
  device->vendor->api.deviceName(result->name, sizeof result->name, device->index);
  device->vendor->api.deviceMemory(&memory, device->index);
  result->memory_bytes = memory;
  result->has_graphs = kiln_vendor_has_graphs(device->vendor);
}

kiln_status kiln_vendor_finish(const struct kiln_vendor_device *device, void *stream, int code,
                               const char *what) {
  kiln_status status = kiln_vendor_check(device->vendor, code, what);
  if (status || stream)
    return status;
  return kiln_vendor_check(device->vendor, device->vendor->api.streamSynchronize(device->waiting), what);
}

// ---- Memory

kiln_status kiln_vendor_allocate(void *opaque, uint64_t size, uint64_t *address) {
  const struct kiln_vendor_device *device = enter(opaque);
  *address = 0;
  int code = device->vendor->api.allocate(address, size);
  if (code == KILN_VENDOR_OUT_OF_MEMORY)
    return kiln_fail(KILN_OUT_OF_MEMORY, "%s: no room for %llu bytes", device->vendor->scheme,
                     (unsigned long long)size);
  return kiln_vendor_check(device->vendor, code, "allocating memory");
}

kiln_status kiln_vendor_free(void *opaque, uint64_t address) {
  const struct kiln_vendor_device *device = enter(opaque);
  return kiln_vendor_check(device->vendor, device->vendor->api.free(address), "freeing memory");
}

kiln_status kiln_vendor_copy(void *opaque, void *stream, enum kiln_copy kind, uint64_t target,
                             uint64_t source, uint64_t size) {
  const struct kiln_vendor_device *device = enter(opaque);
  const struct kiln_vendor_api *api = &device->vendor->api;
  void *on = kiln_vendor_stream(device, stream);
  if (kind == KILN_COPY_TO_DEVICE)
    return kiln_vendor_finish(device, stream, api->copyTo(target, (void *)(uintptr_t)source, size, on),
                              "copy to the device");
  if (kind == KILN_COPY_FROM_DEVICE)
    return kiln_vendor_finish(device, stream, api->copyFrom((void *)(uintptr_t)target, source, size, on),
                              "copy from the device");
  return kiln_vendor_finish(device, stream, api->copyOn(target, source, size, on), "copy on the device");
}

kiln_status kiln_vendor_fill(void *opaque, void *stream, uint64_t address, uint8_t value, uint64_t size) {
  const struct kiln_vendor_device *device = enter(opaque);
  int code = device->vendor->api.fill(address, value, size, kiln_vendor_stream(device, stream));
  return kiln_vendor_finish(device, stream, code, "fill");
}

// ---- Streams and events

kiln_status kiln_vendor_stream_create(void *opaque, void **stream) {
  const struct kiln_vendor_device *device = enter(opaque);
  return kiln_vendor_check(device->vendor, device->vendor->api.streamCreate(stream, STREAM_NON_BLOCKING),
                           "creating a stream");
}

void kiln_vendor_stream_destroy(void *opaque, void *stream) {
  const struct kiln_vendor_device *device = enter(opaque);
  device->vendor->api.streamSynchronize(stream);
  device->vendor->api.streamDestroy(stream);
}

kiln_status kiln_vendor_stream_synchronize(void *opaque, void *stream) {
  const struct kiln_vendor_device *device = enter(opaque);
  return kiln_vendor_check(device->vendor, device->vendor->api.streamSynchronize(stream),
                           "waiting for a stream");
}

kiln_status kiln_vendor_event_create(void *opaque, void **event) {
  const struct kiln_vendor_device *device = enter(opaque);
  return kiln_vendor_check(device->vendor, device->vendor->api.eventCreate(event, 0), "creating an event");
}

void kiln_vendor_event_destroy(void *opaque, void *event) {
  const struct kiln_vendor_device *device = enter(opaque);
  device->vendor->api.eventDestroy(event);
}

kiln_status kiln_vendor_event_record(void *opaque, void *event, void *stream) {
  const struct kiln_vendor_device *device = enter(opaque);
  int code = device->vendor->api.eventRecord(event, kiln_vendor_stream(device, stream));
  return kiln_vendor_finish(device, stream, code, "recording an event");
}

kiln_status kiln_vendor_event_elapsed(void *opaque, void *start, void *end, double *milliseconds) {
  const struct kiln_vendor_device *device = enter(opaque);
  float elapsed = 0;
  int code = device->vendor->api.eventSynchronize(end);
  if (!code)
    code = device->vendor->api.eventElapsed(&elapsed, start, end);
  if (code == KILN_VENDOR_INVALID_HANDLE)
    return kiln_fail(KILN_INVALID_ARGUMENT, "an event was never recorded");
  *milliseconds = elapsed;
  return kiln_vendor_check(device->vendor, code, "the time between two events");
}

// ---- Graphs

struct graph {
  void *graph, *executable;
};

kiln_status kiln_vendor_graph_begin(void *opaque, void *stream) {
  const struct kiln_vendor_device *device = enter(opaque);
  if (!kiln_vendor_has_graphs(device->vendor))
    return kiln_fail(KILN_UNSUPPORTED, "%s: this version of %s has no graphs", device->vendor->scheme,
                     device->vendor->what);
  return kiln_vendor_check(device->vendor, device->vendor->api.captureBegin(stream, CAPTURE_RELAXED),
                           "starting a capture");
}

void kiln_vendor_graph_destroy(void *opaque, void *part) {
  const struct kiln_vendor_device *device = enter(opaque);
  struct graph *graph = part;
  if (graph->executable)
    device->vendor->api.graphExecDestroy(graph->executable);
  if (graph->graph)
    device->vendor->api.graphDestroy(graph->graph);
  free(graph);
}

kiln_status kiln_vendor_graph_end(void *opaque, void *stream, void **result) {
  const struct kiln_vendor_device *device = enter(opaque);
  const struct kiln_vendor *vendor = device->vendor;
  if (!kiln_vendor_has_graphs(vendor))
    return kiln_fail(KILN_UNSUPPORTED, "%s: this version of %s has no graphs", vendor->scheme, vendor->what);
  struct graph *graph = calloc(1, sizeof *graph);
  if (!graph)
    return kiln_fail(KILN_OUT_OF_MEMORY, "the host is out of memory");
  kiln_status status =
      kiln_vendor_check(vendor, vendor->api.captureEnd(stream, &graph->graph), "ending a capture");
  if (!status)
    status = kiln_vendor_check(vendor, vendor->api.graphInstantiate(&graph->executable, graph->graph, 0),
                               "instantiating a graph");
  if (status)
    kiln_vendor_graph_destroy(opaque, graph);
  else
    *result = graph;
  return status;
}

kiln_status kiln_vendor_graph_launch(void *opaque, void *part, void *stream) {
  const struct kiln_vendor_device *device = enter(opaque);
  struct graph *graph = part;
  int code = device->vendor->api.graphLaunch(graph->executable, kiln_vendor_stream(device, stream));
  return kiln_vendor_finish(device, stream, code, "launching a graph");
}

// ---- Modules

void kiln_vendor_module_unload(void *opaque, void *module) {
  const struct kiln_vendor_device *device = enter(opaque);
  device->vendor->api.moduleUnload(module);
}

kiln_status kiln_vendor_get_function(const struct kiln_vendor_device *device, void *module,
                                     const char *symbol, void **function) {
  enter((void *)device);
  int code = device->vendor->api.getFunction(function, module, symbol);
  if (code == KILN_VENDOR_NOT_FOUND)
    return kiln_fail(KILN_NOT_FOUND, "%s: the code has no kernel '%s'", device->vendor->scheme, symbol);
  return kiln_vendor_check(device->vendor, code, "looking for a kernel");
}
