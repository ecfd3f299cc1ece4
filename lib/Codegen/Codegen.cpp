#include "kiln/Codegen/Codegen.h"
#include "Backends.h"
#include "Guard.h"
#include "IRListing.h"
#include "LineScopes.h"
#include "Link.h"
#include "ProcessOptions.h"
#include "Translation.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/IR/DiagnosticHandler.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/Threading.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include <chrono>

using namespace llvm;

namespace kiln::codegen {

namespace {
/// One compilation. It lives in the caller's frame, so that what the guarded part abandons on a fatal error
/// has nothing that points here or is registered anywhere.
struct Compilation {
  const Machine &machine;
  const Request &request;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  Artifacts artifacts = {};
  std::vector<std::string> errors = {};
  SmallString<0> object = {};
  uint64_t workerThread = 0;

  template <typename Body> auto timed(StringRef stage, Body body) {
    auto begin = std::chrono::steady_clock::now();
    auto result = body();
    std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - begin;
    artifacts.times.push_back({stage.str(), spent.count()});
    return result;
  }
};

/// Collects what LLVM says instead of printing it and leaving.
class Collector : public DiagnosticHandler {
public:
  explicit Collector(Compilation &compilation) : compilation(compilation) {}
  bool handleDiagnostics(const DiagnosticInfo &info) override {
    std::string text;
    raw_string_ostream stream(text);
    DiagnosticPrinterRawOStream printer(stream);
    info.print(printer);
    if (info.getSeverity() == DS_Error)
      compilation.errors.push_back(StringRef(text).trim().str());
    else if (info.getSeverity() == DS_Warning)
      compilation.artifacts.warnings.push_back(StringRef(text).trim().str());
    return true;
  }

private:
  Compilation &compilation;
};
} // namespace

static void optimize(Module &module, TargetMachine &machine) {
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager callGraph;
  ModuleAnalysisManager modules;
  PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(callGraph);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, callGraph, modules);
  builder.buildPerModuleDefaultPipeline(OptimizationLevel::O2).run(module, modules);
}

/// Runs the code generator, which consumes the module.
static Error generate(Module &module, TargetMachine &machine, CodeGenFileType type,
                      SmallVectorImpl<char> &out) {
  raw_svector_ostream stream(out);
  legacy::PassManager passes;
  passes.add(new TargetLibraryInfoWrapperPass(TargetLibraryInfoImpl(module.getTargetTriple())));
  if (machine.addPassesToEmitFile(passes, stream, nullptr, type))
    return createStringError("LLVM cannot emit this kind of file for '" + module.getTargetTriple().str() +
                             "'");
  passes.run(module);
  return Error::success();
}

static Error firstError(const Compilation &compilation) {
  if (compilation.errors.empty())
    return Error::success();
  return createStringError(join(compilation.errors, "\n"));
}

/// Assembly and object each need a run: the object cannot be had from the text, since LLVM's printed assembly
/// is not always what its assembler reads (operands of 8 registers where the format uses 4).
static Error generateAll(Compilation &compilation, Module &module, TargetMachine &machine) {
  const Request &request = compilation.request;
  bool textIsBinary = isAssembledByDriver(module.getTargetTriple());
  bool wantObject = request.binary && !textIsBinary;
  if (request.assembly || (request.binary && textIsBinary)) {
    SmallString<0> text;
    std::unique_ptr<Module> copy = wantObject ? CloneModule(module) : nullptr;
    if (Error error = compilation.timed("assembly", [&] {
          return generate(copy ? *copy : module, machine, CodeGenFileType::AssemblyFile, text);
        }))
      return error;
    compilation.artifacts.assembly = text.str().str();
    if (textIsBinary && request.binary)
      compilation.artifacts.binary = compilation.artifacts.assembly;
  }
  if (Error error = firstError(compilation); error || !wantObject)
    return error;
  if (Error error = compilation.timed("object", [&] {
        return generate(module, machine, CodeGenFileType::ObjectFile, compilation.object);
      }))
    return error;
  return firstError(compilation);
}

static Error compile(Compilation &compilation) {
  compilation.workerThread = get_threadid();
  Expected<std::unique_ptr<TargetMachine>> machine = createTargetMachine(compilation.machine);
  if (!machine)
    return machine.takeError();
  LLVMContext context;
  context.setDiagnosticHandler(std::make_unique<Collector>(compilation));
  Expected<std::unique_ptr<Module>> module = compilation.timed("translate", [&] {
    if (compilation.request.lineTables)
      attachLineScopes(*compilation.module, isAssembledByDriver((*machine)->getTargetTriple()));
    return translate(*compilation.module, context, **machine);
  });
  if (!module)
    return module.takeError();
  if (compilation.request.optimize)
    compilation.timed("optimize", [&] { return optimize(**module, **machine), 0; });
  if (compilation.request.llvmIR) {
    raw_string_ostream stream(compilation.artifacts.llvmIR);
    (*module)->print(stream, nullptr);
  }
  if (compilation.request.listing)
    compilation.artifacts.listing = listIR(**module);
  if (Error error = firstError(compilation))
    return error;
  return generateAll(compilation, **module, **machine);
}

/// The guarded compile step with what must survive it: the options' lease and the handler of MLIR's
/// diagnostics.
static Error compileGuarded(Compilation &compilation) {
  Expected<OptionsLease> lease = OptionsLease::forCodegen(compilation.machine.llvmOptions);
  if (!lease)
    return lease.takeError();
  std::string text;
  mlir::ScopedDiagnosticHandler handler(compilation.module->getContext(), [&](mlir::Diagnostic &diagnostic) {
    // The context may serve other threads too.
    if (get_threadid() != compilation.workerThread ||
        diagnostic.getSeverity() != mlir::DiagnosticSeverity::Error)
      return mlir::failure();
    raw_string_ostream(text) << "; " << diagnostic.getLocation() << ": " << diagnostic;
    return mlir::success();
  });
  Error error = runGuarded([&] { return compile(compilation); });
  if (error && !text.empty())
    return createStringError(toString(std::move(error)) + text);
  return error;
}

Expected<Artifacts> emit(mlir::ModuleOp module, const Machine &machine, const Request &request) {
  Compilation compilation{machine, request, module.clone()};
  auto failed = [&](Error error) {
    return createStringError("code generation for " + machine.cpu + ": " + toString(std::move(error)));
  };
  if (Error error = compileGuarded(compilation))
    return failed(std::move(error));
  if (!compilation.object.empty()) {
    Error error = compilation.timed("link", [&]() -> Error {
      OptionsLease lease = OptionsLease::forLinking();
      return runGuarded(
          [&]() -> Error { return link(compilation.object).moveInto(compilation.artifacts.binary); });
    });
    if (error)
      return failed(std::move(error));
  }
  return std::move(compilation.artifacts);
}

} // namespace kiln::codegen
