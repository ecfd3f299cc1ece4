// Basic blocks and loops of machine code.
#ifndef KILN_INSPECTOR_CONTROLFLOW_H
#define KILN_INSPECTOR_CONTROLFLOW_H

#include "kiln/Codegen/CodeObject.h"

namespace kiln::inspector {

struct Block {
  /// Instructions [first, end) of the function.
  unsigned first = 0, end = 0;
  std::vector<unsigned> successors, predecessors;
};

/// A natural loop: the blocks from which a branch back to the header is reached without leaving it.
struct Loop {
  unsigned header = 0;
  /// All of its blocks, those of inner loops too, ascending.
  std::vector<unsigned> blocks;
  std::optional<unsigned> parent;
  unsigned depth = 1;
  bool innermost = true;
};

struct ControlFlow {
  std::vector<Block> blocks;
  /// By address of the header.
  std::vector<Loop> loops;
  /// There are branches through registers: blocks and loops may be missing.
  bool indirect = false;
  /// There are cycles with several entries, which are no natural loops.
  bool irreducible = false;
  /// There are branches to places that are no instruction of the function.
  bool leaves = false;

  /// The innermost loop around a block.
  std::optional<unsigned> loopOf(unsigned block) const;
};

ControlFlow findControlFlow(const codegen::CodeFunction &function);

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_CONTROLFLOW_H
