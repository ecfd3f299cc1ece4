// What there is to know about emitted code, as records. Works on any AMD code object; of PTX only the
// resources.
#ifndef KILN_INSPECTOR_INSPECTOR_H
#define KILN_INSPECTOR_INSPECTOR_H

#include "kiln/Inspector/Bounds.h"
#include "kiln/Inspector/Lint.h"
#include "kiln/Inspector/MatrixAudit.h"
#include "kiln/Inspector/Measurement.h"
#include "kiln/Inspector/Pressure.h"
#include "kiln/Inspector/SharedAccess.h"
#include "kiln/Inspector/Trips.h"
#include "kiln/Inspector/Waits.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/raw_ostream.h"

namespace kiln::inspector {

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
  TripHint trips;
  /// Those of the audit that stand in `blocks`.
  std::vector<WaitRecord> waits;
  std::optional<WorkgroupBound> bound;
  /// Of the chip that was asked for.
  std::optional<Roofline> roofline;
};

/// An instruction that uses scratch memory.
struct ScratchAccess {
  uint64_t address = 0;
  bool store = false;
  unsigned bytes = 0;
};

struct KernelReport {
  std::string name;
  /// What the code object's metadata states; absent if it names no such kernel.
  std::optional<codegen::KernelInfo> info;
  std::optional<codegen::KernelDescriptor> descriptor;
  codegen::CodeFunction code;
  /// PTX: `code` has its lines, addresses count them.
  bool isText = false;
  /// Of each instruction.
  std::vector<InstructionInfo> infos;
  ControlFlow flow;
  std::optional<Occupancy> occupancy;
  Summary summary;
  std::vector<LoopRecord> loops;
  std::optional<unsigned> steadyLoop;
  std::vector<ScratchAccess> scratchAccesses;
  /// Absent where not all ways through the code are known.
  std::optional<Pressure> pressure;
  WaitAudit waits;
  MatrixAudit matrix;
  std::vector<SharedAccess> shared;
  std::vector<LintFinding> lint;
  /// Of a launch, if one was measured.
  std::optional<Measurement> measured;
  /// What is missing and why.
  std::vector<std::string> notes;

  /// Started by the hardware, not called.
  bool isKernel() const { return info || descriptor; }
  FunctionView view(llvm::StringRef chip) const {
    return {code.instructions, infos, flow, chip, isKernel(), descriptor ? &*descriptor : nullptr};
  }
};

/// One code object, or one PTX module.
struct Report {
  /// Its name in a bundle; empty if it is the whole file.
  std::string object;
  std::string chip;
  /// The machine that the figures were computed for; empty without one.
  std::string machine;
  std::vector<KernelReport> kernels;
};

/// Finds the machine of a chip, e.g. of "gfx950"; nothing if there is none.
using FindMachine = llvm::function_ref<std::optional<MachineFacts>(llvm::StringRef chip)>;

struct Request {
  /// Only this kernel; empty: all.
  std::string kernel;
  /// The product for the roofline, "MI355X"; empty: none.
  std::string product;
  Contract contract;
  /// Kiln has just compiled it, with its trail.
  bool isOurs = false;
};

/// The kernels of a code object, in their order there.
llvm::Expected<Report> inspect(llvm::StringRef binary, FindMachine findMachine, const Request &request = {});

/// One function of it. Cycles and operations in flight are computed for chips named gfx9... only.
struct FunctionInput {
  codegen::CodeFunction code;
  const codegen::KernelInfo *info = nullptr;
  const codegen::KernelDescriptor *descriptor = nullptr;
};
KernelReport inspectFunction(FunctionInput input, llvm::StringRef chip, const MachineFacts *machine,
                             const Request &request = {});

enum class Listing { None, Steady, All };
void printText(llvm::ArrayRef<Report> reports, Listing listing, llvm::raw_ostream &os);
/// docs/inspector.md describes it, docs/inspect.schema.json is its schema.
std::string toJson(llvm::ArrayRef<Report> reports, Listing listing);

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_INSPECTOR_H
