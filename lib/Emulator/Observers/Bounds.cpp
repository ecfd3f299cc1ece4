// Accesses outside allocations, LDS and scratch, writes to what is read-only, misaligned accesses that
// the hardware does not do as asked, and registers that the kernel has not been given.
//
// A buffer access that its descriptor's range drops is no finding: kernels rely on it. Plain vector accesses
// may have any alignment (amdhsa runs with unaligned access mode on); atomics, transposing LDS reads and
// scalar loads may not.
#include "Isa/Scalar.h"
#include "Observers/Findings.h"
#include "RelativeRegisters.h"

using namespace llvm;

namespace kiln::emulator {

namespace {

class BoundsGroup final : public GroupObserver {
public:
  explicit BoundsGroup(FindingLog &log) : log(log) {}
  void reset(const Workgroup &group) { usesVcc.assign(group.waves.size(), {}); }

  void outOfBounds(const Wave &wave, const Instruction &inst, const MemoryEvent &event) override {
    const Allocation *near =
        event.space == MemorySpace::Global ? wave.memory->nearest(event.address) : nullptr;
    bool isProtected = near && near->contains(event.address, event.size);
    log.add(
        wave, inst, isProtected ? "read-only" : "out-of-bounds",
        [&] {
          std::string text =
              std::string(event.isWrite ? "writes " : "reads ") + std::to_string(event.size) + " bytes";
          if (event.space == MemorySpace::Lds)
            return text + " of LDS at " + FindingLog::hex(event.address) + ", which has " +
                   std::to_string(wave.group->lds.size());
          if (event.space == MemorySpace::Scratch)
            return text + " of scratch at " + FindingLog::hex(event.address) + ", which has " +
                   std::to_string(wave.scratchSize) + " a lane";
          text += (isProtected ? " of read-only memory at " : " of global memory at ") +
                  FindingLog::hex(event.address);
          return near ? text + ", " + std::to_string(event.address - near->base) + " bytes into '" +
                            near->name + "' of " + std::to_string(near->size)
                      : text + ", below every allocation";
        },
        event.lane, event.address);
  }

  void beforeInstruction(const Wave &wave, const Instruction &inst) override {
    checkRegisters(wave, inst);
    if (inst.traits.unit != Unit::Smem || !inst.traits.load || inst.src[0].dwords != 2)
      return;
    uint64_t address = readScalar(wave, inst.src[0]) + int64_t(inst.offset) +
                       (inst.src[3] ? readScalar(wave, inst.src[3]) : 0);
    if (address & 3)
      misaligned(wave, inst, -1, address, 4, "the low bits are dropped");
  }

  void memoryIssued(const Wave &wave, const PendingAccess &access) override {
    const Instruction &inst = *access.inst;
    StringRef name = inst.mnemonic;
    bool isTransposed = name.contains("_tr_");
    if ((!inst.traits.atomic && !isTransposed) || inst.traits.unit == Unit::Smem)
      return;
    // ds_read_b96_tr_b6 wants dwords; atomics their whole size.
    bool isWide = isTransposed ? !name.contains("b96") : name.contains("64") || name.ends_with("_x2");
    unsigned alignment = isWide ? 8 : 4;
    for (uint64_t lanes = access.exec; lanes; lanes &= lanes - 1) {
      int lane = __builtin_ctzll(lanes);
      if (access.address[lane] % alignment)
        return misaligned(wave, inst, lane, access.address[lane], alignment,
                          isTransposed ? "a transposing read needs it" : "an atomic needs it");
    }
  }

private:
  // Registers.

  void checkRegisters(const Wave &wave, const Instruction &inst) {
    RegisterCounts limit = wave.registers;
    bool isIndexedVector = isIndexed(wave, inst);
    if (LLVM_UNLIKELY(isIndexedVector || (inst.traits.unit == Unit::Salu && inst.traits.readsM0))) {
      if (auto missing = MovedInstruction(wave, inst).beyond())
        reportRegister(wave, inst, missing->file, missing->number, missing->isWritten);
      if (isIndexedVector)
        limit.arch = limit.acc = 256;
    }
    if (LLVM_UNLIKELY(!inst.needs.within(limit)))
      findMissing(wave, inst, limit);
    if (wave.allocatedSgprs < Vcc + 2)
      checkVcc(wave, inst);
  }

  void findMissing(const Wave &wave, const Instruction &inst, const RegisterCounts &limit) {
    for (const auto *ranges : {&inst.reads, &inst.writes})
      for (const RegisterRange &range : *ranges) {
        bool isVector = range.file == RegisterFile::Vector, isAcc = isVector && range.index >= 256;
        unsigned first = isVector ? range.index & 255 : range.index;
        unsigned have = isAcc ? limit.acc : isVector ? limit.arch : limit.scalar;
        bool isCounted = isVector || (range.file == RegisterFile::Scalar && first < FlatScratch);
        if (isCounted && first + range.count > have)
          return reportRegister(wave, inst,
                                isAcc      ? 'a'
                                : isVector ? 'v'
                                           : 's',
                                std::max(first, have), ranges == &inst.writes);
      }
  }

  void reportRegister(const Wave &wave, const Instruction &inst, char file, uint64_t number, bool isWritten) {
    log.add(wave, inst, "unallocated-register", [&] {
      const RegisterCounts &have = wave.registers;
      std::string text = file + std::to_string(number) + (isWritten ? " is written" : " is read") +
                         ", and the wave has " +
                         std::to_string(file == 's'   ? have.scalar
                                        : file == 'a' ? have.acc
                                                      : have.arch) +
                         " registers " + file;
      if (isWritten)
        return text + (file == 's' ? ": the result is dropped" : ": the instruction is ignored");
      return text + ": " + (file == 's' ? "s0" : file == 'a' ? "a0" : "v0") + " is read";
    });
  }

  /// The last two of a wave's scalar registers are VCC (manual 3.9), and may be used as others where it is
  /// not.
  void checkVcc(const Wave &wave, const Instruction &inst) {
    VccUse &use = usesVcc[wave.index];
    use.byName |= inst.usesVcc;
    use.byNumber |= inst.needs.scalar + 2 > wave.allocatedSgprs && inst.needs.scalar <= wave.allocatedSgprs;
    if (LLVM_LIKELY(!use.byName || !use.byNumber))
      return;
    log.add(wave, inst, "unallocated-register", [&] {
      std::string last = std::to_string(wave.allocatedSgprs - 1);
      return "s" + std::to_string(wave.allocatedSgprs - 2) + " and s" + last + " are VCC, of " +
             std::to_string(wave.allocatedSgprs) + " scalar registers that the wave has, and both are used";
    });
    use = {};
  }

  void misaligned(const Wave &wave, const Instruction &inst, int lane, uint64_t address, unsigned alignment,
                  const char *why) {
    log.add(
        wave, inst, "misaligned",
        [&] {
          return "address " + FindingLog::hex(address) + " is no multiple of " + std::to_string(alignment) +
                 ": " + why;
        },
        lane, address);
  }

  /// Whether a wave has used VCC, and the registers in which it stands.
  struct VccUse {
    bool byName = false, byNumber = false;
  };

  FindingLog &log;
  std::vector<VccUse> usesVcc;
};

} // namespace

std::unique_ptr<Observer> createBounds() { return std::make_unique<PooledObserver<BoundsGroup>>(); }

} // namespace kiln::emulator
