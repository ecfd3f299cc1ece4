// SMEM (CDNA3/CDNA4 manual 8).
#include "Isa/Scalar.h"

namespace kiln::emulator {

static u64 offsetOf(const Wave &wave, const Instruction &inst) {
  u64 soffset = inst.src[3] ? readScalar(wave, inst.src[3]) : 0;
  return int64_t(inst.offset) + soffset;
}

static void landLoad(Wave &wave, PendingAccess &access) {
  const Operand &dst = access.inst->dst[0];
  for (unsigned i = 0; i < dst.dwords; ++i) {
    u32 word = 0;
    if (!wave.load(MemorySpace::Global, 0, access.address[0] + 4 * i, &word, 4))
      return;
    wave.sgpr[(dst.index + i) & 127] = word;
  }
}

static void issueLoad(Wave &wave, const Instruction &inst) {
  PendingAccess &access = wave.newAccess(inst, LgkmCnt);
  access.address[0] = (readScalar(wave, inst.src[0]) + offsetOf(wave, inst)) & ~u64(3);
  access.exec = 1;
  access.land = landLoad;
  wave.issue(access);
}

void addSmem(InstructionSet &isa) {
  for (const char *name :
       {"s_load_dword", "s_load_dwordx2", "s_load_dwordx4", "s_load_dwordx8", "s_load_dwordx16"})
    isa.add(name, issueLoad);
  // Caches are not modelled: every access sees memory itself.
  for (const char *name : {"s_dcache_inv", "s_dcache_wb", "s_dcache_inv_vol", "s_dcache_wb_vol"})
    isa.add(name, [](Wave &, const Instruction &) {});
  // Time is the number of instructions executed, so that runs repeat.
  for (const char *name : {"s_memtime", "s_memrealtime"})
    isa.add(name,
            [](Wave &wave, const Instruction &inst) { writeScalar<u64>(wave, inst.dst[0], wave.executed); });
}

} // namespace kiln::emulator
