// VOP3-only instructions (CDNA3/CDNA4 manual 12.10).
#include "Isa/Vector.h"
#include <cmath>

namespace kiln::emulator {

static void addShiftsAndAdds(InstructionSet &isa) {
  isa.vector("v_lshl_or_b32", [](u32 a, u32 b, u32 c) { return a << (b & 31) | c; });
  isa.vector("v_and_or_b32", [](u32 a, u32 b, u32 c) { return (a & b) | c; });
  isa.vector("v_or3_b32", [](u32 a, u32 b, u32 c) { return a | b | c; });
  isa.vector("v_add3_u32", [](u32 a, u32 b, u32 c) { return a + b + c; });
  isa.vector("v_lshl_add_u32", [](u32 a, u32 b, u32 c) { return (a << (b & 31)) + c; });
  isa.vector("v_add_lshl_u32", [](u32 a, u32 b, u32 c) { return (a + b) << (c & 31); });
  isa.vector("v_xad_u32", [](u32 a, u32 b, u32 c) { return (a ^ b) + c; });
  // Shift counts above 4 count as 0.
  isa.vector("v_lshl_add_u64", [](u64 a, u32 b, u64 c) { return (a << ((b & 7) <= 4 ? b & 7 : 0)) + c; });
  isa.vector("v_lshlrev_b64", [](u32 a, u64 b) { return b << (a & 63); });
  isa.vector("v_lshrrev_b64", [](u32 a, u64 b) { return b >> (a & 63); });
  isa.vector("v_ashrrev_i64", [](u32 a, i64 b) { return b >> (a & 63); });
}

static void addMultiplies(InstructionSet &isa) {
  isa.vector("v_mul_lo_u32", [](u32 a, u32 b) { return a * b; });
  isa.vector("v_mul_hi_u32", [](u32 a, u32 b) { return u32(u64(a) * b >> 32); });
  isa.vector("v_mul_hi_i32", [](i32 a, i32 b) { return i32(i64(a) * b >> 32); });
  isa.vector("v_mad_u32_u24", [](u32 a, u32 b, u32 c) { return (a & 0xFFFFFF) * (b & 0xFFFFFF) + c; });
  isa.vector("v_mad_i32_i24",
             [](u32 a, u32 b, u32 c) { return u32((i32(a << 8) >> 8) * i64(i32(b << 8) >> 8)) + c; });
}

static void addFields(InstructionSet &isa) {
  isa.vector("v_bfe_u32", [](u32 a, u32 b, u32 c) { return a >> (b & 31) & ((u32(1) << (c & 31)) - 1); });
  isa.vector("v_bfe_i32", [](i32 a, u32 b, u32 c) {
    u32 width = c & 31;
    return width ? i32(u32(a >> (b & 31)) << (32 - width)) >> (32 - width) : 0;
  });
  isa.vector("v_bfi_b32", [](u32 a, u32 b, u32 c) { return (a & b) | (~a & c); });
  isa.vector("v_alignbit_b32", [](u32 a, u32 b, u32 c) { return u32((u64(a) << 32 | b) >> (c & 31)); });
  isa.vector("v_alignbyte_b32", [](u32 a, u32 b, u32 c) { return u32((u64(a) << 32 | b) >> (8 * (c & 3))); });
  isa.vector("v_bfm_b32", [](u32 a, u32 b) { return ((u32(1) << (a & 31)) - 1) << (b & 31); });
  isa.vector("v_bcnt_u32_b32", [](u32 a, u32 b) { return u32(__builtin_popcount(a)) + b; });
}

static void addFloats(InstructionSet &isa) {
  isa.vector("v_fma_f32", [](f32 a, f32 b, f32 c) { return std::fma(a, b, c); });
  isa.vector("v_fma_f64", [](f64 a, f64 b, f64 c) { return std::fma(a, b, c); });
  isa.vector("v_add_f64", [](f64 a, f64 b) { return a + b; });
  isa.vector("v_mul_f64", [](f64 a, f64 b) { return a * b; });
}

static void addLanes(InstructionSet &isa) {
  isa.vector("v_accvgpr_read_b32", [](u32 a) { return a; });
  isa.vector("v_accvgpr_write_b32", [](u32 a) { return a; });
  isa.vector("v_accvgpr_mov_b32", [](u32 a) { return a; });
  isa.add("v_readlane_b32", [](Wave &wave, const Instruction &inst) {
    LaneBuffer buffer;
    unsigned lane = scalarSource<u32>(wave, inst.src[1]) & 63;
    wave.sgpr[inst.dst[0].index] = plainSource(wave, inst.src[0], buffer).low[lane];
  });
  isa.add("v_writelane_b32", [](Wave &wave, const Instruction &inst) {
    unsigned lane = scalarSource<u32>(wave, inst.src[1]) & 63;
    wave.vgpr[inst.dst[0].index][lane] = scalarSource<u32>(wave, inst.src[0]);
  });
  // Counts the mask bits below the lane: lanes 0..31 for lo, 32..63 for hi.
  isa.add("v_mbcnt_lo_u32_b32", [](Wave &wave, const Instruction &inst) {
    LaneBuffer first, second, out;
    LaneSource mask = plainSource(wave, inst.src[0], first), add = plainSource(wave, inst.src[1], second);
    for (unsigned lane = 0; lane < Lanes; ++lane) {
      u32 below = lane >= 32 ? ~u32(0) : (u32(1) << lane) - 1;
      out.words[0][lane] = __builtin_popcount(mask.low[lane] & below) + add.low[lane];
    }
    detail::writeResult<u32>(wave, inst, out, wave.exec());
  });
  isa.add("v_mbcnt_hi_u32_b32", [](Wave &wave, const Instruction &inst) {
    LaneBuffer first, second, out;
    LaneSource mask = plainSource(wave, inst.src[0], first), add = plainSource(wave, inst.src[1], second);
    for (unsigned lane = 0; lane < Lanes; ++lane) {
      u32 below = lane >= 32 ? (u32(1) << (lane - 32)) - 1 : 0;
      out.words[0][lane] = __builtin_popcount(mask.low[lane] & below) + add.low[lane];
    }
    detail::writeResult<u32>(wave, inst, out, wave.exec());
  });
}

void addVop3(InstructionSet &isa) {
  addShiftsAndAdds(isa);
  addMultiplies(isa);
  addFields(isa);
  addFloats(isa);
  addLanes(isa);
}

} // namespace kiln::emulator
