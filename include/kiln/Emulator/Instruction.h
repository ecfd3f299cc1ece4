// A decoded instruction: what the execution loop runs and what observers look at.
#ifndef KILN_EMULATOR_INSTRUCTION_H
#define KILN_EMULATOR_INSTRUCTION_H

#include "kiln/Emulator/Traits.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <cstring>
#include <string>

namespace kiln::emulator {

struct Wave;
struct Instruction;

/// What an instruction does to a wave. Failures are reported with Wave::fail.
using Handler = void (*)(Wave &, const Instruction &);

/// The encodings of the CDNA3/CDNA4 manuals, chapter "Microcode Formats".
enum class Format : uint8_t {
  Sop1,
  Sop2,
  Sopk,
  Sopc,
  Sopp,
  Smem,
  Vop1,
  Vop2,
  Vopc,
  Vop3,
  Vop3p,
  Mai,
  Ds,
  Flat,
  Mubuf,
  Mtbuf,
  Unknown
};

enum class OperandKind : uint8_t {
  None,     ///< not present ("off", no soffset, ...)
  Vgpr,     ///< index 0..255: v0..v255; 256..511: a0..a255
  Sgpr,     ///< index as the manual encodes scalar destinations: 0..101 s, 106/107 vcc, 124 m0, 126/127 exec
  Special,  ///< index is the manual's source code: 235..238 apertures, 251 vccz, 252 execz, 253 scc
  Constant, ///< value holds the inline constant or literal, converted for the operand's type and width
};

struct Operand {
  OperandKind kind = OperandKind::None;
  uint8_t dwords = 0;
  uint16_t index = 0;
  uint64_t value = 0;

  explicit operator bool() const { return kind != OperandKind::None; }
  bool isVector() const { return kind == OperandKind::Vgpr; }
};

/// How many registers v, a and s (s0 to s101) a wave has, or an instruction needs.
struct RegisterCounts {
  uint16_t arch = 0, acc = 0, scalar = 0, unused = 0;

  /// One subtraction for all of them, since every instruction is asked: counts are below 2^15, so that a
  /// field's top bit, set in `limit`, is lost where the field is larger there.
  bool within(const RegisterCounts &limit) const {
    constexpr uint64_t Top = 0x8000800080008000;
    return (((limit.bits() | Top) - bits()) & Top) == Top;
  }
  uint64_t bits() const {
    uint64_t all;
    std::memcpy(&all, this, sizeof(all));
    return all;
  }
};

enum class RegisterFile : uint8_t { Vector, Scalar, Scc, Mode };

/// `count` consecutive 32-bit registers; Vector and Scalar are indexed as in Operand.
struct RegisterRange {
  RegisterFile file;
  uint16_t index;
  uint16_t count;
};

/// The SDWA or DPP dword of a VOP1/VOP2/VOPC instruction (manual: "SDWA", "DPP" encodings).
struct SubDword {
  uint32_t bits = 0;
  unsigned field(unsigned low, unsigned width) const { return (bits >> low) & ((1u << width) - 1); }
  unsigned dstSel() const { return field(8, 3); }
  unsigned dstUnused() const { return field(11, 2); }
  unsigned srcSel(unsigned n) const { return field(n ? 24 : 16, 3); }
  bool srcSext(unsigned n) const { return field(n ? 27 : 19, 1); }
  unsigned dppControl() const { return field(8, 9); }
  bool dppBoundControl() const { return field(19, 1); }
  unsigned dppBankMask() const { return field(24, 4); }
  unsigned dppRowMask() const { return field(28, 4); }
};

struct Instruction {
  Handler handler = nullptr;
  uint64_t pc = 0;
  uint32_t number = 0; ///< dense within a program, for tables beside it
  Format format = Format::Unknown;
  uint8_t size = 4; ///< bytes
  bool sdwa = false, dpp = false;
  /// No source or result modifier of any kind: sources are read and the result written as they are.
  bool plain = true;
  bool hasExecRead = false; ///< depends on EXEC

  /// Results. VALU: [0] vdst (or the mask of a compare), [1] carry out. VCC stands here also where the short
  /// encodings imply it. Memory: [0] the loaded registers.
  Operand dst[2];
  /// Sources in the manual's order S0, S1, S2; tied copies of a destination are left out, an implied VCC
  /// (carry in, select mask) is the last. MFMA: A, B, C, then the two scales. Memory: [0] vaddr / DS addr /
  /// SMEM base, [1] data, [2] saddr / V# / DS data1, [3] soffset.
  Operand src[5];
  uint8_t dstCount = 0, srcCount = 0;

  uint8_t neg = 0, abs = 0;       ///< bit n: source n (VOP3P: neg_lo, neg_hi)
  uint8_t opSel = 0, opSelHi = 0; ///< bit n: source n; opSel bit 3: destination half
  uint8_t omod = 0;               ///< 1: *2, 2: *4, 3: /2
  bool clamp = false;
  uint8_t cbsz = 0, abid = 0, blgp = 0; ///< MFMA
  SubDword sub;

  int32_t offset =
      0; ///< memory immediate, sign extended where the manual says so; DS: offset0 of two-address forms
  uint8_t offset1 = 0; ///< DS two-address forms
  // SMEM: sc0 is GLC.
  bool sc0 = false, sc1 = false, nt = false, lds = false, offen = false, idxen = false;
  uint16_t simm16 = 0; ///< SOPP, SOPK
  uint64_t encoding[2] = {0, 0};

  /// The one description of what the instruction touches besides memory; for a memory load, the registers its
  /// landing writes. EXEC is listed in `reads` for everything it masks.
  llvm::SmallVector<RegisterRange, 6> reads, writes;
  RegisterCounts needs; ///< what a wave must have for it
  bool usesVcc = false; ///< reads or writes VCC by that name
  Traits traits;

  std::string mnemonic; ///< the manual's name, without _e32/_e64/_dpp/_sdwa
  std::string text;     ///< disassembly

  int16_t signedImm() const { return static_cast<int16_t>(simm16); }
};

} // namespace kiln::emulator

#endif
