// The emulated global address space. Emulated addresses are never host pointers.
#ifndef KILN_EMULATOR_MEMORY_H
#define KILN_EMULATOR_MEMORY_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace kiln::emulator {

/// Windows of the flat address space (CDNA3 manual 10.2): an address whose upper half matches is LDS or
/// scratch.
constexpr uint64_t SharedAperture = 0x1000000000000, PrivateAperture = 0x2000000000000;

/// Zeroed host memory; the host provides a page when it is first touched.
struct ReleaseBytes {
  void operator()(uint8_t *bytes) const { std::free(bytes); }
};
using Bytes = std::unique_ptr<uint8_t[], ReleaseBytes>;

struct Allocation {
  uint64_t base = 0, size = 0;
  std::string name;
  Bytes bytes;
  Bytes written; ///< for each byte, whether somebody has written it; null where all are
  std::vector<std::pair<uint64_t, uint64_t>> readOnly; ///< from one address to another

  bool contains(uint64_t address, uint64_t count) const {
    return address - base < size && count <= size - (address - base);
  }
  /// In the allocation, or in the red zone behind it.
  bool reaches(uint64_t address) const;
  /// Copies those of the bytes that are inside.
  void readAcross(uint64_t address, void *to, uint64_t count) const;
  bool isWritable(uint64_t address, uint64_t count) const {
    for (auto [begin, end] : readOnly)
      if (address < end && begin < address + count)
        return false;
    return true;
  }
};

/// Allocations with at least 64 KiB of unmapped addresses (the red zone) between any two. Allocating and
/// freeing is not thread safe; look-ups during a launch are.
class AddressSpace {
public:
  /// Returns the address of `size` bytes, aligned to 4 KiB. They are zero, and count as unwritten.
  uint64_t allocate(uint64_t size, llvm::StringRef name);
  /// Kernels may not write [address, address + size), which lies in one allocation. The host may.
  void protect(uint64_t address, uint64_t size);
  llvm::Error free(uint64_t address);
  llvm::Error write(uint64_t address, const void *from, uint64_t size);
  llvm::Error read(uint64_t address, void *to, uint64_t size) const;

  /// The allocation that holds all of [address, address + size), or null.
  const Allocation *find(uint64_t address, uint64_t size) const;
  /// The allocation at or nearest below `address`: for messages about what an access missed.
  const Allocation *nearest(uint64_t address) const;

  /// All of the allocation at `address` counts as written.
  void assumeWritten(uint64_t address);
  /// Says that a launch's stores will be marked in Allocation::written.
  void trackStores() { areStoresTracked = true; }
  /// Forgets what is unwritten unless the stores since the last call were tracked: anything may be written.
  void settleStores();

private:
  Allocation *holder(uint64_t address, uint64_t size) const;
  bool areStoresTracked = false;
  std::vector<std::unique_ptr<Allocation>> allocations; // sorted by base
  uint64_t next = 0x100000000;
};

/// A reader's memory of the allocation it used last.
struct AllocationCache {
  const Allocation *last = nullptr;
  /// Host address of [address, address + size), or null where it is not all inside one allocation.
  uint8_t *translate(const AddressSpace &space, uint64_t address, uint64_t size) {
    if (!last || !last->contains(address, size))
      last = space.find(address, size);
    return last ? last->bytes.get() + (address - last->base) : nullptr;
  }
};

} // namespace kiln::emulator

#endif
