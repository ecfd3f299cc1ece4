// Matrix instructions (CDNA3/CDNA4 manual chapter 7): registers to Matrix/ and back.
#include "Isa/Scalar.h"
#include "Matrix/Execute.h"

namespace kiln::emulator {

/// One lane-wide register of a scale operand: a VGPR, or an inline constant's bits in every lane.
static const u32 *scaleLanes(const Wave &wave, const Operand &operand, u32 (&buffer)[Lanes]) {
  if (operand.kind == OperandKind::Vgpr)
    return wave.vgpr[operand.index];
  // Of an inline constant the exponent counts (ISA 7.2): its byte stands in all four places.
  u32 exponent = u32(readScalar(wave, operand)) >> 23 & 0xFF;
  std::fill(std::begin(buffer), std::end(buffer), exponent * 0x01010101u);
  return buffer;
}

static void executeMatrix(Wave &wave, const Instruction &inst) {
  const matrix::Operation *operation = matrix::findOperation(inst.mnemonic);
  matrix::Chips chip = wave.chip == Chip::Gfx950 ? matrix::Gfx950 : matrix::Gfx942;
  if (!(operation->chips & chip))
    return wave.fail("this chip has no " + llvm::Twine(inst.mnemonic));
  wave.useMatrixUnit(inst.traits.passes);
  matrix::Invocation in;
  in.operation = operation;
  in.a = wave.vgpr + inst.src[0].index;
  in.b = wave.vgpr + inst.src[1].index;
  in.d = wave.vgpr + inst.dst[0].index;
  in.cbsz = inst.cbsz, in.abid = inst.abid, in.blgp = inst.blgp;
  in.ocpFp8 = wave.chip == Chip::Gfx950;
  in.flushF32 = !wave.mode.denorm32In();
  alignas(64) u32 scales[2][Lanes];
  if (operation->kind == matrix::Kind::Sparse)
    in.index = wave.vgpr[inst.src[2].index];
  else if (inst.src[2].kind == OperandKind::Vgpr)
    in.c = wave.vgpr + inst.src[2].index;
  else
    in.constantC = readScalar(wave, inst.src[2]);
  if (operation->kind == matrix::Kind::Scaled) {
    in.scaleA = scaleLanes(wave, inst.src[3], scales[0]);
    in.scaleB = scaleLanes(wave, inst.src[4], scales[1]);
    in.scaleByteA = u8((inst.opSel & 1) | (inst.opSelHi & 1) << 1);
    in.scaleByteB = u8((inst.opSel >> 1 & 1) | (inst.opSelHi >> 1 & 1) << 1);
  }
  if (!matrix::execute(in))
    wave.fail("reserved CBSZ or BLGP in " + llvm::Twine(inst.mnemonic));
}

void addMfma(InstructionSet &isa) {
  for (const matrix::Operation &operation : matrix::operations())
    isa.add(operation.mnemonic, executeMatrix);
  // The scale prefix alone loads scales for an instruction that does not follow: no effect.
  isa.add("v_mfma_ld_scale_b32", [](Wave &, const Instruction &) {});
}

} // namespace kiln::emulator
