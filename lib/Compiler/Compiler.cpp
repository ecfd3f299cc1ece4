#include "kiln/Compiler/Compiler.h"

#include "TrailRecorder.h"
#include "dialects/Kernel/Kernel.h"
#include "dialects/Kernel/Specialize.h"
#include "kiln/Compiler/Dialects.h"
#include "kiln/Conversion/Passes.h"
#include "kiln/Schedule/Passes.h"
#include "kiln/Schedule/ScheduleLibrary.h"
#include "kiln/Transforms/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/SourceMgr.h"

#include <chrono>

using namespace mlir;
using namespace kiln;
using namespace kiln::compiler;

static constexpr std::pair<Stage, StringLiteral> stageNames[] = {
    {Stage::Kernel, "kernel"}, {Stage::Scheduled, "scheduled"}, {Stage::Staged, "staged"}, {Stage::Lanes, "lanes"},
    {Stage::LLVM, "llvm"},     {Stage::Assembly, "asm"},        {Stage::Object, "obj"}};

StringRef compiler::stageName(Stage stage) {
  for (auto [known, name] : stageNames)
    if (known == stage)
      return name;
  return {};
}

std::optional<Stage> compiler::parseStage(StringRef name) {
  for (auto [stage, known] : stageNames)
    if (known == name)
      return stage;
  return std::nullopt;
}

std::unique_ptr<MLIRContext> compiler::makeContext() {
  DialectRegistry registry;
  registerDialects(registry);
  codegen::registerTranslations(registry);
  auto context = std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->printOpOnDiagnostic(false);
  return context;
}

namespace {

/// One compilation. Stages run until the one asked for; each adds its time.
class Compilation {
public:
  Compilation(MLIRContext &context, const Options &options)
      : context(context), options(options), recorder(result.trail) {}

  FailureOr<Result> run() {
    if (failed(timed("parse", [&] { return parse(); })) || failed(timed("target", [&] { return loadTarget(); })))
      return failure();
    if (failed(timed("specialise", [&] { return bindFromUser(); })))
      return failure();
    if (!reached(Stage::Kernel) && failed(timed("schedule", [&] { return applySchedule(); })))
      return failure();
    if (failed(timed("specialise", [&] { return specialise(); })))
      return failure();
    if (leave(Stage::Kernel))
      return printed();
    if (failed(timed("schedule", [&] { return passes([](PassManager &pm) { pm.addPass(schedule::createCompleteSchedule()); }); })))
      return failure();
    if (leave(Stage::Scheduled))
      return printed();
    if (failed(timed("stage", [&] {
          return passes([](PassManager &pm) {
            pm.addPass(transforms::createSplitProducts());
            pm.addPass(transforms::createPipelineRoles());
            pm.addPass(transforms::createPipelineLoops());
            pm.addPass(transforms::createStageStores());
            pm.addNestedPass<kernel::FuncOp>(createCanonicalizerPass());
            pm.addPass(transforms::createPlaceTiles());
            pm.addPass(transforms::createStageRelayouts());
            pm.addPass(transforms::createChooseSwizzles());
            pm.addPass(transforms::createDeriveWaits());
            pm.addPass(transforms::createCheckWaits());
            pm.addPass(transforms::createCheckRoles());
            pm.addPass(transforms::createAllocateShared());
          });
        })))
      return failure();
    if (leave(Stage::Staged))
      return printed();
    if (failed(timed("lanes", [&] {
          return passes([](PassManager &pm) {
            pm.addPass(conversion::createConvertKernelToLanes());
            pm.addNestedPass<LLVM::LLVMFuncOp>(createCSEPass());
            pm.addNestedPass<LLVM::LLVMFuncOp>(createCanonicalizerPass());
            pm.addPass(conversion::createShortenLifetimes());
            pm.addPass(conversion::createInterleaveLanes());
          });
        })))
      return failure();
    readLaunchFacts();
    if (leave(Stage::Lanes))
      return printed();
    if (failed(timed("select", [&] {
          return passes([](PassManager &pm) {
            pm.addPass(conversion::createConvertAtomsToBodies());
            pm.addNestedPass<LLVM::LLVMFuncOp>(createCanonicalizerPass());
            // The code generator moves little out of loops by itself; addresses and bounds do not belong in them.
            pm.addNestedPass<LLVM::LLVMFuncOp>(createLoopInvariantCodeMotionPass());
            pm.addNestedPass<LLVM::LLVMFuncOp>(createCSEPass());
            pm.addPass(conversion::createConvertLanesToLLVM());
            pm.addNestedPass<LLVM::LLVMFuncOp>(createCanonicalizerPass());
            pm.addNestedPass<LLVM::LLVMFuncOp>(createCSEPass());
          });
        })))
      return failure();
    return generateCode();
  }

private:
  template <typename Function> LogicalResult timed(StringRef stage, Function &&function) {
    auto start = std::chrono::steady_clock::now();
    LogicalResult status = function();
    std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
    result.times.push_back({stage.str(), elapsed.count()});
    return status;
  }

  bool reached(Stage stage) const { return options.emit == stage; }

  /// The end of a stage; true if it is the last one.
  bool leave(Stage stage) {
    if (options.trail) {
      machine->remove();
      recorder.snapshot(stageName(stage), *module);
      if (stage == Stage::Staged)
        recorder.noteTiles(*module);
      module->push_back(machine);
    }
    return reached(stage);
  }

  Result printed() {
    llvm::raw_string_ostream os(result.output);
    if (machine)
      machine.erase();
    module->print(os, OpPrintingFlags().enableDebugInfo(false));
    return result;
  }

  LogicalResult parse() {
    module = parseSourceFile<ModuleOp>(options.file, &context);
    if (!module)
      return failure();
    SmallVector<kernel::FuncOp> kernels(module->getOps<kernel::FuncOp>());
    for (kernel::FuncOp candidate : kernels)
      if (options.kernel.empty() ? kernels.size() == 1 : candidate.getSymName() == options.kernel)
        func = candidate;
    if (!func) {
      InFlightDiagnostic diag = emitError(FileLineColLoc::get(&context, options.file, 0, 0));
      if (kernels.empty())
        return diag << "holds no kernel";
      if (options.kernel.empty())
        diag << "holds " << kernels.size() << " kernels; say which with --kernel: ";
      else
        diag << "has no kernel '" << options.kernel << "'; it has ";
      llvm::interleaveComma(kernels, diag, [&](kernel::FuncOp known) { diag << known.getSymName(); });
      return diag;
    }
    result.flops = func.getFlops().value_or("").str();
    for (kernel::FuncOp other : kernels)
      if (other != func)
        other.erase();
    return success();
  }

  LogicalResult loadTarget() {
    FailureOr<target::MachineOp> loaded = TargetLibrary(options.targetFolders).load(options.target, *module);
    if (failed(loaded))
      return failure();
    machine = *loaded;
    codegenMachine.triple = machine.getTriple()->str();
    codegenMachine.cpu = machine.getCpu()->str();
    codegenMachine.features = machine.getFeatures().str();
    readChips();
    if (DictionaryAttr llvmOptions = machine.getLlvmOptionsAttr())
      for (NamedAttribute option : llvmOptions)
        codegenMachine.llvmOptions[option.getName().getValue()] = cast<StringAttr>(option.getValue()).str();
    return success();
  }

  void readChips() {
    machine->walk([&](target::ChipOp op) {
      Chip chip;
      chip.name = op.getSymName().str();
      chip.gbps = static_cast<double>(op.getBandwidthGbps());
      if (DictionaryAttr peaks = op.getPeakAttr())
        for (NamedAttribute peak : peaks)
          if (auto number = dyn_cast<FloatAttr>(peak.getValue()))
            chip.tflops[peak.getName().str()] = number.getValueAsDouble();
      result.chips.push_back(std::move(chip));
    });
  }

  LogicalResult bindFromUser() {
    for (const auto &[name, text] : options.params) {
      kernel::ParamDeclAttr decl = func.getParam(name);
      if (!decl) {
        InFlightDiagnostic diag = func.emitError() << "@" << func.getSymName() << " has no parameter '" << name << "'; it has ";
        llvm::interleaveComma(func.getParams().getAsRange<kernel::ParamDeclAttr>(), diag,
                              [&](kernel::ParamDeclAttr known) { diag << known.getName().getValue(); });
        return diag;
      }
      FailureOr<Attribute> value = kernel::parseParamValue(func, decl, text);
      if (failed(value))
        return failure();
      values[decl.getName().getValue()] = *value;
    }
    return kernel::bindParams(func, values);
  }

  /// The schedule file given, the sequence of the target's own that was named (`@name`), or the first of them that fits.
  LogicalResult applySchedule() {
    StringRef given = options.schedule, name;
    std::vector<std::string> files = {options.schedule};
    if (given.empty() || given.consume_front("@")) {
      files = TargetLibrary(options.targetFolders).schedulesOf(options.target);
      name = given;
    }
    // What other code a bundle may hold beside this, which is for all sizes.
    if (options.schedule.empty())
      for (const schedule::SizedSequence &sequence : schedule::sequencesForSizes(func, values, files))
        result.sizedSchedules.push_back({sequence.name, sequence.sizes});
    return schedule::applyFromFiles(func, values, files, name, /*mustFit=*/!options.schedule.empty());
  }

  LogicalResult specialise() {
    return passes([](PassManager &pm) {
      pm.addPass(transforms::createSpecialize());
      pm.addNestedPass<kernel::FuncOp>(createCSEPass());
    });
  }

  /// Runs the passes and verifies what they made: the kernel once, and not the machine, hundreds of facts that were verified as they
  /// were loaded and that no pass changes.
  LogicalResult passes(llvm::function_ref<void(PassManager &)> add) {
    PassManager pm(&context);
    pm.enableVerifier(false);
    add(pm);
    if (failed(pm.run(*module)))
      return failure();
    for (Operation &op : *module->getBody())
      if (&op != machine && failed(verify(&op)))
        return failure();
    return success();
  }

  static Argument argumentOf(DictionaryAttr described) {
    Type type = described.getAs<TypeAttr>("type").getValue();
    Argument argument;
    argument.name = described.getAs<StringAttr>("name").str();
    auto tensor = dyn_cast<kernel::TensorRefType>(type);
    Type element = tensor ? tensor.getElementType() : type;
    llvm::raw_string_ostream(argument.dtype) << (element.isIndex() ? IntegerType::get(type.getContext(), 32) : element);
    if (!tensor)
      return argument;
    auto extent = [](int64_t size) { return ShapedType::isDynamic(size) ? Argument::dynamic : size; };
    argument.isTensor = true;
    argument.align = tensor.getAlignBytes();
    llvm::append_range(argument.shape, llvm::map_range(tensor.getShape(), extent));
    llvm::append_range(argument.strides, llvm::map_range(tensor.getStrides(), extent));
    return argument;
  }

  void readLaunchFacts() {
    module->walk([&](LLVM::LLVMFuncOp lanes) {
      if (auto threads = lanes->getAttrOfType<IntegerAttr>("kiln.threads"))
        result.threads = threads.getInt();
      if (auto bytes = lanes->getAttrOfType<IntegerAttr>("kiln.shared_bytes"))
        result.sharedBytes = bytes.getInt();
      if (auto bytes = lanes->getAttrOfType<IntegerAttr>("kiln.dynamic_shared_bytes"))
        result.dynamicSharedBytes = bytes.getInt();
      if (auto maps = lanes->getAttrOfType<ArrayAttr>("kiln.tensor_maps"))
        for (auto map : maps.getAsRange<DictionaryAttr>())
          result.tensorMaps.push_back({map.getAs<StringAttr>("tensor").str(),
                                       map.getAs<DenseI64ArrayAttr>("box").asArrayRef().vec(),
                                       map.getAs<IntegerAttr>("swizzle").getInt()});
      if (auto grid = lanes->getAttrOfType<StringAttr>("kiln.grid"))
        result.grid = grid.str();
      if (auto arguments = lanes->getAttrOfType<ArrayAttr>("kiln.arguments"))
        for (auto described : arguments.getAsRange<DictionaryAttr>())
          result.arguments.push_back(argumentOf(described));
      result.kernelName = lanes.getSymName().str();
    });
  }

  FailureOr<Result> generateCode() {
    codegen::Request request;
    request.llvmIR = reached(Stage::LLVM);
    request.assembly = reached(Stage::Assembly);
    request.binary = reached(Stage::Object);
    request.lineTables = options.lineTables || options.trail;
    request.listing = options.trail;
    if (options.trail)
      recorder.numberOrigins(*module);
    llvm::Expected<codegen::Artifacts> made = codegen::emit(*module, codegenMachine, request);
    if (!made)
      return emitError(module->getLoc()) << llvm::toString(made.takeError()), failure();
    result.times.insert(result.times.end(), made->times.begin(), made->times.end());
    if (options.trail)
      recorder.addListing(stageName(Stage::LLVM), made->listing);
    result.output = reached(Stage::LLVM) ? made->llvmIR : reached(Stage::Assembly) ? made->assembly : made->binary;
    return result;
  }

  MLIRContext &context;
  const Options &options;
  OwningOpRef<ModuleOp> module;
  kernel::FuncOp func;
  kernel::ParamValues values; // given by the user
  target::MachineOp machine;
  codegen::Machine codegenMachine;
  Result result;
  TrailRecorder recorder;
};

} // namespace

FailureOr<Result> compiler::compile(MLIRContext &context, const Options &options) {
  return Compilation(context, options).run();
}
