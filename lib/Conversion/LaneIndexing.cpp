// Constants, lane and wave numbers, and coordinates computed from them at the kernel's entry.
#include "KernelToLanes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace kiln;
using namespace kiln::conversion;
using layout::LinearLayout;

LinearLayout conversion::layoutOf(kernel::TileType type) {
  return cast<layout::LinearAttr>(type.getLayout()).toLinear(type.getShape());
}

Value LaneLowering::i32(int64_t value) {
  Value &known = hoisted[{Value(), value}];
  if (!known)
    known = arith::ConstantOp::create(entry, loc, entry.getI32IntegerAttr(value));
  return known;
}

Value LaneLowering::apply(StringRef operation, ValueRange inputs) {
  target::OperationOp atom = machine.operation(operation);
  auto op = target::ApplyOp::create(builder, loc, atom.getFunctionType().getResults(), operation, inputs);
  return op->getNumResults() ? op->getResult(0) : Value();
}

Value LaneLowering::lane() { return laneId; }
Value LaneLowering::wave() { return waveId; }

Value LaneLowering::linear(Value id, ArrayRef<int64_t> bases) {
  Value sum;
  auto add = [&](Value part) { sum = sum ? arith::XOrIOp::create(entry, loc, sum, part) : part; };
  for (size_t bit = 0; bit < bases.size();) {
    if (bases[bit] == 0) {
      ++bit;
      continue;
    }
    // A run of bits that move by the same distance costs one mask and one shift.
    size_t end = bit + 1;
    if (llvm::isPowerOf2_64(bases[bit]))
      while (end < bases.size() && bases[end] == bases[bit] << (end - bit))
        ++end;
    int64_t mask = ((int64_t(1) << (end - bit)) - 1) << bit;
    Value part = arith::AndIOp::create(entry, loc, id, i32(mask));
    if (llvm::isPowerOf2_64(bases[bit])) {
      int64_t distance = static_cast<int64_t>(llvm::Log2_64(bases[bit])) - static_cast<int64_t>(bit);
      if (distance > 0)
        part = arith::ShLIOp::create(entry, loc, part, i32(distance));
      else if (distance < 0)
        part = arith::ShRUIOp::create(entry, loc, part, i32(-distance));
    } else {
      part = arith::ShRUIOp::create(entry, loc, part, i32(bit));
      part = arith::MulIOp::create(entry, loc, part, i32(bases[bit]));
    }
    add(part);
    bit = end;
  }
  return sum ? sum : i32(0);
}

static SmallVector<int64_t> basesAlong(const LinearLayout &layout, StringRef input, unsigned dim) {
  SmallVector<int64_t> bases;
  for (unsigned bit = 0; bit < layout.inputBits(input); ++bit)
    bases.push_back(layout.basis(input, bit)[dim]);
  return bases;
}

Value LaneLowering::laneCoordinate(const LinearLayout &layout, unsigned dim) {
  Value ofLane = linear(laneId, basesAlong(layout, layout::laneDim, dim));
  Value ofWave = linear(waveId, basesAlong(layout, layout::waveDim, dim));
  return arith::XOrIOp::create(entry, loc, ofLane, ofWave);
}

int64_t LaneLowering::laneBits(const LinearLayout &layout, unsigned dim) {
  int64_t bits = 0;
  for (StringRef input : {layout::laneDim, layout::waveDim})
    for (int64_t basis : basesAlong(layout, input, dim))
      bits |= basis;
  return bits;
}

Value LaneLowering::isFirstCopy(const LinearLayout &layout) {
  Value copies;
  for (auto [input, id] : {std::pair<StringRef, Value>{layout::laneDim, laneId}, {layout::waveDim, waveId}}) {
    int64_t mask = layout.redundantBits(input);
    if (!mask)
      continue;
    Value bits = arith::AndIOp::create(entry, loc, id, i32(mask));
    copies = copies ? arith::OrIOp::create(entry, loc, copies, bits) : bits;
  }
  if (!copies)
    return {};
  return arith::CmpIOp::create(entry, loc, arith::CmpIPredicate::eq, copies, i32(0));
}
