#include "Example.h"
#include "format/Manifest.h"

#include <cstring>
#include <gtest/gtest.h>

using namespace kiln::bundle;

namespace {

std::string bytesOf(const Bundle &bundle) {
  llvm::Expected<std::string> bytes = writeBundle(bundle);
  if (!bytes) {
    ADD_FAILURE() << llvm::toString(bytes.takeError());
    return "";
  }
  return *bytes;
}

std::string errorOf(const Bundle &bundle) {
  llvm::Expected<std::string> bytes = writeBundle(bundle);
  return bytes ? "" : llvm::toString(bytes.takeError());
}

std::string readError(const std::string &bytes) {
  kiln_bundle_image image;
  char error[512] = "";
  if (kiln_bundle_image_read(&image, bytes.data(), bytes.size(), error, sizeof error))
    kiln_bundle_image_free(&image);
  return error;
}

TEST(Bundle, IsAFunctionOfItsInput) { EXPECT_EQ(bytesOf(exampleBundle()), bytesOf(exampleBundle())); }

TEST(Bundle, ReadsBack) {
  std::string bytes = bytesOf(exampleBundle());
  kiln_bundle_image image;
  char error[512];
  ASSERT_TRUE(kiln_bundle_image_read(&image, bytes.data(), bytes.size(), error, sizeof error)) << error;
  ASSERT_EQ(image.manifest.kernelCount, 1u);
  const kiln_kernel_entry &kernel = image.manifest.kernels[0];
  ASSERT_EQ(kernel.formalCount, 5u);
  // "K" of b is defined by a's second size.
  EXPECT_EQ(kernel.formals[1].shape[1].firstArgument, 0u);
  EXPECT_EQ(kernel.formals[1].shape[1].firstIndex, 1u);
  EXPECT_FALSE(kernel.formals[0].hasStrides);
  EXPECT_EQ(kernel.formals[1].strides[0].kind, KILN_EXTENT_ANY);
  const kiln_variant &amd = kernel.variants[0], &nvidia = kernel.variants[1];
  EXPECT_EQ(std::string(reinterpret_cast<const char *>(amd.code->data), amd.code->size),
            "not really a code object");
  // Three pointers, i32 at 24, i64 at 32, f32 at 40, i32 at 44.
  EXPECT_EQ(amd.kernargs[3].offset, 24u);
  EXPECT_EQ(amd.kernargs[4].offset, 32u);
  EXPECT_EQ(amd.kernargs[6].offset, 44u);
  EXPECT_EQ(amd.kernargBytes, 48u);
  // i32 at 24 is followed by a map at 64 (its alignment), 128 bytes.
  EXPECT_EQ(nvidia.kernargs[4].offset, 64u);
  EXPECT_EQ(nvidia.kernargs[5].offset, 192u);
  EXPECT_EQ(nvidia.cluster[0], 2u);
  EXPECT_EQ(nvidia.kernargs[4].map->box[1], 128u);
  kiln_bundle_image_free(&image);
}

TEST(Bundle, EqualCodeIsStoredOnce) {
  Bundle bundle = exampleBundle();
  bundle.kernels.push_back(bundle.kernels[0]);
  bundle.kernels[1].name = "again";
  std::string bytes = bytesOf(bundle);
  size_t first = bytes.find("not really a code object");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(bytes.find("not really a code object", first + 1), std::string::npos);
}

TEST(Bundle, WriterRefusesWhatTheReaderRefuses) {
  Bundle bundle = exampleBundle();
  bundle.kernels[0].variants[0].grid = {"ceildiv(Q, 2)"};
  EXPECT_NE(errorOf(bundle).find("kernel 'matmul': in 'ceildiv(Q, 2)': unknown name 'Q'"), std::string::npos)
      << errorOf(bundle);
  bundle = exampleBundle();
  bundle.kernels[0].variants[0].kernargs[0].subject = "alpha";
  EXPECT_NE(errorOf(bundle).find("no tensor argument is called 'alpha'"), std::string::npos)
      << errorOf(bundle);
  bundle = exampleBundle();
  bundle.kernels[0].arguments[1].name = "a";
  EXPECT_NE(errorOf(bundle).find("two arguments are called 'a'"), std::string::npos) << errorOf(bundle);
  bundle = exampleBundle();
  bundle.kernels[0].variants[0].kernargs[5].offset = 32;
  EXPECT_NE(errorOf(bundle).find("offset 32 overlaps"), std::string::npos) << errorOf(bundle);
  bundle = exampleBundle();
  bundle.kernels[0].variants[1].kernargs[4].map.box = {64};
  EXPECT_NE(errorOf(bundle).find("the box has 1 sizes, the tensor 2"), std::string::npos) << errorOf(bundle);
}

TEST(Bundle, CasesAndChipsAreChecked) {
  auto casesError = [](auto change) {
    Bundle bundle = exampleBundle();
    change(bundle.cases[0]);
    return errorOf(bundle);
  };
  auto expectError = [&](auto change, const char *part) {
    EXPECT_NE(casesError(change).find(part), std::string::npos) << casesError(change);
  };
  expectError([](Case &test) { test.kernel = "gemm"; },
              "case 'small' is of kernel 'gemm', which is not in the bundle");
  expectError([](Case &test) { test.arguments.clear(); }, "args: kernel 'matmul' takes 5 arguments, found 0");
  expectError([](Case &test) { test.outputs[0].argument = 3; },
              "argument: expected the number of a tensor of kernel 'matmul'");
  expectError([](Case &test) { test.outputs[0].argument = 9; },
              "argument: expected the number of a tensor of kernel 'matmul'");
  expectError([](Case &test) { test.outputs[0].ulps = -1; }, "ulps: expected a number of at least 0");
  expectError([](Case &test) { test.name.clear(); }, "name: expected a string that is not empty");
  Bundle bundle = exampleBundle();
  bundle.chips["gfx950"][0].tflops["bf16"] = -5;
  EXPECT_NE(errorOf(bundle).find("bf16: expected a number of at least 0"), std::string::npos)
      << errorOf(bundle);
}

TEST(Bundle, NoticesEveryChangedByteOfItsFiles) {
  std::string bytes = bytesOf(exampleBundle());
  size_t code = bytes.find("not really a code object"), manifest = bytes.find("\"producer\"");
  ASSERT_NE(code, std::string::npos);
  std::string tampered = bytes;
  tampered[code] ^= 1;
  EXPECT_NE(readError(tampered).find("the bundle is damaged"), std::string::npos) << readError(tampered);
  tampered = bytes;
  tampered[manifest + 1] ^= 1;
  EXPECT_EQ(readError(tampered),
            "the archive's comment does not hold the SHA-256 of manifest.json: the bundle is damaged");
}

std::string manifestError(const std::string &manifest) {
  kiln_archive archive;
  std::memset(&archive, 0, sizeof archive);
  archive.count = 1; // manifest.json alone
  kiln_archive_entry entry = {const_cast<char *>("manifest.json"), nullptr, 0};
  archive.entries = &entry;
  kiln_manifest result;
  char error[512] = "";
  if (kiln_manifest_read(&result, manifest.data(), manifest.size(), &archive, error, sizeof error))
    kiln_manifest_free(&result);
  return error;
}

TEST(Manifest, Versions) {
  auto version = [](const std::string &text) {
    return manifestError("{\"format\": \"kiln-bundle\", \"version\": " + text +
                         ", \"files\": {}, \"kernels\": [], \"new in 1.7\": {}}");
  };
  EXPECT_EQ(version("[1, 0]"), "");
  EXPECT_EQ(version("[1, 7]"), "");
  EXPECT_EQ(version("[2, 0]"),
            "manifest.json:1: version: the bundle has format version 2.0; this runtime reads version 1");
  EXPECT_EQ(version("\"1\""), "manifest.json:1: version: expected an array, found a string");
}

TEST(Manifest, CasesAndChipsOfAnotherKind) {
  auto error = [](const std::string &member) {
    return manifestError(
        "{\"format\": \"kiln-bundle\", \"version\": [1, 0], \"files\": {}, \"kernels\": [],\n" + member +
        "}");
  };
  EXPECT_EQ(error("\"cases\": {}"), "manifest.json:2: cases: expected an array, found an object");
  EXPECT_EQ(error("\"cases\": [7]"), "manifest.json:2: expected name to be a string, found nothing");
  EXPECT_EQ(error("\"cases\": [{\"name\": \"c\", \"kernel\": \"k\", \"args\": [], \"expected\": []}]"),
            "manifest.json:2: case 'c' is of kernel 'k', which is not in the bundle");
  EXPECT_EQ(error("\"chips\": []"), "manifest.json:2: chips: expected an object, found an array");
  EXPECT_EQ(error("\"chips\": {\"sm_90a\": {}}"),
            "manifest.json:2: sm_90a: expected an array, found an object");
  EXPECT_EQ(error("\"chips\": {\"sm_90a\": [{\"name\": \"H100\", \"gbps\": 1e999}]}"),
            "manifest.json:2: gbps: expected a number of at least 0");
}

TEST(Manifest, ErrorsNameTheLine) {
  EXPECT_EQ(manifestError("{\"format\": \"kiln-bundle\", \"version\": [1, 0], \"files\": {},\n\"kernels\": "
                          "[{\n\"name\": 1}]}"),
            "manifest.json:3: name: expected a string, found a number");
  EXPECT_EQ(manifestError("[]"), "manifest.json:1: expected an object");
  EXPECT_EQ(manifestError("{"), "manifest.json: line 1: expected a member's name in quotes");
}

/// Damages the manifest at random, with hashes that match, so that the schema's checks see it and not the
/// hash's.
TEST(Manifest, RandomDamageNeverCrashes) {
  std::string bytes = bytesOf(exampleBundle());
  kiln_bundle_image image;
  char error[512];
  ASSERT_TRUE(kiln_bundle_image_read(&image, bytes.data(), bytes.size(), error, sizeof error)) << error;
  const kiln_archive_entry *entry = kiln_archive_find(&image.archive, "manifest.json");
  std::string text(reinterpret_cast<const char *>(entry->data), entry->size);
  uint64_t state = 7;
  auto next = [&] { return (state = state * 6364136223846793005u + 1442695040888963407u) >> 33; };
  unsigned refused = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string damaged = text;
    for (int change = 0; change < 2; ++change) {
      size_t from = next() % damaged.size(), to = next() % damaged.size(), length = next() % 24;
      if (next() % 2)
        damaged[from] = "0123456789\"{}[]:,-.abM"[next() % 22];
      else
        damaged.replace(to, length, text.substr(std::min(from, text.size()), next() % 24));
    }
    kiln_manifest manifest;
    if (kiln_manifest_read(&manifest, damaged.data(), damaged.size(), &image.archive, error, sizeof error))
      kiln_manifest_free(&manifest);
    else
      ++refused;
  }
  EXPECT_GT(refused, 1000u);
  kiln_bundle_image_free(&image);
}

} // namespace
