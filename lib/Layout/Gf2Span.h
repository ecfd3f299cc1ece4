#ifndef KILN_LIB_LAYOUT_GF2SPAN_H
#define KILN_LIB_LAYOUT_GF2SPAN_H

#include "llvm/ADT/bit.h"
#include <array>
#include <cstdint>
#include <optional>

namespace kiln::layout {

/// The span of vectors of at most 64 bits over GF(2), in echelon form. Each vector comes with a tag; an
/// element of the span is expressed as the XOR of the tags of the vectors that make it up.
class Gf2Span {
public:
  /// False if the vector was in the span already; the span is then unchanged.
  bool add(uint64_t vector, uint64_t tag) {
    reduce(vector, tag);
    if (vector == 0)
      return false;
    Row &row = rows[leadingBit(vector)];
    row = {vector, tag};
    ++count;
    return true;
  }

  /// The tags whose vectors XOR to `vector`, or nothing if it is outside the span.
  std::optional<uint64_t> express(uint64_t vector) const {
    uint64_t tag = 0;
    reduce(vector, tag);
    if (vector != 0)
      return std::nullopt;
    return tag;
  }

  unsigned rank() const { return count; }

private:
  struct Row {
    uint64_t vector = 0;
    uint64_t tag = 0;
  };

  static unsigned leadingBit(uint64_t vector) { return 63 - llvm::countl_zero(vector); }

  void reduce(uint64_t &vector, uint64_t &tag) const {
    while (vector != 0) {
      const Row &row = rows[leadingBit(vector)];
      if (row.vector == 0)
        return;
      vector ^= row.vector;
      tag ^= row.tag;
    }
  }

  std::array<Row, 64> rows;
  unsigned count = 0;
};

} // namespace kiln::layout

#endif // KILN_LIB_LAYOUT_GF2SPAN_H
