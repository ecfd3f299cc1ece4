// kiln expect: does the compiler still emit what a kernel's expectations say?
#include "Commands.h"
#include "InspectFile.h"
#include "kiln/Inspector/Expectation.h"

#include <cstdio>
#include <fstream>

using namespace kiln;
using namespace kiln::tools;
using inspector::Json;

namespace {
struct ExpectOptions {
  std::vector<std::string> files, targets, targetFolders;
  bool update = false;
};
} // namespace

static InspectRequest requestFor(const Json &expectation, const std::string &folder,
                                 const ExpectOptions &options) {
  InspectRequest request;
  request.json = true;
  request.compile.file = folder + expectation.at("file").get<std::string>();
  request.compile.target = expectation.at("target");
  request.compile.kernel = expectation.value("kernel", "");
  request.compile.schedule = expectation.value("schedule", "");
  request.compile.targetFolders = options.targetFolders;
  Json params = expectation.value("params", Json::object());
  for (const auto &[name, value] : params.items())
    request.compile.params.push_back({name, value.is_string() ? value.get<std::string>() : value.dump()});
  return request;
}

/// Compiles and checks one kernel; false with the reasons printed.
static bool check(Json &expectation, const std::string &folder, const ExpectOptions &options, bool &changed) {
  InspectRequest request = requestFor(expectation, folder, options);
  std::string title =
      request.compile.file + " " + request.compile.kernel + " " + request.compile.target + ": ";
  Answer answer = inspectFile(request);
  if (!answer.ok) {
    std::printf("%s%s\n", title.c_str(), answer.error.empty() ? "does not compile" : answer.error.c_str());
    return false;
  }
  Json kernel = Json::parse(answer.text)["objects"][0]["kernels"][0];
  if (options.update)
    for (const std::string &change : inspector::updateExpectation(expectation, kernel)) {
      std::printf("%s%s\n", title.c_str(), change.c_str());
      changed = true;
    }
  std::vector<std::string> faults = inspector::checkExpectation(expectation, kernel);
  for (const std::string &fault : faults)
    std::printf("%s%s\n", title.c_str(), fault.c_str());
  return faults.empty();
}

static bool checkFile(const std::string &path, const ExpectOptions &options) {
  std::ifstream file(path);
  if (!file) {
    std::fprintf(stderr, "error: cannot read '%s'\n", path.c_str());
    return false;
  }
  Json all = Json::parse(file);
  size_t slash = path.rfind('/');
  std::string folder = slash == std::string::npos ? "" : path.substr(0, slash + 1);
  bool clean = true, changed = false;
  unsigned kernels = 0;
  for (Json &expectation : all.at("kernels")) {
    if (!options.targets.empty() && std::find(options.targets.begin(), options.targets.end(),
                                              expectation.at("target")) == options.targets.end())
      continue;
    ++kernels;
    clean &= check(expectation, folder, options, changed);
  }
  if (changed)
    std::ofstream(path) << all.dump(2) << "\n";
  std::printf("%s: %u kernels%s\n", path.c_str(), kernels, clean ? " as expected" : ", differences above");
  return clean;
}

static int expect(const ExpectOptions &options) {
  bool clean = true;
  for (const std::string &file : options.files)
    try {
      clean &= checkFile(file, options);
    } catch (const Json::exception &error) {
      std::fprintf(stderr, "error: %s: %s\n", file.c_str(), error.what());
      clean = false;
    }
  return clean ? Success : Failure;
}

void tools::addExpectCommand(CLI::App &app, int &status) {
  auto options = std::make_shared<ExpectOptions>();
  CLI::App *command = app.add_subcommand("expect", "Check that kernels compile to what is expected of them");
  command->footer("Example:\n  kiln expect kernels/expectations.json");
  command->add_option("FILE", options->files, "Expectations (JSON); kernel files are relative to it")
      ->required();
  command->add_option("--target", options->targets, "Only these targets, comma-separated")->delimiter(',');
  command->add_option("--target-dir", options->targetFolders, "Folder with targets, searched first")
      ->allow_extra_args(false);
  command->add_flag("--update", options->update,
                    "Write the figures that are there now, and print what changed");
  command->callback([options, &status] { status = expect(*options); });
}
