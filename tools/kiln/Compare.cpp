// kiln compare: one kernel on several targets, side by side.
#include "kiln/Inspector/Compare.h"
#include "Commands.h"
#include "CommonOptions.h"
#include "InspectedCode.h"

using namespace kiln;
using namespace kiln::tools;

namespace {
struct CompareOptions {
  CommonOptions common;
  std::string file, schedule, format = "text";
  std::vector<std::string> targets;
};
} // namespace

static int compare(const CompareOptions &options) {
  std::optional<CompileRequest> request = options.common.request();
  if (!request)
    return Usage;
  if (!isSource(options.file))
    return complain("'" + options.file + "': expected kernels (.mlir); `kiln diff` compares compiled ones",
                    Usage);
  request->file = options.file;
  request->schedule = options.schedule;
  std::vector<inspector::TargetColumn> columns;
  bool allCompiled = true, anyCompiled = false;
  for (const std::string &target : options.targets) {
    inspector::TargetColumn column{target, std::nullopt, {}};
    request->target = target;
    auto reports = inspectReports(*request, column.refusal);
    allCompiled &= bool(reports);
    anyCompiled |= bool(reports);
    if (reports)
      column.report = std::move(reports->front());
    columns.push_back(std::move(column));
  }
  if (!anyCompiled) {
    llvm::errs() << columns.front().refusal;
    return Failure;
  }
  if (options.format == "json")
    llvm::outs() << inspector::comparisonToJson(columns);
  else
    inspector::printComparison(columns, llvm::outs());
  return allCompiled ? Success : Failure;
}

void tools::addCompareCommand(CLI::App &app, int &status) {
  auto options = std::make_shared<CompareOptions>();
  CLI::App *command = app.add_subcommand("compare", "Compare a kernel's code for several targets");
  command->footer(
      "Example:\n  kiln compare kernels/matmul.mlir --target gfx942,gfx950,sm_90a --param Align=16\n"
      "Exit status 1 if a target refuses the kernel.");
  command->add_option("FILE", options->file, "Kernels (.mlir)")->required();
  options->common.addTo(*command);
  command->add_option("--target", options->targets, "Targets, comma-separated; `kiln targets` lists them")
      ->required()
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--schedule", options->schedule, "Schedule file, or @NAME of one of the target's own");
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->callback([options, &status] { status = compare(*options); });
}
