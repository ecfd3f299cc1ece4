#include "InspectedCode.h"
#include "CodeInput.h"
#include "LoadedMachine.h"
#include "Measure.h"

#include "kiln/Inspector/Targets.h"

#include "llvm/Support/MemoryBuffer.h"

using namespace kiln;
using namespace kiln::tools;
using llvm::StringRef;

namespace {
class MachineLibrary {
public:
  explicit MachineLibrary(const InspectRequest &request) : request(request) {}
  std::optional<inspector::MachineFacts> find(StringRef chip);

private:
  const InspectRequest &request;
  std::map<std::string, std::optional<inspector::MachineFacts>> machines;
};
} // namespace

/// Compiles, assembles or reads the file: one code object, or all of a bundle.
static llvm::Expected<std::vector<CodeInput>> readInputs(const InspectRequest &request,
                                                         std::string *diagnostics) {
  const CompileRequest &compile = request.compile;
  StringRef name = compile.file;
  if (name.ends_with(".mlir")) {
    CompileRequest toObject = compile;
    toObject.emit = "obj";
    toObject.trail = true;
    CompileResult compiled = compileKernel(toObject, diagnostics);
    if (!compiled.ok)
      return llvm::createStringError("");
    CodeInput input{"", compiled.output, {true, {}}, {}};
    for (const compiler::Argument &argument : compiled.arguments)
      input.contract.formats.push_back(argument.dtype);
    input.compiled = std::move(compiled);
    return std::vector<CodeInput>{std::move(input)};
  }
  auto file = llvm::MemoryBuffer::getFile(compile.file);
  if (!file)
    return llvm::createStringError("cannot read '" + compile.file + "': " + file.getError().message());
  StringRef bytes = (*file)->getBuffer();
  if (bytes.starts_with("PK"))
    return readBundle(bytes, compile.target);
  if (isOffloadBundle(bytes))
    return readOffloadBundle(bytes, compile.target);
  if (!name.ends_with(".s"))
    return std::vector<CodeInput>{{"", bytes.str(), {}, {}}};
  llvm::Expected<std::string> object = codegen::assemble(bytes, compile.file, compile.target);
  if (!object)
    return object.takeError();
  return std::vector<CodeInput>{{"", std::move(*object), {}, {}}};
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

/// Measures the launch and adds it to the kernel that it launched.
static llvm::Error addMeasurement(const CodeInput &input, const std::string &launch,
                                  inspector::Report &report) {
  llvm::Expected<Measured> measured =
      input.compiled ? measureKernel(*input.compiled, launch) : measureCode(input.code, launch);
  if (!measured)
    return measured.takeError();
  for (inspector::KernelReport &kernel : report.kernels)
    if (kernel.name == measured->kernel)
      kernel.measured = std::move(measured->measurement);
  return llvm::Error::success();
}

Answer tools::inspectCodes(const InspectRequest &request, std::vector<InspectedCode> &codes,
                           std::string *diagnostics) {
  auto explain = [&](llvm::Error error) {
    std::string text = llvm::toString(std::move(error));
    bool named = text.empty() || StringRef(text).contains(request.compile.file);
    return Answer{false, {}, named ? text : request.compile.file + ": " + text};
  };
  llvm::Expected<std::vector<CodeInput>> inputs = readInputs(request, diagnostics);
  if (!inputs)
    return explain(inputs.takeError());
  if (!request.launch.empty() && inputs->size() > 1)
    return explain(llvm::createStringError("a launch is measured with one code object, and the bundle has " +
                                           llvm::Twine(inputs->size()) + ": name a target with --target"));
  MachineLibrary machines(request);
  for (CodeInput &input : *inputs) {
    bool isSource = StringRef(request.compile.file).ends_with(".mlir");
    inspector::Request question{request.compile.kernel, request.chip, std::move(input.contract), isSource};
    // A kernel of an .mlir file has been chosen already.
    if (isSource)
      question.kernel.clear();
    llvm::Expected<inspector::Report> report =
        inspector::inspect(input.code, [&](StringRef chip) { return machines.find(chip); }, question);
    if (!report)
      return explain(report.takeError());
    report->object = input.name;
    if (!request.launch.empty())
      if (llvm::Error error = addMeasurement(input, request.launch, *report))
        return explain(std::move(error));
    InspectedCode &code = codes.emplace_back();
    code.report = std::move(*report);
    if (input.compiled)
      code.trail = std::move(input.compiled->trail);
  }
  return {true, {}, {}};
}

std::optional<std::vector<inspector::Report>> tools::inspectReports(const CompileRequest &request,
                                                                    std::string &errors) {
  InspectRequest inspect;
  inspect.compile = request;
  std::vector<InspectedCode> codes;
  if (Answer answer = inspectCodes(inspect, codes, &errors); !answer.ok) {
    if (!answer.error.empty()) // else the compiler has said it
      errors += "error: " + answer.error + "\n";
    return std::nullopt;
  }
  std::vector<inspector::Report> reports;
  for (InspectedCode &code : codes)
    reports.push_back(std::move(code.report));
  return reports;
}
