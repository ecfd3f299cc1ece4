// Runs assembly on the waves of one workgroup while one observer watches.
#ifndef KILN_UNITTESTS_EMULATOR_WATCH_H
#define KILN_UNITTESTS_EMULATOR_WATCH_H

#include "Dispatch.h"
#include "Machine.h"
#include "Program.h"
#include "Scheduler.h"
#include "kiln/Emulator/Observers.h"
#include <gtest/gtest.h>

namespace kiln::emulator {

/// Each wave starts with v0 = its work-item number, s[0:1] = the address of 64 KiB of memory, s2 = its
/// number, and all other registers zero. LDS has 64 KiB.
struct Watch {
  explicit Watch(std::string observer, Chip chip = Chip::Gfx950) : name(std::move(observer)), chip(chip) {
    buffer = memory.allocate(65536, "buffer");
    std::vector<uint8_t> zeros(65536);
    llvm::cantFail(memory.write(buffer, zeros.data(), zeros.size()));
  }

  void prepare(Workgroup &group, unsigned id) {
    group.id[0] = id;
    group.timing = timing;
    group.isSplit = isSplit;
    group.lds.assign(65536, 0);
    for (unsigned i = 0; i < waves; ++i) {
      group.waves.push_back(std::make_unique<Wave>());
      Wave &w = *group.waves.back();
      std::memset(w.vgpr, 0, sizeof(w.vgpr));
      std::memset(w.sgpr, 0, sizeof(w.sgpr));
      w.setPair(Exec, ~uint64_t(0));
      w.mode.bits = 0xF0;
      w.chip = chip;
      w.index = i;
      w.group = &group;
      w.memory = &memory;
      w.setScratch(1024);
      for (unsigned lane = 0; lane < Lanes; ++lane)
        w.vgpr[0][lane] = i * Lanes + lane;
      w.setPair(0, buffer);
      w.sgpr[2] = i;
      w.sgpr[3] = id;
      if (poison)
        poison(w);
    }
  }

  /// The findings; "s_endpgm" is added to the text.
  std::vector<Finding> run(const std::string &text) {
    auto bytes = assemble(text + "\ns_endpgm\n", chip);
    if (!bytes) {
      ADD_FAILURE() << llvm::toString(bytes.takeError());
      return {};
    }
    Program program(CodeObject::fromText(*bytes, chip), 0);
    auto observer = std::move(llvm::cantFail(createObservers({name}))[0]);
    observer->launchBegin(memory, program);
    error.clear();
    for (unsigned id = 0; id < groups; ++id) {
      Workgroup group;
      prepare(group, id);
      std::vector<std::unique_ptr<GroupObserver>> watching;
      watching.push_back(observer->beginGroup(group));
      LaunchOptions options;
      options.instructionBudget = 100000;
      if (llvm::Error failed = runWorkgroup(program, group, options, watching))
        error = llvm::toString(std::move(failed));
      observer->endGroup(group, std::move(watching[0]));
    }
    std::vector<Finding> findings;
    observer->launchEnd(findings);
    return findings;
  }
  /// As run, for straight-line code: one wave, nothing is executed.
  std::vector<Finding> walk(const std::string &text) {
    auto bytes = assemble(text, chip);
    if (!bytes) {
      ADD_FAILURE() << llvm::toString(bytes.takeError());
      return {};
    }
    Program program(CodeObject::fromText(*bytes, chip), 0);
    auto observer = std::move(llvm::cantFail(createObservers({name}))[0]);
    observer->launchBegin(memory, program);
    Workgroup group;
    prepare(group, 0);
    auto watching = observer->beginGroup(group);
    for (uint64_t pc = 0; const Instruction *inst = program.at(pc); pc += inst->size)
      watching->beforeInstruction(*group.waves[0], *inst);
    observer->endGroup(group, std::move(watching));
    std::vector<Finding> findings;
    observer->launchEnd(findings);
    return findings;
  }
  static std::string join(const std::vector<Finding> &findings) {
    std::string all;
    for (const Finding &finding : findings)
      all += finding.message + "\n";
    return all;
  }
  /// Messages, one line each; "" when there is nothing to report.
  std::string messages(const std::string &text) { return join(run(text)); }

  std::string name, error;
  Chip chip;
  unsigned waves = 1, groups = 1;
  MemoryTiming timing = MemoryTiming::AtWait;
  bool isSplit = false;
  void (*poison)(Wave &) = nullptr; ///< changes a wave's initial state
  AddressSpace memory;
  uint64_t buffer = 0;
};

} // namespace kiln::emulator

#endif
