// The objects behind handles. An object is reference-counted: its handle holds one reference, a call in
// progress one, and objects made from it one each. A handle is a slot and a generation, so a stale one
// never finds a newer object.
#ifndef KILN_RUNTIME_SRC_OBJECTS_H
#define KILN_RUNTIME_SRC_OBJECTS_H

#include "../drivers/Driver.h"
#include "../format/Manifest.h"

#include <pthread.h>
#include <stdatomic.h>

enum kiln_kind {
  KILN_DEVICE,
  KILN_BUFFER,
  KILN_STREAM,
  KILN_EVENT,
  KILN_GRAPH,
  KILN_BUNDLE,
  KILN_MODULE,
  KILN_KERNEL
};

struct kiln_object {
  enum kiln_kind kind;
  struct kiln_slot *slot;     // holds the references' number
  struct kiln_object *parent; // kept alive; NULL for devices and bundles
  void (*destroy)(struct kiln_object *object);
};

struct kiln_device_object {
  struct kiln_object base;
  const struct kiln_driver *driver;
  void *device;
  atomic_int lost;
  kiln_device_properties properties;
};

// Streams, events and graphs: the driver's own thing and nothing else.
struct kiln_part_object {
  struct kiln_object base;
  void *part;
};

struct kiln_buffer_object {
  struct kiln_object base;
  uint64_t address, size;
};

struct kiln_bundle_object {
  struct kiln_object base;
  void *mapping;
  size_t mappingSize;
  struct kiln_bundle_image image;
};

// Code loaded from one file of a bundle (or from the caller), shared by the kernels in it.
struct kiln_code {
  const struct kiln_archive_entry *entry;
  void *module;
  struct kiln_code *next;
};

struct kiln_module_object {
  struct kiln_object base;           // parent: the device
  struct kiln_bundle_object *bundle; // NULL for bare code; counted
  pthread_mutex_t lock;              // of `codes`
  struct kiln_code *codes;
};

// A variant that this device can run. Its code is loaded when it is first needed: PTX takes the driver a
// while.
struct kiln_candidate {
  const struct kiln_variant *variant;
  uint32_t fit;
  _Atomic(void *) kernel; // NULL until then
};

struct kiln_kernel_object {
  struct kiln_object base;               // parent: the module
  const struct kiln_kernel_entry *entry; // NULL for bare code
  uint32_t candidateCount;
  struct kiln_candidate candidates[]; // best first
};

// Allocates a zeroed object of `size` bytes with one reference, and takes one on the parent. NULL if there is
// no memory.
void *kiln_object_new(enum kiln_kind kind, size_t size, struct kiln_object *parent,
                      void (*destroy)(struct kiln_object *));
// Gives the object a handle, which takes over the caller's reference. KILN_OK.
kiln_status kiln_object_publish(struct kiln_object *object, uint64_t *handle);
// The object of a handle with one more reference; NULL and an error text if the handle is stale or of another
// kind.
void *kiln_object_acquire(uint64_t handle, enum kiln_kind kind);
void kiln_object_keep(struct kiln_object *object);
void kiln_object_drop(struct kiln_object *object);
// The device that an object belongs to.
struct kiln_device_object *kiln_object_device(struct kiln_object *object);

// The driver's kernel of a candidate, loaded if need be.
kiln_status kiln_candidate_load(struct kiln_kernel_object *kernel, struct kiln_candidate *candidate,
                                void **result);

// Before work on a device: refuses lost ones. After it: remembers a loss.
kiln_status kiln_device_check(struct kiln_device_object *device);
kiln_status kiln_device_note(struct kiln_device_object *device, kiln_status status);
// The driver's stream of a handle; id 0 gives NULL. The stream must belong to the same driver device.
kiln_status kiln_stream_acquire(kiln_stream stream, struct kiln_device_object *device,
                                struct kiln_part_object **object, void **part);

#endif
