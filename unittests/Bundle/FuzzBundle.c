// libFuzzer target of the bundle reader:
//   clang -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -I runtime/include unittests/Bundle/FuzzBundle.c
//     runtime/format/*.c runtime/json/Json.c -o fuzz-bundle
//   fuzz-bundle -dict=unittests/Bundle/manifest.dict SEEDS
// The first byte chooses what the rest is: an archive, a whole bundle, or what follows "files" in the
// manifest of an archive with the file "code/a" (so that hashes do not hide everything behind them).
#include "../../runtime/format/Manifest.h"

#include <stdlib.h>
#include <string.h>

static int64_t load(void *context, const struct kiln_operand *operand) {
  return (int64_t)operand->index * 7 - 3;
}

static void evaluateAll(const struct kiln_manifest *manifest) {
  int64_t value;
  for (uint32_t k = 0; k < manifest->kernelCount; ++k)
    for (uint32_t v = 0; v < manifest->kernels[k].variantCount; ++v) {
      const struct kiln_variant *variant = &manifest->kernels[k].variants[v];
      for (int axis = 0; axis < 3; ++axis)
        if (variant->grid[axis])
          kiln_expression_evaluate(variant->grid[axis], load, NULL, &value);
      for (uint32_t i = 0; i < variant->kernargCount; ++i)
        if (variant->kernargs[i].value)
          kiln_expression_evaluate(variant->kernargs[i].value, load, NULL, &value);
    }
}

// SHA-256 of the one byte "x".
static const char head[] =
    "{\"format\": \"kiln-bundle\", \"version\": [1, 0], \"files\": {\"code/a\": {\"bytes\": 1, \"sha256\": "
    "\"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\"}}, ";

static void readManifest(const uint8_t *data, size_t size) {
  struct kiln_archive_entry entries[] = {{"code/a", (const uint8_t *)"x", 1}, {"manifest.json", NULL, 0}};
  struct kiln_archive archive = {entries, 2, "", 0};
  struct kiln_manifest manifest;
  char error[512], *text = malloc(sizeof head - 1 + size);
  memcpy(text, head, sizeof head - 1);
  if (size)
    memcpy(text + sizeof head - 1, data, size);
  if (kiln_manifest_read(&manifest, text, sizeof head - 1 + size, &archive, error, sizeof error)) {
    evaluateAll(&manifest);
    kiln_manifest_free(&manifest);
  }
  free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char error[512];
  if (!size)
    return 0;
  if (data[0] % 3 == 0) {
    struct kiln_archive archive;
    if (kiln_archive_read(&archive, data + 1, size - 1, error, sizeof error)) {
      volatile uint8_t sum = 0;
      for (size_t i = 0; i < archive.count; ++i)
        for (size_t at = 0; at < archive.entries[i].size; ++at)
          sum += archive.entries[i].data[at];
      kiln_archive_free(&archive);
    }
  } else if (data[0] % 3 == 1) {
    readManifest(data + 1, size - 1);
  } else {
    struct kiln_bundle_image image;
    if (kiln_bundle_image_read(&image, data + 1, size - 1, error, sizeof error))
      kiln_bundle_image_free(&image);
  }
  return 0;
}
