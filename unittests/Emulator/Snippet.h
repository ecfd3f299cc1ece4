// Runs a few instructions on one wave: text in, registers out.
#ifndef KILN_UNITTESTS_EMULATOR_SNIPPET_H
#define KILN_UNITTESTS_EMULATOR_SNIPPET_H

#include "Machine.h"
#include "Program.h"
#include "Scheduler.h"
#include <gtest/gtest.h>

namespace kiln::emulator {

/// One wave of 64 active lanes with zeroed registers, 64 KiB of LDS, 1 KiB of scratch a lane, and memory to
/// allocate from. Set registers, run(text), look at registers.
struct Snippet {
  explicit Snippet(Chip chip = Chip::Gfx950) {
    group.lds.resize(65536);
    group.waves.push_back(std::make_unique<Wave>());
    Wave &w = *group.waves[0];
    std::memset(w.vgpr, 0, sizeof(w.vgpr));
    std::memset(w.sgpr, 0, sizeof(w.sgpr));
    w.setPair(Exec, ~uint64_t(0));
    w.mode.bits = 0xF0; // denormals kept, round to even
    w.chip = chip;
    w.group = &group;
    w.memory = &memory;
    w.setScratch(1024);
  }

  Wave &wave() { return *group.waves[0]; }
  uint32_t &s(unsigned i) { return wave().sgpr[i]; }
  uint32_t &v(unsigned i, unsigned lane = 0) { return wave().vgpr[i][lane]; }
  uint32_t &a(unsigned i, unsigned lane = 0) { return wave().vgpr[256 + i][lane]; }
  float f(unsigned i, unsigned lane = 0) {
    float value;
    std::memcpy(&value, &v(i, lane), 4);
    return value;
  }
  void setF(unsigned i, float value) {
    for (unsigned lane = 0; lane < Lanes; ++lane)
      std::memcpy(&v(i, lane), &value, 4);
  }
  void fill(unsigned i, uint32_t value) { std::fill_n(wave().vgpr[i], Lanes, value); }

  /// Assembles and runs `text`; "s_endpgm" is added. Returns the wave's error, "" when it ended.
  std::string run(llvm::StringRef text) {
    auto bytes = assemble((text + "\ns_endpgm\n").str(), wave().chip);
    if (!bytes)
      return llvm::toString(bytes.takeError());
    program = std::make_shared<Program>(CodeObject::fromText(*bytes, wave().chip), 0);
    wave().pc = 0;
    wave().state = WaveState::Running;
    runWave(*program, wave(), 100000);
    return wave().state == WaveState::Ended ? "" : wave().error.empty() ? "did not end" : wave().error;
  }

  /// The decoded form of a single instruction.
  const Instruction &decode(llvm::StringRef text) {
    auto bytes = llvm::cantFail(assemble(text, wave().chip));
    program = std::make_shared<Program>(CodeObject::fromText(bytes, wave().chip), 0);
    return *program->at(0);
  }

  AddressSpace memory;
  Workgroup group;
  std::shared_ptr<Program> program;
};

} // namespace kiln::emulator

#endif
