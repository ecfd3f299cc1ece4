// What the readers of the manifest's parts share: where they are, and how they complain.
#ifndef KILN_RUNTIME_FORMAT_READER_H
#define KILN_RUNTIME_FORMAT_READER_H

#include "Manifest.h"

#include <stddef.h>

typedef const struct kiln_json_value *Json;

// What is being read, for messages and for names in expressions.
struct reader {
  const struct kiln_archive *archive;
  struct kiln_kernel_entry *kernel;
  Json parameters; // of the variant being read
  char *error;
  size_t errorSize;
};

// Each returns 0 or NULL after it has said what is wrong with `at`.
int kiln_reader_fail(struct reader *r, Json at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
Json kiln_reader_want(struct reader *r, Json object, const char *key, enum kiln_json_kind kind);
// A string that is not empty.
const char *kiln_reader_text(struct reader *r, Json object, const char *key);
// An optional unsigned number; `result` keeps its value where there is none.
int kiln_reader_u32(struct reader *r, Json object, const char *key, uint32_t *result);
void *kiln_reader_zeroed(struct reader *r, Json at, size_t count, size_t size);

// Checks what the runtime itself does not use and its callers do: the manifest's cases and chips.
int kiln_reader_check_cases(struct reader *r, const struct kiln_manifest *manifest);
int kiln_reader_check_chips(struct reader *r, Json root);

#endif
