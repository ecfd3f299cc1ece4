#include "RelativeRegisters.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

using namespace llvm;

namespace kiln::emulator {

bool isIndexed(const Wave &wave, const Instruction &inst) {
  return wave.mode.gprIndexing() && inst.format >= Format::Vop1 && inst.format <= Format::Mai;
}

bool moveScalar(const Wave &wave, Operand &operand) {
  uint64_t index = uint64_t(operand.index) + wave.sgpr[M0];
  operand.index = uint16_t(index & 127);
  uint64_t end = index + operand.dwords;
  return end <= wave.registers.scalar || (index >= FlatScratch && end <= Vcc + 2);
}

/// M0[12..15] switch indexing on for S0, S1, S2 and D of the operation (manual 6.6, "VGPR Indexing"), which
/// the encodings name otherwise in a few cases: reversed shifts have S0 and S1 exchanged, and where the old
/// destination is a source of the operation, it is S2.
enum IndexRole : unsigned { FirstSource = 12, ThirdSource = 14, Destination = 15 };

static unsigned roleOfSource(const Instruction &inst, unsigned n) {
  StringRef name = inst.mnemonic;
  bool isReversed = name.contains("shlrev") || name.contains("shrrev");
  return FirstSource + (isReversed && n < 2 ? 1 - n : n);
}
static unsigned roleOfOldDestination(const Instruction &inst) {
  StringRef name = inst.mnemonic;
  bool isSource = inst.sdwa || name.starts_with("v_mac_") || name.starts_with("v_fmac_") ||
                  name.starts_with("v_pk_fmac_") || name.starts_with("v_cvt_pkaccum") ||
                  (name.starts_with("v_dot") && name.contains("c_"));
  return isSource ? ThirdSource : Destination;
}

/// How often `ranges` name the operand's registers.
static unsigned countOf(ArrayRef<RegisterRange> ranges, const Operand &operand) {
  return count_if(ranges, [&](const RegisterRange &range) {
    return range.file == RegisterFile::Vector && range.index == operand.index &&
           range.count == operand.dwords;
  });
}
static bool readsDestination(const Instruction &inst) {
  const Operand &dst = inst.dst[0];
  if (!dst.isVector())
    return false;
  unsigned asSource = count_if(ArrayRef(inst.src).take_front(inst.srcCount), [&](const Operand &source) {
    return source.isVector() && source.index == dst.index && source.dwords == dst.dwords;
  });
  return countOf(inst.reads, dst) > asSource;
}

static void replaceVectors(SmallVectorImpl<RegisterRange> &ranges, ArrayRef<Operand> operands) {
  erase_if(ranges, [](const RegisterRange &range) { return range.file == RegisterFile::Vector; });
  for (const Operand &operand : operands)
    if (operand.isVector())
      ranges.push_back({RegisterFile::Vector, operand.index, operand.dwords});
}
static void moveRange(SmallVectorImpl<RegisterRange> &ranges, const Operand &from, const Operand &to) {
  for (RegisterRange &range : ranges)
    if (range.file == RegisterFile::Scalar && range.index == from.index && range.count == from.dwords)
      range.index = to.index;
}

MovedInstruction::MovedInstruction(const Wave &wave, const Instruction &inst) : original(inst) {
  if (isIndexed(wave, inst))
    moveVectors(wave);
  else if (inst.traits.unit == Unit::Salu && inst.traits.readsM0)
    moveScalars(wave);
}

void MovedInstruction::moveVectors(const Wave &wave) {
  Instruction &inst = copy.emplace(original);
  uint32_t m0 = wave.sgpr[M0];
  auto move = [&](Operand &operand, unsigned role, bool isWritten) {
    unsigned number = (operand.index & 255u) + (role <= Destination && m0 >> role & 1 ? m0 & 0xFF : 0);
    operand.index = (operand.index & 256) | (number & 255);
    bool isAcc = operand.index >= 256;
    bool exists = number + operand.dwords <= (isAcc ? wave.registers.acc : wave.registers.arch);
    if (!exists)
      missing = {isAcc ? 'a' : 'v', number, isWritten};
    return exists;
  };
  auto moveSource = [&](Operand &operand, unsigned role) {
    if (operand.isVector() && !move(operand, role, /*isWritten=*/false))
      operand.index = 0;
  };
  if (readsDestination(original)) {
    accumulator = original.dst[0];
    moveSource(accumulator, roleOfOldDestination(original));
  }
  for (unsigned n = 0; n < inst.srcCount; ++n) // the scales of a matrix instruction come after S2
    moveSource(inst.src[n], n < 3 ? roleOfSource(original, n) : Destination + 1);
  for (unsigned n = 0; n < inst.dstCount; ++n)
    hasResult &= !inst.dst[n].isVector() ||
                 move(inst.dst[n], n == 0 ? Destination : Destination + 1, /*isWritten=*/true);
  SmallVector<Operand, 6> sources(inst.src, inst.src + inst.srcCount);
  sources.push_back(accumulator);
  replaceVectors(inst.reads, sources);
  inst.reads.push_back({RegisterFile::Scalar, M0, 1});
  replaceVectors(inst.writes, hasResult ? ArrayRef(inst.dst).take_front(inst.dstCount) : ArrayRef<Operand>());
}

void MovedInstruction::moveScalars(const Wave &wave) {
  Instruction &inst = copy.emplace(original);
  bool isDestination = StringRef(inst.mnemonic).starts_with("s_movreld");
  Operand &operand = isDestination ? inst.dst[0] : inst.src[0];
  bool exists = moveScalar(wave, operand);
  if (!exists) {
    uint16_t from = (isDestination ? original.dst[0] : original.src[0]).index;
    missing = {'s', uint64_t(from) + wave.sgpr[M0], isDestination};
    operand.index = 0;
  }
  if (!isDestination)
    return moveRange(inst.reads, original.src[0], operand);
  // LLVM takes the register from which a relative destination is counted for a source.
  erase_if(inst.reads, [&](const RegisterRange &range) {
    return range.file == RegisterFile::Scalar && range.index == original.dst[0].index &&
           range.index != inst.src[0].index;
  });
  if (exists)
    inst.writes.push_back({RegisterFile::Scalar, operand.index, operand.dwords});
}

/// What the handler takes for its old destination is where the result will stand. Where another register is
/// meant, the operation is done there and its result moved.
void MovedInstruction::execute(Wave &wave) const {
  if (!hasResult)
    return;
  const Operand &dst = copy->dst[0];
  if (!accumulator || accumulator.index == dst.index)
    return copy->handler(wave, *copy);
  Instruction inPlace = *copy;
  inPlace.dst[0] = accumulator;
  uint32_t saved[4][Lanes], result[4][Lanes];
  unsigned dwords = std::min<unsigned>(dst.dwords, 4);
  size_t bytes = dwords * sizeof(saved[0]);
  memcpy(saved, wave.vgpr[accumulator.index], bytes);
  inPlace.handler(wave, inPlace);
  memcpy(result, wave.vgpr[accumulator.index], bytes);
  memcpy(wave.vgpr[accumulator.index], saved, bytes);
  for (unsigned i = 0; i < dwords; ++i)
    for (unsigned lane = 0; lane < Lanes; ++lane)
      if (wave.exec() >> lane & 1)
        wave.vgpr[dst.index + i][lane] = result[i][lane];
}

} // namespace kiln::emulator
