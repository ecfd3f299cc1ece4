// kiln run: executes a kernel without a device and saves what it computed.
#include "Commands.h"
#include "HostMemory.h"
#include "Interpret.h"

#include <cstdio>

using namespace kiln;
using namespace kiln::tools;

namespace {
struct RunOptions {
  std::string file, device = "interpreter", kernel, launchFile;
  std::vector<std::string> params, args;
};
} // namespace

static int complain(const std::string &text, int status = Failure) {
  std::fprintf(stderr, "error: %s\n", text.c_str());
  return status;
}

static bool buildLaunch(const RunOptions &options, launch::Launch &launch, std::string &error) {
  if (!options.launchFile.empty()) {
    std::optional<launch::Launch> read = launch::readLaunch(options.launchFile, error);
    if (read)
      launch = *read;
    return read.has_value();
  }
  for (const std::string &text : options.args) {
    std::optional<launch::Argument> arg =
        launch::parseArgument(text, static_cast<unsigned>(launch.args.size()), error);
    if (!arg)
      return false;
    launch.args.push_back(*arg);
  }
  return true;
}

static int run(const RunOptions &options) {
  launch::Launch launch;
  std::string error;
  if (!buildLaunch(options, launch, error))
    return complain(error, Usage);
  if (options.device != "interpreter")
    return complain("--device: unknown device '" + options.device + "'; known are interpreter", Usage);
  HostMemory memory;
  std::optional<std::vector<launch::BoundArgument>> args = launch::materialise(launch, memory, error);
  if (!args)
    return complain(error);
  std::string kernel = options.kernel.empty() ? launch.kernel : options.kernel;
  if (!runInterpreter({options.file, kernel, options.params}, *args))
    return Failure;
  if (!launch::saveOutputs(launch, *args, memory, error))
    return complain(error);
  return Success;
}

void tools::addRunCommand(CLI::App &app, int &status) {
  auto options = std::make_shared<RunOptions>();
  CLI::App *command = app.add_subcommand("run", "Execute a kernel without a device");
  command->add_option("FILE", options->file, "Kernels (.mlir)")->required();
  command->add_option("--device", options->device, "Where to run it: interpreter");
  command->add_option("--kernel", options->kernel, "Which kernel; not needed if the file has one");
  command->add_option("--param", options->params, "NAME=VALUE of a kernel's parameter")
      ->allow_extra_args(false);
  auto *launchFile = command->add_option("--launch", options->launchFile, "Launch file (JSON)");
  command->add_option("--arg", options->args, "An argument: KIND:VALUE[,key=value...], in the kernel's order")
      ->allow_extra_args(false)
      ->excludes(launchFile);
  command->callback([options, &status] { status = run(*options); });
}
