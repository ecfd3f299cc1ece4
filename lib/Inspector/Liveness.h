// Which registers have a value, and which values are still needed.
#ifndef KILN_LIB_INSPECTOR_LIVENESS_H
#define KILN_LIB_INSPECTOR_LIVENESS_H

#include "kiln/Inspector/FunctionView.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <array>

namespace kiln::inspector {

/// v0 to v511, a0 to a255, and scalar operands 0 to 255.
class RegisterSet {
public:
  void insert(codegen::RegisterRange range) {
    forEach(range, [&](uint64_t &word, uint64_t bits) { word |= bits; });
  }
  void erase(codegen::RegisterRange range) {
    forEach(range, [&](uint64_t &word, uint64_t bits) { word &= ~bits; });
  }
  bool containsAny(codegen::RegisterRange range) const;
  bool containsAll(codegen::RegisterRange range) const;
  RegisterSet &operator|=(const RegisterSet &other);
  RegisterSet &operator&=(const RegisterSet &other);
  bool operator==(const RegisterSet &other) const { return words == other.words; }
  /// Those that hold a value for each lane.
  RegisterSet lanes() const;
  unsigned count(codegen::RegisterFile file) const;
  static RegisterSet all();

private:
  static constexpr unsigned vectorWords = 8, accumulationWords = 4, scalarWords = 4;
  void forEach(codegen::RegisterRange range, llvm::function_ref<void(uint64_t &, uint64_t)> apply);
  std::array<uint64_t, vectorWords + accumulationWords + scalarWords> words{};
};

/// What an instruction reads and writes, as the analyses see it.
RegisterSet writtenBy(const codegen::Instruction &instruction);

/// Registers that may have a value when control comes to each instruction: hardware has set them at the
/// beginning of a kernel, or an instruction on some way has written them. In the order of the code.
void visitDefined(const FunctionView &function,
                  llvm::function_ref<void(unsigned instruction, const RegisterSet &defined)> visit);

/// Registers whose value may be needed before and after each instruction.
void visitLive(
    const FunctionView &function,
    llvm::function_ref<void(unsigned instruction, const RegisterSet &before, const RegisterSet &after)>
        visit);

} // namespace kiln::inspector

#endif // KILN_LIB_INSPECTOR_LIVENESS_H
