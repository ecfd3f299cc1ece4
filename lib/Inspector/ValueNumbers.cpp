// Value numbering: each register holds a hash of how its value came about, each instruction has a hash of
// what it does to which values.
#include "ValueNumbers.h"
#include "kiln/Inspector/Equivalence.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/xxhash.h"
#include <array>
#include <unordered_map>

using namespace llvm;

namespace kiln::inspector {

using Hash = uint64_t;

/// Times that a loop is followed: values that rotate through as many registers before they are used are still
/// told apart.
static constexpr unsigned rounds = 16;

/// Not LLVM's hash_combine, which differs between processes.
static Hash combine(Hash a, Hash b) {
  Hash mixed = (a ^ (b + 0x9e3779b97f4a7c15 + (a << 6) + (a >> 2))) * 0xbf58476d1ce4e5b9;
  return mixed ^ mixed >> 31;
}

namespace {
/// What a register holds. Lanes that EXEC switches off keep their value: a vector register that was written
/// under one EXEC and is read under another gives old and new lanes.
struct Value {
  Hash active = 0, all = 0; // in the lanes of `exec`, in all
  Hash exec = 0;
};
using State = std::vector<Value>;

enum Space : unsigned { Global, Shared, Scratch, Spaces };
/// What was done to a memory since the last fence.
struct Memory {
  Hash stores = 0, loads = 0;
};
using Memories = std::array<Memory, Spaces>;

struct Step {
  Hash operation = 0;
  std::vector<unsigned> reads, writes; // numbers of registers
  /// A bit for each space.
  unsigned loads = 0, stores = 0;
  bool isFence = false;
  /// Acts on the lanes of EXEC only.
  bool isMasked = false;
  /// Its place among the loads that the next wait leaves some of in flight.
  unsigned place = 0;
};

/// Of each counter, how many operations the next wait leaves in flight.
struct NextWait {
  unsigned vm = 0, lgkm = 0;

  void meet(const NextWait &other) {
    vm = std::max(vm, other.vm);
    lgkm = std::max(lgkm, other.lgkm);
  }
  void apply(const CounterWait &wait) {
    if (wait.counter == "vmcnt")
      vm = wait.leaves;
    else if (wait.counter == "lgkmcnt")
      lgkm = wait.leaves;
    else // later chips have more counters: each is taken for both
      meet({wait.leaves, wait.leaves});
  }
  bool operator==(const NextWait &other) const { return vm == other.vm && lgkm == other.lgkm; }
};

class Numbering {
public:
  explicit Numbering(const KernelReport &kernel);
  std::vector<NumberedBlock> run();

private:
  void findWays();
  void describe(unsigned index);
  void findPlaces();
  unsigned numberOf(Hash key);
  Hash execOf(const State &state) const { return combine(state[execLow].active, state[execLow + 1].active); }
  State begin(unsigned block) const;
  void follow(unsigned block, State &state, function_ref<void(unsigned, Hash)> visit) const;
  Hash hashOf(const Step &step, const State &state, Hash exec) const;
  void write(const Step &step, Hash hash, Hash exec, State &state) const;

  const std::vector<codegen::Instruction> &code;
  const std::vector<InstructionInfo> &infos;
  const ControlFlow &flow;
  std::map<uint64_t, const WaitRecord *> waits; // by address
  std::vector<Step> steps;
  /// Successors with the branch's target first; reverse postorder; each block's position in it.
  std::vector<std::vector<unsigned>> ways;
  std::vector<unsigned> order;
  std::vector<std::optional<unsigned>> position;
  /// Registers: file and number of each that the function uses. EXEC is the first two.
  std::unordered_map<Hash, unsigned> registers;
  std::vector<Hash> keys;
  static constexpr unsigned execLow = 0;
  Hash execAtStart = 0;
  std::vector<State> ends;
};
} // namespace

static Hash keyOf(const codegen::RegisterRange &range, unsigned i) {
  return Hash(range.file) << 32 | Hash(range.first + i) << 1 | 1;
}
/// What a register holds that nobody has written: its own name.
static Hash initial(Hash key) { return combine(0x6b696c6e, key); }

/// Instructions that have another register in mind than their text, or leave the function and come back.
static bool isComputed(const codegen::Instruction &instruction) {
  StringRef mnemonic = StringRef(instruction.text).split(' ').first;
  return mnemonic.contains("movrel") || mnemonic.starts_with("s_set_gpr_idx") ||
         mnemonic.starts_with("s_swappc") || mnemonic.starts_with("s_call");
}

static bool isFence(const InstructionInfo &info) {
  switch (info.family) {
  case Family::Wait:
  case Family::Barrier:
  case Family::Branch:
  case Family::Nop:
  case Family::Control:
  case Family::Unknown:
    return true;
  case Family::Vmem: // caches
  case Family::Smem: // clocks
    return info.memory == MemoryKind::None;
  default:
    return StringRef(info.mnemonic).starts_with("s_setreg");
  }
}

Numbering::Numbering(const KernelReport &kernel)
    : code(kernel.code.instructions), infos(kernel.infos), flow(kernel.flow), steps(code.size()) {
  constexpr codegen::RegisterRange exec{codegen::RegisterFile::Scalar, codegen::execRegister, 2};
  for (unsigned i : {0u, 1u})
    numberOf(keyOf(exec, i));
  execAtStart = combine(initial(keys[0]), initial(keys[1]));
  for (const WaitRecord &wait : kernel.waits.waits)
    waits[wait.address] = &wait;
  findWays();
  for (unsigned i = 0; i < steps.size(); ++i)
    describe(i);
  findPlaces();
}

unsigned Numbering::numberOf(Hash key) {
  auto [found, isNew] = registers.try_emplace(key, keys.size());
  if (isNew)
    keys.push_back(key);
  return found->second;
}

void Numbering::findWays() {
  for (const Block &block : flow.blocks) {
    ways.push_back(block.successors);
    std::optional<uint64_t> target = code[block.end - 1].branchTarget;
    auto taken =
        find_if(ways.back(), [&](unsigned next) { return code[flow.blocks[next].first].address == target; });
    if (taken != ways.back().end())
      std::rotate(ways.back().begin(), taken, std::next(taken));
  }
  position.resize(flow.blocks.size());
  std::vector<bool> seen(flow.blocks.size());
  std::vector<std::pair<unsigned, unsigned>> stack;
  auto enter = [&](unsigned block) {
    if (!seen[block])
      stack.push_back({block, 0});
    seen[block] = true;
  };
  if (!flow.blocks.empty())
    enter(0);
  while (!stack.empty()) {
    auto &[block, next] = stack.back();
    if (next < ways[block].size()) {
      enter(ways[block][next++]);
      continue;
    }
    order.push_back(block);
    stack.pop_back();
  }
  std::reverse(order.begin(), order.end());
  for (unsigned i = 0; i < order.size(); ++i)
    position[order[i]] = i;
}

void Numbering::describe(unsigned index) {
  const codegen::Instruction &instruction = code[index];
  const InstructionInfo &info = infos[index];
  Step &step = steps[index];
  step.operation = xxh3_64bits(operationOf(instruction));
  step.isFence = isFence(info);
  auto number = [&](const auto &ranges, std::vector<unsigned> &to) {
    for (const codegen::RegisterRange &range : ranges)
      for (unsigned i = 0; i < range.count; ++i)
        to.push_back(numberOf(keyOf(range, i)));
  };
  number(instruction.reads, step.reads);
  number(instruction.writes, step.writes);
  // Matrix instructions act on all lanes (CDNA3 ISA 7.1).
  step.isMasked = info.family != Family::Matrix && is_contained(step.reads, execLow);
  bool isFlat = StringRef(info.mnemonic).starts_with("flat_");
  unsigned spaces = info.memory == MemoryKind::Lds       ? 1u << Shared
                    : info.memory == MemoryKind::Scratch ? 1u << Scratch
                    : info.memory == MemoryKind::None    ? 0
                                                         : 1u << Global | unsigned(isFlat) << Shared;
  step.loads = info.load ? spaces : 0;
  step.stores = info.store ? spaces : 0;
  if (info.family == Family::LdsDma)
    step.stores |= 1u << Shared;
}

void Numbering::findPlaces() {
  std::vector<NextWait> begins(flow.blocks.size());
  auto walk = [&](unsigned block, auto visit) {
    NextWait next;
    for (unsigned successor : ways[block])
      next.meet(begins[successor]);
    for (unsigned i = flow.blocks[block].end; i-- > flow.blocks[block].first;) {
      visit(i, next);
      if (auto wait = waits.find(code[i].address); wait != waits.end())
        for (const CounterWait &counter : wait->second->counters)
          next.apply(counter);
    }
    return next;
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (unsigned block : reverse(order)) {
      NextWait before = begins[block];
      begins[block] = walk(block, [](unsigned, const NextWait &) {});
      changed |= !(before == begins[block]);
    }
  }
  for (unsigned block : order) {
    unsigned place = 0; // counted backwards
    walk(block, [&](unsigned i, const NextWait &next) {
      if ((infos[i].countsVm && next.vm) || (infos[i].countsLgkm && next.lgkm))
        steps[i].place = ++place;
    });
  }
}

/// What the predecessors leave. A value that is the same on all ways is that value.
State Numbering::begin(unsigned block) const {
  std::vector<unsigned> predecessors = flow.blocks[block].predecessors;
  llvm::sort(predecessors, [&](unsigned a, unsigned b) { return position[a] < position[b]; });
  std::vector<const State *> from;
  for (unsigned predecessor : predecessors)
    if (!ends[predecessor].empty())
      from.push_back(&ends[predecessor]);
  State state(keys.size());
  for (unsigned i = 0; i < state.size(); ++i)
    for (Hash Value::*part : {&Value::active, &Value::all}) {
      bool isEntry = *position[block] == 0;
      Hash first = isEntry ? initial(keys[i]) : (*from.front())[i].*part;
      bool isSame = all_of(from, [&](const State *end) { return (*end)[i].*part == first; });
      Hash joined = combine(*position[block], isEntry ? first : 0);
      for (const State *end : from)
        joined = combine(joined, (*end)[i].*part);
      state[i].*part = isSame ? first : joined;
    }
  Hash exec = execOf(state);
  for (Value &value : state)
    value.exec = exec;
  return state;
}

Hash Numbering::hashOf(const Step &step, const State &state, Hash exec) const {
  Hash hash = combine(step.operation, step.place);
  for (unsigned reg : step.reads) {
    const Value &value = state[reg];
    hash = combine(hash, step.isMasked && value.exec == exec ? value.active : value.all);
  }
  return hash;
}

void Numbering::write(const Step &step, Hash hash, Hash exec, State &state) const {
  for (unsigned i = 0; i < step.writes.size(); ++i) {
    Value &value = state[step.writes[i]];
    Hash written = combine(hash, i + 1);
    bool isScalar = keys[step.writes[i]] >> 32 == Hash(codegen::RegisterFile::Scalar);
    bool keepsLanes = step.isMasked && !isScalar && exec != execAtStart;
    value = {written, keepsLanes ? combine(written, value.all) : written, exec};
  }
}

void Numbering::follow(unsigned block, State &state, function_ref<void(unsigned, Hash)> visit) const {
  Memories memories;
  unsigned fences = 0;
  Hash exec = execOf(state);
  for (unsigned i = flow.blocks[block].first; i < flow.blocks[block].end; ++i) {
    const Step &step = steps[i];
    if (step.isFence) {
      ++fences;
      memories = {};
    }
    Hash hash = combine(hashOf(step, state, exec), fences);
    for (unsigned space = 0; space < Spaces; ++space) {
      unsigned bit = 1u << space;
      if ((step.loads | step.stores) & bit)
        hash = combine(hash, memories[space].stores);
      if (step.stores & bit)
        hash = combine(hash, memories[space].loads);
    }
    for (unsigned space = 0; space < Spaces; ++space) {
      unsigned bit = 1u << space;
      if (step.stores & bit)
        memories[space] = {hash, 0};
      else if (step.loads & bit)
        memories[space].loads += hash;
    }
    visit(i, hash);
    write(step, hash, exec, state);
    exec = execOf(state);
  }
  for (Value &value : state)
    if (value.exec != exec)
      value.active = value.all;
}

std::vector<NumberedBlock> Numbering::run() {
  ends.resize(flow.blocks.size());
  bool hasCycles = !flow.loops.empty() || flow.irreducible;
  for (unsigned round = 0; round < (hasCycles ? rounds : 1); ++round)
    for (unsigned block : order) {
      State state = begin(block);
      follow(block, state, [](unsigned, Hash) {});
      ends[block] = std::move(state);
    }
  std::vector<NumberedBlock> result;
  for (unsigned block : order) {
    NumberedBlock numbered;
    for (unsigned successor : ways[block])
      numbered.successors.push_back(*position[successor]);
    State state = begin(block);
    follow(block, state, [&](unsigned index, Hash hash) { numbered.instructions.push_back({hash, index}); });
    llvm::sort(numbered.instructions);
    result.push_back(std::move(numbered));
  }
  return result;
}

std::optional<std::vector<NumberedBlock>> numberValues(const KernelReport &kernel) {
  if (kernel.isText || kernel.flow.indirect || kernel.flow.leaves ||
      any_of(kernel.code.instructions, isComputed))
    return std::nullopt;
  return Numbering(kernel).run();
}

} // namespace kiln::inspector
