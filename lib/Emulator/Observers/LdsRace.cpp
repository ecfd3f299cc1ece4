// Waves of a workgroup that touch the same LDS bytes, one of them writing, with no barrier between.
//
// An access lasts from its issue to the wait that covers it, whenever the emulator does it. Two accesses of
// different waves are ordered where the earlier one has ended before a barrier that the later one was issued
// behind. Loads into LDS count as writes of the wave that issued them. Two atomics never race, nor do writes
// of the same value.
#include "Observers/Findings.h"
#include "Observers/InFlight.h"

using namespace llvm;

namespace kiln::emulator {

namespace {

/// The last accesses of one dword. Epochs count barriers over the life of the observer; 0 is never.
struct Cell {
  uint8_t writer[4] = {}; ///< wave + 1 for each byte
  uint32_t writeEpoch = 0;
  uint16_t readers[4] = {}; ///< set of waves for each byte
  uint32_t readEpoch = 0;
  uint32_t writeAt = 0, readAt = 0; ///< instructions, as offsets from the load address
  uint32_t value = 0;
  bool writeIsAtomic = false;
};

class LdsRaceGroup final : public BarrierGroup {
public:
  explicit LdsRaceGroup(FindingLog &log) : log(log) {}

  void reset(const Workgroup &group) {
    firstEpoch = lastEpoch + 2;
    lastEpoch = firstEpoch;
    cells.resize(std::max(cells.size(), (group.lds.size() + 3) / 4));
    resetWaves(group);
  }

  void barrierReleased(const Workgroup &group) override {
    lastEpoch = firstEpoch + group.epoch;
    forLasting([&](unsigned wave, const LastingAccesses::Range &range) {
      forDwords(range.address, range.size, [&](uint64_t address, unsigned first, unsigned count) {
        prolong(cells[address / 4], range.isWrite, wave, first, count);
      });
    });
  }

  void memoryLanded(const Wave &wave, const PendingAccess &access, ArrayRef<MemoryEvent> events) override {
    if (!active)
      return;
    lastEpoch = firstEpoch + wave.group->epoch;
    for (const MemoryEvent &event : events)
      if (event.space == MemorySpace::Lds)
        forDwords(event.address, event.size, [&](uint64_t address, unsigned first, unsigned count) {
          visitCell(wave, access, event, address, first, count);
        });
    lasting[wave.index].land(access, events, MemorySpace::Lds);
  }

private:
  /// Moves a wave's access to the present epoch; of other waves' in the same dword nothing is known there.
  void prolong(Cell &cell, bool isWrite, unsigned wave, unsigned first, unsigned count) {
    if (isWrite) {
      for (unsigned i = 0; i < 4; ++i)
        if (cell.writer[i] != wave + 1)
          cell.writer[i] = 0;
      cell.writeEpoch = lastEpoch;
      return;
    }
    if (cell.readEpoch != lastEpoch)
      std::fill_n(cell.readers, 4, 0);
    for (unsigned i = first; i < first + count; ++i)
      cell.readers[i] |= 1u << wave;
    cell.readEpoch = lastEpoch;
  }

  void visitCell(const Wave &wave, const PendingAccess &access, const MemoryEvent &event, uint64_t address,
                 unsigned first, unsigned count) {
    Cell &cell = cells[address / 4];
    uint32_t issued = firstEpoch + access.epoch;
    const uint8_t *bytes = wave.group->lds.data() + (address & ~uint64_t(3));
    const auto *old = reinterpret_cast<const uint8_t *>(&cell.value);
    for (unsigned i = first; i < first + count; ++i) {
      bool byOther = cell.writer[i] && cell.writer[i] != wave.index + 1;
      bool sameValue =
          event.isWrite && i + (address & ~uint64_t(3)) < wave.group->lds.size() && bytes[i] == old[i];
      if (byOther && cell.writeEpoch >= issued && !(event.isAtomic && cell.writeIsAtomic) && !sameValue)
        report(wave, access, event, cell.writer[i] - 1, "wrote", cell.writeAt);
      uint16_t others = cell.readers[i] & ~(1u << wave.index);
      if (event.isWrite && others && cell.readEpoch >= issued)
        report(wave, access, event, __builtin_ctz(others), "read", cell.readAt);
    }
    if (event.isWrite)
      noteWrite(wave, access, event, cell, address, first, count);
    else
      noteRead(wave, access, cell, first, count);
  }

  void noteWrite(const Wave &wave, const PendingAccess &access, const MemoryEvent &event, Cell &cell,
                 uint64_t address, unsigned first, unsigned count) {
    if (cell.writeEpoch != lastEpoch)
      std::fill_n(cell.writer, 4, 0);
    std::fill_n(cell.writer + first, count, wave.index + 1);
    cell.writeEpoch = lastEpoch;
    cell.writeAt = log.offsetOf(*access.inst);
    cell.writeIsAtomic = event.isAtomic;
    memcpy(reinterpret_cast<uint8_t *>(&cell.value) + first, wave.group->lds.data() + address, count);
  }
  void noteRead(const Wave &wave, const PendingAccess &access, Cell &cell, unsigned first, unsigned count) {
    if (cell.readEpoch != lastEpoch)
      std::fill_n(cell.readers, 4, 0);
    for (unsigned i = first; i < first + count; ++i)
      cell.readers[i] |= 1u << wave.index;
    cell.readEpoch = lastEpoch;
    cell.readAt = log.offsetOf(*access.inst);
  }

  void report(const Wave &wave, const PendingAccess &access, const MemoryEvent &event, unsigned other,
              const char *did, uint32_t at) {
    log.add(
        wave, *access.inst, "lds-race",
        [&] {
          return "LDS byte " + FindingLog::hex(event.address) + " is " +
                 (event.isWrite ? "written" : "read") + " with no barrier between this and wave " +
                 std::to_string(other) + ", which " + did + " it: " + log.describe(at);
        },
        event.lane, event.address, log.pcOf(at));
  }

  FindingLog &log;
  std::vector<Cell> cells;
  uint32_t firstEpoch = 1, lastEpoch = 1;
};

} // namespace

std::unique_ptr<Observer> createLdsRace() { return std::make_unique<PooledObserver<LdsRaceGroup>>(); }

} // namespace kiln::emulator
