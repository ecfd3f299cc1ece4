#include "Reader.h"

#include <math.h>
#include <string.h>

// An optional number of at least 0.
static int checkNumber(struct reader *r, Json object, const char *key) {
  Json value = kiln_json_member(object, key);
  double number;
  // "1e999" is infinite.
  return !value || (kiln_json_double(value, &number) && number >= 0 && number < HUGE_VAL) ||
         kiln_reader_fail(r, value, "expected a number of at least 0");
}

static const struct kiln_kernel_entry *findKernel(const struct kiln_manifest *manifest, const char *name) {
  for (uint32_t k = 0; k < manifest->kernelCount; ++k)
    if (strcmp(manifest->kernels[k].name, name) == 0)
      return &manifest->kernels[k];
  return NULL;
}

static int checkExpected(struct reader *r, Json output, const struct kiln_kernel_entry *kernel) {
  Json argument = kiln_reader_want(r, output, "argument", KILN_JSON_NUMBER);
  const char *file = argument ? kiln_reader_text(r, output, "file") : NULL;
  uint64_t index;
  if (!file)
    return 0;
  if (!kiln_json_u64(argument, &index) || index >= kernel->formalCount || !kernel->formals[index].isTensor)
    return kiln_reader_fail(r, argument, "expected the number of a tensor of kernel '%.80s'", kernel->name);
  if (!kiln_archive_find(r->archive, file))
    return kiln_reader_fail(r, output, "the bundle holds no file '%.80s'", file);
  return checkNumber(r, output, "relative") && checkNumber(r, output, "absolute") &&
         checkNumber(r, output, "ulps");
}

static int checkCase(struct reader *r, Json test, const struct kiln_manifest *manifest) {
  const char *name = kiln_reader_text(r, test, "name");
  const char *kernelName = name ? kiln_reader_text(r, test, "kernel") : NULL;
  Json args = kernelName ? kiln_reader_want(r, test, "args", KILN_JSON_ARRAY) : NULL;
  Json expected = args ? kiln_reader_want(r, test, "expected", KILN_JSON_ARRAY) : NULL;
  if (!expected)
    return 0;
  const struct kiln_kernel_entry *kernel = findKernel(manifest, kernelName);
  if (!kernel)
    return kiln_reader_fail(r, test, "case '%.80s' is of kernel '%.80s', which is not in the bundle", name,
                            kernelName);
  if (args->count != kernel->formalCount)
    return kiln_reader_fail(r, args, "kernel '%.80s' takes %u arguments, found %u", kernelName,
                            kernel->formalCount, args->count);
  for (Json output = expected->first; output; output = output->next)
    if (!checkExpected(r, output, kernel))
      return 0;
  return 1;
}

int kiln_reader_check_cases(struct reader *r, const struct kiln_manifest *manifest) {
  if (!kiln_json_member(manifest->root, "cases"))
    return 1;
  Json cases = kiln_reader_want(r, manifest->root, "cases", KILN_JSON_ARRAY);
  for (Json test = cases ? cases->first : NULL; test; test = test->next)
    if (!checkCase(r, test, manifest))
      return 0;
  return cases != NULL;
}

static int checkChip(struct reader *r, Json chip) {
  if (!kiln_reader_text(r, chip, "name") || !checkNumber(r, chip, "gbps"))
    return 0;
  if (!kiln_json_member(chip, "tflops"))
    return 1;
  Json peaks = kiln_reader_want(r, chip, "tflops", KILN_JSON_OBJECT);
  for (Json peak = peaks ? peaks->first : NULL; peak; peak = peak->next)
    if (!checkNumber(r, peaks, peak->key))
      return 0;
  return peaks != NULL;
}

int kiln_reader_check_chips(struct reader *r, Json root) {
  if (!kiln_json_member(root, "chips"))
    return 1;
  Json targets = kiln_reader_want(r, root, "chips", KILN_JSON_OBJECT);
  for (Json target = targets ? targets->first : NULL; target; target = target->next) {
    if (target->kind != KILN_JSON_ARRAY)
      return kiln_reader_fail(r, target, "expected an array, found %s", kiln_json_kind_name(target));
    for (Json chip = target->first; chip; chip = chip->next)
      if (!checkChip(r, chip))
        return 0;
  }
  return targets != NULL;
}
