// emulator-mutations FILE.co LAUNCH.json
//
// Runs the launch under all observers, which must find nothing. Then, once for each s_waitcnt (each counter
// by itself), s_nop (one state less) and s_barrier that was executed, runs it without. A mutation that an
// observer reports is found; one that changes the result, with memory that returns as late as the waits allow
// and in several orders of the waves, and that no observer reports is a hole: exit status 1. The others had
// no effect: the wait was not needed, or not on this path.
#include "Emulate.h"

#include "kiln/Emulator/Observers.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Object/ELFTypes.h"
#include "llvm/Support/raw_ostream.h"

#include <mutex>
#include <set>

using namespace kiln;
using namespace kiln::emulator;

namespace {

struct Mutation {
  uint64_t pc;       ///< in the code object
  uint32_t encoding; ///< instead of what is there
  std::string text;  ///< what is taken out
};

struct Outcome {
  std::vector<Finding> findings;
  std::string fault;
  std::vector<std::vector<uint8_t>> buffers;
  uint64_t instructions = 0;
};

/// Notes which instructions are executed.
class Reach final : public Observer {
public:
  struct Group final : GroupObserver {
    std::set<const Instruction *> reached;
    void beforeInstruction(const Wave &, const Instruction &inst) override {
      if (inst.traits.wait || inst.traits.nop || inst.mnemonic == "s_barrier")
        reached.insert(&inst);
    }
  };
  explicit Reach(uint64_t &entry) : entry(entry) {}
  std::unique_ptr<GroupObserver> beginGroup(const Workgroup &group) override {
    entry = group.waves[0]->pc;
    return std::make_unique<Group>();
  }
  void endGroup(const Workgroup &, std::unique_ptr<GroupObserver> observer) override {
    std::lock_guard<std::mutex> guard(lock);
    for (const Instruction *inst : static_cast<Group &>(*observer).reached)
      instructions[inst->pc] = *inst;
  }
  std::map<uint64_t, Instruction> instructions;

private:
  uint64_t &entry; ///< absolute, of the kernel
  std::mutex lock;
};

class Subject {
public:
  Subject(std::vector<uint8_t> elf, launch::Launch launch) : elf(std::move(elf)), launch(std::move(launch)) {}

  Outcome run(llvm::ArrayRef<uint8_t> code, const LaunchOptions &wanted, bool observed,
              Observer *extra = nullptr) const {
    LaunchOptions options = wanted;
    Outcome outcome;
    options.findings = &outcome.findings;
    options.instructionBudget = budget;
    auto observers = llvm::cantFail(createObservers());
    for (auto &observer : observers)
      if (observed)
        options.observers.push_back(observer.get());
    if (extra)
      options.observers.push_back(extra);
    auto emulation = tools::runCodeObject(code, launch, options);
    if (!emulation) {
      outcome.fault = llvm::toString(emulation.takeError());
      return outcome;
    }
    outcome.instructions = emulation->result.instructions;
    for (const launch::BoundArgument &argument : emulation->arguments) {
      std::vector<uint8_t> bytes(argument.isBuffer ? argument.type.bytes() : 0);
      if (!bytes.empty())
        llvm::cantFail(emulation->device->memory().read(argument.address, bytes.data(), bytes.size()));
      outcome.buffers.push_back(std::move(bytes));
    }
    return outcome;
  }

  /// False where the good code is not clean.
  bool prepare() {
    uint64_t entry = 0;
    Reach reach(entry);
    good = run(elf, {}, /*observed=*/true, &reach);
    for (const Finding &finding : good.findings)
      llvm::outs() << "as it is: " << describe(finding) << "\n";
    if (!good.fault.empty())
      llvm::outs() << "as it is: " << good.fault << "\n";
    auto object = llvm::cantFail(CodeObject::load(elf));
    auto kernel = launch.kernel.empty() ? &object->kernels[0] : llvm::cantFail(object->find(launch.kernel));
    bool isPreloaded = kernel->descriptor.kernargPreload & 127;
    uint64_t base = entry - kernel->entry() - (isPreloaded ? 256 : 0);
    for (const auto &[pc, inst] : reach.instructions)
      addMutations(inst, pc - base);
    budget = good.instructions + 100000;
    for (Policy policy : {Policy::ShortTurns, Policy::OneAhead, Policy::Random})
      for (uint64_t seed : {1, 2}) {
        LaunchOptions options;
        options.policy = policy;
        options.timing = MemoryTiming::AtWait;
        options.seed = seed;
        orders.push_back({options, run(elf, options, /*observed=*/false).buffers});
      }
    return good.findings.empty() && good.fault.empty();
  }

  /// The kinds of what was found, "fault", "" for no effect, "wrong" for a hole.
  std::string judge(const Mutation &mutation) const {
    std::vector<uint8_t> changed = elf;
    if (!patch(changed, mutation))
      return "wrong";
    Outcome observed = run(changed, {}, /*observed=*/true);
    std::set<std::string> kinds;
    for (const Finding &finding : observed.findings)
      kinds.insert(finding.kind);
    if (!kinds.empty())
      return llvm::join(kinds, " ");
    if (!observed.fault.empty())
      return "fault";
    for (const auto &[options, buffers] : orders)
      if (run(changed, options, /*observed=*/false).buffers != buffers)
        return "wrong";
    return "";
  }

  std::vector<Mutation> mutations;

private:
  void addMutations(const Instruction &inst, uint64_t pc) {
    auto encoding = static_cast<uint32_t>(inst.encoding[0]);
    constexpr uint32_t Vm = 0xC00F, Lgkm = 0x0F00, Nop = 0xBF800000;
    if (inst.traits.nop && inst.simm16)
      mutations.push_back({pc, encoding - 1, inst.text});
    else if (inst.traits.wait && (inst.simm16 & Vm) != Vm)
      mutations.push_back({pc, encoding | Vm, inst.text + " (vmcnt)"});
    if (inst.traits.wait && (inst.simm16 & Lgkm) != Lgkm)
      mutations.push_back({pc, encoding | Lgkm, inst.text + " (lgkmcnt)"});
    if (inst.mnemonic == "s_barrier")
      mutations.push_back({pc, Nop, inst.text});
  }

  static bool patch(std::vector<uint8_t> &code, const Mutation &mutation) {
    using namespace llvm::object;
    auto *header = reinterpret_cast<const ELF64LE::Ehdr *>(code.data());
    auto *segments = reinterpret_cast<const ELF64LE::Phdr *>(code.data() + header->e_phoff);
    for (unsigned i = 0; i < header->e_phnum; ++i)
      if (segments[i].p_type == llvm::ELF::PT_LOAD &&
          mutation.pc - segments[i].p_vaddr < segments[i].p_filesz) {
        memcpy(code.data() + segments[i].p_offset + (mutation.pc - segments[i].p_vaddr), &mutation.encoding,
               4);
        return true;
      }
    return false;
  }

  std::vector<uint8_t> elf;
  launch::Launch launch;
  Outcome good;
  /// Ways to execute, and what the good code computes in each: what it packs may stand in another order.
  std::vector<std::pair<LaunchOptions, std::vector<std::vector<uint8_t>>>> orders;
  uint64_t budget = LaunchOptions().instructionBudget;
};

} // namespace

int main(int argc, char **argv) {
  std::string error;
  auto elf = argc == 3 ? launch::readFile(argv[1], error) : std::nullopt;
  auto launch = argc == 3 ? launch::readLaunch(argv[2], error) : std::nullopt;
  if (!elf || !launch) {
    llvm::errs() << (argc == 3 ? "error: " + error
                               : std::string("usage: emulator-mutations FILE.co LAUNCH.json"))
                 << "\n";
    return argc == 3 ? 1 : 2;
  }
  Subject subject(*elf, *launch);
  bool isClean = subject.prepare();
  unsigned found = 0, holes = 0;
  for (const Mutation &mutation : subject.mutations) {
    std::string verdict = isClean ? subject.judge(mutation) : "";
    llvm::outs() << llvm::format_hex(mutation.pc, 1) << ": " << mutation.text << ": "
                 << (verdict == "wrong" ? "the result is wrong and nothing is found"
                     : verdict.empty()  ? "no effect"
                                        : verdict)
                 << "\n";
    holes += verdict == "wrong";
    found += verdict != "wrong" && !verdict.empty();
  }
  llvm::outs() << subject.mutations.size() << " mutations: " << found << " found, " << holes << " holes\n";
  return !isClean || holes;
}
