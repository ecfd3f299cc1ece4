// Kernels of clang under every observer: as they are, no finding; with one wait, barrier or nop taken out,
// the right one.
#include "Program.h"
#include "kiln/Emulator/Observers.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include <gtest/gtest.h>

using namespace kiln::emulator;

static std::shared_ptr<CodeObject> compiled(Chip chip, int level) {
  std::string path =
      std::string(KERNELS "/observed-") + chipName(chip) + "-O" + std::to_string(level) + ".co";
  auto file = llvm::MemoryBuffer::getFile(path);
  EXPECT_TRUE(file) << path;
  return llvm::cantFail(CodeObject::load(llvm::arrayRefFromStringRef((*file)->getBuffer())));
}

/// Runs a kernel of observed.cl on two workgroups under all observers.
static std::vector<Finding> observe(const std::shared_ptr<CodeObject> &object, const std::string &kernel,
                                    MemoryTiming timing = MemoryTiming::AtWait,
                                    Policy policy = Policy::ShortTurns, bool mayFault = false) {
  Device device(object->chip);
  auto program = llvm::cantFail(device.load(object));
  auto observers = llvm::cantFail(createObservers());
  Launch launch;
  launch.kernel = kernel;
  launch.grid[0] = 2;
  launch.block[0] = kernel == "rotate_sum" ? 256 : 64;
  unsigned pointers = kernel == "rotate_sum" ? 2 : 3;
  for (unsigned i = 0; i < pointers; ++i) {
    uint64_t address = device.memory().allocate(4096, "buffer");
    if (i + 1 < pointers) { // the output is not written before
      std::vector<uint8_t> zeros(4096);
      llvm::cantFail(device.memory().write(address, zeros.data(), zeros.size()));
    }
    launch.kernarg.resize(8 * i + 8);
    memcpy(launch.kernarg.data() + 8 * i, &address, 8);
  }
  launch.options.timing = timing;
  launch.options.policy = policy;
  for (auto &observer : observers)
    launch.options.observers.push_back(observer.get());
  std::vector<Finding> findings;
  launch.options.findings = &findings;
  auto result = device.launch(*program, launch);
  std::string error = result ? "" : llvm::toString(result.takeError());
  EXPECT_TRUE(mayFault || error.empty()) << error;
  return findings;
}

static std::string text(const std::vector<Finding> &findings) {
  std::string all;
  for (const Finding &finding : findings)
    all +=
        finding.source + ": " + finding.kind + ": " + finding.message + ", at " + finding.disassembly + "\n";
  return all;
}

TEST(Mutation, GoodCodeGivesNoFinding) {
  for (Chip chip : {Chip::Gfx942, Chip::Gfx950})
    for (int level : {0, 2})
      for (const char *kernel : {"rotate_sum", "multiply"})
        for (Policy policy : {Policy::ShortTurns, Policy::Random, Policy::OneAhead})
          for (MemoryTiming timing : {MemoryTiming::AtIssue, MemoryTiming::AtWait, MemoryTiming::Random})
            EXPECT_EQ(text(observe(compiled(chip, level), kernel, timing, policy)), "")
                << chipName(chip) << " -O" << level << " " << kernel;
}

/// Calls `body` with a copy of the object in which one instruction of the kernel is s_nop 0 instead.
template <class Wanted, class Body>
static unsigned mutate(const std::shared_ptr<CodeObject> &object, const std::string &kernel, Wanted wanted,
                       Body body) {
  Program program(object, 0);
  unsigned count = 0;
  uint64_t pc = llvm::cantFail(object->find(kernel))->entry();
  for (const Instruction *inst = program.at(pc); inst && inst->mnemonic != "s_endpgm";
       inst = program.at(pc)) {
    if (wanted(*inst)) {
      auto changed = std::make_shared<CodeObject>(*object);
      for (CodeObject::Segment &segment : changed->segments)
        if (segment.executable && pc - segment.address < segment.bytes.size()) {
          uint32_t nop = 0xBF800000;
          memcpy(segment.bytes.data() + (pc - segment.address), &nop, 4);
        }
      body(changed, *inst);
      ++count;
    }
    pc += inst->size;
  }
  return count;
}

static bool has(const std::vector<Finding> &findings, std::initializer_list<const char *> kinds) {
  for (const Finding &finding : findings)
    for (const char *kind : kinds)
      if (finding.kind == kind)
        return true;
  return false;
}

TEST(Mutation, EveryWaitIsMissed) {
  for (Chip chip : {Chip::Gfx942, Chip::Gfx950})
    for (const char *kernel : {"rotate_sum", "multiply"}) {
      unsigned count = mutate(
          compiled(chip, 2), kernel, [](const Instruction &inst) { return inst.mnemonic == "s_waitcnt"; },
          [&](const std::shared_ptr<CodeObject> &object, const Instruction &inst) {
            // Without the wait before a barrier, the write lands behind it. Without one before an address,
            // the launch faults, and still has its findings.
            auto findings =
                observe(object, kernel, MemoryTiming::AtWait, Policy::ShortTurns, /*mayFault=*/true);
            EXPECT_TRUE(has(findings, {"missing-wait", "lds-race"})) << kernel << " " << inst.text << "\n"
                                                                     << text(findings);
          });
      EXPECT_GE(count, 2u);
    }
}

TEST(Mutation, EveryBarrierIsMissed) {
  for (Chip chip : {Chip::Gfx942, Chip::Gfx950}) {
    unsigned count = mutate(
        compiled(chip, 2), "rotate_sum", [](const Instruction &inst) { return inst.mnemonic == "s_barrier"; },
        [&](const std::shared_ptr<CodeObject> &object, const Instruction &inst) {
          auto findings = observe(object, "rotate_sum");
          EXPECT_TRUE(has(findings, {"lds-race"})) << inst.pc << "\n" << text(findings);
          for (const Finding &finding : findings)
            EXPECT_NE(finding.source.find("observed.cl:"), std::string::npos) << finding.source;
        });
    EXPECT_EQ(count, 5u); // three steps: write, barrier, read, with a barrier between any two
  }
}

TEST(Mutation, EveryNopIsMissed) {
  for (Chip chip : {Chip::Gfx942, Chip::Gfx950}) {
    // LLVM puts in no more wait states than are needed, so one less is too few.
    unsigned count = mutate(
        compiled(chip, 2), "multiply",
        [](const Instruction &inst) { return inst.mnemonic == "s_nop" && inst.simm16 > 0; },
        [&](const std::shared_ptr<CodeObject> &object, const Instruction &inst) {
          auto findings = observe(object, "multiply");
          EXPECT_TRUE(has(findings, {"wait-states"})) << inst.text << "\n" << text(findings);
        });
    EXPECT_GE(count, 1u);
  }
}
