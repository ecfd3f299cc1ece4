// Waves that touch the same global memory, one of them writing, with nothing that orders them.
//
// Within a workgroup barriers order, as in LdsRace.cpp. Between workgroups only atomics do, and accesses with
// SC1, which is what atomic loads and stores of device scope are made of, and scalar ones with GLC, with
// which hand-written kernels poll a flag: whoever has executed one is taken to be ordered behind everything
// before it, so that a kernel that synchronises in a way of its own gives no false finding. Writes of the
// same value do not race.
#include "Observers/Findings.h"
#include "Observers/InFlight.h"

#include <shared_mutex>

using namespace llvm;

namespace kiln::emulator {

namespace {

/// The last access of one kind to a dword.
struct Side {
  uint32_t group = 0; ///< number of the workgroup + 1; 0: never
  uint32_t clock = 0; ///< synchronising accesses of the launch before it
  uint32_t at = 0;    ///< the instruction, as offset from the load address
  uint16_t epoch = 0; ///< barriers of its workgroup
  uint8_t wave = 0;
  uint8_t bytes : 4, isAtomic : 1;
  Side() : bytes(0), isAtomic(0) {}
};
struct Cell {
  Side write, read;
  uint32_t value = 0;
};

constexpr unsigned PageBits = 12;
struct Page {
  std::mutex lock;
  Cell cells[1 << (PageBits - 2)];
};

/// What workgroups share. Memory beyond MaxPages is not watched: 128 MiB cost about 1.2 GiB.
class SharedShadow : public FindingLog {
public:
  void begin(AddressSpace &memory, Program &program) {
    FindingLog::begin(memory, program);
    pages.clear();
    groups.clear();
    clock = 1;
  }
  Page *page(uint64_t number) {
    {
      std::shared_lock<std::shared_mutex> guard(mapLock);
      auto found = pages.find(number);
      if (found != pages.end())
        return found->second.get();
    }
    std::unique_lock<std::shared_mutex> guard(mapLock);
    if (pages.size() >= MaxPages)
      return nullptr;
    auto &place = pages[number];
    if (!place)
      place = std::make_unique<Page>();
    return place.get();
  }
  uint32_t addGroup(const uint32_t *id) {
    std::unique_lock<std::shared_mutex> guard(mapLock);
    groups.push_back({id[0], id[1], id[2]});
    return uint32_t(groups.size());
  }
  std::string groupName(uint32_t group) {
    std::shared_lock<std::shared_mutex> guard(mapLock);
    const auto &id = groups[group - 1];
    return "(" + std::to_string(id[0]) + ", " + std::to_string(id[1]) + ", " + std::to_string(id[2]) + ")";
  }
  std::atomic<uint32_t> clock{1};

private:
  static constexpr size_t MaxPages = size_t(1) << (27 - PageBits);
  std::shared_mutex mapLock;
  std::unordered_map<uint64_t, std::unique_ptr<Page>> pages;
  std::vector<std::array<uint32_t, 3>> groups;
};

class GlobalRaceGroup final : public BarrierGroup {
public:
  explicit GlobalRaceGroup(SharedShadow &shadow) : shadow(shadow) {}

  void reset(const Workgroup &group) {
    number = shadow.addGroup(group.id);
    acquired = 0;
    std::fill(std::begin(known), std::end(known), Known());
    memory = {};
    resetWaves(group);
  }

  void memoryIssued(const Wave &wave, const PendingAccess &access) override {
    if (access.inst->traits.unit != Unit::Lds)
      BarrierGroup::memoryIssued(wave, access);
  }

  void barrierReleased(const Workgroup &group) override {
    forLasting([&](unsigned wave, const LastingAccesses::Range &range) {
      forDwords(range.address, range.size, [&](uint64_t address, unsigned, unsigned) {
        if (Page *page = lockPage(address))
          prolong(range.isWrite ? cellOf(*page, address).write : cellOf(*page, address).read, wave,
                  uint16_t(group.epoch));
      });
    });
    unlock();
  }

  void memoryLanded(const Wave &wave, const PendingAccess &access, ArrayRef<MemoryEvent> events) override {
    const Instruction &inst = *access.inst;
    bool isSync = inst.traits.synchronises;
    bool any = false;
    for (const MemoryEvent &event : events)
      if (event.space == MemorySpace::Global) {
        visit(wave, access, event, isSync);
        any = true;
      }
    unlock();
    if (active && any)
      lasting[wave.index].land(access, events, MemorySpace::Global);
    if (isSync && any)
      acquired = ++shadow.clock;
  }

private:
  struct Known {
    uint64_t number = ~uint64_t(0);
    Page *page = nullptr;
  };

  Page *pageOf(uint64_t pageNumber) {
    Known &entry = known[pageNumber % std::size(known)];
    if (entry.number != pageNumber)
      entry = {pageNumber, shadow.page(pageNumber)};
    return entry.page;
  }
  /// One page stays locked over the lanes of an access.
  Page *lockPage(uint64_t address) {
    Page *page = pageOf(address >> PageBits);
    if (page != locked) {
      unlock();
      if (page)
        page->lock.lock();
      locked = page;
    }
    return page;
  }
  void unlock() {
    if (locked)
      locked->lock.unlock();
    locked = nullptr;
  }

  static Cell &cellOf(Page &page, uint64_t address) {
    return page.cells[(address & ((1u << PageBits) - 1)) / 4];
  }
  void prolong(Side &side, size_t wave, uint16_t epoch) const {
    if (side.group == number && side.wave == wave)
      side.epoch = epoch;
  }

  void visit(const Wave &wave, const PendingAccess &access, const MemoryEvent &event, bool isSync) {
    const uint8_t *host = event.isWrite ? memory.translate(*wave.memory, event.address, event.size) : nullptr;
    Side now;
    now.group = number;
    now.clock = shadow.clock.load(std::memory_order_relaxed);
    now.at = shadow.offsetOf(*access.inst);
    now.epoch = uint16_t(wave.group->epoch);
    now.wave = wave.index;
    now.isAtomic = isSync;
    forDwords(event.address, event.size, [&](uint64_t address, unsigned first, unsigned count) {
      if (Page *page = lockPage(address)) {
        now.bytes = ((1u << count) - 1) << first;
        visitCell(wave, access, event, cellOf(*page, address), now,
                  host ? host + (address - event.address) : nullptr, first, count);
      }
    });
  }

  /// Is `before` a conflicting access that nothing orders with this one?
  bool races(const Side &before, const Side &now, uint16_t issued) const {
    if (!before.group || !(before.bytes & now.bytes) || (before.isAtomic && now.isAtomic) ||
        before.clock < acquired)
      return false;
    if (before.group != now.group)
      return true;
    return before.wave != now.wave && int16_t(before.epoch - issued) >= 0;
  }

  void visitCell(const Wave &wave, const PendingAccess &access, const MemoryEvent &event, Cell &cell,
                 const Side &now, const uint8_t *host, unsigned first, unsigned count) {
    uint16_t issued = uint16_t(access.epoch);
    auto *value = reinterpret_cast<uint8_t *>(&cell.value) + first;
    bool sameValue = event.isWrite && host && memcmp(value, host, count) == 0;
    if (LLVM_UNLIKELY(races(cell.write, now, issued)) && !sameValue)
      report(wave, access, event, cell.write, "wrote");
    if (event.isWrite && LLVM_UNLIKELY(races(cell.read, now, issued)))
      report(wave, access, event, cell.read, "read");
    if (event.isWrite) {
      note(cell.write, now);
      if (host)
        memcpy(value, host, count);
    } else {
      note(cell.read, now);
    }
  }
  static void note(Side &side, const Side &now) {
    bool isSame = side.group == now.group && side.wave == now.wave && side.epoch == now.epoch;
    unsigned bytes = isSame ? side.bytes | now.bytes : now.bytes;
    side = now;
    side.bytes = bytes;
  }

  void report(const Wave &wave, const PendingAccess &access, const MemoryEvent &event, const Side &other,
              const char *did) {
    shadow.add(
        wave, *access.inst, "global-race",
        [&] {
          return "global address " + FindingLog::hex(event.address) + " is " +
                 (event.isWrite ? "written" : "read") + " with nothing that orders it and wave " +
                 std::to_string(other.wave) + " of workgroup " + shadow.groupName(other.group) + ", which " +
                 did + " it: " + shadow.describe(other.at);
        },
        event.lane, event.address, shadow.pcOf(other.at));
  }

  SharedShadow &shadow;
  uint32_t number = 0, acquired = 0;
  AllocationCache memory;
  Known known[256];
  Page *locked = nullptr;
};

} // namespace

std::unique_ptr<Observer> createGlobalRace() {
  return std::make_unique<PooledObserver<GlobalRaceGroup, SharedShadow>>();
}

} // namespace kiln::emulator
