#include "kiln/Inspector/Inspector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallSet.h"
#include <deque>

using namespace llvm;

namespace kiln::inspector {

/// "s_waitcnt vmcnt(8) lgkmcnt(0)", and "s_wait_loadcnt 0x3" of later chips. A counter that is not named is
/// not waited for.
static std::vector<CounterWait> readWait(StringRef text) {
  std::vector<CounterWait> counters;
  auto [mnemonic, rest] = text.split(' ');
  unsigned count = 0;
  if (mnemonic == "s_waitcnt") {
    SmallVector<StringRef> parts;
    rest.split(parts, ' ', -1, /*KeepEmpty=*/false);
    for (StringRef part : parts) {
      auto [name, value] = part.split('(');
      if (value.consume_back(")") && !value.getAsInteger(0, count))
        counters.push_back({name.str(), count, std::nullopt, {}});
    }
  } else if (mnemonic.consume_front("s_wait_") || mnemonic.consume_front("s_waitcnt_")) {
    StringRef value = rest.contains(',') ? rest.rsplit(',').second.trim() : rest;
    if (!value.getAsInteger(0, count))
      counters.push_back({mnemonic.str(), count, std::nullopt, {}});
  }
  return counters;
}

namespace {
/// Operations in flight by one counter, oldest first.
struct Queue {
  struct Operation {
    uint64_t address;
    bool outOfOrder;
    bool operator==(const Operation &other) const { return address == other.address; }
  };
  std::deque<Operation> operations;
  size_t most;

  void issue(uint64_t address, bool outOfOrder) {
    if (operations.size() == most) // a full counter stalls until the oldest is through
      operations.pop_front();
    operations.push_back({address, outOfOrder});
  }
  void wait(CounterWait &wait) {
    bool unordered = wait.leaves && any_of(operations, [](const Operation &op) { return op.outOfOrder; });
    wait.waitsFor.clear();
    wait.inFlight = unordered ? std::nullopt : std::optional<unsigned>(operations.size());
    while (operations.size() > wait.leaves) {
      if (!unordered)
        wait.waitsFor.push_back(operations.front().address);
      operations.pop_front();
    }
  }
};

/// The wave's counters of gfx9 (CDNA3 ISA 4.4): 6 bits and 4 bits.
struct Counters {
  Queue vm{{}, 63}, lgkm{{}, 15};

  void run(const codegen::Instruction &instruction, WaitRecord *record) {
    InstructionInfo info = classify(instruction);
    if (info.countsVm)
      vm.issue(instruction.address, info.outOfOrder);
    if (info.countsLgkm)
      lgkm.issue(instruction.address, info.outOfOrder);
    if (record)
      for (CounterWait &wait : record->counters) {
        if (wait.counter == "vmcnt")
          vm.wait(wait);
        else if (wait.counter == "lgkmcnt")
          lgkm.wait(wait);
      }
  }
  bool operator==(const Counters &other) const {
    return vm.operations == other.vm.operations && lgkm.operations == other.lgkm.operations;
  }
};
} // namespace

/// The blocks in the order of execution if they are a loop with one way through it, else nothing.
static std::vector<unsigned> onlyWay(const ControlFlow &flow, const std::vector<unsigned> &blocks) {
  std::vector<unsigned> way;
  std::optional<unsigned> block = blocks.front();
  for (unsigned candidate : blocks) // the header is entered from outside
    if (any_of(flow.blocks[candidate].predecessors,
               [&](unsigned from) { return !is_contained(blocks, from); }))
      block = candidate;
  unsigned header = *block;
  do {
    way.push_back(*block);
    std::optional<unsigned> next;
    for (unsigned successor : flow.blocks[*block].successors)
      if (is_contained(blocks, successor)) {
        if (next)
          return {};
        next = successor;
      }
    if (!next)
      return {};
    block = next;
  } while (*block != header && way.size() <= blocks.size());
  return way.size() == blocks.size() ? way : std::vector<unsigned>();
}

std::vector<WaitRecord> findWaits(const codegen::CodeFunction &function, const ControlFlow &flow,
                                  const std::vector<unsigned> &blocks, bool inFlight) {
  std::vector<WaitRecord> records;
  std::map<unsigned, unsigned> recordOf;
  for (unsigned block : blocks)
    for (unsigned i = flow.blocks[block].first; i < flow.blocks[block].end; ++i) {
      const codegen::Instruction &instruction = function.instructions[i];
      if (classify(instruction).family != Family::Wait)
        continue;
      recordOf[i] = records.size();
      bool barrier =
          i + 1 < flow.blocks[block].end && classify(function.instructions[i + 1]).family == Family::Barrier;
      records.push_back({instruction.address, readWait(instruction.text), barrier});
    }
  if (!inFlight || records.empty())
    return records;
  std::vector<unsigned> way = onlyWay(flow, blocks);
  if (way.empty())
    return records;
  // What is in flight at the loop's head settles after few rounds: each wait bounds it.
  Counters counters;
  constexpr unsigned mostRounds = 70;
  for (unsigned round = 0; round < mostRounds; ++round) {
    Counters before = counters;
    for (unsigned block : way)
      for (unsigned i = flow.blocks[block].first; i < flow.blocks[block].end; ++i) {
        auto record = recordOf.find(i);
        counters.run(function.instructions[i], record == recordOf.end() ? nullptr : &records[record->second]);
      }
    if (round && counters == before)
      break;
  }
  return records;
}

} // namespace kiln::inspector
