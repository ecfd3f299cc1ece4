#include "Isa/InstructionSet.h"

namespace kiln::emulator {

// One function per file of this folder.
#define KILN_ISA_FILES(FILE)                                                                                 \
  FILE(Sop1)                                                                                                 \
  FILE(Sop2)                                                                                                 \
  FILE(Sopc)                                                                                                 \
  FILE(Sopk)                                                                                                 \
  FILE(Sopp)                                                                                                 \
  FILE(Smem)                                                                                                 \
  FILE(Vop1)                                                                                                 \
  FILE(Vop2)                                                                                                 \
  FILE(Vop3)                                                                                                 \
  FILE(Vop3Float)                                                                                            \
  FILE(Vop3p)                                                                                                \
  FILE(Convert)                                                                                              \
  FILE(ConvertScaled)                                                                                        \
  FILE(Mfma)                                                                                                 \
  FILE(Vopc)                                                                                                 \
  FILE(Ds)                                                                                                   \
  FILE(DsExchange)                                                                                           \
  FILE(Mubuf)                                                                                                \
  FILE(Mtbuf)                                                                                                \
  FILE(Flat)

#define DECLARE(file) void add##file(InstructionSet &isa);
KILN_ISA_FILES(DECLARE)
#undef DECLARE

const InstructionSet &InstructionSet::get() {
  static const InstructionSet set = [] {
    InstructionSet isa;
#define ADD(file) add##file(isa);
    KILN_ISA_FILES(ADD)
#undef ADD
    return isa;
  }();
  return set;
}

void InstructionSet::add(llvm::StringRef mnemonic, Handler handler) {
  [[maybe_unused]] bool isNew = handlers.try_emplace(mnemonic, handler).second;
  assert(isNew && "an instruction stands in one place");
}

void InstructionSet::refuse(llvm::StringRef mnemonic, llvm::StringRef reason) {
  refusals[mnemonic] = reason;
  add(mnemonic, [](Wave &wave, const Instruction &inst) {
    wave.fail(inst.mnemonic + " is not emulated (" + get().refusal(inst.mnemonic) + ")");
  });
}

std::vector<std::string> InstructionSet::mnemonics() const {
  std::vector<std::string> names;
  for (const auto &entry : handlers)
    names.push_back(entry.first().str());
  std::sort(names.begin(), names.end());
  return names;
}

Handler InstructionSet::unknownHandler() {
  return [](Wave &wave, const Instruction &inst) {
    wave.fail(inst.mnemonic.empty() ? llvm::Twine("no instruction")
                                    : "unimplemented " + llvm::Twine(inst.mnemonic));
  };
}

} // namespace kiln::emulator
