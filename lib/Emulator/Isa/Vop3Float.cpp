// Floating-point instructions that exist in VOP3 only (CDNA3/CDNA4 manual 12.10).
#include "Isa/Arithmetic.h"
#include "Numerics/Division.h"
#include "Numerics/Special.h"

namespace kiln::emulator {

using num::F16;
using num::F32;
using num::F64;

template <class T, auto function, Upper16 Upper = Upper16::Zero>
static void addTernary(InstructionSet &isa, llvm::StringRef mnemonic) {
  addExact<Upper>(isa, mnemonic, [](const LaneContext &c, Raw<T> x, Raw<T> y, Raw<T> z) {
    return Raw<T>{function(x.bits, y.bits, z.bits, c.mode)};
  });
}

template <bool maximum> static u32 minMax3NaN(u32 a, u32 b, u32 c, const num::FloatMode &m) {
  return num::minMaxNaN<F32, maximum>(num::minMaxNaN<F32, maximum>(a, b, m), c, m);
}

template <num::Cube op> static u32 cubeOf(u32 x, u32 y, u32 z, const num::FloatMode &m) {
  return num::cube(op, x, y, z, m);
}

static void addFused(InstructionSet &isa) {
  addFma<F32, f32, false>(isa, "v_fma_f32");
  addFma<F64, f64, false>(isa, "v_fma_f64");
  addSum<F64, f64>(isa, "f64");
  addProduct<F64, f64>(isa, "f64");
  addMinMax<F64, f64>(isa, "f64");
  // The legacy forms clear the upper half of the destination, the others keep it.
  addTernary<F16, num::fma<F16>, Upper16::Keep>(isa, "v_fma_f16");
  addTernary<F16, num::fma<F16>>(isa, "v_fma_legacy_f16");
  addTernary<F16, num::mad<F16>, Upper16::Keep>(isa, "v_mad_f16");
  addTernary<F16, num::mad<F16>>(isa, "v_mad_legacy_f16");
  // DX9 rule: zero times anything is zero.
  addExact(isa, "v_mul_legacy_f32", [](const LaneContext &c, Raw32 a, Raw32 b) {
    u32 x = num::flushIn<F32>(a.bits, c.mode), y = num::flushIn<F32>(b.bits, c.mode);
    return Raw32{num::isZero<F32>(x) || num::isZero<F32>(y) ? 0 : num::mul<F32>(x, y, c.mode)};
  });
}

static void addThree(InstructionSet &isa) {
  addFloat<false, true>(
      isa, "v_min3_f32", [](f32 a, f32 b, f32 c) { return plainMinMax<false>(plainMinMax<false>(a, b), c); },
      [](const LaneContext &m, Raw32 a, Raw32 b, Raw32 c) {
        return Raw32{num::min3<F32>(a.bits, b.bits, c.bits, m.mode)};
      });
  addFloat<false, true>(
      isa, "v_max3_f32", [](f32 a, f32 b, f32 c) { return plainMinMax<true>(plainMinMax<true>(a, b), c); },
      [](const LaneContext &m, Raw32 a, Raw32 b, Raw32 c) {
        return Raw32{num::max3<F32>(a.bits, b.bits, c.bits, m.mode)};
      });
  addFloat<false, true>(
      isa, "v_med3_f32",
      [](f32 a, f32 b, f32 c) {
        f32 low = plainMinMax<false>(plainMinMax<false>(a, b), c);
        f32 high = plainMinMax<true>(plainMinMax<true>(a, b), c);
        f32 others = high == a   ? plainMinMax<true>(b, c)
                     : high == b ? plainMinMax<true>(a, c)
                                 : plainMinMax<true>(a, b);
        return isNaNBits(a) || isNaNBits(b) || isNaNBits(c) ? low : others;
      },
      [](const LaneContext &m, Raw32 a, Raw32 b, Raw32 c) {
        return Raw32{num::med3<F32>(a.bits, b.bits, c.bits, m.mode)};
      });
  addTernary<F16, num::min3<F16>, Upper16::Keep>(isa, "v_min3_f16");
  addTernary<F16, num::max3<F16>, Upper16::Keep>(isa, "v_max3_f16");
  addTernary<F16, num::med3<F16>, Upper16::Keep>(isa, "v_med3_f16");
  addTernary<F32, minMax3NaN<false>>(isa, "v_minimum3_f32");
  addTernary<F32, minMax3NaN<true>>(isa, "v_maximum3_f32");
}

/// V_DIV_SCALE: dst[1] gets the mask of lanes whose quotient V_DIV_FMAS must scale back.
template <class T> static void addDivScale(InstructionSet &isa, llvm::StringRef mnemonic) {
  isa.add(mnemonic, [](Wave &wave, const Instruction &inst) {
    LaneBuffer buffers[3], out;
    u64 enabled = wave.exec(), flags = 0;
    LaneSource s[3];
    for (unsigned n = 0; n < 3; ++n)
      s[n] = vectorSource<Raw<T>>(wave, inst, n, buffers[n], enabled);
    num::FloatMode mode = num::FloatMode::fromRegister(wave.mode.bits);
    for (unsigned lane = 0; lane < Lanes; ++lane) {
      bool flag = false;
      auto value = [&](unsigned n) { return s[n].template get<Raw<T>>(lane).bits; };
      detail::putLane<Raw<T>>(out, lane, {num::divScale<T>(value(0), value(1), value(2), flag, mode)});
      flags |= u64(flag) << lane;
    }
    detail::writeResult<Raw<T>>(wave, inst, out, enabled);
    wave.setPair(inst.dst[1].index, flags & enabled);
  });
}

template <class T> static void addDivision(InstructionSet &isa, llvm::StringRef type) {
  addDivScale<T>(isa, ("v_div_scale_" + type).str());
  addExact(isa, ("v_div_fmas_" + type).str(), [](const LaneContext &c, Raw<T> x, Raw<T> y, Raw<T> z) {
    return Raw<T>{num::divFmas<T>(x.bits, y.bits, z.bits, c.flag(), c.mode)};
  });
  addTernary<T, num::divFixup<T>>(isa, ("v_div_fixup_" + type).str());
}

void addVop3Float(InstructionSet &isa) {
  addFused(isa);
  addThree(isa);
  addDivision<F32>(isa, "f32");
  addDivision<F64>(isa, "f64");
  addTernary<F16, num::divFixup<F16>, Upper16::Keep>(isa, "v_div_fixup_f16");
  addTernary<F16, num::divFixup<F16>>(isa, "v_div_fixup_legacy_f16");
  addTernary<F32, cubeOf<num::Cube::Id>>(isa, "v_cubeid_f32");
  addTernary<F32, cubeOf<num::Cube::Sc>>(isa, "v_cubesc_f32");
  addTernary<F32, cubeOf<num::Cube::Tc>>(isa, "v_cubetc_f32");
  addTernary<F32, cubeOf<num::Cube::Ma>>(isa, "v_cubema_f32");
  addExact(isa, "v_ldexp_f32",
           [](const LaneContext &c, Raw32 a, i32 b) { return Raw32{num::ldexp<F32>(a.bits, b, c.mode)}; });
  addExact(isa, "v_ldexp_f64",
           [](const LaneContext &c, Raw64 a, i32 b) { return Raw64{num::ldexp<F64>(a.bits, b, c.mode)}; });
  addExact(isa, "v_trig_preop_f64",
           [](const LaneContext &, Raw64 a, u32 segment) { return Raw64{num::trigPreop(a.bits, segment)}; });
}

} // namespace kiln::emulator
