// The types that clauses are written in; a clause's parameter types say how its operands are read.
#ifndef KILN_LIB_EMULATOR_ISA_TYPES_H
#define KILN_LIB_EMULATOR_ISA_TYPES_H

#include "Numerics/BitCast.h"
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace kiln::emulator {

using u8 = uint8_t;
using u16 = uint16_t;
using u32 = uint32_t;
using u64 = uint64_t;
using i8 = int8_t;
using i16 = int16_t;
using i32 = int32_t;
using i64 = int64_t;
using f16 = _Float16;
using f32 = float;
using f64 = double;

template <class T>
constexpr bool isFloat = std::is_same_v<T, f16> || std::is_same_v<T, f32> || std::is_same_v<T, f64>;
template <class T> constexpr unsigned dwordsOf = sizeof(T) > 4 ? 2 : 1;

/// The unsigned integer with the bits of T.
template <class T>
using BitsOf =
    std::conditional_t<sizeof(T) == 8, u64,
                       std::conditional_t<sizeof(T) == 4, u32, std::conditional_t<sizeof(T) == 2, u16, u8>>>;

/// Result, parameters and whether the last parameter is `bool &` of a clause (a lambda without captures).
template <class F> struct Signature : Signature<decltype(&F::operator())> {};
template <class C, class R, class... A> struct Signature<R (C::*)(A...) const> {
  using Result = R;
  static constexpr unsigned Count = sizeof...(A);
  template <template <class...> class To> using Apply = To<A...>;
};

} // namespace kiln::emulator

#endif
