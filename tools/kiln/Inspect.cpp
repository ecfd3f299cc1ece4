// kiln inspect: what stands in emitted code.
#include "AtomicFile.h"
#include "Commands.h"
#include "ExploreFile.h"

#include <cstdio>

using namespace kiln;
using namespace kiln::tools;

namespace {
struct InspectOptions {
  InspectRequest request;
  std::vector<std::string> params, targets;
  std::string format = "text", address, line, output = "-";
};
} // namespace

/// An instruction's address as listings write it (hexadecimal with 0x, or decimal).
static std::optional<unsigned long> parseAddress(const std::string &text) {
  try {
    size_t end = 0;
    unsigned long address = std::stoul(text, &end, 0);
    return end == text.size() && text[0] != '-' ? std::optional(address) : std::nullopt;
  } catch (const std::exception &) {
    return std::nullopt;
  }
}

static Answer answer(const InspectOptions &options) {
  const InspectRequest &request = options.request;
  if (options.format == "html")
    return exploreFile(request, options.targets);
  if (options.address.empty() && options.line.empty())
    return inspectFile(request);
  TrailRequest trail;
  trail.inspect = request;
  trail.line = options.line;
  if (!options.address.empty())
    trail.address = parseAddress(options.address);
  return followTrail(trail);
}

static int inspect(InspectOptions &options) {
  InspectRequest &request = options.request;
  const std::string &file = request.compile.file;
  if (isSource(file) && options.targets.empty())
    return complain("--target is needed to compile '" + file + "'", Usage);
  if (options.targets.size() > 1 && (options.format != "html" || !isSource(file)))
    return complain("several targets go with --format html and kernels (.mlir) only", Usage);
  if (options.format == "html" && !(options.address + options.line).empty())
    return complain("--line and --address go with --format text or json", Usage);
  if (!options.address.empty() && !parseAddress(options.address))
    return complain("--address expects a number such as 0x1a40, found '" + options.address + "'", Usage);
  if (!options.targets.empty())
    request.compile.target = options.targets.front();
  if (!readParams(options.params, request.compile.params))
    return Usage;
  request.json = options.format == "json";
  Answer result = answer(options);
  if (!result.ok)
    return complain(result.error, Failure);
  if (std::string error = writeOutput(options.output, result.text); !error.empty())
    return complain(error, Failure);
  return Success;
}

void tools::addInspectCommand(CLI::App &app, int &status) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App *command = app.add_subcommand("inspect", "Show what stands in emitted code");
  command->footer(
      "Examples:\n"
      "  kiln inspect matmul.co\n"
      "  kiln inspect kernels/matmul.mlir --target gfx950 --param Align=16 --listing steady\n"
      "  kiln inspect matmul.kiln --chip MI355X\n"
      "  kiln inspect matmul.co --format json\n"
      "  kiln inspect matmul.co --dynamic --launch matmul.json\n"
      "  kiln inspect kernels/matmul.mlir --target gfx950 --line 49\n"
      "  kiln inspect kernels/matmul.mlir --target gfx950 --address 0x1a40\n"
      "  kiln inspect kernels/matmul.mlir --target gfx950,gfx942,sm_90a --format html -o matmul.html");
  InspectRequest &request = options->request;
  command
      ->add_option("FILE", request.compile.file,
                   "A code object or offload bundle (.co, .hsaco, .o), assembly of AMD GPUs (.s), PTX, a "
                   "bundle (.kiln), or "
                   "kernels (.mlir)")
      ->required();
  command->add_option("--kernel", request.compile.kernel, "Only this kernel");
  command
      ->add_option(
          "--target", options->targets,
          "What to compile .mlir or assemble .s for, or to show of a bundle; else the chip in the file. "
          "With --format html several, comma-separated")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--chip", request.chip, "Product whose roofline the loops are put under, e.g. MI355X");
  command->add_option("--param", options->params, "NAME=VALUE of a kernel's parameter")
      ->allow_extra_args(false);
  command->add_option("--schedule", request.compile.schedule, "Schedule file, instead of the target's own");
  command->add_option("--target-dir", request.compile.targetFolders, "Folder with targets, searched first")
      ->allow_extra_args(false);
  CLI::Option *dynamic = command->add_flag(
      "--dynamic", "Measure bank conflicts and coalescing of a launch on the emulator (needs --launch)");
  CLI::Option *launch =
      command->add_option("--launch", request.launch, "The launch to measure: a file as for kiln run")
          ->needs(dynamic);
  dynamic->needs(launch);
  command->add_option("--format", options->format, "text, json, or html: one page with everything, linked")
      ->check(CLI::IsMember({"text", "json", "html"}))
      ->capture_default_str();
  command->add_option("--listing", request.listing, "Instructions to list")
      ->check(CLI::IsMember({"none", "steady", "all"}))
      ->capture_default_str();
  auto *line =
      command->add_option("--line", options->line,
                          "What comes from this line: LINE of the kernel's file, FILE:LINE (of a schedule "
                          "too), or STAGE:LINE");
  command->add_option("--address", options->address, "Where the instruction at this address comes from")
      ->excludes(line);
  command->add_option("-o,--output", options->output, "Where to write it; - is the standard output")
      ->capture_default_str();
  command->callback([options, &status] { status = inspect(*options); });
}
