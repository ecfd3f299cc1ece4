// Memory of a wave and its accesses in flight.
#include "kiln/Emulator/Observer.h"

using namespace llvm;

namespace kiln::emulator {

void Wave::fail(const Twine &message) {
  if (state == WaveState::Failed)
    return;
  state = WaveState::Failed;
  error = message.str();
  if (current) {
    std::string place;
    raw_string_ostream(place) << " at " << format_hex(current->pc, 1) << ": " << current->text;
    error += place;
  }
}

static const char *spaceName(MemorySpace space) {
  return space == MemorySpace::Global ? "global" : space == MemorySpace::Lds ? "LDS" : "scratch";
}

uint8_t *Wave::hostBytes(MemorySpace space, uint64_t address, uint64_t size, bool isWrite) {
  auto within = [&](uint64_t limit) { return address <= limit && size <= limit - address; };
  switch (space) {
  case MemorySpace::Lds:
    return within(group->lds.size()) ? group->lds.data() + address : nullptr;
  case MemorySpace::Scratch:
    return within(scratchSize) ? scratch.data() + address : nullptr;
  case MemorySpace::Global:
    break;
  }
  uint8_t *bytes = cache.translate(*memory, address, size);
  return bytes && isWrite && !cache.last->isWritable(address, size) ? nullptr : bytes;
}

/// Host bytes of an access, or null where it is out of bounds: a fault in global memory and scratch, but for
/// what readAcross() reads; in LDS, reads give zero and writes are dropped (CDNA3 manual 11.3.1), which the
/// caller does.
uint8_t *Wave::translate(MemorySpace space, unsigned lane, uint64_t address, unsigned size, bool isWrite) {
  uint8_t *bytes = hostBytes(space, address, size, isWrite);
  if (bytes && space == MemorySpace::Scratch)
    bytes += uint64_t(lane) * scratchStride();
  if (!bytes) {
    if (observer)
      observer->outOfBounds(*this, *current, {space, isWrite, false, uint8_t(lane), uint16_t(size), address});
    const Allocation *near = space == MemorySpace::Global ? memory->nearest(address) : nullptr;
    bool isAcross = !isWrite && near && near->reaches(address);
    if (space != MemorySpace::Lds && !isAcross) {
      std::string text;
      raw_string_ostream stream(text);
      stream << "lane " << lane << (isWrite ? " writes " : " reads ") << size << " bytes of "
             << spaceName(space) << " memory at " << format_hex(address, 1)
             << (near && near->contains(address, size) ? ", which is read-only" : ", out of bounds");
      if (near)
        stream << " (" << int64_t(address - near->base) << " bytes into '" << near->name << "' of "
               << near->size << " bytes)";
      fail(text);
    }
  }
  return bytes;
}

bool Wave::load(MemorySpace space, unsigned lane, uint64_t address, void *to, unsigned size) {
  const uint8_t *bytes = translate(space, lane, address, size, /*isWrite=*/false);
  if (!bytes) {
    memset(to, 0, size);
    if (state == WaveState::Failed)
      return false;
    if (space == MemorySpace::Global)
      memory->nearest(address)->readAcross(address, to, size);
    return true;
  }
  memcpy(to, bytes, size);
  if (observer)
    events.push_back({space, false, false, uint8_t(lane), uint16_t(size), address});
  return true;
}

bool Wave::store(MemorySpace space, unsigned lane, uint64_t address, const void *from, unsigned size) {
  uint8_t *bytes = translate(space, lane, address, size, /*isWrite=*/true);
  if (!bytes)
    return state != WaveState::Failed;
  memcpy(bytes, from, size);
  if (observer)
    events.push_back({space, true, false, uint8_t(lane), uint16_t(size), address});
  return true;
}

uint8_t *Wave::atomicBytes(MemorySpace space, unsigned lane, uint64_t address, unsigned size) {
  uint8_t *bytes = translate(space, lane, address, size, /*isWrite=*/true);
  if (bytes && observer)
    events.push_back({space, true, true, uint8_t(lane), uint16_t(size), address});
  return bytes;
}

PendingAccess &Wave::newAccess(const Instruction &inst, uint8_t counters) {
  if (spare.empty())
    spare.push_back(std::make_unique<PendingAccess>());
  PendingAccess &access = *spare.back();
  access.inst = &inst;
  access.land = nullptr;
  access.exec = exec();
  access.counters = counters;
  access.m0 = sgpr[M0];
  access.epoch = group->epoch;
  access.issued = executed;
  access.mode = mode.bits;
  access.step = 4;
  return access;
}

/// Issue slots of four cycles from the issue of an access to its landing where no wait asks for it before.
/// Memory: 500 to 800 cycles to HBM (micro-benchmarks of MI308X, tingqli/pyhip), less in the caches: AMD's
/// mixture-of-experts kernels write LDS 130 instructions after the last, unneeded loads into it. LDS: some 64
/// cycles. AMD's latent attention for gfx950 reads registers behind the loads from LDS that fill them again
/// and is wrong below 12 slots. Attention in fp8 waits one group of loads too late and is right up to 28,
/// because the matrix unit takes 16 slots for what stands between.
constexpr uint64_t MemoryLatency = 96, LdsLatency = 16;

/// Slots for each dword of a vector memory access: 64 lanes have 256 bytes of it, a compute unit moves 64
/// bytes a cycle (CDNA3 white paper, vector L1), and its four SIMDs share them. A mixture-of-experts kernel
/// of AMD's none of whose waits waits for memory is right from 2 on.
constexpr uint64_t SlotsPerDword = 4;

static bool takesMemoryPath(const Instruction &inst) {
  return inst.traits.unit == Unit::Vmem || inst.traits.unit == Unit::Flat;
}

void Wave::issue(PendingAccess &access) {
  assert(&access == spare.back().get() && "issue follows newAccess");
  if (access.inst->traits.synchronises && !group->hasTurn && group->turnstile &&
      !group->turnstile->enter(*group)) {
    state = WaveState::Failed;
    return;
  }
  group->polls += access.inst->traits.synchronises && !access.inst->traits.atomic && access.inst->traits.load;
  pending.push_back(std::move(spare.back()));
  spare.pop_back();
  if (observer)
    observer->memoryIssued(*this, access);
  if (group->timing == MemoryTiming::AtIssue)
    return landAt(pending.size() - 1);
  if (takesMemoryPath(*access.inst))
    stalled += SlotsPerDword * std::max(access.inst->dst[0].dwords, access.inst->src[1].dwords);
  access.due = time() + (access.inst->traits.unit == Unit::Lds ? LdsLatency : MemoryLatency);
  if (group->timing == MemoryTiming::Typical)
    nextDue = std::min(nextDue, access.due);
  // vmcnt counts to 63 and lgkmcnt to 15; one more stalls the issue.
  if (pending.size() > 15)
    waitFor(63, 15);
}

void Wave::landAt(size_t position) {
  std::unique_ptr<PendingAccess> access = std::move(pending[position]);
  pending.erase(pending.begin() + position);
  const Instruction *issuing = current;
  current = access->inst;
  events.clear();
  access->land(*this, *access);
  if (observer)
    observer->memoryLanded(*this, *access, events);
  if (state != WaveState::Failed)
    current = issuing;
  spare.push_back(std::move(access));
}

void Wave::landOldest(unsigned count) {
  for (; count && !pending.empty(); --count)
    landAt(0);
}

void Wave::landDue() {
  nextDue = ~uint64_t(0);
  for (size_t i = 0; i < pending.size();)
    if (pending[i]->due <= time())
      landAt(i);
    else
      nextDue = std::min(nextDue, pending[i++]->due);
}

void Wave::useMatrixUnit(unsigned passes) {
  stallUntil(matrixFree);
  if (isDue())
    landDue();
  matrixFree = time() + passes;
}

/// Lands the oldest accesses of each counter until no more than the given numbers are outstanding.
void Wave::waitFor(unsigned vmcnt, unsigned lgkmcnt) {
  unsigned vm = 0, lgkm = 0;
  for (const auto &access : pending) {
    vm += (access->counters & VmCnt) != 0;
    lgkm += (access->counters & LgkmCnt) != 0;
  }
  for (size_t i = 0; i < pending.size() && (vm > vmcnt || lgkm > lgkmcnt);) {
    uint8_t counters = pending[i]->counters;
    if (!((counters & VmCnt && vm > vmcnt) || (counters & LgkmCnt && lgkm > lgkmcnt))) {
      ++i;
      continue;
    }
    vm -= (counters & VmCnt) != 0;
    lgkm -= (counters & LgkmCnt) != 0;
    stallUntil(pending[i]->due);
    landAt(i);
  }
}

} // namespace kiln::emulator
