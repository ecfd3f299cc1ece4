#include "kiln/Inspector/Waits.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <deque>

using namespace llvm;

namespace kiln::inspector {

StringRef originName(Origin origin) {
  static constexpr const char *names[] = {"unknown", "schedule", "backend"};
  return names[static_cast<unsigned>(origin)];
}

/// "s_waitcnt vmcnt(8) lgkmcnt(0)", and "s_wait_loadcnt 0x3" of later chips. A counter that is not named is
/// not waited for.
static std::vector<CounterWait> readWait(StringRef text) {
  std::vector<CounterWait> counters;
  auto add = [&](StringRef name, StringRef value) {
    CounterWait wait;
    wait.counter = name.str();
    if (!value.getAsInteger(0, wait.leaves))
      counters.push_back(std::move(wait));
  };
  auto [mnemonic, rest] = text.split(' ');
  if (mnemonic == "s_waitcnt") {
    SmallVector<StringRef> parts;
    rest.split(parts, ' ', -1, /*KeepEmpty=*/false);
    for (StringRef part : parts)
      if (auto [name, value] = part.split('('); value.consume_back(")"))
        add(name, value);
  } else if (mnemonic.consume_front("s_wait_") || mnemonic.consume_front("s_waitcnt_")) {
    add(mnemonic, rest.contains(',') ? rest.rsplit(',').second.trim() : rest);
  }
  return counters;
}

namespace {
/// One operation in flight: what it may be, over all ways to a place.
struct Slot {
  SmallVector<unsigned, 2> instructions; // ascending; empty: issued by a caller
  bool unordered = false;                // may finish before older ones

  void merge(const Slot &other) {
    unordered |= other.unordered;
    SmallVector<unsigned, 2> both;
    std::set_union(instructions.begin(), instructions.end(), other.instructions.begin(),
                   other.instructions.end(), std::back_inserter(both));
    instructions = std::move(both);
  }
  bool operator==(const Slot &other) const {
    return unordered == other.unordered && instructions == other.instructions;
  }
};

/// Operations that one counter counts, the youngest first; of the last ones some may be done already.
struct Queue {
  std::deque<Slot> slots;
  unsigned atLeast = 0;

  void issue(unsigned instruction, bool unordered, unsigned most) {
    slots.push_front({{instruction}, unordered});
    if (slots.size() > most) // a full counter stalls until the oldest is through
      slots.pop_back();
    atLeast = std::min(atLeast + 1, most);
  }
  void merge(const Queue &other) {
    for (size_t i = 0; i < other.slots.size(); ++i) {
      if (i == slots.size())
        slots.push_back(other.slots[i]);
      else
        slots[i].merge(other.slots[i]);
    }
    atLeast = std::min(atLeast, other.atLeast);
  }
  bool anyUnordered() const {
    return any_of(slots, [](const Slot &slot) { return slot.unordered; });
  }
  /// What a wait does. Where operations finish in any order it is not told which of them are left.
  void wait(unsigned leaves) {
    if (slots.size() <= leaves)
      return;
    if (leaves && anyUnordered()) {
      Slot any;
      for (const Slot &slot : slots)
        any.merge(slot);
      std::fill(slots.begin(), slots.begin() + leaves, any);
    }
    slots.resize(leaves);
    atLeast = std::min(atLeast, leaves);
  }
  bool operator==(const Queue &other) const { return atLeast == other.atLeast && slots == other.slots; }
};

/// A wave's counters on gfx9 (CDNA3 ISA 4.4): 6 bits and 4 bits.
struct Counters {
  static constexpr unsigned mostVm = 63, mostLgkm = 15;
  Queue vm, lgkm;
  bool reached = false;

  static Counters atStart(bool isKernel) {
    Counters counters;
    counters.reached = true;
    if (!isKernel) { // the caller's operations
      counters.vm.slots.assign(mostVm, Slot{{}, true});
      counters.lgkm.slots.assign(mostLgkm, Slot{{}, true});
    }
    return counters;
  }
  Queue *find(StringRef name) { return name == "vmcnt" ? &vm : name == "lgkmcnt" ? &lgkm : nullptr; }
  void run(unsigned i, const InstructionInfo &info, ArrayRef<CounterWait> waits) {
    if (info.countsVm) {
      Queue without = vm;
      vm.issue(i, info.outOfOrder, mostVm);
      // Not every write-back or invalidation of a cache counts.
      if (info.memory == MemoryKind::None)
        vm.merge(without);
    }
    if (info.countsLgkm)
      lgkm.issue(i, info.outOfOrder, mostLgkm);
    for (const CounterWait &wait : waits)
      if (Queue *queue = find(wait.counter))
        queue->wait(wait.leaves);
  }
  bool merge(const Counters &other) {
    if (!other.reached)
      return false;
    if (!reached) {
      *this = other;
      return true;
    }
    Counters before = *this;
    vm.merge(other.vm);
    lgkm.merge(other.lgkm);
    return !(vm == before.vm && lgkm == before.lgkm);
  }
};

/// Follows the counters through a function.
class Audit {
public:
  explicit Audit(const FunctionView &function) : function(function), begin(function.flow.blocks.size()) {
    for (unsigned i = 0; i < function.code.size(); ++i)
      if (function.infos[i].family == Family::Wait)
        waits[i] = readWait(function.code[i].text);
  }
  void followAll();
  /// What a loop that has run for a while looks like: what was in flight before it is forgotten.
  void settle(const Loop &loop);
  /// Calls back in order, with the state before each instruction.
  void visit(ArrayRef<unsigned> blocks, function_ref<void(unsigned, Counters &)> callback);
  const std::vector<CounterWait> &waitAt(unsigned instruction) { return waits[instruction]; }

private:
  Counters through(unsigned block, Counters counters) {
    const Block &range = function.flow.blocks[block];
    for (unsigned i = range.first; i < range.end; ++i)
      step(i, counters);
    return counters;
  }
  void step(unsigned i, Counters &counters) {
    auto wait = function.infos[i].family == Family::Wait ? waits.find(i) : waits.end();
    counters.run(i, function.infos[i],
                 wait == waits.end() ? ArrayRef<CounterWait>() : ArrayRef(wait->second));
  }
  const FunctionView &function;
  std::map<unsigned, std::vector<CounterWait>> waits;
  std::vector<Counters> begin;
};
} // namespace

void Audit::followAll() {
  begin[0] = Counters::atStart(function.isKernel);
  std::vector<bool> open(begin.size());
  open[0] = true;
  for (bool changed = true; changed;) {
    changed = false;
    for (unsigned b = 0; b < begin.size(); ++b) {
      if (!open[b])
        continue;
      open[b] = false;
      Counters end = through(b, begin[b]);
      for (unsigned to : function.flow.blocks[b].successors)
        if (begin[to].merge(end))
          open[to] = changed = true;
    }
  }
}

void Audit::settle(const Loop &loop) {
  // Each round pushes older operations out; a counter holds 63, and a round without a wait on them fills it.
  constexpr unsigned mostRounds = 66;
  for (unsigned round = 0; round < mostRounds; ++round) {
    std::map<unsigned, Counters> next;
    for (unsigned block : loop.blocks) {
      // Where all that lead here have been followed in this round, the round's state is known already.
      bool known =
          block != loop.header && next.count(block) &&
          all_of(function.flow.blocks[block].predecessors, [&](unsigned from) { return from < block; });
      Counters end = through(block, known ? next[block] : begin[block]);
      for (unsigned to : function.flow.blocks[block].successors)
        if (is_contained(loop.blocks, to))
          next[to].merge(end);
    }
    bool same = true;
    for (auto &[block, counters] : next) {
      same &= begin[block].vm == counters.vm && begin[block].lgkm == counters.lgkm;
      begin[block] = std::move(counters);
    }
    if (same)
      return;
  }
}

void Audit::visit(ArrayRef<unsigned> blocks, function_ref<void(unsigned, Counters &)> callback) {
  for (unsigned block : blocks) {
    Counters counters = begin[block];
    for (unsigned i = function.flow.blocks[block].first; i < function.flow.blocks[block].end; ++i) {
      callback(i, counters);
      step(i, counters);
    }
  }
}

static InFlight inFlight(const Queue &queue) { return {queue.atLeast, unsigned(queue.slots.size())}; }

static void describe(const FunctionView &function, Counters &counters, WaitRecord &record) {
  for (CounterWait &wait : record.counters) {
    Queue *queue = counters.find(wait.counter);
    if (!queue)
      continue;
    wait.inFlight = inFlight(*queue);
    wait.waitsForKnown = !(wait.leaves && queue->anyUnordered());
    wait.waitsFor.clear();
    if (!wait.waitsForKnown)
      continue;
    for (size_t slot = queue->slots.size(); slot-- > wait.leaves;)
      for (unsigned i : queue->slots[slot].instructions)
        if (!is_contained(wait.waitsFor, function.code[i].address))
          wait.waitsFor.push_back(function.code[i].address);
  }
}

static bool neverWaits(const WaitRecord &record) {
  return !record.counters.empty() && all_of(record.counters, [](const CounterWait &wait) {
    return wait.inFlight && wait.inFlight->atMost <= wait.leaves;
  });
}

/// The dependence that an s_nop separates, within the 20 wait states that the longest hazard takes (LLVM's
/// GCNHazardRecognizer).
static void findHazard(const FunctionView &function, const Block &block, unsigned nop, NopRecord &record) {
  constexpr unsigned longest = 20;
  unsigned last = std::min(block.end, nop + 1 + longest);
  for (unsigned later = nop + 1; later < last; ++later)
    for (unsigned earlier = nop; earlier-- > block.first && nop - earlier <= longest;)
      for (codegen::RegisterRange written : function.code[earlier].writes) {
        if (written.contains(codegen::RegisterFile::Scalar, codegen::sccRegister))
          continue;
        auto overlaps = [&](codegen::RegisterRange other) {
          return other.file == written.file && other.first < written.first + written.count &&
                 written.first < other.first + other.count;
        };
        if (none_of(function.code[later].reads, overlaps) && none_of(function.code[later].writes, overlaps))
          continue;
        record.producer = function.code[earlier].address;
        record.consumer = function.code[later].address;
        record.registers = written;
        return;
      }
}

static bool barrierFollows(const FunctionView &function, const Block &block, unsigned i) {
  return i + 1 < block.end && function.infos[i + 1].family == Family::Barrier;
}

/// Places alone, without what is in flight.
static WaitAudit listPlaces(const FunctionView &function, Audit &audit) {
  WaitAudit result;
  for (const Block &block : function.flow.blocks)
    for (unsigned i = block.first; i < block.end; ++i) {
      Family family = function.infos[i].family;
      if (family == Family::Wait) {
        result.waits.push_back(
            {function.code[i].address, audit.waitAt(i), barrierFollows(function, block, i)});
      } else if (family == Family::Barrier) {
        result.barriers.push_back({function.code[i].address, {}});
      } else if (family == Family::Nop && function.infos[i].mnemonic == "s_nop") {
        NopRecord record;
        record.address = function.code[i].address;
        record.states = function.code[i].operands.empty() ? 1 : function.code[i].operands[0].value + 1;
        findHazard(function, block, i, record);
        result.nops.push_back(record);
      }
    }
  return result;
}

/// Code that Kiln compiled with its trail tells the waits that stage-derive-waits computed: the line table
/// has that name as an inlined function there. All other waits, and every s_nop, are the code generator's;
/// barriers it makes none.
static void addOrigins(const FunctionView &function, bool isOurs, WaitAudit &audit) {
  std::map<uint64_t, bool> derived;
  bool hasTrail = isOurs;
  for (const codegen::Instruction &instruction : function.code)
    for (const codegen::InlinedCall &call : instruction.calls) {
      bool isWait = call.function == "stage-derive-waits";
      hasTrail |= isWait || StringRef(call.function).starts_with("schedule");
      derived[instruction.address] |= isWait;
    }
  if (!hasTrail)
    return;
  for (WaitRecord &wait : audit.waits)
    wait.origin = derived[wait.address] ? Origin::Schedule : Origin::Backend;
  for (BarrierRecord &barrier : audit.barriers)
    barrier.origin = Origin::Schedule;
  for (NopRecord &nop : audit.nops)
    nop.origin = Origin::Backend;
}

WaitAudit auditWaits(const FunctionView &function, bool isOurs) {
  Audit audit(function);
  WaitAudit result = listPlaces(function, audit);
  addOrigins(function, isOurs, result);
  if (!function.isCdna() || !function.isComplete() || function.code.empty())
    return result;
  std::map<uint64_t, WaitRecord *> waitAt;
  std::map<uint64_t, BarrierRecord *> barrierAt;
  for (WaitRecord &wait : result.waits)
    waitAt[wait.address] = &wait;
  for (BarrierRecord &barrier : result.barriers)
    barrierAt[barrier.address] = &barrier;
  auto fillIn = [&](unsigned i, Counters &counters) {
    if (!counters.reached)
      return;
    if (auto wait = waitAt.find(function.code[i].address); wait != waitAt.end())
      describe(function, counters, *wait->second);
    if (auto barrier = barrierAt.find(function.code[i].address); barrier != barrierAt.end())
      barrier->second->inFlight = {{"vmcnt", inFlight(counters.vm)}, {"lgkmcnt", inFlight(counters.lgkm)}};
  };
  audit.followAll();
  std::vector<unsigned> all(function.flow.blocks.size());
  for (unsigned b = 0; b < all.size(); ++b)
    all[b] = b;
  audit.visit(all, fillIn);
  for (WaitRecord &wait : result.waits)
    wait.redundant = neverWaits(wait);
  for (const Loop &loop : function.flow.loops)
    if (loop.innermost) {
      audit.settle(loop);
      audit.visit(loop.blocks, fillIn);
    }
  return result;
}

} // namespace kiln::inspector
