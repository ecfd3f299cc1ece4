#include "kiln/Inspector/Bounds.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace kiln::inspector {

/// A SIMD has 16 lanes, so that a wave of 64 takes 4 cycles (AMD's GPU specification tables); an instruction
/// of a wave is issued every 4 cycles at most. Transcendentals take 16, measured on MI308X (tingqli/pyhip,
/// docs/mfma-valu-coissue).
constexpr unsigned issueCycles = 4, transcendentalCycles = 16;

uint64_t Summary::allFlops() const {
  uint64_t sum = 0;
  for (const auto *kinds : {&flops, &vectorFlops})
    for (const auto &[type, count] : *kinds)
      sum += count;
  return sum;
}

std::optional<double> Summary::intensity() const {
  uint64_t bytes = global.loaded + global.stored;
  if (!bytes || global.unknown)
    return std::nullopt;
  return double(allFlops()) / bytes;
}

static void addTraffic(const InstructionInfo &info, unsigned lanes, Summary &summary) {
  auto add = [&](Traffic &traffic, bool load, bool store) {
    if (!info.bytes)
      ++traffic.unknown;
    if (load)
      traffic.loaded += uint64_t(info.bytes) * lanes;
    if (store)
      traffic.stored += uint64_t(info.bytes) * lanes;
  };
  if (info.memory == MemoryKind::Lds)
    add(summary.lds, info.load, info.store);
  if (info.memory == MemoryKind::Scratch)
    add(summary.scratch, info.load, info.store);
  if (info.memory == MemoryKind::Global)
    add(summary.global, info.load, info.store);
  if (info.family == Family::LdsDma)
    add(summary.lds, false, true);
  if (info.memory == MemoryKind::Scalar)
    summary.scalarBytes += info.bytes;
}

static void addMatrix(const InstructionInfo &info, const MachineFacts *machine, Summary &summary) {
  if (info.matrix)
    summary.flops[info.matrix->types] += info.matrix->flops();
  std::string name = info.matrix ? info.matrix->atom : info.mnemonic;
  if (const MatrixFacts *facts = machine ? machine->findMatrix(name) : nullptr)
    *summary.bounds.matrix += facts->cycles;
  else if (!is_contained(summary.bounds.unknown, name))
    summary.bounds.unknown.push_back(name);
}

/// Cycles of an access without conflicts: its phases; two narrow ones where the instruction has two
/// addresses.
static std::optional<unsigned> sharedCycles(const InstructionInfo &info, const MachineFacts &machine) {
  bool isWrite = info.family == Family::LdsDma || !info.load;
  const auto &table = isWrite ? machine.sharedWrites : machine.sharedReads;
  bool twice = StringRef(info.mnemonic).contains("read2") || StringRef(info.mnemonic).contains("write2");
  unsigned bytes = std::max(4u, twice ? info.bytes / 2 : info.bytes);
  // A transposing read moves as many bytes as a plain one.
  auto found = table.find(bytes);
  if (!info.bytes || found == table.end())
    return std::nullopt;
  return found->second.phases.size() * (twice ? 2 : 1);
}

static void addShared(const InstructionInfo &info, const MachineFacts *machine, Summary &summary) {
  if ((info.family != Family::Lds || info.memory != MemoryKind::Lds) && info.family != Family::LdsDma)
    return;
  std::optional<unsigned> cycles = machine ? sharedCycles(info, *machine) : std::nullopt;
  if (!cycles)
    summary.bounds.lds.reset();
  else if (summary.bounds.lds)
    *summary.bounds.lds += *cycles;
}

static void finishBounds(const FunctionView &function, Summary &summary) {
  if (!summary.bounds.unknown.empty())
    summary.bounds.matrix.reset();
  if (!function.isCdna())
    return;
  unsigned transcendental = summary.count(Family::Transcendental);
  summary.bounds.valu = issueCycles * summary.count(Family::Valu) + transcendentalCycles * transcendental;
  // Waits, nops and the like need no unit.
  unsigned free = summary.count(Family::Wait) + summary.count(Family::Nop) + summary.count(Family::Control) +
                  summary.count(Family::Barrier);
  summary.bounds.issue = issueCycles * (summary.instructions - free);
}

Summary summarise(const FunctionView &function, const std::vector<unsigned> &blocks, unsigned lanes,
                  const MachineFacts *machine) {
  Summary summary;
  summary.bounds.matrix = summary.bounds.lds = 0;
  std::map<StringRef, unsigned> mnemonics;
  for (unsigned block : blocks)
    for (unsigned i = function.flow.blocks[block].first; i < function.flow.blocks[block].end; ++i) {
      const InstructionInfo &info = function.infos[i];
      if (info.noInstruction)
        continue;
      ++summary.instructions;
      ++summary.families[static_cast<unsigned>(info.family)];
      ++mnemonics[info.mnemonic];
      addTraffic(info, lanes, summary);
      addShared(info, machine, summary);
      if (info.family == Family::Matrix)
        addMatrix(info, machine, summary);
      if (info.flops)
        summary.vectorFlops[info.flopType.str()] += uint64_t(info.flops) * lanes;
    }
  for (auto [mnemonic, count] : mnemonics)
    summary.mnemonics[mnemonic.str()] = count;
  finishBounds(function, summary);
  return summary;
}

} // namespace kiln::inspector
