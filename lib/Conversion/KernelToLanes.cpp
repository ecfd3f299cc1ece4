// The frame of a lane's program: function, arguments, control flow.
#include "KernelToLanes.h"
#include "LaunchDescription.h"
#include "kiln/Conversion/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace kiln::conversion {

LaneLowering::LaneLowering(kernel::FuncOp func, const target::Machine &machine)
    : func(func), machine(machine), builder(func.getContext()), entry(func.getContext()), loc(func.getLoc()) {}

Type LaneLowering::scalarType(Type type) {
  return type.isIndex() ? builder.getI32Type() : target::storageType(type);
}

static bool isTile(Value value) { return isa<kernel::TileType>(value.getType()); }

//===-- Function and arguments -------------------------------------------------------------------------------===//

/// A tensor passes its address (global memory), then its dynamic sizes (i32), then its dynamic strides (i32 elements).
static void appendArgumentTypes(OpBuilder &builder, Type type, SmallVectorImpl<Type> &types) {
  auto tensor = dyn_cast<kernel::TensorRefType>(type);
  if (!tensor) {
    types.push_back(type.isIndex() ? builder.getI32Type() : target::storageType(type));
    return;
  }
  types.push_back(LLVM::LLVMPointerType::get(builder.getContext(), 1));
  int64_t dynamic = llvm::count(tensor.getShape(), ShapedType::kDynamic) +
                    llvm::count(tensor.getStrides(), ShapedType::kDynamic);
  types.append(dynamic, builder.getI32Type());
}

LLVM::LLVMFuncOp LaneLowering::createFunction() {
  builder.setInsertionPoint(func);
  SmallVector<Type> types;
  for (Type type : func.getArgumentTypes())
    appendArgumentTypes(builder, type, types);
  unsigned firstMap = types.size();
  for (TensorMap &map : tensorMapsOf(func)) {
    tensorMaps.push_back({std::move(map), Value()});
    types.push_back(LLVM::LLVMPointerType::get(builder.getContext()));
  }
  auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(builder.getContext()), types);
  auto lanes = LLVM::LLVMFuncOp::create(builder, loc, func.getSymName(), type);
  appendTensorMaps(lanes, firstMap);
  target::MachineOp op = machine.getOp();
  if (std::optional<StringRef> convention = op.getKernelConvention())
    if (std::optional<LLVM::cconv::CConv> known = LLVM::cconv::symbolizeCConv(*convention))
      lanes.setCConv(*known);
  int64_t waves = func->getAttrOfType<IntegerAttr>("schedule.waves").getInt();
  func.walk([&](stage::RolesOp roles) { waves += roles.getProducers(); });
  int64_t threads = waves * machine.lanes();
  SmallVector<Attribute> attributes;
  auto append = [&](ArrayAttr pairs) {
    for (auto pair : pairs.getAsRange<ArrayAttr>()) {
      std::string value = cast<StringAttr>(pair[1]).str();
      for (size_t at; (at = value.find("$threads")) != std::string::npos;)
        value.replace(at, 8, std::to_string(threads));
      attributes.push_back(builder.getStrArrayAttr({cast<StringAttr>(pair[0]).getValue(), value}));
    }
  };
  if (ArrayAttr pairs = op.getKernelAttributesAttr())
    append(pairs);
  if (auto pairs = func->getAttrOfType<ArrayAttr>("schedule.kernel_attributes"))
    append(pairs);
  if (!attributes.empty())
    lanes.setPassthroughAttr(builder.getArrayAttr(attributes));
  for (NamedAttribute attr : func->getDiscardableAttrs())
    if (attr.getName().getValue().starts_with("kiln."))
      lanes->setAttr(attr.getName(), attr.getValue());
  lanes->setAttr("kiln.arguments", describeArguments(func));
  lanes->setAttr("kiln.grid", builder.getStringAttr(describeGrid(func)));
  lanes->setAttr("kiln.threads", builder.getI64IntegerAttr(threads));
  return lanes;
}

void LaneLowering::appendTensorMaps(LLVM::LLVMFuncOp lanes, unsigned firstMap) {
  if (tensorMaps.empty())
    return;
  DictionaryAttr form = machine.getOp().getTensorMapAttr();
  auto bytes = LLVM::LLVMArrayType::get(builder.getI8Type(), form.getAs<IntegerAttr>("bytes").getInt());
  SmallVector<TensorMap> maps;
  for (auto [i, known] : llvm::enumerate(tensorMaps)) {
    maps.push_back(known.first);
    lanes.setArgAttr(firstMap + i, LLVM::LLVMDialect::getByValAttrName(), TypeAttr::get(bytes));
    lanes.setArgAttr(firstMap + i, LLVM::LLVMDialect::getAlignAttrName(), form.get("align"));
    for (auto name : form.getAs<ArrayAttr>("attributes").getAsRange<StringAttr>())
      lanes.setArgAttr(firstMap + i, name, builder.getUnitAttr());
  }
  lanes->setAttr("kiln.tensor_maps", describeMaps(func, maps));
}

Value LaneLowering::tensorMapOf(Value tensor, Value buffer) {
  TensorMap wanted =
      mapOf(cast<kernel::TensorRefType>(tensor.getType()), tensor, cast<stage::BufferType>(buffer.getType()));
  for (auto &[map, pointer] : tensorMaps)
    if (map == wanted)
      return pointer;
  llvm_unreachable("every map was collected");
}

/// What is larger than a kernel may declare is asked for at the launch, and the array here has no size of its
/// own.
void LaneLowering::createSharedMemory(LLVM::LLVMFuncOp lanes) {
  auto attr = func->getAttrOfType<IntegerAttr>("kiln.shared_bytes");
  if (!attr || !attr.getInt())
    return;
  target::MemoryOp shared = machine.memory("shared");
  int64_t sharedBytes = attr.getInt();
  bool atLaunch = shared.getStaticBytes() && sharedBytes > static_cast<int64_t>(*shared.getStaticBytes());
  if (atLaunch)
    lanes->setAttr("kiln.dynamic_shared_bytes", attr);
  OpBuilder module(func);
  std::string name = (func.getSymName() + "_shared").str();
  auto bytes = LLVM::LLVMArrayType::get(module.getI8Type(), atLaunch ? 0 : sharedBytes);
  LLVM::GlobalOp::create(module, loc, bytes, /*isConstant=*/false,
                         atLaunch ? LLVM::Linkage::External : LLVM::Linkage::Internal, name, Attribute(),
                         /*alignment=*/1024, shared.getSpace());
  auto pointerType = LLVM::LLVMPointerType::get(builder.getContext(), shared.getSpace());
  sharedBase = LLVM::AddressOfOp::create(entry, loc, pointerType, name);
}

void LaneLowering::bindArguments(LLVM::LLVMFuncOp lanes) {
  unsigned next = 0;
  Block &body = lanes.getBody().front();
  for (BlockArgument argument : func.getBody().getArguments()) {
    auto tensor = dyn_cast<kernel::TensorRefType>(argument.getType());
    if (!tensor) {
      scalars.map(argument, body.getArgument(next++));
      continue;
    }
    TensorValues values;
    values.pointer = body.getArgument(next++);
    for (int64_t size : tensor.getShape())
      values.sizes.push_back(size == ShapedType::kDynamic ? Value(body.getArgument(next++)) : i32(size));
    if (!tensor.getStrides().empty()) {
      for (int64_t stride : tensor.getStrides())
        values.strides.push_back(stride == ShapedType::kDynamic ? Value(body.getArgument(next++)) : i32(stride));
    } else {
      values.strides.assign(tensor.getRank(), i32(1));
      for (unsigned d = tensor.getRank() - 1; d-- > 0;) {
        int64_t fixed = 1;
        bool known = true;
        for (unsigned inner = d + 1; inner < tensor.getRank(); ++inner) {
          known &= tensor.getShape()[inner] != ShapedType::kDynamic;
          fixed *= known ? tensor.getShape()[inner] : 1;
        }
        values.strides[d] = known ? i32(fixed)
                                  : arith::MulIOp::create(entry, loc, values.strides[d + 1], values.sizes[d + 1]);
      }
    }
    tensors[argument] = values;
  }
  for (auto &[map, pointer] : tensorMaps)
    pointer = body.getArgument(next++);
}

LogicalResult LaneLowering::run() {
  for (StringRef name : {"workgroup_id", "thread_id", "barrier", "shuffle_xor", "view"})
    if (!machine.operation(name))
      return func.emitOpError() << "cannot be compiled: " << machine.name() << " has no operation @" << name;
  if (!machine.memory("shared"))
    return func.emitOpError() << "cannot be compiled: " << machine.name() << " has no memory @shared";
  if (failed(verifyGrid(func)))
    return failure();
  if (!tensorMapsOf(func).empty() && !machine.getOp().getTensorMap())
    return func.emitOpError() << "cannot be compiled: " << machine.name() << " lacks the key 'tensor_map'";
  LLVM::LLVMFuncOp lanes = createFunction();
  Block *body = lanes.addEntryBlock(builder);
  builder.setInsertionPointToStart(body);
  sectionStart = LLVM::UnreachableOp::create(builder, loc);
  entry.setInsertionPoint(sectionStart);

  createSharedMemory(lanes);
  std::swap(builder, entry);
  threadId = apply("thread_id");
  std::swap(builder, entry);
  deriveIds();
  bindArguments(lanes);
  collectRegions();
  builder.setInsertionPointToEnd(body);
  if (failed(lowerBlock(func.getBody().front())))
    return failure();
  sectionStart->erase();
  func.erase();
  return success();
}

void LaneLowering::deriveIds() {
  laneId = arith::AndIOp::create(entry, loc, threadId, i32(machine.lanes() - 1));
  waveId = arith::ShRUIOp::create(entry, loc, threadId, i32(llvm::Log2_64(machine.lanes())));
  if (!machine.operation("uniform"))
    return;
  std::swap(builder, entry);
  waveId = apply("uniform", waveId);
  std::swap(builder, entry);
}

void LaneLowering::startSection(bool afresh) {
  if (outermostLoop || computingThreads)
    return;
  Block *body = sectionStart->getBlock();
  sectionStart->moveBefore(body, body->end());
  entry.setInsertionPoint(sectionStart);
  if (!afresh || !machine.operation("opaque"))
    return;
  std::swap(builder, entry);
  threadId = apply("opaque", threadId);
  std::swap(builder, entry);
  deriveIds();
}

//===-- Ops --------------------------------------------------------------------------------------------------===//

LogicalResult LaneLowering::lowerBlock(Block &block) {
  for (Operation &op : block) {
    if (op.getNumRegions())
      startSection(/*afresh=*/false);
    if (failed(lower(op)))
      return failure();
    if (op.getNumRegions())
      startSection(/*afresh=*/op.walk([](stage::CopyOp) { return WalkResult::interrupt(); }).wasInterrupted());
  }
  return success();
}

LogicalResult LaneLowering::lower(Operation &op) {
  loc = op.getLoc();
  if (auto load = dyn_cast<kernel::LoadOp>(op))
    return lowerLoad(load);
  if (auto store = dyn_cast<kernel::StoreOp>(op))
    return lowerStore(store);
  if (auto mma = dyn_cast<kernel::MmaOp>(op))
    return lowerMma(mma);
  if (auto convert = dyn_cast<kernel::ConvertOp>(op))
    return lowerConvert(convert);
  if (auto reduce = dyn_cast<kernel::ReduceOp>(op))
    return lowerReduce(reduce);
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return lowerFor(loop);
  if (auto branch = dyn_cast<scf::IfOp>(op))
    return lowerIf(branch);
  if (std::optional<LogicalResult> lowered = lowerRoleOp(op))
    return *lowered;
  if (auto constant = dyn_cast<kernel::ConstantOp>(op))
    lowerConstant(constant);
  else if (auto splat = dyn_cast<kernel::SplatOp>(op))
    lowerSplat(splat);
  else if (auto iota = dyn_cast<kernel::IotaOp>(op))
    lowerIota(iota);
  else if (auto broadcast = dyn_cast<kernel::BroadcastOp>(op))
    lowerBroadcast(broadcast);
  else if (auto relayout = dyn_cast<kernel::RelayoutOp>(op))
    lowerRelayout(relayout);
  else if (auto transpose = dyn_cast<kernel::TransposeOp>(op))
    tiles[transpose.getResult()] = Pieces(tiles[transpose.getTile()]);
  else if (auto join = dyn_cast<stage::JoinOp>(op))
    lowerJoin(join);
  else if (auto write = dyn_cast<stage::WriteOp>(op))
    lowerStageWrite(write);
  else if (auto read = dyn_cast<stage::ReadOp>(op))
    lowerStageRead(read);
  else if (auto copy = dyn_cast<stage::CopyOp>(op))
    return lowerStageCopy(copy);
  else if (auto wait = dyn_cast<stage::WaitOp>(op))
    lowerWait(wait);
  else if (auto barrier = dyn_cast<stage::BarrierOp>(op))
    lowerBarrier(barrier);
  else if (auto priority = dyn_cast<stage::PriorityOp>(op)) {
    StringRef name = priority.getHigh() ? "priority_high" : "priority_low";
    if (machine.operation(name))
      apply(name);
  }
  else if (auto id = dyn_cast<kernel::ProgramIdOp>(op))
    placeProgram(apply("workgroup_id"), id.getGrid(), id.getIds());
  else if (auto dim = dyn_cast<kernel::DimOp>(op))
    scalars.map(dim.getResult(), tensors[dim.getTensor()].sizes[dim.getDim()]);
  else if (isa<kernel::ReturnOp>(op))
    LLVM::ReturnOp::create(builder, loc, ValueRange());
  else if (isa<stage::AllocOp, scf::YieldOp>(op))
    return success();
  else if (op.getNumResults() == 1 && isTile(op.getResult(0)))
    return lowerElementwise(op);
  else
    return lowerScalar(op);
  return success();
}

LogicalResult LaneLowering::lowerScalar(Operation &op) {
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    auto number = dyn_cast<IntegerAttr>(constant.getValue());
    if (number && number.getType().isIndex()) {
      scalars.map(op.getResult(0), i32(number.getInt()));
      return success();
    }
  }
  if (isa<arith::IndexCastOp, arith::IndexCastUIOp>(op)) {
    Value from = scalars.lookup(op.getOperand(0));
    Type to = scalarType(op.getResult(0).getType());
    unsigned fromBits = from.getType().getIntOrFloatBitWidth(), toBits = to.getIntOrFloatBitWidth();
    Value result = from;
    if (fromBits < toBits)
      result = arith::ExtSIOp::create(builder, loc, to, from);
    else if (fromBits > toBits)
      result = arith::TruncIOp::create(builder, loc, to, from);
    scalars.map(op.getResult(0), result);
    return success();
  }
  if (op.getNumRegions() || op.getNumResults() != 1)
    return op.emitOpError() << "cannot be compiled: kernels use arith, math, scf.for and scf.if beside kernel ops";
  SmallVector<Value> inputs;
  for (Value operand : op.getOperands())
    inputs.push_back(scalars.lookup(operand));
  Type type = scalarType(op.getResult(0).getType());
  if (op.getNumOperands() == 1)
    if (target::ElementwiseOp atom = machine.elementwise(op.getName().getStringRef(), op.getOperand(0).getType(),
                                                         op.getResult(0).getType(), 1)) {
      scalars.map(op.getResult(0),
                  target::ApplyOp::create(builder, loc, type, atom.getSymName(), inputs).getResult(0));
      return success();
    }
  OperationState state(op.getLoc(), op.getName().getStringRef(), inputs, type, op.getAttrs());
  scalars.map(op.getResult(0), builder.create(state)->getResult(0));
  return success();
}

//===-- Control flow -----------------------------------------------------------------------------------------===//

/// The layout of one instruction's operand that a read tile becomes in the next step of its loop, maybe transposed.
static layout::LinearAttr operandLayout(Value tile, const target::Machine &machine) {
  for (OpOperand &use : tile.getUses()) {
    if (auto transpose = dyn_cast<kernel::TransposeOp>(use.getOwner()))
      return operandLayout(transpose.getResult(), machine);
    if (auto mma = dyn_cast<kernel::MmaOp>(use.getOwner())) {
      target::MmaOp atom = machine.mma(mma->getAttrOfType<FlatSymbolRefAttr>("schedule.atom").getValue());
      Attribute byOperand[] = {atom.getLayoutAAttr(), atom.getLayoutBAttr(), atom.getLayoutAcc(),
                               atom.getLayoutScaleAAttr(), atom.getLayoutScaleBAttr()};
      return dyn_cast_or_null<layout::LinearAttr>(byOperand[use.getOperandNumber()]);
    }
  }
  return {};
}

int64_t LaneLowering::carriedLength(Value value) {
  auto type = cast<kernel::TileType>(value.getType());
  int64_t registers = layoutOf(type).inputSize(layout::registerDim);
  if (auto mma = value.getDefiningOp<kernel::MmaOp>()) {
    target::MmaOp atom = machine.mma(mma->getAttrOfType<FlatSymbolRefAttr>("schedule.atom").getValue());
    return int64_t(1) << cast<layout::LinearAttr>(atom.getLayoutAcc()).regBits();
  }
  if (value.getDefiningOp<stage::ReadOp>())
    for (OpOperand &use : value.getUses())
      if (auto loop = dyn_cast<scf::ForOp>(use.getOwner()->getParentOp()); loop && isa<scf::YieldOp>(use.getOwner()))
        if (layout::LinearAttr operand = operandLayout(loop.getRegionIterArg(use.getOperandNumber()), machine))
          return int64_t(1) << operand.regBits();
  int64_t bits = type.getElementType().getIntOrFloatBitWidth();
  return std::min<int64_t>(registers, std::max<int64_t>(1, llvm::bit_floor<uint64_t>(128 / bits)));
}

/// What `length` elements travel as around a loop: words if they fill some, or are one byte. LLVM takes vectors of less apart and
/// clears the rest of a byte's register.
static VectorType carriedType(Builder &builder, int64_t length, Type element) {
  int64_t width = element.getIntOrFloatBitWidth(), bits = width * length;
  if (width >= 16 || (bits % 32 && bits != 8))
    return VectorType::get(length, element);
  return VectorType::get(llvm::divideCeil(bits, 32), builder.getI32Type());
}

static Value toCarried(OpBuilder &builder, Location loc, Value vector, VectorType carried) {
  auto type = cast<VectorType>(vector.getType());
  if (type == carried)
    return vector;
  if (int64_t width = type.getElementTypeBitWidth(); width * type.getNumElements() == 8) {
    Value byte = LLVM::BitcastOp::create(builder, loc, VectorType::get(1, builder.getI8Type()), vector);
    return arith::ExtUIOp::create(builder, loc, carried, byte);
  }
  return LLVM::BitcastOp::create(builder, loc, carried, vector);
}

static Value fromCarried(OpBuilder &builder, Location loc, Value carried, VectorType type) {
  if (carried.getType() == type)
    return carried;
  if (int64_t width = type.getElementTypeBitWidth(); width * type.getNumElements() == 8) {
    Value bytes = LLVM::BitcastOp::create(builder, loc, VectorType::get(4, builder.getI8Type()), carried);
    carried = vector::ExtractStridedSliceOp::create(builder, loc, bytes, 0, 1, 1);
    if (type == carried.getType())
      return carried;
  }
  return LLVM::BitcastOp::create(builder, loc, type, carried);
}

void LaneLowering::flatten(Value value, int64_t length, SmallVectorImpl<Value> &out) {
  if (!isTile(value)) {
    out.push_back(scalars.lookup(value));
    return;
  }
  VectorType type = carriedType(builder, length, scalarType(cast<kernel::TileType>(value.getType()).getElementType()));
  for (Value vector : repiece(tiles[value], length).vectors)
    out.push_back(toCarried(builder, loc, vector, type));
}

void LaneLowering::unflatten(Value value, int64_t length, ValueRange &values) {
  if (!isTile(value)) {
    scalars.map(value, values.front());
    values = values.drop_front();
    return;
  }
  auto tile = cast<kernel::TileType>(value.getType());
  int64_t count = layoutOf(tile).inputSize(layout::registerDim) / length;
  auto type = VectorType::get(length, scalarType(tile.getElementType()));
  Pieces pieces;
  pieces.length = length;
  for (Value vector : values.take_front(count))
    pieces.vectors.push_back(fromCarried(builder, loc, vector, type));
  tiles[value] = pieces;
  values = values.drop_front(count);
}

LogicalResult LaneLowering::lowerFor(scf::ForOp op) {
  SmallVector<int64_t> lengths;
  SmallVector<Value> inits;
  for (auto [init, yielded] : llvm::zip(op.getInitArgs(), op.getYieldedValues())) {
    lengths.push_back(isTile(init) ? carriedLength(yielded) : 1);
    flatten(init, lengths.back(), inits);
  }
  Value lower = scalars.lookup(op.getLowerBound()), upper = scalars.lookup(op.getUpperBound()),
        step = scalars.lookup(op.getStep());
  auto loop = scf::ForOp::create(builder, op.getLoc(), lower, upper, step, inits);
  // A loop over programs is not part of a program.
  bool outermost = !outermostLoop && !op->hasAttr("stage.programs");
  if (outermost)
    outermostLoop = loop;
  {
    OpBuilder::InsertionGuard guard(builder);
    if (!loop.getBody()->empty())
      loop.getBody()->getTerminator()->erase();
    builder.setInsertionPointToEnd(loop.getBody());
    scalars.map(op.getInductionVar(), loop.getInductionVar());
    ValueRange carried = loop.getRegionIterArgs();
    for (auto [argument, length] : llvm::zip(op.getRegionIterArgs(), lengths))
      unflatten(argument, length, carried);
    if (failed(lowerBlock(*op.getBody())))
      return failure();
    SmallVector<Value> yielded;
    for (auto [value, length] : llvm::zip(op.getYieldedValues(), lengths))
      flatten(value, length, yielded);
    scf::YieldOp::create(builder, op.getLoc(), yielded);
  }
  if (outermost)
    outermostLoop = nullptr;
  ValueRange results = loop.getResults();
  for (auto [result, length] : llvm::zip(op.getResults(), lengths))
    unflatten(result, length, results);
  return success();
}

LogicalResult LaneLowering::lowerIf(scf::IfOp op) {
  SmallVector<Type> types;
  SmallVector<int64_t> lengths;
  for (Value result : op.getResults()) {
    auto tile = dyn_cast<kernel::TileType>(result.getType());
    lengths.push_back(tile ? carriedLength(result) : 1);
    if (!tile) {
      types.push_back(scalarType(result.getType()));
      continue;
    }
    int64_t count = layoutOf(tile).inputSize(layout::registerDim) / lengths.back();
    types.append(count, carriedType(builder, lengths.back(), scalarType(tile.getElementType())));
  }
  auto branch = scf::IfOp::create(builder, op.getLoc(), types, scalars.lookup(op.getCondition()),
                                  /*withElseRegion=*/!op.getElseRegion().empty());
  bool outermost = !outermostLoop;
  if (outermost)
    outermostLoop = branch;
  for (auto [from, to] : {std::pair<Region *, Region *>{&op.getThenRegion(), &branch.getThenRegion()},
                          {&op.getElseRegion(), &branch.getElseRegion()}}) {
    if (from->empty())
      continue;
    OpBuilder::InsertionGuard guard(builder);
    Block &block = to->front();
    if (!block.empty())
      block.getTerminator()->erase();
    builder.setInsertionPointToEnd(&block);
    if (failed(lowerBlock(from->front())))
      return failure();
    SmallVector<Value> yielded;
    for (auto [value, length] : llvm::zip(from->front().getTerminator()->getOperands(), lengths))
      flatten(value, length, yielded);
    scf::YieldOp::create(builder, op.getLoc(), yielded);
  }
  if (outermost)
    outermostLoop = nullptr;
  ValueRange results = branch.getResults();
  for (auto [result, length] : llvm::zip(op.getResults(), lengths))
    unflatten(result, length, results);
  return success();
}

#define GEN_PASS_DEF_CONVERTKERNELTOLANES
#include "lib/Conversion/Passes.h.inc"

namespace {
struct ConvertKernelToLanes : impl::ConvertKernelToLanesBase<ConvertKernelToLanes> {
  void runOnOperation() override {
    target::MachineOp machine = target::Machine::of(getOperation());
    if (!machine) {
      getOperation().emitError() << "has no target.machine";
      return signalPassFailure();
    }
    for (auto func : llvm::make_early_inc_range(getOperation().getOps<kernel::FuncOp>()))
      if (failed(LaneLowering(func, target::Machine(machine)).run()))
        return signalPassFailure();
  }
};
} // namespace
} // namespace kiln::conversion
