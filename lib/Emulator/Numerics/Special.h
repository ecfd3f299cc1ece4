// Transcendental, trigonometric and cube-map operations.
//
// The hardware's transcendental unit is specified by an error bound (1 ULP for F32), not by bits. Here every
// result is the nearest value of the destination format, computed in double precision: at most a double's
// last bit away from correct rounding. F32 forms flush denormal operands and results whatever MODE says (they
// do not support them on these chips); F16 and F64 forms follow MODE.
#pragma once

#include "Arithmetic.h"

namespace kiln::emulator::numerics {

enum class Transcendental { Rcp, Rsq, Sqrt, Exp2, Log2, Sin, Cos };

/// V_SIN and V_COS take turns (radians / 2 pi); beyond +-256 turns they give 0 and 1.
template <class T> typename T::Bits transcendental(Transcendental op, typename T::Bits a, const FloatMode &m);
extern template uint16_t transcendental<F16>(Transcendental, uint16_t, const FloatMode &);
extern template uint32_t transcendental<F32>(Transcendental, uint32_t, const FloatMode &);
extern template uint64_t transcendental<F64>(Transcendental, uint64_t, const FloatMode &);

/// V_TRIG_PREOP_F64: the segment-th 53 bits of 2/pi that matter for an argument of s0's exponent. The manual
/// masks the wrong end of the shifted constant; its comment ("only whole part of result is kept") says what
/// is meant.
uint64_t trigPreop(uint64_t s0, uint32_t segment);

/// V_CUBEID, V_CUBESC, V_CUBETC, V_CUBEMA of the vector (x, y, z).
enum class Cube { Id, Sc, Tc, Ma };
uint32_t cube(Cube op, uint32_t x, uint32_t y, uint32_t z, const FloatMode &m);

} // namespace kiln::emulator::numerics
