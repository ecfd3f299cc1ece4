// A small JSON reader (RFC 8259) for input that nobody vouches for: bounded depth and size, every value
// remembers its line. It reads UTF-8 from memory; the document owns all values and dies as a whole.
#ifndef KILN_RUNTIME_JSON_JSON_H
#define KILN_RUNTIME_JSON_JSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum kiln_json_kind {
  KILN_JSON_NULL,
  KILN_JSON_BOOLEAN,
  KILN_JSON_NUMBER,
  KILN_JSON_STRING,
  KILN_JSON_ARRAY,
  KILN_JSON_OBJECT
};

struct kiln_json_value {
  enum kiln_json_kind kind;
  int boolean;
  uint32_t line;    // of the value's first character, from 1
  uint32_t count;   // elements or members
  const char *key;  // the member's name, NULL outside objects
  const char *text; // a string's UTF-8 (never holds a NUL), a number's spelling
  const struct kiln_json_value *first, *next;
};

struct kiln_json_document;

// Parses `size` bytes. Returns NULL and writes "line N: what" to `error` if it is not JSON, nests deeper than
// 64, repeats a member's name, or needs more than `memory` bytes. Free with kiln_json_free (NULL is fine).
struct kiln_json_document *kiln_json_parse(const char *text, size_t size, size_t memory, char *error,
                                           size_t errorSize);
void kiln_json_free(struct kiln_json_document *document);
const struct kiln_json_value *kiln_json_root(const struct kiln_json_document *document);

// The member called `key`, or NULL if `object` is NULL, no object, or has none.
const struct kiln_json_value *kiln_json_member(const struct kiln_json_value *object, const char *key);
// Exact integers: 1 and the number if `value` is an integer in range, else 0.
int kiln_json_i64(const struct kiln_json_value *value, int64_t *result);
int kiln_json_u64(const struct kiln_json_value *value, uint64_t *result);
int kiln_json_double(const struct kiln_json_value *value, double *result);
// "an object", "a string", ...: for messages.
const char *kiln_json_kind_name(const struct kiln_json_value *value);

#ifdef __cplusplus
}
#endif
#endif
