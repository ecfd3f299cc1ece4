#ifndef KILN_LIB_INSPECTOR_VALUENUMBERS_H
#define KILN_LIB_INSPECTOR_VALUENUMBERS_H

#include "kiln/Inspector/Inspector.h"

namespace kiln::inspector {

/// A block, with a hash for each of its instructions that is the same for instructions that Equivalence.h
/// calls equal.
struct NumberedBlock {
  /// As positions in the list of blocks, the branch's target first.
  std::vector<unsigned> successors;
  /// Hash and index of each instruction, sorted.
  std::vector<std::pair<uint64_t, unsigned>> instructions;
};

/// The blocks that the entry reaches, in reverse postorder. Nothing if register numbers or ways of control
/// are computed.
std::optional<std::vector<NumberedBlock>> numberValues(const KernelReport &kernel);

} // namespace kiln::inspector

#endif // KILN_LIB_INSPECTOR_VALUENUMBERS_H
