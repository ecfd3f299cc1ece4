// What a register holds in each lane, as far as the code tells it.
#ifndef KILN_LIB_INSPECTOR_LANEVALUES_H
#define KILN_LIB_INSPECTOR_LANEVALUES_H

#include "kiln/Inspector/FunctionView.h"
#include <array>
#include <map>
#include <set>
#include <tuple>

namespace kiln::inspector {

/// 32 bits in each lane: `lanes`, plus, if `isShifted`, a number that is the same in all lanes and unknown
/// but for being a multiple of `alignment`, a power of two (0: the number is 0).
struct LaneValue {
  static constexpr unsigned most = 64;
  bool isKnown = false, isShifted = false;
  uint32_t alignment = 1;
  std::array<uint32_t, most> lanes{};
  /// Of an unknown value, the reason.
  const char *why = "";

  static LaneValue unknown(const char *why);
  static LaneValue constant(uint32_t value);
  /// The same in all lanes, a multiple of `alignment`.
  static LaneValue uniform(uint32_t alignment = 1);
  bool isExact() const { return isKnown && !isShifted; }
  /// Exact and the same in all lanes.
  std::optional<uint32_t> single() const;
};

/// What an instruction of integer arithmetic gives; unknown for all others.
LaneValue evaluate(llvm::StringRef mnemonic, const std::vector<LaneValue> &sources);

/// Follows values back through a kernel for one of its waves.
class LaneValues {
public:
  /// `full`: where EXEC selects all lanes (findFullExec).
  LaneValues(const FunctionView &function, const std::vector<bool> &full, unsigned wave);
  /// Of a register in front of an instruction.
  LaneValue before(unsigned instruction, codegen::RegisterFile file, unsigned number);

private:
  /// A definition of a register: the instruction, or -1 for the beginning of the kernel.
  struct Key {
    int instruction;
    codegen::RegisterFile file;
    unsigned number;
    bool operator<(const Key &other) const {
      return std::tie(instruction, file, number) < std::tie(other.instruction, other.file, other.number);
    }
  };
  std::vector<int> definitionsBefore(unsigned instruction, codegen::RegisterFile file, unsigned number);
  LaneValue valueOf(const Key &key);
  LaneValue compute(const Key &key);
  LaneValue atStart(const Key &key) const;
  bool staysIn(const LaneValue &value, llvm::ArrayRef<Key> heads);

  const FunctionView &function;
  const std::vector<bool> &full;
  const unsigned wave;
  std::vector<unsigned> blockOf;
  uint64_t steps = 0;
  const uint64_t mostSteps;
  std::map<Key, LaneValue> values;
  /// Values that are being computed, those of them that were asked for meanwhile, and what such a value is
  /// taken to be while that is checked.
  std::set<Key> open, hit;
  std::map<Key, LaneValue> assumed;
};

} // namespace kiln::inspector

#endif // KILN_LIB_INSPECTOR_LANEVALUES_H
