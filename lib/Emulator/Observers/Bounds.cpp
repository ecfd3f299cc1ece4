// Accesses outside allocations, LDS and scratch, writes to what is read-only, and misaligned accesses that
// the hardware does not do as asked.
//
// A buffer access that its descriptor's range drops is no finding: kernels rely on it. Plain vector accesses
// may have any alignment (amdhsa runs with unaligned access mode on); atomics, transposing LDS reads and
// scalar loads may not.
#include "Isa/Scalar.h"
#include "Observers/Findings.h"

using namespace llvm;

namespace kiln::emulator {

namespace {

class BoundsGroup final : public GroupObserver {
public:
  explicit BoundsGroup(FindingLog &log) : log(log) {}
  void reset(const Workgroup &) {}

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

  FindingLog &log;
};

} // namespace

std::unique_ptr<Observer> createBounds() { return std::make_unique<PooledObserver<BoundsGroup>>(); }

} // namespace kiln::emulator
