// Registers and LDS that are used before the memory access that fills them has returned.
//
// What a wait covers is InFlight.h's. The source registers of stores need no wait: from gfx8 on they are read
// before the next instruction may overwrite them, but for the wide stores that the wait-states observer
// knows.
#include "Observers/Findings.h"
#include "Observers/InFlight.h"
#include "RelativeRegisters.h"

using namespace llvm;

namespace kiln::emulator {

namespace {

/// LDS bytes that a load into LDS will write.
struct DmaRange {
  const Instruction *inst = nullptr;
  uint32_t id = 0;
  uint64_t begin = 0, end = 0, issued = 0, completed = ~uint64_t(0);
};

struct WaveWaits {
  InFlight flight;
  std::vector<DmaRange> dma;
  unsigned loads = 0;       // in flight, with registers to fill
  uint32_t owner[640] = {}; // vector registers, then scalar ones: id of the load that fills it, or 0
};

constexpr unsigned ScalarBase = 512;

/// From one lane's bytes in LDS to the next lane's.
unsigned dmaStride(const Instruction &inst) {
  StringRef name = inst.mnemonic;
  return name.ends_with("x4") || name.ends_with("x3") ? 16 : 4;
}

class MissingWaitGroup final : public GroupObserver {
public:
  explicit MissingWaitGroup(FindingLog &log) : log(log) {}
  void reset(const Workgroup &group) { waves.assign(group.waves.size(), WaveWaits()); }

  void beforeInstruction(const Wave &wave, const Instruction &inst) override {
    WaveWaits &waits = waves[wave.index];
    if (inst.traits.wait)
      return waits.flight.wait(inst, [&](const InFlight::Access &access) { complete(wave, waits, access); });
    if (!waits.loads)
      return;
    if (inst.traits.unit >= Unit::Lds || inst.traits.unit == Unit::Smem)
      return checkMemory(wave, waits, inst);
    MovedInstruction moved(wave, inst);
    for (const RegisterRange &range : moved->reads)
      check(wave, waits, inst, range, "read");
    for (const RegisterRange &range : moved->writes)
      check(wave, waits, inst, range, "overwritten");
  }

  void memoryIssued(const Wave &wave, const PendingAccess &access) override {
    const Instruction &inst = *access.inst;
    WaveWaits &waits = waves[wave.index];
    uint32_t id = InFlight::idOf(access);
    waits.flight.issue(wave, access,
                       [&](const InFlight::Access &returned) { complete(wave, waits, returned); });
    if (inst.traits.ldsDma && access.exec) {
      uint64_t base = (access.m0 & (inst.format == Format::Flat ? 0x3FFFC : 0x3FFFF)) + inst.offset;
      unsigned lanes = Lanes - countLeadingZeros(access.exec);
      waits.dma.push_back({&inst, id, base, base + lanes * dmaStride(inst), access.issued});
      if (waits.dma.size() > 128)
        erase_if(waits.dma, [](const DmaRange &range) { return range.completed != ~uint64_t(0); });
    } else if (fillsRegisters(inst)) {
      ++waits.loads;
      const Operand &dst = inst.dst[0];
      for (unsigned i = 0; i < dst.dwords; ++i)
        waits.owner[slot(dst, i)] = id;
    }
  }

  void memoryLanded(const Wave &wave, const PendingAccess &access, ArrayRef<MemoryEvent> events) override {
    WaveWaits &waits = waves[wave.index];
    if (waits.dma.empty() || access.inst->traits.ldsDma)
      return;
    for (DmaRange &range : waits.dma)
      if (range.issued < access.issued && access.issued < range.completed)
        checkLds(wave, access, range, events);
  }

private:
  static unsigned countLeadingZeros(uint64_t mask) { return unsigned(__builtin_clzll(mask)); }
  static unsigned slot(const Operand &operand, unsigned i) {
    return operand.isVector() ? (operand.index + i) & 511 : ScalarBase + ((operand.index + i) & 127);
  }
  static bool fillsRegisters(const Instruction &inst) { return inst.dstCount && !inst.traits.ldsDma; }

  void complete(const Wave &wave, WaveWaits &waits, const InFlight::Access &entry) {
    if (entry.inst->traits.ldsDma) {
      for (DmaRange &range : waits.dma)
        if (range.id == entry.id)
          range.completed = wave.executed;
    } else if (fillsRegisters(*entry.inst)) {
      --waits.loads;
      release(waits, entry);
    }
  }
  void release(WaveWaits &waits, const InFlight::Access &entry) {
    const Operand &dst = entry.inst->dst[0];
    for (unsigned i = 0; i < dst.dwords; ++i)
      if (waits.owner[slot(dst, i)] == entry.id)
        waits.owner[slot(dst, i)] = 0;
  }

  /// Whether an older load's data are in the registers before those of a load of `queue`. Each queue returns in
  /// order, but for scalar loads and FLAT; of FLAT, what comes from memory is in order with vector memory, so
  /// that only what comes from LDS must have been waited for (CDNA3 manual 4.4; LLVM's SIInsertWaitcnts relies
  /// on it).
  static bool returnsBefore(const InFlight::Access &older, Queue queue) {
    if (older.queue == Queue::Flat)
      return older.lgkmDone && queue == Queue::Vector;
    return older.queue == queue && queue <= Queue::Lds;
  }
  /// A memory instruction reads its sources; it may fill a register again that an older one fills first.
  void checkMemory(const Wave &wave, WaveWaits &waits, const Instruction &inst) {
    for (const Operand &source : ArrayRef(inst.src).take_front(inst.srcCount))
      if (source.kind == OperandKind::Vgpr || source.kind == OperandKind::Sgpr)
        check(wave, waits, inst, {fileOf(source), source.index, source.dwords}, "read");
    if (!fillsRegisters(inst))
      return;
    const Operand &dst = inst.dst[0];
    Queue queue = queueOf(wave, inst);
    for (unsigned i = 0; i < dst.dwords; ++i) {
      const InFlight::Access *entry = waits.flight.find(waits.owner[slot(dst, i)]);
      if (entry && !returnsBefore(*entry, queue))
        return report(wave, waits, inst, *entry, fileOf(dst), dst.index + i, "filled again");
    }
  }
  static RegisterFile fileOf(const Operand &operand) {
    return operand.isVector() ? RegisterFile::Vector : RegisterFile::Scalar;
  }

  void check(const Wave &wave, WaveWaits &waits, const Instruction &inst, const RegisterRange &range,
             const char *how) {
    if (range.file != RegisterFile::Vector && range.file != RegisterFile::Scalar)
      return;
    bool isVector = range.file == RegisterFile::Vector;
    for (unsigned i = 0; i < range.count; ++i) {
      unsigned index = range.index + i;
      uint32_t id = waits.owner[isVector ? index & 511 : ScalarBase + (index & 127)];
      if (LLVM_UNLIKELY(id))
        if (const InFlight::Access *entry = waits.flight.find(id))
          return report(wave, waits, inst, *entry, range.file, index, how);
    }
  }

  static std::string neededWait(const WaveWaits &waits, const InFlight::Access &entry) {
    unsigned younger = 0;
    for (const InFlight::Access &other : waits.flight.all())
      younger += other.id > entry.id && other.queue == entry.queue;
    switch (entry.queue) {
    case Queue::Vector:
      return "vmcnt(" + std::to_string(younger) + ")";
    case Queue::Lds:
      return "lgkmcnt(" + std::to_string(younger) + ")";
    case Queue::Scalar:
      return "lgkmcnt(0)";
    default:
      return "vmcnt(0) lgkmcnt(0)";
    }
  }

  void report(const Wave &wave, WaveWaits &waits, const Instruction &inst, const InFlight::Access &entry,
              RegisterFile file, unsigned index, const char *how) {
    log.add(wave, inst, "missing-wait", [&] {
      return registerName(file, index) + " is " + how + " before " + log.describe(*entry.inst) +
             " has filled it: s_waitcnt " + neededWait(waits, entry) + " is missing";
    });
    release(waits, entry); // one finding for one missing wait
  }

  void checkLds(const Wave &wave, const PendingAccess &access, DmaRange &range,
                ArrayRef<MemoryEvent> events) {
    for (const MemoryEvent &event : events)
      if (event.space == MemorySpace::Lds && event.address < range.end &&
          range.begin < event.address + event.size) {
        log.add(
            wave, *access.inst, "missing-wait",
            [&] {
              return "LDS byte " + FindingLog::hex(event.address) + " is " +
                     (event.isWrite ? "written" : "read") + " before " + log.describe(*range.inst) +
                     " has filled it: s_waitcnt vmcnt is missing";
            },
            event.lane, event.address);
        range.completed = 0;
        return;
      }
  }

  FindingLog &log;
  std::vector<WaveWaits> waves;
};

} // namespace

std::unique_ptr<Observer> createMissingWait() { return std::make_unique<PooledObserver<MissingWaitGroup>>(); }

} // namespace kiln::emulator
