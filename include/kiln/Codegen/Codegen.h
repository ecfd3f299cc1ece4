// From an MLIR module in the LLVM dialect (with the GPU intrinsics dialects) to machine code, in this
// process.
#ifndef KILN_CODEGEN_CODEGEN_H
#define KILN_CODEGEN_CODEGEN_H

#include "kiln/Codegen/CodeObject.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace kiln::codegen {

/// What LLVM has to know about a machine; target files say it.
struct Machine {
  std::string triple, cpu, features;
  /// Options of LLVM's libraries and of llc by name ("true" for a plain flag). They are process-wide in LLVM:
  /// compilations with equal options run side by side, others wait for each other.
  llvm::StringMap<std::string> llvmOptions;
};

struct Request {
  bool llvmIR = false;
  /// LLVM IR and the line tables' entry of each of its lines.
  bool listing = false;
  /// Costs a second run of the code generator where `binary` is asked too and is not text itself.
  bool assembly = false;
  bool binary = false;
  /// Run LLVM's O2 pipeline before the code generator. Without it the IR is taken as it stands.
  bool optimize = false;
  /// Line tables that name the .mlir lines and, as inlined functions, who decided about them (LineScopes.h).
  /// The instructions are the same with and without.
  bool lineTables = false;
};

struct StageTime {
  std::string stage;
  double milliseconds;
};

/// LLVM IR without debug information, and where each line comes from (line 0: nowhere).
struct IRListing {
  std::string text;
  std::vector<SourceLine> places;
};

struct Artifacts {
  std::string llvmIR, assembly;
  IRListing listing;
  /// A linked code object (version 6), or the same text as `assembly` where a driver assembles it.
  std::string binary;
  std::vector<StageTime> times;
  std::vector<std::string> warnings;
};

/// Compiles `module`, which is not changed. Any number of threads may call this at once. Whatever LLVM
/// objects to comes back as an error with LLVM's text, also where LLVM itself would end the process, and the
/// next call works; the memory of a compilation that ended so is not recovered.
///
/// Linking makes LLVM forget all command line options that the host parsed with llvm::cl.
llvm::Expected<Artifacts> emit(mlir::ModuleOp module, const Machine &machine, const Request &request);

/// Registers the dialects that `emit` understands and their translations.
void registerTranslations(mlir::DialectRegistry &registry);

} // namespace kiln::codegen

#endif // KILN_CODEGEN_CODEGEN_H
