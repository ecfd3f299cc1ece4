// Small formats to F32 by table, for the matrix unit and packed conversions.
#pragma once

#include "Format.h"

#include <array>

namespace kiln::emulator::numerics {

/// F32 value of every code of a format of at most 8 bits.
const std::array<float, 256> &valuesOf(const FloatFormat &format);

} // namespace kiln::emulator::numerics
