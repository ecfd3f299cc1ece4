#include "kiln/Emulator/Counters.h"

#include "Matrix/Operation.h"
#include "Program.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

using namespace llvm;

namespace kiln::emulator {

const char *unitName(Unit unit) {
  static const char *names[] = {"salu", "control", "smem", "valu", "matrix", "lds", "vmem", "flat"};
  return names[unsigned(unit)];
}

void InstructionCounters::add(const InstructionCounters &other) {
  executed += other.executed;
  activeLanes += other.activeLanes;
  ldsCycles += other.ldsCycles;
  ldsConflicts += other.ldsConflicts;
  bytes += other.bytes;
  lines64 += other.lines64;
  lines128 += other.lines128;
}

uint64_t Counters::total() const {
  uint64_t sum = 0;
  for (uint64_t count : byUnit)
    sum += count;
  return sum;
}
double Counters::laneUse() const {
  return vectorInstructions ? double(activeLanes) / (double(vectorInstructions) * Lanes) : 1.0;
}

// Printing.

static json::Object toJsonObject(const Traffic &traffic) {
  return json::Object{{"read", traffic.read}, {"written", traffic.written}, {"atomic", traffic.atomic}};
}

std::string Counters::toJson() const {
  json::Object units, flops;
  for (unsigned unit = 0; unit < UnitCount; ++unit)
    units[unitName(Unit(unit))] = byUnit[unit];
  for (const auto &[type, count] : matrixFlops)
    flops[type] = count;
  json::Array list;
  for (const InstructionCounters &inst : instructions)
    list.push_back(json::Object{{"pc", inst.pc},
                                {"text", inst.text},
                                {"executed", inst.executed},
                                {"active_lanes", inst.activeLanes},
                                {"bytes", inst.bytes},
                                {"lds_cycles", inst.ldsCycles},
                                {"lds_conflicts", inst.ldsConflicts},
                                {"lines_64", inst.lines64},
                                {"lines_128", inst.lines128}});
  json::Object object{{"instructions", total()},
                      {"by_unit", std::move(units)},
                      {"barriers", barriers},
                      {"matrix_flops", std::move(flops)},
                      {"global_bytes", toJsonObject(global)},
                      {"lds_bytes", toJsonObject(lds)},
                      {"scratch_bytes", toJsonObject(scratch)},
                      {"scalar_bytes", scalarBytes},
                      {"lds_dma_bytes", ldsDmaBytes},
                      {"lds_cycles", ldsCycles},
                      {"lds_conflicts", ldsConflicts},
                      {"vector_instructions", vectorInstructions},
                      {"lane_use", laneUse()},
                      {"memory_instructions", std::move(list)}};
  std::string text;
  raw_string_ostream(text) << json::Value(std::move(object));
  return text;
}

std::string Counters::toTable() const {
  std::string text;
  raw_string_ostream out(text);
  out << "instructions        " << format("%15llu\n", (unsigned long long)total());
  for (unsigned unit = 0; unit < UnitCount; ++unit)
    if (byUnit[unit])
      out << "  " << left_justify(unitName(Unit(unit)), 18)
          << format("%15llu\n", (unsigned long long)byUnit[unit]);
  out << "barriers            " << format("%15llu\n", (unsigned long long)barriers);
  for (const auto &[type, count] : matrixFlops)
    out << left_justify("matrix flops " + type, 20) << format("%15llu\n", (unsigned long long)count);
  auto memory = [&](const char *name, const Traffic &traffic) {
    if (traffic.read || traffic.written || traffic.atomic)
      out << left_justify(std::string(name) + " bytes", 20)
          << format("%15llu read %15llu written %12llu atomic\n", (unsigned long long)traffic.read,
                    (unsigned long long)traffic.written, (unsigned long long)traffic.atomic);
  };
  memory("global", global);
  memory("lds", lds);
  memory("scratch", scratch);
  out << "lds bank cycles     "
      << format("%15llu, %llu of them conflicts\n", (unsigned long long)ldsCycles,
                (unsigned long long)ldsConflicts);
  out << "lane use            " << format("%14.1f%%\n", 100 * laneUse());
  if (!instructions.empty())
    out << "\n      pc   executed      bytes  conflicts  lines64  lines128  instruction\n";
  for (const InstructionCounters &inst : instructions) {
    double runs = double(std::max<uint64_t>(inst.executed, 1));
    out << format("%8llx %10llu %10llu %10.1f %8.1f %9.1f  ", (unsigned long long)inst.pc,
                  (unsigned long long)inst.executed, (unsigned long long)inst.bytes, inst.ldsConflicts / runs,
                  inst.lines64 / runs, inst.lines128 / runs)
        << inst.text << "\n";
  }
  return text;
}

// Counting.

/// "bf16" of v_mfma_f32_32x32x4_2b_bf16: what stands behind the shape.
static std::string inputType(StringRef mnemonic) {
  SmallVector<StringRef, 8> words;
  mnemonic.split(words, '_');
  std::string type;
  bool isBehindShape = false;
  for (StringRef word : words) {
    if (isBehindShape && !word.ends_with("b"))
      type += (type.empty() ? "" : "_") + word.str();
    isBehindShape |= word.count('x') == 2;
  }
  return type;
}

struct CounterObserver::Group final : GroupObserver {
  struct Entry {
    const Instruction *inst = nullptr;
    InstructionCounters counters;
  };
  std::vector<Entry> entries; // by Instruction::number
  Counters sums;

  Entry &entry(const Instruction &inst) {
    if (inst.number >= entries.size())
      entries.resize(inst.number + 64);
    Entry &entry = entries[inst.number];
    entry.inst = &inst;
    return entry;
  }

  void beforeInstruction(const Wave &wave, const Instruction &inst) override {
    InstructionCounters &counters = entry(inst).counters;
    ++counters.executed;
    ++sums.byUnit[unsigned(inst.traits.unit)];
    if (inst.traits.unit >= Unit::Valu) {
      ++sums.vectorInstructions;
      unsigned active = inst.traits.unit == Unit::Matrix ? Lanes : __builtin_popcountll(wave.exec());
      sums.activeLanes += active;
      counters.activeLanes += active;
    }
  }

  void memoryLanded(const Wave &wave, const PendingAccess &access, ArrayRef<MemoryEvent> events) override {
    const Instruction &inst = *access.inst;
    InstructionCounters &counters = entry(inst).counters;
    for (const MemoryEvent &event : events) {
      Traffic &traffic = event.space == MemorySpace::Global ? sums.global
                         : event.space == MemorySpace::Lds  ? sums.lds
                                                            : sums.scratch;
      (event.isAtomic ? traffic.atomic : event.isWrite ? traffic.written : traffic.read) += event.size;
      if (inst.traits.ldsDma && event.space == MemorySpace::Global)
        sums.ldsDmaBytes += event.size;
      else if (inst.traits.ldsDma)
        continue; // the LDS half of a copy
      counters.bytes += event.size;
    }
    if (inst.traits.unit == Unit::Smem) {
      for (const MemoryEvent &event : events)
        sums.scalarBytes += event.size;
    } else if (inst.traits.unit == Unit::Lds) {
      countBanks(wave, events, counters);
    } else {
      countLines(events, counters);
    }
  }

  /// Two-address forms are two accesses: the n-th event of a lane belongs to the n-th.
  void countBanks(const Wave &wave, ArrayRef<MemoryEvent> events, InstructionCounters &counters) {
    uint64_t offsets[Lanes], active = 0;
    for (size_t i = 0; i < events.size(); ++i) {
      active |= uint64_t(1) << events[i].lane;
      offsets[events[i].lane] = events[i].address;
      bool isLast = i + 1 == events.size();
      if (!isLast && !(active >> events[i + 1].lane & 1))
        continue;
      LdsCost cost = ldsCost(wave.chip, events[i].isWrite, events[i].size, active, offsets);
      counters.ldsCycles += cost.cycles;
      counters.ldsConflicts += cost.cycles - cost.phases;
      sums.ldsCycles += cost.cycles;
      sums.ldsConflicts += cost.cycles - cost.phases;
      active = 0;
    }
  }

  static void countLines(ArrayRef<MemoryEvent> events, InstructionCounters &counters) {
    SmallVector<uint64_t, 128> lines;
    for (const MemoryEvent &event : events)
      if (event.space == MemorySpace::Global)
        for (uint64_t line = event.address / 64; line * 64 < event.address + event.size; ++line)
          if (lines.empty() || lines.back() != line)
            lines.push_back(line);
    if (!llvm::is_sorted(lines))
      llvm::sort(lines);
    lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
    counters.lines64 += lines.size();
    for (size_t i = 0; i < lines.size(); ++i)
      counters.lines128 += i == 0 || lines[i] / 2 != lines[i - 1] / 2;
  }

  void barrierReleased(const Workgroup &) override { ++sums.barriers; }
};

CounterObserver::CounterObserver() = default;
CounterObserver::~CounterObserver() = default;

void CounterObserver::launchBegin(AddressSpace &, Program &program) { loadAddress = program.loadAddress(); }

std::unique_ptr<GroupObserver> CounterObserver::beginGroup(const Workgroup &) {
  std::lock_guard<std::mutex> guard(lock);
  if (pool.empty())
    return std::make_unique<Group>();
  auto group = std::move(pool.back());
  pool.pop_back();
  return group;
}

void CounterObserver::endGroup(const Workgroup &, std::unique_ptr<GroupObserver> observer) {
  std::lock_guard<std::mutex> guard(lock);
  pool.push_back(std::move(observer));
}

static void addTraffic(Traffic &to, const Traffic &from) {
  to.read += from.read;
  to.written += from.written;
  to.atomic += from.atomic;
}

void CounterObserver::launchEnd(std::vector<Finding> &) {
  std::map<uint64_t, InstructionCounters> byPc;
  for (InstructionCounters &known : total.instructions)
    byPc[known.pc] = known;
  for (auto &observer : pool) {
    auto &group = static_cast<Group &>(*observer);
    Counters &sums = group.sums;
    for (unsigned unit = 0; unit < UnitCount; ++unit)
      total.byUnit[unit] += sums.byUnit[unit];
    addTraffic(total.global, sums.global);
    addTraffic(total.lds, sums.lds);
    addTraffic(total.scratch, sums.scratch);
    for (auto member :
         {&Counters::barriers, &Counters::scalarBytes, &Counters::ldsDmaBytes, &Counters::vectorInstructions,
          &Counters::activeLanes, &Counters::ldsCycles, &Counters::ldsConflicts})
      total.*member += sums.*member;
    for (const Group::Entry &entry : group.entries) {
      if (!entry.inst)
        continue;
      if (const auto *op =
              entry.inst->traits.unit == Unit::Matrix ? matrix::findOperation(entry.inst->mnemonic) : nullptr)
        total.matrixFlops[inputType(entry.inst->mnemonic)] +=
            entry.counters.executed * 2 * op->m * op->n * op->k * op->blocks;
      if (entry.inst->traits.unit != Unit::Smem && entry.inst->traits.unit < Unit::Lds)
        continue;
      InstructionCounters &merged = byPc[entry.inst->pc - loadAddress];
      merged.pc = entry.inst->pc - loadAddress;
      merged.text = entry.inst->text;
      merged.add(entry.counters);
    }
  }
  pool.clear();
  total.instructions.clear();
  for (auto &[pc, merged] : byPc)
    total.instructions.push_back(std::move(merged));
}

} // namespace kiln::emulator
