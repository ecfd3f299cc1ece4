// Which accesses of a wave its waits do not cover yet: what a device may still be doing, whenever the
// emulator did it.
#ifndef KILN_LIB_EMULATOR_OBSERVERS_INFLIGHT_H
#define KILN_LIB_EMULATOR_OBSERVERS_INFLIGHT_H

#include "kiln/Emulator/Observer.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

namespace kiln::emulator {

/// VMCNT counts vector memory accesses, loads and stores, which return in order. LGKMCNT counts LDS accesses,
/// which return in order among themselves, and scalar accesses, which return in any order: only lgkmcnt(0)
/// says anything about one. FLAT counts on both and orders with neither: both must be zero (CDNA3
/// manual 4.4), unless the workgroup is split and FLAT only reaches vector memory (AMDGPUUsage, "tgsplit").
enum class Queue : uint8_t { Vector, Lds, Scalar, Flat };

inline Queue queueOf(const Wave &wave, const Instruction &inst) {
  switch (inst.traits.unit) {
  case Unit::Smem:
    return Queue::Scalar;
  case Unit::Lds:
    return Queue::Lds;
  case Unit::Flat:
    return wave.group->isSplit ? Queue::Vector : Queue::Flat;
  default:
    return Queue::Vector;
  }
}

class InFlight {
public:
  struct Access {
    const Instruction *inst;
    uint32_t id;
    Queue queue;
    bool vmDone = false, lgkmDone = false; ///< Flat: which counter has been waited for
  };

  /// Unique in its wave, and not 0.
  static uint32_t idOf(const PendingAccess &access) { return static_cast<uint32_t>(access.issued); }

  /// A counter that is full holds up the issue: VMCNT counts to 63, LGKMCNT to 15. With that many younger
  /// accesses of its queue the oldest has returned, since they return in order: calls `done` for it.
  template <class Done> void issue(const Wave &wave, const PendingAccess &access, Done done) {
    Queue queue = queueOf(wave, *access.inst);
    accesses.push_back({access.inst, idOf(access), queue});
    size_t most = queue == Queue::Vector ? 63 : queue == Queue::Lds ? 15 : ~size_t(0);
    auto isSame = [&](const Access &other) { return other.queue == queue; };
    if (LLVM_LIKELY(accesses.size() <= most) || size_t(llvm::count_if(accesses, isSame)) <= most)
      return;
    auto oldest = llvm::find_if(accesses, isSame);
    Access returned = *oldest;
    accesses.erase(oldest);
    done(returned);
  }
  /// s_waitcnt: calls `done(access)` for every access that it covers and that none before did.
  template <class Done> void wait(const Instruction &inst, Done done) {
    unsigned vmcnt = (inst.simm16 & 15) | (inst.simm16 >> 14 & 3) << 4, lgkmcnt = inst.simm16 >> 8 & 15;
    unsigned vector = 0, lds = 0; // younger ones of the queue
    for (Access &access : llvm::reverse(accesses)) {
      switch (access.queue) {
      case Queue::Vector:
        access.vmDone = access.lgkmDone = vector++ >= vmcnt;
        break;
      case Queue::Lds:
        access.vmDone = access.lgkmDone = lds++ >= lgkmcnt;
        break;
      case Queue::Scalar:
        access.vmDone = access.lgkmDone = lgkmcnt == 0;
        break;
      case Queue::Flat:
        access.vmDone |= vmcnt == 0;
        access.lgkmDone |= lgkmcnt == 0;
      }
    }
    llvm::erase_if(accesses, [&](const Access &access) {
      bool isDone = access.vmDone && access.lgkmDone;
      if (isDone)
        done(access);
      return isDone;
    });
  }
  const Access *find(uint32_t id) const {
    auto found = llvm::find_if(accesses, [&](const Access &access) { return access.id == id; });
    return found == accesses.end() ? nullptr : &*found;
  }
  /// Oldest first.
  llvm::ArrayRef<Access> all() const { return accesses; }
  void clear() { accesses.clear(); }

private:
  std::vector<Access> accesses;
};

/// Accesses of a wave that have landed while no wait covers them: for what is ordered by barriers they go on. What
/// a FLAT instruction did in LDS is done when LGKMCNT says so, what it did in memory when VMCNT does (CDNA3
/// manual 4.4; AMDGPUUsage's memory model waits for nothing else at a barrier).
class LastingAccesses {
public:
  struct Range {
    uint64_t address;
    uint32_t size;
    bool isWrite, isAtomic;
  };
  struct Access {
    uint32_t id;
    const Instruction *inst;
    MemorySpace space;
    llvm::SmallVector<Range, 4> ranges;
  };

  void issue(const Wave &wave, const PendingAccess &access) {
    flight.issue(wave, access, [&](const InFlight::Access &done) { forget(done); });
  }
  void wait(const Instruction &inst) {
    flight.wait(inst, [&](const InFlight::Access &done) { forget(done); });
    llvm::erase_if(landed, [&](const Access &access) { return isDone(access.id, access.space); });
  }
  void land(const PendingAccess &access, llvm::ArrayRef<MemoryEvent> events, MemorySpace space) {
    uint32_t id = InFlight::idOf(access);
    if (isDone(id, space))
      return;
    Access lasting{id, access.inst, space, {}};
    for (const MemoryEvent &event : events) {
      if (event.space != space)
        continue;
      Range *last = lasting.ranges.empty() ? nullptr : &lasting.ranges.back();
      if (last && last->address + last->size == event.address && last->isWrite == event.isWrite)
        last->size += event.size;
      else
        lasting.ranges.push_back({event.address, event.size, event.isWrite, event.isAtomic});
    }
    if (!lasting.ranges.empty())
      landed.push_back(std::move(lasting));
  }
  llvm::ArrayRef<Access> all() const { return landed; }
  void clear() {
    flight.clear();
    landed.clear();
  }

private:
  void forget(const InFlight::Access &done) {
    if (!landed.empty())
      llvm::erase_if(landed, [&](const Access &access) { return access.id == done.id; });
  }
  bool isDone(uint32_t id, MemorySpace space) const {
    const InFlight::Access *access = flight.find(id);
    return !access || (space == MemorySpace::Lds ? access->lgkmDone : access->vmDone);
  }

  InFlight flight;
  std::vector<Access> landed;
};

/// A group of waves that barriers order, but for what no wait covers.
class BarrierGroup : public GroupObserver {
public:
  void beforeInstruction(const Wave &wave, const Instruction &inst) override {
    if (inst.traits.wait && active)
      lasting[wave.index].wait(inst);
  }
  void memoryIssued(const Wave &wave, const PendingAccess &access) override {
    if (active)
      lasting[wave.index].issue(wave, access);
  }
  void waveEnd(const Wave &wave) override { lasting[wave.index].clear(); }

protected:
  void resetWaves(const Workgroup &group) {
    active = group.waves.size() > 1;
    lasting.resize(group.waves.size());
    for (LastingAccesses &accesses : lasting)
      accesses.clear();
  }
  /// Calls `body(wave, range)` for what goes on behind a barrier.
  template <class Body> void forLasting(Body body) const {
    for (unsigned wave = 0; wave < lasting.size(); ++wave)
      for (const LastingAccesses::Access &access : lasting[wave].all())
        for (const LastingAccesses::Range &range : access.ranges)
          body(wave, range);
  }

  bool active = false;                  ///< several waves
  std::vector<LastingAccesses> lasting; ///< by wave
};

/// Calls `body(address, first byte in it, bytes)` for each dword of a range; `address` is where the part
/// begins.
template <class Body> void forDwords(uint64_t address, uint64_t size, Body body) {
  for (uint64_t end = address + size; address < end;) {
    unsigned first = address & 3, count = unsigned(std::min<uint64_t>(4 - first, end - address));
    body(address, first, count);
    address += count;
  }
}

} // namespace kiln::emulator

#endif
