// What the fuzz targets have in common: short launches with every kind of timing, watched or not.
#ifndef KILN_UNITTESTS_EMULATOR_FUZZ_FUZZ_H
#define KILN_UNITTESTS_EMULATOR_FUZZ_FUZZ_H

#include "kiln/Emulator/Emulator.h"
#include "kiln/Emulator/Observers.h"

namespace kiln::emulator::fuzz {

constexpr uint64_t BufferBytes = 65536;

/// How a launch runs, from one byte of the input.
struct Choices {
  explicit Choices(uint8_t byte) : byte(byte) {}
  Chip chip() const { return byte & 1 ? Chip::Gfx942 : Chip::Gfx950; }
  MemoryTiming timing() const { return MemoryTiming(byte >> 1 & 3 ? (byte >> 1 & 3) - 1 : 0); }
  Policy policy() const { return Policy(byte >> 3 & 3 ? (byte >> 3 & 3) - 1 : 0); }
  bool watched() const { return byte >> 5 & 1; }
  unsigned items() const { return byte >> 6 & 1 ? 192 : 100; }
  uint8_t byte;
};

/// Runs one workgroup for at most a few thousand instructions. Every error is fine; only crashes are not.
inline void launchShortly(Device &device, Program &program, Launch launch, Choices choices) {
  launch.options.policy = choices.policy();
  launch.options.timing = choices.timing();
  launch.options.instructionBudget = 3000;
  launch.options.threads = 1;
  std::vector<std::unique_ptr<Observer>> observers;
  if (choices.watched()) {
    observers = llvm::cantFail(createObservers({}));
    for (const auto &observer : observers)
      launch.options.observers.push_back(observer.get());
  }
  auto result = device.launch(program, launch);
  if (!result)
    llvm::consumeError(result.takeError());
}

} // namespace kiln::emulator::fuzz

#endif
