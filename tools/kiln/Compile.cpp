// kiln compile: from a kernel to machine code, stopping at any stage.
#include "AtomicFile.h"
#include "BundleKernel.h"
#include "Commands.h"
#include "CompileKernel.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <fstream>
#include <iterator>

using namespace kiln;
using namespace kiln::tools;

/// What `--emit` says beside the compiler's stages.
static constexpr const char *bundleStage = "bundle";

namespace {
struct CompileOptions {
  CompileRequest request;
  std::vector<std::string> targets, params;
  std::string output = "-";
  bool time = false, json = false, printStages = false;
};
} // namespace

/// `out.s` of several targets: `out.<target>.s`.
static std::string outputFor(const CompileOptions &options, const std::string &target) {
  if (options.output == "-" || options.targets.size() == 1)
    return options.output;
  size_t dot = options.output.rfind('.');
  if (dot == std::string::npos || options.output.find('/', dot) != std::string::npos)
    return options.output + "." + target;
  return options.output.substr(0, dot) + "." + target + options.output.substr(dot);
}

static void printTimes(const std::string &target, const CompileResult &result) {
  double total = 0;
  for (const auto &[stage, milliseconds] : result.times) {
    std::fprintf(stderr, "%-10s %-12s %8.2f ms\n", target.c_str(), stage.c_str(), milliseconds);
    total += milliseconds;
  }
  std::fprintf(stderr, "%-10s %-12s %8.2f ms\n", target.c_str(), "total", total);
}

static nlohmann::json describe(const std::string &target, const std::string &output,
                               const CompileResult &result) {
  nlohmann::json times = nlohmann::json::array();
  for (const auto &[stage, milliseconds] : result.times)
    times.push_back({{"stage", stage}, {"ms", milliseconds}});
  nlohmann::json maps = nlohmann::json::array();
  for (const compiler::TensorMap &map : result.tensorMaps)
    maps.push_back({{"tensor", map.tensor}, {"box", map.box}, {"swizzle", map.swizzle}});
  return {{"target", target},
          {"kernel", result.kernelName},
          {"output", output},
          {"grid", result.grid},
          {"threads", result.threads},
          {"shared_bytes", result.sharedBytes},
          {"dynamic_shared_bytes", result.dynamicSharedBytes},
          {"tensor_maps", maps},
          {"bytes", result.output.size()},
          {"times", times}};
}

/// To the standard output at once, to a file when all has gone well.
static void deliver(const std::string &output, const std::string &bytes, std::vector<AtomicFile> &files) {
  if (output == "-")
    std::fwrite(bytes.data(), 1, bytes.size(), stdout);
  else
    files.emplace_back(output, bytes);
}

static std::string textOf(const std::string &path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// The program before and after each stage, under the headings that MLIR's tools print.
static bool printStages(CompileRequest request) {
  request.lineTables = false;
  std::string before = textOf(request.file);
  for (const std::string &stage : stageNames()) {
    if (stage == "asm")
      break;
    request.emit = stage;
    CompileResult result = compileKernel(request);
    if (!result.ok)
      return false;
    for (auto [when, text] : {std::pair("Before", &before), std::pair("After", &result.output)})
      std::fprintf(stderr, "// -----// IR Dump %s %s //----- //\n%s\n", when, stage.c_str(), text->c_str());
    before = std::move(result.output);
  }
  return true;
}

/// Appends the kernel's code by the target's schedules for some sizes only.
static bool addCodeForSizes(CompileRequest request, const std::vector<compiler::SizedSchedule> &schedules,
                            std::vector<TargetCode> &codes) {
  for (const compiler::SizedSchedule &schedule : schedules) {
    request.schedule = "@" + schedule.name;
    CompileResult result = compileKernel(request);
    if (!result.ok)
      return false;
    codes.push_back({request.target, std::move(result), schedule.sizes});
  }
  return true;
}

static int compile(CompileOptions &options) {
  if (!readParams(options.params, options.request.params))
    return Usage;
  if (options.json && options.output == "-")
    return complain("--json writes to the standard output; say where the code goes with -o FILE", Usage);
  // All targets first: if one is refused, nothing is written.
  const bool isBundle = options.request.emit == bundleStage;
  std::vector<TargetCode> codes;
  for (const std::string &target : options.targets) {
    CompileRequest request = options.request;
    request.target = target;
    if (isBundle)
      request.emit = "obj";
    if (options.printStages && !printStages(request))
      return Failure;
    CompileResult result = compileKernel(request);
    if (!result.ok || (isBundle && !addCodeForSizes(request, result.sizedSchedules, codes)))
      return Failure;
    codes.push_back({target, std::move(result)});
  }
  nlohmann::json report = nlohmann::json::array();
  std::vector<AtomicFile> files;
  for (const auto &[target, result, sizes] : codes) {
    std::string output = isBundle ? options.output : outputFor(options, target);
    if (!isBundle)
      deliver(output, result.output, files);
    if (options.time)
      printTimes(target, result);
    report.push_back(describe(target, output, result));
  }
  if (isBundle) {
    llvm::Expected<std::string> bytes = bundleOf(codes);
    if (!bytes)
      return complain(llvm::toString(bytes.takeError()));
    deliver(options.output, *bytes, files);
  }
  for (AtomicFile &file : files)
    if (std::string error = file.appear(); !error.empty())
      return complain(error);
  if (options.json)
    std::printf("%s\n", report.dump(2).c_str());
  return Success;
}

void tools::addCompileCommand(CLI::App &app, int &status) {
  auto options = std::make_shared<CompileOptions>();
  std::vector<std::string> stages = stageNames();
  stages.push_back(bundleStage);
  CLI::App *command = app.add_subcommand("compile", "Compile a kernel for one or more targets");
  command->footer("Examples:\n"
                  "  kiln compile kernels/matmul.mlir --target gfx950\n"
                  "  kiln compile kernels/matmul.mlir --target gfx950,gfx942 --emit obj -o matmul.co\n"
                  "  kiln compile kernels/matmul.mlir --target gfx950,gfx942 --emit bundle -o matmul.kiln\n"
                  "  kiln compile kernels/matmul.mlir --target sm_90a --param T=f16 --emit lanes");
  command->add_option("FILE", options->request.file, "Kernels (.mlir)")->required();
  command->add_option("--kernel", options->request.kernel, "Which kernel; not needed if the file has one");
  command->add_option("--target", options->targets, "Targets, comma-separated; `kiln targets` lists them")
      ->required()
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--param", options->params, "NAME=VALUE of a kernel's parameter")
      ->allow_extra_args(false);
  command->add_option("--schedule", options->request.schedule,
                      "Schedule file, or @NAME of one of the target's own");
  command->add_option("--target-dir", options->request.targetFolders, "Folder with targets, searched first")
      ->allow_extra_args(false);
  command->add_option("--emit", options->request.emit, "Stage to stop at")
      ->check(CLI::IsMember(stages))
      ->capture_default_str();
  command->add_option("-o,--output", options->output, "Where to write it; - is the standard output")
      ->capture_default_str();
  command->add_flag("-g", options->request.lineTables, "Line tables that name the kernel's lines");
  command->add_flag("--print-stages", options->printStages,
                    "Print the program before and after each stage to the standard error");
  command->add_flag("--time", options->time, "Say what each stage took");
  command->add_flag("--json", options->json, "Describe the result as JSON");
  command->callback([options, &status] { status = compile(*options); });
}
