// Types and attributes: their text form and their invariants.
#include "dialects/Kernel/Kernel.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace kiln::kernel;

#define GET_ATTRDEF_CLASSES
#include "dialects/Kernel/KernelAttrs.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/Kernel/KernelTypes.cpp.inc"

void KernelDialect::registerTypesAndAttributes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialects/Kernel/KernelTypes.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Kernel/KernelAttrs.cpp.inc"
      >();
}

// A dimension is an integer, `?`, or a product or quotient of names and integers. Its canonical text becomes the symbol.
static ParseResult parseDimension(AsmParser &parser, bool dynamicAllowed, int64_t &size, StringAttr &symbol) {
  size = ShapedType::kDynamic;
  symbol = StringAttr::get(parser.getContext());
  if (dynamicAllowed && succeeded(parser.parseOptionalQuestion()))
    return success();
  std::string text;
  bool symbolic = false;
  auto parseTerm = [&]() -> ParseResult {
    int64_t value;
    OptionalParseResult integer = parser.parseOptionalInteger(value);
    if (integer.has_value()) {
      text += std::to_string(value);
      size = value;
      return *integer;
    }
    StringRef name;
    if (parser.parseKeyword(&name))
      return failure();
    text += name;
    symbolic = true;
    return success();
  };
  if (parseTerm())
    return failure();
  while (true) {
    if (succeeded(parser.parseOptionalStar()))
      text += " * ";
    else if (succeeded(parser.parseOptionalSlash()))
      text += " / ";
    else
      break;
    symbolic = true;
    if (parseTerm())
      return failure();
  }
  if (symbolic) {
    symbol = StringAttr::get(parser.getContext(), text);
    size = ShapedType::kDynamic;
  }
  return success();
}

static ParseResult parseDimensions(AsmParser &parser, bool dynamicAllowed, SmallVectorImpl<int64_t> &shape,
                                   SmallVectorImpl<StringAttr> &symbols) {
  bool anySymbol = false;
  if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&]() -> ParseResult {
        if (parseDimension(parser, dynamicAllowed, shape.emplace_back(), symbols.emplace_back()))
          return failure();
        anySymbol |= !symbols.back().empty();
        return success();
      }))
    return failure();
  if (!anySymbol)
    symbols.clear();
  return success();
}

static void printDimensions(AsmPrinter &printer, ArrayRef<int64_t> shape, ArrayRef<StringAttr> symbols) {
  printer << "[";
  for (auto [i, size] : llvm::enumerate(shape)) {
    if (i)
      printer << ", ";
    if (!symbols.empty() && !symbols[i].empty())
      printer << symbols[i].getValue();
    else if (size == ShapedType::kDynamic)
      printer << "?";
    else
      printer << size;
  }
  printer << "]";
}

/// An element type: any type, or the bare name of a type parameter.
static ParseResult parseElementType(AsmParser &parser, Type &type) {
  OptionalParseResult known = parser.parseOptionalType(type);
  if (known.has_value())
    return *known;
  StringRef name;
  if (parser.parseKeyword(&name))
    return failure();
  type = ParamType::get(parser.getContext(), StringAttr::get(parser.getContext(), name));
  return success();
}

static void printElementType(AsmPrinter &printer, Type type) {
  if (auto param = dyn_cast<ParamType>(type))
    printer << param.getName().getValue();
  else
    printer << type;
}

static LogicalResult verifyShape(function_ref<InFlightDiagnostic()> emitError, ArrayRef<int64_t> shape,
                                 ArrayRef<StringAttr> symbols) {
  for (auto [i, size] : llvm::enumerate(shape))
    if (size != ShapedType::kDynamic && size < 1)
      return emitError() << "expected dimension " << i << " to be 1 or more, found " << size;
  if (!symbols.empty() && symbols.size() != shape.size())
    return emitError() << "expected " << shape.size() << " dimension names, found " << symbols.size();
  return success();
}

static LogicalResult verifyElementType(function_ref<InFlightDiagnostic()> emitError, Type type) {
  if (!isa<FloatType, ParamType, IndexType>(type) && !type.isSignlessInteger())
    return emitError() << "expected a float, a signless integer, index or a type parameter as element type, found "
                       << type;
  if (type.isIntOrFloat() && !llvm::is_contained({1, 4, 6, 8, 16, 32, 64}, type.getIntOrFloatBitWidth()))
    return emitError() << "expected elements of 1, 4, 6, 8, 16, 32 or 64 bits, found " << type;
  return success();
}

//===-- param ------------------------------------------------------------------------------------------------===//

Type ParamType::parse(AsmParser &parser) {
  StringRef name;
  if (parser.parseLess() || parser.parseKeyword(&name) || parser.parseGreater())
    return {};
  return get(parser.getContext(), StringAttr::get(parser.getContext(), name));
}

void ParamType::print(AsmPrinter &printer) const { printer << "<" << getName().getValue() << ">"; }

//===-- tile -------------------------------------------------------------------------------------------------===//

Type TileType::parse(AsmParser &parser) {
  SmallVector<int64_t> shape;
  SmallVector<StringAttr> symbols;
  Type element;
  Attribute layout;
  SMLoc where = parser.getCurrentLocation();
  if (parser.parseLess() || parseDimensions(parser, /*dynamicAllowed=*/false, shape, symbols) || parser.parseComma() ||
      parseElementType(parser, element))
    return {};
  if (succeeded(parser.parseOptionalComma()) && parser.parseAttribute(layout))
    return {};
  if (parser.parseGreater())
    return {};
  return parser.getChecked<TileType>(where, parser.getContext(), shape, symbols, element, layout);
}

void TileType::print(AsmPrinter &printer) const {
  printer << "<";
  printDimensions(printer, getShape(), getSymbols());
  printer << ", ";
  printElementType(printer, getElementType());
  if (getLayout())
    printer << ", " << getLayout();
  printer << ">";
}

LogicalResult TileType::verify(function_ref<InFlightDiagnostic()> emitError, ArrayRef<int64_t> shape,
                               ArrayRef<StringAttr> symbols, Type elementType, Attribute layout) {
  if (shape.empty())
    return emitError() << "expected a tile of rank 1 or more; a single value is a scalar";
  if (failed(verifyShape(emitError, shape, symbols)) || failed(verifyElementType(emitError, elementType)))
    return failure();
  for (auto [i, size] : llvm::enumerate(shape)) {
    if (size == ShapedType::kDynamic && (symbols.empty() || symbols[i].empty()))
      return emitError() << "expected a tile dimension to be an integer or a parameter, found '?'";
    if (size != ShapedType::kDynamic && !llvm::isPowerOf2_64(size))
      return emitError() << "expected tile dimension " << i << " to be a power of two, found " << size;
  }
  if (layout && !isa<layout::SharedAttr>(layout)) {
    auto linear = dyn_cast<layout::LinearAttr>(layout);
    if (!linear)
      return emitError() << "expected a #layout.linear or #layout.shared, found " << layout;
    if (linear.getRank() != shape.size())
      return emitError() << "expected a layout of rank " << shape.size() << ", found " << linear.getRank();
  }
  return success();
}

TileType TileType::cloneWith(std::optional<ArrayRef<int64_t>> shape, Type elementType) const {
  if (shape)
    return get(getContext(), *shape, ArrayRef<StringAttr>(), elementType, Attribute());
  return get(getContext(), getShape(), getSymbols(), elementType, getLayout());
}

TileType TileType::withLayout(Attribute layout) const {
  return get(getContext(), getShape(), getSymbols(), getElementType(), layout);
}

bool TileType::isParametric() const { return !getSymbols().empty() || isa<ParamType>(getElementType()); }

//===-- tensor -----------------------------------------------------------------------------------------------===//

Type TensorRefType::parse(AsmParser &parser) {
  SmallVector<int64_t> shape, strides;
  SmallVector<StringAttr> symbols;
  Type element;
  Attribute align;
  SMLoc where = parser.getCurrentLocation();
  if (parser.parseLess() || parseDimensions(parser, /*dynamicAllowed=*/true, shape, symbols) || parser.parseComma() ||
      parseElementType(parser, element))
    return {};
  while (succeeded(parser.parseOptionalComma())) {
    if (succeeded(parser.parseOptionalKeyword("strides"))) {
      auto parseStride = [&]() -> ParseResult {
        strides.push_back(ShapedType::kDynamic);
        return succeeded(parser.parseOptionalQuestion()) ? success() : parser.parseInteger(strides.back());
      };
      if (parser.parseEqual() || parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseStride))
        return {};
      continue;
    }
    int64_t bytes;
    StringAttr symbol;
    if (parser.parseKeyword("align", " or 'strides'") || parser.parseEqual() ||
        parseDimension(parser, /*dynamicAllowed=*/false, bytes, symbol))
      return {};
    align = symbol.empty() ? Attribute(parser.getBuilder().getI64IntegerAttr(bytes)) : Attribute(symbol);
  }
  if (parser.parseGreater())
    return {};
  return parser.getChecked<TensorRefType>(where, parser.getContext(), shape, symbols, element, strides, align);
}

void TensorRefType::print(AsmPrinter &printer) const {
  printer << "<";
  printDimensions(printer, getShape(), getSymbols());
  printer << ", ";
  printElementType(printer, getElementType());
  if (!getStrides().empty()) {
    printer << ", strides = ";
    printDimensions(printer, getStrides(), {});
  }
  if (auto bytes = dyn_cast_if_present<IntegerAttr>(getAlign()))
    printer << ", align = " << bytes.getInt();
  else if (auto symbol = dyn_cast_if_present<StringAttr>(getAlign()))
    printer << ", align = " << symbol.getValue();
  printer << ">";
}

LogicalResult TensorRefType::verify(function_ref<InFlightDiagnostic()> emitError, ArrayRef<int64_t> shape,
                                 ArrayRef<StringAttr> symbols, Type elementType, ArrayRef<int64_t> strides,
                                 Attribute align) {
  if (shape.empty())
    return emitError() << "expected a tensor of rank 1 or more";
  if (elementType.isIndex())
    return emitError() << "expected elements that have a size in memory, found " << elementType << " (use i32 or i64)";
  if (failed(verifyShape(emitError, shape, symbols)) || failed(verifyElementType(emitError, elementType)))
    return failure();
  if (!strides.empty() && strides.size() != shape.size())
    return emitError() << "expected " << shape.size() << " strides, found " << strides.size();
  for (int64_t stride : strides)
    if (stride != ShapedType::kDynamic && stride < 0)
      return emitError() << "expected strides of 0 or more, found " << stride;
  if (auto bytes = dyn_cast_if_present<IntegerAttr>(align))
    if (!llvm::isPowerOf2_64(bytes.getInt()))
      return emitError() << "expected 'align' to be a power of two, found " << bytes.getInt();
  return success();
}

bool TensorRefType::isParametric() const {
  return !getSymbols().empty() || isa<ParamType>(getElementType()) || isa_and_present<StringAttr>(getAlign());
}

int64_t TensorRefType::getAlignBytes() const {
  auto bytes = dyn_cast_if_present<IntegerAttr>(getAlign());
  return bytes ? bytes.getInt() : 1;
}
