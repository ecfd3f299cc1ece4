// The bits of a value as a value of another type (std::bit_cast of C++20).
#pragma once

#include <cstring>

namespace kiln::emulator {

template <class To, class From> To bitCast(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof(to));
  return to;
}

} // namespace kiln::emulator
