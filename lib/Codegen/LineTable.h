#ifndef KILN_LIB_CODEGEN_LINETABLE_H
#define KILN_LIB_CODEGEN_LINETABLE_H

#include "kiln/Codegen/CodeObject.h"
#include "llvm/DebugInfo/DWARF/DWARFContext.h"
#include <memory>

namespace kiln::codegen {

/// Where an object's instructions come from. Without a line table, or with a damaged one, they come from
/// nowhere.
class LineTable {
public:
  explicit LineTable(const llvm::object::ObjectFile &object);

  /// `section`: that of the code, by its index in the object.
  void addTo(uint64_t section, std::vector<Instruction> &code);

private:
  /// LLVM ends the process over some damage: no lines then. What it was working on is given up.
  void guarded(llvm::function_ref<void()> body);

  std::unique_ptr<llvm::DWARFContext> context;
};

} // namespace kiln::codegen

#endif // KILN_LIB_CODEGEN_LINETABLE_H
