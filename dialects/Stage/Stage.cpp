#include "dialects/Stage/Stage.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/OpImplementation.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace kiln;
using namespace kiln::stage;

#include "dialects/Stage/StageDialect.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/Stage/StageTypes.cpp.inc"

#define GET_OP_CLASSES
#include "dialects/Stage/StageOps.cpp.inc"

void StageDialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/Stage/StageTypes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Stage/StageOps.cpp.inc"
      >();
}

static ParseResult parseSizes(AsmParser &parser, SmallVectorImpl<int64_t> &sizes) {
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square,
                                        [&]() -> ParseResult { return parser.parseInteger(sizes.emplace_back()); });
}

Type BufferType::parse(AsmParser &parser) {
  int64_t slots, pad = 0, replicas = 1;
  bool blocks = false;
  unsigned fastest = 0;
  SmallVector<int64_t> shape, swizzle;
  Type element;
  SMLoc where = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseInteger(slots) || parser.parseKeyword("x") || parseSizes(parser, shape) ||
      parser.parseComma() || parser.parseType(element) || parser.parseComma() || parser.parseKeyword("fastest") ||
      parser.parseEqual() || parser.parseInteger(fastest))
    return {};
  while (succeeded(parser.parseOptionalComma())) {
    if (succeeded(parser.parseOptionalKeyword("pad"))) {
      if (parser.parseEqual() || parser.parseInteger(pad))
        return {};
    } else if (succeeded(parser.parseOptionalKeyword("blocks"))) {
      blocks = true;
    } else if (succeeded(parser.parseOptionalKeyword("replicas"))) {
      if (parser.parseEqual() || parser.parseInteger(replicas))
        return {};
    } else if (parser.parseKeyword("swizzle") || parser.parseEqual() || parseSizes(parser, swizzle)) {
      return {};
    }
  }
  if (parser.parseGreater())
    return {};
  return parser.getChecked<BufferType>(where, parser.getContext(), slots, shape, element, fastest, pad,
                                       swizzle, replicas, blocks);
}

void BufferType::print(AsmPrinter &printer) const {
  printer << "<" << getSlots() << " x [";
  llvm::interleaveComma(getShape(), printer);
  printer << "], " << getElementType() << ", fastest = " << getFastest();
  if (getPad())
    printer << ", pad = " << getPad();
  if (!getSwizzle().empty()) {
    printer << ", swizzle = [";
    llvm::interleaveComma(getSwizzle(), printer);
    printer << "]";
  }
  if (getReplicas() != 1)
    printer << ", replicas = " << getReplicas();
  if (getBlocks())
    printer << ", blocks";
  printer << ">";
}

LogicalResult BufferType::verify(function_ref<InFlightDiagnostic()> emitError, int64_t slots,
                                 ArrayRef<int64_t> shape, Type elementType, unsigned fastest, int64_t pad,
                                 ArrayRef<int64_t> swizzle, int64_t replicas, bool blocks) {
  if (slots < 1 || replicas < 1 || shape.empty() || fastest >= shape.size())
    return emitError() << "expected one slot and replica or more and 'fastest' below the rank " << shape.size();
  if (!elementType.isIntOrFloat())
    return emitError() << "expected an integer or float element type, found " << elementType;
  if (blocks && (elementType.getIntOrFloatBitWidth() != 6 || shape[fastest] % 32 || pad))
    return emitError() << "expected blocks to be of 6-bit elements in rows of a multiple of 32, found "
                       << elementType << " in rows of " << shape[fastest];
  if (!swizzle.empty() && pad)
    return emitError() << "expected either a swizzle or padding, found both";
  for (int64_t mask : swizzle)
    if (mask < 0 || mask >= shape[fastest])
      return emitError() << "expected the swizzle's masks below " << shape[fastest] << ", found " << mask;
  return success();
}

unsigned BufferType::getElementBits() const {
  return getBlocks() ? 8 : getElementType().getIntOrFloatBitWidth();
}

int64_t BufferType::getSlotBytes() const {
  int64_t elements = getReplicas();
  for (auto [d, size] : llvm::enumerate(getShape()))
    elements *= d == getFastest() ? size + getPad() : size;
  return llvm::alignTo(llvm::divideCeil(elements * getElementBits(), 8), 16);
}

int64_t BufferType::getAlignment() const {
  int64_t bits = getElementBits();
  int64_t rowBits = (getShape()[getFastest()] + getPad()) * bits;
  int64_t rowBytes = getShape().size() == 1 ? 16 : std::max<int64_t>(1, rowBits / 8);
  // A swizzle keeps together what no mask moves.
  int64_t limit = 16;
  for (int64_t mask : getSwizzle())
    if (mask)
      limit = std::min<int64_t>(limit, std::max<int64_t>(1, (mask & -mask) * bits / 8));
  return std::min<int64_t>({16, rowBytes & -rowBytes, limit});
}

int64_t BufferType::getElementOffset(ArrayRef<int64_t> coordinates) const {
  int64_t row = 0;
  for (auto [d, size] : llvm::enumerate(getShape()))
    if (d != getFastest())
      row = row * size + coordinates[d];
  int64_t column = coordinates[getFastest()];
  for (auto [bit, mask] : llvm::enumerate(getSwizzle()))
    if (row >> bit & 1)
      column ^= mask;
  return row * (getShape()[getFastest()] + getPad()) + column;
}

LogicalResult JoinOp::verify() {
  kernel::TileType whole = getTile().getType();
  if (getParts().empty())
    return emitOpError() << "expects parts, found none";
  auto part = cast<kernel::TileType>(getParts()[0].getType());
  bool divides =
      part.getShape().size() == whole.getShape().size() && part.getElementType() == whole.getElementType();
  int64_t count = 1;
  for (unsigned d = 0; divides && d < whole.getShape().size(); ++d) {
    divides = whole.getShape()[d] % part.getShape()[d] == 0;
    count *= whole.getShape()[d] / part.getShape()[d];
  }
  if (!divides || count != static_cast<int64_t>(getParts().size()))
    return emitOpError() << "expects the parts of " << whole << ", found " << getParts().size() << " of "
                         << part;
  return success();
}
