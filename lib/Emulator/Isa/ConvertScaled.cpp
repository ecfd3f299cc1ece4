// V_CVT_SCALEF32_*: conversions to and from 8, 6 and 4 bits with a block scale (CDNA4 manual 7.3). All 49
// follow from their names: [sr_](pk|pk32|2xpk16|-)_<to>_<from>. The scale is the last source.
#include "Isa/Float.h"
#include "llvm/ADT/StringMap.h"

namespace kiln::emulator {

namespace {

struct Conversion {
  const num::FloatFormat *to = nullptr, *from = nullptr;
  unsigned count = 1; ///< elements
  bool stochastic = false, interleaved = false;

  bool narrows() const { return to->width() <= 8; }
};

const num::FloatFormat *formatNamed(llvm::StringRef name) {
  static const std::pair<const char *, const num::FloatFormat *> formats[] = {
      {"f32", &num::formatF32}, {"f16", &num::formatF16}, {"bf16", &num::formatBF16},
      {"fp8", &num::formatFP8}, {"bf8", &num::formatBF8}, {"fp6", &num::formatFP6},
      {"bf6", &num::formatBF6}, {"fp4", &num::formatFP4}};
  for (auto [known, format] : formats)
    if (name == known)
      return format;
  return nullptr;
}

Conversion parse(llvm::StringRef mnemonic) {
  Conversion c;
  mnemonic.consume_front("v_cvt_scalef32_");
  c.stochastic = mnemonic.consume_front("sr_");
  c.interleaved = mnemonic.consume_front("2xpk16_");
  c.count = c.interleaved || mnemonic.consume_front("pk32_") ? 32 : mnemonic.consume_front("pk_") ? 2 : 1;
  auto [to, from] = mnemonic.split('_');
  c.to = formatNamed(to);
  c.from = formatNamed(from);
  return c;
}

/// Bits [at, at + width) of a lane's consecutive registers.
u32 readBits(const Wave &wave, const Operand &operand, unsigned lane, unsigned at, unsigned width) {
  auto word = [&](unsigned i) -> u32 {
    if (operand.kind == OperandKind::Vgpr)
      return wave.vgpr[(operand.index + i) & 511][lane];
    return u32(readScalar(wave, operand) >> (i ? 32 : 0));
  };
  u64 pair = word(at / 32);
  if (at % 32 + width > 32)
    pair |= u64(word(at / 32 + 1)) << 32;
  return u32(pair >> (at % 32) & ((u64(1) << width) - 1));
}

/// ABS and NEG act on operands of 16 and 32 bits.
u32 modifiedBits(const Instruction &inst, unsigned n, const num::FloatFormat &format, u32 bits) {
  if (inst.abs >> n & 1)
    bits &= ~u32(format.signBit());
  if (inst.neg >> n & 1)
    bits ^= u32(format.signBit());
  return bits;
}

struct Result {
  u32 words[32] = {};
  void put(unsigned at, unsigned width, u32 value) {
    words[at / 32] |= value << (at % 32);
    if (at % 32 + width > 32)
      words[at / 32 + 1] |= value >> (32 - at % 32);
  }
};

/// To 8, 6 or 4 bits. Two F32 stand in two sources (interleaved: 2 x 16), all others in one.
Result narrow(const Wave &wave, const Instruction &inst, const Conversion &c, unsigned lane,
              const num::FloatMode &mode) {
  Result r;
  const Operand &scale = inst.src[inst.srcCount - 1];
  u32 scaleBits = readBits(wave, scale, lane, 0, 32);
  u32 random = c.stochastic ? readBits(wave, inst.src[1], lane, 0, 32) : 0;
  bool twoSources = !c.stochastic && c.from == &num::formatF32 && c.count > 1;
  unsigned width = c.from->width(), out = c.to->width();
  for (unsigned i = 0; i < c.count; ++i) {
    unsigned n = twoSources ? i % 2 : 0, element = twoSources ? i / 2 : i;
    u32 bits = modifiedBits(inst, n, *c.from, readBits(wave, inst.src[n], lane, element * width, width));
    u32 code = c.stochastic ? num::toSmallScaledStochastic(*c.to, *c.from, bits, random, scaleBits, mode)
                            : num::toSmallScaled(*c.to, *c.from, bits, scaleBits, mode);
    random = num::nextRandom(random);
    r.put(i * out, out, code);
  }
  return r;
}

/// From 8, 6 or 4 bits. Where fewer than 32 bits are read, OP_SEL picks them: [0] the half, [1:0] the byte.
Result widen(const Wave &wave, const Instruction &inst, const Conversion &c, unsigned lane,
             const num::FloatMode &mode) {
  Result r;
  u32 scaleBits = readBits(wave, inst.src[1], lane, 0, 32);
  unsigned in = c.from->width(), width = c.to->width(), bits = c.count * in;
  unsigned start = bits == 8 ? 8 * (inst.opSel & 3) : bits == 16 ? 16 * (inst.opSel & 1) : 0;
  for (unsigned i = 0; i < c.count; ++i) {
    u32 code = readBits(wave, inst.src[0], lane, start + i * in, in);
    r.put(i * width, width, num::fromSmallScaled(*c.to, *c.from, code, scaleBits, mode));
  }
  return r;
}

/// Results below 32 bits go where OP_SEL says ([3] half, [3:2] byte) and keep the rest of the register.
void write(Wave &wave, const Instruction &inst, const Conversion &c, unsigned lane, const Result &r) {
  unsigned bits = c.count * c.to->width(), registers = (bits + 31) / 32;
  u32 *first = &wave.vgpr[inst.dst[0].index][lane];
  if (bits >= 32) {
    for (unsigned i = 0; i < registers; ++i)
      wave.vgpr[(inst.dst[0].index + i) & 511][lane] = r.words[i];
    return;
  }
  unsigned shift = bits == 8 ? 8 * (inst.opSel >> 2 & 3) : 16 * (inst.opSel >> 3 & 1);
  u32 field = ((1u << bits) - 1) << shift;
  *first = (*first & ~field) | (r.words[0] << shift & field);
}

void convert(Wave &wave, const Instruction &inst) {
  static thread_local llvm::StringMap<Conversion> known;
  auto [place, isNew] = known.try_emplace(inst.mnemonic);
  if (isNew)
    place->second = parse(inst.mnemonic);
  const Conversion c = place->second;
  num::FloatMode mode = num::FloatMode::fromRegister(wave.mode.bits);
  Result results[Lanes];
  for (unsigned lane = 0; lane < Lanes; ++lane)
    if (wave.exec() >> lane & 1)
      results[lane] = c.narrows() ? narrow(wave, inst, c, lane, mode) : widen(wave, inst, c, lane, mode);
  for (unsigned lane = 0; lane < Lanes; ++lane)
    if (wave.exec() >> lane & 1)
      write(wave, inst, c, lane, results[lane]);
}

} // namespace

void addConvertScaled(InstructionSet &isa) {
  auto add = [&](const llvm::Twine &name) { isa.add(("v_cvt_scalef32_" + name).str(), convert); };
  for (const char *wide : {"f32", "f16", "bf16"}) {
    for (const char *byte : {"fp8", "bf8"}) {
      add(llvm::Twine("pk_") + byte + "_" + wide);
      add(llvm::Twine("sr_") + byte + "_" + wide);
      add(llvm::Twine("pk_") + wide + "_" + byte);
    }
    add(llvm::Twine("pk_fp4_") + wide);
    add(llvm::Twine("sr_pk_fp4_") + wide);
    add(llvm::Twine("pk_") + wide + "_fp4");
    for (const char *six : {"fp6", "bf6"}) {
      add(llvm::Twine("pk32_") + wide + "_" + six);
      add(llvm::Twine("sr_pk32_") + six + "_" + wide);
      if (llvm::StringRef(wide) == "f32")
        add(llvm::Twine("2xpk16_") + six + "_f32");
      else
        add(llvm::Twine("pk32_") + six + "_" + wide);
    }
  }
  for (const char *byte : {"fp8", "bf8"}) {
    add(llvm::Twine("f32_") + byte);
    add(llvm::Twine("f16_") + byte);
  }
}

} // namespace kiln::emulator
