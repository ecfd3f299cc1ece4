#include "Translation.h"
#include "kiln/Codegen/Codegen.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/LLVMIR/ROCDLDialect.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/ROCDL/ROCDLToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/Verifier.h"

using namespace mlir;

namespace kiln::codegen {

void registerTranslations(DialectRegistry &registry) {
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registerROCDLDialectTranslation(registry);
  registerNVVMDialectTranslation(registry);
}

/// Inline assembly may be an instruction that all lanes execute together; MLIR's has no attribute to say so.
static void markConvergent(llvm::Module &module) {
  for (llvm::Function &function : module)
    for (llvm::BasicBlock &block : function)
      for (llvm::Instruction &instruction : block)
        if (auto *call = dyn_cast<llvm::CallInst>(&instruction);
            call && call->isInlineAsm() && call->mayHaveSideEffects())
          call->setConvergent();
}

llvm::Expected<std::unique_ptr<llvm::Module>> translate(ModuleOp module, llvm::LLVMContext &context,
                                                        const llvm::TargetMachine &machine) {
  module->setAttr(LLVM::LLVMDialect::getTargetTripleAttrName(),
                  StringAttr::get(module.getContext(), machine.getTargetTriple().str()));
  module->setAttr(LLVM::LLVMDialect::getDataLayoutAttrName(),
                  StringAttr::get(module.getContext(), machine.createDataLayout().getStringRepresentation()));
  // Attributes of functions and their arguments are translated by their dialect if it is loaded.
  module.getContext()->loadDialect<NVVM::NVVMDialect, ROCDL::ROCDLDialect>();
  // The translation's own verification would print.
  auto translated = translateModuleToLLVMIR(module, context, "kiln", /*disableVerification=*/true);
  if (!translated)
    return llvm::createStringError("the module cannot be translated to LLVM IR");
  if (machine.getTargetTriple().isAMDGCN() && !translated->getModuleFlag("amdhsa_code_object_version"))
    translated->addModuleFlag(llvm::Module::Error, "amdhsa_code_object_version", 600);
  markConvergent(*translated);
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (llvm::verifyModule(*translated, &stream))
    return llvm::createStringError("invalid LLVM IR: " + llvm::StringRef(text).rtrim());
  return translated;
}

} // namespace kiln::codegen
