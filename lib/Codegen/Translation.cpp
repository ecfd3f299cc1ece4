#include "Translation.h"
#include "kiln/Codegen/Codegen.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/ROCDL/ROCDLToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/IR/Verifier.h"

using namespace mlir;

namespace kiln::codegen {

void registerTranslations(DialectRegistry &registry) {
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registerROCDLDialectTranslation(registry);
  registerNVVMDialectTranslation(registry);
}

static FileLineColRange fileLocation(Location loc) {
  if (auto file = dyn_cast<FileLineColRange>(loc))
    return file;
  if (auto name = dyn_cast<NameLoc>(loc))
    return fileLocation(name.getChildLoc());
  if (auto opaque = dyn_cast<OpaqueLoc>(loc))
    return fileLocation(opaque.getFallbackLocation());
  if (auto call = dyn_cast<CallSiteLoc>(loc)) {
    FileLineColRange caller = fileLocation(call.getCaller());
    return caller ? caller : fileLocation(call.getCallee());
  }
  if (auto fused = dyn_cast<FusedLoc>(loc))
    for (Location part : fused.getLocations())
      if (FileLineColRange file = fileLocation(part))
        return file;
  return {};
}

static FileLineColLoc start(FileLineColRange range) {
  return FileLineColLoc::get(range.getFilename(), range.getStartLine(), range.getStartColumn());
}

/// The scope of `function`, which starts at `loc`.
static LLVM::DISubprogramAttr describe(LLVM::LLVMFuncOp function, FileLineColLoc loc, bool directivesOnly) {
  MLIRContext *context = function.getContext();
  auto distinct = [&] { return DistinctAttr::create(UnitAttr::get(context)); };
  auto file = LLVM::DIFileAttr::get(context, loc.getFilename().getValue(), "");
  auto unit = LLVM::DICompileUnitAttr::get(
      distinct(), llvm::dwarf::DW_LANG_C, file, StringAttr::get(context, "kiln"), /*isOptimized=*/true,
      directivesOnly ? LLVM::DIEmissionKind::DebugDirectivesOnly : LLVM::DIEmissionKind::LineTablesOnly);
  auto type = LLVM::DISubroutineTypeAttr::get(context, llvm::dwarf::DW_CC_normal, {});
  return LLVM::DISubprogramAttr::get(context, distinct(), unit, file, function.getNameAttr(),
                                     function.getNameAttr(), file, loc.getLine(), loc.getLine(),
                                     LLVM::DISubprogramFlags::Definition | LLVM::DISubprogramFlags::Optimized,
                                     type, /*retainedNodes=*/{}, /*annotations=*/{});
}

/// The translation takes the file from the scope: a line of another file needs a scope of its own.
static Location scoped(FileLineColLoc loc, LLVM::DISubprogramAttr function) {
  StringRef file = loc.getFilename().getValue();
  if (file == function.getFile().getName().getValue())
    return loc;
  MLIRContext *context = loc.getContext();
  auto scope = LLVM::DILexicalBlockFileAttr::get(function, LLVM::DIFileAttr::get(context, file, ""),
                                                 /*discriminator=*/0);
  return FusedLoc::get(context, {loc}, scope);
}

void attachLineScopes(ModuleOp module, bool directivesOnly) {
  module.walk([&](LLVM::LLVMFuncOp function) {
    FileLineColRange place = fileLocation(function.getLoc());
    bool hasScope = bool(function.getLoc()->findInstanceOf<FusedLocWith<LLVM::DISubprogramAttr>>());
    if (function.isExternal() || !place || hasScope)
      return;
    FileLineColLoc functionLoc = start(place);
    LLVM::DISubprogramAttr scope = describe(function, functionLoc, directivesOnly);
    // Calls in a function with a scope need some location, hence the function's for those without.
    function.getBody().walk([&](Operation *op) {
      FileLineColRange range = fileLocation(op->getLoc());
      op->setLoc(range ? scoped(start(range), scope) : functionLoc);
    });
    function->setLoc(FusedLoc::get(function.getContext(), {functionLoc}, scope));
  });
}

llvm::Expected<std::unique_ptr<llvm::Module>> translate(ModuleOp module, llvm::LLVMContext &context,
                                                        const llvm::TargetMachine &machine) {
  module->setAttr(LLVM::LLVMDialect::getTargetTripleAttrName(),
                  StringAttr::get(module.getContext(), machine.getTargetTriple().str()));
  module->setAttr(LLVM::LLVMDialect::getDataLayoutAttrName(),
                  StringAttr::get(module.getContext(), machine.createDataLayout().getStringRepresentation()));
  // The translation's own verification would print.
  auto translated = translateModuleToLLVMIR(module, context, "kiln", /*disableVerification=*/true);
  if (!translated)
    return llvm::createStringError("the module cannot be translated to LLVM IR");
  if (machine.getTargetTriple().isAMDGCN() && !translated->getModuleFlag("amdhsa_code_object_version"))
    translated->addModuleFlag(llvm::Module::Error, "amdhsa_code_object_version", 600);
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (llvm::verifyModule(*translated, &stream))
    return llvm::createStringError("invalid LLVM IR: " + llvm::StringRef(text).rtrim());
  return translated;
}

} // namespace kiln::codegen
