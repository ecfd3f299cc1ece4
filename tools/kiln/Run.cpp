// kiln run: executes a kernel without a device and saves what it computed.
#include "Commands.h"
#include "Emulate.h"
#include "HostMemory.h"
#include "Observe.h"
#ifdef KILN_COMPILER
#include "BundleKernel.h"
#include "Interpret.h"
#include "KernelLaunch.h"
#endif

#include "kiln/Emulator/Observers.h"
#include "kiln/run/Run.h"
#include "kiln/runtime.hpp"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace kiln;
using namespace kiln::tools;

namespace {
struct RunOptions {
  std::string file, device, kernel, launchFile, grid, block, tolerance;
  std::string schedule;
  std::vector<std::string> params, args, checks, targetFolders;
  uint32_t dynamicLds = 0;
  bool json = false;
  emulator::LaunchOptions emulation;
  ObserveOptions observe;
};

/// What a run has to say for itself, as text or as one JSON object.
struct Report {
  llvm::json::Object object;
  std::vector<std::string> lines;
  bool clean = true;
};
} // namespace

/// An error of the run itself, which --json reports on stdout.
static int fail(const RunOptions &options, const std::string &error) {
  if (options.json)
    llvm::outs() << llvm::json::Value(llvm::json::Object{{"status", "error"}, {"error", error}}) << "\n";
  else
    complain(error);
  return Failure;
}

static bool buildLaunch(const RunOptions &options, launch::Launch &launch, std::string &error) {
  if (!options.launchFile.empty()) {
    std::optional<launch::Launch> read = launch::readLaunch(options.launchFile, error);
    if (read)
      launch = *read;
    return read.has_value();
  }
  for (auto [text, dim] :
       {std::pair(&options.grid, &launch.grid), std::pair(&options.block, &launch.block)}) {
    std::optional<launch::Dim3> read = text->empty() ? launch::Dim3() : launch::parseDim3(*text, error);
    if (!read)
      return false;
    *dim = *read;
  }
  launch.dynamicLds = options.dynamicLds;
  for (const std::string &text : options.args) {
    std::optional<launch::Argument> arg =
        launch::parseArgument(text, static_cast<unsigned>(launch.args.size()), error);
    if (!arg)
      return false;
    launch.args.push_back(*arg);
  }
  return true;
}

/// "RELATIVE[,ABSOLUTE]"; nothing where the type's own tolerance holds.
static bool parseTolerance(const std::string &text, std::optional<launch::Tolerance> &tolerance,
                           std::string &error) {
  if (text.empty())
    return true;
  auto [relative, absolute] = llvm::StringRef(text).split(',');
  tolerance.emplace();
  if (!relative.getAsDouble(tolerance->relative) &&
      (absolute.empty() || !absolute.getAsDouble(tolerance->absolute)))
    return true;
  error = "--tolerance: expected RELATIVE[,ABSOLUTE], found '" + text + "'";
  return false;
}

/// Compares one argument with "[N=]FILE"; without N, with the first argument that has `save`.
static bool check(const std::string &text, const RunOptions &options, const launch::Launch &launch,
                  const std::vector<launch::BoundArgument> &args, launch::Memory &memory, Report &report,
                  std::string &error) {
  auto [head, tail] = llvm::StringRef(text).split('=');
  unsigned number = 0;
  std::string file = tail.str();
  if (tail.empty() || head.getAsInteger(10, number)) {
    file = text;
    while (number < launch.args.size() && launch.args[number].save.empty())
      ++number;
  }
  if (number >= args.size() || !args[number].isBuffer) {
    error = "--check: expected NUMBER=FILE.npy with the number of a buffer argument (or an argument that is "
            "saved), found '" +
            text + "'";
    return false;
  }
  const launch::ArrayType &type = args[number].type;
  std::optional<launch::Tolerance> tolerance;
  std::optional<launch::NpyArray> expected = launch::readNpy(file, error);
  std::vector<uint8_t> found(type.bytes());
  if (!expected || !parseTolerance(options.tolerance, tolerance, error) ||
      (!found.empty() && !memory.read(args[number].address, found.data(), found.size(), error)))
    return false;
  std::optional<launch::Comparison> result = launch::compare(
      type, found.data(), *expected, tolerance.value_or(launch::defaultTolerance(type.type)), error);
  if (!result) {
    error = "argument " + std::to_string(number) + " against " + file + ": " + error;
    return false;
  }
  report.clean &= result->wrong == 0;
  report.lines.push_back("argument " + std::to_string(number) + " against " + file + ": " + result->str());
  llvm::json::Object object{{"argument", number},
                            {"file", file},
                            {"elements", static_cast<int64_t>(result->elements)},
                            {"wrong", static_cast<int64_t>(result->wrong)},
                            {"summary", result->str()}};
  llvm::json::Value &list = report.object.try_emplace("checks", llvm::json::Array()).first->second;
  list.getAsArray()->push_back(std::move(object));
  return true;
}

/// What follows every run: outputs are saved and compared, the report is printed.
static int finish(const RunOptions &options, const launch::Launch &launch,
                  const std::vector<launch::BoundArgument> &args, launch::Memory &memory, Report report) {
  std::string error;
  if (!launch::saveOutputs(launch, args, memory, error))
    return fail(options, error);
  for (const std::string &text : options.checks)
    if (!check(text, options, launch, args, memory, report, error))
      return fail(options, error);
  if (options.json) {
    report.object["status"] = report.clean ? "ok" : "finding";
    llvm::outs() << llvm::json::Value(std::move(report.object)) << "\n";
  } else {
    for (const std::string &line : report.lines)
      llvm::outs() << line << "\n";
  }
  return report.clean ? Success : Failure;
}

static llvm::json::Object toJson(const emulator::Finding &finding) {
  llvm::json::Object object{
      {"kind", finding.kind},
      {"message", finding.message},
      {"pc", static_cast<int64_t>(finding.pc)},
      {"disassembly", finding.disassembly},
      {"workgroup", llvm::json::Array{finding.workgroup[0], finding.workgroup[1], finding.workgroup[2]}},
      {"wave", finding.wave},
      {"count", static_cast<int64_t>(finding.count)}};
  if (finding.lane >= 0)
    object["lane"] = finding.lane;
  if (finding.address)
    object["address"] = static_cast<int64_t>(finding.address);
  if (!finding.source.empty())
    object["source"] = finding.source;
  return object;
}

static void addFindings(Report &report, const std::vector<emulator::Finding> &found) {
  llvm::json::Array findings;
  for (const emulator::Finding &finding : found) {
    report.lines.push_back(emulator::describe(finding));
    findings.push_back(toJson(finding));
  }
  report.clean &= found.empty();
  report.object["findings"] = std::move(findings);
}

static Report reportOf(const Emulation &run, const emulator::Counters *counters) {
  Report report;
  addFindings(report, run.result.findings);
  report.lines.push_back(llvm::formatv("{0} on {1}: {2} instructions in {3:f3} s", run.kernel,
                                       emulator::chipName(run.device->chip()), run.result.instructions,
                                       run.result.seconds));
  report.object["kernel"] = run.kernel;
  report.object["device"] = emulator::chipName(run.device->chip());
  report.object["instructions"] = static_cast<int64_t>(run.result.instructions);
  report.object["seconds"] = run.result.seconds;
  if (counters) {
    report.lines.push_back(counters->toTable());
    report.object["counters"] = llvm::cantFail(llvm::json::parse(counters->toJson()));
  }
  return report;
}

/// A launch that ended in a fault still has its findings.
static int faulted(const RunOptions &options, const std::string &error,
                   const std::vector<emulator::Finding> &findings) {
  if (findings.empty())
    return fail(options, error);
  Report report;
  addFindings(report, findings);
  if (options.json) {
    report.object["status"] = "error";
    report.object["error"] = error;
    llvm::outs() << llvm::json::Value(std::move(report.object)) << "\n";
    return Failure;
  }
  for (const std::string &line : report.lines)
    llvm::outs() << line << "\n";
  llvm::outs().flush();
  return complain(error);
}

/// Runs on the emulator under the observers that were asked for.
static int runObserved(const RunOptions &options, const launch::Launch &launch,
                       llvm::function_ref<llvm::Expected<Emulation>(const emulator::LaunchOptions &)> start) {
  auto watchers = Watchers::create(options.observe);
  if (!watchers)
    return complain(llvm::toString(watchers.takeError()), Usage);
  std::vector<emulator::Finding> findings;
  emulator::LaunchOptions emulation = options.emulation;
  emulation.observers = watchers->pointers();
  emulation.findings = &findings;
  auto run = start(emulation);
  if (!run)
    return faulted(options, options.file + ": " + llvm::toString(run.takeError()), findings);
  DeviceMemory memory(run->device->memory());
  return finish(options, launch, run->arguments, memory, reportOf(*run, watchers->counters()));
}

static int runEmulator(const RunOptions &options, std::optional<emulator::Chip> chip,
                       const launch::Launch &launch) {
  std::string error;
  std::optional<std::vector<uint8_t>> elf = launch::readFile(options.file, error);
  if (!elf)
    return fail(options, error);
  return runObserved(options, launch, [&](const emulator::LaunchOptions &emulation) {
    return runCodeObject(*elf, launch, emulation, chip);
  });
}

#ifdef KILN_COMPILER
static int runInterpreted(const RunOptions &options, const launch::Launch &launch) {
  std::string error;
  HostMemory memory;
  std::optional<std::vector<launch::BoundArgument>> args = launch::materialise(launch, memory, error);
  if (!args)
    return complain(error);
  if (!runInterpreter({options.file, launch.kernel, options.params}, *args))
    return Failure;
  return finish(options, launch, *args, memory, Report());
}

static CompileRequest compileRequestOf(const RunOptions &options, const std::string &kernel,
                                       const std::string &target) {
  CompileRequest request{options.file,          kernel, target, options.schedule, "obj", {},
                         options.targetFolders,
                         /*lineTables=*/true};
  for (const std::string &param : options.params) {
    auto [name, value] = llvm::StringRef(param).split('=');
    request.params.push_back({name.str(), value.str()});
  }
  return request;
}

/// Compiles for the device's own target. Empty if that fails, which has been said.
static std::string bundleFor(const RunOptions &options, const std::string &kernel) {
  runtime::Device device(options.device);
  std::string best;
  for (const std::string &target : targetNames(options.targetFolders))
    if (device.fit(target) > (best.empty() ? 0 : device.fit(best)))
      best = target;
  if (best.empty()) {
    complain(options.device + " is " + device.properties().target + ", for which there is no target");
    return "";
  }
  CompileResult code = compileKernel(compileRequestOf(options, kernel, best));
  if (!code.ok)
    return "";
  auto bytes = bundleOf(TargetCode{best, std::move(code)});
  if (!bytes)
    complain(llvm::toString(bytes.takeError()));
  return bytes ? *bytes : "";
}

/// Compiles for the chip first; the launch has one argument per kernel argument.
static int runCompiled(const RunOptions &options, emulator::Chip chip, const launch::Launch &launch) {
  CompileResult code = compileKernel(compileRequestOf(options, launch.kernel, emulator::chipName(chip)));
  if (!code.ok)
    return Failure;
  return runObserved(options, launch, [&](const emulator::LaunchOptions &emulation) {
    return runOnEmulator(code, launch, emulation, chip);
  });
}
#endif

/// Devices of the runtime, and bundles: what kiln-run does, with the compiler in front.
static int runThroughRuntime(const RunOptions &options, bool isSource) {
  const ObserveOptions &observe = options.observe;
  const emulator::LaunchOptions &asked = options.emulation, plain;
  bool setsExecution = asked.policy != plain.policy || asked.timing != plain.timing ||
                       asked.seed != plain.seed || asked.threads != plain.threads ||
                       asked.instructionBudget != plain.instructionBudget;
  if (observe.counters || !observe.trace.empty() || !observe.stop.empty() || !observe.only.empty() ||
      !observe.without.empty() || setsExecution)
    return complain(
        "counters, traces, breakpoints, single observers and how waves are executed (--policy, "
        "--memory-timing, --seed, --threads, --budget) need the emulator and a kernel (.mlir) or a "
        "code object, found " +
            options.file + " on " + (options.device.empty() ? "the emulator" : options.device),
        Usage);
  run::RunOptions work;
  work.observers = !observe.none;
  work.file = options.file;
  work.device = options.device.empty() ? "emulator" : options.device;
  work.launchFile = options.launchFile;
  work.kernel = options.kernel;
  work.grid = options.grid;
  work.block = options.block;
  work.args = options.args;
  if (options.dynamicLds)
    work.dynamicShared = options.dynamicLds;
  work.checks = options.checks;
  work.tolerance = options.tolerance;
  work.json = options.json;
#ifdef KILN_COMPILER
  if (isSource) {
    std::string error;
    std::optional<launch::Launch> file =
        options.launchFile.empty() ? launch::Launch()
                                   : launch::readLaunch(options.launchFile, error, /*needsGeometry=*/false);
    if (!file)
      return fail(options, error);
    try {
      work.image = bundleFor(options, options.kernel.empty() ? file->kernel : options.kernel);
    } catch (const std::exception &error) {
      return fail(options, error.what());
    }
    if (work.image.empty())
      return Failure;
  }
#endif
  run::Outcome outcome = run::run(work);
  llvm::outs() << outcome.output;
  return outcome.error.empty() ? outcome.status : complain(outcome.error, outcome.status);
}

static int runKernel(const RunOptions &options) {
  bool isSource = tools::isSource(options.file);
  bool isBundle = llvm::StringRef(options.file).ends_with(".kiln");
  llvm::StringRef scheme = llvm::StringRef(options.device).split(':').first;
  if (scheme == "cuda" || scheme == "hip" || (isBundle && (scheme.empty() || scheme == "emulator")))
    return runThroughRuntime(options, isSource);
  launch::Launch launch;
  std::string error;
  if (!buildLaunch(options, launch, error)) // a damaged file is bad input, a damaged option bad usage
    return options.launchFile.empty() ? complain(error, Usage) : fail(options, error);
  if (!options.kernel.empty())
    launch.kernel = options.kernel;
  std::string device = !options.device.empty() ? options.device : isSource ? "interpreter" : "emulator";
#ifdef KILN_COMPILER
  if (device == "interpreter")
    return runInterpreted(options, launch);
#endif
  auto [name, chipText] = llvm::StringRef(device).split(':');
  std::optional<emulator::Chip> chip;
  for (emulator::Chip known : {emulator::Chip::Gfx942, emulator::Chip::Gfx950})
    if (chipText == emulator::chipName(known))
      chip = known;
  if (name != "emulator" || (!chip && !chipText.empty()))
    return complain(
        "--device: unknown device '" + device +
            "'; known are interpreter, emulator, emulator:gfx942, emulator:gfx950, cuda[:N], hip[:N]",
        Usage);
#ifdef KILN_COMPILER
  if (isSource)
    return runCompiled(options, chip.value_or(emulator::Chip::Gfx950), launch);
#endif
  return runEmulator(options, chip, launch);
}

static void addEmulatorOptions(CLI::App &command, RunOptions &options) {
  using emulator::MemoryTiming;
  using emulator::Policy;
  static const std::map<std::string, Policy> policies = {
      {"short-turns", Policy::ShortTurns}, {"random", Policy::Random}, {"one-ahead", Policy::OneAhead}};
  static const std::map<std::string, MemoryTiming> timings = {{"typical", MemoryTiming::Typical},
                                                              {"at-issue", MemoryTiming::AtIssue},
                                                              {"at-wait", MemoryTiming::AtWait},
                                                              {"random", MemoryTiming::Random}};
  emulator::LaunchOptions &emulation = options.emulation;
  auto choose = [&command](const char *option, const auto &values, auto &value, const char *what) {
    command
        .add_option_function<std::string>(
            option, [&](const std::string &name) { value = values.at(name); }, what)
        ->check(CLI::IsMember(values))
        ->type_name("NAME");
  };
  choose("--policy", policies, emulation.policy, "How waves take turns; short-turns without it");
  choose("--memory-timing", timings, emulation.timing,
         "When memory returns; typical (LDS soon, the rest late) without it");
  command.add_option("--seed", emulation.seed, "Seed of the turns and of random timing");
  command.add_option("--threads", emulation.threads, "Host threads; 0: all");
  command.add_option("--budget", emulation.instructionBudget,
                     "Instructions that a wave may execute: more is an infinite loop");
}

static void addObserverOptions(CLI::App &command, ObserveOptions &options) {
  command.add_option("--observers", options.only, "Only these observers: NAME[,NAME...]")->delimiter(',');
  command.add_flag("--no-observers", options.none, "No observers: fast");
  for (const emulator::ObserverKind &kind : emulator::observerKinds())
    command.add_flag_callback(
        std::string("--no-") + kind.name, [&options, kind] { options.without.push_back(kind.name); },
        std::string("Do not look for ") + kind.summary);
  command.add_flag("--counters", options.counters, "Count instructions, operations, traffic, conflicts");
  command.add_option("--trace", options.trace,
                     "WAVE[:X,Y,Z]: what that wave of that workgroup executes (stderr)");
  auto *stop =
      command.add_option("--break", options.stop, "0xPC, LINE or FILE:LINE: print when a wave is there");
  command.add_option("--print", options.print, "Registers that --break prints: v0,s4,s[0:3],vcc,...")
      ->needs(stop);
}

void tools::addRunCommand(CLI::App &app, int &status) {
  auto options = std::make_shared<RunOptions>();
  CLI::App *command = app.add_subcommand("run", "Execute a kernel once, here or on a device");
  command
      ->add_option("FILE", options->file,
                   "Kernels (.mlir), a bundle (.kiln), or code for the device (.co, .hsaco: code object or "
                   "offload bundle; .ptx)")
      ->required();
  command->add_option(
      "--device", options->device,
      "Where to run it: interpreter (.mlir), emulator[:gfx942|:gfx950], cuda[:N], hip[:N]; kernels are "
      "compiled for that device, the emulator's being gfx950 without a chip");
  command->add_option("--kernel", options->kernel, "Which kernel; not needed if the file has one");
  command->add_option("--param", options->params, "NAME=VALUE of a kernel's parameter")
      ->allow_extra_args(false);
#ifdef KILN_COMPILER
  command->add_option("--schedule", options->schedule, "Schedule file, or @NAME of one of the target's own");
  command->add_option("--target-dir", options->targetFolders, "Folder with targets, searched first")
      ->allow_extra_args(false);
#endif
  auto *launchFile = command->add_option("--launch", options->launchFile, "Launch file (JSON)");
  command->add_option("--arg", options->args, "An argument: KIND:VALUE[,key=value...], in the kernel's order")
      ->allow_extra_args(false)
      ->excludes(launchFile);
  command->add_option("--grid", options->grid, "X[,Y[,Z]] workgroups")->excludes(launchFile);
  command->add_option("--block", options->block, "X[,Y[,Z]] work-items of a workgroup")->excludes(launchFile);
  command->add_option("--dynamic-lds", options->dynamicLds, "Bytes of LDS beside the kernel's own")
      ->excludes(launchFile);
  command
      ->add_option("--check", options->checks,
                   "[N=]EXPECTED.npy: compare argument N (without N: the first saved one)")
      ->allow_extra_args(false);
  command->add_option("--tolerance", options->tolerance,
                      "RELATIVE[,ABSOLUTE] for --check; one unit in the last place without it");
  command->add_flag("--json", options->json, "The result as one JSON object");
  addEmulatorOptions(*command, *options);
  addObserverOptions(*command, options->observe);
  command->callback([options, &status] { status = runKernel(*options); });
}
