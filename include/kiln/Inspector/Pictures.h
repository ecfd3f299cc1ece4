// What can be drawn of a target: who holds which element of a matrix instruction's operand, and banks.
#ifndef KILN_INSPECTOR_PICTURES_H
#define KILN_INSPECTOR_PICTURES_H

#include "kiln/Layout/LinearLayout.h"
#include <map>
#include <string>
#include <vector>

namespace kiln::inspector {

/// One operand of a matrix instruction: "a", "b", "acc", "scale_a" or "scale_b".
struct OperandLayout {
  std::string atom, operand, element;
  layout::LinearLayout layout;
  /// Of the operand. Where the last is no power of two the layout is that of the next, whose further columns,
  /// in the last registers, do not exist.
  std::vector<int64_t> sizes;
};

/// The banks of shared memory. Accesses are named by kind and bytes of a lane: "read_16".
struct SharedBanks {
  unsigned banks = 0, bankBytes = 4;
  /// Banks that an access sees where that is another number.
  std::map<std::string, unsigned> accessBanks;
  /// The lanes that are served together, one group after the other.
  std::map<std::string, std::vector<std::vector<unsigned>>> phases;
};

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_PICTURES_H
