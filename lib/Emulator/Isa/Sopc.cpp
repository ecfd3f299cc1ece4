// SOPC (CDNA3/CDNA4 manual 12.4).
#include "Isa/Scalar.h"

namespace kiln::emulator {

template <class T> static void addCompares(InstructionSet &isa, llvm::StringRef suffix) {
  auto name = [&](const char *base) { return (base + suffix).str(); };
  isa.scalar(name("s_cmp_eq_"), [](T a, T b, bool &scc) { scc = a == b; });
  isa.scalar(name("s_cmp_lg_"), [](T a, T b, bool &scc) { scc = a != b; });
  isa.scalar(name("s_cmp_gt_"), [](T a, T b, bool &scc) { scc = a > b; });
  isa.scalar(name("s_cmp_ge_"), [](T a, T b, bool &scc) { scc = a >= b; });
  isa.scalar(name("s_cmp_lt_"), [](T a, T b, bool &scc) { scc = a < b; });
  isa.scalar(name("s_cmp_le_"), [](T a, T b, bool &scc) { scc = a <= b; });
}

void addSopc(InstructionSet &isa) {
  addCompares<i32>(isa, "i32");
  addCompares<u32>(isa, "u32");
  isa.scalar("s_cmp_eq_u64", [](u64 a, u64 b, bool &scc) { scc = a == b; });
  isa.scalar("s_cmp_lg_u64", [](u64 a, u64 b, bool &scc) { scc = a != b; });
  isa.scalar("s_bitcmp0_b32", [](u32 a, u32 b, bool &scc) { scc = !(a >> (b & 31) & 1); });
  isa.scalar("s_bitcmp1_b32", [](u32 a, u32 b, bool &scc) { scc = a >> (b & 31) & 1; });
  isa.scalar("s_bitcmp0_b64", [](u64 a, u32 b, bool &scc) { scc = !(a >> (b & 63) & 1); });
  isa.scalar("s_bitcmp1_b64", [](u64 a, u32 b, bool &scc) { scc = a >> (b & 63) & 1; });
  isa.add("s_setvskip", [](Wave &wave, const Instruction &inst) {
    u32 bit = scalarSource<u32>(wave, inst.src[0]) >> (scalarSource<u32>(wave, inst.src[1]) & 31) & 1;
    wave.mode.bits = (wave.mode.bits & ~(1u << 28)) | bit << 28;
  });
  // The second source field is the immediate itself: which operands to index (M0[15:12]).
  isa.add("s_set_gpr_idx_on", [](Wave &wave, const Instruction &inst) {
    u32 which = inst.encoding[0] >> 8 & 15;
    wave.mode.bits |= 1u << 27;
    wave.sgpr[M0] = (wave.sgpr[M0] & ~0xF0FFu) | which << 12 | (scalarSource<u32>(wave, inst.src[0]) & 0xFF);
  });
}

} // namespace kiln::emulator
