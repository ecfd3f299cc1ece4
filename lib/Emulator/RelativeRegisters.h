// Registers that an instruction names relative to M0: VGPR indexing and s_movrel.
#ifndef KILN_LIB_EMULATOR_RELATIVEREGISTERS_H
#define KILN_LIB_EMULATOR_RELATIVEREGISTERS_H

#include "kiln/Emulator/Wave.h"
#include <optional>

namespace kiln::emulator {

/// Whether VGPR indexing is on and moves this instruction's registers.
bool isIndexed(const Wave &wave, const Instruction &inst);

/// Adds M0 to a scalar register's number, as s_movrel does; false if there is no such register.
bool moveScalar(const Wave &wave, Operand &operand);

/// An instruction with the registers that it means to a wave: operands, `reads` and `writes`. Registers that
/// do not exist are as in Program::withRegisters.
class MovedInstruction {
public:
  MovedInstruction(const Wave &wave, const Instruction &inst);
  const Instruction &operator*() const { return copy ? *copy : original; }
  const Instruction *operator->() const { return &**this; }
  /// For a wave in which isIndexed holds.
  void execute(Wave &wave) const;
  /// A register that the wave does not have.
  struct Beyond {
    char file; ///< v, a or s
    uint64_t number;
    bool isWritten;
  };
  const std::optional<Beyond> &beyond() const { return missing; }

private:
  void moveVectors(const Wave &wave);
  void moveScalars(const Wave &wave);

  const Instruction &original;
  std::optional<Instruction> copy; ///< where anything moves
  bool hasResult = true;           ///< there are registers for the results
  std::optional<Beyond> missing;
  Operand accumulator;             ///< the old destination, of instructions that read it
};

} // namespace kiln::emulator

#endif
