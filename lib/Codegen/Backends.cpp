#include "Backends.h"
#include "llvm/CodeGen/CommandFlags.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetOptions.h"
#include "llvm/TargetParser/SubtargetFeature.h"
#include <mutex>

using namespace llvm;

namespace kiln::codegen {

// Makes llc's options (align-loops, ...) known under their names, for `Machine::llvmOptions`.
static llvm::codegen::RegisterCodeGenFlags llcOptions;

// The assembly parser serves inline assembly, the disassembler `disassemble`.
static void startAMDGPU() {
  LLVMInitializeAMDGPUTargetInfo();
  LLVMInitializeAMDGPUTarget();
  LLVMInitializeAMDGPUTargetMC();
  LLVMInitializeAMDGPUAsmPrinter();
  LLVMInitializeAMDGPUAsmParser();
  LLVMInitializeAMDGPUDisassembler();
}

static void startNVPTX() {
  LLVMInitializeNVPTXTargetInfo();
  LLVMInitializeNVPTXTarget();
  LLVMInitializeNVPTXTargetMC();
  LLVMInitializeNVPTXAsmPrinter();
}

Expected<const Target *> findBackend(const Triple &triple) {
  static std::once_flag amdgpu, nvptx;
  if (triple.isAMDGCN())
    std::call_once(amdgpu, startAMDGPU);
  else if (triple.isNVPTX())
    std::call_once(nvptx, startNVPTX);
  else
    return createStringError("no code generator for the triple '" + triple.str() +
                             "': expected amdgcn-... or nvptx64-...");
  std::string text;
  if (const Target *target = TargetRegistry::lookupTarget(triple, text))
    return target;
  return createStringError(text);
}

bool isAssembledByDriver(const Triple &triple) { return triple.isNVPTX(); }

Error checkProcessor(const Target &target, const Triple &triple, const Machine &machine) {
  std::unique_ptr<MCSubtargetInfo> plain(target.createMCSubtargetInfo(triple, "", ""));
  if (!plain->isCPUStringValid(machine.cpu))
    return createStringError("LLVM knows no processor '" + machine.cpu + "' of '" + machine.triple + "'");
  SubtargetFeatures features(machine.features);
  for (const std::string &feature : features.getFeatures()) {
    StringRef name = SubtargetFeatures::StripFlag(feature);
    if (none_of(plain->getAllProcessorFeatures(), [&](const auto &known) { return name == known.Key; }))
      return createStringError("LLVM knows no feature '" + feature + "' of '" + machine.triple + "'");
  }
  return Error::success();
}

Expected<std::unique_ptr<TargetMachine>> createTargetMachine(const Machine &machine) {
  Triple triple(machine.triple);
  Expected<const Target *> target = findBackend(triple);
  if (!target)
    return target.takeError();
  if (Error error = checkProcessor(**target, triple, machine))
    return std::move(error);
  TargetOptions options = llvm::codegen::InitTargetOptionsFromCodeGenFlags(triple);
  options.MCOptions.AsmVerbose = true;
  return std::unique_ptr<TargetMachine>(
      (*target)->createTargetMachine(triple, machine.cpu, machine.features, options, Reloc::PIC_,
                                     /*CM=*/std::nullopt, CodeGenOptLevel::Aggressive));
}

} // namespace kiln::codegen
