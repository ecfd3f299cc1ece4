#include "Archive.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/CRC.h"

namespace kiln::bundle {

static constexpr size_t pageSize = 4096, localHeaderSize = 30;
// 1980-01-01 00:00, the earliest date of the format: bundles carry no time.
static constexpr unsigned dosDate = 1 << 5 | 1, dosTime = 0;
// An extra field's header id for alignment padding, as Android's zipalign uses it.
static constexpr unsigned paddingId = 0xd935;

static void put(std::string &out, uint64_t value, unsigned bytes) {
  for (unsigned i = 0; i < bytes; ++i)
    out.push_back(static_cast<char>(value >> 8 * i));
}

/// The fields that a local header and a directory entry share: APPNOTE.TXT 4.3.7 and 4.3.12.
static void putCommon(std::string &out, const std::pair<std::string, std::string> &entry, size_t extraSize) {
  auto *bytes = reinterpret_cast<const uint8_t *>(entry.second.data());
  put(out, 10, 2); // version needed: stored files
  put(out, 0, 2);  // flags
  put(out, 0, 2);  // method: stored
  put(out, dosTime, 2);
  put(out, dosDate, 2);
  put(out, llvm::crc32(llvm::ArrayRef<uint8_t>(bytes, entry.second.size())), 4);
  put(out, entry.second.size(), 4);
  put(out, entry.second.size(), 4);
  put(out, entry.first.size(), 2);
  put(out, extraSize, 2);
}

std::string writeArchive(const std::vector<std::pair<std::string, std::string>> &entries,
                         const std::string &comment) {
  std::string out, directory;
  for (const auto &entry : entries) {
    size_t local = out.size();
    // The smallest extra field is its 4-byte header.
    size_t plain = local + localHeaderSize + entry.first.size() + 4;
    size_t padding = (pageSize - plain % pageSize) % pageSize;
    put(out, 0x04034b50, 4);
    putCommon(out, entry, padding + 4);
    out += entry.first;
    put(out, paddingId, 2);
    put(out, padding, 2);
    out.append(padding, '\0');
    out += entry.second;

    put(directory, 0x02014b50, 4);
    put(directory, 10, 2); // made by: FAT, version 1.0
    putCommon(directory, entry, 0);
    put(directory, 0, 2); // comment
    put(directory, 0, 2); // disk
    put(directory, 0, 2); // internal attributes
    put(directory, 0, 4); // external attributes
    put(directory, local, 4);
    directory += entry.first;
  }
  size_t start = out.size();
  out += directory;
  put(out, 0x06054b50, 4);
  put(out, 0, 4); // disk numbers
  put(out, entries.size(), 2);
  put(out, entries.size(), 2);
  put(out, directory.size(), 4);
  put(out, start, 4);
  put(out, comment.size(), 2);
  return out + comment;
}

} // namespace kiln::bundle
