// LLVM's command line options are variables of the process, and linking resets all of them.
#ifndef KILN_LIB_CODEGEN_PROCESSOPTIONS_H
#define KILN_LIB_CODEGEN_PROCESSOPTIONS_H

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include <string>

namespace kiln::codegen {

using LLVMOptions = llvm::StringMap<std::string>;

/// The right to run LLVM while its options have certain values. Leases are granted in the order of the
/// requests.
class OptionsLease {
public:
  /// Shared with everybody who wants the same options.
  static llvm::Expected<OptionsLease> forCodegen(const LLVMOptions &options);
  /// For the linker, which is not thread-safe and resets the options: shared with nobody.
  static OptionsLease forLinking();

  OptionsLease(OptionsLease &&other) : held(other.held), exclusive(other.exclusive) { other.held = false; }
  OptionsLease &operator=(OptionsLease &&) = delete;
  ~OptionsLease();

private:
  explicit OptionsLease(bool exclusive) : exclusive(exclusive) {}
  bool held = true, exclusive;
};

} // namespace kiln::codegen

#endif // KILN_LIB_CODEGEN_PROCESSOPTIONS_H
