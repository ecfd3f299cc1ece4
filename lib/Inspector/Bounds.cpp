#include "kiln/Inspector/Bounds.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace kiln::inspector {

const MatrixFacts *MachineFacts::findMatrix(StringRef instruction) const {
  auto found = find_if(matrix, [&](const MatrixFacts &facts) { return facts.name == instruction; });
  return found == matrix.end() ? nullptr : &*found;
}

const ChipFacts *MachineFacts::findChip(StringRef chip) const {
  auto found = find_if(chips, [&](const ChipFacts &facts) { return chip.equals_insensitive(facts.name); });
  return found == chips.end() ? nullptr : &*found;
}

std::optional<WorkgroupBound> boundOf(const Summary &summary, unsigned wavesPerWorkgroup,
                                      const MachineFacts &machine) {
  if (!machine.simds || !wavesPerWorkgroup || !summary.bounds.issue)
    return std::nullopt;
  WorkgroupBound bound;
  bound.waves = wavesPerWorkgroup;
  // Each SIMD has its own matrix unit, VALU and issue; LDS is one for all.
  uint64_t wavesOfSimd = divideCeil(wavesPerWorkgroup, machine.simds);
  auto times = [](std::optional<uint64_t> cycles, uint64_t waves) {
    return cycles ? std::optional<uint64_t>(*cycles * waves) : std::nullopt;
  };
  bound.matrix = times(summary.bounds.matrix, wavesOfSimd);
  bound.valu = times(summary.bounds.valu, wavesOfSimd);
  bound.issue = times(summary.bounds.issue, wavesOfSimd);
  bound.lds = times(summary.bounds.lds, wavesPerWorkgroup);
  const std::pair<const char *, std::optional<uint64_t>> units[] = {
      {"matrix", bound.matrix}, {"lds", bound.lds}, {"valu", bound.valu}, {"issue", bound.issue}};
  for (const auto &[name, cycles] : units) {
    if (!cycles)
      bound.unknown.push_back(name);
    else if (*cycles > bound.cycles)
      bound.unit = name, bound.cycles = *cycles;
  }
  // Bytes pass through caches whose share depends on addresses.
  if (summary.global.loaded || summary.global.stored || summary.global.unknown)
    bound.unknown.push_back("vmem");
  return bound;
}

/// The element type with the most FLOPs, as the target files name it.
static std::string mainType(const Summary &summary, const MachineFacts &machine) {
  std::string type;
  uint64_t most = 0;
  for (const auto &[name, count] : summary.vectorFlops)
    if (count > most)
      most = count, type = name;
  for (const auto &[name, count] : summary.flops) {
    if (count <= most)
      continue;
    most = count;
    std::string ending = "_" + name;
    auto matrix = find_if(machine.matrix,
                          [&](const MatrixFacts &facts) { return StringRef(facts.name).ends_with(ending); });
    type = matrix == machine.matrix.end() ? name : matrix->a;
  }
  return type;
}

std::optional<Roofline> rooflineOf(const Summary &summary, const WorkgroupBound &bound,
                                   const MachineFacts &machine, const ChipFacts &chip) {
  if (!bound.cycles || !summary.allFlops() || !chip.computeUnits || !chip.bandwidthGbps)
    return std::nullopt;
  Roofline roofline;
  roofline.chip = chip.name;
  roofline.type = mainType(summary, machine);
  if (auto peak = chip.peak.find(roofline.type); peak != chip.peak.end())
    roofline.peakTflops = peak->second;
  double flopsPerCycle = double(summary.allFlops()) * bound.waves / bound.cycles;
  roofline.computeTflops = flopsPerCycle * chip.computeUnits * chip.clockMhz * 1e-6;
  roofline.ridge = roofline.computeTflops * 1e3 / chip.bandwidthGbps;
  roofline.intensity = summary.intensity();
  roofline.bound = "unknown";
  if (!roofline.intensity) {
    if (!summary.global.loaded && !summary.global.stored && !summary.global.unknown)
      roofline.bound = "compute";
    return roofline;
  }
  roofline.memoryTflops = *roofline.intensity * chip.bandwidthGbps * 1e-3;
  roofline.bound = *roofline.intensity >= roofline.ridge ? "compute" : "memory";
  roofline.cacheShare = std::max(0.0, 1 - *roofline.intensity / roofline.ridge);
  return roofline;
}

} // namespace kiln::inspector
