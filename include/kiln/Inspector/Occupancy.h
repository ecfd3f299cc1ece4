// How many waves a compute unit holds, what limits them and which cut would give more.
#ifndef KILN_INSPECTOR_OCCUPANCY_H
#define KILN_INSPECTOR_OCCUPANCY_H

#include "kiln/Codegen/CodeObject.h"
#include <map>

namespace kiln::inspector {

struct RegisterFile {
  /// Registers that the waves of a SIMD share, the unit of allocation and what one wave may have.
  unsigned count = 0, granule = 1, limit = 0;
};

/// What the analyses need of a machine; target files say it (MachineFacts of Targets.h).
struct MachineFacts {
  std::string name;
  unsigned lanes = 0, simds = 0, maxWaves = 0, maxThreads = 0;
  RegisterFile vector;
  std::optional<RegisterFile> scalar;
  unsigned sharedBytes = 0, sharedGranule = 1;
  /// Cycles for which a matrix instruction occupies its unit, by the target files' name.
  std::map<std::string, unsigned> matrixCycles;
};

struct OccupancyLimit {
  /// "vgpr", "sgpr", "lds", "waves" (the machine's most).
  std::string resource;
  /// What a wave (lds: a workgroup) asks for and what it gets after rounding to granules.
  unsigned used = 0, allocated = 0;
  /// Workgroups in a compute unit if nothing else limited them.
  unsigned workgroups = 0;
};

/// What a resource must come down to for one more workgroup in the compute unit.
struct OccupancyCut {
  std::string resource;
  unsigned atMost = 0, cut = 0, granules = 0;
};

struct Occupancy {
  unsigned threads = 0, wavesPerWorkgroup = 0;
  unsigned workgroups = 0;
  double wavesPerSimd = 0;
  std::vector<OccupancyLimit> limits;
  /// Those of `limits` that allow no more than `workgroups`.
  std::vector<std::string> limitedBy;
  /// All are needed together; empty if the machine holds no more waves.
  std::vector<OccupancyCut> cuts;
  double wavesPerSimdAfterCuts = 0;
  /// The largest smaller workgroup with which the same resources hold more waves.
  std::optional<unsigned> betterThreads;
  double wavesPerSimdThen = 0;
};

/// Nothing if the vector registers or the workgroup's size are unknown.
std::optional<Occupancy> computeOccupancy(const codegen::KernelInfo &kernel, const MachineFacts &machine);

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_OCCUPANCY_H
