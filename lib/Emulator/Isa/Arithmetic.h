// Clauses that several types and encodings share: sums, products, fused products, minima and maxima.
#ifndef KILN_LIB_EMULATOR_ISA_ARITHMETIC_H
#define KILN_LIB_EMULATOR_ISA_ARITHMETIC_H

#include "Isa/Float.h"
#include <cmath>

namespace kiln::emulator {

template <class T, class Host> void addSum(InstructionSet &isa, llvm::StringRef type) {
  addFloat(
      isa, ("v_add_" + type).str(), [](Host a, Host b) { return Host(a + b); },
      [](const LaneContext &c, Raw<T> a, Raw<T> b) { return Raw<T>{num::add<T>(a.bits, b.bits, c.mode)}; });
}
template <class T, class Host> void addProduct(InstructionSet &isa, llvm::StringRef type) {
  addFloat(
      isa, ("v_mul_" + type).str(), [](Host a, Host b) { return Host(a * b); },
      [](const LaneContext &c, Raw<T> a, Raw<T> b) { return Raw<T>{num::mul<T>(a.bits, b.bits, c.mode)}; });
}
template <class T, class Host> void addSumsAndProducts(InstructionSet &isa, llvm::StringRef type) {
  addSum<T, Host>(isa, type);
  addProduct<T, Host>(isa, type);
  addFloat(
      isa, ("v_sub_" + type).str(), [](Host a, Host b) { return Host(a - b); },
      [](const LaneContext &c, Raw<T> a, Raw<T> b) { return Raw<T>{num::sub<T>(a.bits, b.bits, c.mode)}; });
  addFloat(
      isa, ("v_subrev_" + type).str(), [](Host a, Host b) { return Host(b - a); },
      [](const LaneContext &c, Raw<T> a, Raw<T> b) { return Raw<T>{num::sub<T>(b.bits, a.bits, c.mode)}; });
}

template <class T, class Host, bool FromDst> void addFma(InstructionSet &isa, llvm::StringRef mnemonic) {
  addFloat<FromDst>(
      isa, mnemonic, [](Host a, Host b, Host d) { return std::fma(a, b, d); },
      [](const LaneContext &c, Raw<T> a, Raw<T> b, Raw<T> d) {
        return Raw<T>{num::fma<T>(a.bits, b.bits, d.bits, c.mode)};
      });
}

/// Floats as integers of the same order, -0 below +0; NaNs have no place.
inline i32 ordered(f32 a) {
  i32 bits = bitCast<i32>(a);
  return bits ^ (bits >> 31 & 0x7FFFFFFF);
}
inline i64 ordered(f64 a) {
  i64 bits = bitCast<i64>(a);
  return bits ^ (bits >> 63 & 0x7FFFFFFFFFFFFFFF);
}
inline i16 ordered(f16 a) {
  i16 bits = bitCast<i16>(a);
  return i16(bits ^ (bits >> 15 & 0x7FFF));
}
inline bool isNaNBits(f32 a) { return (bitCast<u32>(a) & 0x7FFFFFFF) > 0x7F800000; }
inline bool isNaNBits(f64 a) { return (bitCast<u64>(a) & 0x7FFFFFFFFFFFFFFF) > 0x7FF0000000000000; }
inline bool isNaNBits(f16 a) { return (bitCast<u16>(a) & 0x7FFF) > 0x7C00; }

/// With IEEE = 0: a NaN loses against a number.
template <bool maximum, class Host> Host plainMinMax(Host a, Host b) {
  Host r = (ordered(a) < ordered(b)) != maximum ? a : b;
  r = isNaNBits(b) ? a : r;
  return isNaNBits(a) ? b : r;
}

template <class T, class Host> void addMinMax(InstructionSet &isa, llvm::StringRef type) {
  addFloat<false, true>(
      isa, ("v_min_" + type).str(), [](Host a, Host b) { return plainMinMax<false>(a, b); },
      [](const LaneContext &c, Raw<T> a, Raw<T> b) { return Raw<T>{num::min<T>(a.bits, b.bits, c.mode)}; });
  addFloat<false, true>(
      isa, ("v_max_" + type).str(), [](Host a, Host b) { return plainMinMax<true>(a, b); },
      [](const LaneContext &c, Raw<T> a, Raw<T> b) { return Raw<T>{num::max<T>(a.bits, b.bits, c.mode)}; });
}

} // namespace kiln::emulator

#endif
