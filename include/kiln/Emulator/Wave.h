// The architectural state of one wave and of its workgroup, and memory accesses on their way.
#ifndef KILN_EMULATOR_WAVE_H
#define KILN_EMULATOR_WAVE_H

#include "kiln/Emulator/Instruction.h"
#include "kiln/Emulator/Memory.h"
#include "llvm/ADT/Twine.h"
#include <array>
#include <random>

namespace kiln::emulator {

class GroupObserver;
class Program;
struct Workgroup;

constexpr unsigned Lanes = 64;
/// Indices in the scalar file, as the manual encodes them (Operand::index of kind Sgpr).
enum ScalarIndex : uint16_t {
  FlatScratch = 102,
  XnackMask = 104,
  Vcc = 106,
  Ttmp = 108,
  M0 = 124,
  Exec = 126
};
constexpr unsigned TtmpCount = 16;

enum class Chip : uint8_t { Gfx942, Gfx950 };

enum class WaveState : uint8_t { Running, AtBarrier, Ended, Failed };

/// Counters of s_waitcnt.
enum Counter : uint8_t { VmCnt = 1, LgkmCnt = 2 };

/// MODE (manual 3.3 "MODE register").
struct Mode {
  uint32_t bits = 0;
  unsigned round32() const { return bits & 3; } ///< 0 even, 1 +inf, 2 -inf, 3 zero
  unsigned round16and64() const { return (bits >> 2) & 3; }
  bool denorm32In() const { return bits & 0x10; } ///< false: denormal sources are flushed
  bool denorm32Out() const { return bits & 0x20; }
  bool denorm16and64In() const { return bits & 0x40; }
  bool denorm16and64Out() const { return bits & 0x80; }
  bool dx10Clamp() const { return bits & 0x100; }
  bool ieee() const { return bits & 0x200; }
  bool fp16Overflow() const { return bits & (1u << 23); }
  bool gprIndexing() const { return bits & (1u << 27); }
  bool vectorSkip() const { return bits & (1u << 28); }
};

enum class MemorySpace : uint8_t { Global, Lds, Scratch };

/// One lane's access to memory, at the moment it takes effect.
struct MemoryEvent {
  MemorySpace space;
  bool isWrite;
  bool isAtomic;
  uint8_t lane;
  uint16_t size;
  uint64_t address; ///< global: emulated address; LDS: byte offset; scratch: byte offset in the lane
};

/// A memory access between issue and landing. `issue` computes addresses and captures store data; `land`
/// reads or writes the memory and writes the destination registers. When it lands is the launch's
/// MemoryTiming.
struct PendingAccess {
  const Instruction *inst = nullptr;
  void (*land)(Wave &, PendingAccess &) = nullptr;
  uint64_t exec = 0;      ///< lanes that take part
  uint8_t counters = 0;   ///< set of Counter
  uint32_t m0 = 0;        ///< captured at issue, for LDS-DMA
  uint32_t mode = 0;      ///< captured at issue, for atomics
  uint32_t step = 4;      ///< bytes from one dword to the next: more in a swizzled buffer
  uint32_t format = 0;    ///< typed buffers: word 3 of the descriptor, or what stands for it
  uint8_t inRange[Lanes]; ///< buffers: how many of a lane's elements the descriptor allows
  uint32_t epoch = 0;     ///< the workgroup's at issue
  uint64_t issued = 0;    ///< the wave's instruction count at issue
  uint64_t due = 0;       ///< the wave's time at which it typically lands
  alignas(64) uint64_t address[Lanes];
  alignas(64) uint32_t data[4][Lanes]; ///< store data and atomic operands
};

struct alignas(64) Wave {
  alignas(64) uint32_t vgpr[512][Lanes];
  alignas(64) uint32_t sgpr[128];
  uint64_t pc = 0;
  bool scc = false;
  WaveState state = WaveState::Running;
  Mode mode;
  Chip chip = Chip::Gfx950;
  bool sramEcc = true;                     ///< CodeObject's
  uint8_t index = 0;                       ///< in the workgroup
  RegisterCounts registers{256, 256, 102}; ///< what the kernel has
  uint16_t allocatedVgprs = 512;           ///< of both kinds
  uint16_t allocatedSgprs = 112;           ///< with the six that hold FLAT_SCRATCH, XNACK_MASK and VCC

  Workgroup *group = nullptr;
  const AddressSpace *memory = nullptr;
  AllocationCache cache;
  GroupObserver *observer = nullptr;    ///< null when nobody watches
  std::vector<uint8_t> scratch;         ///< lane-major: lane * scratchStride() + offset
  uint32_t scratchSize = 0;             ///< bytes of a lane
  const Instruction *current = nullptr; ///< what runs now, for messages
  uint64_t executed = 0;
  uint64_t stalled = 0;    ///< issue slots in which it could not go on
  uint64_t matrixFree = 0; ///< its time when the matrix unit has taken its last instruction
  std::string error;

  /// In issue slots, of four cycles: an instruction takes one, and waits for the matrix unit, for the path to
  /// memory, at s_waitcnt and at barriers where a device would. The default turns and timing go by it.
  uint64_t time() const { return executed + stalled; }
  void stallUntil(uint64_t when) {
    if (time() < when)
      stalled += when - time();
  }

  /// The hardware's granularity (COMPUTE_TMPRING_SIZE.WAVESIZE: KiB of a wave) keeps every lane aligned.
  uint32_t scratchStride() const { return (scratchSize + 15) & ~15u; }
  void setScratch(uint32_t size) {
    scratchSize = size;
    scratch.assign(uint64_t(scratchStride()) * Lanes, 0);
  }

  uint64_t pair(unsigned i) const { return sgpr[i] | uint64_t(sgpr[i + 1]) << 32; }
  void setPair(unsigned i, uint64_t value) {
    sgpr[i] = uint32_t(value);
    sgpr[i + 1] = uint32_t(value >> 32);
  }
  uint64_t exec() const { return pair(Exec); }
  uint64_t vcc() const { return pair(Vcc); }

  /// Stops the wave and with it the launch; the message gets pc and disassembly added.
  void fail(const llvm::Twine &message);

  // Memory. A false return means that the wave has failed.
  bool load(MemorySpace space, unsigned lane, uint64_t address, void *to, unsigned size);
  bool store(MemorySpace space, unsigned lane, uint64_t address, const void *from, unsigned size);
  /// Host bytes of [address, address + size), in scratch those of lane 0, or null where they are not all
  /// there; reports nothing.
  uint8_t *hostBytes(MemorySpace space, uint64_t address, uint64_t size, bool isWrite);
  /// Host bytes for a read-modify-write of `size` bytes (global atomics must use host atomics on them).
  uint8_t *atomicBytes(MemorySpace space, unsigned lane, uint64_t address, unsigned size);

  // In-flight accesses, oldest first.
  PendingAccess &newAccess(const Instruction &inst, uint8_t counters);
  void issue(PendingAccess &access);
  void waitFor(unsigned vmcnt, unsigned lgkmcnt);
  void landOldest(unsigned count);
  /// Has something been in flight as long as it typically is? Then it lands.
  bool isDue() const { return time() >= nextDue; }
  void landDue();
  /// Takes the matrix unit for `passes` slots, as soon as it is free.
  void useMatrixUnit(unsigned passes);
  size_t inFlight() const { return pending.size(); }

private:
  uint8_t *translate(MemorySpace space, unsigned lane, uint64_t address, unsigned size, bool isWrite);
  void landAt(size_t position);
  std::vector<std::unique_ptr<PendingAccess>> pending, spare;
  uint64_t nextDue = ~uint64_t(0); ///< none of `pending` is due earlier; never where timing is not typical
  std::vector<MemoryEvent> events; ///< of the access that lands now, where somebody watches
};

/// Typical: at its wait, or some time after its issue, short for LDS. Production kernels lean on both: some
/// read LDS or a page table without a sufficient wait, long after; others let a load overtake the last reads
/// of what it replaces.
enum class MemoryTiming : uint8_t { Typical, AtIssue, AtWait, Random };

/// Workgroups that talk to each other through global memory run one at a time, in an order that does not
/// depend on the host's threads.
class Turnstile {
public:
  virtual ~Turnstile() = default;
  /// Waits for the workgroup's turn. False: another workgroup has failed, and this one is to stop.
  virtual bool enter(Workgroup &group) = 0;
};

struct Workgroup {
  uint32_t id[3] = {0, 0, 0};
  uint64_t number = 0;            ///< in the grid
  Turnstile *turnstile = nullptr; ///< null: the workgroup is alone
  bool hasTurn = false, isStopped = false;
  uint32_t polls = 0; ///< loads of device scope and sleeps: what loops that wait for another workgroup do
  std::vector<uint8_t> lds;
  std::vector<std::unique_ptr<Wave>> waves;
  MemoryTiming timing = MemoryTiming::Typical;
  bool isSplit = false; ///< threadgroup split mode: FLAT does not reach LDS
  uint32_t epoch = 0;   ///< barriers passed by the group so far
  std::mt19937_64 random;
};

} // namespace kiln::emulator

#endif
