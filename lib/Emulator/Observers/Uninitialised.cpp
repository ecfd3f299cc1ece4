// Values that nothing has written: registers at launch but those that the launch sets, LDS, scratch, and
// global memory that neither the host nor a kernel has written. They may be moved and computed with; a
// finding is their use as an address, in a store to global memory, or in a decision (a branch, EXEC).
//
// Undefinedness is followed by register, lane and half, for scalar registers by bit. Where a part of a
// register is written (SDWA, op_sel, v_writelane of a partly written scalar), the whole counts
// as written; values exchanged between lanes (DPP, permute) are undefined only where every lane's source is.
// So some misuses stay unseen, and good code gives no finding.
#include "Observers/Findings.h"
#include "Observers/Undefined.h"
#include "RelativeRegisters.h"

using namespace llvm;

namespace kiln::emulator {

namespace {

/// Lanes in which a half of a dword is undefined.
struct HalfLanes {
  uint64_t low, high;
};

/// Undefined lanes of a store's data, from issue to landing.
struct StoredLanes {
  uint64_t issued = 0;
  SmallVector<HalfLanes, 8> dwords;
};

struct WaveState {
  Undefined registers;
  std::vector<StoredLanes> stores;
  std::vector<uint64_t> scratch; ///< by dword of a lane's scratch: lanes in which it is written
};

bool movesLanes(const Instruction &inst) {
  StringRef name = inst.mnemonic;
  return name.contains("permute") || name.contains("swizzle");
}

/// Tells the memory that its stores are marked.
class UninitialisedLog : public FindingLog {
public:
  void begin(AddressSpace &memory, Program &program) {
    FindingLog::begin(memory, program);
    memory.trackStores();
  }
};

class UninitialisedGroup final : public GroupObserver {
public:
  explicit UninitialisedGroup(UninitialisedLog &log) : log(log) {}

  void reset(const Workgroup &group) {
    memory = {};
    waves.resize(group.waves.size());
    ldsWritten.assign(group.lds.size(), 0);
  }
  void waveBegin(const Wave &wave) override {
    WaveState &state = waves[wave.index];
    state.registers.begin(wave);
    state.stores.clear();
    state.scratch.assign(wave.scratchStride() / 4 + 1, 0);
  }

  void beforeInstruction(const Wave &wave, const Instruction &inst) override {
    Undefined &registers = waves[wave.index].registers;
    switch (inst.traits.unit) {
    case Unit::Control:
      registers.propagate(wave, inst);
      return checkBranch(wave, registers, inst);
    case Unit::Salu:
      checkJump(wave, registers, inst);
      [[fallthrough]];
    case Unit::Valu:
    case Unit::Matrix:
      checkIndex(wave, registers, inst);
      registers.propagate(wave, inst);
      return checkExec(wave, registers, inst);
    default:
      return checkMemory(wave, registers, inst);
    }
  }

  void memoryIssued(const Wave &wave, const PendingAccess &access) override {
    const Instruction &inst = *access.inst;
    WaveState &state = waves[wave.index];
    if (inst.traits.store && inst.traits.unit >= Unit::Lds) {
      StoredLanes lanes{access.issued, {}};
      uint64_t any = 0;
      for (unsigned n : {1u, 2u}) // DS two-address forms have data in both
        if (inst.src[n].isVector())
          for (unsigned i = 0; i < inst.src[n].dwords; ++i) {
            lanes.dwords.push_back(storedLanes(state.registers, inst, inst.src[n].index + i));
            any |= lanes.dwords.back().low | lanes.dwords.back().high;
          }
      if (any & access.exec)
        state.stores.push_back(std::move(lanes));
    } else if (movesLanes(inst) && inst.dst[0].isVector()) {
      const Operand &data = inst.src[1].isVector() ? inst.src[1] : inst.src[0];
      uint64_t lanes = state.registers.vector[data.index & 511];
      uint64_t undefined = (lanes & access.exec) == access.exec && lanes ? ~uint64_t(0) : 0;
      if (StringRef(inst.mnemonic).starts_with("ds_bpermute")) // each lane says whose data it gets
        undefined |= state.registers.vector[inst.src[0].index & 511];
      state.registers.setHalves(inst.dst[0].index, undefined, undefined, access.exec);
    }
  }

  void memoryLanded(const Wave &wave, const PendingAccess &access, ArrayRef<MemoryEvent> events) override {
    const Instruction &inst = *access.inst;
    WaveState &state = waves[wave.index];
    if (inst.traits.unit == Unit::Smem)
      return landScalar(wave, state, inst, events);
    bool fills = inst.dstCount && inst.dst[0].isVector() && !inst.traits.ldsDma && !movesLanes(inst);
    if (fills && !wave.sramEcc && fillsHalf(inst))
      setLoadedHalf(state.registers, inst, 0, access.exec);
    else if (fills)
      for (unsigned i = 0; i < inst.dst[0].dwords; ++i)
        state.registers.vector[(inst.dst[0].index + i) & 511] &= ~access.exec;
    auto stored = find_if(state.stores, [&](const StoredLanes &s) { return s.issued == access.issued; });
    const StoredLanes *data = stored == state.stores.end() ? nullptr : &*stored;
    std::fill(std::begin(progress), std::end(progress), 0);
    undefinedSource = 0;
    for (const MemoryEvent &event : events) {
      unsigned dword = progress[event.lane] / 4;
      progress[event.lane] += (event.size + 3) & ~3u;
      if (event.isAtomic)
        landAtomic(wave, state, inst, event);
      if (event.isWrite)
        landWrite(wave, state, event, data, dword);
      else if ((fills || inst.traits.ldsDma) && isUndefined(wave, state, event))
        fillUndefined(wave, state, access, event, dword);
    }
    if (data)
      state.stores.erase(stored);
  }

private:
  // Memory.

  /// The marks of [address, address + size) of global memory, or null where all of the allocation is written.
  uint8_t *marksOf(const Wave &wave, uint64_t address, unsigned size) {
    if (!memory.translate(*wave.memory, address, size) || !memory.last->written)
      return nullptr;
    return memory.last->written.get() + (address - memory.last->base);
  }

  bool isUndefined(const Wave &wave, const WaveState &state, const MemoryEvent &event) {
    switch (event.space) {
    case MemorySpace::Global: {
      const uint8_t *marks = marksOf(wave, event.address, event.size);
      return marks && memchr(marks, 0, event.size);
    }
    case MemorySpace::Lds:
      return event.address < ldsWritten.size() &&
             memchr(ldsWritten.data() + event.address, 0,
                    std::min<uint64_t>(event.size, ldsWritten.size() - event.address));
    default:
      for (uint64_t i = event.address / 4; i * 4 < event.address + event.size && i < state.scratch.size();
           ++i)
        if (!(state.scratch[i] >> event.lane & 1))
          return true;
      return false;
    }
  }

  /// What changes a value uses it; what replaces one does not.
  void landAtomic(const Wave &wave, WaveState &state, const Instruction &inst, const MemoryEvent &event) {
    if (event.space == MemorySpace::Global && !StringRef(inst.mnemonic).contains("_swap") &&
        isUndefined(wave, state, event))
      log.add(
          wave, inst, "uninitialised",
          [&] {
            return "global memory at " + FindingLog::hex(event.address) +
                   " holds a value that nothing has written, and is changed by an atomic";
          },
          event.lane, event.address);
  }

  void landWrite(const Wave &wave, WaveState &state, const MemoryEvent &event, const StoredLanes *data,
                 unsigned dword) {
    if (event.space == MemorySpace::Global) {
      if (uint8_t *marks = marksOf(wave, event.address, event.size))
        std::fill_n(marks, event.size, 1);
      return;
    }
    for (unsigned i = 0; i < event.size; i += 4) {
      unsigned word = dword + i / 4;
      HalfLanes undefined = data && word < data->dwords.size() ? data->dwords[word] : HalfLanes{0, 0};
      bool low = !((undefinedSource | undefined.low) >> event.lane & 1);
      bool high = !((undefinedSource | undefined.high) >> event.lane & 1);
      if (event.space == MemorySpace::Lds) {
        for (unsigned byte = i; byte < std::min<unsigned>(event.size, i + 4); ++byte)
          if (event.address + byte < ldsWritten.size())
            ldsWritten[event.address + byte] = byte - i < 2 ? low : high;
      } else if (uint64_t slot = (event.address + i) / 4; slot < state.scratch.size()) {
        uint64_t bit = uint64_t(1) << event.lane;
        state.scratch[slot] = low || high ? state.scratch[slot] | bit : state.scratch[slot] & ~bit;
      }
    }
  }

  void fillUndefined(const Wave &wave, WaveState &state, const PendingAccess &access,
                     const MemoryEvent &event, unsigned dword) {
    if (access.inst->traits.ldsDma) {
      undefinedSource |= uint64_t(1) << event.lane;
      return;
    }
    const Operand &dst = access.inst->dst[0];
    if (StringRef(access.inst->mnemonic).contains("_tr_")) { // a lane's data go to many
      for (unsigned i = 0; i < dst.dwords; ++i)
        state.registers.setHalves(dst.index + i, ~uint64_t(0), ~uint64_t(0), access.exec);
      return;
    }
    uint64_t lane = uint64_t(1) << event.lane;
    if (fillsHalf(*access.inst))
      return setLoadedHalf(state.registers, *access.inst, lane, lane);
    if (StringRef(access.inst->mnemonic).contains("_format_"))
      return fillTyped(wave, state, dst, event, lane);
    for (unsigned i = 0; i * 4 < event.size && dword + i < dst.dwords; ++i) {
      MemoryEvent part = partOf(event, i);
      if (!isUndefined(wave, state, part))
        continue;
      bool isWhole = part.size < 4;
      part.size = 2;
      bool low = isWhole || isUndefined(wave, state, part);
      part.address += 2;
      bool high = isWhole || isUndefined(wave, state, part);
      state.registers.setHalves(dst.index + dword + i, low ? lane : 0, high ? lane : 0, lane);
    }
  }

  /// The dword `i` of an access, or what there is of it.
  static MemoryEvent partOf(const MemoryEvent &event, unsigned i) {
    MemoryEvent part = event;
    part.address = event.address + 4 * i;
    part.size = std::min(4, event.size - 4 * int(i));
    return part;
  }

  /// Which register a part of a typed element goes to depends on formats: all or nothing.
  void fillTyped(const Wave &wave, WaveState &state, const Operand &dst, const MemoryEvent &event,
                 uint64_t lane) {
    for (unsigned i = 0; i * 4 < event.size; ++i)
      if (!isUndefined(wave, state, partOf(event, i)))
        return;
    for (unsigned i = 0; i < dst.dwords; ++i)
      state.registers.setHalves(dst.index + i, lane, lane, lane);
  }

  /// A load of one half of a register. The other becomes zero, or stays as it is without SRAM ECC.
  static bool fillsHalf(const Instruction &inst) {
    StringRef name = inst.mnemonic;
    return name.ends_with("_d16") || name.ends_with("_d16_hi");
  }
  static void setLoadedHalf(Undefined &registers, const Instruction &inst, uint64_t undefined,
                            uint64_t exec) {
    unsigned index = inst.dst[0].index;
    bool isHigh = StringRef(inst.mnemonic).ends_with("_hi");
    registers.setHalves(index, isHigh ? registers.low(index) : undefined,
                        isHigh ? undefined : registers.high(index), exec);
  }

  /// Lanes in which what a store takes of a data register is undefined. Up to 16 bits are a low half,
  /// wherever they come from.
  static HalfLanes storedLanes(const Undefined &registers, const Instruction &inst, unsigned index) {
    StringRef name = inst.mnemonic;
    if (name.ends_with("_d16_hi"))
      return {registers.high(index), 0};
    bool isNarrow = name.ends_with("_b16") || name.ends_with("_b8") || name.ends_with("_short") ||
                    name.ends_with("_byte");
    return {registers.low(index), isNarrow ? 0 : registers.high(index)};
  }

  void landScalar(const Wave &wave, WaveState &state, const Instruction &inst, ArrayRef<MemoryEvent> events) {
    for (unsigned i = 0; i < inst.dst[0].dwords; ++i)
      state.registers.scalar[(inst.dst[0].index + i) & 127] = 0;
    for (unsigned i = 0; i < events.size(); ++i) {
      if (events[i].isAtomic)
        landAtomic(wave, state, inst, events[i]);
      if (events[i].isWrite)
        landWrite(wave, state, events[i], nullptr, 0);
      else if (isUndefined(wave, state, events[i]))
        state.registers.scalar[(inst.dst[0].index + i) & 127] = ~uint32_t(0);
    }
  }

  /// Addresses, and data on the way to global memory.
  void checkMemory(const Wave &wave, Undefined &registers, const Instruction &inst) {
    uint64_t exec = wave.exec();
    bool isScalar = inst.traits.unit == Unit::Smem;
    if (!isScalar && !exec)
      return;
    for (unsigned n : {0u, 2u, 3u}) {
      const Operand &source = inst.src[n];
      if (source.kind == OperandKind::Sgpr)
        for (unsigned i = 0; i < source.dwords; ++i)
          useScalar(wave, registers, inst, source.index + i, "used as an address");
      else if (n == 0 && source.isVector() && !(inst.traits.unit == Unit::Lds && movesLanes(inst)))
        useVector(wave, registers, inst, source, exec, "used as an address");
    }
    // M0[17:0] is where a load into LDS puts its data, M0[15:0] where the forms with the lane's number look.
    if (inst.traits.readsM0 && registers.scalar[M0] & (inst.traits.ldsDma ? 0x3FFFF : 0xFFFF))
      useScalar(wave, registers, inst, M0, "used as an address");
    if (!inst.traits.store && !inst.traits.atomic)
      return;
    const Operand &data = inst.src[1];
    if (isScalar && data.kind == OperandKind::Sgpr)
      for (unsigned i = 0; i < data.dwords; ++i)
        useScalar(wave, registers, inst, data.index + i, "stored");
    if (data.isVector() && goesToGlobal(wave, inst, exec))
      useStored(wave, registers, inst, data, exec);
  }
  static bool goesToGlobal(const Wave &wave, const Instruction &inst, uint64_t exec) {
    if (inst.traits.unit == Unit::Lds || StringRef(inst.mnemonic).starts_with("scratch_"))
      return false;
    if (inst.traits.unit != Unit::Flat)
      return true;
    uint32_t high = wave.vgpr[(inst.src[0].index + 1) & 511][__builtin_ctzll(exec)];
    return high != SharedAperture >> 32 && high != PrivateAperture >> 32;
  }

  // Decisions.

  void checkBranch(const Wave &wave, Undefined &registers, const Instruction &inst) {
    StringRef name = inst.mnemonic;
    if (!name.starts_with("s_cbranch"))
      return;
    uint64_t vcc = registers.pair(Vcc);
    bool byScc = name.starts_with("s_cbranch_scc") && registers.scc;
    bool byVcc = name.starts_with("s_cbranch_vcc") && vcc && !(wave.vcc() & ~vcc);
    if (byScc || byVcc)
      report(wave, inst, byScc ? "scc" : "vcc", -1, "used as the condition of a branch");
    if (byScc)
      registers.scc = false;
    if (byVcc)
      registers.scalar[Vcc] = registers.scalar[Vcc + 1] = 0;
  }
  void checkJump(const Wave &wave, Undefined &registers, const Instruction &inst) {
    StringRef name = inst.mnemonic;
    if ((name == "s_setpc_b64" || name == "s_swappc_b64") && inst.src[0].kind == OperandKind::Sgpr)
      for (unsigned i = 0; i < 2; ++i)
        useScalar(wave, registers, inst, inst.src[0].index + i, "used as an address");
    if (name.starts_with("s_cbranch"))
      for (const Operand &source : ArrayRef(inst.src).take_front(inst.srcCount))
        for (unsigned i = 0; source.kind == OperandKind::Sgpr && i < source.dwords; ++i)
          useScalar(wave, registers, inst, source.index + i, "used in a branch");
  }
  /// VGPR indexing uses M0[7:0] and M0[15:12], s_movrel all of it.
  void checkIndex(const Wave &wave, Undefined &registers, const Instruction &inst) {
    uint32_t used = isIndexed(wave, inst)                                   ? 0xF0FF
                    : inst.traits.readsM0 && inst.traits.unit == Unit::Salu ? ~uint32_t(0)
                                                                            : 0;
    if (registers.scalar[M0] & used)
      useScalar(wave, registers, inst, M0, "used as the index of a register");
  }
  void checkExec(const Wave &wave, Undefined &registers, const Instruction &inst) {
    if (!registers.pair(Exec))
      return;
    report(wave, inst, "exec", __builtin_ctzll(registers.pair(Exec)), "used as the mask of active lanes");
    registers.scalar[Exec] = registers.scalar[Exec + 1] = 0;
  }

  void useScalar(const Wave &wave, Undefined &registers, const Instruction &inst, unsigned index,
                 const char *as) {
    uint32_t &bits = registers.scalar[index & 127];
    if (LLVM_LIKELY(!bits))
      return;
    report(wave, inst, registerName(RegisterFile::Scalar, index), -1, as);
    bits = 0;
  }
  void useVector(const Wave &wave, Undefined &registers, const Instruction &inst, const Operand &source,
                 uint64_t exec, const char *as) {
    for (unsigned i = 0; i < source.dwords; ++i) {
      uint64_t lanes = registers.vector[(source.index + i) & 511] & exec;
      if (LLVM_LIKELY(!lanes))
        continue;
      report(wave, inst, registerName(RegisterFile::Vector, (source.index + i) & 511), __builtin_ctzll(lanes),
             as);
      registers.setHalves(source.index + i, 0, 0, exec); // one finding for one misuse
    }
  }
  /// Structures have padding, vectors of three a fourth element: what a lane stores is misused only where
  /// nothing of it has been written.
  void useStored(const Wave &wave, Undefined &registers, const Instruction &inst, const Operand &data,
                 uint64_t exec) {
    uint64_t lanes = exec;
    for (unsigned i = 0; i < data.dwords; ++i) {
      HalfLanes undefined = storedLanes(registers, inst, data.index + i);
      lanes &= undefined.low | undefined.high;
    }
    if (lanes)
      useVector(wave, registers, inst, data, lanes, "stored");
  }
  void report(const Wave &wave, const Instruction &inst, const std::string &what, int lane, const char *as) {
    log.add(
        wave, inst, "uninitialised",
        [&] { return what + " holds a value that nothing has written, and is " + as; }, lane);
  }

  UninitialisedLog &log;
  AllocationCache memory;
  uint64_t undefinedSource = 0; ///< lanes in which a load into LDS reads what nothing has written
  std::vector<WaveState> waves;
  std::vector<uint8_t> ldsWritten; ///< by byte
  unsigned progress[Lanes];
};

} // namespace

std::unique_ptr<Observer> createUninitialised() {
  return std::make_unique<PooledObserver<UninitialisedGroup, UninitialisedLog>>();
}

} // namespace kiln::emulator
