// Offload bundles of clang's, in the format of clang/docs/ClangOffloadBundler.rst.
#include "llvm/Object/OffloadBundle.h"
#include "kiln/Emulator/Emulator.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MemoryBuffer.h"
#include <gtest/gtest.h>

using namespace kiln::emulator;

static std::string codeFor(Chip chip) {
  auto file = llvm::MemoryBuffer::getFile(std::string(KERNELS "/vector-add-") + chipName(chip) + "-O2.co");
  EXPECT_TRUE(file);
  return (*file)->getBuffer().str();
}

static std::string number(uint64_t value) {
  std::string bytes(8, 0);
  llvm::support::endian::write64le(bytes.data(), value);
  return bytes;
}

/// Ids and code; all behind the header, one after the other.
static std::string bundle(const std::vector<std::pair<std::string, std::string>> &entries) {
  std::string header = "__CLANG_OFFLOAD_BUNDLE__" + number(entries.size()), contents;
  size_t size = header.size();
  for (const auto &[id, code] : entries)
    size += 24 + id.size();
  for (const auto &[id, code] : entries) {
    header += number(size + contents.size()) + number(code.size()) + number(id.size()) + id;
    contents += code;
  }
  return header + contents;
}

static std::string compressed(const std::string &plain, llvm::compression::Format format) {
  return llvm::cantFail(llvm::object::CompressedOffloadBundle::compress(
                            llvm::compression::Params(format), *llvm::MemoryBuffer::getMemBuffer(plain), 3))
      ->getBuffer()
      .str();
}

/// The chip of what is loaded, or the error.
static std::string loaded(const std::string &file, std::optional<Chip> wanted = std::nullopt) {
  auto object = CodeObject::load(llvm::arrayRefFromStringRef(file), wanted);
  return object ? chipName((*object)->chip) : llvm::toString(object.takeError());
}

static const std::string Host = "host-x86_64-unknown-linux-gnu-", Hip = "hipv4-amdgcn-amd-amdhsa--";

TEST(OffloadBundle, TheChipsOwnOrTheOnlyOne) {
  std::string old = codeFor(Chip::Gfx942), recent = codeFor(Chip::Gfx950);
  std::string one = bundle({{Host, ""}, {Hip + "gfx90a", "?"}, {Hip + "gfx950:sramecc+:xnack-", recent}});
  EXPECT_EQ(loaded(one), "gfx950");
  EXPECT_EQ(loaded(one, Chip::Gfx942), "the offload bundle has no code for gfx942: it has " + Host + ", " +
                                           Hip + "gfx90a, " + Hip + "gfx950:sramecc+:xnack-");
  std::string both =
      bundle({{Host, ""}, {"openmp-amdgcn-amd-amdhsa--gfx942", old}, {Hip + "gfx950", recent}});
  EXPECT_EQ(loaded(both, Chip::Gfx942), "gfx942");
  EXPECT_EQ(loaded(both, Chip::Gfx950), "gfx950");
  EXPECT_EQ(loaded(both), "an offload bundle for several GPUs: name one, as in --device emulator:gfx942");
  EXPECT_EQ(loaded(bundle({{Hip + "gfx942:xnack-", old}, {Hip + "gfx942:xnack+", "?"}})), "gfx942");
  EXPECT_EQ(loaded(bundle({{"hip-spirv64-amd-amdhsa--gfx950", recent}})),
            "the offload bundle has no code for gfx942 or gfx950: it has hip-spirv64-amd-amdhsa--gfx950");
  EXPECT_EQ(loaded(bundle({})), "the offload bundle has no code for gfx942 or gfx950: it has none");
}

TEST(OffloadBundle, Compressed) {
  std::string plain = bundle({{Host, ""}, {Hip + "gfx950", codeFor(Chip::Gfx950)}});
  for (auto format : {llvm::compression::Format::Zlib, llvm::compression::Format::Zstd}) {
    std::string file = compressed(plain, format);
    EXPECT_EQ(loaded(file), "gfx950");
    for (size_t size = 4; size < file.size(); size += 7)
      EXPECT_EQ(loaded(file.substr(0, size)).substr(0, 24), "damaged offload bundle: ") << size;
    for (size_t at : {8, 16}) { // the total size, the size once it is decompressed
      std::string huge = file;
      huge.replace(at, 8, number(uint64_t(1) << 60));
      EXPECT_EQ(loaded(huge).substr(0, 24), "damaged offload bundle: ") << at;
    }
    EXPECT_EQ(loaded(compressed("no bundle", format)),
              "damaged offload bundle: what is compressed in it is none");
  }
}

TEST(OffloadBundle, DamagedHeaders) {
  std::string whole = bundle({{Hip + "gfx950", codeFor(Chip::Gfx950)}});
  size_t header = 32 + 24 + Hip.size() + 6;
  ASSERT_EQ(whole.substr(header, 4), "\177ELF");
  for (size_t size = 24; size <= header; ++size)
    EXPECT_EQ(loaded(whole.substr(0, size)).substr(0, 24), "damaged offload bundle: ") << size;
  for (size_t at : {24, 32, 40, 48}) // the count, the entry's offset, size and length of its id
    for (uint64_t value : {uint64_t(1) << 32, ~uint64_t(0), uint64_t(whole.size()) + 1}) {
      std::string damaged = whole;
      damaged.replace(at, 8, number(value));
      EXPECT_EQ(loaded(damaged).substr(0, 24), "damaged offload bundle: ") << at << " " << value;
    }
}

TEST(OffloadBundle, WithSramEccBeforeWithout) {
  std::string with = codeFor(Chip::Gfx950), without = with;
  without[49] = char((without[49] & ~12) | 8); // e_flags: EF_AMDGPU_FEATURE_SRAMECC_OFF_V4
  std::pair<std::string, std::string> on{Hip + "gfx950:sramecc+", with},
      off{Hip + "gfx950:sramecc-", without};
  auto hasEcc = [](const std::string &file) {
    return llvm::cantFail(CodeObject::load(llvm::arrayRefFromStringRef(file)))->sramEcc;
  };
  EXPECT_TRUE(hasEcc(bundle({off, on})));
  EXPECT_TRUE(hasEcc(bundle({on, off})));
  EXPECT_FALSE(hasEcc(bundle({off})));
}
