// What each op demands of its operands.
#include "dialects/Kernel/Kernel.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace kiln::kernel;

#define GET_OP_CLASSES
#include "dialects/Kernel/KernelOps.cpp.inc"

/// A tile's dimension as text, for messages and for comparing parametric dimensions.
static std::string dimText(TileType type, unsigned d) {
  if (!type.getSymbols().empty() && !type.getSymbols()[d].empty())
    return type.getSymbols()[d].str();
  return std::to_string(type.getShape()[d]);
}

static LogicalResult expectSameDim(Operation *op, StringRef what, TileType a, unsigned da, TileType b, unsigned db) {
  std::string left = dimText(a, da), right = dimText(b, db);
  if (left == right)
    return success();
  return op->emitOpError() << "expects " << what << " to agree, found " << left << " and " << right;
}

LogicalResult ParamOp::verify() {
  auto func = (*this)->getParentOfType<FuncOp>();
  if (!func)
    return success();
  ParamDeclAttr decl = func.getParam(getName());
  if (!decl)
    return emitOpError() << "names '" << getName() << "', which is no parameter of @" << func.getSymName();
  StringRef kind = decl.getKind().getValue();
  if (kind == "type")
    return emitOpError() << "names '" << getName() << "', a type parameter, which has no value";
  if ((kind == "index") != getType().isIndex())
    return emitOpError() << "expects result type " << (kind == "index" ? "index" : "i1") << " for the " << kind
                         << " parameter '" << getName() << "', found " << getType();
  return success();
}

LogicalResult DimOp::verify() {
  if (getDim() >= getTensor().getType().getRank())
    return emitOpError() << "expects a dimension below " << getTensor().getType().getRank() << ", found " << getDim();
  return success();
}

ParseResult ProgramIdOp::parse(OpAsmParser &parser, OperationState &result) {
  SmallVector<OpAsmParser::UnresolvedOperand> grid;
  Type index = parser.getBuilder().getIndexType();
  if (parser.parseKeyword("grid") || parser.parseOperandList(grid, OpAsmParser::Delimiter::Paren) ||
      parser.parseOptionalAttrDict(result.attributes) || parser.resolveOperands(grid, index, result.operands))
    return failure();
  result.addTypes(SmallVector<Type>(grid.size(), index));
  return success();
}

void ProgramIdOp::print(OpAsmPrinter &printer) {
  printer << " grid(" << getGrid() << ")";
  printer.printOptionalAttrDict((*this)->getAttrs());
}

LogicalResult ProgramIdOp::verify() {
  if (getGrid().empty() || getGrid().size() > 3)
    return emitOpError() << "expects one to three grid sizes, found " << getGrid().size();
  if (getIds().size() != getGrid().size())
    return emitOpError() << "expects " << getGrid().size() << " results, found " << getIds().size();
  return success();
}

static LogicalResult verifyAccess(Operation *op, TensorRefType tensor, TileType tile, OperandRange indices,
                                  std::optional<ArrayRef<int64_t>> dims) {
  if (indices.size() != tensor.getRank())
    return op->emitOpError() << "expects " << tensor.getRank() << " indices, one per tensor dimension, found "
                             << indices.size();
  if (tile.getShape().size() > tensor.getRank())
    return op->emitOpError() << "expects a tile of rank " << tensor.getRank() << " or less, found "
                             << tile.getShape().size();
  if (tile.getElementType() != tensor.getElementType())
    return op->emitOpError() << "expects tile and tensor of one element type, found " << tile << " and " << tensor
                             << "; use kernel.convert";
  if (!dims)
    return success();
  if (dims->size() != tile.getShape().size())
    return op->emitOpError() << "expects 'dims' to name " << tile.getShape().size() << " dimensions, found "
                             << dims->size();
  for (auto [i, dim] : llvm::enumerate(*dims))
    if (dim < 0 || dim >= tensor.getRank() || (i && dim <= (*dims)[i - 1]))
      return op->emitOpError() << "expects 'dims' to be rising tensor dimensions below " << tensor.getRank();
  return success();
}

static unsigned tensorDimension(std::optional<ArrayRef<int64_t>> dims, TensorRefType tensor, TileType tile, unsigned d) {
  return dims ? (*dims)[d] : tensor.getRank() - tile.getShape().size() + d;
}

unsigned LoadOp::tensorDim(unsigned d) { return tensorDimension(getDims(), getTensor().getType(), getType(), d); }
unsigned StoreOp::tensorDim(unsigned d) {
  return tensorDimension(getDims(), getTensor().getType(), getTile().getType(), d);
}

LogicalResult LoadOp::verify() {
  if (failed(verifyAccess(*this, getTensor().getType(), getType(), getIndices(), getDims())))
    return failure();
  if (Attribute other = getOtherAttr())
    if (!isa<FloatAttr, IntegerAttr>(other))
      return emitOpError() << "expects 'other' to be a number, found " << other;
  return success();
}

LogicalResult StoreOp::verify() {
  return verifyAccess(*this, getTensor().getType(), getTile().getType(), getIndices(), getDims());
}

LogicalResult SplatOp::verify() {
  if (getScalar().getType() != getType().getElementType())
    return emitOpError() << "expects a scalar of type " << getType().getElementType() << ", found "
                         << getScalar().getType();
  return success();
}

LogicalResult IotaOp::verify() {
  if (getDim() >= getType().getShape().size())
    return emitOpError() << "expects a dimension below " << getType().getShape().size() << ", found " << getDim();
  if (!getType().getElementType().isIntOrIndex())
    return emitOpError() << "expects an integer element type, found " << getType().getElementType();
  return success();
}

LogicalResult BroadcastOp::verify() {
  TileType from = getTile().getType(), to = getType();
  if (to.getShape().size() != from.getShape().size() + 1 || getAlong() >= to.getShape().size())
    return emitOpError() << "expects a result of rank " << from.getShape().size() + 1 << " and 'along' below it";
  if (from.getElementType() != to.getElementType())
    return emitOpError() << "expects one element type, found " << from.getElementType() << " and "
                         << to.getElementType();
  for (unsigned d = 0, r = 0; d < to.getShape().size(); ++d)
    if (d != getAlong() && failed(expectSameDim(*this, "the other dimensions", from, r++, to, d)))
      return failure();
  return success();
}

LogicalResult ReduceOp::verify() {
  if (!llvm::is_contained({"sum", "max", "min", "prod"}, getKind()))
    return emitOpError() << "expects kind \"sum\", \"max\", \"min\" or \"prod\", found \"" << getKind() << "\"";
  TileType from = getTile().getType();
  unsigned rank = from.getShape().size();
  if (getAlong() >= rank)
    return emitOpError() << "expects 'along' below " << rank << ", found " << getAlong();
  if (rank == 1) {
    if (getType() != from.getElementType())
      return emitOpError() << "expects a scalar " << from.getElementType() << " as result of a rank-1 tile, found "
                           << getType();
    return success();
  }
  auto to = dyn_cast<TileType>(getType());
  if (!to || to.getShape().size() != rank - 1 || to.getElementType() != from.getElementType())
    return emitOpError() << "expects a tile of rank " << rank - 1 << " and element type " << from.getElementType()
                         << " as result, found " << getType();
  for (unsigned d = 0, r = 0; d < rank; ++d)
    if (d != getAlong() && failed(expectSameDim(*this, "the remaining dimensions", from, d, to, r++)))
      return failure();
  return success();
}

LogicalResult TransposeOp::verify() {
  TileType from = getTile().getType(), to = getType();
  ArrayRef<int64_t> permutation = getPermutation();
  SmallVector<int64_t> sorted(permutation);
  llvm::sort(sorted);
  bool complete = permutation.size() == from.getShape().size() && to.getShape().size() == permutation.size();
  for (auto [i, d] : llvm::enumerate(sorted))
    complete &= d == static_cast<int64_t>(i);
  if (!complete)
    return emitOpError() << "expects a permutation of the " << from.getShape().size() << " dimensions";
  if (from.getElementType() != to.getElementType())
    return emitOpError() << "expects one element type, found " << from.getElementType() << " and "
                         << to.getElementType();
  for (auto [i, d] : llvm::enumerate(permutation))
    if (failed(expectSameDim(*this, "permuted dimensions", from, d, to, i)))
      return failure();
  return success();
}

LogicalResult ConvertOp::verify() {
  auto from = dyn_cast<TileType>(getValue().getType()), to = dyn_cast<TileType>(getType());
  if (static_cast<bool>(from) != static_cast<bool>(to))
    return emitOpError() << "expects tile to tile or scalar to scalar, found " << getValue().getType() << " and "
                         << getType();
  if (!from)
    return success();
  if (from.getShape().size() != to.getShape().size())
    return emitOpError() << "expects equal shapes, found " << from << " and " << to;
  for (unsigned d = 0; d < from.getShape().size(); ++d)
    if (failed(expectSameDim(*this, "shapes", from, d, to, d)))
      return failure();
  return success();
}

LogicalResult SelectOp::verify() {
  TileType condition = getCondition().getType(), to = getType();
  if (!condition.getElementType().isSignlessInteger(1))
    return emitOpError() << "expects a condition of i1 elements, found " << condition.getElementType();
  if (condition.getShape().size() != to.getShape().size())
    return emitOpError() << "expects equal shapes, found " << condition << " and " << to;
  for (unsigned d = 0; d < to.getShape().size(); ++d)
    if (failed(expectSameDim(*this, "shapes", condition, d, to, d)))
      return failure();
  return success();
}

LogicalResult MmaOp::verify() {
  TileType a = getA().getType(), b = getB().getType(), acc = getAcc().getType();
  for (auto [name, type] : {std::pair<StringRef, TileType>{"a", a}, {"b", b}, {"the accumulator", acc}})
    if (type.getShape().size() != 2)
      return emitOpError() << "expects " << name << " of rank 2, found " << type;
  if (failed(expectSameDim(*this, "K of a and b", a, 1, b, 0)) ||
      failed(expectSameDim(*this, "M of a and the accumulator", a, 0, acc, 0)) ||
      failed(expectSameDim(*this, "N of b and the accumulator", b, 1, acc, 1)))
    return failure();
  if (!getScaleA())
    return success();
  TileType sa = getScaleA().getType(), sb = getScaleB().getType();
  for (TileType scale : {sa, sb})
    if (!isa<Float8E8M0FNUType>(scale.getElementType()) || scale.getShape().size() != 2)
      return emitOpError() << "expects scales to be rank-2 tiles of f8E8M0FNU, found " << scale;
  if (failed(expectSameDim(*this, "M of a and its scales", a, 0, sa, 0)) ||
      failed(expectSameDim(*this, "N of b and its scales", b, 1, sb, 1)) ||
      failed(expectSameDim(*this, "K / 32 of both scales", sa, 1, sb, 0)))
    return failure();
  if (!a.isParametric() && !sa.isParametric() && sa.getShape()[1] * 32 != a.getShape()[1])
    return emitOpError() << "expects one scale per 32 elements along K, " << a.getShape()[1] / 32 << " of them, found "
                         << sa.getShape()[1];
  return success();
}

LogicalResult RelayoutOp::verify() {
  TileType from = getTile().getType(), to = getType();
  if (from.getShape() != to.getShape() || from.getElementType() != to.getElementType())
    return emitOpError() << "expects one shape and element type, found " << from << " and " << to;
  return success();
}
