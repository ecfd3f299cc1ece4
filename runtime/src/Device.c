#include "Objects.h"

#include <stdio.h>
#include <string.h>

static const struct kiln_driver *const drivers[] = {&kiln_driver_emulator, &kiln_driver_cuda,
                                                    &kiln_driver_hip};
enum { DRIVER_COUNT = sizeof drivers / sizeof *drivers };

static void destroyDevice(struct kiln_object *object) {
  struct kiln_device_object *device = (struct kiln_device_object *)object;
  if (device->device)
    device->driver->close(device->device);
}

static kiln_status openNamed(const struct kiln_driver *driver, const char *name,
                             struct kiln_device_object **result) {
  uint32_t count;
  kiln_status status = driver->count(&count);
  if (status)
    return status;
  struct kiln_device_object *device = kiln_object_new(KILN_DEVICE, sizeof *device, NULL, destroyDevice);
  if (!device)
    return KILN_OUT_OF_MEMORY;
  device->driver = driver;
  status = driver->open(name, &device->device);
  if (status) {
    device->device = NULL;
    kiln_object_drop(&device->base);
    return status;
  }
  driver->properties(device->device, &device->properties);
  *result = device;
  return KILN_OK;
}

kiln_status kiln_device_open(const char *uri, kiln_device *result) {
  if (!uri || !result)
    return kiln_fail(KILN_INVALID_ARGUMENT, "uri and result must not be NULL");
  for (unsigned i = 0; i < DRIVER_COUNT; ++i) {
    size_t length = strlen(drivers[i]->scheme);
    if (strncmp(uri, drivers[i]->scheme, length) != 0 || (uri[length] && uri[length] != ':'))
      continue;
    struct kiln_device_object *device;
    kiln_status status = openNamed(drivers[i], uri + length + (uri[length] == ':'), &device);
    return status ? status : kiln_object_publish(&device->base, &result->id);
  }
  return kiln_fail(KILN_INVALID_ARGUMENT,
                   "'%s' names no driver; known are emulator[:TARGET], cuda[:N], hip[:N]", uri);
}

kiln_status kiln_devices_visit(kiln_device_visitor *visit, void *context) {
  if (!visit)
    return kiln_fail(KILN_INVALID_ARGUMENT, "visit must not be NULL");
  for (unsigned i = 0; i < DRIVER_COUNT; ++i) {
    uint32_t count = 0;
    kiln_status status = drivers[i]->count(&count);
    if (status)
      visit(drivers[i]->scheme, NULL, kiln_last_error(), context);
    for (uint32_t index = 0; !status && index < count; ++index) {
      char name[64];
      struct kiln_device_object *device;
      drivers[i]->name(index, name, sizeof name);
      if (openNamed(drivers[i], name, &device)) {
        visit(drivers[i]->scheme, NULL, kiln_last_error(), context);
        continue;
      }
      visit(drivers[i]->scheme, &device->properties, NULL, context);
      kiln_object_drop(&device->base);
    }
  }
  return KILN_OK;
}

kiln_status kiln_device_get_properties(kiln_device handle, kiln_device_properties *result) {
  if (!result)
    return kiln_fail(KILN_INVALID_ARGUMENT, "result must not be NULL");
  struct kiln_device_object *device = kiln_object_acquire(handle.id, KILN_DEVICE);
  if (!device)
    return KILN_INVALID_HANDLE;
  *result = device->properties;
  kiln_object_drop(&device->base);
  return KILN_OK;
}

kiln_status kiln_device_fit(kiln_device handle, const char *target, uint32_t *result) {
  if (!target || !result)
    return kiln_fail(KILN_INVALID_ARGUMENT, "target and result must not be NULL");
  struct kiln_device_object *device = kiln_object_acquire(handle.id, KILN_DEVICE);
  if (!device)
    return KILN_INVALID_HANDLE;
  struct kiln_code_target code = {target, NULL, 0, 0};
  *result = device->driver->fits(device->device, &code);
  kiln_object_drop(&device->base);
  return KILN_OK;
}

kiln_status kiln_device_watch(kiln_device handle, kiln_finding_visitor *visit, void *context) {
  struct kiln_device_object *device = kiln_object_acquire(handle.id, KILN_DEVICE);
  if (!device)
    return KILN_INVALID_HANDLE;
  const struct kiln_driver *driver = device->driver;
  if (driver->watch)
    driver->watch(device->device, visit, context);
  kiln_object_drop(&device->base);
  return driver->watch ? KILN_OK
                       : kiln_fail(KILN_UNSUPPORTED, "the driver '%s' has no observers", driver->scheme);
}

kiln_status kiln_device_check(struct kiln_device_object *device) {
  return atomic_load(&device->lost)
             ? kiln_fail(KILN_DEVICE_LOST, "device %s was lost by an earlier failure", device->properties.uri)
             : KILN_OK;
}

kiln_status kiln_device_note(struct kiln_device_object *device, kiln_status status) {
  if (status == KILN_DEVICE_LOST)
    atomic_store(&device->lost, 1);
  return status;
}
