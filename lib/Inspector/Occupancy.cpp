#include "kiln/Inspector/Occupancy.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace kiln::inspector {

/// Waves of a SIMD that a register file holds.
static unsigned wavesFor(const RegisterFileFacts &file, unsigned registers) {
  return file.count / alignTo(std::max(registers, 1u), file.granule);
}

/// The most registers with which a SIMD holds `waves` waves.
static unsigned registersFor(const RegisterFileFacts &file, unsigned waves) {
  unsigned most = alignDown(file.count / waves, file.granule);
  return file.limit ? std::min(most, file.limit) : most;
}

namespace {
/// One kernel on one machine.
struct Question {
  const codegen::KernelInfo &kernel;
  const MachineFacts &machine;

  unsigned wavesOf(unsigned threads) const { return divideCeil(threads, machine.lanes); }
  /// The waves of workgroups are spread over the SIMDs.
  unsigned workgroupsFor(unsigned wavesPerSimd, unsigned wavesPerWorkgroup) const {
    return wavesPerSimd * machine.simds / wavesPerWorkgroup;
  }
  unsigned lds() const { return alignTo(kernel.lds.value_or(0), machine.sharedGranule); }

  std::vector<OccupancyLimit> limits(unsigned wavesPerWorkgroup) const {
    std::vector<OccupancyLimit> found;
    auto byRegisters = [&](const char *name, const RegisterFileFacts &file, unsigned used) {
      unsigned waves = wavesFor(file, used);
      found.push_back({name, used, unsigned(alignTo(std::max(used, 1u), file.granule)),
                       workgroupsFor(waves, wavesPerWorkgroup)});
    };
    byRegisters("vgpr", machine.vector, *kernel.vgprs);
    if (machine.scalar && kernel.sgprs)
      byRegisters("sgpr", *machine.scalar, *kernel.sgprs);
    if (lds())
      found.push_back({"lds", *kernel.lds, lds(), machine.sharedBytes / lds()});
    found.push_back(
        {"waves", wavesPerWorkgroup, wavesPerWorkgroup, workgroupsFor(machine.maxWaves, wavesPerWorkgroup)});
    return found;
  }
  unsigned workgroups(unsigned wavesPerWorkgroup) const {
    unsigned fewest = ~0u;
    for (const OccupancyLimit &limit : limits(wavesPerWorkgroup))
      fewest = std::min(fewest, limit.workgroups);
    return fewest;
  }
};
} // namespace

static void findCuts(const Question &question, Occupancy &result) {
  const MachineFacts &machine = question.machine;
  unsigned wanted = result.workgroups + 1;
  unsigned waves = divideCeil(wanted * result.wavesPerWorkgroup, machine.simds);
  if (waves > machine.maxWaves)
    return;
  result.wavesPerSimdAfterCuts = double(wanted) * result.wavesPerWorkgroup / machine.simds;
  for (const OccupancyLimit &limit : result.limits) {
    if (limit.workgroups >= wanted)
      continue;
    unsigned granule, atMost;
    if (limit.resource == "lds") {
      granule = machine.sharedGranule;
      atMost = alignDown(machine.sharedBytes / wanted, granule);
    } else {
      const RegisterFileFacts &file = limit.resource == "vgpr" ? machine.vector : *machine.scalar;
      granule = file.granule;
      atMost = registersFor(file, waves);
    }
    result.cuts.push_back(
        {limit.resource, atMost, limit.used - atMost, (limit.allocated - atMost) / granule});
  }
}

static void findBetterWorkgroup(const Question &question, Occupancy &result) {
  unsigned now = result.workgroups * result.wavesPerWorkgroup;
  for (unsigned waves = result.wavesPerWorkgroup - 1; waves > 0; --waves) {
    unsigned then = question.workgroups(waves) * waves;
    if (then <= now)
      continue;
    result.betterThreads = waves * question.machine.lanes;
    result.wavesPerSimdThen = double(then) / question.machine.simds;
    return;
  }
}

/// Figures that no kernel has come from damaged metadata.
static bool isPossible(const codegen::KernelInfo &kernel, const MachineFacts &machine) {
  constexpr unsigned muchMore = 1u << 20;
  return *kernel.maxWorkgroupSize <= machine.lanes * machine.maxWaves * machine.simds &&
         *kernel.vgprs < muchMore && kernel.sgprs.value_or(0) < muchMore && kernel.lds.value_or(0) < muchMore;
}

std::optional<Occupancy> computeOccupancy(const codegen::KernelInfo &kernel, const MachineFacts &machine) {
  if (!kernel.vgprs || !kernel.maxWorkgroupSize.value_or(0) || !machine.lanes || !machine.simds ||
      !machine.maxWaves || !machine.vector.count || !isPossible(kernel, machine))
    return std::nullopt;
  Question question{kernel, machine};
  Occupancy result;
  result.threads = *kernel.maxWorkgroupSize;
  result.wavesPerWorkgroup = question.wavesOf(result.threads);
  result.limits = question.limits(result.wavesPerWorkgroup);
  result.workgroups = question.workgroups(result.wavesPerWorkgroup);
  result.wavesPerSimd = double(result.workgroups) * result.wavesPerWorkgroup / machine.simds;
  for (const OccupancyLimit &limit : result.limits)
    if (limit.workgroups == result.workgroups)
      result.limitedBy.push_back(limit.resource);
  findCuts(question, result);
  findBetterWorkgroup(question, result);
  return result;
}

} // namespace kiln::inspector
