#include "Archive.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Record layouts: APPNOTE.TXT 4.3.7 (local header), 4.3.12 (directory entry), 4.3.16 (end of directory).
enum { LOCAL_SIZE = 30, ENTRY_SIZE = 46, END_SIZE = 22, MAX_COMMENT = 65535 };

struct reader {
  const uint8_t *bytes;
  size_t size;
  char *error;
  size_t errorSize;
};

static int fail(struct reader *r, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(r->error, r->errorSize, format, args);
  va_end(args);
  return 0;
}

static uint32_t u16(const uint8_t *at) { return (uint32_t)at[0] | (uint32_t)at[1] << 8; }
static uint32_t u32(const uint8_t *at) { return u16(at) | u16(at + 2) << 16; }

static const uint8_t *findEnd(struct reader *r) {
  for (size_t back = END_SIZE; back <= r->size && back <= END_SIZE + MAX_COMMENT; ++back) {
    const uint8_t *at = r->bytes + r->size - back;
    if (memcmp(at, "PK\5\6", 4) == 0 && u16(at + 20) == back - END_SIZE)
      return at;
  }
  fail(r, "no end-of-directory record: the file is truncated or no ZIP archive");
  return NULL;
}

static int isSafeName(const char *name, size_t length) {
  if (length == 0 || length > KILN_ARCHIVE_MAX_NAME || name[0] == '/')
    return 0;
  for (size_t i = 0; i < length; ++i)
    if ((unsigned char)name[i] < 0x20 || name[i] == '\\' || name[i] == 0x7f || name[i] == ':')
      return 0;
  for (size_t start = 0, end; start <= length; start = end + 1) {
    for (end = start; end < length && name[end] != '/';)
      ++end;
    size_t part = end - start;
    // An empty last part is a folder's entry.
    if ((part == 0 && end != length) || (part == 1 && name[start] == '.') ||
        (part == 2 && name[start] == '.' && name[start + 1] == '.'))
      return 0;
  }
  return 1;
}

// Finds an entry's bytes behind its local header; the header must agree with the directory.
static int locate(struct reader *r, const uint8_t *directoryEntry, size_t directory,
                  struct kiln_archive_entry *entry) {
  size_t local = u32(directoryEntry + 42), nameLength = u16(directoryEntry + 28);
  if (local > directory || directory - local < LOCAL_SIZE)
    return fail(r, "entry '%s' lies outside the file", entry->name);
  const uint8_t *header = r->bytes + local;
  size_t start = local + LOCAL_SIZE + u16(header + 26) + u16(header + 28);
  if (memcmp(header, "PK\3\4", 4) != 0 || u16(header + 26) != nameLength || start > directory ||
      memcmp(header + LOCAL_SIZE, entry->name, nameLength) != 0 ||
      u16(header + 8) != u16(directoryEntry + 10))
    return fail(r, "the local header of entry '%s' contradicts the directory", entry->name);
  if (directory - start < entry->size)
    return fail(r, "entry '%s' lies outside the file", entry->name);
  entry->data = r->bytes + start;
  return 1;
}

static int readEntry(struct reader *r, const uint8_t *at, size_t directory,
                     struct kiln_archive_entry *entry) {
  size_t nameLength = u16(at + 28);
  const char *name = (const char *)at + ENTRY_SIZE;
  if (!isSafeName(name, nameLength))
    return fail(r, "an entry's name is no plain relative path");
  if (!(entry->name = malloc(nameLength + 1)))
    return fail(r, "out of memory");
  memcpy(entry->name, name, nameLength);
  entry->name[nameLength] = 0;
  if (u16(at + 10) != 0)
    return fail(r, "entry '%s' is compressed; a bundle's entries are stored (zip -0)", entry->name);
  if (u16(at + 8) & 1)
    return fail(r, "entry '%s' is encrypted", entry->name);
  if (u32(at + 20) != u32(at + 24))
    return fail(r, "entry '%s' is stored, yet its two sizes differ", entry->name);
  entry->size = u32(at + 24);
  return locate(r, at, directory, entry);
}

static int byName(const void *a, const void *b) {
  return strcmp(((const struct kiln_archive_entry *)a)->name, ((const struct kiln_archive_entry *)b)->name);
}

static int byPosition(const void *a, const void *b) {
  const struct kiln_archive_entry *left = a, *right = b;
  return left->data < right->data ? -1 : left->data > right->data;
}

static int checkOverlapAndSort(struct reader *r, struct kiln_archive *archive) {
  if (archive->count < 2)
    return 1;
  qsort(archive->entries, archive->count, sizeof *archive->entries, byPosition);
  for (size_t i = 1; i < archive->count; ++i) {
    const struct kiln_archive_entry *before = &archive->entries[i - 1], *after = &archive->entries[i];
    // An entry's bytes are followed at least by the next one's local header.
    if ((size_t)(after->data - before->data) < before->size + LOCAL_SIZE)
      return fail(r, "entries '%s' and '%s' overlap", before->name, after->name);
  }
  qsort(archive->entries, archive->count, sizeof *archive->entries, byName);
  for (size_t i = 1; i < archive->count; ++i)
    if (strcmp(archive->entries[i - 1].name, archive->entries[i].name) == 0)
      return fail(r, "two entries are called '%s'", archive->entries[i].name);
  return 1;
}

static int readDirectory(struct reader *r, struct kiln_archive *archive) {
  const uint8_t *end = findEnd(r);
  if (!end)
    return 0;
  size_t endOffset = (size_t)(end - r->bytes), count = u16(end + 10), size = u32(end + 12),
         directory = u32(end + 16);
  if (count > KILN_ARCHIVE_MAX_ENTRIES || directory == UINT32_MAX)
    return fail(r, "ZIP64 archives are not read");
  if (u16(end + 4) || u16(end + 6) || u16(end + 8) != count)
    return fail(r, "the archive spans several disks");
  if (directory > endOffset || endOffset - directory != size)
    return fail(r, "the directory lies outside the file");
  archive->comment = (const char *)end + END_SIZE;
  archive->commentSize = u16(end + 20);
  if (count > size / ENTRY_SIZE)
    return fail(r, "the directory is truncated");
  if (!(archive->entries = calloc(count ? count : 1, sizeof *archive->entries)))
    return fail(r, "out of memory");
  size_t at = directory;
  for (; archive->count < count; ++archive->count) {
    const uint8_t *entry = r->bytes + at;
    if (endOffset - at < ENTRY_SIZE || memcmp(entry, "PK\1\2", 4) != 0)
      return fail(r, "the directory is damaged");
    size_t length = ENTRY_SIZE + u16(entry + 28) + u16(entry + 30) + u16(entry + 32);
    if (endOffset - at < length)
      return fail(r, "the directory is truncated");
    if (!readEntry(r, entry, directory, &archive->entries[archive->count])) {
      free(archive->entries[archive->count].name);
      return 0;
    }
    at += length;
  }
  return at == endOffset ? checkOverlapAndSort(r, archive)
                         : fail(r, "bytes after the directory's last entry");
}

int kiln_archive_read(struct kiln_archive *archive, const void *bytes, size_t size, char *error,
                      size_t errorSize) {
  struct reader r = {bytes, size, error, errorSize};
  memset(archive, 0, sizeof *archive);
  if (readDirectory(&r, archive))
    return 1;
  kiln_archive_free(archive);
  return 0;
}

void kiln_archive_free(struct kiln_archive *archive) {
  for (size_t i = 0; i < archive->count; ++i)
    free(archive->entries[i].name);
  free(archive->entries);
  memset(archive, 0, sizeof *archive);
}

const struct kiln_archive_entry *kiln_archive_find(const struct kiln_archive *archive, const char *name) {
  struct kiln_archive_entry key = {(char *)(uintptr_t)name, NULL, 0};
  return archive->count ? bsearch(&key, archive->entries, archive->count, sizeof key, byName) : NULL;
}
