#include "Objects.h"

// Streams, events and graphs differ only in the driver's functions for them.
static void destroyPart(struct kiln_object *object) {
  struct kiln_part_object *part = (struct kiln_part_object *)object;
  struct kiln_device_object *device = kiln_object_device(object);
  if (!part->part)
    return;
  if (object->kind == KILN_STREAM)
    device->driver->streamDestroy(device->device, part->part);
  else if (object->kind == KILN_EVENT)
    device->driver->eventDestroy(device->device, part->part);
  else
    device->driver->graphDestroy(device->device, part->part);
}

static kiln_status createPart(kiln_device handle, enum kiln_kind kind, uint64_t *result) {
  struct kiln_device_object *device = kiln_object_acquire(handle.id, KILN_DEVICE);
  if (!device)
    return KILN_INVALID_HANDLE;
  kiln_status status = kiln_device_check(device);
  struct kiln_part_object *part = NULL;
  if (!status && !(part = kiln_object_new(kind, sizeof *part, &device->base, destroyPart)))
    status = KILN_OUT_OF_MEMORY;
  if (part) {
    status = kind == KILN_STREAM ? device->driver->streamCreate(device->device, &part->part)
                                 : device->driver->eventCreate(device->device, &part->part);
    kiln_device_note(device, status);
    if (status) {
      part->part = NULL;
      kiln_object_drop(&part->base);
    } else {
      status = kiln_object_publish(&part->base, result);
    }
  }
  kiln_object_drop(&device->base);
  return status;
}

kiln_status kiln_stream_create(kiln_device device, kiln_stream *result) {
  return result ? createPart(device, KILN_STREAM, &result->id)
                : kiln_fail(KILN_INVALID_ARGUMENT, "result must not be NULL");
}

kiln_status kiln_event_create(kiln_device device, kiln_event *result) {
  return result ? createPart(device, KILN_EVENT, &result->id)
                : kiln_fail(KILN_INVALID_ARGUMENT, "result must not be NULL");
}

kiln_status kiln_stream_synchronize(kiln_stream handle) {
  struct kiln_part_object *stream = kiln_object_acquire(handle.id, KILN_STREAM);
  if (!stream)
    return KILN_INVALID_HANDLE;
  struct kiln_device_object *device = kiln_object_device(&stream->base);
  kiln_status status = kiln_device_check(device);
  if (!status)
    status = kiln_device_note(device, device->driver->streamSynchronize(device->device, stream->part));
  kiln_object_drop(&stream->base);
  return status;
}

kiln_status kiln_event_record(kiln_event eventHandle, kiln_stream streamHandle) {
  struct kiln_part_object *event = kiln_object_acquire(eventHandle.id, KILN_EVENT), *stream;
  void *part;
  if (!event)
    return KILN_INVALID_HANDLE;
  struct kiln_device_object *device = kiln_object_device(&event->base);
  kiln_status status = kiln_device_check(device);
  if (!status && !(status = kiln_stream_acquire(streamHandle, device, &stream, &part))) {
    status = kiln_device_note(device, device->driver->eventRecord(device->device, event->part, part));
    if (stream)
      kiln_object_drop(&stream->base);
  }
  kiln_object_drop(&event->base);
  return status;
}

kiln_status kiln_event_elapsed(kiln_event startHandle, kiln_event endHandle, double *milliseconds) {
  if (!milliseconds)
    return kiln_fail(KILN_INVALID_ARGUMENT, "milliseconds must not be NULL");
  struct kiln_part_object *start = kiln_object_acquire(startHandle.id, KILN_EVENT);
  struct kiln_part_object *end = start ? kiln_object_acquire(endHandle.id, KILN_EVENT) : NULL;
  kiln_status status = KILN_INVALID_HANDLE;
  if (end) {
    struct kiln_device_object *device = kiln_object_device(&start->base);
    status = kiln_device_check(device);
    if (!status && kiln_object_device(&end->base)->device != device->device)
      status = kiln_fail(KILN_INVALID_ARGUMENT, "the two events belong to different device handles");
    if (!status)
      status = kiln_device_note(
          device, device->driver->eventElapsed(device->device, start->part, end->part, milliseconds));
    kiln_object_drop(&end->base);
  }
  if (start)
    kiln_object_drop(&start->base);
  return status;
}

static kiln_status noGraphs(const struct kiln_device_object *device) {
  return device->driver->graphBegin
             ? KILN_OK
             : kiln_fail(KILN_UNSUPPORTED, "the driver '%s' has no graphs", device->driver->scheme);
}

kiln_status kiln_graph_begin(kiln_stream handle) {
  struct kiln_part_object *stream = kiln_object_acquire(handle.id, KILN_STREAM);
  if (!stream)
    return KILN_INVALID_HANDLE;
  struct kiln_device_object *device = kiln_object_device(&stream->base);
  kiln_status status = noGraphs(device);
  if (!status && !(status = kiln_device_check(device)))
    status = kiln_device_note(device, device->driver->graphBegin(device->device, stream->part));
  kiln_object_drop(&stream->base);
  return status;
}

kiln_status kiln_graph_end(kiln_stream handle, kiln_graph *result) {
  if (!result)
    return kiln_fail(KILN_INVALID_ARGUMENT, "result must not be NULL");
  struct kiln_part_object *stream = kiln_object_acquire(handle.id, KILN_STREAM), *graph = NULL;
  if (!stream)
    return KILN_INVALID_HANDLE;
  struct kiln_device_object *device = kiln_object_device(&stream->base);
  kiln_status status = noGraphs(device);
  if (!status && !(graph = kiln_object_new(KILN_GRAPH, sizeof *graph, &device->base, destroyPart)))
    status = KILN_OUT_OF_MEMORY;
  if (graph) {
    status = kiln_device_note(device, device->driver->graphEnd(device->device, stream->part, &graph->part));
    if (status) {
      graph->part = NULL;
      kiln_object_drop(&graph->base);
    } else {
      status = kiln_object_publish(&graph->base, &result->id);
    }
  }
  kiln_object_drop(&stream->base);
  return status;
}

kiln_status kiln_graph_launch(kiln_graph graphHandle, kiln_stream streamHandle) {
  struct kiln_part_object *graph = kiln_object_acquire(graphHandle.id, KILN_GRAPH), *stream;
  void *part;
  if (!graph)
    return KILN_INVALID_HANDLE;
  struct kiln_device_object *device = kiln_object_device(&graph->base);
  kiln_status status = kiln_device_check(device);
  if (!status && !(status = kiln_stream_acquire(streamHandle, device, &stream, &part))) {
    status = kiln_device_note(device, device->driver->graphLaunch(device->device, graph->part, part));
    if (stream)
      kiln_object_drop(&stream->base);
  }
  kiln_object_drop(&graph->base);
  return status;
}
