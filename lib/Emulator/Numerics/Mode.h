// The floating-point part of the MODE register, decoded.
#pragma once

#include <cstdint>

namespace kiln::emulator::numerics {

/// MODE.FP_ROUND encoding (ISA 4.4).
enum class Rounding : uint8_t { NearestEven = 0, Up = 1, Down = 2, TowardZero = 3 };

/// MODE as the arithmetic sees it. F16 shares the rounding and denormal bits of F64.
struct FloatMode {
  Rounding round32 = Rounding::NearestEven;
  Rounding round64 = Rounding::NearestEven;
  bool flushIn32 = false, flushOut32 = false;
  bool flushIn64 = false, flushOut64 = false;
  bool dx10Clamp = false;
  bool ieee = false;
  bool fp16Overflow = false;

  /// FP_ROUND [3:0], FP_DENORM [7:4], DX10_CLAMP 8, IEEE 9, FP16_OVFL 23. Of a denormal field, bit 0 keeps
  /// denormal inputs and bit 1 keeps denormal results.
  static constexpr FloatMode fromRegister(uint32_t mode) {
    FloatMode m;
    m.round32 = Rounding(mode & 3);
    m.round64 = Rounding(mode >> 2 & 3);
    m.flushIn32 = !(mode >> 4 & 1);
    m.flushOut32 = !(mode >> 5 & 1);
    m.flushIn64 = !(mode >> 6 & 1);
    m.flushOut64 = !(mode >> 7 & 1);
    m.dx10Clamp = mode >> 8 & 1;
    m.ieee = mode >> 9 & 1;
    m.fp16Overflow = mode >> 23 & 1;
    return m;
  }
};

} // namespace kiln::emulator::numerics
