// The table mnemonic -> semantics, and the forms in which clauses of Isa/*.cpp enter it.
#ifndef KILN_LIB_EMULATOR_ISA_INSTRUCTIONSET_H
#define KILN_LIB_EMULATOR_ISA_INSTRUCTIONSET_H

#include "kiln/Emulator/Wave.h"
#include "llvm/ADT/StringMap.h"

namespace kiln::emulator {

class InstructionSet {
public:
  static const InstructionSet &get();
  /// Null for an unknown mnemonic.
  Handler find(llvm::StringRef mnemonic) const { return handlers.lookup(mnemonic); }
  /// Fails the wave with the instruction's disassembly and address.
  static Handler unknownHandler();
  std::vector<std::string> mnemonics() const;

  /// An instruction with semantics of its own.
  void add(llvm::StringRef mnemonic, Handler handler);
  /// An instruction that stops the launch, and why.
  void refuse(llvm::StringRef mnemonic, llvm::StringRef reason);
  /// Empty for what is not refused.
  llvm::StringRef refusal(llvm::StringRef mnemonic) const { return refusals.lookup(mnemonic); }

  // The forms below deduce operand types from the clause's signature.

  /// One result per lane: `isa.vector("v_add_u32", [](u32 a, u32 b) { return a + b; })`. Serves every
  /// encoding (e32, e64, SDWA, DPP) with all source and result modifiers. Isa/Vector.h.
  template <class Clause> void vector(llvm::StringRef mnemonic, Clause clause);
  /// Like vector, but the old value of the destination is the last argument (v_fmac_f32).
  template <class Clause> void vectorAccumulate(llvm::StringRef mnemonic, Clause clause);
  /// v_cmp_<name> and v_cmpx_<name>, from a predicate. Isa/Vector.h.
  template <class Clause> void compare(llvm::StringRef name, Clause clause);
  /// A scalar ALU instruction; a last parameter `bool &scc` reads and writes SCC. Isa/Scalar.h.
  template <class Clause> void scalar(llvm::StringRef mnemonic, Clause clause);

private:
  llvm::StringMap<Handler> handlers;
  llvm::StringMap<llvm::StringRef> refusals;
};

} // namespace kiln::emulator

#endif
