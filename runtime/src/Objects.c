#include "Objects.h"

#include <stdlib.h>

// Slots live in a table that only grows; a handle is generation << 32 | slot + 1.
struct slot {
  uint32_t generation, nextFree; // nextFree: index + 1
  struct kiln_object *object;
};

static pthread_mutex_t tableLock = PTHREAD_MUTEX_INITIALIZER;
static struct slot *slots;
static uint32_t slotCount, slotCapacity, firstFree;
static uint64_t liveCount;

static const char *const kindNames[] = {"a device", "a buffer", "a stream", "an event",
                                        "a graph",  "a bundle", "a module", "a kernel"};

void *kiln_object_new(enum kiln_kind kind, size_t size, struct kiln_object *parent,
                      void (*destroy)(struct kiln_object *)) {
  struct kiln_object *object = calloc(1, size);
  if (!object) {
    kiln_fail(KILN_OUT_OF_MEMORY, "the host is out of memory");
    return NULL;
  }
  object->kind = kind;
  atomic_init(&object->references, 1);
  object->parent = parent;
  object->destroy = destroy;
  if (parent)
    atomic_fetch_add(&parent->references, 1);
  return object;
}

void kiln_object_drop(struct kiln_object *object) {
  while (object && atomic_fetch_sub(&object->references, 1) == 1) {
    struct kiln_object *parent = object->parent;
    object->destroy(object);
    free(object);
    object = parent;
  }
}

static struct slot *takeSlot(void) {
  if (firstFree) {
    struct slot *slot = &slots[firstFree - 1];
    firstFree = slot->nextFree;
    return slot;
  }
  if (slotCount == slotCapacity) {
    uint32_t capacity = slotCapacity ? slotCapacity * 2 : 256;
    struct slot *grown = capacity > slotCapacity ? realloc(slots, capacity * sizeof *slots) : NULL;
    if (!grown)
      return NULL;
    slots = grown;
    slotCapacity = capacity;
  }
  slots[slotCount].generation = 1;
  return &slots[slotCount++];
}

kiln_status kiln_object_publish(struct kiln_object *object, uint64_t *handle) {
  pthread_mutex_lock(&tableLock);
  struct slot *slot = takeSlot();
  if (slot) {
    slot->object = object;
    *handle = (uint64_t)slot->generation << 32 | (uint64_t)(slot - slots + 1);
    ++liveCount;
  }
  pthread_mutex_unlock(&tableLock);
  if (slot)
    return KILN_OK;
  kiln_object_drop(object);
  return kiln_fail(KILN_OUT_OF_MEMORY, "the host is out of memory for handles");
}

static struct slot *findSlot(uint64_t handle) {
  uint32_t index = (uint32_t)handle;
  if (index == 0 || index > slotCount)
    return NULL;
  struct slot *slot = &slots[index - 1];
  return slot->object && slot->generation == handle >> 32 ? slot : NULL;
}

void *kiln_object_acquire(uint64_t handle, enum kiln_kind kind) {
  pthread_mutex_lock(&tableLock);
  struct slot *slot = findSlot(handle);
  struct kiln_object *object = slot ? slot->object : NULL;
  if (object && object->kind == kind)
    atomic_fetch_add(&object->references, 1);
  pthread_mutex_unlock(&tableLock);
  if (object && object->kind == kind)
    return object;
  if (object)
    kiln_fail(KILN_INVALID_HANDLE, "expected the handle of %s, found that of %s", kindNames[kind],
              kindNames[object->kind]);
  else
    kiln_fail(KILN_INVALID_HANDLE, "expected the handle of %s, found %s", kindNames[kind],
              handle ? "one that was released or never existed" : "0");
  return NULL;
}

kiln_status kiln_release(uint64_t handle) {
  if (!handle)
    return KILN_OK;
  pthread_mutex_lock(&tableLock);
  struct slot *slot = findSlot(handle);
  struct kiln_object *object = slot ? slot->object : NULL;
  if (slot) {
    slot->object = NULL;
    --liveCount;
    // A slot whose generations are used up is retired, so that no old handle ever becomes valid again.
    if (++slot->generation) {
      slot->nextFree = firstFree;
      firstFree = (uint32_t)(slot - slots) + 1;
    }
  }
  pthread_mutex_unlock(&tableLock);
  if (!object)
    return kiln_fail(KILN_INVALID_HANDLE, "the handle was released before or never existed");
  kiln_object_drop(object);
  return KILN_OK;
}

uint64_t kiln_live_handles(void) {
  pthread_mutex_lock(&tableLock);
  uint64_t count = liveCount;
  pthread_mutex_unlock(&tableLock);
  return count;
}

struct kiln_device_object *kiln_object_device(struct kiln_object *object) {
  while (object->kind != KILN_DEVICE)
    object = object->parent;
  return (struct kiln_device_object *)object;
}
