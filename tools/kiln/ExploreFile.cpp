#include "ExploreFile.h"
#include "InspectedCode.h"
#include "LoadedMachine.h"

#include "kiln/Inspector/Explorer.h"
#include "kiln/Inspector/Targets.h"

#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace kiln;
using namespace kiln::tools;
using llvm::StringRef;

/// Of kernels and schedules only: a line table may name any file of this machine.
static std::string textOf(const std::string &path) {
  if (!StringRef(path).ends_with(".mlir"))
    return {};
  auto file = llvm::MemoryBuffer::getFile(path);
  return file ? (*file)->getBuffer().str() : std::string();
}

/// The trail with the texts of the files that it names.
static inspector::KernelTrail trailOf(const InspectedCode &code, const inspector::KernelReport &kernel) {
  inspector::KernelTrail trail = inspector::trailOf(kernel, code.trail ? &*code.trail : nullptr);
  for (const compiler::Origin &origin : trail.trail.origins) {
    if (origin.kernel.line)
      trail.files.try_emplace(origin.kernel.file);
    for (const compiler::Decision &decision : origin.decisions)
      if (decision.at.line)
        trail.files.try_emplace(decision.at.file);
  }
  for (auto &[path, text] : trail.files)
    text = textOf(path);
  return trail;
}

/// The matrix instructions of a kernel, in the target files' names.
static std::vector<std::string> atomsOf(const inspector::KernelReport &kernel, const compiler::Trail &trail) {
  std::vector<std::string> atoms = trail.atoms;
  for (const inspector::InstructionInfo &info : kernel.infos)
    if (info.matrix && !llvm::is_contained(atoms, info.matrix->atom))
      atoms.push_back(info.matrix->atom);
  return atoms;
}

static void addTarget(inspector::ExplorerView &view, const CompileRequest &compile) {
  std::string name = compile.target.empty() ? view.report->chip : compile.target;
  if (compiler::TargetLibrary(targetSearchPath(compile.targetFolders)).folderOf(name).empty())
    return;
  LoadedMachine loaded(name, compile.targetFolders);
  if (!loaded.machine)
    return;
  inspector::MachineFacts facts = inspector::machineFacts(loaded.machine);
  if (facts.vector.limit)
    view.registerLimit = facts.vector.limit;
  if (facts.sharedBytes)
    view.sharedLimit = facts.sharedBytes;
  view.banks = inspector::sharedBanks(loaded.machine);
  for (const std::string &atom : atomsOf(view.report->kernels[view.kernel], view.trail.trail))
    for (inspector::OperandLayout &operand : inspector::operandLayouts(loaded.machine, atom))
      view.operands.push_back(std::move(operand));
}

/// What a tab is called: the target of a kernel that was compiled, else the kernel, with its object in a
/// bundle.
static std::string nameOf(const InspectedCode &code, const CompileRequest &compile,
                          const std::string &kernel) {
  if (code.trail)
    return compile.target;
  return code.report.object.empty() ? kernel : code.report.object + " " + kernel;
}

static void addViews(const InspectedCode &code, const CompileRequest &compile,
                     std::vector<inspector::ExplorerView> &views) {
  for (unsigned i = 0; i < code.report.kernels.size(); ++i) {
    inspector::ExplorerView view;
    view.name = nameOf(code, compile, code.report.kernels[i].name);
    view.report = &code.report;
    view.kernel = i;
    view.trail = trailOf(code, code.report.kernels[i]);
    addTarget(view, compile);
    views.push_back(std::move(view));
  }
}

Answer tools::exploreFile(const InspectRequest &request, const std::vector<std::string> &targets) {
  // Views point to the reports.
  std::vector<std::unique_ptr<std::vector<InspectedCode>>> compiled;
  std::vector<inspector::ExplorerView> views;
  std::vector<std::string> names = targets.empty() ? std::vector<std::string>{""} : targets;
  for (const std::string &target : names) {
    InspectRequest one = request;
    one.compile.target = target;
    compiled.push_back(std::make_unique<std::vector<InspectedCode>>());
    if (Answer answer = inspectCodes(one, *compiled.back()); !answer.ok)
      return answer;
    for (const InspectedCode &code : *compiled.back())
      addViews(code, one.compile, views);
  }
  if (views.empty())
    return {false, {}, request.compile.file + ": holds no kernel to show"};
  std::string title = llvm::sys::path::filename(request.compile.file).str();
  return {true, inspector::explorerHtml(title, views), {}};
}

/// "23", "matmul.mlir:23", "lanes:23"; nothing if there is no number.
static std::optional<inspector::TrailQuery> parseQuery(const TrailRequest &request) {
  inspector::TrailQuery query;
  if (request.address) {
    query.address = *request.address;
    return query;
  }
  auto [text, line] = StringRef(request.line).rsplit(':');
  if (line.empty())
    std::swap(text, line);
  query.text = text.str();
  if (line.getAsInteger(10, query.line) || query.line == 0)
    return std::nullopt;
  return query;
}

Answer tools::followTrail(const TrailRequest &request) {
  std::optional<inspector::TrailQuery> query = parseQuery(request);
  if (!query)
    return {false, {}, "--line expects LINE, FILE:LINE or STAGE:LINE, found '" + request.line + "'"};
  std::vector<InspectedCode> codes;
  if (Answer answer = inspectCodes(request.inspect, codes); !answer.ok)
    return answer;
  std::string text, json, error = "holds no kernel";
  llvm::raw_string_ostream os(text);
  for (const InspectedCode &code : codes)
    for (const inspector::KernelReport &kernel : code.report.kernels) {
      inspector::KernelTrail trail = trailOf(code, kernel);
      llvm::Expected<inspector::TrailAnswer> found = inspector::follow(kernel, trail, *query);
      if (!found) {
        error = llvm::toString(found.takeError());
        continue;
      }
      json += (json.empty() ? "" : ",\n") + inspector::trailToJson(kernel, trail, *found);
      os << (text.empty() ? "" : "\n");
      inspector::printTrail(kernel, trail, *found, request.inspect.listing == "all" ? 0 : 12, os);
    }
  if (text.empty())
    return {false, {}, request.inspect.compile.file + ": " + error};
  return {true, request.inspect.json ? "{\"kernels\": [\n" + json + "\n]}\n" : text, {}};
}
