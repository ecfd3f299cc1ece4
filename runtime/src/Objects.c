#include "Objects.h"

#include <stdlib.h>

// A slot for each object, in chunks that are never moved or freed, so that a handle can be looked up without
// a lock: its slot's state says in one word which generation of handles is valid and how many references the
// object has. A handle is generation << 32 | index + 1. Releasing it ends the generation, the last reference
// the object.
struct kiln_slot {
  _Atomic uint64_t state; // generation << 32 | references
  struct kiln_object *object;
  uint32_t index, nextFree; // nextFree: index + 1
};

// Chunk c holds FIRST << c slots, those from index FIRST * (2^c - 1) on.
enum { FIRST = 256, CHUNKS = 24 };
static _Atomic(struct kiln_slot *) chunks[CHUNKS];
static pthread_mutex_t tableLock = PTHREAD_MUTEX_INITIALIZER; // of what follows
static uint32_t slotCount, firstFree;
static _Atomic uint64_t liveCount;

static const char *const kindNames[] = {"a device", "a buffer", "a stream", "an event",
                                        "a graph",  "a bundle", "a module", "a kernel"};

static uint32_t generationOf(uint64_t state) { return (uint32_t)(state >> 32); }
static uint32_t referencesOf(uint64_t state) { return (uint32_t)state; }

// The chunk of a slot; `offset` is its place there.
static uint32_t chunkOf(uint32_t index, uint32_t *offset) {
  uint64_t shifted = (uint64_t)index + FIRST;
  uint32_t chunk = (uint32_t)(63 - __builtin_clzll(shifted) - __builtin_ctz(FIRST));
  *offset = (uint32_t)(shifted - ((uint64_t)FIRST << chunk));
  return chunk;
}

// The next slot that was never used, in generation 1.
static struct kiln_slot *newSlot(void) {
  uint32_t offset, chunk = chunkOf(slotCount, &offset);
  if (chunk >= CHUNKS)
    return NULL;
  struct kiln_slot *slots = atomic_load(&chunks[chunk]);
  if (!slots) {
    if (!(slots = calloc((size_t)FIRST << chunk, sizeof *slots)))
      return NULL;
    atomic_store(&chunks[chunk], slots);
  }
  slots[offset].index = slotCount++;
  atomic_store(&slots[offset].state, (uint64_t)1 << 32);
  return &slots[offset];
}

static struct kiln_slot *takeSlot(void) {
  pthread_mutex_lock(&tableLock);
  struct kiln_slot *slot;
  if (firstFree) {
    uint32_t offset, chunk = chunkOf(firstFree - 1, &offset);
    slot = &atomic_load(&chunks[chunk])[offset];
    firstFree = slot->nextFree;
  } else {
    slot = newSlot();
  }
  pthread_mutex_unlock(&tableLock);
  return slot;
}

static void giveBack(struct kiln_slot *slot) {
  // A slot whose generations are used up is retired, so that no old handle ever becomes valid again.
  if (!generationOf(atomic_load(&slot->state)))
    return;
  pthread_mutex_lock(&tableLock);
  slot->nextFree = firstFree;
  firstFree = slot->index + 1;
  pthread_mutex_unlock(&tableLock);
}

void *kiln_object_new(enum kiln_kind kind, size_t size, struct kiln_object *parent,
                      void (*destroy)(struct kiln_object *)) {
  struct kiln_object *object = calloc(1, size);
  struct kiln_slot *slot = object ? takeSlot() : NULL;
  if (!slot) {
    free(object);
    kiln_fail(KILN_OUT_OF_MEMORY, "the host is out of memory");
    return NULL;
  }
  object->kind = kind;
  object->slot = slot;
  object->parent = parent;
  object->destroy = destroy;
  if (parent)
    kiln_object_keep(parent);
  slot->object = object;
  atomic_fetch_add_explicit(&slot->state, 1, memory_order_release);
  return object;
}

void kiln_object_keep(struct kiln_object *object) {
  atomic_fetch_add_explicit(&object->slot->state, 1, memory_order_relaxed);
}

void kiln_object_drop(struct kiln_object *object) {
  while (object && referencesOf(atomic_fetch_sub(&object->slot->state, 1)) == 1) {
    struct kiln_object *parent = object->parent;
    struct kiln_slot *slot = object->slot;
    object->destroy(object);
    free(object);
    giveBack(slot);
    object = parent;
  }
}

kiln_status kiln_object_publish(struct kiln_object *object, uint64_t *handle) {
  struct kiln_slot *slot = object->slot;
  *handle = (uint64_t)generationOf(atomic_load(&slot->state)) << 32 | ((uint64_t)slot->index + 1);
  atomic_fetch_add(&liveCount, 1);
  return KILN_OK;
}

static struct kiln_slot *findSlot(uint64_t handle) {
  uint32_t index = (uint32_t)handle, offset;
  if (!index)
    return NULL;
  uint32_t chunk = chunkOf(index - 1, &offset);
  struct kiln_slot *slots =
      chunk < CHUNKS ? atomic_load_explicit(&chunks[chunk], memory_order_acquire) : NULL;
  return slots ? &slots[offset] : NULL;
}

// Adds to the state of the handle's slot, if the handle is valid.
static struct kiln_slot *change(uint64_t handle, uint64_t amount) {
  struct kiln_slot *slot = findSlot(handle);
  uint64_t state = slot ? atomic_load_explicit(&slot->state, memory_order_relaxed) : 0;
  while (slot && generationOf(state) == generationOf(handle) && referencesOf(state))
    if (atomic_compare_exchange_weak_explicit(&slot->state, &state, state + amount, memory_order_acq_rel,
                                              memory_order_relaxed))
      return slot;
  return NULL;
}

void *kiln_object_acquire(uint64_t handle, enum kiln_kind kind) {
  struct kiln_slot *slot = change(handle, 1);
  if (!slot) {
    kiln_fail(KILN_INVALID_HANDLE, "expected the handle of %s, found %s", kindNames[kind],
              handle ? "one that was released or never existed" : "0");
    return NULL;
  }
  struct kiln_object *object = slot->object;
  if (object->kind == kind)
    return object;
  kiln_fail(KILN_INVALID_HANDLE, "expected the handle of %s, found that of %s", kindNames[kind],
            kindNames[object->kind]);
  kiln_object_drop(object);
  return NULL;
}

kiln_status kiln_release(uint64_t handle) {
  if (!handle)
    return KILN_OK;
  // The next generation; the reference that the handle held is dropped below.
  struct kiln_slot *slot = change(handle, (uint64_t)1 << 32);
  if (!slot)
    return kiln_fail(KILN_INVALID_HANDLE, "the handle was released before or never existed");
  atomic_fetch_sub(&liveCount, 1);
  kiln_object_drop(slot->object);
  return KILN_OK;
}

uint64_t kiln_live_handles(void) { return atomic_load(&liveCount); }

struct kiln_device_object *kiln_object_device(struct kiln_object *object) {
  while (object->kind != KILN_DEVICE)
    object = object->parent;
  return (struct kiln_device_object *)object;
}
