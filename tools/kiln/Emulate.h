// `kiln run --device emulator`: a code object, a launch, the emulator's memory.
#ifndef KILN_TOOLS_EMULATE_H
#define KILN_TOOLS_EMULATE_H

#include "kiln/Emulator/Emulator.h"
#include "kiln/launch/Launch.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace kiln::tools {

/// Launch buffers in the memory of an emulated device.
class DeviceMemory : public launch::Memory {
public:
  explicit DeviceMemory(emulator::AddressSpace &space) : space(space) {}
  bool allocate(uint64_t size, uint64_t &address, std::string &error) override;
  bool write(uint64_t address, const void *data, uint64_t size, std::string &error) override;
  bool read(uint64_t address, void *data, uint64_t size, std::string &error) override;

private:
  emulator::AddressSpace &space;
  unsigned buffers = 0;
};

/// A launch that has ended: its buffers are still on the device.
struct Emulation {
  std::string kernel;
  std::unique_ptr<emulator::Device> device;
  std::vector<launch::BoundArgument> arguments;
  emulator::Result result;
};

/// What the kernel is passed instead of the launch's own arguments; may change the geometry and write to the
/// device.
using Prepare =
    llvm::function_ref<llvm::Expected<std::vector<launch::BoundArgument>>(Emulation &, emulator::Launch &)>;

/// Runs a kernel of the code object `elf` on a device of the code object's chip, or of `chip` where that is
/// given (another one is an error). launch.kernel may be empty if the object has one kernel. Arguments go
/// where the kernel's metadata says; a single `bytes` argument may hold all of them. Buffers behind them that
/// others point to are not passed. A grid of no workgroups is done at once.
llvm::Expected<Emulation> runCodeObject(llvm::ArrayRef<uint8_t> file, const launch::Launch &launch,
                                        const emulator::LaunchOptions &options,
                                        std::optional<emulator::Chip> chip = std::nullopt,
                                        Prepare prepare = nullptr);

} // namespace kiln::tools

#endif
