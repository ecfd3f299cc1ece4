#include "dialects/Kernel/Specialize.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace kiln;
using namespace kiln::kernel;

FailureOr<std::optional<int64_t>> kernel::evaluateDimension(StringRef text, const ParamValues &values,
                                                            function_ref<InFlightDiagnostic()> emitError) {
  SmallVector<StringRef> words;
  text.split(words, ' ');
  std::optional<int64_t> result;
  for (size_t i = 0; i < words.size(); i += 2) {
    int64_t term;
    if (words[i].getAsInteger(10, term)) {
      auto found = values.find(words[i]);
      if (found == values.end())
        return std::optional<int64_t>();
      auto number = dyn_cast<IntegerAttr>(found->second);
      if (!number)
        return emitError() << "'" << words[i] << "' in dimension '" << text << "' is not an index parameter", failure();
      term = number.getInt();
    }
    if (!result) {
      result = term;
    } else if (words[i - 1] == "*") {
      if (llvm::MulOverflow(*result, term, *result))
        return emitError() << "dimension '" << text << "' does not fit in 64 bits", failure();
    } else {
      if (term == 0 || *result % term != 0)
        return emitError() << "dimension '" << text << "' does not divide: " << *result << " / " << term, failure();
      result = *result / term;
    }
  }
  return result;
}

namespace {
/// Replaces parameters in types. The first error is kept in `failed`.
struct TypeBinder {
  const ParamValues &values;
  function_ref<InFlightDiagnostic()> emitError;
  bool failed = false;

  Type bindElement(Type type) {
    auto param = dyn_cast<ParamType>(type);
    if (!param)
      return type;
    auto found = values.find(param.getName().getValue());
    if (found == values.end())
      return type;
    if (auto bound = dyn_cast<TypeAttr>(found->second))
      return bound.getValue();
    emitError() << "'" << param.getName().getValue() << "' is used as an element type but is not a type parameter";
    failed = true;
    return type;
  }

  bool bindShape(SmallVectorImpl<int64_t> &shape, SmallVectorImpl<StringAttr> &symbols) {
    bool left = false;
    for (auto [size, symbol] : llvm::zip(shape, symbols)) {
      if (symbol.empty())
        continue;
      FailureOr<std::optional<int64_t>> value = evaluateDimension(symbol, values, emitError);
      if (mlir::failed(value)) {
        failed = true;
      } else if (*value) {
        size = **value;
        symbol = StringAttr::get(symbol.getContext());
      }
      left |= !symbol.empty();
    }
    if (!left)
      symbols.clear();
    return !failed;
  }

  std::optional<Type> bind(Type type) {
    if (isa<ParamType>(type))
      return bindElement(type);
    if (auto tile = dyn_cast<TileType>(type)) {
      SmallVector<int64_t> shape(tile.getShape());
      SmallVector<StringAttr> symbols(tile.getSymbols());
      Type element = bindElement(tile.getElementType());
      if (!bindShape(shape, symbols))
        return type;
      return checked<TileType>(type, ArrayRef<int64_t>(shape), ArrayRef<StringAttr>(symbols), element,
                               tile.getLayout());
    }
    if (auto tensor = dyn_cast<TensorRefType>(type)) {
      SmallVector<int64_t> shape(tensor.getShape());
      SmallVector<StringAttr> symbols(tensor.getSymbols());
      Type element = bindElement(tensor.getElementType());
      Attribute align = tensor.getAlign();
      if (auto symbol = dyn_cast_if_present<StringAttr>(align)) {
        FailureOr<std::optional<int64_t>> bytes = evaluateDimension(symbol, values, emitError);
        failed |= mlir::failed(bytes);
        if (succeeded(bytes) && *bytes)
          align = IntegerAttr::get(IntegerType::get(type.getContext(), 64), **bytes);
      }
      if (!bindShape(shape, symbols))
        return type;
      return checked<TensorRefType>(type, ArrayRef<int64_t>(shape), ArrayRef<StringAttr>(symbols), element,
                                    tensor.getStrides(), align);
    }
    return std::nullopt;
  }

  template <typename T, typename... Args> Type checked(Type old, Args &&...args) {
    Type bound = T::getChecked(emitError, old.getContext(), args...);
    failed |= !bound;
    return bound ? bound : old;
  }
};
} // namespace

static LogicalResult checkValue(FuncOp func, StringRef name, Attribute value) {
  ParamDeclAttr decl = func.getParam(name);
  if (!decl) {
    InFlightDiagnostic diag = func.emitError() << "@" << func.getSymName() << " has no parameter '" << name << "'; it has ";
    llvm::interleaveComma(func.getParams().getAsRange<ParamDeclAttr>(), diag,
                          [&](ParamDeclAttr other) { diag << other.getName().getValue(); });
    return diag;
  }
  StringRef kind = decl.getKind().getValue();
  bool matches = kind == "type"   ? isa<TypeAttr>(value)
                 : kind == "bool" ? isa<BoolAttr>(value)
                                  : isa<IntegerAttr>(value) && !isa<BoolAttr>(value);
  if (!matches)
    return func.emitError() << "parameter '" << name << "' is of kind " << kind << ", found " << value;
  return success();
}

static void replaceParamOps(FuncOp func, const ParamValues &values) {
  func.walk([&](ParamOp op) {
    auto found = values.find(op.getName());
    if (found == values.end())
      return;
    OpBuilder builder(op);
    auto number = cast<IntegerAttr>(found->second);
    TypedAttr constant = op.getType().isIndex() ? TypedAttr(builder.getIndexAttr(number.getInt()))
                                                : TypedAttr(builder.getBoolAttr(number.getValue().getBoolValue()));
    op.replaceAllUsesWith(arith::ConstantOp::create(builder, op.getLoc(), constant).getResult());
    op.erase();
  });
}

LogicalResult kernel::bindParams(FuncOp func, const ParamValues &values) {
  for (auto &[name, value] : values)
    if (failed(checkValue(func, name, value)))
      return failure();
  auto emitError = [&]() { return func.emitError() << "@" << func.getSymName() << ": "; };
  TypeBinder binder{values, emitError};
  AttrTypeReplacer replacer;
  replacer.addReplacement([&](Type type) { return binder.bind(type); });
  replacer.recursivelyReplaceElementsIn(func, /*replaceAttrs=*/true, /*replaceLocs=*/false, /*replaceTypes=*/true);
  if (binder.failed)
    return failure();
  replaceParamOps(func, values);
  SmallVector<Attribute> left;
  for (auto decl : func.getParams().getAsRange<ParamDeclAttr>())
    if (!values.contains(decl.getName().getValue()))
      left.push_back(decl);
  func.setParamsAttr(ArrayAttr::get(func.getContext(), left));
  return success();
}

/// Fails if a type names something that was no parameter.
static LogicalResult expectBound(FuncOp func) {
  StringAttr unknown;
  AttrTypeWalker walker;
  walker.addWalk([&](ParamType type) {
    unknown = type.getName();
    return WalkResult::interrupt();
  });
  auto walkSymbols = [&](auto type) {
    for (StringAttr symbol : type.getSymbols())
      if (!symbol.empty())
        unknown = symbol;
    return unknown ? WalkResult::interrupt() : WalkResult::advance();
  };
  walker.addWalk([&](TileType type) { return walkSymbols(type); });
  walker.addWalk([&](TensorRefType type) {
    if (auto symbol = dyn_cast_if_present<StringAttr>(type.getAlign()))
      unknown = symbol;
    return walkSymbols(type);
  });
  auto isBound = [&](Type type) { return !walker.walk(type).wasInterrupted(); };
  WalkResult walked = func.walk([&](Operation *op) {
    bool bound = llvm::all_of(op->getResultTypes(), isBound);
    for (Region &region : op->getRegions())
      for (Block &block : region)
        bound &= llvm::all_of(block.getArgumentTypes(), isBound);
    return bound ? WalkResult::advance() : WalkResult::interrupt();
  });
  if (!walked.wasInterrupted())
    return success();
  return func.emitError() << "@" << func.getSymName() << " has no parameter for '" << unknown.getValue()
                          << "', which a type in it names";
}

LogicalResult kernel::bindDefaults(FuncOp func) {
  ParamValues values;
  for (auto decl : func.getParams().getAsRange<ParamDeclAttr>()) {
    if (!decl.getValue())
      return func.emitError() << "parameter '" << decl.getName().getValue() << "' of @" << func.getSymName()
                              << " has no default: give it with --param " << decl.getName().getValue() << "=VALUE";
    values[decl.getName().getValue()] = decl.getValue();
  }
  return failure(failed(bindParams(func, values)) || failed(expectBound(func)));
}

FailureOr<Attribute> kernel::parseParamValue(FuncOp func, ParamDeclAttr decl, StringRef text) {
  StringRef kind = decl.getKind().getValue(), name = decl.getName().getValue();
  MLIRContext *context = func.getContext();
  if (kind == "type") {
    // What the parser has to say of this word helps nobody; the error below names the parameter.
    ScopedDiagnosticHandler silent(context, [](Diagnostic &) { return success(); });
    size_t read = 0;
    if (Type type = parseType(text, context, &read); type && read == text.size())
      return Attribute(TypeAttr::get(type));
  } else if (kind == "bool") {
    if (text == "true" || text == "1")
      return Attribute(BoolAttr::get(context, true));
    if (text == "false" || text == "0")
      return Attribute(BoolAttr::get(context, false));
  } else if (int64_t number; !text.getAsInteger(10, number)) {
    return Attribute(IntegerAttr::get(IndexType::get(context), number));
  }
  func.emitError() << "parameter '" << name << "' is of kind " << kind << ", found '" << text << "'";
  return failure();
}

LogicalResult kernel::foldSpecialized(FuncOp func) {
  MLIRContext *context = func.getContext();
  RewritePatternSet patterns(context);
  for (RegisteredOperationName name : context->getRegisteredOperations())
    if (name.getDialectNamespace() == "scf" || name.getDialectNamespace() == "arith")
      name.getCanonicalizationPatterns(patterns, context);
  return applyPatternsGreedily(func, std::move(patterns));
}
