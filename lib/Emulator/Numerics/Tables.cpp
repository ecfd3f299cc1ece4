#include "Tables.h"

#include "Convert.h"

namespace kiln::emulator::numerics {

namespace {
template <const FloatFormat &format> const std::array<float, 256> &tableOf() {
  static const std::array<float, 256> table = [] {
    std::array<float, 256> t{};
    for (uint32_t code = 0; code < 1u << format.width(); ++code)
      t[code] = bitCast<float>(smallToF32(format, code));
    return t;
  }();
  return table;
}
} // namespace

const std::array<float, 256> &valuesOf(const FloatFormat &format) {
  return &format == &formatFP8       ? tableOf<formatFP8>()
         : &format == &formatBF8     ? tableOf<formatBF8>()
         : &format == &formatFP8Fnuz ? tableOf<formatFP8Fnuz>()
         : &format == &formatBF8Fnuz ? tableOf<formatBF8Fnuz>()
         : &format == &formatFP6     ? tableOf<formatFP6>()
         : &format == &formatBF6     ? tableOf<formatBF6>()
                                     : tableOf<formatFP4>();
}

} // namespace kiln::emulator::numerics
