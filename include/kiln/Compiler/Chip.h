// A product with a machine's instruction set, in plain types: also for code that knows no MLIR.
#ifndef KILN_COMPILER_CHIP_H
#define KILN_COMPILER_CHIP_H

#include <map>
#include <string>

namespace kiln::compiler {

/// What it can do at most, for benchmarks.
struct Chip {
  std::string name;
  double gbps = 0;                      // of the memory
  std::map<std::string, double> tflops; // dense, by element type in MLIR's spelling
};

} // namespace kiln::compiler

#endif
