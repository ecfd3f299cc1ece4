#include "Objects.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void destroyBundle(struct kiln_object *object) {
  struct kiln_bundle_object *bundle = (struct kiln_bundle_object *)object;
  kiln_bundle_image_free(&bundle->image);
  if (bundle->mapping)
    munmap(bundle->mapping, bundle->mappingSize);
}

static kiln_status publishBundle(struct kiln_bundle_object *bundle, const char *name, const void *bytes,
                                 uint64_t size, kiln_bundle *result) {
  char reason[512];
  if (!kiln_bundle_image_read(&bundle->image, bytes, size, reason, sizeof reason)) {
    memset(&bundle->image, 0, sizeof bundle->image);
    kiln_object_drop(&bundle->base);
    return kiln_fail(KILN_BAD_BUNDLE, "%s: %s", name, reason);
  }
  return kiln_object_publish(&bundle->base, &result->id);
}

static kiln_status mapFile(const char *path, void **mapping, size_t *size) {
  struct stat facts;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return kiln_fail(errno == ENOENT ? KILN_NOT_FOUND : KILN_INVALID_ARGUMENT, "cannot open %s: %s", path,
                     strerror(errno));
  kiln_status status = KILN_OK;
  if (fstat(file, &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_size == 0) {
    status = kiln_fail(KILN_BAD_BUNDLE, "%s: empty or no regular file", path);
  } else {
    *size = (size_t)facts.st_size;
    *mapping = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, file, 0);
    if (*mapping == MAP_FAILED)
      status = kiln_fail(KILN_OUT_OF_MEMORY, "cannot map %s: %s", path, strerror(errno));
  }
  close(file);
  return status;
}

kiln_status kiln_bundle_open(const char *path, kiln_bundle *result) {
  if (!path || !result)
    return kiln_fail(KILN_INVALID_ARGUMENT, "path and result must not be NULL");
  struct kiln_bundle_object *bundle = kiln_object_new(KILN_BUNDLE, sizeof *bundle, NULL, destroyBundle);
  if (!bundle)
    return KILN_OUT_OF_MEMORY;
  kiln_status status = mapFile(path, &bundle->mapping, &bundle->mappingSize);
  if (status) {
    bundle->mapping = NULL;
    kiln_object_drop(&bundle->base);
    return status;
  }
  return publishBundle(bundle, path, bundle->mapping, bundle->mappingSize, result);
}

kiln_status kiln_bundle_open_memory(const void *bytes, uint64_t size, kiln_bundle *result) {
  if (!bytes || !result)
    return kiln_fail(KILN_INVALID_ARGUMENT, "bytes and result must not be NULL");
  struct kiln_bundle_object *bundle = kiln_object_new(KILN_BUNDLE, sizeof *bundle, NULL, destroyBundle);
  return bundle ? publishBundle(bundle, "bundle in memory", bytes, size, result) : KILN_OUT_OF_MEMORY;
}

kiln_status kiln_bundle_file(kiln_bundle handle, const char *path, const void **bytes, uint64_t *size) {
  if (!path || !bytes || !size)
    return kiln_fail(KILN_INVALID_ARGUMENT, "path, bytes and size must not be NULL");
  struct kiln_bundle_object *bundle = kiln_object_acquire(handle.id, KILN_BUNDLE);
  if (!bundle)
    return KILN_INVALID_HANDLE;
  const struct kiln_archive_entry *entry = kiln_archive_find(&bundle->image.archive, path);
  if (entry) {
    *bytes = entry->data;
    *size = entry->size;
  }
  kiln_object_drop(&bundle->base);
  return entry ? KILN_OK : kiln_fail(KILN_NOT_FOUND, "the bundle holds no file '%s'", path);
}
