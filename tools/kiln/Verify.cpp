// kiln verify: generated code against the interpreter, on the cases beside the kernel.
#include "Commands.h"
#include "VerifyKernel.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace kiln;
using namespace kiln::tools;

namespace {
struct VerifyOptions {
  VerifyRequest request;
  std::vector<std::string> params, shapes;
  std::string device = "emulator";
  bool json = false;
};

struct Tally {
  unsigned right = 0, wrong = 0, refused = 0;
};
} // namespace

static int complain(const std::string &text, int status = Failure) {
  llvm::errs() << "error: " << text << "\n";
  return status;
}

static llvm::StringRef nameOf(CaseResult::Status status) {
  return status == CaseResult::Right ? "right" : status == CaseResult::Wrong ? "WRONG" : "refused";
}

static void print(const CaseResult &result) {
  llvm::outs() << llvm::formatv("{0,-7} {1} {2} {3} {4}", nameOf(result.status), result.target, result.kernel,
                                result.parameters, result.sizes);
  if (result.tolerance > 0)
    llvm::outs() << llvm::formatv(": error {0:e2}, allowed {1:e2}", result.error, result.tolerance);
  else if (result.elements)
    llvm::outs() << ": equal";
  if (!result.detail.empty())
    llvm::outs() << "\n        " << result.detail;
  llvm::outs() << "\n";
  llvm::outs().flush();
}

static llvm::json::Object describe(const CaseResult &result) {
  return llvm::json::Object{
      {"status", nameOf(result.status).lower()},
      {"target", result.target},
      {"kernel", result.kernel},
      {"parameters", result.parameters},
      {"sizes", result.sizes},
      {"error", std::isfinite(result.error) ? llvm::json::Value(result.error) : llvm::json::Value(nullptr)},
      {"tolerance", result.tolerance},
      {"magnitude", result.magnitude},
      {"elements", static_cast<int64_t>(result.elements)},
      {"instructions", static_cast<int64_t>(result.instructions)},
      {"detail", result.detail}};
}

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
  if (options.device == "emulator")
    return true;
  error = "--device: expected emulator, found '" + options.device + "'";
  return false;
}

static int run(VerifyOptions &options) {
  std::string error;
  if (!parse(options, error))
    return complain(error, Usage);
  Tally tally;
  llvm::json::Array cases;
  llvm::Error failed = verify(options.request, [&](const CaseResult &result) {
    ++(result.status == CaseResult::Right   ? tally.right
       : result.status == CaseResult::Wrong ? tally.wrong
                                            : tally.refused);
    if (options.json)
      cases.push_back(describe(result));
    else
      print(result);
  });
  if (failed)
    return complain(llvm::toString(std::move(failed)));
  bool good = tally.right && !tally.wrong;
  if (options.json)
    llvm::outs() << llvm::json::Value(llvm::json::Object{{"status", good ? "right" : "wrong"},
                                                         {"right", tally.right},
                                                         {"wrong", tally.wrong},
                                                         {"refused", tally.refused},
                                                         {"cases", std::move(cases)}})
                 << "\n";
  else
    llvm::outs() << llvm::formatv("{0} right, {1} wrong, {2} refused\n", tally.right,
                                  tally.wrong, tally.refused);
  return good ? Success : Failure;
}

void tools::addVerifyCommand(CLI::App &app, int &status) {
  auto options = std::make_shared<VerifyOptions>();
  VerifyRequest &request = options->request;
  CLI::App *command =
      app.add_subcommand("verify", "Compare generated code with the interpreter on many shapes");
  command->footer(
      "Examples:\n"
      "  kiln verify kernels/softmax.mlir --target gfx950\n"
      "  kiln verify kernels/matmul.mlir --target gfx950,gfx942 --param T=f16 --shapes 64x65x66,1x1x1");
  command->add_option("FILE", request.file, "Kernels (.mlir)")->required();
  command->add_option("--kernel", request.kernel, "Which kernel; all that have cases without it");
  command->add_option("--target", request.targets, "Targets, comma-separated")->required()->delimiter(',');
  command->add_option("--device", options->device, "What executes the code: emulator");
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
  command->callback([options, &status] { status = run(*options); });
}
