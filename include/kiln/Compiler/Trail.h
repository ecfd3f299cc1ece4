// Where everything in a compiled kernel comes from, in plain types: also for code that knows no MLIR.
#ifndef KILN_COMPILER_TRAIL_H
#define KILN_COMPILER_TRAIL_H

#include "kiln/Layout/LinearLayout.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kiln::compiler {

struct Place {
  std::string file;
  unsigned line = 0, column = 0; // line 0: nowhere
};

/// Who decided how something is computed: an op of a schedule and its place there, or a pass (line 0).
struct Decision {
  std::string by;
  Place at;
};

/// What an op comes from.
struct Origin {
  Place kernel;
  std::vector<Decision> decisions; // in the order in which they were taken
  /// Its line in the text of each stage, by position in Trail::stages; 0 or absent: none.
  std::vector<unsigned> lines;
};

/// The program as a stage leaves it.
struct StageText {
  static constexpr unsigned none = ~0u;
  std::string stage, text;
  /// By line, from 0: the origin of what stands there.
  std::vector<unsigned> origins;
};

/// A tile in shared memory. Element (row, column) of a slot is at `row * (columns + pad) + column'` elements, where bit i
/// of the row XORs swizzle[i] to the column; `fastest` is the dimension of columns.
struct SharedTile {
  std::string name, element;
  unsigned bits = 0, slots = 1, fastest = 0, pad = 0;
  std::vector<int64_t> shape, swizzle;
  std::optional<int64_t> offset; // in bytes, of slot 0
  /// How waves hold the tiles that they read from it.
  std::vector<layout::LinearLayout> reads;
};

/// From the kernel's lines over all stages to machine code, whose line table names origins: their number, from 1, is
/// the column there. (A line table's column has 16 bits; what comes from later origins has column 0.)
struct Trail {
  std::vector<StageText> stages;
  std::vector<Origin> origins;
  std::vector<SharedTile> tiles;
  std::vector<std::string> atoms; // the matrix instructions that were chosen, in the target files' names
};

} // namespace kiln::compiler

#endif
