// VOP2 (CDNA3/CDNA4 manual 12.7).
#include "Isa/Arithmetic.h"
#include <cmath>

namespace kiln::emulator {

static void addIntegers(InstructionSet &isa) {
  addClamped<u32>(
      isa, "v_add_u32", [](u32 a, u32 b) { return a + b; },
      [](const LaneContext &c, u32 a, u32 b) { return clampedTo<u32>(c, i64(a) + b); });
  addClamped<u32>(
      isa, "v_sub_u32", [](u32 a, u32 b) { return a - b; },
      [](const LaneContext &c, u32 a, u32 b) { return clampedTo<u32>(c, i64(a) - b); });
  addClamped<u32>(
      isa, "v_subrev_u32", [](u32 a, u32 b) { return b - a; },
      [](const LaneContext &c, u32 a, u32 b) { return clampedTo<u32>(c, i64(b) - a); });
  isa.vector("v_and_b32", [](u32 a, u32 b) { return a & b; });
  isa.vector("v_or_b32", [](u32 a, u32 b) { return a | b; });
  isa.vector("v_xor_b32", [](u32 a, u32 b) { return a ^ b; });
  isa.vector("v_xnor_b32", [](u32 a, u32 b) { return ~(a ^ b); });
  isa.vector("v_min_i32", [](i32 a, i32 b) { return a < b ? a : b; });
  isa.vector("v_max_i32", [](i32 a, i32 b) { return a > b ? a : b; });
  isa.vector("v_min_u32", [](u32 a, u32 b) { return a < b ? a : b; });
  isa.vector("v_max_u32", [](u32 a, u32 b) { return a > b ? a : b; });
  isa.vector("v_lshlrev_b32", [](u32 a, u32 b) { return b << (a & 31); });
  isa.vector("v_lshrrev_b32", [](u32 a, u32 b) { return b >> (a & 31); });
  isa.vector("v_ashrrev_i32", [](u32 a, i32 b) { return b >> (a & 31); });
  addClamped<u32>(
      isa, "v_mul_u32_u24", [](u32 a, u32 b) { return (a & 0xFFFFFF) * (b & 0xFFFFFF); },
      [](const LaneContext &c, u32 a, u32 b) {
        return clampedTo<u32>(c, i64(a & 0xFFFFFF) * (b & 0xFFFFFF));
      });
  isa.vector("v_mul_hi_u32_u24", [](u32 a, u32 b) { return u32(u64(a & 0xFFFFFF) * (b & 0xFFFFFF) >> 32); });
  addClamped<i32>(
      isa, "v_mul_i32_i24", [](u32 a, u32 b) { return u32((i32(a << 8) >> 8) * i64(i32(b << 8) >> 8)); },
      [](const LaneContext &c, u32 a, u32 b) {
        return clampedTo<i32>(c, i64(i32(a << 8) >> 8) * (i32(b << 8) >> 8));
      });
  isa.vector("v_mul_hi_i32_i24",
             [](u32 a, u32 b) { return u32((i64(i32(a << 8) >> 8) * (i32(b << 8) >> 8)) >> 32); });
}

static void addHalfIntegers(InstructionSet &isa) {
  addClamped<u16>(
      isa, "v_add_u16", [](u16 a, u16 b) { return u16(a + b); },
      [](const LaneContext &c, u16 a, u16 b) { return clampedTo<u16>(c, i64(a) + b); });
  addClamped<u16>(
      isa, "v_sub_u16", [](u16 a, u16 b) { return u16(a - b); },
      [](const LaneContext &c, u16 a, u16 b) { return clampedTo<u16>(c, i64(a) - b); });
  addClamped<u16>(
      isa, "v_subrev_u16", [](u16 a, u16 b) { return u16(b - a); },
      [](const LaneContext &c, u16 a, u16 b) { return clampedTo<u16>(c, i64(b) - a); });
  isa.vector("v_mul_lo_u16", [](u16 a, u16 b) { return u16(u32(a) * b); });
  isa.vector("v_lshlrev_b16", [](u16 a, u16 b) { return u16(b << (a & 15)); });
  isa.vector("v_lshrrev_b16", [](u16 a, u16 b) { return u16(b >> (a & 15)); });
  isa.vector("v_ashrrev_i16", [](u16 a, i16 b) { return i16(b >> (a & 15)); });
  isa.vector("v_min_u16", [](u16 a, u16 b) { return a < b ? a : b; });
  isa.vector("v_max_u16", [](u16 a, u16 b) { return a > b ? a : b; });
  isa.vector("v_min_i16", [](i16 a, i16 b) { return a < b ? a : b; });
  isa.vector("v_max_i16", [](i16 a, i16 b) { return a > b ? a : b; });
}

static void addFloats(InstructionSet &isa) {
  addSumsAndProducts<num::F32, f32>(isa, "f32");
  addSumsAndProducts<num::F16, f16>(isa, "f16");
  addMinMax<num::F32, f32>(isa, "f32");
  addMinMax<num::F16, f16>(isa, "f16");
  addFma<num::F32, f32, true>(isa, "v_fmac_f32");
  addFma<num::F64, f64, true>(isa, "v_fmac_f64");
  addFloat(
      isa, "v_fmamk_f32", [](f32 a, f32 k, f32 b) { return std::fma(a, k, b); },
      [](const LaneContext &c, Raw32 a, Raw32 k, Raw32 b) {
        return Raw32{num::fma<num::F32>(a.bits, k.bits, b.bits, c.mode)};
      });
  addFma<num::F32, f32, false>(isa, "v_fmaak_f32");
  auto mad = [](const LaneContext &c, Raw16 a, Raw16 b, Raw16 d) {
    return Raw16{num::mad<num::F16>(a.bits, b.bits, d.bits, c.mode)};
  };
  addExact<Upper16::Zero, true>(isa, "v_mac_f16", mad);
  addExact(isa, "v_madak_f16", mad);
  addExact(isa, "v_madmk_f16", [](const LaneContext &c, Raw16 a, Raw16 k, Raw16 b) {
    return Raw16{num::mad<num::F16>(a.bits, k.bits, b.bits, c.mode)};
  });
  addExact(isa, "v_ldexp_f16", [](const LaneContext &c, Raw16 a, i16 b) {
    return Raw16{num::ldexp<num::F16>(a.bits, b, c.mode)};
  });
}

/// dst[1] is the mask of carries out; src[2] that of carries in. Neither exists for lanes that are switched
/// off.
template <class Clause> static void addCarry(InstructionSet &isa, llvm::StringRef name, Clause clause) {
  static const Clause kept = clause;
  isa.add(name, [](Wave &wave, const Instruction &inst) {
    LaneBuffer first, second, out;
    u64 enabled = wave.exec(), carries = 0;
    LaneSource a = vectorSource<u32>(wave, inst, 0, first, enabled);
    LaneSource b = vectorSource<u32>(wave, inst, 1, second, enabled);
    u64 carryIn = inst.srcCount > 2 ? readScalar(wave, inst.src[2]) : 0;
    for (unsigned lane = 0; lane < Lanes; ++lane) {
      u64 wide = kept(a.low[lane], b.low[lane], carryIn >> lane & 1);
      bool carry = wide >> 32 & 1;
      // CLAMP saturates: to the top after an addition, to zero after a borrow (its upper word is all ones).
      out.words[0][lane] = inst.clamp && carry ? (wide >> 33 ? 0 : ~u32(0)) : u32(wide);
      carries |= u64(carry) << lane;
    }
    detail::writeResult<u32>(wave, inst, out, enabled);
    wave.setPair(inst.dst[1].index, carries & enabled);
  });
}

static void addCarries(InstructionSet &isa) {
  addCarry(isa, "v_add_co_u32", [](u32 a, u32 b, u32) { return u64(a) + b; });
  addCarry(isa, "v_addc_co_u32", [](u32 a, u32 b, u32 in) { return u64(a) + b + in; });
  addCarry(isa, "v_sub_co_u32", [](u32 a, u32 b, u32) { return u64(a) - b; });
  addCarry(isa, "v_subb_co_u32", [](u32 a, u32 b, u32 in) { return u64(a) - b - in; });
  addCarry(isa, "v_subrev_co_u32", [](u32 a, u32 b, u32) { return u64(b) - a; });
  addCarry(isa, "v_subbrev_co_u32", [](u32 a, u32 b, u32 in) { return u64(b) - a - in; });
}

void addVop2(InstructionSet &isa) {
  addIntegers(isa);
  addHalfIntegers(isa);
  addFloats(isa);
  addCarries(isa);
  // src[2] selects per lane. Source modifiers make it a float select, the bits pass through otherwise.
  isa.add("v_cndmask_b32", [](Wave &wave, const Instruction &inst) {
    LaneBuffer first, second, out;
    u64 enabled = wave.exec(), mask = readScalar(wave, inst.src[2]);
    LaneSource a = vectorSource<f32>(wave, inst, 0, first, enabled);
    LaneSource b = vectorSource<f32>(wave, inst, 1, second, enabled);
    memcpy(out.words[0], a.low, sizeof(out.words[0]));
    writeLanes(out.words[0], b.low, mask);
    detail::writeResult<u32>(wave, inst, out, enabled);
  });
}

} // namespace kiln::emulator
