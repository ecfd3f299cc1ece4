#include "dialects/Layout/Layout.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace kiln::layout;

#include "dialects/Layout/LayoutDialect.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Layout/LayoutAttrs.cpp.inc"

void LayoutDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Layout/LayoutAttrs.cpp.inc"
      >();
}

/// Parses `name = [[c, ...], ...]` and appends the coordinates, `rank` of them per basis vector.
static ParseResult parseBases(AsmParser &parser, StringRef name, unsigned rank, SmallVectorImpl<int32_t> &bases) {
  auto parseVector = [&]() -> ParseResult {
    SMLoc where = parser.getCurrentLocation();
    size_t before = bases.size();
    auto parseCoordinate = [&]() -> ParseResult { return parser.parseInteger(bases.emplace_back()); };
    if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseCoordinate))
      return failure();
    if (bases.size() - before != rank)
      return parser.emitError(where) << "expected " << rank << " coordinates per basis vector, found "
                                     << bases.size() - before;
    return success();
  };
  return failure(parser.parseKeyword(name) || parser.parseEqual() ||
                 parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseVector));
}

Attribute LinearAttr::parse(AsmParser &parser, Type) {
  unsigned rank = 0;
  SmallVector<int32_t> reg, lane, wave;
  SMLoc where = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseInteger(rank) || parser.parseComma() ||
      parseBases(parser, "reg", rank, reg) || parser.parseComma() || parseBases(parser, "lane", rank, lane))
    return {};
  if (succeeded(parser.parseOptionalComma()) && parseBases(parser, "wave", rank, wave))
    return {};
  if (parser.parseGreater())
    return {};
  return parser.getChecked<LinearAttr>(where, parser.getContext(), rank, reg, lane, wave);
}

static void printBases(AsmPrinter &printer, StringRef name, unsigned rank, ArrayRef<int32_t> bases) {
  printer << ", " << name << " = [";
  for (size_t i = 0; i < bases.size(); i += rank) {
    printer << (i ? ", [" : "[");
    llvm::interleaveComma(bases.slice(i, rank), printer.getStream());
    printer << "]";
  }
  printer << "]";
}

void LinearAttr::print(AsmPrinter &printer) const {
  printer << "<" << getRank();
  printBases(printer, "reg", getRank(), getReg());
  printBases(printer, "lane", getRank(), getLane());
  if (!getWave().empty())
    printBases(printer, "wave", getRank(), getWave());
  printer << ">";
}

LogicalResult LinearAttr::verify(function_ref<InFlightDiagnostic()> emitError, unsigned rank, ArrayRef<int32_t> reg,
                                 ArrayRef<int32_t> lane, ArrayRef<int32_t> wave) {
  if (rank == 0)
    return emitError() << "expected a layout of rank 1 or more, found 0";
  for (ArrayRef<int32_t> bases : {reg, lane, wave})
    for (int32_t coordinate : bases)
      if (coordinate < 0)
        return emitError() << "expected coordinates of 0 or more, found " << coordinate;
  return success();
}

static LinearLayout::Bases unflatten(ArrayRef<int32_t> flat, unsigned rank) {
  LinearLayout::Bases bases;
  for (size_t i = 0; i < flat.size(); i += rank)
    bases.emplace_back(flat.begin() + i, flat.begin() + i + rank);
  return bases;
}

LinearLayout LinearAttr::toLinear(ArrayRef<int64_t> sizes) const {
  return LinearLayout({{"register", unflatten(getReg(), getRank())},
                       {"lane", unflatten(getLane(), getRank())},
                       {"wave", unflatten(getWave(), getRank())}},
                      SmallVector<int64_t>(sizes));
}

LinearAttr LinearAttr::get(MLIRContext *context, const LinearLayout &layout) {
  SmallVector<int32_t> reg, lane, wave;
  for (const LinearLayout::Input &input : layout.inputs()) {
    SmallVector<int32_t> &flat = input.name == "register" ? reg : input.name == "lane" ? lane : wave;
    for (const auto &basis : input.bases)
      flat.append(basis.begin(), basis.end());
  }
  return Base::get(context, layout.outputRank(), ArrayRef<int32_t>(reg), ArrayRef<int32_t>(lane), ArrayRef<int32_t>(wave));
}
