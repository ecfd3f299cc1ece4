// The state in which a kernel starts (AMDGPUUsage "Initial Kernel Execution State").
#ifndef KILN_LIB_EMULATOR_DISPATCH_H
#define KILN_LIB_EMULATOR_DISPATCH_H

#include "Program.h"

namespace kiln::emulator {

/// What registers hold that nothing has set: a NaN in every float format, and a conspicuous integer.
constexpr uint32_t Poison = 0x7FEDBEEF;

/// Everything that the waves of one launch have in common.
class Dispatch {
public:
  /// Checks the launch against the kernel and puts kernel arguments and dispatch packet into memory.
  static llvm::Expected<std::unique_ptr<Dispatch>> create(AddressSpace &memory, const Program &program,
                                                          const Launch &launch);
  ~Dispatch();

  uint64_t groupCount() const { return uint64_t(launch.grid[0]) * launch.grid[1] * launch.grid[2]; }
  /// How many workgroups may be begun and not ended: as many as fit a GiB of the host, about what a device
  /// holds.
  uint64_t residentLimit() const;
  /// Makes `group` the workgroup of the given number, ready to run. Its storage is reused.
  void prepare(Workgroup &group, uint64_t number) const;

private:
  Dispatch(AddressSpace &memory, const Program &program, const Launch &launch, const Kernel &kernel)
      : memory(memory), program(program), launch(launch), kernel(kernel) {}
  uint32_t itemsAlong(unsigned axis) const {
    return launch.items[axis] ? launch.items[axis] : launch.grid[axis] * launch.block[axis];
  }
  uint32_t scratchSize() const;
  std::vector<uint8_t> kernargBytes() const;
  std::vector<uint8_t> packetBytes() const;
  void prepareWave(Wave &wave, const Workgroup &group) const;
  void setScalars(Wave &wave, const Workgroup &group) const;

  AddressSpace &memory;
  const Program &program;
  const Launch &launch;
  const Kernel &kernel;
  uint64_t kernarg = 0, packet = 0;
  std::vector<uint8_t> arguments;
};

} // namespace kiln::emulator

#endif
