#include "Manifest.h"

#include "Sha256.h"

#include <stdio.h>
#include <string.h>

// The archive's comment vouches for the manifest, and the manifest for every other file.
static int checkComment(const struct kiln_archive *archive, const struct kiln_archive_entry *manifest,
                        char *error, size_t errorSize) {
  static const char prefix[] = "kiln-bundle sha256=";
  char expected[sizeof prefix + KILN_SHA256_HEX] = "kiln-bundle sha256=";
  kiln_sha256_hex(manifest->data, manifest->size, expected + sizeof prefix - 1);
  if (archive->commentSize == strlen(expected) &&
      memcmp(archive->comment, expected, archive->commentSize) == 0)
    return 1;
  snprintf(error, errorSize,
           "the archive's comment does not hold the SHA-256 of manifest.json: the bundle is damaged");
  return 0;
}

int kiln_bundle_image_read(struct kiln_bundle_image *image, const void *bytes, size_t size, char *error,
                           size_t errorSize) {
  memset(image, 0, sizeof *image);
  if (!kiln_archive_read(&image->archive, bytes, size, error, errorSize))
    return 0;
  const struct kiln_archive_entry *manifest = kiln_archive_find(&image->archive, "manifest.json");
  if (!manifest)
    snprintf(error, errorSize, "no manifest.json in the archive: this is no bundle");
  else if (checkComment(&image->archive, manifest, error, errorSize) &&
           kiln_manifest_read(&image->manifest, (const char *)manifest->data, manifest->size, &image->archive,
                              error, errorSize))
    return 1;
  kiln_archive_free(&image->archive);
  return 0;
}

void kiln_bundle_image_free(struct kiln_bundle_image *image) {
  kiln_manifest_free(&image->manifest);
  kiln_archive_free(&image->archive);
}
