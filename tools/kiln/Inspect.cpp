// kiln inspect: what stands in emitted code.
#include "Commands.h"
#include "InspectFile.h"

#include <cstdio>

using namespace kiln;
using namespace kiln::tools;

namespace {
struct InspectOptions {
  InspectRequest request;
  std::vector<std::string> params;
  std::string format = "text";
};
} // namespace

static int inspect(InspectOptions &options) {
  InspectRequest &request = options.request;
  const std::string &file = request.compile.file;
  bool isSource = file.size() > 5 && file.compare(file.size() - 5, 5, ".mlir") == 0;
  if (isSource && request.compile.target.empty()) {
    std::fprintf(stderr, "error: --target is needed to compile '%s'\n", file.c_str());
    return Usage;
  }
  for (const std::string &param : options.params) {
    size_t equals = param.find('=');
    if (equals == std::string::npos || equals == 0) {
      std::fprintf(stderr, "error: --param expects NAME=VALUE, found '%s'\n", param.c_str());
      return Usage;
    }
    request.compile.params.push_back({param.substr(0, equals), param.substr(equals + 1)});
  }
  request.json = options.format == "json";
  Answer answer = inspectFile(request);
  if (!answer.error.empty())
    std::fprintf(stderr, "error: %s\n", answer.error.c_str());
  std::fputs(answer.text.c_str(), stdout);
  return answer.ok ? Success : Failure;
}

void tools::addInspectCommand(CLI::App &app, int &status) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App *command = app.add_subcommand("inspect", "Show what stands in emitted code");
  command->footer("Examples:\n"
                  "  kiln inspect matmul.co\n"
                  "  kiln inspect kernels/matmul.mlir --target gfx950 --param Align=16 --listing steady\n"
                  "  kiln inspect matmul.kiln --chip MI355X\n"
                  "  kiln inspect matmul.co --format json");
  InspectRequest &request = options->request;
  command
      ->add_option("FILE", request.compile.file,
                   "A code object (.co, .hsaco, .o), assembly of AMD GPUs (.s), PTX, a bundle (.kiln), or "
                   "kernels (.mlir)")
      ->required();
  command->add_option("--kernel", request.compile.kernel, "Only this kernel");
  command->add_option("--target", request.compile.target,
                      "What to compile .mlir or assemble .s for; else the chip in the file");
  command->add_option("--chip", request.chip, "Product whose roofline the loops are put under, e.g. MI355X");
  command->add_option("--param", options->params, "NAME=VALUE of a kernel's parameter")
      ->allow_extra_args(false);
  command->add_option("--schedule", request.compile.schedule, "Schedule file, instead of the target's own");
  command->add_option("--target-dir", request.compile.targetFolders, "Folder with targets, searched first")
      ->allow_extra_args(false);
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->add_option("--listing", request.listing, "Instructions to list")
      ->check(CLI::IsMember({"none", "steady", "all"}))
      ->capture_default_str();
  command->callback([options, &status] { status = inspect(*options); });
}
