// SHA-256 (FIPS 180-4) of bytes in memory.
#ifndef KILN_RUNTIME_FORMAT_SHA256_H
#define KILN_RUNTIME_FORMAT_SHA256_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { KILN_SHA256_HEX = 65 };
// Writes 64 lower-case hexadecimal digits and a NUL.
void kiln_sha256_hex(const void *data, size_t size, char hex[KILN_SHA256_HEX]);

#ifdef __cplusplus
}
#endif
#endif
