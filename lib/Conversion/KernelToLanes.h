// The program of one lane: how a placed kernel becomes vectors, offsets and atoms.
#ifndef KILN_CONVERSION_KERNELTOLANES_H
#define KILN_CONVERSION_KERNELTOLANES_H

#include "TensorMaps.h"
#include "dialects/Kernel/Kernel.h"
#include "dialects/Stage/Stage.h"
#include "dialects/Target/Machine.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/IR/IRMapping.h"

#include <map>

namespace kiln::conversion {

/// What one lane holds of a tile: its registers in order, as vectors of equal length.
struct Pieces {
  llvm::SmallVector<mlir::Value> vectors;
  int64_t length = 1;
};

/// A tensor argument at run time. Sizes and strides are i32, in elements.
struct TensorValues {
  mlir::Value pointer;
  llvm::SmallVector<mlir::Value> sizes, strides;
};

/// One access of a lane to memory: consecutive registers that are consecutive in memory.
struct Access {
  int64_t firstRegister, elements;
};

/// Lowers one kernel. Scalars of the kernel map to scalars (index to i32), tiles to Pieces.
class LaneLowering {
public:
  LaneLowering(kernel::FuncOp func, const target::Machine &machine);
  mlir::LogicalResult run();

private:
  // KernelToLanes.cpp: the frame.
  mlir::LLVM::LLVMFuncOp createFunction();
  /// Appends a parameter for each tensor map.
  void appendTensorMaps(mlir::LLVM::LLVMFuncOp lanes, unsigned firstMap);
  void createSharedMemory(mlir::LLVM::LLVMFuncOp lanes);
  void bindArguments(mlir::LLVM::LLVMFuncOp lanes);
  void deriveIds();
  /// From here on what all lanes compute once is computed here and not at the kernel's start, so that its registers are not
  /// occupied before. `afresh` also hides from LLVM that lane numbers are the same as before: after a loop that
  /// needs every register nothing should have been kept through it.
  void startSection(bool afresh);
  mlir::LogicalResult lowerBlock(mlir::Block &block);
  mlir::LogicalResult lower(mlir::Operation &op);
  mlir::LogicalResult lowerFor(mlir::scf::ForOp op);
  mlir::LogicalResult lowerIf(mlir::scf::IfOp op);
  mlir::LogicalResult lowerScalar(mlir::Operation &op);
  mlir::Type scalarType(mlir::Type type);
  /// Appends the values that stand for `value`: the pieces of a tile, or the scalar itself.
  void flatten(mlir::Value value, int64_t length, llvm::SmallVectorImpl<mlir::Value> &out);
  void unflatten(mlir::Value value, int64_t length, mlir::ValueRange &values);
  /// How many elements of a loop-carried tile travel together: a matrix instruction's accumulator if one makes it.
  int64_t carriedLength(mlir::Value value);

  // LaneGrid.cpp: which program a workgroup computes.
  /// Maps `ids` to the coordinates of program `number`.
  void placeProgram(mlir::Value number, mlir::ValueRange grid, mlir::ValueRange ids);
  mlir::Value gatherDies(mlir::Value id, mlir::Value count, int64_t dies);
  std::pair<mlir::Value, mlir::Value> walkInGroups(mlir::Value id, mlir::Value rows, mlir::Value columns,
                                                   int64_t group);

  // LaneIndexing.cpp: constants, ids, coordinates.
  mlir::Value i32(int64_t value);
  mlir::Value apply(llvm::StringRef operation, mlir::ValueRange inputs = {});
  mlir::Value lane();
  mlir::Value wave();
  /// The XOR of `bases[b]` over the set bits b of `id`.
  mlir::Value linear(mlir::Value id, llvm::ArrayRef<int64_t> bases);
  /// This lane's part of the coordinate in dimension `dim` (registers 0), hoisted to the kernel's entry.
  mlir::Value laneCoordinate(const layout::LinearLayout &layout, unsigned dim);
  /// True in exactly one of the lanes that hold copies of an element; null if there are no copies.
  mlir::Value isFirstCopy(const layout::LinearLayout &layout);
  /// Bits of coordinate `dim` that lanes or waves may set.
  int64_t laneBits(const layout::LinearLayout &layout, unsigned dim);

  // LaneAccess.cpp: memory.
  mlir::LogicalResult lowerLoad(kernel::LoadOp op);
  mlir::LogicalResult lowerStore(kernel::StoreOp op);
  void lowerStageWrite(stage::WriteOp op);
  void lowerStageRead(stage::ReadOp op);
  mlir::LogicalResult lowerStageCopy(stage::CopyOp op);
  void lowerWait(stage::WaitOp op);
  void lowerBarrier(stage::BarrierOp op);
  void collectRegions();
  /// Tells the code generator which part of shared memory an operation touches, so that it waits for no other.
  void setRegion(mlir::Operation *op, llvm::StringRef region);
  std::string regionOf(mlir::Value alloc, mlir::Value slot);
  struct GlobalAccess;
  /// The view starts `headroom` bytes before the tile's origin.
  GlobalAccess openTensor(mlir::Value tensor, mlir::OperandRange indices, kernel::TileType tile,
                          llvm::function_ref<unsigned(unsigned)> tensorDim, int64_t headroom = 0);
  /// Bytes from the tile's origin to a lane with these coordinates.
  mlir::Value laneOffsetOf(const GlobalAccess &access, llvm::ArrayRef<mlir::Value> coordinates);
  /// `stepsInLane` puts what a register adds into the lane's offset, where a loop need not add it again.
  void locate(const GlobalAccess &access, int64_t firstRegister, bool stepsInLane, mlir::Value &offset,
              mlir::Value &uniform, mlir::Value &inBounds);
  mlir::Value sharedPointer(stage::BufferType buffer, mlir::Value alloc, mlir::Value slot,
                            const layout::LinearLayout &layout, int64_t firstRegister);
  /// `at` bytes behind a pointer to shared memory.
  mlir::Value sharedChunk(mlir::Value pointer, int64_t at);
  mlir::Value fromChunks(llvm::ArrayRef<mlir::Value> chunks, mlir::VectorType type);
  llvm::SmallVector<mlir::Value> toChunks(mlir::Value vector, int64_t bytes);

  // LaneRoles.cpp: waves with roles.
  std::optional<mlir::LogicalResult> lowerRoleOp(mlir::Operation &op);
  mlir::LogicalResult checkRoleOperations(stage::RolesOp op);
  mlir::Value bytesBehind(mlir::Value pointer, int64_t bytes);
  llvm::LogicalResult checkSettle(stage::SettleOp op);
  llvm::LogicalResult checkHold(kernel::MmaOp op);
  mlir::LogicalResult lowerRoles(stage::RolesOp op);
  void lowerBarriers(stage::BarriersOp op);
  void lowerArrive(stage::ArriveOp op);
  void lowerFetch(stage::FetchOp op);
  void lowerPut(stage::PutOp op);
  void lowerSettle(stage::SettleOp op);
  /// A product that reads its operands from shared memory.
  void lowerSharedMma(kernel::MmaOp op, target::MmaOp atom);
  Pieces holdInRegisters(const Pieces &tile, int64_t length);
  void ifThread(mlir::Value condition, llvm::function_ref<void()> body);
  mlir::Value isThread(int64_t number);
  mlir::Value slotPointer(mlir::Value slot, int64_t offset, int64_t slotBytes);
  mlir::Value slotPointer(mlir::Value buffer, mlir::Value slot);
  mlir::Value barrierPointer(mlir::Value barriers, mlir::Value slot);
  /// The map through which a tile of `buffer`'s shape is copied.
  mlir::Value tensorMapOf(mlir::Value tensor, mlir::Value buffer);
  /// All waves that compute meet.
  void meet();
  /// The operation `prefix` + count, or the nearest lower number that the machine has: waiting for more is
  /// right too.
  void applyCounted(llvm::StringRef prefix, int64_t count);

  // LaneArithmetic.cpp: everything that stays in registers.
  mlir::LogicalResult lowerElementwise(mlir::Operation &op);
  mlir::LogicalResult lowerConvert(kernel::ConvertOp op);
  mlir::FailureOr<mlir::Value> convert(mlir::Location loc, mlir::Value vector, mlir::Type from, mlir::Type to);
  mlir::Value applyElementwise(target::ElementwiseOp atom, mlir::ValueRange vectors, mlir::Type resultElement);
  mlir::LogicalResult lowerMma(kernel::MmaOp op);
  void lowerConstant(kernel::ConstantOp op);
  void lowerSplat(kernel::SplatOp op);
  void lowerIota(kernel::IotaOp op);
  void lowerBroadcast(kernel::BroadcastOp op);
  void lowerRelayout(kernel::RelayoutOp op);
  void lowerSlice(stage::SliceOp op);
  void lowerJoin(stage::JoinOp op);
  Pieces splatPieces(kernel::TileType type, mlir::Value scalar);
  mlir::Value floatConstant(double value, mlir::Type element);
  /// The same registers in vectors of another length.
  Pieces repiece(const Pieces &pieces, int64_t length);
  /// Register i of the result is register `registers[i]` of `pieces`. Neighbours that stay neighbours move together.
  Pieces permute(const Pieces &pieces, llvm::ArrayRef<int64_t> registers, int64_t length);
  /// All registers of a tile as scalars.
  llvm::SmallVector<mlir::Value> elements(const Pieces &pieces);
  Pieces fromElements(llvm::ArrayRef<mlir::Value> scalars, int64_t length);

  // LaneReduce.cpp: reductions.
  mlir::LogicalResult lowerReduce(kernel::ReduceOp op);
  mlir::Value combine(llvm::StringRef kind, mlir::Value a, mlir::Value b);
  mlir::Value shuffleXor(mlir::Value value, int64_t mask);
  void reduceAcrossWaves(llvm::StringRef kind, llvm::MutableArrayRef<mlir::Value> values,
                         llvm::ArrayRef<int64_t> waveMasks);

  kernel::FuncOp func;
  target::Machine machine;
  mlir::OpBuilder builder;
  mlir::OpBuilder entry; // inserts before `sectionStart`: what all lanes compute once
  mlir::Operation *sectionStart = nullptr;
  mlir::Location loc;
  mlir::IRMapping scalars;
  llvm::DenseMap<mlir::Value, Pieces> tiles;
  llvm::DenseMap<mlir::Value, TensorValues> tensors;
  mlir::Value threadId, laneId, waveId, sharedBase;
  std::map<std::string, mlir::Attribute> regions; // alias scopes, if the kernel has asynchronous copies
  mlir::Operation *outermostLoop = nullptr;
  int64_t computingThreads = 0; // while roles are lowered
  llvm::SmallVector<std::pair<TensorMap, mlir::Value>> tensorMaps;
  llvm::DenseMap<std::pair<mlir::Value, int64_t>, mlir::Value> hoisted;
};

/// The layout of a placed tile.
layout::LinearLayout layoutOf(kernel::TileType type);

} // namespace kiln::conversion

#endif
