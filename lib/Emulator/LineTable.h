// Source lines of a code object, from its DWARF line tables.
#ifndef KILN_LIB_EMULATOR_LINETABLE_H
#define KILN_LIB_EMULATOR_LINETABLE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <map>
#include <string>
#include <vector>

namespace kiln::emulator {

/// Addresses are the object's, before loading. An object without line tables, or with damaged ones, gives
/// an empty table.
class LineTable {
public:
  explicit LineTable(llvm::ArrayRef<uint8_t> elf);

  /// "file:line" of an address, or "".
  std::string at(uint64_t address) const;
  /// Where the statements of a line begin. `file` may be the end of a path, or empty for any file.
  std::vector<uint64_t> addressesOf(llvm::StringRef file, unsigned line) const;

private:
  struct Row {
    std::string file;
    unsigned line = 0; ///< 0: no line from here on
    bool isStatement = false;
  };
  static void readRows(llvm::ArrayRef<uint8_t> elf, std::map<uint64_t, Row> &rows);
  std::map<uint64_t, Row> rows;
};

} // namespace kiln::emulator

#endif
