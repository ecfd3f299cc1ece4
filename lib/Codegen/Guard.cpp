#include "Guard.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/ErrorHandling.h"
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>

using namespace llvm;

namespace kiln::codegen {

// LLVM recurses over expressions; the usual 8 MiB of a thread are not enough for large kernels.
static constexpr unsigned stackBytes = 256u << 20;

/// Where the text of a fatal error on this thread goes.
static thread_local std::string *fatalText = nullptr;

static void handleFatalError(void *, const char *reason, bool) {
  if (fatalText && CrashRecoveryContext::GetCurrent()) {
    *fatalText = reason;
    CrashRecoveryContext::GetCurrent()->HandleExit(1);
  }
  // Not ours: what LLVM does without a handler.
  std::fprintf(stderr, "LLVM ERROR: %s\n", reason);
  std::abort();
}

static std::string describeCrash(int code, const std::string &text) {
  if (!text.empty())
    return text;
  if (code > 128)
    return std::string("LLVM crashed: ") + strsignal(code - 128);
  return "LLVM gave up without a message (exit code " + std::to_string(code) + ")";
}

Error runGuarded(function_ref<Error()> body) {
  static std::once_flag installed;
  std::call_once(installed, [] {
    CrashRecoveryContext::Enable();
    install_fatal_error_handler(handleFatalError);
  });
  std::string text;
  std::optional<Error> result;
  CrashRecoveryContext recovery;
  bool finished = recovery.RunSafelyOnThread(
      [&] {
        fatalText = &text;
        result.emplace(body());
      },
      stackBytes);
  if (finished)
    return std::move(*result);
  if (result)
    consumeError(std::move(*result));
  return createStringError(describeCrash(recovery.RetCode, text));
}

} // namespace kiln::codegen
