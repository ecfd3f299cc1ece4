#include "Manifest.h"

#include <string.h>

static const struct kiln_dtype_facts dtypeTable[] = {
#define X(enumerator, name, bits, npy, mantissa, exponent, bias, hasSign)                                    \
  {name, bits, (exponent) != 0, hasSign},
#include "kiln/dtypes.def"
#undef X
};
enum { DTYPE_COUNT = sizeof dtypeTable / sizeof *dtypeTable };

const struct kiln_dtype_facts *kiln_dtype_facts(unsigned dtype) {
  return dtype < DTYPE_COUNT ? &dtypeTable[dtype] : NULL;
}

int kiln_dtype_parse(const char *name, unsigned *dtype) {
  for (*dtype = 0; *dtype < DTYPE_COUNT; ++*dtype)
    if (strcmp(dtypeTable[*dtype].name, name) == 0)
      return 1;
  return 0;
}
