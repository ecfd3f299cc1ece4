// SOPP (CDNA3/CDNA4 manual 12.5).
#include "Isa/Scalar.h"

namespace kiln::emulator {

template <class Condition>
static void addBranch(InstructionSet &isa, llvm::StringRef name, Condition condition) {
  static const Condition kept = condition;
  isa.add(name, [](Wave &wave, const Instruction &inst) {
    if (kept(wave))
      wave.pc += int64_t(inst.signedImm()) * 4;
  });
}

static void addBranches(InstructionSet &isa) {
  addBranch(isa, "s_branch", [](const Wave &) { return true; });
  addBranch(isa, "s_cbranch_scc0", [](const Wave &wave) { return !wave.scc; });
  addBranch(isa, "s_cbranch_scc1", [](const Wave &wave) { return wave.scc; });
  addBranch(isa, "s_cbranch_vccz", [](const Wave &wave) { return wave.vcc() == 0; });
  addBranch(isa, "s_cbranch_vccnz", [](const Wave &wave) { return wave.vcc() != 0; });
  addBranch(isa, "s_cbranch_execz", [](const Wave &wave) { return wave.exec() == 0; });
  addBranch(isa, "s_cbranch_execnz", [](const Wave &wave) { return wave.exec() != 0; });
  // No debugger is attached: COND_DBG_USER and COND_DBG_SYS are 0.
  for (const char *name :
       {"s_cbranch_cdbgsys", "s_cbranch_cdbguser", "s_cbranch_cdbgsys_or_user", "s_cbranch_cdbgsys_and_user"})
    isa.add(name, [](Wave &, const Instruction &) {});
}

static void endProgram(Wave &wave, const Instruction &) {
  wave.waitFor(0, 0); // what is in flight still arrives
  if (wave.state != WaveState::Failed)
    wave.state = WaveState::Ended;
}

void addSopp(InstructionSet &isa) {
  isa.refuse("s_endpgm_ordered_ps_done", "it ends pixel shaders");
  isa.refuse("s_sendmsghalt", "nobody receives the message and resumes the wave");
  addBranches(isa);
  isa.add("s_endpgm", endProgram);
  isa.add("s_endpgm_saved", endProgram);
  isa.add("s_barrier", [](Wave &wave, const Instruction &) { wave.state = WaveState::AtBarrier; });
  // VM [3:0] and [15:14], EXP [6:4], LGKM [11:8]. Compute has no exports.
  isa.add("s_waitcnt", [](Wave &wave, const Instruction &inst) {
    wave.waitFor((inst.simm16 & 15) | (inst.simm16 >> 14 & 3) << 4, inst.simm16 >> 8 & 15);
  });
  isa.add("s_set_gpr_idx_off", [](Wave &wave, const Instruction &) { wave.mode.bits &= ~(1u << 27); });
  isa.add("s_set_gpr_idx_mode", [](Wave &wave, const Instruction &inst) {
    wave.sgpr[M0] = (wave.sgpr[M0] & ~0xF000u) | u32(inst.simm16 & 15) << 12;
  });
  // 3 is for a debugger; without one the trap handler returns (AMDGPUUsage, "Trap Handler ABI").
  isa.add("s_trap", [](Wave &wave, const Instruction &inst) {
    if (inst.simm16 != 3)
      wave.fail("the kernel trapped (s_trap " + llvm::Twine(inst.simm16) + ")");
  });
  // 64 cycles each (CDNA3 ISA 12.5).
  isa.add("s_sleep", [](Wave &wave, const Instruction &inst) {
    ++wave.group->polls;
    wave.stalled += 16 * (inst.simm16 & 127);
  });
  isa.add("s_nop", [](Wave &wave, const Instruction &inst) { wave.stalled += inst.simm16 & 15; });
  isa.add("s_setkill", [](Wave &wave, const Instruction &inst) {
    if (inst.simm16 & 1)
      endProgram(wave, inst);
  });
  isa.add("s_sethalt", [](Wave &wave, const Instruction &inst) {
    if (inst.simm16 & 1)
      wave.fail("the wave halts (s_sethalt), and nobody resumes it");
  });
  // Priority, messages to the host and caches: without effect on what is computed.
  for (const char *name : {"s_setprio", "s_wakeup", "s_sendmsg", "s_icache_inv", "s_incperflevel",
                           "s_decperflevel", "s_ttracedata"})
    isa.add(name, [](Wave &, const Instruction &) {});
}

} // namespace kiln::emulator
