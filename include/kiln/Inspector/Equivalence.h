// Whether two functions do the same, up to which registers hold the values and up to the order of
// instructions that do not depend on each other.
#ifndef KILN_INSPECTOR_EQUIVALENCE_H
#define KILN_INSPECTOR_EQUIVALENCE_H

#include "kiln/Inspector/Inspector.h"

namespace kiln::inspector {

/// An instruction without register numbers and places of branches: "v_mfma_f32_16x16x32_bf16 a[4], v[4],
/// v[4], a[4]" has four registers in each operand.
std::string operationOf(const codegen::Instruction &instruction);

enum class Sameness : uint8_t {
  Identical, ///< the same text
  Equivalent,
  Different
};

struct Comparison {
  Sameness sameness = Sameness::Identical;
  /// Of different code, the first instruction in each that has no equal in the other.
  std::optional<unsigned> firstInA, firstInB;
};

/// Instructions are equal if they do the same to values that come from equal instructions, between the same
/// fences. A fence is a wait, a barrier, a branch, a nop, a priority: moving an instruction across one makes
/// another program. Between two fences the order does not matter as far as registers and memory allow it, but
/// for loads that the next wait leaves in flight: there it says which one the wait is for. Where register
/// numbers or ways of control are computed, nothing but equal text is equal.
Comparison compareCode(const KernelReport &a, const KernelReport &b);

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_EQUIVALENCE_H
