// A bundle's manifest as the runtime uses it: read once, checked whole, names resolved. The schema is
// docs/bundle.schema.json; what the fields mean is in docs/bundle.md.
#ifndef KILN_RUNTIME_FORMAT_MANIFEST_H
#define KILN_RUNTIME_FORMAT_MANIFEST_H

#include "Archive.h"
#include "Expression.h"

#include "../json/Json.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  KILN_FORMAT_MAJOR = 1,
  KILN_FORMAT_MINOR = 0,
  KILN_MAX_RANK = 8,
  KILN_MAX_KERNELS = 4096,
  KILN_MAX_ARGUMENTS = 64,
  KILN_MAX_KERNARGS = 256
};

// Same order as kiln_dtype and dtypes.def.
struct kiln_dtype_facts {
  const char *name;
  uint32_t bits;
  int isFloat, hasSign;
};
const struct kiln_dtype_facts *kiln_dtype_facts(unsigned dtype); // NULL if there is no such type
int kiln_dtype_parse(const char *name, unsigned *dtype);

// One entry of a shape or of strides: any number, this number, or (shapes) the value of a name shared by
// several entries.
enum kiln_extent_kind { KILN_EXTENT_ANY, KILN_EXTENT_FIXED, KILN_EXTENT_NAMED };
struct kiln_extent {
  int64_t value;
  const char *name;
  uint8_t kind;                      // kiln_extent_kind
  uint8_t firstArgument, firstIndex; // where the name occurs first: that place defines it
};

struct kiln_formal {
  const char *name;
  uint8_t isTensor, hasStrides; // without strides rows must be contiguous
  uint8_t rank, dtype, bits;    // of an element
  uint32_t align;
  struct kiln_extent shape[KILN_MAX_RANK], strides[KILN_MAX_RANK];
};

struct kiln_tensor_map {
  uint32_t argument;
  uint32_t box[5];                               // innermost first, as are all lists of a tensor map
  uint32_t rank;                                 // 0: the tensor's own sizes and strides
  struct kiln_expression *sizes[5], *strides[5]; // strides in elements, [0] unused
  uint32_t swizzleBytes, interleaveBytes, l2PromotionBytes; // 0: none
  int nanFill;
};

enum kiln_kernarg_kind {
  KILN_KERNARG_POINTER,
  KILN_KERNARG_SCALAR,
  KILN_KERNARG_INTEGER, // dim, stride or expression
  KILN_KERNARG_TENSOR_MAP
};
struct kiln_kernarg {
  enum kiln_kernarg_kind kind;
  uint32_t argument, offset, size;
  int hasSign;
  struct kiln_expression *value; // of an integer
  struct kiln_tensor_map *map;
};

struct kiln_requirement {
  struct kiln_expression *that;
  const char *because;
};

enum kiln_code_format { KILN_CODE_OBJECT, KILN_CODE_PTX, KILN_CODE_CUBIN };
struct kiln_variant {
  const char *target, *symbol;
  const struct kiln_archive_entry *code;
  enum kiln_code_format format;
  const struct kiln_json_value *features, *parameters; // may be NULL
  struct kiln_expression *grid[3], *dynamicShared;
  uint32_t block[3], cluster[3];
  uint32_t requirementCount, kernargCount, kernargBytes;
  struct kiln_requirement *requirements;
  struct kiln_kernarg *kernargs;
};

struct kiln_kernel_entry {
  const char *name;
  uint32_t formalCount, variantCount;
  struct kiln_formal *formals;
  struct kiln_variant *variants;
  struct kiln_expression *flops, *bytes; // may be NULL
};

struct kiln_manifest {
  struct kiln_json_document *document; // owns every string
  const struct kiln_json_value *root;
  uint32_t kernelCount;
  struct kiln_kernel_entry *kernels;
};

// Reads manifest.json's text and checks it against the archive: every file listed with the right size and
// SHA-256, every entry listed. Returns 1, or 0 and a reason that names line and key. The archive must outlive
// the manifest.
int kiln_manifest_read(struct kiln_manifest *manifest, const char *text, size_t size,
                       const struct kiln_archive *archive, char *error, size_t errorSize);
void kiln_manifest_free(struct kiln_manifest *manifest);

// A whole bundle in memory: archive, the archive comment's hash of manifest.json, manifest.
struct kiln_bundle_image {
  struct kiln_archive archive;
  struct kiln_manifest manifest;
};
int kiln_bundle_image_read(struct kiln_bundle_image *image, const void *bytes, size_t size, char *error,
                           size_t errorSize);
void kiln_bundle_image_free(struct kiln_bundle_image *image);

#ifdef __cplusplus
}
#endif
#endif
