// The formats of clang/docs/ClangOffloadBundler.rst, plain and compressed.
#include "OffloadBundle.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Object/OffloadBundle.h"
#include "llvm/Support/DataExtractor.h"

using namespace llvm;
using object::CompressedOffloadBundle;

namespace kiln::emulator {

constexpr StringLiteral Magic = "__CLANG_OFFLOAD_BUNDLE__", CompressedMagic = "CCOB";
/// Bytes behind a compressed header, so that a damaged one asks the host for no more.
constexpr uint64_t MaxBundle = uint64_t(1) << 30;

namespace {
struct Entry {
  StringRef id, code;

  /// "gfx950" of "hipv4-amdgcn-amd-amdhsa--gfx950:sramecc+:xnack-"; nothing of another architecture's.
  StringRef processor() const {
    return id.contains("-amdgcn-") ? id.split(':').first.rsplit('-').second : StringRef();
  }
  bool isWithoutEcc() const { return id.contains(":sramecc-"); }
  bool isFor(std::optional<Chip> wanted) const {
    if (wanted)
      return processor() == chipName(*wanted);
    return isFor(Chip::Gfx942) || isFor(Chip::Gfx950);
  }
};
} // namespace

bool isOffloadBundle(StringRef file) { return file.starts_with(Magic) || file.starts_with(CompressedMagic); }

static Expected<std::unique_ptr<MemoryBuffer>> decompress(StringRef file) {
  auto header = CompressedOffloadBundle::CompressedBundleHeader::tryParse(file);
  if (!header)
    return header.takeError();
  if (header->FileSize.value_or(0) > file.size())
    return createStringError("%zu bytes of %zu", file.size(), *header->FileSize);
  if (header->UncompressedFileSize > MaxBundle)
    return createStringError("%zu bytes once it is decompressed", header->UncompressedFileSize);
  return CompressedOffloadBundle::decompress(*MemoryBuffer::getMemBuffer(file, "", false));
}

/// The magic, a count, then for each entry offset, size, length of the id, and the id.
static Expected<SmallVector<Entry>> readEntries(StringRef bundle) {
  DataExtractor data(bundle, /*IsLittleEndian=*/true, /*AddressSize=*/8);
  DataExtractor::Cursor at(Magic.size());
  SmallVector<Entry> entries;
  for (uint64_t i = 0, count = data.getU64(at); at && i < count; ++i) {
    uint64_t offset = data.getU64(at), size = data.getU64(at), length = data.getU64(at);
    StringRef id = data.getBytes(at, length);
    if (at && (offset > bundle.size() || size > bundle.size() - offset))
      return createStringError("'" + id + "' of " + Twine(size) + " bytes at offset " + Twine(offset) +
                               " exceeds the " + Twine(bundle.size()) + " bytes");
    entries.push_back({id, bundle.substr(offset, size)});
  }
  if (Error error = at.takeError())
    return std::move(error);
  return entries;
}

static Expected<std::string> choose(ArrayRef<Entry> entries, std::optional<Chip> wanted) {
  const Entry *found = nullptr;
  std::string known;
  for (const Entry &entry : entries) {
    known += (known.empty() ? "" : ", ") + entry.id.str();
    if (!entry.isFor(wanted))
      continue;
    if (found && found->processor() != entry.processor())
      return createStringError("an offload bundle for several GPUs: name one, as in --device emulator:%s",
                               found->processor().str().c_str());
    // The chips have SRAM ECC: what is for one without is the last choice.
    if (!found || (found->isWithoutEcc() && !entry.isWithoutEcc()))
      found = &entry;
  }
  if (found)
    return found->code.str();
  return createStringError(std::errc::no_such_device, "the offload bundle has no code for %s: it has %s",
                           wanted ? chipName(*wanted) : "gfx942 or gfx950",
                           known.empty() ? "none" : known.c_str());
}

Expected<std::string> unbundle(StringRef file, std::optional<Chip> wanted) {
  auto damaged = [](Error error) {
    return createStringError("damaged offload bundle: " + toString(std::move(error)));
  };
  std::unique_ptr<MemoryBuffer> decompressed;
  if (file.starts_with(CompressedMagic)) {
    auto buffer = decompress(file);
    if (!buffer)
      return damaged(buffer.takeError());
    decompressed = std::move(*buffer);
    file = decompressed->getBuffer();
    if (!file.starts_with(Magic))
      return damaged(createStringError("what is compressed in it is none"));
  }
  auto entries = readEntries(file);
  if (!entries)
    return damaged(entries.takeError());
  return choose(*entries, wanted);
}

} // namespace kiln::emulator
