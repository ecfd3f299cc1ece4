// What the instructions of a loop or a kernel are and move, and the cycles that this takes at least.
#ifndef KILN_INSPECTOR_BOUNDS_H
#define KILN_INSPECTOR_BOUNDS_H

#include "kiln/Inspector/FunctionView.h"
#include "kiln/Inspector/Occupancy.h"
#include <array>

namespace kiln::inspector {

/// Bytes that a wave moves if all lanes are active; `unknown` accesses do not tell their size.
struct Traffic {
  uint64_t loaded = 0, stored = 0;
  unsigned unknown = 0;
};

/// Lower bounds of the cycles that one iteration of one wave takes in a unit, were it alone there.
struct CycleBounds {
  std::optional<uint64_t> matrix, valu, lds, issue;
  /// Matrix instructions whose cycles the target files do not give.
  std::vector<std::string> unknown;
};

/// The instructions of a loop without those of its inner loops, or of a whole kernel.
struct Summary {
  unsigned instructions = 0;
  std::array<unsigned, FamilyCount> families{};
  std::map<std::string, unsigned> mnemonics;
  /// Of matrix instructions, by types of a and b; of vector instructions if all lanes are active, by type.
  std::map<std::string, uint64_t> flops, vectorFlops;
  Traffic lds, global, scratch;
  uint64_t scalarBytes = 0;
  CycleBounds bounds;

  unsigned count(Family family) const { return families[static_cast<unsigned>(family)]; }
  uint64_t allFlops() const;
  /// FLOPs of a byte of global memory; nothing without bytes or with accesses of unknown size.
  std::optional<double> intensity() const;
};

Summary summarise(const FunctionView &function, const std::vector<unsigned> &blocks, unsigned lanes,
                  const MachineFacts *machine);

/// Cycles of a compute unit for one iteration of one workgroup, all of whose waves run the loop.
struct WorkgroupBound {
  unsigned waves = 0;
  std::optional<uint64_t> matrix, valu, lds, issue;
  /// The unit with the most cycles: "matrix", "valu", "lds" or "issue".
  std::string unit;
  uint64_t cycles = 0;
  /// Units whose cycles are not known, so that they may be what limits.
  std::vector<std::string> unknown;
};
std::optional<WorkgroupBound> boundOf(const Summary &summary, unsigned wavesPerWorkgroup,
                                      const MachineFacts &machine);

/// Where a loop stands on a chip.
struct Roofline {
  std::string chip;
  /// Dense TFLOP/s that the chip's data sheet gives for the types that most FLOPs are in; their name there.
  std::optional<double> peakTflops;
  std::string type;
  /// If nothing but `WorkgroupBound::cycles` limited it, on all compute units.
  double computeTflops = 0;
  /// FLOPs of a byte: the loop's, and the one at which `computeTflops` needs all of the memory's bandwidth.
  std::optional<double> intensity;
  double ridge = 0;
  /// If every byte came from memory and none from a cache.
  std::optional<double> memoryTflops;
  /// "compute" if the loop needs no cache for it; "memory" if the caches must serve at least `cacheShare`
  /// of the bytes; "unknown" without intensity.
  std::string bound;
  double cacheShare = 0;
};
std::optional<Roofline> rooflineOf(const Summary &summary, const WorkgroupBound &bound,
                                   const MachineFacts &machine, const ChipFacts &chip);

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_BOUNDS_H
