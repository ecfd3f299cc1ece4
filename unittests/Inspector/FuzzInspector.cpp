// Feeds the inspector mutated files and keeps those that it does not survive.
//
//   KilnFuzzInspector --seconds N --seed N --keep FOLDER FILE...
//
// FILEs are code objects, assembly (.s) and PTX. A file that ends a process (a signal, more than 20 s, more
// than 4 GB) is a finding and goes to FOLDER. The exit status is 1 if there was one. Not part of the tests:
// it runs for as long as one likes.
#include "kiln/Inspector/Inspector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace kiln;
using llvm::StringRef;

namespace {
struct Seed {
  std::string bytes;
  bool isText = false, isAssembly = false;
};

struct Options {
  unsigned seconds = 60, seed = 1;
  std::string keep = ".";
  std::vector<Seed> seeds;
};

using Random = std::mt19937;
} // namespace

static unsigned below(Random &random, size_t end) { return end ? random() % end : 0; }

static std::string mutateBytes(std::string bytes, Random &random) {
  static constexpr uint32_t numbers[] = {0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x40, 0xbf810000};
  for (unsigned times = 1 + below(random, 6); times-- && bytes.size() > 8;) {
    size_t at = below(random, bytes.size() - 8);
    switch (below(random, 6)) {
    case 0:
      bytes[at] = char(random());
      break;
    case 1:
      bytes[at] ^= char(1 << below(random, 8));
      break;
    case 2: {
      uint32_t number = numbers[below(random, std::size(numbers))];
      memcpy(&bytes[at / 4 * 4], &number, 4);
      break;
    }
    case 3:
      bytes.resize(at + 1);
      break;
    case 4:
      bytes.erase(at, below(random, 64));
      break;
    case 5: {
      size_t from = below(random, bytes.size() - 8),
             many = std::min<size_t>(below(random, 64), bytes.size() - std::max(at, from));
      memmove(&bytes[at], &bytes[from], many);
      break;
    }
    }
  }
  return bytes;
}

static std::string mutateText(const std::string &text, Random &random) {
  static constexpr const char *tokens[] = {"0",      "1",    "-1",  "4294967296", "0x",      "v[0:65535]",
                                           "s[0:1]", "\"",   "{",   "[",          ".rept 9", ".endr",
                                           "off",    "exec", "vcc", "%r1",        ";"};
  llvm::SmallVector<StringRef> lines;
  StringRef(text).split(lines, '\n');
  std::vector<std::string> result(lines.begin(), lines.end());
  for (unsigned times = 1 + below(random, 4); times--;) {
    size_t at = below(random, result.size()), other = below(random, result.size());
    std::string &line = result[at];
    switch (below(random, 5)) {
    case 0:
      line.clear();
      break;
    case 1:
      std::swap(line, result[other]);
      break;
    case 2:
      line += " " + result[other];
      break;
    case 3:
      line.insert(below(random, line.size()), tokens[below(random, std::size(tokens))]);
      break;
    case 4:
      line.resize(below(random, line.size() + 1));
      break;
    }
  }
  return llvm::join(result, "\n");
}

/// Every analysis and both printers; errors are a clean end.
static void inspectOnce(const std::string &bytes, bool isAssembly) {
  std::string code = bytes;
  if (isAssembly) {
    llvm::Expected<std::string> object = codegen::assemble(bytes, "fuzz.s", "");
    if (!object)
      return llvm::consumeError(object.takeError());
    code = std::move(*object);
  }
  auto machine = [](StringRef chip) -> std::optional<inspector::MachineFacts> {
    inspector::MachineFacts facts;
    facts.name = chip.str();
    facts.lanes = 64, facts.simds = 4, facts.maxWaves = 8, facts.maxThreads = 1024;
    facts.vector = {512, 8, 512};
    facts.sharedBytes = 65536;
    facts.sharedReads[4] = {4, 32, 4, layout::BankedAccess::consecutivePhases(64, 32)};
    facts.sharedWrites = facts.sharedReads;
    return facts;
  };
  llvm::Expected<inspector::Report> report = inspector::inspect(code, machine);
  if (!report)
    return llvm::consumeError(report.takeError());
  (void)inspector::toJson(*report, inspector::Listing::All);
  std::string text;
  llvm::raw_string_ostream stream(text);
  inspector::printText(*report, inspector::Listing::All, stream);
}

namespace {
/// What the child works on, where the parent sees it.
struct Shared {
  size_t size, runs;
  bool isAssembly;
  char bytes[32 << 20];
};
} // namespace

[[noreturn]] static void work(const Options &options, unsigned seed, Shared *shared, unsigned seconds) {
  constexpr rlim_t mostBytes = rlim_t(4) << 30;
  rlimit limit{mostBytes, mostBytes};
  setrlimit(RLIMIT_AS, &limit);
  Random random(seed);
  for (time_t end = time(nullptr) + seconds; time(nullptr) < end;) {
    const Seed &from = options.seeds[below(random, options.seeds.size())];
    std::string bytes = from.isText ? mutateText(from.bytes, random) : mutateBytes(from.bytes, random);
    shared->size = std::min(bytes.size(), sizeof(shared->bytes));
    shared->isAssembly = from.isAssembly;
    memcpy(shared->bytes, bytes.data(), shared->size);
    // Of processor time: the machine may be busy.
    itimerval most{{0, 0}, {20, 0}};
    setitimer(ITIMER_PROF, &most, nullptr);
    inspectOnce(bytes, from.isAssembly);
    ++shared->runs;
  }
  _exit(0);
}

static Options parse(int argc, char **argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    StringRef argument = argv[i];
    if (argument == "--seconds" && i + 1 < argc)
      options.seconds = atoi(argv[++i]);
    else if (argument == "--seed" && i + 1 < argc)
      options.seed = atoi(argv[++i]);
    else if (argument == "--keep" && i + 1 < argc)
      options.keep = argv[++i];
    else if (auto file = llvm::MemoryBuffer::getFile(argument))
      options.seeds.push_back({(*file)->getBuffer().str(),
                               argument.ends_with(".s") || argument.ends_with(".ptx"),
                               argument.ends_with(".s")});
  }
  return options;
}

int main(int argc, char **argv) {
  Options options = parse(argc, argv);
  if (options.seeds.empty()) {
    std::fprintf(stderr, "usage: %s --seconds N --seed N --keep FOLDER FILE...\n", argv[0]);
    return 2;
  }
  auto *shared = static_cast<Shared *>(
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  time_t end = time(nullptr) + options.seconds;
  unsigned findings = 0;
  for (unsigned round = 0; time(nullptr) < end; ++round) {
    pid_t child = fork();
    if (child == 0)
      work(options, options.seed * 7919 + round, shared, std::min<time_t>(120, end - time(nullptr)));
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFSIGNALED(status) && WEXITSTATUS(status) == 0)
      continue;
    std::string name = options.keep + "/finding-" + std::to_string(options.seed) + "-" +
                       std::to_string(findings++) + (shared->isAssembly ? ".s" : ".bin");
    if (std::FILE *file = std::fopen(name.c_str(), "wb")) {
      std::fwrite(shared->bytes, 1, shared->size, file);
      std::fclose(file);
    }
    std::printf("%s: signal %d\n", name.c_str(), WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    std::fflush(stdout);
  }
  std::printf("%zu runs, %u findings\n", shared->runs, findings);
  return findings ? 1 : 0;
}
