#include "kiln/Emulator/Traits.h"

#include "Matrix/Operation.h"
#include "kiln/Emulator/Wave.h"
#include "llvm/ADT/StringRef.h"

using namespace llvm;

namespace kiln::emulator {

static Unit unitOf(const Instruction &inst) {
  StringRef name = inst.mnemonic;
  switch (inst.format) {
  case Format::Sop1:
  case Format::Sop2:
  case Format::Sopk:
  case Format::Sopc:
    return Unit::Salu;
  case Format::Smem:
    return Unit::Smem;
  case Format::Ds:
    return Unit::Lds;
  case Format::Flat:
    return name.starts_with("flat_") ? Unit::Flat : Unit::Vmem;
  case Format::Mubuf:
  case Format::Mtbuf:
    return Unit::Vmem;
  case Format::Vop3p:
  case Format::Mai: // v_accvgpr_read and _write share the encoding
    return name.starts_with("v_mfma") || name.starts_with("v_smfmac") ? Unit::Matrix : Unit::Valu;
  case Format::Sopp:
  case Format::Unknown:
    return Unit::Control;
  default:
    return Unit::Valu;
  }
}

/// Issue passes by shape and input type (LLVM's SISchedule.td for gfx942 and gfx950).
static unsigned passesOf(const matrix::Operation &operation, const Instruction &inst, Chip chip) {
  bool isSmall = operation.m == 4, isLarge = operation.m == 32;
  if (operation.isDouble())
    return isSmall ? 4 : chip == Chip::Gfx950 ? 16 : 8;
  if (isSmall)
    return 2;
  bool isSlow = operation.blocks > 1 || operation.a == matrix::Element::F32;
  if (operation.kind == matrix::Kind::Micro || operation.kind == matrix::Kind::Scaled)
    isSlow = inst.cbsz < 2 || inst.blgp < 2; // formats 0 and 1 have 8 bits
  return (isLarge ? 8 : 4) * (isSlow ? 2 : 1);
}

static void describeMatrix(const Instruction &inst, Chip chip, Traits &traits) {
  const matrix::Operation *operation = matrix::findOperation(inst.mnemonic);
  if (!operation)
    return;
  traits.sparse = operation->kind == matrix::Kind::Sparse;
  traits.matrix = operation->isDouble()                  ? MatrixKind::Double
                  : operation->a == matrix::Element::F32 ? MatrixKind::Single
                                                         : MatrixKind::Xdl;
  traits.passes = passesOf(*operation, inst, chip);
}

/// A result that goes through the shifter into part of its register is not forwarded to the next instruction
/// (CDNA3 manual 6.2.1).
static bool hasPartialResult(const Instruction &inst, Chip chip) {
  if (inst.sdwa)
    return inst.format != Format::Vopc && inst.sub.dstSel() != 6;
  if (inst.format != Format::Vop3)
    return false;
  StringRef name = inst.mnemonic;
  bool bytewise =
      chip == Chip::Gfx950 && (name.starts_with("v_cvt_scalef32") || name.starts_with("v_cvt_sr"));
  return inst.opSel & 8 || (bytewise && inst.opSel & 4);
}

static void describeVector(const Instruction &inst, Chip chip, Traits &traits) {
  StringRef name = inst.mnemonic;
  auto isOneOf = [&](std::initializer_list<const char *> prefixes) {
    for (const char *prefix : prefixes)
      if (name.starts_with(prefix))
        return true;
    return false;
  };
  traits.transcendental = isOneOf({"v_exp_", "v_log_", "v_rcp_", "v_rsq_", "v_sqrt_", "v_sin_", "v_cos_"});
  traits.dot = isOneOf({"v_dot"});
  traits.permlaneSwap = name.starts_with("v_permlane") && name.contains("_swap");
  traits.readLane = isOneOf({"v_readlane", "v_readfirstlane"});
  traits.laneSelect = isOneOf({"v_readlane", "v_writelane"});
  traits.divFmas = isOneOf({"v_div_fmas"});
  traits.fma64 = name == "v_fma_f64" || name == "v_fmac_f64";
  traits.partialResult = hasPartialResult(inst, chip);
}

static void describeMemory(const Instruction &inst, Traits &traits) {
  StringRef name = inst.mnemonic;
  traits.ldsDma = inst.lds;
  bool dsAtomic = inst.format == Format::Ds && !name.contains("read") && !name.contains("write") &&
                  !name.contains("permute") && !name.contains("swizzle") && name != "ds_nop";
  traits.atomic = name.contains("atomic") || dsAtomic;
  traits.store = !traits.atomic && (name.contains("store") || name.contains("_write"));
  traits.load = !traits.atomic && !traits.store && (inst.dstCount > 0 || inst.lds);
  // SC1, GLC of scalar accesses: what atomic loads and stores of device scope are made of (AMDGPUUsage "Memory Model
  // gfx942"), and flags of hand-written kernels.
  bool isCoherent = inst.format == Format::Smem ? inst.sc0 : inst.sc1;
  traits.synchronises =
      inst.format != Format::Ds && (traits.atomic || (isCoherent && (traits.load || traits.store)));
  traits.readsM0 = inst.lds || name.contains("addtid");
  // LLVM: a buffer store whose soffset is a register reads its data in time.
  traits.wideStore = (traits.store || traits.atomic) && inst.src[1].dwords > 2 && inst.format != Format::Ds &&
                     !(inst.format != Format::Flat && inst.src[3].kind == OperandKind::Sgpr);
}

Traits describeTraits(const Instruction &inst, Chip chip) {
  Traits traits;
  StringRef name = inst.mnemonic;
  traits.unit = unitOf(inst);
  switch (traits.unit) {
  case Unit::Matrix:
    describeMatrix(inst, chip, traits);
    break;
  case Unit::Valu:
    describeVector(inst, chip, traits);
    break;
  case Unit::Salu:
    traits.setreg = name.starts_with("s_setreg");
    traits.getreg = name.starts_with("s_getreg");
    traits.readsM0 = name.starts_with("s_movrel");
    break;
  case Unit::Control:
    traits.wait = name == "s_waitcnt";
    traits.nop = name == "s_nop";
    traits.readsM0 = name.starts_with("s_sendmsg") || name == "s_ttracedata";
    break;
  default:
    describeMemory(inst, traits);
  }
  return traits;
}

} // namespace kiln::emulator
