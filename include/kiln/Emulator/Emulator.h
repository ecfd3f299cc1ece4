// The emulator's public face: code objects, device memory, launches.
#ifndef KILN_EMULATOR_EMULATOR_H
#define KILN_EMULATOR_EMULATOR_H

#include "kiln/Emulator/Observer.h"
#include "llvm/ADT/ArrayRef.h"
#include <map>

namespace kiln::emulator {

struct KernelArgument {
  std::string name, valueKind; ///< by_value, global_buffer, hidden_block_count_x, ...
  uint32_t offset = 0, size = 0;
  bool isHidden() const { return llvm::StringRef(valueKind).starts_with("hidden_"); }
};

/// The 64-byte kernel descriptor (AMDGPUUsage "Kernel Descriptor").
struct KernelDescriptor {
  uint32_t groupSegmentSize = 0, privateSegmentSize = 0, kernargSize = 0;
  int64_t entryOffset = 0;
  uint32_t rsrc1 = 0, rsrc2 = 0, rsrc3 = 0;
  uint16_t properties = 0, kernargPreload = 0;
};

struct Kernel {
  std::string name;
  KernelDescriptor descriptor;
  uint64_t descriptorAddress = 0; ///< before relocation; add CodeObject::loadAddress
  std::vector<KernelArgument> arguments;
  uint32_t kernargSize = 0; ///< from the metadata; the descriptor's where there is none
  uint32_t groupSegmentSize = 0, privateSegmentSize = 0, maxFlatWorkgroupSize = 1024;
  uint64_t entry() const { return descriptorAddress + descriptor.entryOffset; }
  /// Bytes of the arguments that the caller passes: up to the first hidden one.
  uint32_t explicitKernargSize() const;
};

/// The parts of an ELF code object that execution needs. Immutable after load.
class CodeObject {
public:
  struct Segment {
    uint64_t address = 0, memorySize = 0;
    std::vector<uint8_t> bytes;
    bool executable = false, writable = false;
  };
  struct Symbol {
    std::string name;
    uint64_t address = 0, size = 0;
  };

  /// A place that gets an address once the object is loaded: `value`, relative to the load address.
  struct Relocation {
    uint64_t address = 0, value = 0;
    uint8_t size = 8, shift = 0; ///< bytes; which part of the address
  };

  /// The segment's bytes as they stand once the object is loaded at `base`.
  std::vector<uint8_t> bytesAt(const Segment &segment, uint64_t base) const;

  /// Parses a code object of version 4, 5 or 6, alone or in an offload bundle of clang's: there the one for
  /// `wanted`, or else for the only GPU in it that can be emulated. Where the file has nothing for a GPU of
  /// ours, the error's code is no_such_device.
  static llvm::Expected<std::shared_ptr<CodeObject>> load(llvm::ArrayRef<uint8_t> file,
                                                          std::optional<Chip> wanted = std::nullopt);
  /// Bare machine code at address 0 with no kernels: for tests of single instructions.
  static std::shared_ptr<CodeObject> fromText(llvm::ArrayRef<uint8_t> text, Chip chip);

  Chip chip = Chip::Gfx950;
  /// With SRAM ECC, which these chips have unless it is switched off, a register is written as a whole, and a
  /// load of 16 bits clears its other half. False for code that asks for `sramecc-`.
  bool sramEcc = true;
  std::vector<Kernel> kernels;
  std::vector<Segment> segments;
  std::vector<Symbol> symbols;
  std::vector<Relocation> relocations; ///< each inside the bytes of one segment
  /// What the loader makes read-only once it has relocated it (PT_GNU_RELRO): address and size.
  std::vector<std::pair<uint64_t, uint64_t>> relocatedReadOnly;
  std::vector<uint8_t> elf; ///< the file, for debug information

  /// An unknown name's error lists the kernels there are.
  llvm::Expected<const Kernel *> find(llvm::StringRef name) const;
};

enum class Policy : uint8_t { ShortTurns, Random, OneAhead };

struct LaunchOptions {
  Policy policy = Policy::ShortTurns;
  MemoryTiming timing = MemoryTiming::Typical;
  uint64_t seed = 1;
  uint64_t instructionBudget = uint64_t(1) << 28; ///< of a wave; more is an infinite loop
  unsigned threads = 0;                           ///< 0: all of the host
  std::vector<Observer *> observers;
  std::vector<Finding> *findings =
      nullptr; ///< gets what observers found even where the launch ends in a fault
};

struct Launch {
  std::string kernel;
  uint32_t grid[3] = {1, 1, 1};  ///< workgroups
  uint32_t block[3] = {1, 1, 1}; ///< work-items
  uint32_t items[3] = {
      0, 0, 0}; ///< work-items of the whole grid where the last groups are partial; 0: grid * block
  std::vector<uint8_t> kernarg; ///< explicit arguments; hidden ones are filled in
  uint32_t dynamicLds = 0;
  LaunchOptions options;
};

struct Result {
  std::vector<Finding> findings;
  uint64_t instructions = 0;
  double seconds = 0;
};

/// Memory and the code objects loaded into it. Not thread safe; a launch uses threads of its own.
class Device {
public:
  explicit Device(Chip chip = Chip::Gfx950);
  ~Device();
  Chip chip() const { return deviceChip; }
  AddressSpace &memory() { return space; }

  /// Copies the object's segments into device memory and returns the loaded program.
  llvm::Expected<std::shared_ptr<Program>> load(std::shared_ptr<CodeObject> object);
  /// Frees the program's device memory; it cannot be launched any more.
  void unload(const Program &program);
  /// A symbol of a loaded program, at its address in device memory.
  llvm::Expected<CodeObject::Symbol> find(const Program &program, llvm::StringRef symbol) const;
  /// Runs a kernel to its end. An error is a fault: unknown instruction, wild access, exhausted budget.
  llvm::Expected<Result> launch(Program &program, const Launch &launch);

private:
  Chip deviceChip;
  AddressSpace space;
};

const char *chipName(Chip chip);

} // namespace kiln::emulator

#endif
