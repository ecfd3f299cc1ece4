#include "LineScopes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/BinaryFormat/Dwarf.h"

using namespace mlir;

namespace kiln::codegen {

namespace {
/// Where an operation comes from.
struct Origin {
  FileLineColLoc place;
  SmallVector<std::pair<StringAttr, FileLineColLoc>> decisions;
};
} // namespace

static FileLineColLoc start(FileLineColRange range) {
  return FileLineColLoc::get(range.getFilename(), range.getStartLine(), range.getStartColumn());
}

static void collect(Location loc, Origin &origin) {
  if (auto file = dyn_cast<FileLineColRange>(loc)) {
    if (!origin.place)
      origin.place = start(file);
  } else if (auto name = dyn_cast<NameLoc>(loc)) {
    Origin named;
    collect(name.getChildLoc(), named);
    if (!origin.place)
      origin.place = named.place;
    else if (named.place)
      origin.decisions.push_back({name.getName(), named.place});
  } else if (auto opaque = dyn_cast<OpaqueLoc>(loc)) {
    collect(opaque.getFallbackLocation(), origin);
  } else if (auto call = dyn_cast<CallSiteLoc>(loc)) {
    collect(call.getCaller(), origin);
    if (!origin.place)
      collect(call.getCallee(), origin);
  } else if (auto fused = dyn_cast<FusedLoc>(loc)) {
    for (Location part : fused.getLocations())
      collect(part, origin);
  }
}

static Origin originOf(Location loc) {
  Origin origin;
  collect(loc, origin);
  return origin;
}

namespace {
/// The scopes of one function.
class FunctionScopes {
public:
  FunctionScopes(LLVM::LLVMFuncOp function, FileLineColLoc place, bool directivesOnly)
      : context(function.getContext()), directivesOnly(directivesOnly), place(place),
        file(LLVM::DIFileAttr::get(context, place.getFilename().getValue(), "")),
        unit(LLVM::DICompileUnitAttr::get(distinct(), llvm::dwarf::DW_LANG_C, file,
                                          StringAttr::get(context, "kiln"),
                                          /*isOptimized=*/true,
                                          directivesOnly ? LLVM::DIEmissionKind::DebugDirectivesOnly
                                                         : LLVM::DIEmissionKind::LineTablesOnly)),
        self(subprogram(function.getNameAttr())) {}

  Location ofFunction() const { return FusedLoc::get(context, {place}, self); }

  Location ofOperation(const Origin &origin) {
    // Calls in a function with a scope need some location; line 0 is DWARF's for "nowhere", which directives
    // do not have.
    if (!origin.place)
      return directivesOnly ? ofFunction() : scoped(FileLineColLoc::get(place.getFilename(), 0, 0), self);
    if (directivesOnly || origin.decisions.empty())
      return scoped(origin.place, self);
    // The last decision is called by the function, each other by the one after it.
    LLVM::DISubprogramAttr caller = self;
    std::optional<Location> at;
    for (auto &[name, where] : llvm::reverse(origin.decisions)) {
      Location call = scoped(where, caller);
      at = at ? CallSiteLoc::get(call, *at) : call;
      LLVM::DISubprogramAttr &known = decided[name];
      caller = known = known ? known : subprogram(name);
    }
    return CallSiteLoc::get(scoped(origin.place, caller), *at);
  }

private:
  DistinctAttr distinct() { return DistinctAttr::create(UnitAttr::get(context)); }

  LLVM::DISubprogramAttr subprogram(StringAttr name) {
    auto type = LLVM::DISubroutineTypeAttr::get(context, llvm::dwarf::DW_CC_normal, {});
    return LLVM::DISubprogramAttr::get(
        context, distinct(), unit, file, name, name, file, place.getLine(), place.getLine(),
        LLVM::DISubprogramFlags::Definition | LLVM::DISubprogramFlags::Optimized, type, /*retainedNodes=*/{},
        /*annotations=*/{});
  }

  /// The translation takes the file from the scope: a line of another file needs a scope of its own.
  Location scoped(FileLineColLoc loc, LLVM::DISubprogramAttr function) {
    LLVM::DILocalScopeAttr scope = function;
    if (loc.getFilename() != place.getFilename())
      scope = LLVM::DILexicalBlockFileAttr::get(
          function, LLVM::DIFileAttr::get(context, loc.getFilename().getValue(), ""), /*discriminator=*/0);
    return FusedLoc::get(context, {loc}, scope);
  }

  MLIRContext *context;
  bool directivesOnly;
  FileLineColLoc place;
  LLVM::DIFileAttr file;
  LLVM::DICompileUnitAttr unit;
  LLVM::DISubprogramAttr self;
  DenseMap<StringAttr, LLVM::DISubprogramAttr> decided;
};
} // namespace

void attachLineScopes(ModuleOp module, bool directivesOnly) {
  module.walk([&](LLVM::LLVMFuncOp function) {
    FileLineColLoc place = originOf(function.getLoc()).place;
    bool hasScope = bool(function.getLoc()->findInstanceOf<FusedLocWith<LLVM::DISubprogramAttr>>());
    if (function.isExternal() || !place || hasScope)
      return;
    FunctionScopes scopes(function, place, directivesOnly);
    DenseMap<Location, Location> known;
    function.getBody().walk([&](Operation *op) {
      auto found = known.find(op->getLoc());
      if (found == known.end())
        found = known.insert({op->getLoc(), scopes.ofOperation(originOf(op->getLoc()))}).first;
      op->setLoc(found->second);
    });
    function->setLoc(scopes.ofFunction());
  });
}

} // namespace kiln::codegen
