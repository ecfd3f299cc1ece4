// kiln verify: generated code against the interpreter, on the cases beside the kernel.
#include "Commands.h"
#include "VerifyKernel.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace kiln;
using namespace kiln::tools;

namespace {
struct VerifyOptions {
  VerifyRequest request;
  std::vector<std::string> params, shapes;
  bool json = false;
};
} // namespace

static bool parse(VerifyOptions &options, std::string &error) {
  for (const std::string &param : options.params) {
    auto [name, value] = llvm::StringRef(param).split('=');
    if (name.empty() || value.empty()) {
      error = "--param expects NAME=VALUE, found '" + param + "'";
      return false;
    }
    options.request.parameters[name.str()] = value.str();
  }
  for (const std::string &shape : options.shapes) {
    std::vector<int64_t> sizes;
    for (llvm::StringRef text : llvm::split(shape, 'x')) {
      sizes.emplace_back();
      if (text.getAsInteger(10, sizes.back()) || sizes.back() < 0) {
        error = "--shapes expects sizes such as 64x65x32, found '" + shape + "'";
        return false;
      }
    }
    options.request.shapes.push_back(std::move(sizes));
  }
  if (options.request.devices.empty() && options.request.bundle.empty())
    options.request.devices.push_back("emulator");
  if (!options.request.targets.empty() || options.request.bundle.empty())
    return true;
  error = "--bundle needs --target: for which machines?";
  return false;
}

static std::string counted(size_t count, const char *what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

/// Only a bundle was asked for; `wrong` kernels could not be compiled.
static int reportBundle(const VerifyOptions &options, const Written &written, unsigned wrong) {
  bool good = written.cases && !wrong;
  if (options.json)
    llvm::outs() << llvm::json::Value(llvm::json::Object{{"status", good ? "written" : "wrong"},
                                                         {"bundle", options.request.bundle},
                                                         {"kernels", static_cast<int64_t>(written.kernels)},
                                                         {"cases", static_cast<int64_t>(written.cases)}})
                 << "\n";
  else
    llvm::outs() << options.request.bundle << ": " << counted(written.kernels, "kernel") << ", "
                 << counted(written.cases, "case") << "\n";
  return good ? Success : Failure;
}

static int runVerify(VerifyOptions &options) {
  std::string error;
  if (!parse(options, error))
    return complain(error, Usage);
  run::VerifyReport report(options.json);
  auto written = verify(options.request, [&](const run::VerifyRow &row) {
    llvm::outs() << report.add(row);
    llvm::outs().flush();
  });
  if (!written)
    return complain(llvm::toString(written.takeError()));
  if (options.request.devices.empty())
    return reportBundle(options, *written, report.wrong());
  run::Outcome outcome = report.finish();
  llvm::outs() << outcome.output;
  return outcome.status;
}

void tools::addVerifyCommand(CLI::App &app, int &status) {
  auto options = std::make_shared<VerifyOptions>();
  VerifyRequest &request = options->request;
  CLI::App *command =
      app.add_subcommand("verify", "Compare generated code with the interpreter on many shapes");
  command->footer(
      "Examples:\n"
      "  kiln verify kernels/softmax.mlir --target gfx950\n"
      "  kiln verify kernels/matmul.mlir --target gfx950,gfx942 --param T=f16 --shapes 64x65x66,1x1x1\n"
      "  kiln verify kernels/matmul.mlir --target gfx950 --device emulator --device cuda:0\n"
      "  kiln verify kernels/matmul.mlir --target gfx950,sm_90a --bundle matmul-cases.kiln");
  command->add_option("FILE", request.file, "Kernels (.mlir)")->required();
  command->add_option("--kernel", request.kernel, "Which kernel; all that have cases without it");
  command->add_option("--target", request.targets, "Targets, comma-separated; without it each device's own")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      ->add_option(
          "--device", request.devices,
          "What executes the code: emulator[:TARGET] (without it), cuda[:N], hip[:N]; may be given several "
          "times. A device that runs none of the targets runs its own")
      ->allow_extra_args(false);
  command->add_option(
      "--bundle", request.bundle,
      "Write code, cases and the interpreter's results here, for `kiln-run verify` on a machine "
      "without the compiler");
  command->add_option("--cases", request.casesFile,
                      "File of cases; FILE.cases.json beside the kernel without it");
  command
      ->add_option("--param", options->params,
                   "NAME=VALUE: the cases that agree; if none does, the first with this value")
      ->allow_extra_args(false);
  command
      ->add_option("--shapes", options->shapes,
                   "Sizes such as 64x65x32, comma-separated, instead of the file's")
      ->delimiter(',');
  command->add_option("--first", request.first, "So many sizes of each group of cases only");
  command->add_option("--schedule", request.schedule, "Schedule file, or @NAME of one of the target's own");
  command->add_option("--target-dir", request.targetFolders, "Folder with targets, searched first")
      ->allow_extra_args(false);
  command->add_option("--seed", request.seed, "Seed of the inputs");
  command->add_flag("--json", options->json, "One JSON object");
  command->callback([options, &status] { status = runVerify(*options); });
}
