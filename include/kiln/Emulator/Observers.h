// The observers that come with the emulator, by name.
#ifndef KILN_EMULATOR_OBSERVERS_H
#define KILN_EMULATOR_OBSERVERS_H

#include "kiln/Emulator/Emulator.h"

namespace kiln::emulator {

struct ObserverKind {
  const char *name;    ///< as options name it: --no-<name>
  const char *summary; ///< one line
  std::unique_ptr<Observer> (*create)();
};

/// Every observer that looks for errors, in the order in which they run.
llvm::ArrayRef<ObserverKind> observerKinds();

/// A finding as one line: "file:line: kind: message, at pc: disassembly (workgroup, wave, lane; count)".
std::string describe(const Finding &finding);

/// The observers of the given names; all of them where `names` is empty. An unknown name's error lists those
/// there are.
llvm::Expected<std::vector<std::unique_ptr<Observer>>>
createObservers(llvm::ArrayRef<std::string> names = {});

} // namespace kiln::emulator

#endif
