#include "Registers.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;

namespace kiln::codegen {

static bool isHalf(StringRef name) { return name.ends_with("_LO16") || name.ends_with("_HI16"); }

/// "VGPR7", "AGPR0", "SGPR12", "VCC_LO"; LLVM has no other number that names a register and is stable.
static RegisterRange single(StringRef name) {
  // Halves of a register count as all of it.
  if (isHalf(name))
    name = name.drop_back(5);
  auto numbered = [](StringRef digits, RegisterFile file) {
    unsigned number = 0;
    return digits.getAsInteger(10, number) ? RegisterRange() : RegisterRange{file, uint16_t(number), 1};
  };
  if (name.consume_front("VGPR"))
    return numbered(name, RegisterFile::Vector);
  if (name.consume_front("AGPR"))
    return numbered(name, RegisterFile::Accumulation);
  if (name.consume_front("SGPR"))
    return numbered(name, RegisterFile::Scalar);
  unsigned special = StringSwitch<unsigned>(name)
                         .Case("VCC_LO", vccRegister)
                         .Case("VCC_HI", vccRegister + 1)
                         .StartsWith("M0", m0Register)
                         .Case("EXEC_LO", execRegister)
                         .Case("EXEC_HI", execRegister + 1)
                         .Cases({"SCC", "SRC_SCC"}, sccRegister)
                         .Default(0);
  return special ? RegisterRange{RegisterFile::Scalar, uint16_t(special), 1} : RegisterRange();
}

RegisterRange RegisterNumbers::rangeOf(MCRegister reg) {
  unsigned index = reg.id();
  if (index == 0 || index >= ranges.size())
    return {};
  if (known[index])
    return ranges[index];
  RegisterRange range;
  for (MCPhysReg part : info.subregs_inclusive(reg)) {
    RegisterRange one = single(info.getName(part));
    if (!one)
      continue;
    unsigned first = range ? std::min(range.first, one.first) : one.first;
    unsigned end = range ? std::max(range.first + range.count, one.first + 1) : one.first + 1;
    range = {one.file, uint16_t(first), uint16_t(end - first)};
  }
  known[index] = true;
  return ranges[index] = range;
}

/// SDWA's UNUSED_PRESERVE, op_sel's fourth bit and loads of 16 bits keep the other half of the register
/// (CDNA3 ISA 6.2, 12.9, 9.3); LLVM ties no operand to it there.
static bool keepsHalf(StringRef text) {
  if (text.contains("UNUSED_PRESERVE") || text.split(' ').first.contains("_d16"))
    return true;
  StringRef bits = text.split("op_sel:[").second.split(']').first;
  return bits.count(',') == 3 && bits.ends_with("1");
}

/// LLVM decodes LDS instructions as those of GFX8, where M0 bounds every address. Since GFX9 it is an operand
/// of a few only (CDNA3 ISA 11.1).
static bool readsM0(StringRef opcode) {
  return !opcode.starts_with("DS_") ||
         any_of(ArrayRef<StringRef>{"_GWS_", "ORDERED", "APPEND", "CONSUME", "ADDTID"},
                [&](StringRef name) { return opcode.contains(name); });
}

void RegisterNumbers::describe(const MCInst &inst, const MCInstrDesc &description, Instruction &result) {
  auto add = [](std::vector<RegisterRange> &to, RegisterRange range) {
    if (range)
      to.push_back(range);
  };
  unsigned results = description.getNumDefs();
  bool keeps = keepsHalf(result.text);
  for (unsigned i = 0; i < inst.getNumOperands(); ++i) {
    const MCOperand &from = inst.getOperand(i);
    Operand operand;
    if (from.isReg())
      operand.registers = rangeOf(from.getReg());
    else if (from.isImm())
      operand.value = from.getImm();
    add(i < results ? result.writes : result.reads, operand.registers);
    // The other half of a register stays.
    if (i < results && from.isReg() && (keeps || isHalf(info.getName(from.getReg()))))
      add(result.reads, operand.registers);
    result.operands.push_back(operand);
    if (i >= description.getNumOperands())
      continue;
    // What is tied to a result is read there, whatever the decoder put in its place.
    int tied = description.getOperandConstraint(i, MCOI::TIED_TO);
    if (tied < 0 || unsigned(tied) >= result.operands.size())
      continue;
    if (RegisterRange kept = result.operands[tied].registers;
        !operand.registers.contains(kept.file, kept.first))
      add(result.reads, kept);
  }
  for (MCPhysReg reg : description.implicit_uses())
    if (RegisterRange range = rangeOf(reg);
        !range.contains(RegisterFile::Scalar, m0Register) || readsM0(result.opcode))
      add(result.reads, range);
  for (MCPhysReg reg : description.implicit_defs())
    add(result.writes, rangeOf(reg));
}

} // namespace kiln::codegen
