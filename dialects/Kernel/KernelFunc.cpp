// kernel.func: its text form, and the parameters in angle brackets.
#include "dialects/Kernel/Kernel.h"

#include "mlir/Interfaces/FunctionImplementation.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace kiln::kernel;

static constexpr StringLiteral argumentNameAttr = "kernel.name";

static ParseResult parseOneOf(OpAsmParser &parser, StringRef &word, ArrayRef<StringRef> words) {
  SMLoc where = parser.getCurrentLocation();
  if (parser.parseKeyword(&word))
    return failure();
  if (llvm::is_contained(words, word))
    return success();
  return parser.emitError(where) << "expected one of " << llvm::join(words, ", ") << ", found '" << word << "'";
}

static ParseResult parseParamDefault(OpAsmParser &parser, StringRef kind, Attribute &value) {
  Builder &builder = parser.getBuilder();
  if (kind == "type") {
    Type type;
    if (parser.parseType(type))
      return failure();
    value = TypeAttr::get(type);
    return success();
  }
  if (kind == "bool") {
    StringRef word;
    if (parseOneOf(parser, word, {"true", "false"}))
      return failure();
    value = builder.getBoolAttr(word == "true");
    return success();
  }
  int64_t number;
  if (parser.parseInteger(number))
    return failure();
  value = builder.getIndexAttr(number);
  return success();
}

static ParseResult parseParams(OpAsmParser &parser, ArrayAttr &params) {
  SmallVector<Attribute> decls;
  if (succeeded(parser.parseOptionalLess())) {
    do {
      StringRef name, kind;
      Attribute value;
      if (parser.parseKeyword(&name) || parser.parseColon() || parseOneOf(parser, kind, {"index", "type", "bool"}))
        return failure();
      std::string kindText = kind.str();
      if (succeeded(parser.parseOptionalEqual()) && parseParamDefault(parser, kindText, value))
        return failure();
      Builder &builder = parser.getBuilder();
      decls.push_back(ParamDeclAttr::get(builder.getContext(), builder.getStringAttr(name),
                                         builder.getStringAttr(kindText), value));
    } while (succeeded(parser.parseOptionalComma()));
    if (parser.parseGreater())
      return failure();
  }
  params = parser.getBuilder().getArrayAttr(decls);
  return success();
}

ParseResult FuncOp::parse(OpAsmParser &parser, OperationState &result) {
  Builder &builder = parser.getBuilder();
  StringAttr name;
  ArrayAttr params;
  SmallVector<OpAsmParser::Argument> arguments;
  if (parser.parseSymbolName(name, getSymNameAttrName(result.name), result.attributes) || parseParams(parser, params) ||
      parser.parseArgumentList(arguments, OpAsmParser::Delimiter::Paren, /*allowType=*/true, /*allowAttrs=*/true) ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes))
    return failure();
  result.addAttribute(getParamsAttrName(result.name), params);
  SmallVector<Type> types;
  for (OpAsmParser::Argument &argument : arguments) {
    types.push_back(argument.type);
    // Launches and bundles speak of arguments by the names they have here.
    NamedAttrList attrs(argument.attrs);
    StringRef argumentName = argument.ssaName.name.drop_front();
    if (!attrs.get(argumentNameAttr) && !llvm::isDigit(argumentName.front()))
      attrs.set(argumentNameAttr, builder.getStringAttr(argumentName));
    argument.attrs = attrs.getDictionary(builder.getContext());
  }
  result.addAttribute(getFunctionTypeAttrName(result.name), TypeAttr::get(builder.getFunctionType(types, {})));
  call_interface_impl::addArgAndResultAttrs(builder, result, arguments, {}, getArgAttrsAttrName(result.name),
                                            getResAttrsAttrName(result.name));
  return parser.parseRegion(*result.addRegion(), arguments);
}

static void printParams(OpAsmPrinter &printer, ArrayAttr params) {
  if (params.empty())
    return;
  printer << "<";
  llvm::interleaveComma(params.getAsRange<ParamDeclAttr>(), printer, [&](ParamDeclAttr decl) {
    printer << decl.getName().getValue() << ": " << decl.getKind().getValue();
    if (auto type = dyn_cast_if_present<TypeAttr>(decl.getValue()))
      printer << " = " << type.getValue();
    else if (auto flag = dyn_cast_if_present<BoolAttr>(decl.getValue()))
      printer << " = " << (flag.getValue() ? "true" : "false");
    else if (auto number = dyn_cast_if_present<IntegerAttr>(decl.getValue()))
      printer << " = " << number.getInt();
  });
  printer << ">";
}

void FuncOp::print(OpAsmPrinter &printer) {
  printer << " ";
  printer.printSymbolName(getSymName());
  printParams(printer, getParams());
  printer << "(";
  for (BlockArgument argument : getBody().getArguments()) {
    if (argument.getArgNumber())
      printer << ", ";
    SmallVector<NamedAttribute> attrs;
    if (ArrayAttr all = getArgAttrsAttr())
      for (NamedAttribute attr : cast<DictionaryAttr>(all[argument.getArgNumber()]))
        if (attr.getName() != argumentNameAttr)
          attrs.push_back(attr);
    printer.printRegionArgument(argument, attrs);
  }
  printer << ")";
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(),
                                           {getSymNameAttrName(), getFunctionTypeAttrName(), getParamsAttrName(),
                                            getArgAttrsAttrName(), getResAttrsAttrName()});
  printer << " ";
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

std::string FuncOp::getArgumentName(unsigned index) {
  if (auto name = getArgAttrOfType<StringAttr>(index, argumentNameAttr))
    return name.str();
  return "arg" + std::to_string(index);
}

void FuncOp::getAsmBlockArgumentNames(Region &region, OpAsmSetValueNameFn setName) {
  for (BlockArgument argument : region.getArguments())
    setName(argument, getArgumentName(argument.getArgNumber()));
}

LogicalResult FuncOp::verify() {
  llvm::StringSet<> names;
  for (auto decl : getParams().getAsRange<ParamDeclAttr>()) {
    if (!names.insert(decl.getName().getValue()).second)
      return emitOpError() << "declares parameter '" << decl.getName().getValue() << "' twice";
    if (!llvm::is_contained({"index", "type", "bool"}, decl.getKind().getValue()))
      return emitOpError() << "expects parameters of kind index, type or bool, found '" << decl.getKind().getValue()
                           << "'";
  }
  if (!getResultTypes().empty())
    return emitOpError() << "expects no results, found " << getResultTypes().size();
  for (auto [i, type] : llvm::enumerate(getArgumentTypes()))
    if (!isa<TensorRefType, ParamType, FloatType, IntegerType, IndexType>(type))
      return emitOpError() << "expects argument " << i << " to be a tensor or a scalar, found " << type;
  if (getBody().empty() || !isa_and_present<ReturnOp>(getBody().front().getTerminator()))
    return emitOpError() << "expects a body that ends in kernel.return";
  unsigned grids = 0;
  getBody().walk([&](ProgramIdOp) { ++grids; });
  if (grids > 1)
    return emitOpError() << "expects at most one kernel.program_id, found " << grids;
  return success();
}

ParamDeclAttr FuncOp::getParam(StringRef name) {
  for (auto decl : getParams().getAsRange<ParamDeclAttr>())
    if (decl.getName() == name)
      return decl;
  return {};
}
