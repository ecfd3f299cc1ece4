#include "Opcodes.h"

#include "Decoder.h"
#include "Machine.h"

using namespace llvm;

namespace kiln::emulator {

namespace {
/// An encoding: fixed bits, and where its opcode stands (manual, "Microcode Formats").
struct Encoding {
  Format format;
  uint64_t fixed;
  unsigned opcodeAt, opcodeBits;
  unsigned dwords;
  std::vector<uint64_t> operands; ///< fillings of the operand fields to try, first that decodes wins
};
} // namespace

static uint64_t top(unsigned value, unsigned width) { return uint64_t(value) << (32 - width); }

/// Source codes: 256 is v0, 0 is s0, 128 the constant 0.
static uint64_t threeSources(uint64_t code0, uint64_t code1, uint64_t code2) {
  return code0 << 32 | code1 << 41 | code2 << 50;
}

static std::vector<Encoding> encodings() {
  std::vector<uint64_t> vop3 = {threeSources(256, 256, 256), threeSources(256, 256, 0),
                                threeSources(256, 0, 256),   threeSources(0, 256, 256),
                                threeSources(256, 0, 0),     threeSources(0, 0, 0),
                                threeSources(256, 128, 128)};
  std::vector<uint64_t> matrix = {threeSources(256, 256, 256), threeSources(256, 256, 128),
                                  threeSources(256, 256, 256) | 3ull << 59};
  std::vector<uint64_t> memory = {
      0,          1ull << 48, 0x7Full << 48, 1ull << 13, 1ull << 12, 128ull << 56, 128ull << 56 | 1ull << 13,
      1ull << 17, 1ull << 14, 1ull << 16};
  auto segment = [](unsigned seg) { return top(0x37, 6) | uint64_t(seg) << 14; };
  return {
      {Format::Sop1, top(0x17D, 9), 8, 8, 1, {0, 4 << 16}},
      {Format::Sopc, top(0x17E, 9), 16, 7, 1, {0}},
      {Format::Sopp, top(0x17F, 9), 16, 7, 1, {0}},
      {Format::Sopk, top(0xB, 4), 23, 5, 1, {0}},
      {Format::Sop2, top(2, 2), 23, 7, 1, {0}},
      {Format::Vop1, top(0x3F, 7), 9, 8, 1, {256, 0}},
      {Format::Vopc, top(0x3E, 7), 17, 8, 1, {256}},
      {Format::Vop2, 0, 25, 6, 1, {256}},
      {Format::Vop3, top(0x34, 6), 16, 10, 2, vop3},
      {Format::Vop3p, top(0x1A7, 9), 16, 7, 2, vop3},
      {Format::Mai, top(0x1A7, 9), 16, 7, 2, matrix},
      {Format::Smem, top(0x30, 6), 18, 8, 2, {0, 1ull << 17}},
      {Format::Ds, top(0x36, 6), 17, 8, 2, memory},
      {Format::Flat, segment(0), 18, 7, 2, memory},
      {Format::Flat, segment(1), 18, 7, 2, memory},
      {Format::Flat, segment(2), 18, 7, 2, memory},
      {Format::Mubuf, top(0x38, 6), 18, 7, 2, memory},
      {Format::Mtbuf, top(0x3A, 6), 15, 4, 2, memory},
  };
}

std::map<std::string, Opcode> opcodesOf(Chip chip) {
  Machine machine(chip);
  std::map<std::string, Opcode> found;
  for (const Encoding &encoding : encodings())
    for (unsigned opcode = 0; opcode < 1u << encoding.opcodeBits; ++opcode)
      for (uint64_t operands : encoding.operands) {
        uint64_t word = encoding.fixed | uint64_t(opcode) << encoding.opcodeAt | operands;
        uint8_t bytes[16] = {};
        memcpy(bytes, &word, 8);
        // Another encoding's prefix: its turn comes.
        if (formatOf(uint32_t(word)) != encoding.format)
          continue;
        MCInst inst;
        uint64_t size = 0;
        if (!machine.disassemble(ArrayRef(bytes, 16), 0, inst, size))
          continue;
        found.try_emplace(machine.mnemonic(inst), Opcode{encoding.format, machine.print(inst, 0)});
        break;
      }
  // The scaled MFMA is two encodings one after the other (VOP3PX2): v_mfma_ld_scale_b32, then the MFMA
  // proper.
  for (unsigned opcode = 0; opcode < 128; ++opcode) {
    uint64_t words[2] = {top(0x1A7, 9) | 0x2Cu << 16 | 1u << 11 | threeSources(256, 256, 0),
                         top(0x1A7, 9) | uint64_t(opcode) << 16 | threeSources(256, 256, 256)};
    uint8_t bytes[16];
    memcpy(bytes, words, 16);
    MCInst inst;
    uint64_t size = 0;
    if (machine.disassemble(ArrayRef(bytes, 16), 0, inst, size) && size == 16)
      found.try_emplace(machine.mnemonic(inst), Opcode{Format::Mai, machine.print(inst, 0)});
  }
  return found;
}

} // namespace kiln::emulator
