// Source and result modifiers of the vector ALU: the slow path of Vector.h.
#include "Isa/Vector.h"
#include "Numerics/Arithmetic.h"

namespace kiln::emulator {

static u32 selectSubDword(u32 word, unsigned select, bool signExtend) {
  if (select < 4) {
    u32 byte = word >> (8 * select) & 0xFF;
    return signExtend ? u32(i32(i8(byte))) : byte;
  }
  if (select < 6) {
    u32 half = word >> (16 * (select - 4)) & 0xFFFF;
    return signExtend ? u32(i32(i16(half))) : half;
  }
  return word;
}

/// The lane that DPP reads for `lane`, or -1 where it points outside (manual "DPP", table of DPP_CTRL).
static int dppSourceLane(unsigned control, int lane) {
  int row = lane & ~15, place = lane & 15;
  if (control < 0x100)
    return (lane & ~3) + (control >> (2 * (lane & 3)) & 3);
  int shift = control & 15;
  auto inRow = [&](int to) { return to >= 0 && to < 16 ? row + to : -1; };
  switch (control >> 4) {
  case 0x10:
    return inRow(place + shift); // row_shl
  case 0x11:
    return inRow(place - shift); // row_shr
  case 0x12:
    return row + ((place - shift) & 15); // row_ror
  default:
    break;
  }
  switch (control) {
  case 0x130:
    return lane < 63 ? lane + 1 : -1; // wave_shl
  case 0x134:
    return (lane + 1) & 63; // wave_rol
  case 0x138:
    return lane - 1; // wave_shr
  case 0x13C:
    return (lane - 1) & 63; // wave_ror
  case 0x140:
    return row + (15 - place); // row_mirror
  case 0x141:
    return (lane & ~7) + 7 - (lane & 7); // row_half_mirror
  case 0x142:
    return lane >= 16 ? row - 1 : -1; // row_bcast15
  case 0x143:
    return lane >= 32 ? 31 : -1; // row_bcast31
  default:
    // row_newbcast: one lane of the row to all of it (CDNA, 0x150..0x15F)
    return control >= 0x150 && control < 0x160 ? row + shift : -1;
  }
}

/// Moves source 0 across lanes. Lanes whose row, bank or (without bound_ctrl) source is off keep their
/// destination.
static void moveDpp(Wave &wave, const Instruction &inst, LaneSource &source, unsigned words,
                    LaneBuffer &buffer, u64 &enabled) {
  LaneBuffer moved;
  u64 exec = wave.exec();
  for (int lane = 0; lane < int(Lanes); ++lane) {
    unsigned control = inst.sub.dppControl();
    int from = dppSourceLane(control, lane);
    bool rowOn = inst.sub.dppRowMask() >> (lane / 16) & 1,
         bankOn = inst.sub.dppBankMask() >> (lane / 4 % 4) & 1;
    // The broadcasts to later rows leave the first rows alone (row_bcast15: row 0, row_bcast31: rows 0, 1).
    bool valid = from >= 0 && (exec >> from & 1);
    moved.words[0][lane] = valid ? source.low[from] : 0;
    moved.words[1][lane] = valid && words > 1 ? source.high[from] : 0;
    if (!rowOn || !bankOn || (!valid && !inst.sub.dppBoundControl()))
      enabled &= ~(u64(1) << lane);
  }
  buffer = moved;
  source = {buffer.words[0], buffer.words[1]};
}

LaneSource modifiedSource(Wave &wave, const Instruction &inst, unsigned n, OperandType type,
                          LaneBuffer &buffer, u64 &enabled) {
  LaneSource source = plainSource(wave, inst.src[n], buffer);
  unsigned words = type.bits > 32 ? 2 : 1;
  if (inst.dpp && n == 0)
    moveDpp(wave, inst, source, words, buffer, enabled);
  bool highHalf = inst.format == Format::Vop3 && type.bits == 16 && (inst.opSel >> n & 1);
  bool negate = type.isFloat && (inst.neg >> n & 1), absolute = type.isFloat && (inst.abs >> n & 1);
  for (unsigned lane = 0; lane < Lanes; ++lane) {
    u32 low = source.low[lane], high = words > 1 ? source.high[lane] : 0;
    if (inst.sdwa && n < 2)
      low = selectSubDword(low, inst.sub.srcSel(n), inst.sub.srcSext(n));
    if (highHalf)
      low >>= 16;
    u32 &top = words > 1 ? high : low;
    u32 sign = type.bits == 16 ? 0x8000u : 0x80000000u;
    if (absolute)
      top &= ~sign;
    if (negate)
      top ^= sign;
    buffer.words[0][lane] = low;
    buffer.words[1][lane] = high;
  }
  return {buffer.words[0], buffer.words[1]};
}

template <class T> static void modifyFloats(const Wave &wave, const Instruction &inst, LaneBuffer &result) {
  if (!inst.omod && !inst.clamp)
    return;
  using Bits = typename T::Bits;
  numerics::FloatMode mode = numerics::FloatMode::fromRegister(wave.mode.bits);
  for (unsigned lane = 0; lane < Lanes; ++lane) {
    Bits value = LaneSource{result.words[0], result.words[1]}.get<Bits>(lane);
    detail::putLane<Bits>(result, lane,
                          numerics::applyOutputModifiers<T>(value, inst.omod, inst.clamp, mode));
  }
}

/// The bits that an SDWA result replaces, and the value in their place.
static u32 placeSdwa(u32 value, u32 old, unsigned select, unsigned unused) {
  if (select == 6)
    return value;
  unsigned width = select < 4 ? 8 : 16, shift = select < 4 ? 8 * select : 16 * (select - 4);
  u32 field = (width == 8 ? 0xFFu : 0xFFFFu) << shift, placed = value << shift & field;
  if (unused == 2)
    return (old & ~field) | placed;
  bool negative = unused == 1 && (placed >> (shift + width - 1) & 1);
  return placed | (negative ? u32(~u64(0) << (shift + width)) : 0);
}

void modifyResult(Wave &wave, const Instruction &inst, OperandType type, LaneBuffer &result) {
  if (type.isFloat && type.bits == 32)
    modifyFloats<numerics::F32>(wave, inst, result);
  else if (type.isFloat && type.bits == 64)
    modifyFloats<numerics::F64>(wave, inst, result);
  else if (type.isFloat)
    modifyFloats<numerics::F16>(wave, inst, result);
  const u32 *old = wave.vgpr[inst.dst[0].index];
  if (inst.sdwa)
    for (unsigned lane = 0; lane < Lanes; ++lane)
      result.words[0][lane] =
          placeSdwa(result.words[0][lane], old[lane], inst.sub.dstSel(), inst.sub.dstUnused());
  else if (inst.format == Format::Vop3 && type.bits == 16 && inst.opSel & 8)
    for (unsigned lane = 0; lane < Lanes; ++lane)
      result.words[0][lane] = (old[lane] & 0xFFFF) | result.words[0][lane] << 16;
}

} // namespace kiln::emulator
