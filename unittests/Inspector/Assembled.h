// Functions from assembly text, for tests of the analyses.
#ifndef KILN_UNITTESTS_INSPECTOR_ASSEMBLED_H
#define KILN_UNITTESTS_INSPECTOR_ASSEMBLED_H

#include "kiln/Inspector/Inspector.h"

#include <gtest/gtest.h>

namespace kiln::inspector::test {

/// The body of a kernel, whose wave starts with s0 to s7 and v0.
struct Assembled {
  explicit Assembled(const std::string &body, const char *processor = "gfx950") : chip(processor) {
    std::string text = ".text\n.type k,@function\nk:\n" + body + "\n.Lend:\n.size k, .Lend-k\n";
    std::string object = llvm::cantFail(codegen::assemble(text, "test.s", processor));
    code = llvm::cantFail(codegen::disassemble(object, "k"))[0];
    for (const codegen::Instruction &instruction : code.instructions)
      infos.push_back(classify(instruction));
    flow = findControlFlow(code);
    descriptor.scalarsAtStart = 8;
    descriptor.vectorsAtStart = 1;
    descriptor.denormals32 = descriptor.denormals16And64 = 3;
  }
  FunctionView view() const { return {code.instructions, infos, flow, chip, true, &descriptor}; }
  /// Of the n-th instruction with this mnemonic.
  uint64_t address(llvm::StringRef mnemonic, unsigned n = 0) const {
    for (const codegen::Instruction &instruction : code.instructions)
      if (llvm::StringRef(instruction.text).split(' ').first == mnemonic && n-- == 0)
        return instruction.address;
    ADD_FAILURE() << "no " << mnemonic.str();
    return ~uint64_t(0);
  }
  unsigned index(llvm::StringRef mnemonic, unsigned n = 0) const {
    uint64_t at = address(mnemonic, n);
    for (unsigned i = 0; i < code.instructions.size(); ++i)
      if (code.instructions[i].address == at)
        return i;
    return ~0u;
  }

  std::string chip;
  codegen::CodeFunction code;
  std::vector<InstructionInfo> infos;
  ControlFlow flow;
  codegen::KernelDescriptor descriptor;
};

/// CDNA4: 512 registers in units of 8, 800 scalar ones in units of 16, 160 KiB of LDS in units of 1280 bytes
/// and 64 banks, of which writes see 32.
inline MachineFacts cdna4() {
  MachineFacts machine;
  machine.name = "gfx950";
  machine.lanes = 64, machine.simds = 4, machine.maxWaves = 8, machine.maxThreads = 1024;
  machine.vector = {512, 8, 512};
  machine.scalar = RegisterFileFacts{800, 16, 102};
  machine.sharedBytes = 163840, machine.sharedGranule = 1280;
  machine.sharedReads[4] = {4, 32, 4, layout::BankedAccess::consecutivePhases(64, 32)};
  machine.sharedReads[8] = {8, 64, 4, layout::BankedAccess::consecutivePhases(64, 32)};
  machine.sharedWrites[4] = {4, 32, 4, layout::BankedAccess::consecutivePhases(64, 32)};
  machine.sharedWrites[16] = {16, 32, 4, layout::BankedAccess::consecutivePhases(64, 8)};
  machine.matrix = {{"mfma_f32_16x16x16_f16", "f16", "f16", "f32", 16, 16, 16, 1, 16, false},
                    {"mfma_f32_16x16x32_f16", "f16", "f16", "f32", 16, 16, 32, 1, 16, false},
                    {"mfma_f32_16x16x32_bf16", "bf16", "bf16", "f32", 16, 16, 32, 1, 16, false},
                    {"mfma_f32_16x16x4_f32", "f32", "f32", "f32", 16, 16, 4, 1, 32, false}};
  machine.chips = {{"MI355X", 256, 2400, 8000, {{"bf16", 2500}}}};
  machine.formats = {"f32", "f16", "bf16", "f8E4M3FN", "f8E5M2"};
  return machine;
}

} // namespace kiln::inspector::test

#endif
