// kiln expect: does the compiler still emit what a kernel's expectations say?
#include "Commands.h"
#include "InspectedCode.h"
#include "Progress.h"
#include "kiln/Inspector/Expectation.h"

#include <atomic>
#include <cstdio>
#include <fstream>
#include <thread>

using namespace kiln;
using namespace kiln::tools;
using inspector::ExpectedKernel;
using inspector::Json;

namespace {
struct ExpectOptions {
  std::vector<std::string> files, targets, targetFolders;
  unsigned threads = 0;
  bool update = false, json = false;
};

/// One compilation.
struct Job {
  unsigned expectation;
  ExpectedKernel kernel;
  /// One kernel, or what went wrong.
  std::optional<inspector::Report> report;
  std::string errors;
};

/// A file of expectations.
struct Expectations {
  std::string path, folder;
  Json json;
  std::vector<Job> jobs;
};
} // namespace

static CompileRequest requestFor(const ExpectedKernel &kernel, const std::string &folder,
                                 const ExpectOptions &options) {
  CompileRequest request;
  auto isRelative = [](const std::string &path) { return path[0] != '/' && path[0] != '@'; };
  request.file = isRelative(kernel.file) ? folder + kernel.file : kernel.file;
  request.kernel = kernel.kernel;
  request.target = kernel.target;
  request.schedule =
      !kernel.schedule.empty() && isRelative(kernel.schedule) ? folder + kernel.schedule : kernel.schedule;
  request.params = kernel.params;
  request.targetFolders = options.targetFolders;
  return request;
}

/// Compiles all, on several threads.
static void run(Expectations &file, const ExpectOptions &options) {
  Progress progress(file.jobs.size(), "kernels");
  std::atomic<size_t> next{0};
  auto work = [&] {
    for (size_t i; (i = next++) < file.jobs.size();) {
      Job &job = file.jobs[i];
      auto reports = inspectReports(requestFor(job.kernel, file.folder, options), job.errors);
      if (reports)
        job.report = std::move(reports->front());
      progress.advance();
    }
  };
  size_t count = options.threads ? options.threads : std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::thread> threads;
  while (threads.size() + 1 < std::min(count, file.jobs.size()))
    threads.emplace_back(work);
  work();
  for (std::thread &thread : threads)
    thread.join();
}

/// Reads a file and lists what is to be compiled; false with the reasons printed.
static bool read(Expectations &file, const ExpectOptions &options) {
  std::ifstream stream(file.path);
  if (!stream)
    return complain("cannot read '" + file.path + "'"), false;
  try {
    file.json = Json::parse(stream);
  } catch (const Json::exception &error) {
    return complain(file.path + ": " + error.what()), false;
  }
  if (!file.json.is_object() || !file.json.contains("kernels") || !file.json["kernels"].is_array())
    return complain(file.path + ": expected an object with a list 'kernels'"), false;
  size_t slash = file.path.rfind('/');
  file.folder = slash == std::string::npos ? "" : file.path.substr(0, slash + 1);
  bool right = true;
  for (unsigned i = 0; i < file.json["kernels"].size(); ++i) {
    const Json &expectation = file.json["kernels"][i];
    std::vector<std::string> mistakes = inspector::findMistakes(expectation);
    for (const std::string &mistake : mistakes)
      complain(file.path + ": kernel " + std::to_string(i) + ": " + mistake);
    right &= mistakes.empty();
    if (!mistakes.empty())
      continue;
    for (ExpectedKernel &kernel : inspector::kernelsOf(expectation))
      if (options.targets.empty() ||
          std::find(options.targets.begin(), options.targets.end(), kernel.target) != options.targets.end())
        file.jobs.push_back({i, std::move(kernel), std::nullopt, {}});
  }
  return right;
}

/// Writes the figures of all its kernels into each expectation. One with a kernel that is not there, be it
/// that it does not compile or that --target leaves it out, stays as it is.
static std::vector<std::string> update(Expectations &file) {
  std::vector<std::string> changes;
  for (unsigned i = 0; i < file.json["kernels"].size(); ++i) {
    Json &expectation = file.json["kernels"][i];
    std::vector<const inspector::KernelReport *> kernels;
    for (const Job &job : file.jobs)
      if (job.expectation == i && job.report)
        kernels.push_back(&job.report->kernels.front());
    if (kernels.size() != inspector::kernelsOf(expectation).size())
      continue;
    std::string title = expectation["file"].get<std::string>();
    if (expectation.contains("kernel"))
      title += " " + expectation["kernel"].get<std::string>();
    for (const std::string &change : inspector::updateExpectation(expectation, kernels))
      changes.push_back(title + ": " + change);
  }
  return changes;
}

static bool write(const Expectations &file) {
  std::ofstream stream(file.path);
  stream << inspector::format(file.json);
  stream.close();
  return bool(stream);
}

/// Checks one file; what was found goes to `report`, and is printed unless that is wanted as JSON.
static bool check(Expectations &file, const ExpectOptions &options, Json &report) {
  if (!read(file, options))
    return false;
  run(file, options);
  std::vector<std::string> changes = options.update ? update(file) : std::vector<std::string>();
  if (!changes.empty() && !write(file))
    return complain("cannot write '" + file.path + "'"), false;
  auto print = [&](const std::string &line) {
    if (!options.json)
      std::printf("%s\n", line.c_str());
  };
  for (const std::string &change : changes)
    print(change);
  bool clean = true;
  Json kernels = Json::array();
  for (const Job &job : file.jobs) {
    std::vector<std::string> faults =
        job.report
            ? inspector::checkExpectation(file.json["kernels"][job.expectation], job.report->kernels.front())
            : std::vector<std::string>{job.errors};
    for (const std::string &fault : faults)
      print(job.kernel.describe() + ": " + fault);
    clean &= faults.empty();
    Json params = Json::object();
    for (const auto &[name, value] : job.kernel.params)
      params[name] = value;
    kernels.push_back({{"file", job.kernel.file},
                       {"kernel", job.kernel.kernel},
                       {"target", job.kernel.target},
                       {"params", params},
                       {"schedule", job.kernel.schedule},
                       {"differences", faults}});
  }
  print(file.path + ": " + std::to_string(file.jobs.size()) + " kernels" +
        (clean ? " as expected" : ", differences above"));
  report.push_back({{"file", file.path}, {"as_expected", clean}, {"changes", changes}, {"kernels", kernels}});
  return clean;
}

static int expect(const ExpectOptions &options) {
  bool clean = true;
  Json report = Json::array();
  for (const std::string &path : options.files) {
    Expectations file;
    file.path = path;
    clean &= check(file, options, report);
  }
  if (options.json)
    std::printf("%s\n", report.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
  return clean ? Success : Failure;
}

void tools::addExpectCommand(CLI::App &app, int &status) {
  auto options = std::make_shared<ExpectOptions>();
  CLI::App *command = app.add_subcommand("expect", "Check that kernels compile to what is expected of them");
  command->footer("Examples:\n"
                  "  kiln expect kernels/expectations.json\n"
                  "  kiln expect kernels/expectations.json --target gfx950 --update");
  command
      ->add_option("FILE", options->files, "Expectations (JSON); the files that they name are relative to it")
      ->required();
  command->add_option("--target", options->targets, "Only these targets, comma-separated")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--target-dir", options->targetFolders, "Folder with targets, searched first")
      ->allow_extra_args(false);
  command->add_option("--threads", options->threads, "Kernels compiled at a time; all processors without it");
  command->add_flag("--update", options->update,
                    "Write the figures that are there now, and print what changed");
  command->add_flag("--json", options->json, "JSON instead of text");
  command->callback([options, &status] { status = expect(*options); });
}
