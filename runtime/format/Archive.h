// The container of a bundle: a ZIP file whose entries are stored (not compressed), read in place.
#ifndef KILN_RUNTIME_FORMAT_ARCHIVE_H
#define KILN_RUNTIME_FORMAT_ARCHIVE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Limits that a well-formed bundle never meets.
enum { KILN_ARCHIVE_MAX_ENTRIES = 65534, KILN_ARCHIVE_MAX_NAME = 255 };

struct kiln_archive_entry {
  char *name;
  const uint8_t *data;
  size_t size;
};

struct kiln_archive {
  struct kiln_archive_entry *entries; // sorted by name
  size_t count;
  const char *comment; // not terminated
  size_t commentSize;
};

// Reads the directory of an archive in memory, which must outlive the result. Returns 1, or 0 and a reason in
// `error`. Refused: compressed or encrypted entries, ZIP64, several disks, entries that overlap or leave the
// file, two entries of one name, local headers that contradict the directory, names that are absolute, hold
// "..", a backslash or control characters.
int kiln_archive_read(struct kiln_archive *archive, const void *bytes, size_t size, char *error,
                      size_t errorSize);
void kiln_archive_free(struct kiln_archive *archive);
const struct kiln_archive_entry *kiln_archive_find(const struct kiln_archive *archive, const char *name);

#ifdef __cplusplus
}
#endif
#endif
