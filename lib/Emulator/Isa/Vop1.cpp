// VOP1 without the conversions (CDNA3/CDNA4 manual 12.8).
#include "Isa/Float.h"
#include "Numerics/Special.h"
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
  isa.vector("v_prng_b32", [](u32 a) { return a << 1 ^ (a >> 31 ? 197u : 0u); });
  isa.vector("v_sat_pk_u8_i16",
             [](u32 a) { return u32(num::saturate<u8>(i16(a)) | num::saturate<u8>(i16(a >> 16)) << 8); });
  isa.add("v_nop", [](Wave &, const Instruction &) {});
  isa.add("v_clrexcp", [](Wave &, const Instruction &) {}); // exceptions are not modelled
}

static void addLanes(InstructionSet &isa) {
  // With EXEC = 0, lane 0 is read.
  isa.add("v_readfirstlane_b32", [](Wave &wave, const Instruction &inst) {
    unsigned lane = wave.exec() ? __builtin_ctzll(wave.exec()) : 0;
    LaneBuffer buffer;
    wave.sgpr[inst.dst[0].index] = plainSource(wave, inst.src[0], buffer).low[lane];
  });
  isa.add("v_swap_b32", [](Wave &wave, const Instruction &inst) {
    u32 *a = wave.vgpr[inst.dst[0].index], *b = wave.vgpr[inst.dst[1].index]; // both are results
    for (unsigned lane = 0; lane < Lanes; ++lane)
      if (wave.exec() >> lane & 1)
        std::swap(a[lane], b[lane]);
  });
}

/// Exchanges vdst's lane `upper` with vsrc's lane `lower`. A lane that is switched off is not written; its
/// partner gets its value if FI is set, zero if only BOUND_CTRL is, and keeps its own otherwise.
static void swapLanes(Wave &wave, const Instruction &inst, unsigned upper, unsigned lower) {
  bool fetchInactive = inst.opSel & 1, boundControl = inst.opSel & 2;
  u32 &d = wave.vgpr[inst.dst[0].index][upper], &s = wave.vgpr[inst.dst[1].index][lower];
  bool upperOn = wave.exec() >> upper & 1, lowerOn = wave.exec() >> lower & 1;
  u32 oldD = d, oldS = s;
  auto received = [&](u32 own, u32 other, bool otherOn) {
    return otherOn || fetchInactive ? other : boundControl ? 0 : own;
  };
  if (upperOn)
    d = received(oldD, oldS, lowerOn);
  if (lowerOn)
    s = received(oldS, oldD, upperOn);
}

static void addSwaps(InstructionSet &isa) {
  isa.add("v_permlane16_swap_b32", [](Wave &wave, const Instruction &inst) {
    for (unsigned pass = 0; pass < 2; ++pass)
      for (unsigned lane = 0; lane < 16; ++lane)
        swapLanes(wave, inst, 32 * pass + lane + 16, 32 * pass + lane);
  });
  isa.add("v_permlane32_swap_b32", [](Wave &wave, const Instruction &inst) {
    for (unsigned lane = 0; lane < 32; ++lane)
      swapLanes(wave, inst, lane + 32, lane);
  });
}

template <class T, num::Integral kind>
static void addIntegral(InstructionSet &isa, llvm::StringRef mnemonic) {
  addExact(isa, mnemonic,
           [](const LaneContext &c, Raw<T> a) { return Raw<T>{num::toIntegral<T, kind>(a.bits, c.mode)}; });
}

template <class T> static void addRounding(InstructionSet &isa, llvm::StringRef type) {
  addIntegral<T, num::Integral::Trunc>(isa, ("v_trunc_" + type).str());
  addIntegral<T, num::Integral::Ceil>(isa, ("v_ceil_" + type).str());
  addIntegral<T, num::Integral::Nearest>(isa, ("v_rndne_" + type).str());
  addIntegral<T, num::Integral::Floor>(isa, ("v_floor_" + type).str());
  addExact(isa, ("v_fract_" + type).str(),
           [](const LaneContext &c, Raw<T> a) { return Raw<T>{num::fract<T>(a.bits, c.mode)}; });
  addExact(isa, ("v_frexp_mant_" + type).str(),
           [](const LaneContext &c, Raw<T> a) { return Raw<T>{num::frexpMantissa<T>(a.bits, c.mode)}; });
  addExact(isa, (std::is_same_v<T, num::F16> ? "v_frexp_exp_i16_" : "v_frexp_exp_i32_") + type.str(),
           [](const LaneContext &c, Raw<T> a) {
             using Int = std::conditional_t<std::is_same_v<T, num::F16>, i16, i32>;
             return Int(num::frexpExponent<T>(a.bits, c.mode));
           });
}

template <class T, num::Transcendental op>
static void addSpecial(InstructionSet &isa, llvm::StringRef base, llvm::StringRef type) {
  addExact(isa, ("v_" + base + "_" + type).str(),
           [](const LaneContext &c, Raw<T> a) { return Raw<T>{num::transcendental<T>(op, a.bits, c.mode)}; });
}

/// The common ones of F32 vectorise; as the exact ones do, they flush denormals whatever MODE says.
template <num::Transcendental op, class Fast>
static void addFastSpecial(InstructionSet &isa, llvm::StringRef mnemonic, Fast fast) {
  addFloat(isa, mnemonic, fast, [](const LaneContext &c, Raw32 a) {
    return Raw32{num::transcendental<num::F32>(op, a.bits, c.mode)};
  });
}

static void addTranscendentals(InstructionSet &isa) {
  using Op = num::Transcendental;
  auto reciprocal = [](f32 a) { return flushDenormal(1.0f / flushDenormal(a)); };
  addFastSpecial<Op::Rcp>(isa, "v_rcp_f32", reciprocal);
  addFastSpecial<Op::Rcp>(isa, "v_rcp_iflag_f32", reciprocal);
  addFastSpecial<Op::Sqrt>(isa, "v_sqrt_f32", [](f32 a) { return std::sqrt(flushDenormal(a)); });
  addFastSpecial<Op::Rsq>(isa, "v_rsq_f32",
                          [](f32 a) { return f32(1.0 / std::sqrt(f64(flushDenormal(a)))); });
  addFastSpecial<Op::Exp2>(isa, "v_exp_f32",
                           [](f32 a) { return flushDenormal(f32(std::exp2(f64(flushDenormal(a))))); });
  addFastSpecial<Op::Log2>(isa, "v_log_f32",
                           [](f32 a) { return flushDenormal(f32(std::log2(f64(flushDenormal(a))))); });
  addSpecial<num::F32, Op::Exp2>(isa, "exp_legacy", "f32");
  addSpecial<num::F32, Op::Log2>(isa, "log_legacy", "f32");
  addSpecial<num::F32, Op::Sin>(isa, "sin", "f32");
  addSpecial<num::F32, Op::Cos>(isa, "cos", "f32");
  addSpecial<num::F16, Op::Rcp>(isa, "rcp", "f16");
  addSpecial<num::F16, Op::Sqrt>(isa, "sqrt", "f16");
  addSpecial<num::F16, Op::Rsq>(isa, "rsq", "f16");
  addSpecial<num::F16, Op::Exp2>(isa, "exp", "f16");
  addSpecial<num::F16, Op::Log2>(isa, "log", "f16");
  addSpecial<num::F16, Op::Sin>(isa, "sin", "f16");
  addSpecial<num::F16, Op::Cos>(isa, "cos", "f16");
  addSpecial<num::F64, Op::Rcp>(isa, "rcp", "f64");
  addSpecial<num::F64, Op::Sqrt>(isa, "sqrt", "f64");
  addSpecial<num::F64, Op::Rsq>(isa, "rsq", "f64");
}

void addVop1(InstructionSet &isa) {
  isa.refuse("v_screen_partition_4se_b32", "it is for pixel shaders");
  addBits(isa);
  addLanes(isa);
  addSwaps(isa);
  addRounding<num::F16>(isa, "f16");
  addRounding<num::F32>(isa, "f32");
  addRounding<num::F64>(isa, "f64");
  addTranscendentals(isa);
}

} // namespace kiln::emulator
