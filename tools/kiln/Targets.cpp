// kiln targets: the machines that there are, and what one is like.
#include "Commands.h"
#include "InspectFile.h"

#include <cstdio>

using namespace kiln;
using namespace kiln::tools;

namespace {
struct TargetsOptions {
  std::string target;
  std::vector<std::string> targetFolders;
  bool json = false;
};
} // namespace

void tools::addTargetsCommand(CLI::App &app, int &status) {
  auto options = std::make_shared<TargetsOptions>();
  CLI::App *command = app.add_subcommand("targets", "List the machines, or describe one");
  command->add_option("TARGET", options->target, "Machine to describe");
  command->add_option("--target-dir", options->targetFolders, "Folder with targets, searched first")
      ->allow_extra_args(false);
  command->add_flag("--json", options->json, "JSON instead of text");
  command->callback([options, &status] {
    Answer answer = describeTargets(options->target, options->targetFolders, options->json);
    complain(answer.error);
    std::fputs(answer.text.c_str(), stdout);
    status = answer.ok ? Success : Failure;
  });
}
