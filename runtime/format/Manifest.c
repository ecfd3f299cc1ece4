#include "Reader.h"

#include "Sha256.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int formalIndex(const struct kiln_kernel_entry *kernel, const char *name, size_t length,
                       uint32_t *index) {
  for (*index = 0; *index < kernel->formalCount; ++*index) {
    const char *candidate = kernel->formals[*index].name;
    if (candidate && strlen(candidate) == length && memcmp(candidate, name, length) == 0)
      return 1;
  }
  return 0;
}

// "a.0", "a.stride.0": a size or stride of a tensor; a bare name: an integer scalar, a named size or a
// parameter.
static int resolveName(void *context, const char *name, struct kiln_operand *operand) {
  struct reader *r = context;
  const struct kiln_kernel_entry *kernel = r->kernel;
  const char *dot = strchr(name, '.');
  uint32_t argument;
  if (dot) {
    int stride = strncmp(dot, ".stride.", 8) == 0;
    const char *digit = dot + (stride ? 8 : 1);
    if (!formalIndex(kernel, name, (size_t)(dot - name), &argument) || *digit < '0' || *digit > '7' ||
        digit[1])
      return 0;
    operand->kind = stride ? KILN_OPERAND_STRIDE : KILN_OPERAND_DIM;
    operand->argument = (uint8_t)argument;
    operand->index = (uint8_t)(*digit - '0');
    const struct kiln_formal *formal = &kernel->formals[argument];
    return formal->isTensor && operand->index < formal->rank;
  }
  if (kiln_json_i64(kiln_json_member(r->parameters, name), &operand->value)) {
    operand->kind = KILN_OPERAND_CONSTANT;
    return 1;
  }
  if (formalIndex(kernel, name, strlen(name), &argument)) {
    const struct kiln_formal *formal = &kernel->formals[argument];
    operand->kind = KILN_OPERAND_SCALAR;
    operand->argument = (uint8_t)argument;
    return !formal->isTensor && !kiln_dtype_facts(formal->dtype)->isFloat;
  }
  for (uint32_t i = 0; i < kernel->formalCount; ++i)
    for (uint32_t d = 0; d < kernel->formals[i].rank; ++d)
      if (kernel->formals[i].shape[d].name && strcmp(kernel->formals[i].shape[d].name, name) == 0) {
        operand->kind = KILN_OPERAND_DIM;
        operand->argument = (uint8_t)i;
        operand->index = (uint8_t)d;
        return 1;
      }
  return 0;
}

static struct kiln_expression *readExpression(struct reader *r, Json value) {
  char reason[200];
  int64_t number;
  char spelling[24];
  const char *text = value->kind == KILN_JSON_STRING ? value->text : NULL;
  if (kiln_json_i64(value, &number) && number >= 0) {
    snprintf(spelling, sizeof spelling, "%lld", (long long)number);
    text = spelling;
  }
  if (!text) {
    kiln_reader_fail(r, value, "expected an expression (a string) or a number, found %s",
                     kiln_json_kind_name(value));
    return NULL;
  }
  struct kiln_expression *expression = kiln_expression_parse(text, resolveName, r, reason, sizeof reason);
  if (!expression)
    kiln_reader_fail(r, value, "in '%.80s': %s", text, reason);
  return expression;
}

// A member that is an expression; absent is fine and leaves NULL.
static int optionalExpression(struct reader *r, Json object, const char *key,
                              struct kiln_expression **result) {
  Json value = kiln_json_member(object, key);
  return !value || (*result = readExpression(r, value)) != NULL;
}

static int readExtent(struct reader *r, Json value, struct kiln_extent *extent, int namesAllowed) {
  if (kiln_json_i64(value, &extent->value) && extent->value >= 0) {
    extent->kind = KILN_EXTENT_FIXED;
    return 1;
  }
  if (value->kind != KILN_JSON_STRING || !value->text[0])
    return kiln_reader_fail(r, value, "expected a number, \"?\"%s", namesAllowed ? " or a name" : "");
  if (strcmp(value->text, "?") == 0) {
    extent->kind = KILN_EXTENT_ANY;
    return 1;
  }
  extent->kind = KILN_EXTENT_NAMED;
  extent->name = value->text;
  return namesAllowed || kiln_reader_fail(r, value, "expected a number or \"?\", found '%.80s'", value->text);
}

static int readExtents(struct reader *r, Json list, struct kiln_extent *extents, uint32_t rank,
                       int namesAllowed) {
  if (list->kind != KILN_JSON_ARRAY || list->count != rank || rank > KILN_MAX_RANK)
    return kiln_reader_fail(r, list, "expected an array of %u entries (at most %d)", rank, KILN_MAX_RANK);
  for (Json value = list->first; value; value = value->next)
    if (!readExtent(r, value, extents++, namesAllowed))
      return 0;
  return 1;
}

// A name's first occurrence defines it; later ones point there.
static void linkNames(struct kiln_kernel_entry *kernel, uint32_t argument) {
  struct kiln_formal *formal = &kernel->formals[argument];
  for (uint32_t d = 0; d < formal->rank; ++d) {
    struct kiln_extent *extent = &formal->shape[d];
    extent->firstArgument = (uint8_t)argument;
    extent->firstIndex = (uint8_t)d;
    if (extent->kind != KILN_EXTENT_NAMED)
      continue;
    for (uint32_t i = 0; i <= argument; ++i)
      for (uint32_t e = 0; e < (i == argument ? d : kernel->formals[i].rank); ++e) {
        const struct kiln_extent *earlier = &kernel->formals[i].shape[e];
        if (earlier->name && strcmp(earlier->name, extent->name) == 0) {
          extent->firstArgument = earlier->firstArgument;
          extent->firstIndex = earlier->firstIndex;
        }
      }
  }
}

static int readFormal(struct reader *r, Json value, struct kiln_formal *formal) {
  uint32_t other;
  unsigned type;
  const char *name = kiln_reader_text(r, value, "name"), *kind = kiln_reader_text(r, value, "kind");
  const char *dtype = kiln_reader_text(r, value, "dtype");
  if (!name || !kind || !dtype)
    return 0;
  if (formalIndex(r->kernel, name, strlen(name), &other))
    return kiln_reader_fail(r, value, "two arguments are called '%.80s'", name);
  formal->name = name;
  if (!kiln_dtype_parse(dtype, &type))
    return kiln_reader_fail(r, value, "unknown dtype '%.40s'", dtype);
  formal->dtype = (uint8_t)type;
  formal->bits = (uint8_t)kiln_dtype_facts(type)->bits;
  formal->isTensor = strcmp(kind, "tensor") == 0;
  if (!formal->isTensor)
    return strcmp(kind, "scalar") == 0 && formal->bits % 8 == 0
               ? 1
               : kiln_reader_fail(r, value,
                                  "expected kind 'tensor', or 'scalar' with a dtype of whole bytes");
  Json shape = kiln_reader_want(r, value, "shape", KILN_JSON_ARRAY),
       strides = kiln_json_member(value, "strides");
  if (!shape || !readExtents(r, shape, formal->shape, shape->count, 1))
    return 0;
  formal->rank = (uint8_t)shape->count;
  formal->align = 1;
  formal->hasStrides = strides != NULL;
  if (!kiln_reader_u32(r, value, "align", &formal->align) ||
      (strides && !readExtents(r, strides, formal->strides, formal->rank, 0)))
    return 0;
  if (formal->align == 0 || (formal->align & (formal->align - 1)))
    return kiln_reader_fail(r, value, "align is %u, expected a power of two", formal->align);
  return 1;
}

static int readU32List(struct reader *r, Json list, uint32_t *out, uint32_t most, uint32_t *count) {
  if (list->kind != KILN_JSON_ARRAY || list->count < 1 || list->count > most)
    return kiln_reader_fail(r, list, "expected an array of 1 to %u numbers", most);
  *count = 0;
  for (Json value = list->first; value; value = value->next) {
    uint64_t wide;
    if (!kiln_json_u64(value, &wide) || wide < 1 || wide > UINT32_MAX)
      return kiln_reader_fail(r, list, "expected numbers from 1 to 4294967295");
    out[(*count)++] = (uint32_t)wide;
  }
  return 1;
}

static int readMapGeometry(struct reader *r, Json value, struct kiln_tensor_map *map, uint32_t boxRank) {
  Json sizes = kiln_json_member(value, "sizes"), strides = kiln_json_member(value, "strides");
  if (!sizes && !strides)
    return boxRank == r->kernel->formals[map->argument].rank
               ? 1
               : kiln_reader_fail(r, value, "the box has %u sizes, the tensor %u", boxRank,
                                  r->kernel->formals[map->argument].rank);
  if (!sizes || !strides || sizes->kind != KILN_JSON_ARRAY || strides->kind != KILN_JSON_ARRAY ||
      sizes->count != boxRank || strides->count != boxRank)
    return kiln_reader_fail(r, value, "sizes and strides come together, one entry for each of the box's %u",
                            boxRank);
  map->rank = boxRank;
  uint32_t i = 0;
  for (Json size = sizes->first, stride = strides->first; size; size = size->next, stride = stride->next, ++i)
    if (!(map->sizes[i] = readExpression(r, size)) || !(map->strides[i] = readExpression(r, stride)))
      return 0;
  return 1;
}

static int readTensorMap(struct reader *r, Json value, struct kiln_tensor_map *map) {
  Json box = kiln_reader_want(r, value, "box", KILN_JSON_ARRAY);
  uint32_t boxRank = 0;
  if (!box || !readU32List(r, box, map->box, 5, &boxRank) ||
      !kiln_reader_u32(r, value, "swizzle", &map->swizzleBytes) ||
      !kiln_reader_u32(r, value, "interleave", &map->interleaveBytes) ||
      !kiln_reader_u32(r, value, "l2_promotion", &map->l2PromotionBytes))
    return 0;
  uint32_t s = map->swizzleBytes, i = map->interleaveBytes, l = map->l2PromotionBytes;
  if ((s && s != 32 && s != 64 && s != 128) || (i && i != 16 && i != 32) ||
      (l && l != 64 && l != 128 && l != 256))
    return kiln_reader_fail(
        r, value,
        "expected swizzle 0, 32, 64 or 128, interleave 0, 16 or 32, l2_promotion 0, 64, 128 or 256");
  Json fill = kiln_json_member(value, "fill");
  map->nanFill = fill && fill->kind == KILN_JSON_STRING && strcmp(fill->text, "nan") == 0;
  return readMapGeometry(r, value, map, boxRank);
}

// The tensor or scalar that a kernarg names under `key`.
static int readSubject(struct reader *r, Json value, const char *key, int tensor, uint32_t *argument) {
  const char *name = kiln_reader_text(r, value, key);
  if (!name)
    return 0;
  return (formalIndex(r->kernel, name, strlen(name), argument) &&
          r->kernel->formals[*argument].isTensor == tensor) ||
         kiln_reader_fail(r, value, "no %s argument is called '%.80s'", tensor ? "tensor" : "scalar", name);
}

static int readInteger(struct reader *r, Json value, struct kiln_kernarg *kernarg) {
  const char *dtype = kiln_reader_text(r, value, "dtype");
  unsigned type;
  if (!dtype)
    return 0;
  if (!kiln_dtype_parse(dtype, &type) || kiln_dtype_facts(type)->isFloat || kiln_dtype_facts(type)->bits < 32)
    return kiln_reader_fail(r, value, "expected dtype i32, u32, i64 or u64, found '%.40s'", dtype);
  kernarg->size = kiln_dtype_facts(type)->bits / 8;
  kernarg->hasSign = kiln_dtype_facts(type)->hasSign;
  Json expression = kiln_json_member(value, "value");
  if (!expression)
    return kiln_reader_fail(r, value, "expected a value");
  return (kernarg->value = readExpression(r, expression)) != NULL;
}

static int readKernarg(struct reader *r, Json value, struct kiln_kernarg *kernarg, uint32_t *end) {
  const char *kind = kiln_reader_text(r, value, "kind");
  uint32_t align = 0;
  int good;
  if (!kind)
    return 0;
  if (strcmp(kind, "pointer") == 0) {
    kernarg->kind = KILN_KERNARG_POINTER;
    kernarg->size = 8;
    good = readSubject(r, value, "tensor", 1, &kernarg->argument);
  } else if (strcmp(kind, "scalar") == 0) {
    kernarg->kind = KILN_KERNARG_SCALAR;
    if ((good = readSubject(r, value, "scalar", 0, &kernarg->argument)))
      kernarg->size = kiln_dtype_facts(r->kernel->formals[kernarg->argument].dtype)->bits / 8;
  } else if (strcmp(kind, "integer") == 0) {
    kernarg->kind = KILN_KERNARG_INTEGER;
    good = readInteger(r, value, kernarg);
  } else if (strcmp(kind, "tensor_map") == 0) {
    kernarg->kind = KILN_KERNARG_TENSOR_MAP;
    kernarg->size = 128;
    align = 64;
    good = (kernarg->map = kiln_reader_zeroed(r, value, 1, sizeof *kernarg->map)) &&
           readSubject(r, value, "tensor", 1, &kernarg->argument);
    if (good) {
      kernarg->map->argument = kernarg->argument;
      good = readTensorMap(r, value, kernarg->map);
    }
  } else {
    good = kiln_reader_fail(
        r, value, "unknown kernarg kind '%.40s'; known are pointer, scalar, integer, tensor_map", kind);
  }
  if (!good)
    return 0;
  align = align ? align : kernarg->size;
  kernarg->offset = (*end + align - 1) / align * align;
  if (!kiln_reader_u32(r, value, "offset", &kernarg->offset))
    return 0;
  if (kernarg->offset < *end || kernarg->offset > 65536)
    return kiln_reader_fail(r, value, "offset %u overlaps the kernarg before it or is above 65536",
                            kernarg->offset);
  *end = kernarg->offset + kernarg->size;
  return 1;
}

static int readKernargs(struct reader *r, Json value, struct kiln_variant *variant) {
  Json list = kiln_reader_want(r, value, "kernargs", KILN_JSON_ARRAY);
  if (!list)
    return 0;
  if (list->count > KILN_MAX_KERNARGS)
    return kiln_reader_fail(r, list, "more than %d kernargs", KILN_MAX_KERNARGS);
  if (!(variant->kernargs = kiln_reader_zeroed(r, list, list->count, sizeof *variant->kernargs)))
    return 0;
  for (Json entry = list->first; entry; entry = entry->next)
    if (!readKernarg(r, entry, &variant->kernargs[variant->kernargCount++], &variant->kernargBytes))
      return 0;
  return 1;
}

static int readRequirements(struct reader *r, Json value, struct kiln_variant *variant) {
  Json list = kiln_json_member(value, "requires");
  if (!list)
    return 1;
  if (list->kind != KILN_JSON_ARRAY)
    return kiln_reader_fail(r, list, "expected an array");
  if (!(variant->requirements = kiln_reader_zeroed(r, list, list->count, sizeof *variant->requirements)))
    return 0;
  for (Json entry = list->first; entry; entry = entry->next) {
    struct kiln_requirement *requirement = &variant->requirements[variant->requirementCount++];
    Json that = kiln_json_member(entry, "that");
    if (!that)
      return kiln_reader_fail(r, list, "expected objects with \"that\" and \"because\"");
    if (!(requirement->that = readExpression(r, that)) ||
        !(requirement->because = kiln_reader_text(r, entry, "because")))
      return 0;
  }
  return 1;
}

static int readGeometry(struct reader *r, Json value, struct kiln_variant *variant) {
  Json grid = kiln_reader_want(r, value, "grid", KILN_JSON_ARRAY),
       block = kiln_reader_want(r, value, "block", KILN_JSON_ARRAY);
  Json cluster = kiln_json_member(value, "cluster");
  uint32_t count, axis = 0;
  if (!grid || !block)
    return 0;
  if (grid->count < 1 || grid->count > 3)
    return kiln_reader_fail(r, grid, "expected one to three sizes");
  for (Json size = grid->first; size; size = size->next)
    if (!(variant->grid[axis++] = readExpression(r, size)))
      return 0;
  for (axis = 0; axis < 3; ++axis)
    variant->block[axis] = variant->cluster[axis] = 1;
  return readU32List(r, block, variant->block, 3, &count) &&
         (!cluster || readU32List(r, cluster, variant->cluster, 3, &count)) &&
         optionalExpression(r, value, "dynamic_shared", &variant->dynamicShared);
}

static int readCode(struct reader *r, Json value, struct kiln_variant *variant) {
  static const char *const formats[] = {"code-object", "ptx", "cubin"};
  const char *file = kiln_reader_text(r, value, "file"), *format = kiln_reader_text(r, value, "format");
  if (!file || !format || !(variant->target = kiln_reader_text(r, value, "target")) ||
      !(variant->symbol = kiln_reader_text(r, value, "symbol")))
    return 0;
  if (!(variant->code = kiln_archive_find(r->archive, file)))
    return kiln_reader_fail(r, value, "the bundle holds no file '%.80s'", file);
  for (unsigned i = 0; i < 3; ++i)
    if (strcmp(format, formats[i]) == 0) {
      variant->format = (enum kiln_code_format)i;
      return 1;
    }
  return kiln_reader_fail(r, value, "unknown format '%.40s'; known are code-object, ptx, cubin", format);
}

static int readVariant(struct reader *r, Json value, struct kiln_variant *variant) {
  r->parameters = variant->parameters = kiln_json_member(value, "parameters");
  variant->features = kiln_json_member(value, "features");
  if (variant->features && variant->features->kind != KILN_JSON_ARRAY)
    return kiln_reader_fail(r, variant->features, "expected an array of strings");
  if (variant->features)
    for (Json feature = variant->features->first; feature; feature = feature->next)
      if (feature->kind != KILN_JSON_STRING)
        return kiln_reader_fail(r, variant->features, "expected an array of strings");
  int good = readCode(r, value, variant) && readGeometry(r, value, variant) &&
             readRequirements(r, value, variant) && readKernargs(r, value, variant);
  r->parameters = NULL;
  return good;
}

static int readKernel(struct reader *r, Json value, struct kiln_kernel_entry *kernel) {
  if (!(kernel->name = kiln_reader_text(r, value, "name")))
    return 0;
  r->kernel = kernel;
  Json arguments = kiln_reader_want(r, value, "arguments", KILN_JSON_ARRAY),
       variants = kiln_reader_want(r, value, "variants", KILN_JSON_ARRAY);
  if (!arguments || !variants)
    return 0;
  if (arguments->count > KILN_MAX_ARGUMENTS || variants->count < 1)
    return kiln_reader_fail(r, value, "expected at most %d arguments and at least one variant",
                            KILN_MAX_ARGUMENTS);
  if (!(kernel->formals = kiln_reader_zeroed(r, value, arguments->count, sizeof *kernel->formals)) ||
      !(kernel->variants = kiln_reader_zeroed(r, value, variants->count, sizeof *kernel->variants)))
    return 0;
  for (Json argument = arguments->first; argument; argument = argument->next) {
    if (!readFormal(r, argument, &kernel->formals[kernel->formalCount]))
      return 0;
    linkNames(kernel, kernel->formalCount++);
  }
  if (!optionalExpression(r, value, "flops", &kernel->flops) ||
      !optionalExpression(r, value, "bytes", &kernel->bytes))
    return 0;
  for (Json variant = variants->first; variant; variant = variant->next)
    if (!readVariant(r, variant, &kernel->variants[kernel->variantCount++]))
      return 0;
  r->kernel = NULL;
  return 1;
}

static int readVersion(struct reader *r, Json root) {
  const char *format = kiln_reader_text(r, root, "format");
  Json version = format ? kiln_reader_want(r, root, "version", KILN_JSON_ARRAY) : NULL;
  int64_t major = 0, minor = 0;
  if (!version)
    return 0;
  if (strcmp(format, "kiln-bundle") != 0)
    return kiln_reader_fail(r, root, "format is '%.40s', expected 'kiln-bundle'", format);
  if (version->count != 2 || !kiln_json_i64(version->first, &major) ||
      !kiln_json_i64(version->first->next, &minor))
    return kiln_reader_fail(r, version, "expected two integers");
  if (major != KILN_FORMAT_MAJOR)
    return kiln_reader_fail(r, version,
                            "the bundle has format version %lld.%lld; this runtime reads version %d",
                            (long long)major, (long long)minor, KILN_FORMAT_MAJOR);
  return 1;
}

static int readFiles(struct reader *r, Json root) {
  Json files = kiln_reader_want(r, root, "files", KILN_JSON_OBJECT);
  if (!files)
    return 0;
  for (Json file = files->first; file; file = file->next) {
    const struct kiln_archive_entry *entry = kiln_archive_find(r->archive, file->key);
    const char *expected = kiln_reader_text(r, file, "sha256");
    char found[KILN_SHA256_HEX];
    uint64_t bytes;
    if (!expected)
      return 0;
    if (!entry)
      return kiln_reader_fail(r, file, "the archive holds no such file");
    if (!kiln_json_u64(kiln_json_member(file, "bytes"), &bytes) || bytes != entry->size)
      return kiln_reader_fail(r, file, "the file has %zu bytes, the manifest says otherwise", entry->size);
    kiln_sha256_hex(entry->data, entry->size, found);
    if (strcmp(found, expected) != 0)
      return kiln_reader_fail(r, file, "SHA-256 is %s, the manifest says %.64s: the bundle is damaged", found,
                              expected);
  }
  if (r->archive->count != (size_t)files->count + 1)
    return kiln_reader_fail(r, files,
                            "the archive holds %zu files beside the manifest, the manifest lists %u",
                            r->archive->count - 1, files->count);
  return 1;
}

static int readManifest(struct reader *r, struct kiln_manifest *manifest) {
  Json root = manifest->root;
  if (root->kind != KILN_JSON_OBJECT)
    return kiln_reader_fail(r, root, "expected an object");
  if (!readVersion(r, root) || !readFiles(r, root))
    return 0;
  Json kernels = kiln_reader_want(r, root, "kernels", KILN_JSON_ARRAY);
  if (kernels && kernels->count > KILN_MAX_KERNELS)
    return kiln_reader_fail(r, kernels, "more than %d kernels", KILN_MAX_KERNELS);
  if (!kernels ||
      !(manifest->kernels = kiln_reader_zeroed(r, root, kernels->count, sizeof *manifest->kernels)))
    return 0;
  for (Json kernel = kernels->first; kernel; kernel = kernel->next) {
    struct kiln_kernel_entry *entry = &manifest->kernels[manifest->kernelCount++];
    if (!readKernel(r, kernel, entry))
      return 0;
    for (uint32_t i = 0; i + 1 < manifest->kernelCount; ++i)
      if (strcmp(manifest->kernels[i].name, entry->name) == 0)
        return kiln_reader_fail(r, kernel, "two kernels are called '%.80s'", entry->name);
  }
  return kiln_reader_check_cases(r, manifest) && kiln_reader_check_chips(r, root);
}

int kiln_manifest_read(struct kiln_manifest *manifest, const char *text, size_t size,
                       const struct kiln_archive *archive, char *error, size_t errorSize) {
  struct reader r = {archive, NULL, NULL, error, errorSize};
  char reason[200];
  memset(manifest, 0, sizeof *manifest);
  manifest->document = kiln_json_parse(text, size, (size_t)64 << 20, reason, sizeof reason);
  if (!manifest->document) {
    snprintf(error, errorSize, "manifest.json: %s", reason);
    return 0;
  }
  manifest->root = kiln_json_root(manifest->document);
  if (readManifest(&r, manifest))
    return 1;
  kiln_manifest_free(manifest);
  return 0;
}

static void freeVariant(struct kiln_variant *variant) {
  for (int axis = 0; axis < 3; ++axis)
    kiln_expression_free(variant->grid[axis]);
  kiln_expression_free(variant->dynamicShared);
  for (uint32_t i = 0; i < variant->requirementCount; ++i)
    kiln_expression_free(variant->requirements[i].that);
  for (uint32_t i = 0; i < variant->kernargCount; ++i) {
    struct kiln_tensor_map *map = variant->kernargs[i].map;
    kiln_expression_free(variant->kernargs[i].value);
    for (int d = 0; map && d < 5; ++d) {
      kiln_expression_free(map->sizes[d]);
      kiln_expression_free(map->strides[d]);
    }
    free(map);
  }
  free(variant->requirements);
  free(variant->kernargs);
}

void kiln_manifest_free(struct kiln_manifest *manifest) {
  for (uint32_t k = 0; k < manifest->kernelCount; ++k) {
    struct kiln_kernel_entry *kernel = &manifest->kernels[k];
    for (uint32_t i = 0; i < kernel->variantCount; ++i)
      freeVariant(&kernel->variants[i]);
    kiln_expression_free(kernel->flops);
    kiln_expression_free(kernel->bytes);
    free(kernel->variants);
    free(kernel->formals);
  }
  free(manifest->kernels);
  kiln_json_free(manifest->document);
  memset(manifest, 0, sizeof *manifest);
}
