// The kernel dialect's ops.
#include "Program.h"

#include <cmath>
#include <cstring>

using namespace mlir;
using namespace kiln;
using namespace kiln::interpreter;

//===-- Memory
//-----------------------------------------------------------------------------------------------===//

std::optional<uint64_t> TensorMemory::elementOffset(ArrayRef<int64_t> coordinates) const {
  uint64_t offset = 0;
  for (auto [coordinate, dim, stride] : llvm::zip_equal(coordinates, dims, strides)) {
    if (coordinate < 0 || coordinate >= dim)
      return std::nullopt;
    offset += static_cast<uint64_t>(coordinate) * static_cast<uint64_t>(stride);
  }
  return offset;
}

std::optional<Cell> TensorMemory::read(ArrayRef<int64_t> coordinates) const {
  std::optional<uint64_t> offset = elementOffset(coordinates);
  if (!offset)
    return std::nullopt;
  unsigned width = bitWidth(element);
  uint64_t raw = 0;
  if (width % 8 == 0)
    std::memcpy(&raw, &bytes[*offset * (width / 8)], width / 8);
  else
    for (uint64_t bit = 0, at = *offset * width; bit < width; ++bit, ++at)
      raw |= static_cast<uint64_t>(bytes[at / 8] >> at % 8 & 1) << bit;
  return decode(element, raw);
}

void TensorMemory::write(ArrayRef<int64_t> coordinates, Cell value) const {
  std::optional<uint64_t> offset = elementOffset(coordinates);
  if (!offset)
    return;
  unsigned width = bitWidth(element);
  uint64_t raw = encode(element, value);
  if (width % 8 == 0) {
    std::memcpy(&bytes[*offset * (width / 8)], &raw, width / 8);
    return;
  }
  std::lock_guard<std::mutex> lock(*packed);
  for (uint64_t bit = 0, at = *offset * width; bit < width; ++bit, ++at) {
    auto mask = static_cast<uint8_t>(1u << at % 8);
    bytes[at / 8] = raw >> bit & 1 ? bytes[at / 8] | mask : bytes[at / 8] & ~mask;
  }
}

//===-- Walking tiles
//----------------------------------------------------------------------------------------===//

static int64_t sizeOf(ArrayRef<int64_t> shape) {
  int64_t size = 1;
  for (int64_t dim : shape)
    size *= dim;
  return size;
}

/// Calls `visit(coordinates, i)` for each element of a shape, in row-major order.
template <typename Visit> static void forEach(ArrayRef<int64_t> shape, Visit visit) {
  SmallVector<int64_t> coordinates(shape.size(), 0);
  for (int64_t i = 0, size = sizeOf(shape); i < size; ++i) {
    visit(ArrayRef<int64_t>(coordinates), static_cast<size_t>(i));
    for (size_t d = shape.size(); d-- > 0 && ++coordinates[d] == shape[d];)
      coordinates[d] = 0;
  }
}

static size_t rowMajor(ArrayRef<int64_t> shape, ArrayRef<int64_t> coordinates) {
  int64_t index = 0;
  for (auto [dim, coordinate] : llvm::zip_equal(shape, coordinates))
    index = index * dim + coordinate;
  return static_cast<size_t>(index);
}

/// Where tile coordinates lie in the tensor that `op` accesses.
template <typename AccessOp>
static SmallVector<int64_t> position(AccessOp op, ArrayRef<int64_t> base, ArrayRef<int64_t> coordinates) {
  SmallVector<int64_t> result(base);
  for (auto [d, coordinate] : llvm::enumerate(coordinates)) {
    int64_t &along = result[op.tensorDim(static_cast<unsigned>(d))];
    // A sum that overflows is outside: treat it so.
    if (llvm::AddOverflow(along, coordinate, along))
      along = -1;
  }
  return result;
}

//===-- Ops
//--------------------------------------------------------------------------------------------------===//

LogicalResult Program::runProgramId(kernel::ProgramIdOp op) {
  for (auto [result, id] : llvm::zip_equal(op.getIds(), ids))
    (void)define(result, {integer(id)});
  return success();
}

LogicalResult Program::runDim(kernel::DimOp op) {
  return define(op, {integer(tensorOf(op.getTensor()).dims[op.getDim()])});
}

static Cell numberOf(Attribute number) {
  if (auto real = dyn_cast_if_present<FloatAttr>(number))
    return decode(real.getType(), real.getValue().bitcastToAPInt().getZExtValue());
  return integer(number ? cast<IntegerAttr>(number).getValue().getSExtValue() : 0);
}

/// What kernel.load reads outside the tensor.
static Cell otherOf(kernel::LoadOp op, Type element) {
  Attribute other = op.getOtherAttr();
  bool isReal = isa_and_present<FloatAttr>(other), wantsReal = isa<FloatType>(element);
  Cell value = numberOf(other);
  if (isReal == wantsReal)
    return value;
  return wantsReal ? real(static_cast<double>(value.integer))
                   : convert(Float64Type::get(op.getContext()), element, value);
}

LogicalResult Program::runLoad(kernel::LoadOp op) {
  const TensorMemory &tensor = tensorOf(op.getTensor());
  SmallVector<int64_t> base = integersOf(op.getIndices());
  ArrayRef<int64_t> shape = op.getType().getShape();
  Cell other = otherOf(op, tensor.element);
  Cells cells(static_cast<size_t>(sizeOf(shape)));
  forEach(shape, [&](ArrayRef<int64_t> coordinates, size_t i) {
    cells[i] = tensor.read(position(op, base, coordinates)).value_or(other);
  });
  return define(op, std::move(cells));
}

LogicalResult Program::runStore(kernel::StoreOp op) {
  const TensorMemory &tensor = tensorOf(op.getTensor());
  const Cells &cells = cellsOf(op.getTile());
  SmallVector<int64_t> base = integersOf(op.getIndices());
  forEach(op.getTile().getType().getShape(), [&](ArrayRef<int64_t> coordinates, size_t i) {
    tensor.write(position(op, base, coordinates), cells[i]);
  });
  return success();
}

LogicalResult Program::runSplat(kernel::SplatOp op) {
  size_t size = static_cast<size_t>(sizeOf(op.getType().getShape()));
  return define(op, Cells(size, cellsOf(op.getScalar()).front()));
}

LogicalResult Program::runConstant(kernel::ConstantOp op) {
  Type f64 = Float64Type::get(op.getContext());
  Cell value = convert(f64, op.getType().getElementType(), real(op.getValue().convertToDouble()));
  return define(op, Cells(static_cast<size_t>(sizeOf(op.getType().getShape())), value));
}

LogicalResult Program::runIota(kernel::IotaOp op) {
  ArrayRef<int64_t> shape = op.getType().getShape();
  Cells cells(static_cast<size_t>(sizeOf(shape)));
  forEach(shape,
          [&](ArrayRef<int64_t> coordinates, size_t i) { cells[i] = integer(coordinates[op.getDim()]); });
  return define(op, std::move(cells));
}

LogicalResult Program::runBroadcast(kernel::BroadcastOp op) {
  const Cells &from = cellsOf(op.getTile());
  ArrayRef<int64_t> fromShape = op.getTile().getType().getShape(), shape = op.getType().getShape();
  Cells cells(static_cast<size_t>(sizeOf(shape)));
  forEach(shape, [&](ArrayRef<int64_t> coordinates, size_t i) {
    SmallVector<int64_t> source(coordinates);
    source.erase(source.begin() + op.getAlong());
    cells[i] = from[rowMajor(fromShape, source)];
  });
  return define(op, std::move(cells));
}

/// The sum, product, larger or smaller of two; a NaN wins.
static Cell combine(StringRef kind, bool isReal, Cell a, Cell b) {
  if (!isReal) {
    auto ua = static_cast<uint64_t>(a.integer), ub = static_cast<uint64_t>(b.integer);
    return kind == "sum"    ? integer(static_cast<int64_t>(ua + ub))
           : kind == "prod" ? integer(static_cast<int64_t>(ua * ub))
           : kind == "max"  ? integer(std::max(a.integer, b.integer))
                            : integer(std::min(a.integer, b.integer));
  }
  if (kind == "sum")
    return real(a.real + b.real);
  if (kind == "prod")
    return real(a.real * b.real);
  if (std::isnan(a.real) || std::isnan(b.real))
    return real(NAN);
  return real(kind == "max" ? std::fmax(a.real, b.real) : std::fmin(a.real, b.real));
}

LogicalResult Program::runReduce(kernel::ReduceOp op) {
  const Cells &from = cellsOf(op.getTile());
  ArrayRef<int64_t> shape = op.getTile().getType().getShape();
  Type element = op.getTile().getType().getElementType();
  SmallVector<int64_t> resultShape(shape);
  resultShape.erase(resultShape.begin() + op.getAlong());
  Cells cells(static_cast<size_t>(sizeOf(resultShape)));
  forEach(shape, [&](ArrayRef<int64_t> coordinates, size_t i) {
    SmallVector<int64_t> target(coordinates);
    target.erase(target.begin() + op.getAlong());
    Cell &cell = cells[rowMajor(resultShape, target)];
    bool first = coordinates[op.getAlong()] == 0;
    cell = first ? from[i] : round(element, combine(op.getKind(), isa<FloatType>(element), cell, from[i]));
  });
  return define(op.getResult(), std::move(cells));
}

LogicalResult Program::runTranspose(kernel::TransposeOp op) {
  const Cells &from = cellsOf(op.getTile());
  ArrayRef<int64_t> fromShape = op.getTile().getType().getShape(), shape = op.getType().getShape();
  Cells cells(from.size());
  forEach(shape, [&](ArrayRef<int64_t> coordinates, size_t i) {
    SmallVector<int64_t> source(coordinates.size());
    for (auto [d, fromDim] : llvm::enumerate(op.getPermutation()))
      source[static_cast<size_t>(fromDim)] = coordinates[d];
    cells[i] = from[rowMajor(fromShape, source)];
  });
  return define(op, std::move(cells));
}

LogicalResult Program::runMma(kernel::MmaOp op) {
  kernel::TileType typeA = op.getA().getType(), typeB = op.getB().getType(), typeAcc = op.getAcc().getType();
  Type acc = typeAcc.getElementType();
  bool isReal = isa<FloatType>(acc);
  if (isa<FloatType>(typeA.getElementType()) != isReal || isa<FloatType>(typeB.getElementType()) != isReal)
    return fail(op, "expects a, b and the accumulator to be all floats or all integers");
  size_t sizeM = typeA.getShape()[0], sizeK = typeA.getShape()[1], sizeN = typeB.getShape()[1];
  const Cells &a = cellsOf(op.getA()), &b = cellsOf(op.getB());
  const Cells *scaleA = op.getScaleA() ? &cellsOf(op.getScaleA()) : nullptr;
  const Cells *scaleB = op.getScaleB() ? &cellsOf(op.getScaleB()) : nullptr;
  Cells result = cellsOf(op.getAcc());
  for (size_t m = 0; m < sizeM; ++m)
    for (size_t n = 0; n < sizeN; ++n)
      for (size_t k = 0; k < sizeK; ++k) {
        Cell &sum = result[m * sizeN + n];
        Cell x = a[m * sizeK + k], y = b[k * sizeN + n];
        if (!isReal) {
          uint64_t product = static_cast<uint64_t>(x.integer) * static_cast<uint64_t>(y.integer);
          sum = round(acc, integer(static_cast<int64_t>(static_cast<uint64_t>(sum.integer) + product)));
          continue;
        }
        if (scaleA) {
          // Powers of two: exact.
          x.real *= (*scaleA)[m * (sizeK / 32) + k / 32].real;
          y.real *= (*scaleB)[k / 32 * sizeN + n].real;
        }
        sum = round(acc, real(std::fma(x.real, y.real, sum.real)));
      }
  return define(op, std::move(result));
}

LogicalResult Program::runRelayout(kernel::RelayoutOp op) { return define(op, cellsOf(op.getTile())); }
