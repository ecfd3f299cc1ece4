// VOP1 (CDNA3/CDNA4 manual 12.8).
#include "Isa/Vector.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

namespace kiln::emulator {

static void addBits(InstructionSet &isa) {
  isa.vector("v_mov_b32", [](u32 a) { return a; });
  isa.vector("v_mov_b64", [](u64 a) { return a; });
  isa.vector("v_not_b32", [](u32 a) { return ~a; });
  isa.vector("v_bfrev_b32", [](u32 a) { return llvm::reverseBits(a); });
  isa.vector("v_ffbh_u32", [](u32 a) { return a ? u32(llvm::countl_zero(a)) : ~u32(0); });
  isa.vector("v_ffbl_b32", [](u32 a) { return a ? u32(llvm::countr_zero(a)) : ~u32(0); });
  isa.vector("v_ffbh_i32", [](i32 a) {
    u32 word = a < 0 ? ~u32(a) : u32(a);
    return word ? u32(llvm::countl_zero(word)) : ~u32(0);
  });
  isa.add("v_nop", [](Wave &, const Instruction &) {});
  // With EXEC = 0, lane 0 is read.
  isa.add("v_readfirstlane_b32", [](Wave &wave, const Instruction &inst) {
    unsigned lane = wave.exec() ? __builtin_ctzll(wave.exec()) : 0;
    LaneBuffer buffer;
    wave.sgpr[inst.dst[0].index] = plainSource(wave, inst.src[0], buffer).low[lane];
  });
}

static void addConversions(InstructionSet &isa) {
  isa.vector("v_cvt_f32_i32", [](i32 a) { return f32(a); });
  isa.vector("v_cvt_f32_u32", [](u32 a) { return f32(a); });
  isa.vector("v_cvt_f64_i32", [](i32 a) { return f64(a); });
  isa.vector("v_cvt_f64_u32", [](u32 a) { return f64(a); });
}

void addVop1(InstructionSet &isa) {
  addBits(isa);
  addConversions(isa);
}

} // namespace kiln::emulator
