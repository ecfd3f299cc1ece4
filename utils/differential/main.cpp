// differential OBJECT HOST COUNT SEED [observers]: runs program0 ... of a code object in the emulator, and
// the same programs in the host's shared library HOST, on the same random input; prints every difference.
// Exit status 1 if there are any. With `observers` all of them watch, and what they find counts as a
// difference.
#include "kiln/Emulator/Emulator.h"
#include "kiln/Emulator/Observers.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <dlfcn.h>

using namespace llvm;
using namespace kiln::emulator;

namespace {
// As in Prelude.h and Program.h.
constexpr uint32_t InputWords = 1024, OutputWords = 48, Cells = 16, Groups = 2;
using HostProgram = void (*)(const uint32_t *in, uint32_t *out, uint32_t *counters, uint32_t group);

struct Buffers {
  std::vector<uint32_t> in, out, counters;
};
} // namespace

/// Random words; of every four, one is small and one a float near one.
static std::vector<uint32_t> randomInput(std::mt19937 &random) {
  std::vector<uint32_t> words(InputWords);
  for (uint32_t &word : words) {
    word = uint32_t(random());
    if (random() % 4 == 0)
      word %= 100;
    else if (random() % 3 == 0)
      word = (word & 0x807FFFFF) | (120 + word % 16) << 23;
  }
  return words;
}

static Error runEmulated(Device &device, Program &program, const std::string &name, uint32_t items,
                         uint64_t seed, ArrayRef<std::unique_ptr<Observer>> observers, Buffers &buffers) {
  std::vector<uint32_t> *arrays[] = {&buffers.in, &buffers.out, &buffers.counters};
  uint64_t addresses[3];
  for (unsigned i = 0; i < 3; ++i) {
    addresses[i] = device.memory().allocate(arrays[i]->size() * 4, "argument");
    cantFail(device.memory().write(addresses[i], arrays[i]->data(), arrays[i]->size() * 4));
  }
  Launch launch;
  launch.kernel = name;
  launch.grid[0] = Groups;
  launch.block[0] = items;
  const auto *bytes = reinterpret_cast<const uint8_t *>(addresses);
  launch.kernarg.assign(bytes, bytes + sizeof(addresses));
  launch.options.seed = seed;
  launch.options.policy = Policy(seed % 3);
  launch.options.timing = MemoryTiming(seed / 3 % 3);
  launch.options.threads = 1;
  launch.options.instructionBudget = 50000000;
  for (const auto &observer : observers)
    launch.options.observers.push_back(observer.get());
  auto result = device.launch(program, launch);
  for (unsigned i = 0; i < 3; ++i) {
    cantFail(device.memory().read(addresses[i], arrays[i]->data(), arrays[i]->size() * 4));
    cantFail(device.memory().free(addresses[i]));
  }
  if (!result)
    return result.takeError();
  if (result->findings.empty())
    return Error::success();
  const Finding &first = result->findings.front();
  return createStringError("%s: %s (%s)", first.kind.c_str(), first.message.c_str(),
                           first.disassembly.c_str());
}

/// The first word that differs, "" if none does.
static std::string difference(const Buffers &expected, const Buffers &found, uint32_t items) {
  std::string text;
  raw_string_ostream out(text);
  for (size_t i = 0; i < expected.out.size() && text.empty(); ++i)
    if (expected.out[i] != found.out[i])
      out << "item " << i / OutputWords % items << " of group " << i / OutputWords / items << ", word "
          << i % OutputWords << ": expected " << format_hex(expected.out[i], 10) << ", found "
          << format_hex(found.out[i], 10);
  for (size_t i = 0; i < expected.counters.size() && text.empty(); ++i)
    if (expected.counters[i] != found.counters[i])
      out << "counter " << i << ": expected " << format_hex(expected.counters[i], 10) << ", found "
          << format_hex(found.counters[i], 10);
  return text;
}

static Expected<std::shared_ptr<CodeObject>> loadObject(StringRef path) {
  auto file = MemoryBuffer::getFile(path);
  if (!file)
    return createStringError("cannot read %s: %s", path.str().c_str(), file.getError().message().c_str());
  return CodeObject::load(arrayRefFromStringRef((*file)->getBuffer()));
}

int main(int argc, char **argv) {
  bool watches = argc == 6 && StringRef(argv[5]) == "observers";
  if (argc != 5 && !watches) {
    errs() << "usage: differential OBJECT HOST COUNT SEED [observers]\n";
    return 2;
  }
  ExitOnError check("differential: ");
  auto object = check(loadObject(argv[1]));
  void *host = dlopen(argv[2], RTLD_NOW);
  if (!host)
    check(createStringError("%s", dlerror()));
  unsigned count = std::stoul(argv[3]), wrong = 0;
  uint64_t seed = std::stoull(argv[4]);
  Device device(object->chip);
  auto program = check(device.load(object));
  for (unsigned number = 0; number < count; ++number) {
    std::string name = "program" + std::to_string(number);
    auto entry = reinterpret_cast<HostProgram>(dlsym(host, name.c_str()));
    uint32_t items = *static_cast<uint32_t *>(dlsym(host, (name + "_items").c_str()));
    std::mt19937 random(seed * 1000 + number);
    Buffers expected{randomInput(random), std::vector<uint32_t>(Groups * items * OutputWords),
                     std::vector<uint32_t>(Groups * Cells)};
    Buffers found = expected;
    for (uint32_t group = 0; group < Groups; ++group)
      entry(expected.in.data(), expected.out.data(), expected.counters.data(), group);
    std::vector<std::unique_ptr<Observer>> observers;
    if (watches)
      observers = check(createObservers());
    Error error = runEmulated(device, *program, name, items, seed + number, observers, found);
    std::string what = error ? toString(std::move(error)) : difference(expected, found, items);
    if (what.empty())
      continue;
    outs() << name << ": " << what << "\n";
    ++wrong;
  }
  return wrong ? 1 : 0;
}
