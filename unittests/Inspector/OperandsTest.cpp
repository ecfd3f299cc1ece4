// Which registers an instruction reads and writes; expected values are the ISA's.
#include "kiln/Inspector/Instructions.h"

#include <gtest/gtest.h>

using namespace kiln;
using namespace kiln::inspector;

/// "a[0:3] <- v[0:3] v[4:7] a[0:3]"; EXEC, which nearly all read, is left out.
static std::string flow(const std::string &line) {
  std::string text =
      ".amdgcn_target \"amdgcn-amd-amdhsa--gfx950\"\n.type f,@function\nf:\n" + line + "\n.size f, .-f\n";
  std::string object = llvm::cantFail(codegen::assemble(text, "test"));
  auto functions = llvm::cantFail(codegen::disassemble(object, "f"));
  const codegen::Instruction &instruction = functions[0].instructions[0];
  std::string result;
  for (const codegen::RegisterRange &range : instruction.writes)
    result += registerText(range) + " ";
  result += "<-";
  for (const codegen::RegisterRange &range : instruction.reads)
    if (std::string name = registerText(range); name != "exec")
      result += " " + name;
  return result;
}

TEST(Operands, OfOperands) {
  EXPECT_EQ(flow("v_add_f32 v1, v2, s3"), "v1 <- v2 s3");
  EXPECT_EQ(flow("v_mfma_f32_16x16x32_bf16 a[0:3], v[4:7], v[8:11], a[12:15]"),
            "a[0:3] <- v[4:7] v[8:11] a[12:15]");
  EXPECT_EQ(flow("global_load_dwordx4 v[0:3], v[4:5], off"), "v[0:3] <- v[4:5]");
  EXPECT_EQ(flow("global_store_dwordx2 v[4:5], a[6:7], off"), "<- v[4:5] a[6:7]");
  EXPECT_EQ(flow("s_load_dwordx4 s[4:7], s[0:1], 0x0"), "s[4:7] <- s[0:1]");
}

TEST(Operands, Implied) {
  EXPECT_EQ(flow("s_add_u32 s0, s1, s2"), "s0 scc <- s1 s2");
  EXPECT_EQ(flow("s_addc_u32 s0, s1, s2"), "s0 scc <- s1 s2 scc");
  EXPECT_EQ(flow("v_cmp_lt_f32 vcc, v0, v1"), "vcc <- v0 v1");
  EXPECT_EQ(flow("v_cndmask_b32 v0, v1, v2, vcc"), "v0 <- v1 v2 vcc");
  EXPECT_EQ(flow("buffer_load_dword v0, s[0:3], 0 offen lds"), "<- v0 s[0:3] m0");
  EXPECT_EQ(flow("s_and_saveexec_b64 s[0:1], s[2:3]"), "s[0:1] exec scc <- s[2:3]");
}

TEST(Operands, M0OfLdsInstructions) {
  EXPECT_EQ(flow("ds_write_b32 v1, v2"), "<- v1 v2");
  EXPECT_EQ(flow("ds_read_b128 v[0:3], v9"), "v[0:3] <- v9");
  EXPECT_EQ(flow("ds_read_addtid_b32 v1"), "v1 <- m0");
}

TEST(Operands, WhatAPartialWriteKeepsIsRead) {
  EXPECT_EQ(flow("v_fmac_f32 v0, v1, v2"), "v0 <- v1 v2 v0");
  EXPECT_EQ(flow("global_load_short_d16_hi v0, v[2:3], off"), "v0 <- v0 v[2:3]");
  EXPECT_EQ(flow("v_add_u16_sdwa v0, v1, v2 dst_sel:WORD_1 dst_unused:UNUSED_PRESERVE src0_sel:DWORD "
                 "src1_sel:DWORD"),
            "v0 <- v0 v1 v2");
  EXPECT_EQ(flow("v_writelane_b32 v0, s1, 2"), "v0 <- s1 v0");
}
