#include "ExecMask.h"
#include "llvm/ADT/STLExtras.h"
#include <bitset>

using namespace llvm;
using kiln::codegen::RegisterFile;
using kiln::codegen::RegisterRange;

namespace kiln::inspector {

static bool isExec(RegisterRange range) {
  return range.contains(RegisterFile::Scalar, codegen::execRegister) ||
         range.contains(RegisterFile::Scalar, codegen::execRegister + 1);
}

bool writesExec(const codegen::Instruction &instruction) { return any_of(instruction.writes, isExec); }

namespace {
struct State {
  bool reached = false, full = true;
  /// Scalar registers (the first of a pair) that hold the whole mask, and those that hold what EXEC lacks.
  std::bitset<256> whole, missing;

  void run(const codegen::Instruction &instruction, StringRef name);
  bool meet(const State &other) {
    if (!reached) {
      *this = other;
      return true;
    }
    State before = *this;
    full &= other.full;
    whole &= other.whole;
    missing &= other.missing;
    return before.full != full || before.whole != whole || before.missing != missing;
  }

private:
  void set(unsigned to, bool isWhole, bool isMissing) {
    whole[to] = isWhole;
    missing[to] = isMissing;
  }
  void writeExec(bool nowFull) {
    full = nowFull;
    missing.reset();
  }
};
} // namespace

static std::optional<unsigned> scalar(const codegen::Operand &operand) {
  if (!operand.registers || operand.registers.file != RegisterFile::Scalar)
    return std::nullopt;
  return operand.registers.first;
}

/// The forms that LLVM emits for if, else and loops over lanes (SILowerControlFlow): s_and_saveexec and
/// s_or_saveexec narrow and widen, s_xor with EXEC gives the other half, s_or of EXEC and a saved mask goes
/// back.
void State::run(const codegen::Instruction &instruction, StringRef name) {
  name.consume_back("_b32") || name.consume_back("_b64");
  const auto &operands = instruction.operands;
  auto source = [&](unsigned i) { return i < operands.size() ? scalar(operands[i]) : std::nullopt; };
  auto constant = [&](unsigned i) {
    return i < operands.size() && !operands[i].registers && operands[i].value == -1;
  };
  std::optional<unsigned> to = source(0), first = source(1), second = source(2);
  auto isIn = [](const std::bitset<256> &set, std::optional<unsigned> reg) { return reg && set[*reg]; };
  bool hadWhole = isIn(whole, first) || isIn(whole, second),
       hadMissing = isIn(missing, first) || isIn(missing, second);
  bool usesExec = first == codegen::execRegister || second == codegen::execRegister;
  bool was = full;
  if (name.ends_with("_saveexec") && to) {
    bool nowFull = name == "s_or_saveexec" && (was || hadWhole || hadMissing || constant(1));
    writeExec(nowFull);
    // What EXEC was is what it lacks, once the other half is taken.
    set(*to, was, false);
    return;
  }
  if (to == codegen::execRegister) {
    if (name == "s_mov")
      writeExec(constant(1) || hadWhole);
    else if (name == "s_or" && usesExec)
      writeExec(was || hadWhole || hadMissing);
    else if (name == "s_xor" && usesExec && was) {
      std::optional<unsigned> taken = first == codegen::execRegister ? second : first;
      writeExec(false);
      if (taken)
        missing.set(*taken);
    } else
      writeExec(false);
    return;
  }
  if (any_of(instruction.writes, isExec)) {
    writeExec(false);
    return;
  }
  for (RegisterRange range : instruction.writes)
    if (range.file == RegisterFile::Scalar)
      for (unsigned i = range.first ? range.first - 1 : 0; i < unsigned(range.first) + range.count && i < 256;
           ++i)
        set(i, false, false);
  if (name == "s_mov" && to)
    set(*to, (first == codegen::execRegister && was) || hadWhole, false);
  if (name == "s_xor" && to && usesExec)
    set(*to, false, hadWhole);
}

std::vector<bool> findFullExec(const FunctionView &function) {
  std::vector<bool> result(function.code.size(), true);
  if (none_of(function.code, writesExec) || function.flow.blocks.empty())
    return result;
  const auto &blocks = function.flow.blocks;
  std::vector<State> begin(blocks.size());
  std::vector<bool> open(blocks.size());
  begin[0].reached = open[0] = true;
  for (bool changed = true; changed;) {
    changed = false;
    for (unsigned b = 0; b < blocks.size(); ++b) {
      if (!open[b])
        continue;
      open[b] = false;
      State state = begin[b];
      for (unsigned i = blocks[b].first; i < blocks[b].end; ++i) {
        result[i] = state.full;
        state.run(function.code[i], function.infos[i].mnemonic);
      }
      for (unsigned to : blocks[b].successors)
        if (begin[to].meet(state))
          open[to] = changed = true;
    }
  }
  return result;
}

} // namespace kiln::inspector
