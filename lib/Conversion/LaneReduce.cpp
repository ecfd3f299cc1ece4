// Reductions: within a lane, across the lanes of a wave by exchanges, across waves through shared memory.
#include "KernelToLanes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace kiln;
using namespace kiln::conversion;
using layout::LinearLayout;

Value LaneLowering::combine(StringRef kind, Value a, Value b) {
  bool isFloat = isa<FloatType>(a.getType());
  if (kind == "sum")
    return isFloat ? arith::AddFOp::create(builder, loc, a, b).getResult()
                   : arith::AddIOp::create(builder, loc, a, b).getResult();
  if (kind == "prod")
    return isFloat ? arith::MulFOp::create(builder, loc, a, b).getResult()
                   : arith::MulIOp::create(builder, loc, a, b).getResult();
  if (kind == "max")
    return isFloat ? arith::MaximumFOp::create(builder, loc, a, b).getResult()
                   : arith::MaxSIOp::create(builder, loc, a, b).getResult();
  return isFloat ? arith::MinimumFOp::create(builder, loc, a, b).getResult()
                 : arith::MinSIOp::create(builder, loc, a, b).getResult();
}

Value LaneLowering::shuffleXor(Value value, int64_t mask) {
  Type type = value.getType();
  unsigned bits = type.getIntOrFloatBitWidth();
  Type i32Type = builder.getI32Type();
  if (bits == 64) {
    auto pair = VectorType::get(2, i32Type);
    Value halves = LLVM::BitcastOp::create(builder, loc, pair, value);
    for (int64_t half : {0, 1}) {
      Value word = vector::ExtractOp::create(builder, loc, halves, half);
      halves = vector::InsertOp::create(builder, loc, apply("shuffle_xor", {word, i32(mask)}), halves, half);
    }
    return LLVM::BitcastOp::create(builder, loc, type, halves);
  }
  Value word = value;
  if (isa<FloatType>(type))
    word = LLVM::BitcastOp::create(builder, loc, builder.getIntegerType(bits), word);
  if (bits < 32)
    word = arith::ExtUIOp::create(builder, loc, i32Type, word);
  word = apply("shuffle_xor", {word, i32(mask)});
  if (bits < 32)
    word = arith::TruncIOp::create(builder, loc, builder.getIntegerType(bits), word);
  return isa<FloatType>(type) ? LLVM::BitcastOp::create(builder, loc, type, word).getResult() : word;
}

/// Every wave leaves its partial results; then each collects those of the waves it shares elements with.
void LaneLowering::reduceAcrossWaves(StringRef kind, MutableArrayRef<Value> values, ArrayRef<int64_t> waveMasks) {
  auto pointerType = LLVM::LLVMPointerType::get(builder.getContext(), machine.memory("shared").getSpace());
  int64_t base = func->getAttrOfType<IntegerAttr>("kiln.exchange_offset").getInt();
  int64_t bytes = std::max<int64_t>(4, values[0].getType().getIntOrFloatBitWidth() / 8);
  int64_t waveBytes = values.size() * machine.lanes() * bytes;
  auto at = [&](Value waveNumber, int64_t r) -> Value {
    Value offset = arith::MulIOp::create(builder, loc, waveNumber, i32(waveBytes));
    Value mine = arith::MulIOp::create(builder, loc, laneId, i32(bytes));
    offset = arith::AddIOp::create(builder, loc, offset, mine);
    offset = arith::AddIOp::create(builder, loc, offset, i32(base + r * machine.lanes() * bytes));
    return LLVM::GEPOp::create(builder, loc, pointerType, builder.getI8Type(), sharedBase, offset);
  };
  meet();
  for (auto [r, value] : llvm::enumerate(values))
    setRegion(LLVM::StoreOp::create(builder, loc, value, at(waveId, r), bytes), "exchange");
  meet();
  for (auto [r, value] : llvm::enumerate(values)) {
    Value own = value;
    for (int64_t mask : waveMasks) {
      Value other = arith::XOrIOp::create(builder, loc, waveId, i32(mask));
      auto partial = LLVM::LoadOp::create(builder, loc, own.getType(), at(other, r), bytes);
      setRegion(partial, "exchange");
      value = combine(kind, value, partial);
    }
  }
}

/// All non-empty XOR combinations of single bits.
static SmallVector<int64_t> combinations(uint32_t bits) {
  SmallVector<int64_t> masks;
  for (uint32_t subset = bits; subset; subset = (subset - 1) & bits)
    masks.push_back(subset);
  llvm::sort(masks);
  return masks;
}

LogicalResult LaneLowering::lowerReduce(kernel::ReduceOp op) {
  kernel::TileType tile = op.getTile().getType();
  LinearLayout layout = layoutOf(tile);
  StringRef kind = op.getKind();
  uint32_t registerBits = layout.bitsAlong(layout::registerDim, op.getAlong());
  SmallVector<Value> held = elements(tiles[op.getTile()]);

  SmallVector<Value> partial;
  for (size_t r = 0; r < held.size(); ++r) {
    if (r & registerBits)
      continue;
    Value value = held[r];
    for (int64_t other : combinations(registerBits))
      value = combine(kind, value, held[r | other]);
    partial.push_back(value);
  }
  uint32_t laneBits = layout.bitsAlong(layout::laneDim, op.getAlong());
  for (Value &value : partial)
    for (uint32_t bit = 1; bit <= laneBits; bit <<= 1)
      if (laneBits & bit)
        value = combine(kind, value, shuffleXor(value, bit));
  if (uint32_t waveBits = layout.bitsAlong(layout::waveDim, op.getAlong()))
    reduceAcrossWaves(kind, partial, combinations(waveBits));
  if (!isa<kernel::TileType>(op.getType())) {
    scalars.map(op.getResult(), partial[0]);
    return success();
  }
  auto result = cast<kernel::TileType>(op.getType());
  int64_t registers = layoutOf(result).inputSize(layout::registerDim);
  if (registers != static_cast<int64_t>(partial.size()))
    return op.emitOpError() << "expects a result of " << partial.size() << " registers per lane, found " << registers;
  tiles[op.getResult()] = fromElements(partial, std::min<int64_t>(registers, 4));
  return success();
}
