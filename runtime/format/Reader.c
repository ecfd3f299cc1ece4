#include "Reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

int kiln_reader_fail(struct reader *r, Json at, const char *format, ...) {
  va_list args;
  int used = snprintf(r->error, r->errorSize, "manifest.json:%u: %s%s%s%s", at ? at->line : 1,
                      r->kernel ? "kernel '" : "", r->kernel ? r->kernel->name : "", r->kernel ? "': " : "",
                      at && at->key ? at->key : "");
  if (used < 0 || (size_t)used + 2 >= r->errorSize)
    return 0;
  if (at && at->key)
    used += snprintf(r->error + used, r->errorSize - (size_t)used, ": ");
  va_start(args, format);
  vsnprintf(r->error + used, r->errorSize - (size_t)used, format, args);
  va_end(args);
  return 0;
}

Json kiln_reader_want(struct reader *r, Json object, const char *key, enum kiln_json_kind kind) {
  static const char *const names[] = {"null", "a boolean", "a number", "a string", "an array", "an object"};
  Json value = kiln_json_member(object, key);
  if (!value || value->kind != kind) {
    kiln_reader_fail(r, value ? value : object, "expected %s%s%s, found %s", value ? "" : key,
                     value ? "" : " to be ", names[kind], kiln_json_kind_name(value));
    return NULL;
  }
  return value;
}

const char *kiln_reader_text(struct reader *r, Json object, const char *key) {
  Json value = kiln_reader_want(r, object, key, KILN_JSON_STRING);
  if (value && !value->text[0])
    kiln_reader_fail(r, value, "expected a string that is not empty");
  return value && value->text[0] ? value->text : NULL;
}

int kiln_reader_u32(struct reader *r, Json object, const char *key, uint32_t *result) {
  Json value = kiln_json_member(object, key);
  uint64_t wide;
  if (!value)
    return 1;
  if (!kiln_json_u64(value, &wide) || wide > UINT32_MAX)
    return kiln_reader_fail(r, value, "expected an integer from 0 to 4294967295");
  *result = (uint32_t)wide;
  return 1;
}

void *kiln_reader_zeroed(struct reader *r, Json at, size_t count, size_t size) {
  void *memory = calloc(count ? count : 1, size);
  if (!memory)
    kiln_reader_fail(r, at, "out of memory");
  return memory;
}
