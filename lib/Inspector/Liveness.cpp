#include "Liveness.h"
#include "ExecMask.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"

using namespace llvm;
using kiln::codegen::RegisterFile;
using kiln::codegen::RegisterRange;

namespace kiln::inspector {

void RegisterSet::forEach(RegisterRange range, function_ref<void(uint64_t &, uint64_t)> apply) {
  static constexpr unsigned base[] = {0, vectorWords, vectorWords + accumulationWords};
  static constexpr unsigned size[] = {vectorWords, accumulationWords, scalarWords};
  unsigned file = static_cast<unsigned>(range.file);
  unsigned end = std::min<unsigned>(range.first + range.count, size[file] * 64);
  for (unsigned i = range.first; i < end;) {
    unsigned bit = i % 64, many = std::min(64 - bit, end - i);
    uint64_t ones = many == 64 ? ~uint64_t(0) : ((uint64_t(1) << many) - 1) << bit;
    apply(words[base[file] + i / 64], ones);
    i += many;
  }
}

bool RegisterSet::containsAny(RegisterRange range) const {
  bool found = false;
  const_cast<RegisterSet *>(this)->forEach(
      range, [&](uint64_t &word, uint64_t bits) { found |= (word & bits) != 0; });
  return found;
}

bool RegisterSet::containsAll(RegisterRange range) const {
  bool all = true;
  const_cast<RegisterSet *>(this)->forEach(
      range, [&](uint64_t &word, uint64_t bits) { all &= (word & bits) == bits; });
  return all;
}

RegisterSet &RegisterSet::operator|=(const RegisterSet &other) {
  for (unsigned i = 0; i < words.size(); ++i)
    words[i] |= other.words[i];
  return *this;
}

RegisterSet &RegisterSet::operator&=(const RegisterSet &other) {
  for (unsigned i = 0; i < words.size(); ++i)
    words[i] &= other.words[i];
  return *this;
}

RegisterSet RegisterSet::lanes() const {
  RegisterSet result = *this;
  std::fill(result.words.begin() + vectorWords + accumulationWords, result.words.end(), 0);
  return result;
}

unsigned RegisterSet::count(RegisterFile file) const {
  unsigned sum = 0;
  // Of the scalar operands only s0 to s105 are general registers; VCC, M0, EXEC and SCC have their own place.
  if (file == RegisterFile::Scalar)
    return popcount(words[12]) + popcount(words[13] & ((uint64_t(1) << (codegen::vccRegister - 64)) - 1));
  unsigned begin = file == RegisterFile::Vector ? 0 : vectorWords;
  unsigned end = file == RegisterFile::Vector ? vectorWords : vectorWords + accumulationWords;
  for (unsigned i = begin; i < end; ++i)
    sum += popcount(words[i]);
  return sum;
}

RegisterSet RegisterSet::all() {
  RegisterSet result;
  result.words.fill(~uint64_t(0));
  return result;
}

RegisterSet writtenBy(const codegen::Instruction &instruction) {
  RegisterSet set;
  for (RegisterRange range : instruction.writes)
    set.insert(range);
  return set;
}

/// What the hardware has set when the function begins.
static RegisterSet atStart(const FunctionView &function) {
  if (!function.isKernel || !function.descriptor)
    return RegisterSet::all();
  RegisterSet set;
  set.insert({RegisterFile::Scalar, 0, uint16_t(function.descriptor->scalarsAtStart)});
  set.insert({RegisterFile::Vector, 0, uint16_t(function.descriptor->vectorsAtStart)});
  // VCC and the others beyond the general registers.
  set.insert({RegisterFile::Scalar, codegen::vccRegister, 256 - codegen::vccRegister});
  return set;
}

static std::vector<bool> reachedBlocks(const ControlFlow &flow) {
  std::vector<bool> reached(flow.blocks.size());
  std::vector<unsigned> open{0};
  reached[0] = true;
  while (!open.empty()) {
    unsigned block = open.back();
    open.pop_back();
    for (unsigned to : flow.blocks[block].successors)
      if (!reached[to])
        reached[to] = true, open.push_back(to);
  }
  return reached;
}

/// For each block what may be defined at its beginning.
static std::vector<RegisterSet> definedAtBlocks(const FunctionView &function) {
  const auto &blocks = function.flow.blocks;
  std::vector<RegisterSet> writes(blocks.size()), begin(blocks.size());
  for (unsigned b = 0; b < blocks.size(); ++b)
    for (unsigned i = blocks[b].first; i < blocks[b].end; ++i)
      writes[b] |= writtenBy(function.code[i]);
  // Nothing is known about code that the beginning does not reach.
  std::vector<bool> reached = reachedBlocks(function.flow);
  for (unsigned b = 0; b < blocks.size(); ++b)
    if (!reached[b])
      begin[b] = RegisterSet::all();
  begin[0] = atStart(function);
  for (bool changed = true; changed;) {
    changed = false;
    for (unsigned b = 0; b < blocks.size(); ++b) {
      RegisterSet before = begin[b];
      for (unsigned from : blocks[b].predecessors) {
        begin[b] |= begin[from];
        begin[b] |= writes[from];
      }
      changed |= !(before == begin[b]);
    }
  }
  return begin;
}

void visitDefined(const FunctionView &function, function_ref<void(unsigned, const RegisterSet &)> visit) {
  if (function.flow.blocks.empty())
    return;
  std::vector<RegisterSet> begin = definedAtBlocks(function);
  for (unsigned b = 0; b < begin.size(); ++b) {
    RegisterSet &defined = begin[b];
    for (unsigned i = function.flow.blocks[b].first; i < function.flow.blocks[b].end; ++i) {
      visit(i, defined);
      defined |= writtenBy(function.code[i]);
    }
  }
}

namespace {
/// Needed in lanes that EXEC selects, and in the others. A scalar register is needed or not: it stands in
/// `active`.
struct Needed {
  RegisterSet active, others;

  RegisterSet any() const {
    RegisterSet result = active;
    return result |= others;
  }
  Needed &operator|=(const Needed &other) {
    active |= other.active;
    others |= other.others;
    return *this;
  }
  bool operator==(const Needed &other) const { return active == other.active && others == other.others; }
};
} // namespace

/// Reads or writes lanes that EXEC does not select: matrix instructions ignore it (CDNA3 ISA 7.1.2), these
/// VALU and LDS instructions take values from other lanes.
static bool crossesLanes(const codegen::Instruction &instruction, const InstructionInfo &info) {
  StringRef name = info.mnemonic;
  return info.family == Family::Matrix || name.starts_with("v_readlane") || name.starts_with("v_writelane") ||
         name.starts_with("v_readfirstlane") || name.starts_with("v_permlane") ||
         name.starts_with("ds_bpermute") || name.starts_with("ds_permute") ||
         name.starts_with("ds_swizzle") || StringRef(instruction.opcode).contains("_dpp");
}

/// From behind an instruction to before it. `isFull`: EXEC selects all lanes there.
static void stepBack(const codegen::Instruction &instruction, const InstructionInfo &info, bool isFull,
                     Needed &needed) {
  bool crosses = crossesLanes(instruction, info);
  for (RegisterRange range : instruction.writes) {
    needed.active.erase(range);
    if (isFull || info.family == Family::Matrix)
      needed.others.erase(range);
  }
  // Lanes change sides: what was needed in one of them may be needed in any.
  if (writesExec(instruction)) {
    needed.active |= needed.others;
    needed.others |= needed.active.lanes();
  }
  for (RegisterRange range : instruction.reads) {
    needed.active.insert(range);
    if (crosses && range.file != RegisterFile::Scalar)
      needed.others.insert(range);
  }
}

/// For each block what is needed at its end.
static std::vector<Needed> neededAtBlocks(const FunctionView &function, const std::vector<bool> &full) {
  const auto &blocks = function.flow.blocks;
  std::vector<Needed> begin(blocks.size()), end(blocks.size());
  std::vector<bool> open(blocks.size(), true);
  for (bool changed = true; changed;) {
    changed = false;
    for (unsigned b = blocks.size(); b-- > 0;) {
      if (!open[b])
        continue;
      open[b] = false;
      for (unsigned to : blocks[b].successors)
        end[b] |= begin[to];
      Needed needed = end[b];
      for (unsigned i = blocks[b].end; i-- > blocks[b].first;)
        stepBack(function.code[i], function.infos[i], full[i], needed);
      if (needed == begin[b])
        continue;
      begin[b] = needed;
      changed = true;
      for (unsigned from : blocks[b].predecessors)
        open[from] = true;
    }
  }
  return end;
}

void visitLive(const FunctionView &function,
               function_ref<void(unsigned, const RegisterSet &, const RegisterSet &)> visit) {
  if (function.flow.blocks.empty())
    return;
  std::vector<bool> full = findFullExec(function);
  std::vector<Needed> end = neededAtBlocks(function, full);
  std::vector<RegisterSet> defined(function.code.size());
  visitDefined(function, [&](unsigned i, const RegisterSet &set) { defined[i] = set; });
  for (unsigned b = 0; b < end.size(); ++b) {
    Needed needed = end[b];
    for (unsigned i = function.flow.blocks[b].end; i-- > function.flow.blocks[b].first;) {
      RegisterSet has = defined[i], after = needed.any();
      has |= writtenBy(function.code[i]);
      after &= has;
      stepBack(function.code[i], function.infos[i], full[i], needed);
      RegisterSet before = needed.any();
      before &= defined[i];
      visit(i, before, after);
    }
  }
}

} // namespace kiln::inspector
