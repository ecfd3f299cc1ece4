// SOPK (CDNA3/CDNA4 manual 12.2). The decoder gives the 16-bit immediate, sign extended, as the last source.
#include "Isa/Scalar.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"

namespace kiln::emulator {

static void addCompares(InstructionSet &isa) {
  isa.scalar("s_cmpk_eq_i32", [](i32 a, i32 k, bool &scc) { scc = a == k; });
  isa.scalar("s_cmpk_lg_i32", [](i32 a, i32 k, bool &scc) { scc = a != k; });
  isa.scalar("s_cmpk_gt_i32", [](i32 a, i32 k, bool &scc) { scc = a > k; });
  isa.scalar("s_cmpk_ge_i32", [](i32 a, i32 k, bool &scc) { scc = a >= k; });
  isa.scalar("s_cmpk_lt_i32", [](i32 a, i32 k, bool &scc) { scc = a < k; });
  isa.scalar("s_cmpk_le_i32", [](i32 a, i32 k, bool &scc) { scc = a <= k; });
  isa.scalar("s_cmpk_eq_u32", [](u32 a, u16 k, bool &scc) { scc = a == k; });
  isa.scalar("s_cmpk_lg_u32", [](u32 a, u16 k, bool &scc) { scc = a != k; });
  isa.scalar("s_cmpk_gt_u32", [](u32 a, u16 k, bool &scc) { scc = a > k; });
  isa.scalar("s_cmpk_ge_u32", [](u32 a, u16 k, bool &scc) { scc = a >= k; });
  isa.scalar("s_cmpk_lt_u32", [](u32 a, u16 k, bool &scc) { scc = a < k; });
  isa.scalar("s_cmpk_le_u32", [](u32 a, u16 k, bool &scc) { scc = a <= k; });
}

/// Hardware registers by id (manual 12.2, s_getreg_b32). Those that describe where a wave runs read as 0.
static u32 readHardwareRegister(const Wave &wave, unsigned id) {
  enum { ModeId = 1, StatusId = 2, GprAllocId = 5, LdsAllocId = 6, XccId = 20 };
  switch (id) {
  case ModeId:
    return wave.mode.bits;
  case StatusId: { // SCC 0, EXECZ 9, VCCZ 10, IN_TG 11: one wave of several, VALID 16
    bool isOneOfSeveral = wave.group->waves.size() > 1;
    return u32(wave.scc) | u32(wave.exec() == 0) << 9 | u32(wave.vcc() == 0) << 10 |
           u32(isOneOfSeveral) << 11 | 1u << 16;
  }
  case GprAllocId: // VGPR_SIZE [13:8] in eights and SGPR_SIZE [27:24] in sixteens, less one (Linux,
                   // cwsr_trap_handler_gfx9.asm)
    return (wave.allocatedVgprs / 8u - 1) << 8 | (wave.allocatedSgprs / 16u - 1) << 24;
  case LdsAllocId: // LDS_SIZE [20:12] in blocks, which have 1280 bytes on gfx950 (CDNA4 manual 3.6.5)
    return u32(llvm::divideCeil(wave.group->lds.size(), wave.chip == Chip::Gfx950 ? 1280 : 512)) << 12;
  case XccId: // workgroups go round the eight dies
    return wave.group->id[0] % 8;
  default:
    return 0;
  }
}

struct RegisterField {
  unsigned id, offset, width;
  u32 mask() const { return width == 32 ? ~u32(0) : (u32(1) << width) - 1; }
};
static RegisterField fieldOf(u16 simm) { return {simm & 63u, simm >> 6 & 31u, (simm >> 11 & 31u) + 1}; }

static void setHardwareRegister(Wave &wave, u16 simm, u32 value) {
  RegisterField field = fieldOf(simm);
  u32 mask = field.mask() << field.offset;
  if (field.id == 1)
    wave.mode.bits = (wave.mode.bits & ~mask) | (value << field.offset & mask);
}

static unsigned stackPointer(const Wave &wave) { return wave.mode.bits >> 29; }
static void setStackPointer(Wave &wave, unsigned pointer) {
  wave.mode.bits = (wave.mode.bits & 0x1FFFFFFF) | pointer << 29;
}

void forkBranch(Wave &wave, u64 passing, u64 target) {
  u64 exec = wave.exec(), pass = passing & exec, fail = ~passing & exec, next = wave.pc;
  if (pass == exec) {
    wave.pc = target;
    return;
  }
  if (fail == exec)
    return;
  bool failsFirst = llvm::popcount(fail) < llvm::popcount(pass);
  unsigned entry = 4 * stackPointer(wave);
  wave.setPair(entry, failsFirst ? pass : fail);
  wave.setPair(entry + 2, failsFirst ? target : next);
  setStackPointer(wave, stackPointer(wave) + 1);
  wave.setPair(Exec, failsFirst ? fail : pass);
  wave.pc = failsFirst ? next : target;
}

void joinBranch(Wave &wave, u32 pointerAtFork) {
  if (stackPointer(wave) == pointerAtFork)
    return; // both ways have been gone
  setStackPointer(wave, stackPointer(wave) - 1);
  unsigned entry = 4 * stackPointer(wave);
  wave.setPair(Exec, wave.pair(entry));
  wave.pc = wave.pair(entry + 2);
}

void addSopk(InstructionSet &isa) {
  isa.add("s_cbranch_i_fork", [](Wave &wave, const Instruction &inst) {
    forkBranch(wave, scalarSource<u64>(wave, inst.src[0]), wave.pc + int64_t(inst.signedImm()) * 4);
  });
  addCompares(isa);
  isa.scalar("s_movk_i32", [](i32 k) { return k; });
  isa.scalar("s_addk_i32", [](i32 a, i32 k, bool &scc) {
    i32 r;
    scc = __builtin_add_overflow(a, k, &r);
    return r;
  });
  isa.scalar("s_mulk_i32", [](u32 a, u32 k) { return a * k; });
  isa.add("s_cmovk_i32", [](Wave &wave, const Instruction &inst) {
    if (wave.scc)
      writeScalar<i32>(wave, inst.dst[0], inst.signedImm());
  });
  isa.add("s_getreg_b32", [](Wave &wave, const Instruction &inst) {
    RegisterField field = fieldOf(inst.simm16);
    writeScalar<u32>(wave, inst.dst[0], readHardwareRegister(wave, field.id) >> field.offset & field.mask());
  });
  isa.add("s_setreg_b32", [](Wave &wave, const Instruction &inst) {
    setHardwareRegister(wave, inst.simm16, scalarSource<u32>(wave, inst.src[0]));
  });
  isa.add("s_setreg_imm32_b32", [](Wave &wave, const Instruction &inst) {
    setHardwareRegister(wave, inst.simm16, u32(inst.encoding[0] >> 32));
  });
  isa.add("s_call_b64", [](Wave &wave, const Instruction &inst) {
    writeScalar<u64>(wave, inst.dst[0], wave.pc);
    wave.pc += int64_t(inst.signedImm()) * 4;
  });
}

} // namespace kiln::emulator
