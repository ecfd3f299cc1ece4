#include "kiln/Emulator/Memory.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace kiln::emulator {

constexpr uint64_t Page = 4096, RedZone = 64 * 1024;

bool Allocation::reaches(uint64_t address) const { return address - base < size + RedZone; }

void Allocation::readAcross(uint64_t address, void *to, uint64_t count) const {
  if (address - base < size)
    memcpy(to, bytes.get() + (address - base), std::min(count, size - (address - base)));
}

static Error missing(const char *verb, uint64_t address, uint64_t size) {
  return createStringError("cannot %s %llu bytes at 0x%llx: outside every allocation", verb,
                           (unsigned long long)size, (unsigned long long)address);
}

static Bytes zeroed(uint64_t size) {
  Bytes bytes(static_cast<uint8_t *>(std::calloc(std::max<uint64_t>(size, 1), 1)));
  if (!bytes)
    throw std::bad_alloc();
  return bytes;
}

uint64_t AddressSpace::allocate(uint64_t size, StringRef name) {
  auto allocation = std::make_unique<Allocation>();
  allocation->base = next;
  allocation->size = size;
  allocation->name = name.str();
  allocation->bytes = zeroed(size);
  allocation->written = zeroed(size);
  next += (size + RedZone + Page - 1) / Page * Page;
  allocations.push_back(std::move(allocation));
  return allocations.back()->base;
}

void AddressSpace::protect(uint64_t address, uint64_t size) {
  if (Allocation *allocation = size ? holder(address, size) : nullptr)
    allocation->readOnly.push_back({address, address + size});
}

Error AddressSpace::free(uint64_t address) {
  auto found = find_if(allocations, [&](const auto &allocation) { return allocation->base == address; });
  if (found == allocations.end())
    return createStringError("cannot free 0x%llx: no allocation starts there", (unsigned long long)address);
  allocations.erase(found);
  return Error::success();
}

void AddressSpace::assumeWritten(uint64_t address) {
  if (Allocation *allocation = holder(address, 0))
    allocation->written.reset();
}

void AddressSpace::settleStores() {
  if (!areStoresTracked)
    for (auto &allocation : allocations)
      allocation->written.reset();
  areStoresTracked = false;
}

static Allocation *nearestOf(ArrayRef<std::unique_ptr<Allocation>> allocations, uint64_t address) {
  auto above = upper_bound(allocations, address,
                           [](uint64_t value, const auto &allocation) { return value < allocation->base; });
  return above == allocations.begin() ? nullptr : std::prev(above)->get();
}

const Allocation *AddressSpace::nearest(uint64_t address) const { return nearestOf(allocations, address); }

Allocation *AddressSpace::holder(uint64_t address, uint64_t size) const {
  Allocation *candidate = nearestOf(allocations, address);
  return candidate && candidate->contains(address, size) ? candidate : nullptr;
}

const Allocation *AddressSpace::find(uint64_t address, uint64_t size) const { return holder(address, size); }

Error AddressSpace::write(uint64_t address, const void *from, uint64_t size) {
  if (size == 0)
    return Error::success();
  Allocation *allocation = holder(address, size);
  if (!allocation)
    return missing("write", address, size);
  if (size == allocation->size)
    allocation->written.reset();
  else if (allocation->written)
    std::fill_n(allocation->written.get() + (address - allocation->base), size, 1);
  memcpy(allocation->bytes.get() + (address - allocation->base), from, size);
  return Error::success();
}

Error AddressSpace::read(uint64_t address, void *to, uint64_t size) const {
  if (size == 0)
    return Error::success();
  const Allocation *allocation = find(address, size);
  if (!allocation)
    return missing("read", address, size);
  memcpy(to, allocation->bytes.get() + (address - allocation->base), size);
  return Error::success();
}

} // namespace kiln::emulator
