// How many waves a compute unit holds, what limits them and which cut would give more.
#ifndef KILN_INSPECTOR_OCCUPANCY_H
#define KILN_INSPECTOR_OCCUPANCY_H

#include "kiln/Codegen/CodeObject.h"
#include "kiln/Layout/BankConflicts.h"
#include <map>

namespace kiln::inspector {

struct RegisterFileFacts {
  /// Registers that the waves of a SIMD share, the unit of allocation and what one wave may have.
  unsigned count = 0, granule = 1, limit = 0;
};

/// A matrix instruction.
struct MatrixFacts {
  /// The target files' name, and theirs of the elements ("bf16", "f8E4M3FN").
  std::string name, a, b, acc;
  unsigned m = 0, n = 0, k = 0, blocks = 1;
  /// For which it occupies its unit.
  unsigned cycles = 0;
  bool scaled = false;

  double flopsPerCycle() const { return 2.0 * m * n * k * blocks / cycles; }
};

/// A product.
struct ChipFacts {
  std::string name;
  unsigned computeUnits = 0, clockMhz = 0, bandwidthGbps = 0;
  /// Dense TFLOP/s by element type.
  std::map<std::string, double> peak;
};

/// What the analyses need of a machine; target files say it (`machineFacts` of Targets.h).
struct MachineFacts {
  std::string name;
  unsigned lanes = 0, simds = 0, maxWaves = 0, maxThreads = 0;
  RegisterFileFacts vector;
  std::optional<RegisterFileFacts> scalar;
  unsigned sharedBytes = 0, sharedGranule = 1;
  /// How LDS serves reads and writes, by bytes of a lane.
  std::map<unsigned, layout::BankedAccess> sharedReads, sharedWrites;
  std::vector<MatrixFacts> matrix;
  std::vector<ChipFacts> chips;
  /// Element types.
  std::vector<std::string> formats;

  const MatrixFacts *findMatrix(llvm::StringRef instruction) const;
  /// Letters' case does not matter.
  const ChipFacts *findChip(llvm::StringRef chip) const;
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
