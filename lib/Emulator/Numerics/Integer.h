// Integer operations of the vector ALU that are more than one C operator.
#pragma once

#include <cstdint>

namespace kiln::emulator::numerics {

constexpr uint32_t byteOf(uint32_t x, unsigned i) { return x >> (8 * i) & 0xff; }
constexpr int32_t signExtend(uint32_t x, unsigned bits) {
  return bits == 0 ? 0 : int32_t(x << (32 - bits)) >> (32 - bits);
}
template <class Int> constexpr Int saturate(int64_t x) {
  constexpr bool isSigned = Int(-1) < Int(0);
  constexpr int bits = sizeof(Int) * 8 - isSigned;
  constexpr int64_t high = (int64_t(1) << bits) - 1, low = isSigned ? -high - 1 : 0;
  return Int(x < low ? low : x > high ? high : x);
}

constexpr uint32_t absoluteDifference(uint32_t a, uint32_t b) { return a > b ? a - b : b - a; }
constexpr uint32_t sadU8(uint32_t a, uint32_t b, uint32_t sum) {
  for (unsigned i = 0; i < 4; ++i)
    sum += absoluteDifference(byteOf(a, i), byteOf(b, i));
  return sum;
}
/// Bytes whose second operand is zero do not count.
constexpr uint32_t msadU8(uint32_t a, uint32_t b, uint32_t sum) {
  for (unsigned i = 0; i < 4; ++i)
    sum += byteOf(b, i) ? absoluteDifference(byteOf(a, i), byteOf(b, i)) : 0;
  return sum;
}
constexpr uint32_t sadU16(uint32_t a, uint32_t b, uint32_t sum) {
  return sum + absoluteDifference(a & 0xffff, b & 0xffff) + absoluteDifference(a >> 16, b >> 16);
}
/// V_QSAD_PK_U16_U8 and V_MQSAD_PK_U16_U8: four sums over windows that advance by one byte.
constexpr uint64_t qsadPkU16U8(uint64_t a, uint32_t b, uint64_t sums, bool masked, bool clamp) {
  uint64_t r = 0;
  for (unsigned i = 0; i < 4; ++i) {
    uint32_t window = uint32_t(a >> (8 * i)), sum = uint32_t(sums >> (16 * i) & 0xffff);
    sum = masked ? msadU8(window, b, sum) : sadU8(window, b, sum);
    r |= uint64_t(clamp ? saturate<uint16_t>(sum) : uint16_t(sum)) << (16 * i);
  }
  return r;
}

/// V_LERP_U8: per byte (a + b + lowest bit of c) / 2.
constexpr uint32_t lerpU8(uint32_t a, uint32_t b, uint32_t c) {
  uint32_t r = 0;
  for (unsigned i = 0; i < 4; ++i)
    r |= (byteOf(a, i) + byteOf(b, i) + (byteOf(c, i) & 1)) >> 1 << (8 * i);
  return r;
}

/// V_PERM_B32: selectors 0-7 pick a byte of {high, low}, 8-11 the sign of its bytes 1, 3, 5, 7, 12 is 0,
/// above 0xff.
constexpr uint32_t permuteBytes(uint32_t high, uint32_t low, uint32_t selectors) {
  uint64_t data = uint64_t(high) << 32 | low;
  uint32_t r = 0;
  for (unsigned i = 0; i < 4; ++i) {
    uint32_t s = byteOf(selectors, i), byte = 0xff;
    if (s < 8)
      byte = uint32_t(data >> (8 * s)) & 0xff;
    else if (s < 12)
      byte = data >> (16 * (s - 8) + 15) & 1 ? 0xff : 0;
    else if (s == 12)
      byte = 0;
    r |= byte << (8 * i);
  }
  return r;
}

/// V_BITOP3: bit {a, b, c} of the truth table (a is the upper bit of the index).
constexpr uint32_t bitop3(uint32_t a, uint32_t b, uint32_t c, uint32_t table) {
  uint32_t r = 0;
  for (unsigned i = 0; i < 8; ++i)
    if (table >> i & 1)
      r |= (i & 4 ? a : ~a) & (i & 2 ? b : ~b) & (i & 1 ? c : ~c);
  return r;
}

/// V_ASHR_PK_{I8,U8}_I32: both operands shifted and saturated to bytes.
template <class Byte> constexpr uint16_t ashrPack(int32_t a, int32_t b, uint32_t shift) {
  uint8_t low = uint8_t(saturate<Byte>(a >> (shift & 31))), high = uint8_t(saturate<Byte>(b >> (shift & 31)));
  return uint16_t(low | high << 8);
}

constexpr uint32_t reverseBits(uint32_t x) {
  uint32_t r = 0;
  for (unsigned i = 0; i < 32; ++i)
    r |= (x >> i & 1) << (31 - i);
  return r;
}
/// Position of the first one from the top or the bottom, -1 without one.
constexpr int32_t findFirstHigh(uint32_t x) { return x ? __builtin_clz(x) : -1; }
constexpr int32_t findFirstLow(uint32_t x) { return x ? __builtin_ctz(x) : -1; }
/// Number of sign bits, counted from the top; -1 if all bits are equal.
constexpr int32_t findFirstSignChange(uint32_t x) { return findFirstHigh(int32_t(x) < 0 ? ~x : x); }

constexpr uint32_t bitFieldU32(uint32_t x, uint32_t offset, uint32_t width) {
  return x >> (offset & 31) & ((1u << (width & 31)) - 1);
}
constexpr int32_t bitFieldI32(uint32_t x, uint32_t offset, uint32_t width) {
  return signExtend(uint32_t(int32_t(x) >> (offset & 31)), width & 31);
}

template <class Int> constexpr Int med3Int(Int a, Int b, Int c) {
  Int low = a < b ? a : b, high = a < b ? b : a;
  return c < low ? low : c > high ? high : c;
}

/// Integer dot products with the accumulator; `clamp` saturates the exact sum, otherwise it wraps.
template <unsigned bits, bool isSigned>
constexpr uint32_t dotInt(uint32_t a, uint32_t b, uint32_t c, bool clamp) {
  int64_t sum = isSigned ? int64_t(int32_t(c)) : int64_t(c);
  for (unsigned i = 0; i < 32; i += bits) {
    uint32_t x = a >> i & ((1u << bits) - 1), y = b >> i & ((1u << bits) - 1);
    sum += isSigned ? int64_t(signExtend(x, bits)) * signExtend(y, bits) : int64_t(x) * y;
  }
  if (!clamp)
    return uint32_t(sum);
  return isSigned ? uint32_t(saturate<int32_t>(sum)) : saturate<uint32_t>(sum);
}

} // namespace kiln::emulator::numerics
