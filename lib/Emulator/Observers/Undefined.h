// Which registers of a wave hold values that nothing has written.
#ifndef KILN_LIB_EMULATOR_OBSERVERS_UNDEFINED_H
#define KILN_LIB_EMULATOR_OBSERVERS_UNDEFINED_H

#include "kiln/Emulator/Wave.h"

namespace kiln::emulator {

/// A set bit is undefined. Vector registers are kept by lane and half, because code packs 16-bit values of
/// which some do not matter; scalar registers by bit, because a lane mask with some undefined lanes is often
/// made whole by an AND with EXEC.
struct Undefined {
  uint64_t vector[512] = {};                      ///< lanes in which the low or the high half is undefined
  uint64_t lowGood[512] = {}, highGood[512] = {}; ///< of these: lanes in which that half is defined after all
  uint32_t scalar[128] = {};
  bool scc = false;

  /// As at launch: undefined is what holds the poison.
  void begin(const Wave &wave);
  uint64_t pair(unsigned index) const {
    return scalar[index & 127] | uint64_t(scalar[(index + 1) & 127]) << 32;
  }
  /// Undefined bits of a scalar operand.
  uint64_t bits(const Operand &operand) const;
  /// Lanes in which any register of a range is undefined.
  uint64_t lanes(unsigned index, unsigned count) const {
    uint64_t all = 0;
    for (unsigned i = 0; i < count; ++i)
      all |= vector[(index + i) & 511];
    return all;
  }

  uint64_t low(unsigned index) const { return vector[index & 511] & ~lowGood[index & 511]; }
  uint64_t high(unsigned index) const { return vector[index & 511] & ~highGood[index & 511]; }
  /// In the lanes of `exec`, the halves are now undefined as `low` and `high` say.
  void setHalves(unsigned index, uint64_t low, uint64_t high, uint64_t exec);

  /// What the instruction's results are, before it runs. Memory loads are the caller's.
  void propagate(const Wave &wave, const Instruction &inst);

private:
  bool isDefined(const RegisterRange &range) const;
  void define(const RegisterRange &range, uint64_t lanes);
  bool propagateDefined(const Wave &wave, const Instruction &inst);
  void propagateIndex(const Instruction &inst);
  void propagateScalar(const Wave &wave, const Instruction &inst);
  void propagateVector(const Wave &wave, const Instruction &inst);
  bool propagateCrossLane(const Wave &wave, const Instruction &inst);
  bool propagatePacked(const Instruction &inst, uint64_t exec);
  bool propagateHalves(const Wave &wave, const Instruction &inst, uint64_t exec);
  uint64_t vectorLanes(const Instruction &inst, unsigned source) const;
  bool propagateWideSum(const Wave &wave, const Instruction &inst, uint64_t exec);
  void propagateMatrix(const Instruction &inst);
  uint64_t sourceLanes(const Wave &wave, const Instruction &inst) const;
  void mergeLanes(const Instruction &inst, uint64_t &lanes) const;
  uint64_t selectLanes(const Wave &wave, const Instruction &inst) const;
  void setVector(const Operand &operand, uint64_t lanes, uint64_t exec);
  void setScalar(const Operand &operand, uint64_t bits);
};

} // namespace kiln::emulator

#endif
