#include "Objects.h"

static void destroyBuffer(struct kiln_object *object) {
  struct kiln_buffer_object *buffer = (struct kiln_buffer_object *)object;
  struct kiln_device_object *device = kiln_object_device(object);
  if (buffer->address)
    device->driver->free(device->device, buffer->address);
}

kiln_status kiln_buffer_create(kiln_device handle, uint64_t size, kiln_buffer *result) {
  if (!result)
    return kiln_fail(KILN_INVALID_ARGUMENT, "result must not be NULL");
  struct kiln_device_object *device = kiln_object_acquire(handle.id, KILN_DEVICE);
  if (!device)
    return KILN_INVALID_HANDLE;
  kiln_status status = kiln_device_check(device);
  struct kiln_buffer_object *buffer = NULL;
  if (!status && !(buffer = kiln_object_new(KILN_BUFFER, sizeof *buffer, &device->base, destroyBuffer)))
    status = KILN_OUT_OF_MEMORY;
  if (buffer) {
    buffer->size = size;
    if (size)
      status = kiln_device_note(device, device->driver->allocate(device->device, size, &buffer->address));
    if (status) {
      buffer->address = 0;
      kiln_object_drop(&buffer->base);
    } else {
      status = kiln_object_publish(&buffer->base, &result->id);
    }
  }
  kiln_object_drop(&device->base);
  return status;
}

kiln_status kiln_buffer_get(kiln_buffer handle, uint64_t *address, uint64_t *size) {
  struct kiln_buffer_object *buffer = kiln_object_acquire(handle.id, KILN_BUFFER);
  if (!buffer)
    return KILN_INVALID_HANDLE;
  if (address)
    *address = buffer->address;
  if (size)
    *size = buffer->size;
  kiln_object_drop(&buffer->base);
  return KILN_OK;
}

static kiln_status checkRange(const struct kiln_buffer_object *buffer, uint64_t offset, uint64_t size) {
  if (offset <= buffer->size && size <= buffer->size - offset)
    return KILN_OK;
  return kiln_fail(KILN_INVALID_ARGUMENT,
                   "%llu bytes at offset %llu do not lie inside a buffer of %llu bytes",
                   (unsigned long long)size, (unsigned long long)offset, (unsigned long long)buffer->size);
}

kiln_status kiln_stream_acquire(kiln_stream handle, struct kiln_device_object *device,
                                struct kiln_part_object **object, void **part) {
  *object = NULL;
  *part = NULL;
  if (!handle.id)
    return KILN_OK;
  struct kiln_part_object *stream = kiln_object_acquire(handle.id, KILN_STREAM);
  if (!stream)
    return KILN_INVALID_HANDLE;
  if (kiln_object_device(&stream->base)->device != device->device) {
    kiln_object_drop(&stream->base);
    return kiln_fail(KILN_INVALID_ARGUMENT, "the stream belongs to another device handle than the work");
  }
  *object = stream;
  *part = stream->part;
  return KILN_OK;
}

// Everything that works on one range of one buffer.
struct range_work {
  kiln_buffer buffer;
  uint64_t offset, size;
  kiln_stream stream;
  enum { WRITE, READ, FILL } kind;
  void *host;
  uint8_t value;
};

static kiln_status runRangeWork(const struct range_work *work) {
  struct kiln_buffer_object *buffer = kiln_object_acquire(work->buffer.id, KILN_BUFFER);
  if (!buffer)
    return KILN_INVALID_HANDLE;
  struct kiln_device_object *device = kiln_object_device(&buffer->base);
  struct kiln_part_object *stream = NULL;
  void *part;
  kiln_status status = checkRange(buffer, work->offset, work->size);
  if (!status && work->kind != FILL && work->size && !work->host)
    status = kiln_fail(KILN_INVALID_ARGUMENT, "the host's memory must not be NULL");
  if (!status && !(status = kiln_device_check(device)))
    status = kiln_stream_acquire(work->stream, device, &stream, &part);
  if (!status && work->size) {
    uint64_t address = buffer->address + work->offset, host = (uint64_t)(uintptr_t)work->host;
    const struct kiln_driver *driver = device->driver;
    status = work->kind == FILL ? driver->fill(device->device, part, address, work->value, work->size)
             : work->kind == WRITE
                 ? driver->copy(device->device, part, KILN_COPY_TO_DEVICE, address, host, work->size)
                 : driver->copy(device->device, part, KILN_COPY_FROM_DEVICE, host, address, work->size);
    kiln_device_note(device, status);
  }
  if (stream)
    kiln_object_drop(&stream->base);
  kiln_object_drop(&buffer->base);
  return status;
}

kiln_status kiln_buffer_write(kiln_buffer buffer, uint64_t offset, const void *source, uint64_t size,
                              kiln_stream stream) {
  struct range_work work = {buffer, offset, size, stream, WRITE, (void *)(uintptr_t)source, 0};
  return runRangeWork(&work);
}

kiln_status kiln_buffer_read(kiln_buffer buffer, uint64_t offset, void *target, uint64_t size,
                             kiln_stream stream) {
  struct range_work work = {buffer, offset, size, stream, READ, target, 0};
  return runRangeWork(&work);
}

kiln_status kiln_buffer_fill(kiln_buffer buffer, uint64_t offset, uint8_t value, uint64_t size,
                             kiln_stream stream) {
  struct range_work work = {buffer, offset, size, stream, FILL, NULL, value};
  return runRangeWork(&work);
}

static kiln_status copyBetween(struct kiln_buffer_object *target, uint64_t targetOffset,
                               struct kiln_buffer_object *source, uint64_t sourceOffset, uint64_t size,
                               kiln_stream streamHandle) {
  struct kiln_device_object *device = kiln_object_device(&target->base);
  struct kiln_part_object *stream = NULL;
  void *part;
  uint64_t to = target->address + targetOffset, from = source->address + sourceOffset;
  kiln_status status = checkRange(target, targetOffset, size);
  if (!status)
    status = checkRange(source, sourceOffset, size);
  if (!status && kiln_object_device(&source->base)->device != device->device)
    status = kiln_fail(KILN_INVALID_ARGUMENT, "the two buffers belong to different device handles");
  if (!status && size && to < from + size && from < to + size)
    status = kiln_fail(KILN_INVALID_ARGUMENT, "the two ranges overlap");
  if (!status && !(status = kiln_device_check(device)))
    status = kiln_stream_acquire(streamHandle, device, &stream, &part);
  if (!status && size)
    status = kiln_device_note(
        device, device->driver->copy(device->device, part, KILN_COPY_ON_DEVICE, to, from, size));
  if (stream)
    kiln_object_drop(&stream->base);
  return status;
}

kiln_status kiln_buffer_copy(kiln_buffer target, uint64_t targetOffset, kiln_buffer source,
                             uint64_t sourceOffset, uint64_t size, kiln_stream stream) {
  struct kiln_buffer_object *to = kiln_object_acquire(target.id, KILN_BUFFER);
  struct kiln_buffer_object *from = to ? kiln_object_acquire(source.id, KILN_BUFFER) : NULL;
  kiln_status status =
      from ? copyBetween(to, targetOffset, from, sourceOffset, size, stream) : KILN_INVALID_HANDLE;
  if (from)
    kiln_object_drop(&from->base);
  if (to)
    kiln_object_drop(&to->base);
  return status;
}
