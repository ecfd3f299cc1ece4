#include "kiln/Inspector/Trips.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using kiln::codegen::Instruction;
using kiln::codegen::RegisterFile;
using kiln::codegen::RegisterRange;

namespace kiln::inspector {

namespace {
/// An integer operand: a constant or a scalar register of 32 or 64 bits.
struct Value {
  std::optional<int64_t> constant;
  RegisterRange registers;
};

/// "s_cmp_lt_i32 s4, s5": goes on while this holds, or stops when it does.
struct Comparison {
  std::string condition;
  bool isSigned = false;
  unsigned bits = 32;
  Value left, right;
  unsigned instruction = 0;
};

/// The one instruction of the loop that changes the counter.
struct Update {
  int64_t step = 0;
  unsigned instruction = 0;
};
} // namespace

static bool overlap(RegisterRange a, RegisterRange b) {
  return a.file == b.file && a.first < b.first + b.count && b.first < a.first + a.count;
}

static bool writes(const Instruction &instruction, RegisterRange range) {
  return any_of(instruction.writes, [&](RegisterRange written) { return overlap(written, range); });
}

static Value valueOf(const codegen::Operand &operand) {
  if (operand.registers)
    return {std::nullopt, operand.registers};
  return {operand.value, {}};
}

static std::string negate(StringRef condition) {
  return condition == "<"    ? ">="
         : condition == "<=" ? ">"
         : condition == ">"  ? "<="
         : condition == ">=" ? "<"
         : condition == "==" ? "!="
                             : "==";
}

static std::string mirror(StringRef condition) {
  return condition == "<"    ? ">"
         : condition == "<=" ? ">="
         : condition == ">"  ? "<"
         : condition == ">=" ? "<="
                             : condition.str();
}

/// s_cmp_* and s_cmpk_* (CDNA3 ISA 12.4, SOPC and SOPK).
static std::optional<Comparison> readComparison(const FunctionView &function, unsigned i) {
  StringRef name = function.infos[i].mnemonic;
  const Instruction &instruction = function.code[i];
  if ((!name.consume_front("s_cmp_") && !name.consume_front("s_cmpk_")) || instruction.operands.size() < 2)
    return std::nullopt;
  StringRef relation = name.split('_').first, type = name.split('_').second;
  static const std::pair<StringRef, StringRef> relations[] = {{"eq", "=="}, {"lg", "!="}, {"gt", ">"},
                                                              {"ge", ">="}, {"lt", "<"},  {"le", "<="}};
  const auto *known = find_if(relations, [&](const auto &pair) { return pair.first == relation; });
  if (known == std::end(relations))
    return std::nullopt;
  Comparison comparison;
  comparison.condition = known->second.str();
  comparison.isSigned = type.starts_with("i");
  comparison.bits = type.ends_with("64") ? 64 : 32;
  comparison.left = valueOf(instruction.operands[0]);
  comparison.right = valueOf(instruction.operands[1]);
  comparison.instruction = i;
  return comparison;
}

namespace {
class Finder {
public:
  Finder(const FunctionView &function, const Loop &loop) : function(function), loop(loop) {}
  TripHint find();

private:
  std::optional<Comparison> findExit(TripHint &hint);
  std::optional<Update> findUpdate(const Comparison &comparison, TripHint &hint);
  bool runsEachRound(unsigned block) const {
    return block == loop.header || (latches.size() == 1 && block == latches[0]);
  }
  unsigned blockOf(unsigned instruction) const {
    for (unsigned block : loop.blocks)
      if (instruction >= function.flow.blocks[block].first && instruction < function.flow.blocks[block].end)
        return block;
    return ~0u;
  }
  bool changesInLoop(RegisterRange range) const;
  std::optional<int64_t> constantBefore(RegisterRange range, unsigned bits);
  std::optional<int64_t> constantAt(RegisterRange range, unsigned block, unsigned end, unsigned bits,
                                    unsigned depth);
  std::optional<int64_t> definedBy(const Instruction &instruction, StringRef name, RegisterRange range,
                                   unsigned bits, unsigned block, unsigned at, unsigned depth);
  void count(const Comparison &comparison, const Update &update, TripHint &hint);

  const FunctionView &function;
  const Loop &loop;
  std::vector<unsigned> latches;
};
} // namespace

bool Finder::changesInLoop(RegisterRange range) const {
  for (unsigned block : loop.blocks)
    for (unsigned i = function.flow.blocks[block].first; i < function.flow.blocks[block].end; ++i)
      if (writes(function.code[i], range))
        return true;
  return false;
}

/// The loop's only conditional way out, as the condition to stay.
std::optional<Comparison> Finder::findExit(TripHint &hint) {
  std::optional<unsigned> exit;
  for (unsigned block : loop.blocks)
    for (unsigned to : function.flow.blocks[block].successors)
      if (!is_contained(loop.blocks, to)) {
        if (exit && *exit != block) {
          hint.why = "it is left at several places";
          return std::nullopt;
        }
        exit = block;
      }
  if (!exit) {
    hint.why = "it is never left";
    return std::nullopt;
  }
  const Block &block = function.flow.blocks[*exit];
  StringRef branch = function.infos[block.end - 1].mnemonic;
  if (branch != "s_cbranch_scc0" && branch != "s_cbranch_scc1") {
    hint.why = branch.starts_with("s_cbranch")
                   ? "it is left by " + branch.str() + ": when the lanes' values say so"
                   : "its way out is no comparison";
    return std::nullopt;
  }
  if (!runsEachRound(*exit)) {
    hint.why = "it is left in the middle";
    return std::nullopt;
  }
  for (unsigned i = block.end - 1; i-- > block.first;) {
    if (!writes(function.code[i], {RegisterFile::Scalar, codegen::sccRegister, 1}))
      continue;
    std::optional<Comparison> comparison = readComparison(function, i);
    if (!comparison) {
      hint.why = "it is left on the carry or zero flag of " + function.infos[i].mnemonic;
      return std::nullopt;
    }
    bool taken = branch == "s_cbranch_scc1";
    const Instruction &jump = function.code[block.end - 1];
    bool jumpStays = any_of(loop.blocks, [&](unsigned inside) {
      return function.code[function.flow.blocks[inside].first].address == jump.branchTarget;
    });
    if (taken != jumpStays)
      comparison->condition = negate(comparison->condition);
    return comparison;
  }
  hint.why = "what it compares is not in the block that leaves it";
  return std::nullopt;
}

/// s_add, s_sub and s_addk of a constant.
static std::optional<int64_t> stepOf(const Instruction &instruction, StringRef name, RegisterRange counter) {
  const auto &operands = instruction.operands;
  if (operands.empty() || operands[0].registers.first != counter.first)
    return std::nullopt;
  if (name == "s_addk_i32")
    return operands.back().value;
  if (operands.size() < 3)
    return std::nullopt;
  bool add = name.starts_with("s_add_") || name == "s_add_nc_u64", sub = name.starts_with("s_sub_");
  auto isCounter = [&](const codegen::Operand &operand) {
    return operand.registers && operand.registers.first == counter.first &&
           operand.registers.file == RegisterFile::Scalar;
  };
  if (add && isCounter(operands[1]) && !operands[2].registers)
    return int32_t(operands[2].value);
  if (add && isCounter(operands[2]) && !operands[1].registers)
    return int32_t(operands[1].value);
  if (sub && isCounter(operands[1]) && !operands[2].registers)
    return -int64_t(int32_t(operands[2].value));
  return std::nullopt;
}

std::optional<Update> Finder::findUpdate(const Comparison &comparison, TripHint &hint) {
  std::optional<Update> update;
  for (unsigned block : loop.blocks)
    for (unsigned i = function.flow.blocks[block].first; i < function.flow.blocks[block].end; ++i) {
      if (!writes(function.code[i], comparison.left.registers))
        continue;
      StringRef name = function.infos[i].mnemonic;
      // The upper half of a 64-bit sum.
      if (comparison.bits == 64 && update && (name == "s_addc_u32" || name == "s_subb_u32"))
        continue;
      std::optional<int64_t> step = stepOf(function.code[i], name, comparison.left.registers);
      if (!step || update || !runsEachRound(block)) {
        hint.why = hint.counter + " does not change by a constant once a round";
        return std::nullopt;
      }
      update = Update{*step, i};
    }
  return update;
}

static std::optional<int64_t> low(int64_t value, unsigned bits) {
  return bits == 64 ? value : int64_t(int32_t(value));
}

std::optional<int64_t> Finder::definedBy(const Instruction &instruction, StringRef name, RegisterRange range,
                                         unsigned bits, unsigned block, unsigned at, unsigned depth) {
  const auto &operands = instruction.operands;
  if (operands.size() < 2)
    return std::nullopt;
  RegisterRange result = operands[0].registers;
  bool isMove = name == "s_mov_b32" || name == "s_movk_i32" || name == "s_mov_b64";
  if (!isMove || range.first < result.first || range.first + range.count > result.first + result.count)
    return std::nullopt;
  if (!operands[1].registers) {
    bool upper = range.first > result.first;
    return low(upper ? operands[1].value >> 32 : operands[1].value, bits);
  }
  RegisterRange from = operands[1].registers;
  from.first += range.first - result.first;
  from.count = range.count;
  return constantAt(from, block, at, bits, depth + 1);
}

/// The value of a register before instruction `end` of a block, followed back over ways that do not part.
std::optional<int64_t> Finder::constantAt(RegisterRange range, unsigned block, unsigned end, unsigned bits,
                                          unsigned depth) {
  constexpr unsigned deepest = 32;
  for (; depth < deepest; ++depth) {
    for (unsigned i = end; i-- > function.flow.blocks[block].first;)
      if (writes(function.code[i], range)) {
        if (bits == 64 && function.code[i].operands[0].registers.count == 1) {
          auto half = [&](unsigned which) {
            return constantAt({RegisterFile::Scalar, uint16_t(range.first + which), 1}, block, end, 32,
                              depth + 1);
          };
          std::optional<int64_t> lower = half(0), upper = half(1);
          if (!lower || !upper)
            return std::nullopt;
          return int64_t(uint64_t(*upper) << 32 | uint32_t(*lower));
        }
        return definedBy(function.code[i], function.infos[i].mnemonic, range, bits, block, i, depth);
      }
    const auto &from = function.flow.blocks[block].predecessors;
    if (from.size() != 1)
      return std::nullopt;
    block = from[0];
    end = function.flow.blocks[block].end;
  }
  return std::nullopt;
}

std::optional<int64_t> Finder::constantBefore(RegisterRange range, unsigned bits) {
  std::optional<int64_t> value;
  for (unsigned from : function.flow.blocks[loop.header].predecessors) {
    if (is_contained(loop.blocks, from))
      continue;
    std::optional<int64_t> here = constantAt(range, from, function.flow.blocks[from].end, bits, 0);
    if (!here || (value && *value != *here))
      return std::nullopt;
    value = here;
  }
  return value;
}

static bool holds(StringRef condition, int64_t left, int64_t right, bool isSigned, unsigned bits) {
  if (bits == 32)
    left = isSigned ? int64_t(int32_t(left)) : int64_t(uint32_t(left)),
    right = isSigned ? int64_t(int32_t(right)) : int64_t(uint32_t(right));
  bool less = isSigned || bits == 32 ? left < right : uint64_t(left) < uint64_t(right);
  return condition == "=="   ? left == right
         : condition == "!=" ? left != right
         : condition == "<"  ? less
         : condition == ">=" ? !less
         : condition == ">"  ? !less && left != right
                             : less || left == right;
}

/// Runs the counter. Its registers wrap.
void Finder::count(const Comparison &comparison, const Update &update, TripHint &hint) {
  constexpr uint64_t mostTrips = 1 << 20;
  unsigned updateBlock = blockOf(update.instruction), exitBlock = blockOf(comparison.instruction);
  // In the header and the latch alike, order in the code is order of execution.
  bool first =
      updateBlock == exitBlock ? update.instruction < comparison.instruction : updateBlock == loop.header;
  uint64_t value = *hint.start;
  for (uint64_t trips = 1; trips <= mostTrips; ++trips) {
    if (first)
      value += update.step;
    if (!holds(comparison.condition, value, *hint.bound, comparison.isSigned, comparison.bits)) {
      hint.trips = trips;
      return;
    }
    if (!first)
      value += update.step;
  }
  hint.why = "it does not end within " + std::to_string(mostTrips) + " rounds";
}

TripHint Finder::find() {
  TripHint hint;
  for (unsigned from : function.flow.blocks[loop.header].predecessors)
    if (is_contained(loop.blocks, from))
      latches.push_back(from);
  std::optional<Comparison> comparison = findExit(hint);
  if (!comparison)
    return hint;
  // The counter stands at the left.
  bool leftChanges = comparison->left.registers && changesInLoop(comparison->left.registers);
  bool rightChanges = comparison->right.registers && changesInLoop(comparison->right.registers);
  if (leftChanges == rightChanges) {
    hint.why = leftChanges ? "it compares two values that change" : "it compares values that do not change";
    return hint;
  }
  if (rightChanges) {
    std::swap(comparison->left, comparison->right);
    comparison->condition = mirror(comparison->condition);
  }
  hint.counter = registerText(comparison->left.registers);
  hint.condition = comparison->condition;
  std::optional<Update> update = findUpdate(*comparison, hint);
  if (!update)
    return hint;
  hint.step = update->step;
  hint.start = constantBefore(comparison->left.registers, comparison->bits);
  hint.bound = comparison->right.constant;
  if (!hint.bound) {
    hint.boundRegister = registerText(comparison->right.registers);
    hint.bound = constantBefore(comparison->right.registers, comparison->bits);
  }
  if (hint.start && hint.bound)
    count(*comparison, *update, hint);
  else
    hint.why = std::string(hint.start ? "the bound" : "the start") + " is not a constant of the code";
  return hint;
}

TripHint findTrips(const FunctionView &function, const Loop &loop) { return Finder(function, loop).find(); }

} // namespace kiln::inspector
