// Typed buffers: TBUFFER_* with the instruction's format, BUFFER_*_FORMAT_* with the descriptor's
// (CDNA3/CDNA4 manual 9.1.4, tables "Data format" and "Number format").
#include "Isa/Buffer.h"
#include "Numerics/Convert.h"

#include <cmath>

namespace kiln::emulator {

namespace {
/// A data format: the widths of its components, from the low bits up.
struct DataFormat {
  u8 bits[4];
  unsigned count() const { return unsigned(bits[0] != 0) + (bits[1] != 0) + (bits[2] != 0) + (bits[3] != 0); }
  unsigned bytes() const { return unsigned(bits[0] + bits[1] + bits[2] + bits[3]) / 8; }
};
enum NumberFormat { Unorm, Snorm, Uscaled, Sscaled, Uint, Sint, Reserved, Float };
} // namespace

static constexpr DataFormat dataFormats[16] = {{},
                                               {{8}},
                                               {{16}},
                                               {{8, 8}},
                                               {{32}},
                                               {{16, 16}},
                                               {{11, 11, 10}},
                                               {{10, 11, 11}},
                                               {{2, 10, 10, 10}},
                                               {{10, 10, 10, 2}},
                                               {{8, 8, 8, 8}},
                                               {{32, 32}},
                                               {{16, 16, 16, 16}},
                                               {{32, 32, 32}},
                                               {{32, 32, 32, 32}},
                                               {}};

/// word 3 of a descriptor: dst_sel [11:0], number format [14:12], data format [18:15].
static const DataFormat &dataFormatOf(u32 format) { return dataFormats[format >> 15 & 15]; }
static unsigned numberFormatOf(u32 format) { return format >> 12 & 7; }
/// x, y, z, w in order: what TBUFFER_* uses.
constexpr u32 IdentitySelect = 4 | 5 << 3 | 6 << 6 | 7 << 9;

static const numerics::FloatFormat &floatFormat(unsigned bits) {
  static constexpr numerics::FloatFormat unsigned11{5, 6, 15, numerics::Specials::Ieee};
  static constexpr numerics::FloatFormat unsigned10{5, 5, 15, numerics::Specials::Ieee};
  return bits == 11   ? unsigned11
         : bits == 10 ? unsigned10
         : bits == 16 ? numerics::formatF16
                      : numerics::formatF32;
}

/// A component in memory as the 32 bits that a register gets.
static u32 toRegister(u32 code, unsigned bits, unsigned number) {
  u32 ones = bits == 32 ? ~0u : (1u << bits) - 1;
  i32 wide = i32(code << (32 - bits)) >> (32 - bits);
  switch (number) {
  case Uint:
    return code;
  case Sint:
    return u32(wide);
  case Uscaled:
    return bitCast<u32>(f32(code));
  case Sscaled:
    return bitCast<u32>(f32(wide));
  case Unorm:
    return bitCast<u32>(f32(f64(code) / ones));
  case Snorm:
    return bitCast<u32>(f32(std::max(-1.0, f64(wide) / (ones >> 1))));
  default:
    return bits == 32 ? code : numerics::smallToF32(floatFormat(bits), code);
  }
}

static u32 clampRound(f64 value, f64 low, f64 high) {
  value = std::nearbyint(value);
  return value != value ? 0 : u32(i64(std::min(std::max(value, low), high)));
}

/// The inverse. Integers that do not fit are clamped.
static u32 toMemory(u32 word, unsigned bits, unsigned number) {
  u32 ones = bits == 32 ? ~0u : (1u << bits) - 1;
  f64 value = bitCast<f32>(word), top = ones >> 1;
  switch (number) {
  case Uint:
    return std::min(word, ones);
  case Sint:
    return u32(std::min<i64>(std::max<i64>(i32(word), -i64(top) - 1), i64(top))) & ones;
  case Uscaled:
    return clampRound(value, 0, ones);
  case Sscaled:
    return clampRound(value, -top - 1, top) & ones;
  case Unorm:
    return clampRound(value * ones, 0, ones);
  case Snorm:
    return clampRound(value * top, -top, top) & ones;
  default: // 10 and 11 bits have no sign
    if (bits == 32 || (bits < 16 && word >> 31 && value <= 0))
      return bits == 32 ? word : 0;
    return u32(numerics::pack(floatFormat(bits), numerics::unpack(numerics::formatF32, word),
                              numerics::Rounding::NearestEven)) &
           ones;
  }
}

static bool isInteger(u32 format) { return numberFormatOf(format) == Uint || numberFormatOf(format) == Sint; }

static u32 component(const u32 *words, const DataFormat &layout, unsigned which) {
  unsigned at = 0;
  for (unsigned i = 0; i < which; ++i)
    at += layout.bits[i];
  u32 ones = layout.bits[which] == 32 ? ~0u : (1u << layout.bits[which]) - 1;
  return words[at / 32] >> at % 32 & ones;
}

/// The value of destination component `which` (dst_sel: 0, 1, or a component; one that the format lacks is 0,
/// or 1 for w).
static u32 selected(const u32 *words, u32 format, unsigned which) {
  const DataFormat &layout = dataFormatOf(format);
  unsigned select = format >> (3 * which) & 7;
  u32 one = isInteger(format) ? 1 : 0x3F800000;
  if (select < 4)
    return select == 1 ? one : 0;
  if (select - 4 >= layout.count())
    return select == 7 ? one : 0;
  return toRegister(component(words, layout, select - 4), layout.bits[select - 4], numberFormatOf(format));
}

/// What an element out of range gives: zero, or one where dst_sel says so (manual 9.1.5.1).
static u32 outOfRange(u32 format, unsigned which) {
  return (format >> (3 * which) & 7) == 1 ? (isInteger(format) ? 1 : 0x3F800000) : 0;
}

/// Bytes of one element, which is in range as a whole.
static unsigned elementBytes(const PendingAccess &access) { return dataFormatOf(access.format).bytes(); }

enum class Half { None, Low, High };

static u32 toHalf(u32 word, u32 format) {
  return isInteger(format) ? word & 0xFFFF : numerics::f32ToF16(word, {});
}
static u32 fromHalf(u32 half, u32 format) {
  if (!isInteger(format))
    return numerics::f16ToF32(u16(half), {});
  return numberFormatOf(format) == Sint ? u32(i32(i16(half))) : half & 0xFFFF;
}

template <unsigned Count, Half Which> static void landTypedLoad(Wave &wave, PendingAccess &access) {
  unsigned dst = access.inst->dst[0].index, bytes = elementBytes(access);
  forLanes(access.exec, [&](unsigned lane) {
    u32 words[4] = {}, values[4] = {};
    bool isInRange = access.inRange[lane];
    if (isInRange) {
      access.inRange[lane] = 4;
      loadLane<BufferPlace>(wave, access, lane, 0, words, bytes);
    }
    for (unsigned i = 0; i < Count; ++i)
      values[i] = isInRange ? selected(words, access.format, i) : outOfRange(access.format, i);
    for (unsigned i = 0; i < Count; ++i) {
      u32 &into = wave.vgpr[(dst + (Which == Half::None ? i : i / 2)) & 511][lane];
      u32 half = Which == Half::None ? 0 : toHalf(values[i], access.format);
      bool high = Which == Half::High || (Which == Half::Low && i % 2);
      // A half that no component fills becomes zero, or without SRAM ECC is kept (Fill).
      if (Which == Half::None)
        into = values[i];
      else if (high)
        into = (Which == Half::High && wave.sramEcc ? 0 : into & 0xFFFF) | half << 16;
      else
        into = (wave.sramEcc ? 0 : into & 0xFFFF0000) | half;
    }
  });
}

template <unsigned Count, Half Which> static void landTypedStore(Wave &wave, PendingAccess &access) {
  const DataFormat &layout = dataFormatOf(access.format);
  forLanes(access.exec, [&](unsigned lane) {
    if (!access.inRange[lane])
      return;
    u32 words[4] = {};
    unsigned at = 0;
    // Components that the instruction does not give are written as zero.
    for (unsigned i = 0; i < layout.count(); at += layout.bits[i++]) {
      u32 value = 0;
      if (i < Count && Which == Half::None)
        value = access.data[i][lane];
      else if (i < Count)
        value = fromHalf(access.data[i / 2][lane] >> (Which == Half::High || i % 2 ? 16 : 0), access.format);
      words[at / 32] |= toMemory(value, layout.bits[i], numberFormatOf(access.format)) << at % 32;
    }
    access.inRange[lane] = 4;
    storeLane<BufferPlace>(wave, access, lane, 0, words, elementBytes(access));
  });
}

template <void (*Land)(Wave &, PendingAccess &)> static void issueTyped(Wave &wave, const Instruction &inst) {
  PendingAccess &access = wave.newAccess(inst, VmCnt);
  BufferDescriptor buffer(wave, inst.src[2]);
  u32 fields = u32(inst.encoding[0] >> 19); // MTBUF: dfmt [22:19], nfmt [25:23]
  access.format = inst.format == Format::Mtbuf
                      ? IdentitySelect | (fields >> 4 & 7) << 12 | (fields & 15) << 15
                      : buffer.word3;
  if (elementBytes(access) == 0 || numberFormatOf(access.format) == Reserved)
    return wave.fail("an invalid buffer format: data format " + llvm::Twine(access.format >> 15 & 15) +
                     ", number format " + llvm::Twine(numberFormatOf(access.format)));
  formBufferAddresses(wave, inst, access, buffer, elementBytes(access));
  captureData(wave, inst.src[1], access);
  access.land = Land;
  wave.issue(access);
}

void addMtbuf(InstructionSet &isa) {
  for (std::string prefix : {"buffer_", "tbuffer_"}) {
    isa.add(prefix + "load_format_x", issueTyped<landTypedLoad<1, Half::None>>);
    isa.add(prefix + "load_format_xy", issueTyped<landTypedLoad<2, Half::None>>);
    isa.add(prefix + "load_format_xyz", issueTyped<landTypedLoad<3, Half::None>>);
    isa.add(prefix + "load_format_xyzw", issueTyped<landTypedLoad<4, Half::None>>);
    isa.add(prefix + "load_format_d16_x", issueTyped<landTypedLoad<1, Half::Low>>);
    isa.add(prefix + "load_format_d16_xy", issueTyped<landTypedLoad<2, Half::Low>>);
    isa.add(prefix + "load_format_d16_xyz", issueTyped<landTypedLoad<3, Half::Low>>);
    isa.add(prefix + "load_format_d16_xyzw", issueTyped<landTypedLoad<4, Half::Low>>);
    isa.add(prefix + "store_format_x", issueTyped<landTypedStore<1, Half::None>>);
    isa.add(prefix + "store_format_xy", issueTyped<landTypedStore<2, Half::None>>);
    isa.add(prefix + "store_format_xyz", issueTyped<landTypedStore<3, Half::None>>);
    isa.add(prefix + "store_format_xyzw", issueTyped<landTypedStore<4, Half::None>>);
    isa.add(prefix + "store_format_d16_x", issueTyped<landTypedStore<1, Half::Low>>);
    isa.add(prefix + "store_format_d16_xy", issueTyped<landTypedStore<2, Half::Low>>);
    isa.add(prefix + "store_format_d16_xyz", issueTyped<landTypedStore<3, Half::Low>>);
    isa.add(prefix + "store_format_d16_xyzw", issueTyped<landTypedStore<4, Half::Low>>);
  }
  isa.add("buffer_load_format_d16_hi_x", issueTyped<landTypedLoad<1, Half::High>>);
  isa.add("buffer_store_format_d16_hi_x", issueTyped<landTypedStore<1, Half::High>>);
}

} // namespace kiln::emulator
