// How the lanes of an LDS access share the banks: data by chip.
//
// gfx950: measured by rocprof's SQ_LDS_BANK_CONFLICT over all pairs of lanes (HipKittens, analysis/). gfx942
// and what was not measured: the CDNA3 manual's 32 banks, 128 bytes in a phase of consecutive lanes.
#include "kiln/Emulator/Counters.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace kiln::emulator {

namespace {

constexpr uint64_t lanes(unsigned first, unsigned last) {
  return (last == 63 ? ~uint64_t(0) : (uint64_t(1) << (last + 1)) - 1) & ~((uint64_t(1) << first) - 1);
}

struct BankTable {
  unsigned banks;
  std::vector<uint64_t> phases; ///< lanes served together
};

BankTable consecutive(unsigned banks, unsigned lanesPerPhase) {
  BankTable table{banks, {}};
  for (unsigned first = 0; first < Lanes; first += lanesPerPhase)
    table.phases.push_back(lanes(first, first + lanesPerPhase - 1));
  return table;
}
/// The phases of lanes 0..31, and the same again 32 lanes up.
BankTable twice(unsigned banks, std::vector<uint64_t> phases) {
  for (size_t i = 0, count = phases.size(); i < count; ++i)
    phases.push_back(phases[i] << 32);
  return {banks, phases};
}

const BankTable &tableFor(Chip chip, bool isWrite, unsigned size) {
  static const BankTable dword = consecutive(32, 32), pair = consecutive(32, 16), wide = consecutive(32, 8);
  static const BankTable read64 = consecutive(64, 32);
  static const BankTable read96 = twice(32, {lanes(0, 3) | lanes(20, 23), lanes(4, 7) | lanes(16, 19),
                                             lanes(8, 11) | lanes(28, 31), lanes(12, 15) | lanes(24, 27)});
  static const BankTable read128 =
      twice(64, {lanes(0, 3) | lanes(12, 15) | lanes(20, 27), lanes(4, 11) | lanes(16, 19) | lanes(28, 31)});
  if (size <= 4)
    return dword;
  if (chip == Chip::Gfx950 && !isWrite)
    return size == 8 ? read64 : size == 12 ? read96 : read128;
  return size == 8 ? pair : wide;
}

} // namespace

LdsCost ldsCost(Chip chip, bool isWrite, unsigned size, uint64_t active, const uint64_t (&offsets)[Lanes]) {
  const BankTable &table = tableFor(chip, isWrite, size);
  LdsCost cost;
  for (uint64_t phase : table.phases) {
    if (!(phase & active))
      continue;
    SmallVector<uint64_t, 64> dwords;
    for (uint64_t mask = phase & active; mask; mask &= mask - 1) {
      uint64_t offset = offsets[__builtin_ctzll(mask)];
      for (uint64_t dword = offset / 4; dword * 4 < offset + size; ++dword)
        dwords.push_back(dword);
    }
    // Lanes that want the same dword are served by one read of it.
    llvm::sort(dwords);
    dwords.erase(std::unique(dwords.begin(), dwords.end()), dwords.end());
    unsigned load[64] = {}, most = 0;
    for (uint64_t dword : dwords)
      most = std::max(most, ++load[dword % table.banks]);
    cost.cycles += most;
    ++cost.phases;
  }
  return cost;
}

} // namespace kiln::emulator
