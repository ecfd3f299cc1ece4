#include "Decoder.h"

#include "Isa/InstructionSet.h"

using namespace llvm;

namespace kiln::emulator {

Format formatOf(uint32_t dword) {
  if ((dword >> 31) == 0) {
    unsigned op = dword >> 25;
    return op == 0x3F ? Format::Vop1 : op == 0x3E ? Format::Vopc : Format::Vop2;
  }
  switch (dword >> 26) {
  case 0x30:
    return Format::Smem;
  case 0x34: {
    if ((dword >> 23) != 0x1A7)
      return Format::Vop3;
    return (dword >> 16 & 0x7F) >= 0x40 ? Format::Mai : Format::Vop3p;
  }
  case 0x36:
    return Format::Ds;
  case 0x37:
    return Format::Flat;
  case 0x38:
    return Format::Mubuf;
  case 0x3A:
    return Format::Mtbuf;
  default:
    break;
  }
  if ((dword >> 30) != 2)
    return Format::Unknown;
  switch (dword >> 23) {
  case 0x17D:
    return Format::Sop1;
  case 0x17E:
    return Format::Sopc;
  case 0x17F:
    return Format::Sopp;
  default:
    return (dword >> 28) == 0xB ? Format::Sopk : Format::Sop2;
  }
}

static bool isMemory(Format format) {
  return format == Format::Smem || (format >= Format::Ds && format <= Format::Mtbuf);
}
static bool isScalarAlu(Format format) { return format <= Format::Sopp; }
static bool isVectorAlu(Format format) { return format >= Format::Vop1 && format <= Format::Mai; }

static int32_t signExtend(uint64_t value, unsigned bits) {
  return static_cast<int32_t>(static_cast<int64_t>(value << (64 - bits)) >> (64 - bits));
}

static uint64_t bits(uint64_t word, unsigned low, unsigned width) {
  return (word >> low) & ((uint64_t(1) << width) - 1);
}

/// Modifier fields of the vector ALU encodings.
static void decodeVectorFields(Instruction &inst) {
  // The 16-byte scaled MFMA is a prefix (VOP3PX2) and then the MFMA proper.
  uint64_t word = inst.encoding[inst.size == 16];
  switch (inst.format) {
  case Format::Vop3:
    inst.clamp = bits(word, 15, 1);
    inst.omod = bits(word, 59, 2);
    inst.neg = bits(word, 61, 3);
    inst.abs = bits(word, 8, 3);
    inst.opSel = bits(word, 11, 4);
    if (inst.dstCount == 2)
      inst.abs = inst.opSel = 0; // VOP3B: those bits are sdst
    break;
  case Format::Vop3p:
    inst.clamp = bits(word, 15, 1);
    inst.neg = bits(word, 61, 3);
    inst.abs = bits(word, 8, 3);
    inst.opSel = bits(word, 11, 3);
    inst.opSelHi = bits(word, 59, 2) | bits(word, 14, 1) << 2;
    break;
  case Format::Mai:
    inst.cbsz = bits(word, 8, 3);
    inst.abid = bits(word, 11, 4);
    inst.blgp = bits(word, 61, 3);
    if (inst.size == 16) {
      inst.opSel = bits(inst.encoding[0], 11, 3);
      inst.opSelHi = bits(inst.encoding[0], 59, 2) | bits(inst.encoding[0], 14, 1) << 2;
    }
    break;
  default: {
    unsigned src0 = word & 0x1FF;
    inst.sdwa = src0 == 249;
    inst.dpp = src0 == 250;
    if (!inst.sdwa && !inst.dpp)
      break;
    inst.sub.bits = uint32_t(word >> 32);
    inst.neg = inst.sub.field(20, 1) | inst.sub.field(inst.sdwa ? 28 : 22, 1) << 1;
    inst.abs = inst.sub.field(21, 1) | inst.sub.field(inst.sdwa ? 29 : 23, 1) << 1;
    if (inst.sdwa && inst.format != Format::Vopc) {
      inst.clamp = inst.sub.field(13, 1);
      inst.omod = inst.sub.field(14, 2);
    }
  }
  }
  inst.plain = !inst.sdwa && !inst.dpp && !inst.neg && !inst.abs && !inst.omod && !inst.clamp && !inst.opSel;
}

static void decodeMemoryFields(Instruction &inst) {
  uint64_t word = inst.encoding[0];
  switch (inst.format) {
  case Format::Smem:
    inst.offset = bits(word, 17, 1) ? signExtend(bits(word, 32, 21), 21) : 0;
    inst.sc0 = bits(word, 16, 1);
    break;
  case Format::Ds:
    inst.offset = bits(word, 0, 16);
    inst.offset1 = bits(word, 8, 8);
    break;
  case Format::Flat:
    // FLAT offsets are 12 bits unsigned, GLOBAL and SCRATCH ones 13 bits signed (CDNA3 manual 10.1, "SEG").
    inst.offset = bits(word, 14, 2) ? signExtend(bits(word, 0, 13), 13) : bits(word, 0, 12);
    inst.sc0 = bits(word, 16, 1);
    inst.nt = bits(word, 17, 1);
    inst.sc1 = bits(word, 25, 1);
    inst.lds = StringRef(inst.mnemonic).contains("_lds_");
    break;
  default: // MUBUF, MTBUF
    inst.offset = bits(word, 0, 12);
    inst.offen = bits(word, 12, 1);
    inst.idxen = bits(word, 13, 1);
    inst.sc0 = bits(word, 14, 1);
    inst.nt = inst.format == Format::Mubuf ? bits(word, 17, 1) : bits(word, 54, 1);
    inst.sc1 = inst.format == Format::Mubuf ? bits(word, 15, 1) : bits(word, 53, 1);
    inst.lds = inst.format == Format::Mubuf && bits(word, 16, 1);
  }
}

const Operand &Decoder::registerOperand(MCRegister reg) {
  auto [place, isNew] = registerCache.try_emplace(reg.id());
  Operand &operand = place->second;
  if (!isNew || !reg)
    return operand;
  static const std::pair<StringRef, uint16_t> scalars[] = {
      {"FLAT_SCR", FlatScratch}, {"XNACK_MASK", XnackMask}, {"VCC", Vcc}, {"M0", M0}, {"EXEC", Exec}};
  static const std::pair<StringRef, uint16_t> specials[] = {{"SRC_SHARED_BASE", 235},
                                                            {"SRC_SHARED_LIMIT", 236},
                                                            {"SRC_PRIVATE_BASE", 237},
                                                            {"SRC_PRIVATE_LIMIT", 238},
                                                            {"SRC_POPS_EXITING_WAVE_ID", 239},
                                                            {"SRC_VCCZ", 251},
                                                            {"SRC_EXECZ", 252},
                                                            {"SRC_SCC", 253}};
  StringRef name = machine.registerName(reg), head = name.split('_').first;
  operand.dwords = 1;
  unsigned number = 0;
  auto numbered = [&](StringRef prefix, OperandKind kind, unsigned base) {
    StringRef digits = head;
    if (!digits.consume_front(prefix) || digits.getAsInteger(10, number))
      return false;
    operand.kind = kind;
    operand.index = base + number;
    operand.dwords = name.count('_') + 1;
    return true;
  };
  if (numbered("VGPR", OperandKind::Vgpr, 0) || numbered("AGPR", OperandKind::Vgpr, 256) ||
      numbered("SGPR", OperandKind::Sgpr, 0))
    return operand;
  if (name.starts_with("TTMP") && numbered("TTMP", OperandKind::Sgpr, Ttmp)) {
    operand.dwords = name.count("TTMP");
    return operand;
  }
  for (auto [prefix, code] : specials)
    if (name.starts_with(prefix)) {
      operand.kind = OperandKind::Special;
      operand.index = code;
      operand.dwords = name.ends_with("_BASE") || name.ends_with("_LIMIT") ? 2 : 1;
      return operand;
    }
  for (auto [prefix, index] : scalars)
    if (name.starts_with(prefix)) {
      operand.kind = OperandKind::Sgpr;
      operand.index = index + name.contains("_HI");
      bool half = name.contains("_LO") || name.contains("_HI") || prefix == "M0";
      operand.dwords = half ? 1 : 2;
      return operand;
    }
  operand = Operand();
  return operand;
}

/// Memory formats: sorts operands into address, data, scalar base, scalar offset (see Instruction::src).
void Decoder::placeMemoryOperands(ArrayRef<Operand> results, ArrayRef<Operand> sources, Instruction &inst) {
  SmallVector<Operand, 4> vectors, scalars;
  for (const Operand &source : sources)
    (source.isVector() ? vectors : scalars).push_back(source);
  if (!results.empty())
    inst.dst[0] = results[0];
  inst.dstCount = !results.empty();
  inst.srcCount = 4;
  StringRef name = inst.mnemonic;
  switch (inst.format) {
  case Format::Smem:
    // Stores and atomics name their data first.
    if (scalars.size() && results.empty() && (name.contains("store") || name.contains("atomic"))) {
      inst.src[1] = scalars[0];
      scalars.erase(scalars.begin());
    } else if (name.contains("atomic") && !results.empty()) {
      inst.src[1] = results[0]; // returning atomics exchange one register
    }
    if (scalars.size() > 0)
      inst.src[0] = scalars[0];
    if (scalars.size() > 1)
      inst.src[3] = scalars[1];
    return;
  case Format::Ds:
    for (unsigned i = 0; i < vectors.size() && i < 3; ++i)
      inst.src[i] = vectors[i];
    return;
  case Format::Flat: {
    if (!scalars.empty())
      inst.src[2] = scalars[0];
    bool hasAddress = !(name.starts_with("scratch") && bits(inst.encoding[0], 13, 1) == 0);
    bool dataFirst = name.starts_with("scratch") && name.contains("store");
    unsigned address = dataFirst && vectors.size() > 1 ? 1 : 0;
    if (hasAddress && address < vectors.size()) {
      inst.src[0] = vectors[address];
      vectors.erase(vectors.begin() + address);
    }
    if (!vectors.empty())
      inst.src[1] = vectors[0];
    return;
  }
  default: { // MUBUF, MTBUF
    bool hasAddress = inst.offen || inst.idxen;
    if (results.empty() && !inst.lds && vectors.size() > (hasAddress ? 1u : 0u)) {
      inst.src[1] = vectors[0];
      vectors.erase(vectors.begin());
    } else if (name.contains("atomic") && !results.empty()) {
      inst.src[1] = results[0]; // returning atomics exchange one register
    }
    if (!vectors.empty())
      inst.src[0] = vectors[0];
    if (!scalars.empty())
      inst.src[2] = scalars[0];
    if (scalars.size() > 1)
      inst.src[3] = scalars[1];
  }
  }
}

void Decoder::decodeOperands(const MCInst &mc, Instruction &inst) {
  const MCInstrDesc &desc = machine.describe(mc);
  SmallVector<Operand, 3> results;
  SmallVector<Operand, 6> sources;
  for (unsigned i = 0; i < mc.getNumOperands() && i < desc.getNumOperands(); ++i) {
    const MCOperandInfo &info = desc.operands()[i];
    const MCOperand &mcOperand = mc.getOperand(i);
    bool tied = desc.getOperandConstraint(i, MCOI::TIED_TO) >= 0;
    // A tied copy of a destination repeats it; SOPK's (s_addk_i32) is a real source.
    if (tied && inst.format != Format::Sopk)
      continue;
    if (mcOperand.isReg()) {
      if (!mcOperand.getReg())
        continue;
      SmallVectorImpl<Operand> &into =
          i < desc.getNumDefs() ? static_cast<SmallVectorImpl<Operand> &>(results) : sources;
      into.push_back(registerOperand(mcOperand.getReg()));
      continue;
    }
    unsigned width = machine.operandBits(info);
    bool isLiteralK = inst.format == Format::Vop2 && !inst.sdwa && !inst.dpp && inst.size == 8;
    if (!width && !isLiteralK)
      continue; // a modifier, offset or cache-policy field
    Operand constant;
    constant.kind = OperandKind::Constant;
    constant.dwords = width > 32 ? 2 : 1;
    constant.value = mcOperand.isImm() ? uint64_t(mcOperand.getImm()) : inst.encoding[0] >> 32;
    sources.push_back(constant);
  }
  if (inst.format == Format::Sopk)
    sources.push_back({OperandKind::Constant, 1, 0, uint64_t(int64_t(inst.signedImm()))});
  if (isMemory(inst.format))
    return placeMemoryOperands(results, sources, inst);
  // The register that a relative destination counts from is not written itself, so LLVM lists it as a source.
  if (StringRef(inst.mnemonic).starts_with("s_movreld_"))
    results.push_back(sources.front()), sources.erase(sources.begin());
  if (isVectorAlu(inst.format)) {
    for (MCPhysReg reg : desc.implicit_defs())
      if (registerOperand(reg).index == Vcc && registerOperand(reg).kind == OperandKind::Sgpr)
        results.push_back(registerOperand(reg));
    for (MCPhysReg reg : desc.implicit_uses())
      if (registerOperand(reg).index == Vcc && registerOperand(reg).kind == OperandKind::Sgpr)
        sources.push_back(registerOperand(reg));
  }
  inst.dstCount = std::min<size_t>(results.size(), 2);
  inst.srcCount = std::min<size_t>(sources.size(), 5);
  std::copy_n(results.begin(), inst.dstCount, inst.dst);
  std::copy_n(sources.begin(), inst.srcCount, inst.src);
}

static void describeNeed(const RegisterRange &range, Instruction &inst) {
  auto need = [](uint16_t &count, unsigned end) { count = std::max<uint16_t>(count, end); };
  if (range.file == RegisterFile::Vector)
    need(range.index < 256 ? inst.needs.arch : inst.needs.acc, (range.index & 255) + range.count);
  else if (range.file == RegisterFile::Scalar && range.index < FlatScratch)
    need(inst.needs.scalar, range.index + range.count);
  else if (range.file == RegisterFile::Scalar && (range.index == Vcc || range.index == Vcc + 1))
    inst.usesVcc = true;
}

void Decoder::describeRegisters(const MCInst &mc, Instruction &inst) {
  const MCInstrDesc &desc = machine.describe(mc);
  auto add = [&](SmallVectorImpl<RegisterRange> &ranges, MCRegister reg) {
    const Operand &operand = registerOperand(reg);
    StringRef name = machine.registerName(reg);
    if (operand.kind == OperandKind::Vgpr)
      ranges.push_back({RegisterFile::Vector, operand.index, operand.dwords});
    else if (operand.kind == OperandKind::Sgpr)
      ranges.push_back({RegisterFile::Scalar, operand.index, operand.dwords});
    else if (name == "SCC" || name == "SRC_SCC")
      ranges.push_back({RegisterFile::Scc, 0, 1});
    else if (name == "MODE")
      ranges.push_back({RegisterFile::Mode, 0, 1});
  };
  for (unsigned i = 0; i < mc.getNumOperands() && i < desc.getNumOperands(); ++i)
    if (mc.getOperand(i).isReg() && mc.getOperand(i).getReg())
      add(i < desc.getNumDefs() ? inst.writes : inst.reads, mc.getOperand(i).getReg());
  for (MCPhysReg reg : desc.implicit_uses())
    add(inst.reads, reg);
  for (MCPhysReg reg : desc.implicit_defs())
    add(inst.writes, reg);
  if (StringRef(inst.mnemonic).starts_with("v_pk_fmac_")) // LLVM does not say that it reads the sum
    inst.reads.append(inst.writes.begin(), inst.writes.end());
  for (const auto *ranges : {&inst.reads, &inst.writes})
    for (const RegisterRange &range : *ranges)
      describeNeed(range, inst);
  // SDWA with UNUSED_PRESERVE is tied in LLVM; d16 loads that keep a half are so too.
  inst.hasExecRead = any_of(inst.reads, [](const RegisterRange &range) {
    return range.file == RegisterFile::Scalar && range.index == Exec;
  });
}

Instruction Decoder::decode(ArrayRef<uint8_t> bytes, uint64_t pc) {
  Instruction inst;
  inst.pc = pc;
  uint8_t padded[16] = {};
  std::copy_n(bytes.begin(), std::min<size_t>(bytes.size(), 16), padded);
  memcpy(inst.encoding, padded, 16);
  MCInst mc;
  uint64_t size = 0;
  if (!machine.disassemble(bytes.take_front(16), pc, mc, size)) {
    inst.text = "<no instruction>";
    inst.handler = InstructionSet::unknownHandler();
    return inst;
  }
  inst.size = size;
  if (size < 16)
    inst.encoding[1] = 0;
  if (size == 4)
    inst.encoding[0] &= 0xFFFFFFFF;
  inst.format = formatOf(uint32_t(inst.encoding[size == 16]));
  inst.mnemonic = machine.mnemonic(mc);
  // gfx950 placed new matrix instructions among the VOP3P opcodes; their fields are those of MAI.
  if (StringRef(inst.mnemonic).starts_with("v_mfma_") || StringRef(inst.mnemonic).starts_with("v_smfmac_"))
    inst.format = Format::Mai;
  inst.text = machine.print(mc, pc);
  inst.simm16 = isScalarAlu(inst.format) ? inst.encoding[0] & 0xFFFF : 0;
  if (isMemory(inst.format))
    decodeMemoryFields(inst);
  // The operands' shape decides between the VOP3A and VOP3B fields; SDWA/DPP detection needs only the
  // encoding.
  if (isVectorAlu(inst.format) && inst.format <= Format::Vopc) {
    inst.sdwa = (inst.encoding[0] & 0x1FF) == 249;
    inst.dpp = (inst.encoding[0] & 0x1FF) == 250;
  }
  decodeOperands(mc, inst);
  if (isVectorAlu(inst.format))
    decodeVectorFields(inst);
  describeRegisters(mc, inst);
  inst.handler = InstructionSet::get().find(inst.mnemonic);
  if (!inst.handler)
    inst.handler = InstructionSet::unknownHandler();
  return inst;
}

} // namespace kiln::emulator
