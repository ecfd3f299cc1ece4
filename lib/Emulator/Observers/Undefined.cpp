#include "Observers/Undefined.h"

#include "Dispatch.h"
#include "Isa/Scalar.h"
#include "Matrix/Operation.h"
#include "RelativeRegisters.h"

using namespace llvm;

namespace kiln::emulator {

void Undefined::begin(const Wave &wave) {
  for (unsigned i = 0; i < 512; ++i) {
    vector[i] = lowGood[i] = highGood[i] = 0;
    for (unsigned lane = 0; lane < Lanes; ++lane)
      vector[i] |= uint64_t(wave.vgpr[i][lane] == Poison) << lane;
  }
  for (unsigned i = 0; i < 128; ++i)
    scalar[i] = wave.sgpr[i] == Poison ? ~uint32_t(0) : 0;
  scc = false;
}

static uint64_t widthMask(unsigned dwords) { return dwords > 1 ? ~uint64_t(0) : 0xFFFFFFFF; }

uint64_t Undefined::bits(const Operand &operand) const {
  if (operand.kind == OperandKind::Special && operand.index == 253)
    return scc;
  if (operand.kind != OperandKind::Sgpr)
    return 0;
  return operand.dwords > 1 ? pair(operand.index) : scalar[operand.index & 127];
}

void Undefined::setHalves(unsigned index, uint64_t low, uint64_t high, uint64_t exec) {
  index &= 511;
  vector[index] = (vector[index] & ~exec) | ((low | high) & exec);
  lowGood[index] = (lowGood[index] & ~exec) | (~low & exec);
  highGood[index] = (highGood[index] & ~exec) | (~high & exec);
}
void Undefined::setVector(const Operand &operand, uint64_t lanes, uint64_t exec) {
  for (unsigned i = 0; i < operand.dwords; ++i)
    setHalves(operand.index + i, lanes, lanes, exec);
}
void Undefined::setScalar(const Operand &operand, uint64_t value) {
  if (operand.kind != OperandKind::Sgpr)
    return;
  scalar[operand.index & 127] = uint32_t(value);
  if (operand.dwords > 1)
    scalar[(operand.index + 1) & 127] = uint32_t(value >> 32);
}

bool Undefined::isDefined(const RegisterRange &range) const {
  switch (range.file) {
  case RegisterFile::Vector:
    return !lanes(range.index, range.count);
  case RegisterFile::Scc:
    return !scc;
  case RegisterFile::Mode:
    return true;
  case RegisterFile::Scalar:
    break;
  }
  uint32_t any = 0;
  for (unsigned i = 0; i < range.count; ++i)
    any |= scalar[(range.index + i) & 127];
  return !any;
}

void Undefined::define(const RegisterRange &range, uint64_t lanes) {
  if (range.file == RegisterFile::Scc)
    scc = false;
  for (unsigned i = 0; i < range.count; ++i)
    if (range.file == RegisterFile::Vector)
      vector[(range.index + i) & 511] &= ~lanes;
    else if (range.file == RegisterFile::Scalar)
      scalar[(range.index + i) & 127] = 0;
}

/// Nearly always nothing undefined goes in, and so nothing comes out, whatever the instruction.
bool Undefined::propagateDefined(const Wave &wave, const Instruction &inst) {
  if (!all_of(inst.reads, [&](const RegisterRange &r) { return isDefined(r); }))
    return false;
  uint64_t written = inst.traits.unit == Unit::Matrix ? ~uint64_t(0) : wave.exec();
  for (const RegisterRange &range : inst.writes)
    define(range, written);
  return true;
}

void Undefined::propagate(const Wave &wave, const Instruction &given) {
  if (StringRef(given.mnemonic).starts_with("s_set_gpr_idx_"))
    return propagateIndex(given);
  MovedInstruction moved(wave, given);
  const Instruction &inst = *moved;
  if (propagateDefined(wave, inst))
    return;
  switch (inst.traits.unit) {
  case Unit::Salu:
    return propagateScalar(wave, inst);
  case Unit::Valu:
    return propagateVector(wave, inst);
  case Unit::Matrix:
    return propagateMatrix(inst);
  default:
    return;
  }
}

/// Parts of M0: the index [7:0], what is indexed [15:12].
void Undefined::propagateIndex(const Instruction &inst) {
  StringRef name = inst.mnemonic;
  if (name == "s_set_gpr_idx_on" || name == "s_set_gpr_idx_idx")
    scalar[M0] = (scalar[M0] & ~0xFFu) | (uint32_t(bits(inst.src[0])) & 0xFF);
  if (name == "s_set_gpr_idx_on" || name == "s_set_gpr_idx_mode")
    scalar[M0] &= ~0xF000u;
}

// Scalar.

/// Undefined bits of a bitwise operation. A defined 0 decides an AND, a defined 1 an OR.
static uint64_t bitwise(StringRef name, uint64_t ua, uint64_t a, uint64_t ub, uint64_t b) {
  uint64_t any = ua | ub;
  if (name.contains("andn2") || name.contains("orn2"))
    b = ~b;
  if (name.contains("andn1") || name.contains("orn1"))
    a = ~a;
  if (name.contains("and"))
    return any & ~(~a & ~ua) & ~(~b & ~ub);
  if (name.contains("or") && !name.contains("xor") && !name.contains("xnor"))
    return any & ~(a & ~ua) & ~(b & ~ub);
  return any;
}

void Undefined::propagateScalar(const Wave &wave, const Instruction &inst) {
  StringRef name = inst.mnemonic;
  const Operand &dst = inst.dst[0], &first = inst.src[0], &second = inst.src[1];
  bool isSave = name.contains("saveexec") || name.contains("wrexec");
  uint64_t ua = bits(first), ub = inst.srcCount > 1 ? bits(second) : 0;
  uint64_t a = ua | ub ? readScalar(wave, first) : 0;
  uint64_t b = isSave ? wave.exec() : inst.srcCount > 1 && (ua | ub) ? readScalar(wave, second) : 0;
  uint64_t result = ua | ub ? ~uint64_t(0) : 0;
  bool isBitwise = name.starts_with("s_and") || name.starts_with("s_or") || name.starts_with("s_xor") ||
                   name.starts_with("s_mov") || name.starts_with("s_not") || name.starts_with("s_nand") ||
                   name.starts_with("s_nor") || name.starts_with("s_xnor") || isSave;
  if (isBitwise)
    result = bitwise(name, ua, a, ub, b);
  else if (name.starts_with("s_cselect"))
    result = scc ? ~uint64_t(0) : wave.scc ? ua : ub;
  else if (name.starts_with("s_cmov"))
    result = scc ? ~uint64_t(0) : wave.scc ? ua : bits(dst);
  else if (name.starts_with("s_lshl_b") && !ub)
    result = ua << (b & 63);
  else if (name.starts_with("s_lshr_b") && !ub)
    result = ua >> (b & 63);
  else if (name.starts_with("s_addc") || name.starts_with("s_subb"))
    result = ua | ub || scc ? ~uint64_t(0) : 0;
  bool writesScc = any_of(inst.writes, [](const RegisterRange &r) { return r.file == RegisterFile::Scc; });
  unsigned dwords = dst ? dst.dwords : first.dwords;
  if (writesScc) {
    scc = (result & widthMask(dwords)) != 0;
    if (name.starts_with("s_bitcmp") && !ub)
      scc = ua >> (b & 63) & 1;
  }
  if (isSave) {
    setScalar(dst, 0);
    scalar[Exec] = uint32_t(result);
    scalar[Exec + 1] = uint32_t(result >> 32);
  } else if (dst) {
    setScalar(dst, result & widthMask(dst.dwords));
  }
}

// Vector.

/// Lanes whose carry-in or select bit is undefined, for the instructions whose last source is a mask of
/// lanes.
static bool takesMask(const Instruction &inst) {
  StringRef name = inst.mnemonic;
  return name.starts_with("v_cndmask") || name.starts_with("v_addc") || name.starts_with("v_subb") ||
         name.starts_with("v_div_fmas");
}

/// Is the old result a source? Other instructions that read it keep a part of it.
static bool accumulates(StringRef name) {
  return name.starts_with("v_mac_") || name.starts_with("v_fmac_") || name.starts_with("v_pk_fmac_") ||
         (name.starts_with("v_dot") && name.substr(6, 2) == "c_");
}

/// Does the instruction take 16 bits of each source?
static bool takesHalves(StringRef name) {
  if (name.starts_with("v_pk_") || name.starts_with("v_dot") || name.contains("mix") ||
      name.contains("scalef32") || name.starts_with("v_mad_u32") || name.starts_with("v_mad_i32"))
    return false;
  return name.ends_with("_f16") || name.ends_with("_u16") || name.ends_with("_i16") || name.ends_with("_b16");
}

/// Lanes in which what the instruction takes of a vector source is undefined.
uint64_t Undefined::vectorLanes(const Instruction &inst, unsigned n) const {
  const Operand &source = inst.src[n];
  if (source.dwords == 1 && inst.sdwa && n < 2 && inst.sub.srcSel(n) < 6) // a byte or a word (manual: "SDWA")
    return inst.sub.srcSel(n) == 5 || inst.sub.srcSel(n) / 2 == 1 ? high(source.index) : low(source.index);
  if (source.dwords == 1 && takesHalves(inst.mnemonic))
    return !inst.sdwa && (inst.opSel >> n & 1) ? high(source.index) : low(source.index);
  return lanes(source.index, source.dwords);
}

uint64_t Undefined::sourceLanes(const Wave &wave, const Instruction &inst) const {
  uint64_t lanes = 0;
  bool hasMask = takesMask(inst);
  for (unsigned n = 0; n < inst.srcCount; ++n) {
    const Operand &source = inst.src[n];
    if (source.isVector())
      lanes |= vectorLanes(inst, n);
    else if (hasMask && n + 1u == inst.srcCount)
      lanes |= bits(source);
    else if (bits(source) & widthMask(source.dwords))
      lanes = ~uint64_t(0);
  }
  if (!inst.sdwa && !inst.dpp && accumulates(inst.mnemonic))
    for (const RegisterRange &range : inst.reads)
      if (range.file == RegisterFile::Vector)
        lanes |= this->lanes(range.index, range.count);
  return lanes;
}

/// v_cndmask: the source that is not chosen does not matter.
uint64_t Undefined::selectLanes(const Wave &wave, const Instruction &inst) const {
  auto of = [&](unsigned n) {
    return inst.src[n].isVector() ? vectorLanes(inst, n) : bits(inst.src[n]) ? ~uint64_t(0) : 0;
  };
  const Operand &mask = inst.src[inst.srcCount - 1];
  uint64_t chosen = readScalar(wave, mask);
  return bits(mask) | (of(1) & chosen) | (of(0) & ~chosen);
}

/// Does every change of source `n` change the result of v_bitop3? Bit {S0, S1, S2} of the table is the
/// result.
static bool alwaysMatters(unsigned table, unsigned n) {
  unsigned bit = 4 >> n;
  for (unsigned index = 0; index < 8; ++index)
    if (!(index & bit) && (table >> index & 1) == (table >> (index | bit) & 1))
      return false;
  return true;
}

/// v_bfi, v_perm, v_and_or and most of v_bitop3 put parts of two registers together, and so fill a register
/// by parts that held nothing at first: the result counts as undefined where all of them are.
void Undefined::mergeLanes(const Instruction &inst, uint64_t &lanes) const {
  StringRef name = inst.mnemonic;
  bool isTable = name.starts_with("v_bitop3");
  if (inst.srcCount != 3 ||
      (!isTable && name != "v_bfi_b32" && name != "v_perm_b32" && name != "v_and_or_b32"))
    return;
  auto of = [&](unsigned n) {
    return inst.src[n].isVector() ? vector[inst.src[n].index & 511] : bits(inst.src[n]) ? ~uint64_t(0) : 0;
  };
  if (name == "v_bfi_b32") { // the mask is S0
    lanes = of(0) | (of(1) & of(2));
  } else if (name == "v_perm_b32") { // the selector is S2
    lanes = of(2) | (of(0) & of(1));
  } else if (name == "v_and_or_b32") {
    lanes = (of(0) | of(1)) & of(2);
  } else { // the table is in {OMOD, ABS, NEG} (CDNA4 manual, V_BITOP3_B32)
    unsigned table = unsigned(inst.omod) << 6 | unsigned(inst.abs) << 3 | inst.neg;
    uint64_t any = 0, all = ~uint64_t(0);
    for (unsigned n = 0; n < 3; ++n) {
      any |= alwaysMatters(table, n) ? of(n) : 0;
      all &= inst.src[n].isVector() ? of(n) : ~uint64_t(0);
    }
    lanes = any | all;
  }
}

/// Is the result known whatever the undefined source holds?
static bool isKnownResult(const Instruction &inst) {
  StringRef name = inst.mnemonic;
  const Operand &a = inst.src[0], &b = inst.src[1];
  bool isSame = a.isVector() && b.isVector() && a.index == b.index;
  if (isSame && (name.starts_with("v_xor") || name.starts_with("v_sub")))
    return true;
  // A mask takes the defined part out of a register that is filled by parts.
  if (name == "v_and_b32")
    return (a.kind == OperandKind::Constant && uint32_t(a.value) != ~0u) ||
           (b.kind == OperandKind::Constant && uint32_t(b.value) != ~0u);
  return name.starts_with("v_bfe_") || name.starts_with("v_nop");
}

bool Undefined::propagateCrossLane(const Wave &wave, const Instruction &inst) {
  StringRef name = inst.mnemonic;
  uint64_t exec = wave.exec();
  if (inst.traits.readLane) {
    unsigned lane = exec ? unsigned(__builtin_ctzll(exec)) : 0;
    bool isUndefined = false;
    if (inst.traits.laneSelect) {
      lane = readScalar(wave, inst.src[1]) & 63;
      isUndefined = bits(inst.src[1]) & 63;
    }
    uint64_t undefined = isUndefined ? ~uint64_t(0) : 0;
    if (inst.src[0].isVector())
      undefined |= (low(inst.src[0].index) >> lane & 1 ? 0xFFFF : 0) |
                   (high(inst.src[0].index) >> lane & 1 ? 0xFFFF0000 : 0);
    setScalar(inst.dst[0], undefined);
    return true;
  }
  if (name.starts_with("v_writelane")) {
    uint64_t lane = uint64_t(1) << (readScalar(wave, inst.src[1]) & 63);
    bool isWhole =
        uint32_t(bits(inst.src[0])) == ~uint32_t(0); // of a spilled mask, lanes that are off may be undefined
    setVector(inst.dst[0], isWhole ? lane : 0, lane);
    return true;
  }
  if (inst.traits.permlaneSwap) {
    bool rows = name.contains("16");
    unsigned shift = rows ? 16 : 32;
    uint64_t low = rows ? 0x0000FFFF0000FFFF : 0xFFFFFFFF;
    uint64_t &d = vector[inst.dst[0].index & 511], &s = vector[inst.src[0].index & 511];
    uint64_t oldD = d;
    d = (d & low) | (s & low) << shift;
    s = (s & ~low) | (oldD >> shift & low);
    for (unsigned index : {inst.dst[0].index, inst.src[0].index})
      lowGood[index & 511] = highGood[index & 511] = 0;
    return true;
  }
  return false;
}

/// v_mov_b64, v_pk_*_f32 and v_pk_mov: the two dwords have nothing to do with each other; op_sel chooses the
/// source dwords of the packed ones.
bool Undefined::propagatePacked(const Instruction &inst, uint64_t exec) {
  StringRef name = inst.mnemonic;
  bool isWhole = name == "v_mov_b64";
  if (!(name.starts_with("v_pk_") || isWhole) || inst.dst[0].dwords != 2)
    return false;
  uint64_t low = 0, high = 0;
  for (unsigned n = 0; n < inst.srcCount; ++n) {
    const Operand &source = inst.src[n];
    auto of = [&](unsigned dword) {
      if (source.isVector())
        return vector[(source.index + dword) & 511];
      return uint32_t(bits(source) >> 32 * dword) ? ~uint64_t(0) : 0;
    };
    bool isMove = name == "v_pk_mov_b32"; // low from S0, high from S1
    if (!isMove || n == 0)
      low |= of(inst.opSel >> n & 1);
    if (!isMove || n == 1)
      high |= of(isMove ? inst.opSel >> 1 & 1 : isWhole || (inst.opSelHi >> n & 1));
  }
  Operand half = inst.dst[0];
  half.dwords = 1;
  setVector(half, low, exec);
  ++half.index;
  setVector(half, high, exec);
  return true;
}

/// Instructions whose result has halves that depend on halves: moves and selects, bitwise ones, shifts by 16,
/// and packed ones, whose op_sel chooses the halves.
bool Undefined::propagateHalves(const Wave &wave, const Instruction &inst, uint64_t exec) {
  StringRef name = inst.mnemonic;
  if (inst.sdwa || inst.dpp || !inst.dst[0].isVector() || inst.dst[0].dwords != 1)
    return false;
  auto half = [&](unsigned n, bool isHigh) -> uint64_t {
    const Operand &source = inst.src[n];
    if (source.isVector())
      return isHigh ? high(source.index) : low(source.index);
    return bits(source) & (isHigh ? 0xFFFF0000 : 0xFFFF) ? ~uint64_t(0) : 0;
  };
  bool isSelect = name == "v_cndmask_b32", isPacked = name.starts_with("v_pk_") && name.ends_with("16");
  bool isShift = (name == "v_lshrrev_b32" || name == "v_lshlrev_b32") &&
                 inst.src[0].kind == OperandKind::Constant && inst.src[0].value == 16;
  uint64_t low = 0, high = 0;
  if (isSelect) {
    uint64_t chosen = readScalar(wave, inst.src[2]), mask = bits(inst.src[2]);
    low = mask | (half(1, false) & chosen) | (half(0, false) & ~chosen);
    high = mask | (half(1, true) & chosen) | (half(0, true) & ~chosen);
  } else if (isShift) {
    bool isRight = name == "v_lshrrev_b32";
    (isRight ? low : high) = half(1, isRight);
  } else if (name == "v_perm_b32" && !inst.src[2].isVector() && !uint32_t(bits(inst.src[2]))) {
    // Selectors 0 to 3 are bytes of S1, 4 to 7 of S0, the others constants. A register is filled byte by
    // byte: a half is undefined where both its bytes are.
    uint32_t selectors = static_cast<uint32_t>(readScalar(wave, inst.src[2]));
    auto byte = [&](unsigned n) -> uint64_t {
      unsigned selector = selectors >> 8 * n & 255;
      return selector > 7 ? 0 : half(selector < 4, selector & 2);
    };
    low = byte(0) & byte(1);
    high = byte(2) & byte(3);
  } else if (name == "v_pack_b32_f16") {
    low = half(0, inst.opSel & 1);
    high = half(1, inst.opSel >> 1 & 1);
  } else if (isPacked || name == "v_mov_b32" || name == "v_or_b32" || name == "v_xor_b32" ||
             name == "v_or3_b32") {
    for (unsigned n = 0; n < inst.srcCount; ++n) {
      low |= half(n, isPacked && (inst.opSel >> n & 1));
      high |= half(n, !isPacked || (inst.opSelHi >> n & 1));
    }
    if (accumulates(name)) {
      low |= this->low(inst.dst[0].index);
      high |= this->high(inst.dst[0].index);
    }
  } else {
    return false;
  }
  if (name == "v_xor_b32" && inst.src[0].isVector() && inst.src[1].isVector() &&
      inst.src[0].index == inst.src[1].index)
    low = high = 0;
  setHalves(inst.dst[0].index, low, high, exec);
  return true;
}

/// Sums and left shifts of 64 bits carry upwards only: the low dword depends on the sources' low dwords.
/// Compilers rely on it where they use the low half of a wide multiply-add.
bool Undefined::propagateWideSum(const Wave &wave, const Instruction &inst, uint64_t exec) {
  StringRef name = inst.mnemonic;
  if (name != "v_mad_u64_u32" && name != "v_mad_i64_i32" && name != "v_lshl_add_u64" &&
      name != "v_lshlrev_b64")
    return false;
  uint64_t low = 0, all = sourceLanes(wave, inst);
  for (unsigned n = 0; n < inst.srcCount; ++n) {
    const Operand &source = inst.src[n];
    if (source.isVector())
      low |= vector[source.index & 511];
    else if (bits(source) & 0xFFFFFFFF)
      low = ~uint64_t(0);
  }
  Operand half = inst.dst[0];
  half.dwords = 1;
  setVector(half, low, exec);
  ++half.index;
  setVector(half, all, exec);
  for (unsigned n = 1; n < inst.dstCount; ++n)
    setScalar(inst.dst[n], all & exec); // the carry
  return true;
}

void Undefined::propagateVector(const Wave &wave, const Instruction &inst) {
  uint64_t exec = wave.exec();
  if (propagateCrossLane(wave, inst) || propagatePacked(inst, exec) || !inst.dstCount ||
      propagateHalves(wave, inst, exec) || propagateWideSum(wave, inst, exec))
    return;
  uint64_t lanes = StringRef(inst.mnemonic).starts_with("v_cndmask") && !inst.dpp ? selectLanes(wave, inst)
                                                                                  : sourceLanes(wave, inst);
  if (lanes)
    mergeLanes(inst, lanes);
  if (lanes && isKnownResult(inst))
    lanes = 0;
  // Lanes move: only when no lane has a value is the result surely undefined.
  if (inst.dpp)
    lanes = (lanes & exec) == exec ? exec : 0;
  for (unsigned n = 0; n < inst.dstCount; ++n) {
    const Operand &dst = inst.dst[n];
    if (!dst.isVector()) {
      setScalar(dst, lanes & exec); // a compare's mask or carries: inactive lanes give 0
      continue;
    }
    setVector(dst, lanes, exec);
  }
  if (StringRef(inst.mnemonic).starts_with("v_cmpx")) {
    scalar[Exec] = uint32_t(lanes & exec);
    scalar[Exec + 1] = uint32_t((lanes & exec) >> 32);
  }
}

/// Row i of A and column j of B make element (i, j); layouts by the CDNA manuals' chapter 7. With several
/// blocks an undefined factor makes everything undefined.
void Undefined::propagateMatrix(const Instruction &inst) {
  const Operand &a = inst.src[0], &b = inst.src[1];
  const Operand &c = inst.traits.sparse ? inst.dst[0] : inst.src[2];
  uint64_t ua = a.isVector() ? lanes(a.index, a.dwords) : 0;
  uint64_t ub = b.isVector() ? lanes(b.index, b.dwords) : 0;
  const matrix::Operation *op = matrix::findOperation(inst.mnemonic);
  if (!op)
    return;
  uint64_t rows = 0, columns = 0; // undefined ones
  for (unsigned lane = 0; lane < Lanes && (ua | ub); ++lane) {
    rows |= (ua >> lane & 1) << (lane % op->m);
    columns |= (ub >> lane & 1) << (lane % op->n);
  }
  bool moves = inst.cbsz || inst.blgp || op->blocks > 1;
  bool isMicro = op->kind == matrix::Kind::Micro || op->kind == matrix::Kind::Scaled;
  for (unsigned reg = 0; reg < inst.dst[0].dwords; ++reg) {
    uint64_t result = c.isVector() ? vector[(c.index + reg) & 511] : 0;
    if ((ua | ub) && moves && !isMicro)
      result = ~uint64_t(0);
    else if (ua | ub)
      for (unsigned lane = 0; lane < Lanes; ++lane) {
        unsigned row = op->isDouble() ? 4 * (reg / 2) + lane / 16
                       : op->m == 32  ? 8 * (reg / 4) + 4 * (lane / 32) + reg % 4
                                      : 4 * (lane / 16) + reg;
        result |= ((rows >> row | columns >> (lane % op->n)) & 1) << lane;
      }
    setHalves(inst.dst[0].index + reg, result, result, ~uint64_t(0));
  }
}

} // namespace kiln::emulator
