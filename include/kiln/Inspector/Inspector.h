// What there is to know about emitted code, as records. Works on any AMD code object; of PTX only the
// resources.
#ifndef KILN_INSPECTOR_INSPECTOR_H
#define KILN_INSPECTOR_INSPECTOR_H

#include "kiln/Inspector/ControlFlow.h"
#include "kiln/Inspector/Instructions.h"
#include "kiln/Inspector/Occupancy.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <array>

namespace kiln::inspector {

/// One counter of a wait.
struct CounterWait {
  std::string counter;
  /// Operations that may still be in flight after it.
  unsigned leaves = 0;
  /// In flight when a loop in its steady state comes here, and the addresses of those that the wait is for.
  /// Unknown where the loop has several ways through it or operations that finish in any order.
  std::optional<unsigned> inFlight;
  std::vector<uint64_t> waitsFor;
};

struct WaitRecord {
  uint64_t address = 0;
  std::vector<CounterWait> counters;
  /// A barrier follows at once.
  bool beforeBarrier = false;
};

/// Bytes that a wave moves if all lanes are active; `unknown` accesses do not tell their size.
struct Traffic {
  uint64_t loaded = 0, stored = 0;
  unsigned unknown = 0;
};

/// Lower bounds of the cycles that one iteration of one wave takes in a unit, were it alone there.
struct CycleBounds {
  std::optional<uint64_t> matrix, valu, issue;
  /// Matrix instructions whose cycles the target files do not give.
  std::vector<std::string> unknown;
};

/// The instructions of a loop without those of its inner loops, or of a whole kernel.
struct Summary {
  unsigned instructions = 0;
  std::array<unsigned, FamilyCount> families{};
  std::map<std::string, unsigned> mnemonics;
  /// By types of a and b.
  std::map<std::string, uint64_t> flops;
  Traffic lds, global, scratch;
  CycleBounds bounds;

  unsigned count(Family family) const { return families[static_cast<unsigned>(family)]; }
};

struct LoopRecord {
  /// Position in the list; `parent` counts in it too.
  unsigned index = 0;
  std::optional<unsigned> parent;
  unsigned depth = 1;
  bool innermost = false, steady = false;
  uint64_t begin = 0, end = 0;
  /// Of the function, without those of inner loops.
  std::vector<unsigned> blocks;
  Summary summary;
  std::vector<WaitRecord> waits;
};

struct KernelReport {
  std::string name;
  /// Where the figures come from that the code object's metadata states; absent if it names no such kernel.
  std::optional<codegen::KernelInfo> info;
  codegen::CodeFunction code;
  ControlFlow flow;
  std::optional<Occupancy> occupancy;
  Summary summary;
  std::vector<LoopRecord> loops;
  std::optional<unsigned> steadyLoop;
  /// Addresses of the instructions that use scratch memory.
  std::vector<uint64_t> scratchAccesses;
  /// What is missing and why.
  std::vector<std::string> notes;
};

struct Report {
  std::string chip;
  /// The machine that the figures were computed for; empty without one.
  std::string machine;
  std::vector<KernelReport> kernels;
};

/// Finds the machine of a chip, e.g. of "gfx950"; nothing if there is none.
using FindMachine = llvm::function_ref<std::optional<MachineFacts>(llvm::StringRef chip)>;

/// The kernels of a code object (only `kernel` if given), in their order there.
llvm::Expected<Report> inspect(llvm::StringRef binary, FindMachine findMachine, llvm::StringRef kernel = {});

/// The parts of `inspect`. Cycles and operations in flight are computed for chips named gfx9... only.
KernelReport inspectFunction(codegen::CodeFunction function, const codegen::KernelInfo *info,
                             llvm::StringRef chip, const MachineFacts *machine);
/// The waits of blocks, and if `inFlight`, what is in flight there when these are all the blocks of a loop.
std::vector<WaitRecord> findWaits(const codegen::CodeFunction &function, const ControlFlow &flow,
                                  const std::vector<unsigned> &blocks, bool inFlight);

enum class Listing { None, Steady, All };
void printText(const Report &report, Listing listing, llvm::raw_ostream &os);
/// docs/inspector.md describes it.
std::string toJson(const Report &report, Listing listing);

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_INSPECTOR_H
