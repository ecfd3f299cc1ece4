// kiln diff: what changed between two builds of kernels, and is it worse?
#include "kiln/Inspector/Diff.h"
#include "Commands.h"
#include "CommonOptions.h"
#include "InspectedCode.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <unistd.h>

using namespace kiln;
using namespace kiln::tools;
namespace fs = std::filesystem;

namespace {
struct DiffOptions {
  CommonOptions common;
  std::vector<std::string> files, targets, schedules, failOn;
  std::string format = "text";
};

/// One of the two things that are compared, with the reports that its kernels are parts of.
struct Side {
  CompileRequest request;
  std::vector<inspector::Report> reports;
  std::vector<std::string> labels; // of each report: where it is in the folder or bundle, or nothing
};
} // namespace

/// What `kiln inspect` reads, but sources.
static bool isCode(const fs::path &path) {
  static const char *const endings[] = {".co", ".hsaco", ".o", ".kiln", ".ptx", ".s"};
  return std::find(std::begin(endings), std::end(endings), path.extension()) != std::end(endings);
}

/// "5", "valu=10", "none", comma-separated.
static bool parseThresholds(const std::vector<std::string> &texts, inspector::Thresholds &thresholds) {
  if (!texts.empty())
    thresholds.all.reset();
  for (const std::string &text : texts) {
    if (text == "none")
      continue;
    size_t equals = text.find('=');
    std::string name = equals == std::string::npos ? "" : text.substr(0, equals);
    std::string number = equals == std::string::npos ? text : text.substr(equals + 1);
    char *end = nullptr;
    double percent = std::strtod(number.c_str(), &end);
    if (number.empty() || *end || !(percent >= 0)) {
      complain("--fail-on expects a percentage, NAME=PERCENTAGE or none, found '" + text + "'", Usage);
      return false;
    }
    std::vector<llvm::StringRef> names = inspector::thresholdNames();
    if (equals != std::string::npos && std::find(names.begin(), names.end(), name) == names.end()) {
      std::string all;
      for (llvm::StringRef known : names)
        all += (all.empty() ? "" : ", ") + known.str();
      complain("--fail-on: there is no figure '" + name + "'; there are " + all, Usage);
      return false;
    }
    if (name.empty())
      thresholds.all = percent;
    else
      thresholds.byName[name] = percent;
  }
  return true;
}

static bool add(Side &side, const std::string &file, const std::string &label) {
  CompileRequest request = side.request;
  request.file = file;
  std::string errors;
  auto reports = inspectReports(request, errors);
  if (!reports) {
    std::fputs(errors.c_str(), stderr);
    return false;
  }
  for (inspector::Report &report : *reports) {
    side.labels.push_back(label + (label.empty() || report.object.empty() ? "" : "/") + report.object);
    side.reports.push_back(std::move(report));
  }
  return true;
}

static bool read(Side &side, const std::string &path) {
  std::error_code error;
  if (!fs::is_directory(path, error))
    return add(side, path, "");
  std::vector<fs::path> files;
  for (auto entry = fs::recursive_directory_iterator(path, error);
       entry != fs::recursive_directory_iterator(); entry.increment(error))
    if (!error && entry->is_regular_file(error) && isCode(entry->path()))
      files.push_back(entry->path());
  if (error)
    return complain("cannot read '" + path + "': " + error.message(), Failure), false;
  if (files.empty())
    return complain("there is no compiled kernel in '" + path + "'", Failure), false;
  std::sort(files.begin(), files.end());
  for (const fs::path &file : files)
    if (!add(side, file.string(), file.lexically_relative(path).string()))
      return false;
  return true;
}

static std::vector<inspector::DiffInput> kernelsOf(const Side &side, const std::string &only) {
  std::vector<inspector::DiffInput> kernels;
  for (size_t i = 0; i < side.reports.size(); ++i) {
    const inspector::Report &report = side.reports[i];
    for (const inspector::KernelReport &kernel : report.kernels)
      if (only.empty() || kernel.name == only)
        kernels.push_back(
            {(side.labels[i].empty() ? "" : side.labels[i] + ": ") + kernel.name, report.chip, &kernel});
  }
  return kernels;
}

/// The first and the second of what was given for both or for each; false if there are more.
static bool pick(const std::vector<std::string> &given, const char *option, std::string CompileRequest::*part,
                 Side (&sides)[2]) {
  if (given.size() > 2)
    return complain(std::string(option) + " takes one value, or one for each side", Usage), false;
  if (!given.empty()) {
    sides[0].request.*part = given.front();
    sides[1].request.*part = given.back();
  }
  return true;
}

static int diff(const DiffOptions &options) {
  inspector::Thresholds thresholds;
  std::optional<CompileRequest> request = options.common.request();
  if (!request || !parseThresholds(options.failOn, thresholds))
    return Usage;
  Side sides[2];
  sides[0].request = sides[1].request = *request;
  if (!pick(options.targets, "--target", &CompileRequest::target, sides) ||
      !pick(options.schedules, "--schedule", &CompileRequest::schedule, sides))
    return Usage;
  const std::string &a = options.files.front(), &b = options.files.back();
  if (options.files.size() == 1 &&
      (!isSource(a) || (options.targets.size() < 2 && options.schedules.size() < 2)))
    return complain("expected two files or folders, or one .mlir with two targets or two schedules", Usage);
  for (const std::string &file : options.files)
    if (isSource(file) && options.targets.empty())
      return complain("--target is needed to compile '" + file + "'", Usage);
  std::error_code error;
  if (fs::exists(a, error) && fs::exists(b, error) &&
      fs::is_directory(a, error) != fs::is_directory(b, error))
    return complain("'" + a + "' and '" + b + "': expected two files or two folders", Failure);
  if (!read(sides[0], a) || !read(sides[1], b))
    return Failure;
  // Of a source only the named kernel has been compiled, and its name in the code may be another.
  std::string only[] = {isSource(a) ? "" : options.common.kernel, isSource(b) ? "" : options.common.kernel};
  inspector::Diff found = inspector::diff(kernelsOf(sides[0], only[0]), kernelsOf(sides[1], only[1]));
  std::vector<std::string> failures = inspector::findFailures(found, thresholds);
  if (options.format == "json")
    llvm::outs() << inspector::toJson(found, failures);
  else
    inspector::printText(found, failures, isatty(STDOUT_FILENO), llvm::outs());
  return failures.empty() ? Success : Failure;
}

void tools::addDiffCommand(CLI::App &app, int &status) {
  auto options = std::make_shared<DiffOptions>();
  CLI::App *command =
      app.add_subcommand("diff", "Say what changed between two builds of kernels, and what got worse");
  command->footer("Examples:\n"
                  "  kiln diff old.co new.co\n"
                  "  kiln diff build-before/ build-after/ --fail-on 2,vgprs=10,code_bytes=20\n"
                  "  kiln diff kernels/matmul.mlir --target gfx942,gfx950 --fail-on none\n"
                  "  kiln diff kernels/matmul.mlir --target gfx950 --param Align=16 "
                  "--schedule @matmul_8_waves,@matmul_4_waves\n"
                  "Exit status 1 if something got worse than allowed.");
  command->add_option("FILE", options->files, "Two files that `kiln inspect` reads, or two folders of such")
      ->required()
      ->expected(1, 2);
  options->common.addTo(*command);
  command
      ->add_option("--target", options->targets,
                   "What to compile .mlir for; two, comma-separated: one for each")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      ->add_option("--schedule", options->schedules, "Schedule of .mlir; two, comma-separated: one for each")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      ->add_option(
          "--fail-on", options->failOn,
          "By how many percent figures may get worse: PERCENT, NAME=PERCENT or none, comma-separated; "
          "without it 0")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--format", options->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->callback([options, &status] { status = diff(*options); });
}
