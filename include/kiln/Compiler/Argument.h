// What a compiled kernel takes, in plain types: also for code that knows no MLIR.
#ifndef KILN_COMPILER_ARGUMENT_H
#define KILN_COMPILER_ARGUMENT_H

#include <cstdint>
#include <string>
#include <vector>

namespace kiln::compiler {

/// An argument of a kernel. What the machine code receives for it, in this order: of a tensor the address,
/// then a 32-bit integer per dynamic size, then one per dynamic stride (in elements); of a scalar its value.
struct Argument {
  static constexpr int64_t dynamic = -1;
  std::string name, dtype; // MLIR's spelling of the element type
  bool isTensor = false;
  std::vector<int64_t> shape;   // of a tensor
  std::vector<int64_t> strides; // empty: row-major and contiguous
  int64_t align = 1;            // bytes; a tensor's address and every stride but the last are multiples of it
};

/// A map of a tensor argument, through which whole tiles are copied; the host builds it. Passed by value.
struct TensorMap {
  std::string tensor;       // its name
  std::vector<int64_t> box; // elements of a tile, innermost first
  int64_t swizzle = 0;      // bytes of the rows within which elements trade places
};

/// A schedule that is better than the one for all sizes where `sizes`, an expression, holds.
struct SizedSchedule {
  std::string name, sizes;
};

} // namespace kiln::compiler

#endif
