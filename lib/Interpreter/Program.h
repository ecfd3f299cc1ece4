// One program of a kernel: its values, and what each op does to them.
#ifndef KILN_INTERPRETER_PROGRAM_H
#define KILN_INTERPRETER_PROGRAM_H

#include "Numbers.h"

#include "dialects/Kernel/Kernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include <memory>
#include <mutex>

namespace kiln::interpreter {

/// A tensor in memory.
struct TensorMemory {
  mlir::Type element;
  llvm::MutableArrayRef<uint8_t> bytes;
  llvm::SmallVector<int64_t> dims, strides;
  /// Held while an element that shares its byte with others is written.
  std::mutex *packed;

  /// The element at these coordinates; nothing if they lie outside.
  std::optional<Cell> read(llvm::ArrayRef<int64_t> coordinates) const;
  /// Writes it, unless the coordinates lie outside.
  void write(llvm::ArrayRef<int64_t> coordinates, Cell value) const;

private:
  std::optional<uint64_t> elementOffset(llvm::ArrayRef<int64_t> coordinates) const;
};

/// Elements in row-major order; one of them for a scalar.
using Cells = std::vector<Cell>;

/// What an SSA value stands for: a tile or a scalar, or a tensor.
struct Bound {
  std::shared_ptr<const Cells> cells;
  const TensorMemory *tensor = nullptr;
};

/// What went wrong first, and where.
struct Complaint {
  mlir::Location where;
  std::string text;
};

class Program {
public:
  /// `arguments` are those of the kernel; `ids` the coordinates in the grid.
  Program(llvm::ArrayRef<Bound> arguments, llvm::ArrayRef<int64_t> ids) : arguments(arguments), ids(ids) {}

  /// Runs the whole body.
  mlir::LogicalResult run(kernel::FuncOp func);
  /// Runs the body up to its program_id and returns the grid's sizes: none if there is no such op.
  mlir::FailureOr<llvm::SmallVector<int64_t>> gridSizes(kernel::FuncOp func);

  std::optional<Complaint> complaint;

private:
  llvm::ArrayRef<Bound> arguments;
  llvm::ArrayRef<int64_t> ids;
  llvm::DenseMap<mlir::Value, Bound> values;

  mlir::LogicalResult fail(mlir::Operation *op, const llvm::Twine &text);
  void bindArguments(kernel::FuncOp func);
  mlir::LogicalResult runOp(mlir::Operation *op);
  /// Runs the ops of a block; `yielded` gets the operands of its scf.yield.
  mlir::LogicalResult runBlock(mlir::Block &block, llvm::SmallVectorImpl<Bound> &yielded);

  const Cells &cellsOf(mlir::Value value) { return *values.find(value)->second.cells; }
  int64_t integerOf(mlir::Value value) { return cellsOf(value).front().integer; }
  llvm::SmallVector<int64_t> integersOf(mlir::ValueRange range);
  const TensorMemory &tensorOf(mlir::Value value) { return *values.find(value)->second.tensor; }
  /// Binds a result to its elements, each rounded to the element type.
  mlir::LogicalResult define(mlir::Value result, Cells cells);

  mlir::LogicalResult runFor(mlir::scf::ForOp op);
  mlir::LogicalResult runIf(mlir::scf::IfOp op);
  mlir::LogicalResult runSwitch(mlir::scf::IndexSwitchOp op);
  /// Runs a branch; its yields become the op's results. An empty region does nothing.
  mlir::LogicalResult runBranch(mlir::Operation *op, mlir::Region &taken);
  mlir::LogicalResult runScalarConstant(mlir::arith::ConstantOp op);
  mlir::LogicalResult runScalarSelect(mlir::arith::SelectOp op);
  mlir::LogicalResult runElementwise(mlir::Operation *op);
  mlir::LogicalResult runProgramId(kernel::ProgramIdOp op);
  mlir::LogicalResult runDim(kernel::DimOp op);
  mlir::LogicalResult runLoad(kernel::LoadOp op);
  mlir::LogicalResult runStore(kernel::StoreOp op);
  mlir::LogicalResult runSplat(kernel::SplatOp op);
  mlir::LogicalResult runConstant(kernel::ConstantOp op);
  mlir::LogicalResult runIota(kernel::IotaOp op);
  mlir::LogicalResult runBroadcast(kernel::BroadcastOp op);
  mlir::LogicalResult runReduce(kernel::ReduceOp op);
  mlir::LogicalResult runTranspose(kernel::TransposeOp op);
  mlir::LogicalResult runMma(kernel::MmaOp op);
  mlir::LogicalResult runRelayout(kernel::RelayoutOp op);
};

} // namespace kiln::interpreter

#endif
