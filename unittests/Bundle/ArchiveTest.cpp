#include "Archive.h"
#include "format/Archive.h"
#include "format/Sha256.h"

#include <cstring>
#include <gtest/gtest.h>

using kiln::bundle::writeArchive;

namespace {

std::string errorOf(const std::string &bytes) {
  kiln_archive archive;
  char error[256] = "";
  if (kiln_archive_read(&archive, bytes.data(), bytes.size(), error, sizeof error))
    kiln_archive_free(&archive);
  return error;
}

std::string twoFiles() { return writeArchive({{"a", "first"}, {"code/b", std::string(5000, 'x')}}, "hello"); }

TEST(Archive, RoundTripAligned) {
  std::string bytes = twoFiles();
  kiln_archive archive;
  char error[256];
  ASSERT_TRUE(kiln_archive_read(&archive, bytes.data(), bytes.size(), error, sizeof error)) << error;
  ASSERT_EQ(archive.count, 2u);
  EXPECT_EQ(std::string(archive.comment, archive.commentSize), "hello");
  const kiln_archive_entry *b = kiln_archive_find(&archive, "code/b");
  ASSERT_TRUE(b);
  EXPECT_EQ(b->size, 5000u);
  for (size_t i = 0; i < archive.count; ++i)
    EXPECT_EQ((archive.entries[i].data - reinterpret_cast<const uint8_t *>(bytes.data())) % 4096, 0);
  EXPECT_FALSE(kiln_archive_find(&archive, "c"));
  kiln_archive_free(&archive);
}

TEST(Archive, EveryTruncationIsRefused) {
  std::string bytes = twoFiles();
  for (size_t size = 0; size < bytes.size(); ++size)
    ASSERT_NE(errorOf(bytes.substr(0, size)), "") << size;
}

TEST(Archive, NamesStayInside) {
  for (const char *name :
       {"/etc/passwd", "../x", "a/../../x", "a/..", "./a", "a//b", "a\\b", "C:x", "", "a\nb"})
    EXPECT_EQ(errorOf(writeArchive({{name, "x"}}, "")), "an entry's name is no plain relative path") << name;
  EXPECT_EQ(errorOf(writeArchive({{"..a/b..", "x"}}, "")), "");
  EXPECT_EQ(errorOf(writeArchive({{"a", "x"}, {"a", "y"}}, "")), "two entries are called 'a'");
}

/// Changes two bytes at `offset` of the last directory entry.
std::string patched(unsigned offset, uint16_t value) {
  std::string bytes = twoFiles();
  size_t entry = bytes.rfind("PK\1\2");
  std::memcpy(&bytes[entry + offset], &value, 2);
  return bytes;
}

TEST(Archive, BombsAndLiesAreRefused) {
  EXPECT_EQ(errorOf(patched(10, 8)), "entry 'code/b' is compressed; a bundle's entries are stored (zip -0)");
  EXPECT_EQ(errorOf(patched(8, 1)), "entry 'code/b' is encrypted");
  EXPECT_EQ(errorOf(patched(24, 6000)), "entry 'code/b' is stored, yet its two sizes differ");
  EXPECT_EQ(errorOf(patched(44, 0x7fff)), "entry 'code/b' lies outside the file");
  EXPECT_EQ(errorOf(patched(42, 0)), "the local header of entry 'code/b' contradicts the directory");
  std::string overlapping = twoFiles();
  size_t first = overlapping.find("PK\1\2");
  uint16_t size = 5000;
  std::memcpy(&overlapping[first + 20], &size, 2);
  std::memcpy(&overlapping[first + 24], &size, 2);
  EXPECT_EQ(errorOf(overlapping), "entries 'a' and 'code/b' overlap");
}

TEST(Archive, RandomDamageNeverCrashes) {
  std::string bytes = twoFiles();
  uint64_t state = 1;
  for (int i = 0; i < 20000; ++i) {
    std::string damaged = bytes;
    for (int change = 0; change < 3; ++change) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      // Most of the archive is contents; aim at its headers.
      size_t at = state >> 33, from = change ? bytes.size() - 180 : 0;
      damaged[from + at % (bytes.size() - from)] = static_cast<char>(state >> 20);
    }
    errorOf(damaged);
  }
}

// FIPS 180-4's examples, and lengths around the padding's block boundaries (computed with sha256sum).
TEST(Sha256, KnownAnswers) {
  auto hash = [](const std::string &text) {
    char hex[KILN_SHA256_HEX];
    kiln_sha256_hex(text.data(), text.size(), hex);
    return std::string(hex);
  };
  EXPECT_EQ(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hash(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash(std::string(55, 'a')), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318");
  EXPECT_EQ(hash(std::string(64, 'a')), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb");
}

} // namespace
