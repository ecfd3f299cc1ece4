// Questions to a machine: which atom does this?
#ifndef KILN_DIALECTS_TARGET_MACHINE_H
#define KILN_DIALECTS_TARGET_MACHINE_H

#include "dialects/Target/Target.h"
#include "kiln/Layout/BankConflicts.h"

namespace kiln::target {

/// A view of a complete (merged) target.machine.
class Machine {
public:
  explicit Machine(MachineOp op) : op(op) {}

  /// The machine that the module compiles for (its only target.machine), or null.
  static MachineOp of(mlir::ModuleOp module);

  MachineOp getOp() const { return op; }
  int64_t lanes() const { return *op.getLanes(); }
  int64_t maxThreads() const { return *op.getMaxThreads(); }
  int64_t defaultWaves() const { return op.getDefaultWaves().value_or(4); }
  /// 32-bit registers that a lane can have; nothing if the machine does not say.
  std::optional<int64_t> laneRegisters() const;
  llvm::StringRef name() const { return op.getSymName(); }

  MmaOp mma(llvm::StringRef name) const { return lookup<MmaOp>(name); }
  OperationOp operation(llvm::StringRef name) const { return lookup<OperationOp>(name); }
  MemoryOp memory(llvm::StringRef name) const { return lookup<MemoryOp>(name); }
  /// All matrix instructions for these element types, in file order; scaled ones only if `scaled`, none that
  /// only a schedule may choose.
  llvm::SmallVector<MmaOp> mmasFor(mlir::Type a, mlir::Type b, mlir::Type acc, bool scaled) const;
  CopyOp copy(llvm::StringRef name) const { return lookup<CopyOp>(name); }
  CopyOp copy(llvm::StringRef from, llvm::StringRef to, int64_t bytes) const;
  /// The copy of that name if it moves whole tiles between these places, or null.
  CopyOp tileCopy(llvm::StringRef name, llvm::StringRef from, llvm::StringRef to) const;
  /// The widest atom for an elementwise operation of at most `width` elements, or null.
  ElementwiseOp elementwise(llvm::StringRef implements, mlir::Type from, mlir::Type to, int64_t width) const;

  /// How the banks of shared memory serve accesses of a kind, "read" or "write", of each width that the machine tells of.
  std::vector<layout::BankedAccess> sharedAccesses(llvm::StringRef kind) const;

  template <typename Op> auto all() const { return op.getBody().front().getOps<Op>(); }

private:
  template <typename Op> Op lookup(llvm::StringRef name) const {
    return mlir::dyn_cast_or_null<Op>(mlir::SymbolTable::lookupSymbolIn(op.getOperation(), name));
  }
  mutable MachineOp op;
};

} // namespace kiln::target

#endif
