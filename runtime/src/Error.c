#include "../drivers/Driver.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static _Thread_local char lastError[1024];

kiln_status kiln_fail(kiln_status status, const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(lastError, sizeof lastError, format, args);
  va_end(args);
  return status;
}

const char *kiln_last_error(void) { return lastError; }

const char *kiln_status_name(kiln_status status) {
  static const char *const names[] = {
      "KILN_OK",           "KILN_INVALID_ARGUMENT", "KILN_INVALID_HANDLE", "KILN_NOT_FOUND",
      "KILN_UNAVAILABLE",  "KILN_UNSUPPORTED",      "KILN_OUT_OF_MEMORY",  "KILN_BAD_BUNDLE",
      "KILN_WRONG_TARGET", "KILN_DEVICE_ERROR",     "KILN_DEVICE_LOST"};
  return (unsigned)status < sizeof names / sizeof *names ? names[status] : "unknown status";
}

kiln_status kiln_load_library(const char *what, const char *const *names, const char *const *symbolNames,
                              void **symbols, size_t count) {
  void *library = NULL;
  char reason[256] = "";
  for (size_t i = 0; names[i] && !library; ++i) {
    // The first name's reason is the one to tell: the others are fallbacks.
    if (!(library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL)) && !*reason)
      snprintf(reason, sizeof reason, "%s", dlerror());
  }
  if (!library)
    return kiln_fail(KILN_UNAVAILABLE, "%s is not installed: %s", what, reason);
  for (size_t i = 0; i < count; ++i) {
    int optional = symbolNames[i][0] == '?';
    if (!(symbols[i] = dlsym(library, symbolNames[i] + optional)) && !optional)
      return kiln_fail(KILN_UNAVAILABLE, "%s is too old: it has no %s", what, symbolNames[i]);
  }
  return KILN_OK;
}

kiln_status kiln_parse_index(const char *scheme, const char *name, uint32_t count, uint32_t *index) {
  char *end;
  unsigned long number = strtoul(name, &end, 10);
  if (*end || (*name && (*name < '0' || *name > '9')))
    return kiln_fail(KILN_INVALID_ARGUMENT, "'%s:%s' is no device; expected a number such as %s:0", scheme,
                     name, scheme);
  if (number >= count)
    return kiln_fail(KILN_NOT_FOUND, "there is no device %s:%lu; devices are %s:0 to %s:%u", scheme, number,
                     scheme, scheme, count - 1);
  *index = (uint32_t)number;
  return KILN_OK;
}
