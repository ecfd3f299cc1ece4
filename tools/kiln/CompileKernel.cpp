#include "CompileKernel.h"

#include "kiln/Compiler/Compiler.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/SourceMgr.h"

using namespace kiln;

std::vector<std::string> tools::targetSearchPath(const std::vector<std::string> &fromUser) {
  std::string executable = llvm::sys::fs::getMainExecutable(nullptr, nullptr);
  return compiler::TargetLibrary::searchPath(fromUser, executable);
}

std::vector<std::string> tools::targetNames(const std::vector<std::string> &fromUser) {
  return compiler::TargetLibrary(targetSearchPath(fromUser)).names();
}

std::vector<std::string> tools::stageNames() {
  std::vector<std::string> names;
  for (auto stage :
       {compiler::Stage::Kernel, compiler::Stage::Scheduled, compiler::Stage::Staged, compiler::Stage::Lanes,
        compiler::Stage::LLVM, compiler::Stage::Assembly, compiler::Stage::Object})
    names.push_back(compiler::stageName(stage).str());
  return names;
}

tools::CompileResult tools::compileKernel(const CompileRequest &request, std::string *errors) {
  auto context = compiler::makeContext();
  llvm::SourceMgr sources;
  std::string unused;
  llvm::raw_string_ostream toText(errors ? *errors : unused);
  mlir::SourceMgrDiagnosticHandler handler(sources, context.get(),
                                           errors ? static_cast<llvm::raw_ostream &>(toText) : llvm::errs());
  compiler::Options options;
  options.file = request.file;
  options.kernel = request.kernel;
  options.target = request.target;
  options.schedule = request.schedule;
  options.params = request.params;
  options.targetFolders = targetSearchPath(request.targetFolders);
  options.lineTables = request.lineTables;
  options.trail = request.trail;
  options.emit = *compiler::parseStage(request.emit);
  mlir::FailureOr<compiler::Result> compiled = compiler::compile(*context, options);
  CompileResult result;
  if (failed(compiled))
    return result;
  result.ok = true;
  result.output = std::move(compiled->output);
  result.kernelName = compiled->kernelName;
  result.grid = compiled->grid;
  result.flops = compiled->flops;
  result.params = request.params;
  result.chips = std::move(compiled->chips);
  result.threads = compiled->threads;
  result.arguments = std::move(compiled->arguments);
  result.sharedBytes = compiled->sharedBytes;
  result.dynamicSharedBytes = compiled->dynamicSharedBytes;
  result.tensorMaps = std::move(compiled->tensorMaps);
  result.sizedSchedules = std::move(compiled->sizedSchedules);
  result.trail = std::move(compiled->trail);
  for (const codegen::StageTime &time : compiled->times)
    result.times.push_back({time.stage, time.milliseconds});
  return result;
}
