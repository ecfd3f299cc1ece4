// Everything that stays in registers.
#include "KernelToLanes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace kiln;
using namespace kiln::conversion;
using layout::LinearLayout;

//===-- Pieces -----------------------------------------------------------------------------------------------===//

SmallVector<Value> LaneLowering::elements(const Pieces &pieces) {
  SmallVector<Value> scalars;
  for (Value vector : pieces.vectors)
    for (int64_t i = 0; i < pieces.length; ++i)
      scalars.push_back(vector::ExtractOp::create(builder, loc, vector, i));
  return scalars;
}

Pieces LaneLowering::fromElements(ArrayRef<Value> scalars, int64_t length) {
  Pieces pieces;
  pieces.length = length;
  auto type = VectorType::get(length, scalars[0].getType());
  for (size_t first = 0; first < scalars.size(); first += length)
    pieces.vectors.push_back(vector::FromElementsOp::create(builder, loc, type, scalars.slice(first, length)));
  return pieces;
}

/// The same bits as vectors of words, or nothing if parts of this length are no whole words. LLVM takes vectors of
/// elements narrower than a byte apart one by one; words it slices for nothing.
static std::optional<Pieces> asWords(OpBuilder &builder, Location loc, const Pieces &pieces, int64_t partLength) {
  auto type = cast<VectorType>(pieces.vectors[0].getType());
  int64_t bits = type.getElementTypeBitWidth();
  if (bits >= 8 || partLength * bits % 32)
    return std::nullopt;
  Pieces words;
  words.length = pieces.length * bits / 32;
  auto wordType = VectorType::get(words.length, builder.getI32Type());
  for (Value vector : pieces.vectors)
    words.vectors.push_back(LLVM::BitcastOp::create(builder, loc, wordType, vector));
  return words;
}

Pieces LaneLowering::repiece(const Pieces &pieces, int64_t length) {
  if (pieces.length == length)
    return pieces;
  auto element = cast<VectorType>(pieces.vectors[0].getType()).getElementType();
  if (std::optional<Pieces> words = asWords(builder, loc, pieces, std::min(length, pieces.length))) {
    Pieces result = repiece(*words, length * element.getIntOrFloatBitWidth() / 32);
    for (Value &vector : result.vectors)
      vector = LLVM::BitcastOp::create(builder, loc, VectorType::get(length, element), vector);
    result.length = length;
    return result;
  }
  Pieces result;
  result.length = length;
  if (length < pieces.length) {
    for (Value vector : pieces.vectors)
      for (int64_t first = 0; first < pieces.length; first += length)
        result.vectors.push_back(vector::ExtractStridedSliceOp::create(builder, loc, vector, first, length, 1));
    return result;
  }
  auto type = VectorType::get(length, element);
  size_t count = length / pieces.length;
  for (size_t first = 0; first < pieces.vectors.size(); first += count) {
    Value whole = ub::PoisonOp::create(builder, loc, type);
    for (size_t i = 0; i < count; ++i)
      whole = vector::InsertStridedSliceOp::create(builder, loc, pieces.vectors[first + i], whole,
                                                   static_cast<int64_t>(i) * pieces.length, 1);
    result.vectors.push_back(whole);
  }
  return result;
}

static int64_t registersOf(kernel::TileType type) { return layoutOf(type).inputSize(layout::registerDim); }

static int64_t elementBits(kernel::TileType type) {
  return type.getElementType().isIndex() ? 32 : type.getElementType().getIntOrFloatBitWidth();
}

/// Elements of a vector made from nothing: four words of registers.
static int64_t defaultLength(kernel::TileType type) {
  int64_t bits = elementBits(type);
  return std::min<int64_t>(registersOf(type), std::max<int64_t>(1, llvm::bit_floor<uint64_t>(128 / bits)));
}

Pieces LaneLowering::splatPieces(kernel::TileType type, Value scalar) {
  Pieces pieces;
  pieces.length = defaultLength(type);
  auto vector = VectorType::get(pieces.length, scalar.getType());
  Value splat = vector::BroadcastOp::create(builder, loc, vector, scalar);
  pieces.vectors.assign(registersOf(type) / pieces.length, splat);
  return pieces;
}

Value LaneLowering::floatConstant(double value, Type element) {
  if (auto floating = dyn_cast<FloatType>(element)) {
    APFloat number(value);
    bool lost;
    number.convert(floating.getFloatSemantics(), APFloat::rmNearestTiesToEven, &lost);
    Type storage = target::storageType(element);
    if (storage != element)
      return arith::ConstantOp::create(builder, loc, builder.getIntegerAttr(storage, number.bitcastToAPInt()));
    return arith::ConstantOp::create(builder, loc, builder.getFloatAttr(element, number));
  }
  Type integer = element.isIndex() ? builder.getI32Type() : element;
  return arith::ConstantOp::create(builder, loc, builder.getIntegerAttr(integer, static_cast<int64_t>(value)));
}

void LaneLowering::lowerConstant(kernel::ConstantOp op) {
  double value = op.getValue().convertToDouble();
  Pieces pieces = splatPieces(op.getType(), floatConstant(value, op.getType().getElementType()));
  // A loop that carries a constant of many registers makes LLVM break it into single ones, which then live in the
  // wrong file. @hold_* makes a value of it that LLVM does not see through.
  if (func->hasAttr("schedule.hold_accumulators"))
    func.walk([&](kernel::MmaOp mma) {
      if (mma.getType() != op.getType() || pieces.length == 0)
        return WalkResult::advance();
      pieces = repiece(pieces, carriedLength(mma.getResult()));
      std::string hold = "hold_" + std::to_string(pieces.length);
      llvm::raw_string_ostream(hold) << "x" << cast<VectorType>(pieces.vectors[0].getType()).getElementType();
      if (machine.operation(hold))
        for (Value &vector : pieces.vectors)
          vector = apply(hold, vector);
      return WalkResult::interrupt();
    });
  tiles[op.getResult()] = pieces;
}

void LaneLowering::lowerSplat(kernel::SplatOp op) {
  tiles[op.getResult()] = splatPieces(op.getType(), scalars.lookup(op.getScalar()));
}

void LaneLowering::lowerIota(kernel::IotaOp op) {
  LinearLayout layout = layoutOf(op.getType());
  Type element = op.getType().getElementType().isIndex() ? builder.getI32Type() : op.getType().getElementType();
  Value mine = laneCoordinate(layout, op.getDim());
  SmallVector<Value> values;
  for (int64_t r = 0; r < layout.inputSize(layout::registerDim); ++r) {
    int64_t fixed = layout.apply({{layout::registerDim, static_cast<int32_t>(r)}})[op.getDim()];
    Value coordinate = fixed ? arith::XOrIOp::create(entry, loc, mine, i32(fixed)).getResult() : mine;
    if (element.getIntOrFloatBitWidth() > 32)
      coordinate = arith::ExtUIOp::create(entry, loc, element, coordinate);
    else if (element.getIntOrFloatBitWidth() < 32)
      coordinate = arith::TruncIOp::create(entry, loc, element, coordinate);
    values.push_back(coordinate);
  }
  tiles[op.getResult()] = fromElements(values, defaultLength(op.getType()));
}

/// For each register of the destination: the register of the source in the same lane that holds its element.
static SmallVector<int64_t> sourceRegisters(const LinearLayout &source, const LinearLayout &destination) {
  std::optional<LinearLayout> found = source.convertTo(destination);
  assert(found && "a relayout between layouts of one tile");
  SmallVector<int64_t> registers;
  for (int64_t r = 0; r < destination.inputSize(layout::registerDim); ++r)
    registers.push_back(found->apply({{layout::registerDim, static_cast<int32_t>(r)}})[0]);
  return registers;
}

/// How many neighbouring registers stay neighbours.
static int64_t runLength(ArrayRef<int64_t> registers, int64_t sources) {
  int64_t run = std::min<int64_t>(registers.size(), sources);
  auto holds = [&](int64_t length) {
    for (auto [i, r] : llvm::enumerate(registers))
      if (r != registers[i - i % length] + static_cast<int64_t>(i % length) || (i % length == 0 && r % length))
        return false;
    return true;
  };
  while (!holds(run))
    run /= 2;
  return run;
}

Pieces LaneLowering::permute(const Pieces &pieces, ArrayRef<int64_t> registers, int64_t length) {
  int64_t run = runLength(registers, pieces.length * static_cast<int64_t>(pieces.vectors.size()));
  if (run == 1) {
    SmallVector<Value> from = elements(pieces), to;
    for (int64_t r : registers)
      to.push_back(from[r]);
    return fromElements(to, length);
  }
  Pieces parts = repiece(pieces, run), result;
  result.length = run;
  for (size_t first = 0; first < registers.size(); first += run)
    result.vectors.push_back(parts.vectors[registers[first] / run]);
  return repiece(result, length);
}

void LaneLowering::lowerRelayout(kernel::RelayoutOp op) {
  tiles[op.getResult()] =
      permute(tiles[op.getTile()], sourceRegisters(layoutOf(op.getTile().getType()), layoutOf(op.getType())),
              defaultLength(op.getType()));
}

void LaneLowering::lowerSlice(stage::SliceOp op) {
  LinearLayout whole = layoutOf(op.getTile().getType()), part = layoutOf(op.getPart().getType());
  auto coordinates = [](const LinearLayout &layout, int64_t r) {
    SmallVector<int32_t> at = layout.apply({{layout::registerDim, static_cast<int32_t>(r)}});
    return std::vector<int64_t>(at.begin(), at.end());
  };
  std::map<std::vector<int64_t>, int64_t> holders;
  for (int64_t r = 0; r < whole.inputSize(layout::registerDim); ++r)
    holders[coordinates(whole, r)] = r;
  SmallVector<int64_t> registers;
  for (int64_t r = 0; r < part.inputSize(layout::registerDim); ++r) {
    std::vector<int64_t> at = coordinates(part, r);
    for (auto [coordinate, offset] : llvm::zip(at, op.getOffsets()))
      coordinate += offset;
    registers.push_back(holders.at(at));
  }
  tiles[op.getPart()] = permute(tiles[op.getTile()], registers, defaultLength(op.getPart().getType()));
}

/// The joined tile's registers are those of its parts, one after the other (`kernel-place-tiles`).
void LaneLowering::lowerJoin(stage::JoinOp op) {
  Pieces whole;
  whole.length = tiles[op.getParts()[0]].length;
  for (Value part : op.getParts())
    llvm::append_range(whole.vectors, repiece(tiles[part], whole.length).vectors);
  tiles[op.getTile()] = whole;
}

void LaneLowering::lowerBroadcast(kernel::BroadcastOp op) {
  LinearLayout wide = layoutOf(op.getType()).removeOutput(op.getAlong());
  tiles[op.getResult()] = permute(tiles[op.getTile()], sourceRegisters(layoutOf(op.getTile().getType()), wide),
                                  defaultLength(op.getType()));
}

//===-- Elementwise operations -------------------------------------------------------------------------------===//

Value LaneLowering::applyElementwise(target::ElementwiseOp atom, ValueRange vectors, Type resultElement) {
  auto type = cast<VectorType>(vectors[0].getType());
  int64_t width = atom.getWidth(), count = type.getNumElements();
  Value result = ub::PoisonOp::create(builder, loc, VectorType::get(count, resultElement));
  for (int64_t first = 0; first < count; first += width) {
    SmallVector<Value> inputs;
    for (Value vector : vectors)
      inputs.push_back(width == 1 ? vector::ExtractOp::create(builder, loc, vector, first).getResult()
                                  : vector::ExtractStridedSliceOp::create(builder, loc, vector, first, width, 1)
                                        .getResult());
    Type part = width == 1 ? resultElement : VectorType::get(width, resultElement);
    Value made = target::ApplyOp::create(builder, loc, part, atom.getSymName(), inputs).getResult(0);
    if (width == 1)
      result = vector::InsertOp::create(builder, loc, made, result, first);
    else
      result = vector::InsertStridedSliceOp::create(builder, loc, made, result, first, 1);
  }
  return result;
}

LogicalResult LaneLowering::lowerElementwise(Operation &op) {
  auto type = cast<kernel::TileType>(op.getResult(0).getType());
  int64_t length = registersOf(type);
  for (Value operand : op.getOperands())
    if (isa<kernel::TileType>(operand.getType()))
      length = std::min(length, tiles[operand].length);
  if (isa<arith::ConstantOp>(op))
    length = defaultLength(type);
  SmallVector<Pieces> operands;
  for (Value operand : op.getOperands())
    operands.push_back(isa<kernel::TileType>(operand.getType()) ? repiece(tiles[operand], length)
                                                                : splatPieces(type, scalars.lookup(operand)));
  Type element = scalarType(type.getElementType());
  StringRef name = isa<kernel::SelectOp>(op) ? arith::SelectOp::getOperationName() : op.getName().getStringRef();
  Pieces result;
  result.length = length;
  target::ElementwiseOp atom;
  if (op.getNumOperands() == 1)
    atom = machine.elementwise(op.getName().getStringRef(),
                               cast<kernel::TileType>(op.getOperand(0).getType()).getElementType(),
                               type.getElementType(), length);
  for (int64_t i = 0; i < registersOf(type) / length; ++i) {
    SmallVector<Value> inputs;
    for (const Pieces &pieces : operands)
      inputs.push_back(pieces.vectors[i]);
    if (atom) {
      result.vectors.push_back(applyElementwise(atom, inputs, element));
      continue;
    }
    OperationState state(op.getLoc(), name, inputs, VectorType::get(length, element), op.getAttrs());
    result.vectors.push_back(builder.create(state)->getResult(0));
  }
  tiles[op.getResult(0)] = result;
  return success();
}

/// Conversions that arith has: between its own floats, integers, and one another.
static Value convertByArith(OpBuilder &builder, Location loc, Value vector, Type from, Type to) {
  Type type = VectorType::get(cast<VectorType>(vector.getType()).getNumElements(), to);
  bool fromFloat = isa<FloatType>(from), toFloat = isa<FloatType>(to);
  unsigned fromBits = from.getIntOrFloatBitWidth(), toBits = to.getIntOrFloatBitWidth();
  if (fromFloat && toFloat) {
    if (fromBits < toBits)
      return arith::ExtFOp::create(builder, loc, type, vector);
    return arith::TruncFOp::create(builder, loc, type, vector);
  }
  if (!fromFloat && !toFloat) {
    if (fromBits < toBits)
      return arith::ExtSIOp::create(builder, loc, type, vector);
    return arith::TruncIOp::create(builder, loc, type, vector);
  }
  if (toFloat)
    return arith::SIToFPOp::create(builder, loc, type, vector);
  // Out of range, arith.fptosi is undefined; this one saturates.
  return LLVM::CallIntrinsicOp::create(builder, loc, type, builder.getStringAttr("llvm.fptosi.sat"), vector)
      .getResult(0);
}

FailureOr<Value> LaneLowering::convert(Location loc, Value vector, Type from, Type to) {
  if (from == to)
    return vector;
  int64_t length = cast<VectorType>(vector.getType()).getNumElements();
  if (target::ElementwiseOp atom = machine.elementwise("convert", from, to, length))
    return applyElementwise(atom, vector, target::storageType(to));
  bool small = target::storageType(from) != from || target::storageType(to) != to;
  bool bothShort = isa<FloatType>(from) && isa<FloatType>(to) && from.getIntOrFloatBitWidth() == 16 &&
                   to.getIntOrFloatBitWidth() == 16;
  if (!small && !bothShort)
    return convertByArith(builder, loc, vector, from, to);
  Type single = builder.getF32Type();
  if (from == single || to == single)
    return emitError(loc) << machine.name() << " cannot convert " << from << " to " << to
                          << ": it has no elementwise atom that implements \"convert\" for them";
  FailureOr<Value> middle = convert(loc, vector, from, single);
  if (failed(middle))
    return failure();
  return convert(loc, *middle, single, to);
}

LogicalResult LaneLowering::lowerConvert(kernel::ConvertOp op) {
  auto tile = dyn_cast<kernel::TileType>(op.getType());
  Type from = tile ? cast<kernel::TileType>(op.getValue().getType()).getElementType() : op.getValue().getType();
  Type to = tile ? tile.getElementType() : op.getType();
  if (!tile) {
    Value scalar = scalars.lookup(op.getValue());
    Value vector = vector::BroadcastOp::create(builder, loc, VectorType::get(1, scalar.getType()), scalar);
    FailureOr<Value> converted = convert(op.getLoc(), vector, from, to);
    if (failed(converted))
      return failure();
    scalars.map(op.getResult(), vector::ExtractOp::create(builder, loc, *converted, 0).getResult());
    return success();
  }
  Pieces result;
  result.length = tiles[op.getValue()].length;
  for (Value vector : tiles[op.getValue()].vectors) {
    FailureOr<Value> converted = convert(op.getLoc(), vector, from, to);
    if (failed(converted))
      return failure();
    result.vectors.push_back(*converted);
  }
  tiles[op.getResult()] = result;
  return success();
}

//===-- Matrix multiplication --------------------------------------------------------------------------------===//

LogicalResult LaneLowering::lowerMma(kernel::MmaOp op) {
  target::MmaOp atom = machine.mma(op->getAttrOfType<FlatSymbolRefAttr>("schedule.atom").getValue());
  if (atom.getSharedSwizzle()) {
    lowerSharedMma(op, atom);
    return success();
  }
  auto waves = op->getAttrOfType<DenseI64ArrayAttr>("schedule.waves").asArrayRef();
  auto registers = [](Attribute layout) { return int64_t(1) << cast<layout::LinearAttr>(layout).regBits(); };
  Pieces a = repiece(tiles[op.getA()], registers(atom.getLayoutAAttr()));
  Pieces b = repiece(tiles[op.getB()], registers(atom.getLayoutBAttr()));
  Pieces acc = repiece(tiles[op.getAcc()], registers(atom.getLayoutAcc()));
  SmallVector<Value> scaleA, scaleB;
  if (op.getScaleA()) {
    scaleA = elements(tiles[op.getScaleA()]);
    scaleB = elements(tiles[op.getScaleB()]);
  }
  int64_t K = op.getA().getType().getShape()[1];
  int64_t M = op.getType().getShape()[0], N = op.getType().getShape()[1];
  int64_t wavesM = waves[0] / static_cast<int64_t>(atom.getWaves());
  int64_t repK = K / atom.getK(), repN = N / (atom.getN() * waves[1]), repM = M / (atom.getM() * wavesM);
  // One-element operands are scalars in an atom's body.
  auto operand = [&](Value vector) -> Value {
    if (cast<VectorType>(vector.getType()).getNumElements() > 1)
      return vector;
    return vector::ExtractOp::create(builder, loc, vector, 0);
  };
  // Only the lowest byte of a scale's register counts, so nothing need clear the others.
  auto scale = [&](Value byte) -> Value {
    Value bytes = ub::PoisonOp::create(builder, loc, VectorType::get(4, builder.getI8Type()));
    bytes = vector::InsertOp::create(builder, loc, byte, bytes, 0);
    return LLVM::BitcastOp::create(builder, loc, builder.getI32Type(), bytes);
  };
  for (int64_t k = 0; k < repK; ++k)
    for (int64_t m = 0; m < repM; ++m)
      for (int64_t n = 0; n < repN; ++n) {
        Value &sum = acc.vectors[m * repN + n];
        SmallVector<Value> inputs{operand(a.vectors[m * repK + k]), operand(b.vectors[n * repK + k]), operand(sum)};
        if (op.getScaleA())
          inputs.append({scale(scaleA[m * repK + k]), scale(scaleB[n * repK + k])});
        Value made = target::ApplyOp::create(builder, op.getLoc(), inputs[2].getType(), atom.getSymName(), inputs)
                         .getResult(0);
        sum = isa<VectorType>(made.getType())
                  ? made
                  : vector::BroadcastOp::create(builder, loc, sum.getType(), made).getResult();
      }
  tiles[op.getResult()] = acc;
  return success();
}
