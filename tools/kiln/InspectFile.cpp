#include "InspectFile.h"
#include "CodeInput.h"

#include "kiln/Compiler/Compiler.h"
#include "kiln/Inspector/Inspector.h"
#include "kiln/Inspector/Targets.h"
#include "kiln/Layout/Draw.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

using namespace kiln;
using namespace kiln::tools;
using llvm::StringRef;

namespace {
/// A machine of the target library; errors are printed.
struct LoadedMachine {
  LoadedMachine(StringRef name, const std::vector<std::string> &folders)
      : context(compiler::makeContext()), handler(sources, context.get(), llvm::errs()),
        module(mlir::ModuleOp::create(mlir::UnknownLoc::get(context.get()))) {
    compiler::TargetLibrary library(targetSearchPath(folders));
    mlir::FailureOr<target::MachineOp> loaded = library.load(name, *module);
    if (succeeded(loaded))
      machine = *loaded;
  }
  std::unique_ptr<mlir::MLIRContext> context;
  llvm::SourceMgr sources;
  mlir::SourceMgrDiagnosticHandler handler;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  target::MachineOp machine;
};

class MachineLibrary {
public:
  explicit MachineLibrary(const InspectRequest &request) : request(request) {}
  std::optional<inspector::MachineFacts> find(StringRef chip);

private:
  const InspectRequest &request;
  std::map<std::string, std::optional<inspector::MachineFacts>> machines;
};
} // namespace

static Answer failed(const std::string &error) { return {false, {}, error}; }

/// Compiles, assembles or reads the file: one code object, or all of a bundle.
static llvm::Expected<std::vector<CodeInput>> readInputs(const InspectRequest &request) {
  const CompileRequest &compile = request.compile;
  StringRef name = compile.file;
  if (name.ends_with(".mlir")) {
    CompileRequest toObject = compile;
    toObject.emit = "obj";
    toObject.trail = true;
    CompileResult compiled = compileKernel(toObject);
    if (!compiled.ok)
      return llvm::createStringError("");
    CodeInput input{"", std::move(compiled.output), {true, {}}};
    for (const compiler::Argument &argument : compiled.arguments)
      input.contract.formats.push_back(argument.dtype);
    return std::vector<CodeInput>{std::move(input)};
  }
  auto file = llvm::MemoryBuffer::getFile(compile.file);
  if (!file)
    return llvm::createStringError("cannot read '" + compile.file + "': " + file.getError().message());
  StringRef bytes = (*file)->getBuffer();
  if (bytes.starts_with("PK"))
    return readBundle(bytes, compile.target);
  if (!name.ends_with(".s"))
    return std::vector<CodeInput>{{"", bytes.str(), {}}};
  llvm::Expected<std::string> object = codegen::assemble(bytes, compile.file, compile.target);
  if (!object)
    return object.takeError();
  return std::vector<CodeInput>{{"", std::move(*object), {}}};
}

/// The facts of a chip's target file; they are loaded once.
std::optional<inspector::MachineFacts> MachineLibrary::find(StringRef chip) {
  std::string name = request.compile.target.empty() ? chip.str() : request.compile.target;
  auto [known, isNew] = machines.insert({name, std::nullopt});
  compiler::TargetLibrary library(targetSearchPath(request.compile.targetFolders));
  if (!isNew || name.empty() || library.folderOf(name).empty())
    return known->second;
  LoadedMachine loaded(name, request.compile.targetFolders);
  if (loaded.machine)
    known->second = inspector::machineFacts(loaded.machine);
  return known->second;
}

Answer tools::inspectFile(const InspectRequest &request) {
  auto explain = [&](llvm::Error error) {
    std::string text = llvm::toString(std::move(error));
    return failed(text.empty() || StringRef(text).contains(request.compile.file)
                      ? text
                      : request.compile.file + ": " + text);
  };
  llvm::Expected<std::vector<CodeInput>> inputs = readInputs(request);
  if (!inputs)
    return explain(inputs.takeError());
  MachineLibrary machines(request);
  std::vector<inspector::Report> reports;
  for (CodeInput &input : *inputs) {
    // A kernel of an .mlir file has been chosen already.
    std::string kernel = StringRef(request.compile.file).ends_with(".mlir") ? "" : request.compile.kernel;
    llvm::Expected<inspector::Report> report =
        inspector::inspect(input.code, [&](StringRef chip) { return machines.find(chip); },
                           {kernel, request.chip, std::move(input.contract)});
    if (!report)
      return explain(report.takeError());
    report->object = input.name;
    reports.push_back(std::move(*report));
  }
  auto listing = request.listing == "all"      ? inspector::Listing::All
                 : request.listing == "steady" ? inspector::Listing::Steady
                                               : inspector::Listing::None;
  Answer answer{true, {}, {}};
  if (request.json) {
    answer.text = inspector::toJson(reports, listing);
  } else {
    llvm::raw_string_ostream stream(answer.text);
    inspector::printText(reports, listing, stream);
  }
  return answer;
}

Answer tools::describeTargets(const std::string &target, const std::vector<std::string> &folders, bool json) {
  if (!target.empty()) {
    LoadedMachine loaded(target, folders);
    if (!loaded.machine)
      return failed("");
    return {true,
            json ? inspector::describeJson(loaded.machine) + "\n" : inspector::describeText(loaded.machine),
            {}};
  }
  compiler::TargetLibrary library(targetSearchPath(folders));
  llvm::json::Array all;
  Answer answer{true, {}, {}};
  for (const std::string &name : library.names()) {
    LoadedMachine loaded(name, folders);
    if (!loaded.machine)
      return failed("");
    llvm::json::Array chips;
    std::string line;
    for (target::ChipOp chip : target::Machine(loaded.machine).all<target::ChipOp>()) {
      chips.push_back(chip.getSymName());
      line += (line.empty() ? "" : ", ") + chip.getSymName().str();
    }
    answer.text += name + std::string(name.size() < 12 ? 12 - name.size() : 1, ' ') + line + "\n";
    all.push_back(llvm::json::Object{{"name", name}, {"chips", std::move(chips)}});
  }
  if (json)
    answer.text = llvm::formatv("{0:2}\n", llvm::json::Value(std::move(all)));
  return answer;
}

/// "lane 17, register 3" of an element, or the element of a lane and a register.
static Answer answerPlace(const inspector::OperandLayout &operand, const LayoutRequest &request) {
  const layout::LinearLayout &layout = operand.layout;
  Answer answer{true, {}, {}};
  llvm::raw_string_ostream os(answer.text);
  if (!request.holds.empty()) {
    if (request.holds.size() != 2 || request.holds[0] >= layout.inputSize(layout::laneDim) ||
        request.holds[1] >= layout.inputSize(layout::registerDim) || request.holds[0] < 0 ||
        request.holds[1] < 0)
      return failed("--holds expects LANE,ELEMENT below " +
                    std::to_string(layout.inputSize(layout::laneDim)) + "," +
                    std::to_string(layout.inputSize(layout::registerDim)));
    os << "element (";
    llvm::interleaveComma(
        layout.apply({{layout::laneDim, request.holds[0]}, {layout::registerDim, request.holds[1]}}), os);
    os << ")\n";
    return answer;
  }
  if (request.at.size() != layout.outputRank())
    return failed("--at expects " + std::to_string(layout.outputRank()) + " coordinates");
  bool found = false;
  for (int lane = 0; lane < layout.inputSize(layout::laneDim); ++lane)
    for (int element = 0; element < layout.inputSize(layout::registerDim); ++element) {
      auto at = layout.apply({{layout::laneDim, lane}, {layout::registerDim, element}});
      if (!llvm::equal(at, request.at))
        continue;
      os << "lane " << lane << ", element " << element << " of the lane's registers\n";
      found = true;
    }
  return found ? answer : failed("the operand has no such element");
}

Answer tools::drawLayout(const LayoutRequest &request) {
  LoadedMachine loaded(request.target, request.targetFolders);
  if (!loaded.machine)
    return failed("");
  llvm::Expected<inspector::OperandLayout> operand =
      inspector::operandLayout(loaded.machine, request.atom, request.operand, request.type);
  if (!operand)
    return failed(llvm::toString(operand.takeError()));
  if (!request.at.empty() || !request.holds.empty())
    return answerPlace(*operand, request);
  std::string sizes;
  for (int64_t size : operand->layout.outputSizes())
    sizes += (sizes.empty() ? "" : "x") + std::to_string(size);
  layout::DrawOptions options;
  options.title = operand->atom + ", operand " + operand->operand + ": " + sizes + " of " + operand->element +
                  ", lane:element";
  options.maxRows = options.maxColumns = 128;
  return {true,
          request.svg ? layout::drawSvg(operand->layout, options)
                      : layout::drawText(operand->layout, options),
          {}};
}
