#include "kiln/Inspector/SharedAccess.h"
#include "ExecMask.h"
#include "LaneValues.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace kiln::inspector {

static const layout::BankedAccess *findService(const MachineFacts &machine, bool write, unsigned bytes) {
  const auto &table = write ? machine.sharedWrites : machine.sharedReads;
  // Narrower accesses take a word.
  auto found = table.find(std::max(bytes, 4u));
  return found == table.end() ? nullptr : &found->second;
}

/// The addresses of the lanes, but for a number that they share.
static LaneValue addressesOf(const FunctionView &function, unsigned i, const SharedAccess &access,
                             LaneValues &values) {
  if (function.infos[i].family == Family::LdsDma) {
    // Lane after lane, from M0 on (CDNA3 ISA 9.1.9).
    LaneValue value = LaneValue::uniform(4);
    for (unsigned lane = 0; lane < LaneValue::most; ++lane)
      value.lanes[lane] = lane * access.bytes;
    return value;
  }
  for (codegen::RegisterRange range : addressRegisters(function.code[i], function.infos[i]))
    if (range.file == codegen::RegisterFile::Vector)
      return values.before(i, range.file, range.first);
  return LaneValue::unknown("the instruction has no address register");
}

static layout::AccessCost costOf(const LaneValue &value, const layout::BankedAccess &service) {
  SmallVector<std::optional<uint64_t>, LaneValue::most> addresses;
  // The shared part shifts all addresses. It may make them negative here: far up they stay apart alike.
  for (uint32_t lane : value.lanes)
    addresses.push_back((uint64_t(1) << 32) + int32_t(lane));
  return layout::accessCost(addresses, service);
}

namespace {
class Finder {
public:
  Finder(const FunctionView &function, const MachineFacts *machine, std::optional<unsigned> threads)
      : function(function), machine(machine), full(findFullExec(function)) {
    unsigned waves = threads && machine && machine->lanes ? divideCeil(*threads, machine->lanes) : 1;
    constexpr unsigned mostWaves = 16;
    for (unsigned wave = 0; wave < std::min(waves, mostWaves); ++wave)
      values.emplace_back(function, full, wave);
  }
  void cost(unsigned i, SharedAccess &access);

private:
  const FunctionView &function;
  const MachineFacts *machine;
  std::vector<bool> full;
  std::vector<LaneValues> values;
};
} // namespace

void Finder::cost(unsigned i, SharedAccess &access) {
  auto unknown = [&](const char *why) { access.why = why, access.cost.reset(); };
  StringRef name = function.infos[i].mnemonic;
  if (!machine || machine->lanes != LaneValue::most)
    return unknown("no target file describes the chip's LDS");
  if (!function.isComplete())
    return unknown("not all ways to it are known");
  if (function.infos[i].load && function.infos[i].store)
    return unknown("it is an atomic");
  bool twice = name.contains("read2") || name.contains("write2");
  const layout::BankedAccess *service =
      findService(*machine, access.write, twice ? access.bytes / 2 : access.bytes);
  if (!access.bytes || !service)
    return unknown("the target files do not say how accesses of this width are served");
  access.phases = service->phases.size() * (twice ? 2 : 1);
  for (LaneValues &wave : values) {
    LaneValue value = addressesOf(function, i, access, wave);
    if (!value.isKnown)
      return unknown(value.why);
    // Below a word it matters where in a word the shared part points.
    if (value.isShifted && access.bytes < service->bankBytes && value.alignment < service->bankBytes)
      return unknown("where in a word the lanes' common part points is not known");
    layout::AccessCost cost = costOf(value, *service);
    if (twice)
      cost.cycles *= 2, cost.minimum *= 2;
    if (!access.cost || cost.cycles > access.cost->cycles)
      access.cost = cost;
  }
}

std::vector<SharedAccess> findSharedAccesses(const FunctionView &function, const MachineFacts *machine,
                                             std::optional<unsigned> threads) {
  std::vector<SharedAccess> accesses;
  std::optional<Finder> finder;
  for (unsigned b = 0; b < function.flow.blocks.size(); ++b)
    for (unsigned i = function.flow.blocks[b].first; i < function.flow.blocks[b].end; ++i) {
      const InstructionInfo &info = function.infos[i];
      if (info.family != Family::LdsDma && (info.family != Family::Lds || info.memory != MemoryKind::Lds))
        continue;
      SharedAccess access;
      access.instruction = i;
      access.address = function.code[i].address;
      access.loop = function.flow.loopOf(b);
      access.write = info.family == Family::LdsDma || info.store;
      access.bytes = info.bytes;
      if (!finder)
        finder.emplace(function, machine, threads);
      finder->cost(i, access);
      accesses.push_back(std::move(access));
    }
  return accesses;
}

} // namespace kiln::inspector
