// kiln-run: the runtime's own executable. It needs a driver and a bundle, nothing else.
#include "kiln/run/Run.h"

#include <CLI/CLI.hpp>
#include <cstdio>

using namespace kiln::run;

static void addWork(CLI::App *command, Work &work) {
  command
      ->add_option("FILE", work.file, "Bundle (.kiln), or code for this device (.co, .hsaco, .ptx, .cubin)")
      ->required();
  command->add_option("--device", work.device, "emulator[:TARGET], cuda[:N] or hip[:N]")->required();
  auto *launch = command->add_option("--launch", work.launchFile, "Launch file (JSON)");
  command->add_option("--kernel", work.kernel, "Which kernel");
  command->add_option("--grid", work.grid, "Workgroups X,Y,Z; a bundle knows its own")->excludes(launch);
  command->add_option("--block", work.block, "Threads of a workgroup X,Y,Z; a bundle knows its own")
      ->excludes(launch);
  command->add_option("--dynamic-lds", work.dynamicShared,
                      "Bytes of dynamic shared memory; a bundle knows its own");
  command->add_option("--arg", work.args, "An argument, KIND:VALUE[,key=value...], in the kernel's order")
      ->allow_extra_args(false)
      ->excludes(launch);
}

static int finish(const Outcome &outcome) {
  std::fputs(outcome.output.c_str(), stdout);
  if (!outcome.error.empty())
    std::fprintf(stderr, "kiln-run: error: %s\n", outcome.error.c_str());
  return outcome.status;
}

int main(int argc, char **argv) {
  CLI::App app{"Runs kernels from Kiln bundles on the devices of this machine."};
  app.require_subcommand(1);
  app.set_version_flag("--version", KILN_VERSION);
  bool json = false;
  std::string file;
  RunOptions runOptions;
  BenchOptions benchOptions;
  VerifyOptions verifyOptions;

  CLI::App *list = app.add_subcommand("list", "List devices, and why a driver has none");
  CLI::App *info = app.add_subcommand("info", "Say what a bundle holds; --json prints its manifest");
  info->add_option("FILE", file, "Bundle (.kiln)")->required();
  CLI::App *run = app.add_subcommand("run", "Launch a kernel once");
  addWork(run, runOptions);
  run->add_option("--check", runOptions.checks, "[ARGUMENT=]EXPECTED.npy: compare a buffer afterwards")
      ->allow_extra_args(false);
  run->add_option("--tolerance", runOptions.tolerance, "RELATIVE[,ABSOLUTE] for --check");
  CLI::App *bench = app.add_subcommand("bench", "Time a kernel");
  addWork(bench, benchOptions);
  bench->add_option("--warmup", benchOptions.warmup, "Launches before the first that counts");
  bench->add_option("--repeat", benchOptions.repeat, "Launches that count");
  bench->add_flag("--graph", benchOptions.graph, "Time replays of a graph of --repeat launches");
  CLI::App *verify =
      app.add_subcommand("verify", "Run a bundle's cases and compare with their expected results");
  verify->add_option("FILE", verifyOptions.file, "Bundle (.kiln)")->required();
  verify->add_option("--device", verifyOptions.devices, "May be given several times")
      ->required()
      ->allow_extra_args(false);
  verify->add_option("--case", verifyOptions.cases, "Only this one; may be given several times")
      ->allow_extra_args(false);
  bool noObservers = false;
  for (CLI::App *command : {run, verify})
    command->add_flag("--no-observers", noObservers,
                      "Do not look for missing waits, races and the like on the emulator: faster");
  for (CLI::App *command : {list, info, run, bench, verify})
    command->add_flag("--json", json, "One JSON value on stdout");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  runOptions.observers = verifyOptions.observers = !noObservers;
  runOptions.json = benchOptions.json = verifyOptions.json = json;
  return finish(*list    ? kiln::run::list(json)
                : *info  ? kiln::run::info(file, json)
                : *run   ? kiln::run::run(runOptions)
                : *bench ? kiln::run::bench(benchOptions)
                         : kiln::run::verify(verifyOptions, [](const std::string &row) {
                             std::fputs(row.c_str(), stdout);
                             std::fflush(stdout);
                           }));
}
