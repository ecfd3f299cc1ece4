#ifndef KILN_LIB_COMPILER_TRAILRECORDER_H
#define KILN_LIB_COMPILER_TRAILRECORDER_H

#include "kiln/Codegen/Codegen.h"
#include "kiln/Compiler/Trail.h"
#include "mlir/IR/BuiltinOps.h"

#include <map>

namespace kiln::compiler {

/// Follows a module through its stages. Every snapshot puts its lines into the ops' locations, as named ones fused
/// with what was there, so that what later passes make of an op can be traced back to it.
class TrailRecorder {
public:
  explicit TrailRecorder(Trail &trail) : trail(trail) {}

  void snapshot(llvm::StringRef stage, mlir::ModuleOp module);
  /// Notes the shared tiles and matrix instructions of a staged module.
  void noteTiles(mlir::ModuleOp module);
  /// Replaces locations by what line tables can hold: the kernel's line with the origin's number for a column, and
  /// the decisions.
  void numberOrigins(mlir::ModuleOp module);
  /// The last stage, whose lines have places as `numberOrigins` left them.
  void addListing(llvm::StringRef stage, const codegen::IRListing &listing);

private:
  Origin originOf(mlir::Location loc);
  void collect(mlir::Location loc, Origin &origin);
  void collectNamed(mlir::NameLoc name, Origin &origin);
  unsigned intern(const Origin &origin);
  unsigned number(mlir::Location loc);

  Trail &trail;
  std::map<std::string, unsigned> known; // origins by their spelling
  mlir::DenseMap<mlir::Location, unsigned> numbers;
};

} // namespace kiln::compiler

#endif
