// The operand layout per format, pinned: where LLVM's operands land in Instruction.
#include "Snippet.h"

using namespace kiln::emulator;

static std::string show(const Operand &o) {
  switch (o.kind) {
  case OperandKind::None:
    return "-";
  case OperandKind::Vgpr:
    return "v" + std::to_string(o.index) + "x" + std::to_string(o.dwords);
  case OperandKind::Sgpr:
    return "s" + std::to_string(o.index) + "x" + std::to_string(o.dwords);
  case OperandKind::Special:
    return "special" + std::to_string(o.index);
  case OperandKind::Constant:
    return "#" + std::to_string(int64_t(o.value));
  }
  return "?";
}

static std::string layout(const char *text) {
  Snippet t;
  const Instruction &inst = t.decode(text);
  std::string result = inst.mnemonic;
  for (unsigned i = 0; i < inst.dstCount; ++i)
    result += (i ? "," : " D ") + show(inst.dst[i]);
  for (unsigned i = 0; i < inst.srcCount; ++i)
    result += (i ? "," : " S ") + show(inst.src[i]);
  return result;
}

TEST(Decoder, ScalarLayouts) {
  EXPECT_EQ(layout("s_add_u32 s0, s1, 5"), "s_add_u32 D s0x1 S s1x1,#5");
  EXPECT_EQ(layout("s_addk_i32 s3, -2"), "s_addk_i32 D s3x1 S s3x1,#-2");
  EXPECT_EQ(layout("s_mov_b64 vcc, exec"), "s_mov_b64 D s106x2 S s126x2");
  EXPECT_EQ(layout("s_mov_b32 m0, src_shared_base"), "s_mov_b32 D s124x1 S special235");
  EXPECT_EQ(layout("s_load_dwordx4 s[4:7], s[0:1], s3 offset:0x10"), "s_load_dwordx4 D s4x4 S s0x2,-,-,s3x1");
  EXPECT_EQ(layout("s_store_dword s4, s[0:1], 0x10"), "s_store_dword S s0x2,s4x1,-,-");
}

TEST(Decoder, VectorLayouts) {
  EXPECT_EQ(layout("v_add_co_u32_e32 v0, vcc, v1, v2"), "v_add_co_u32 D v0x1,s106x2 S v1x1,v2x1");
  EXPECT_EQ(layout("v_addc_co_u32_e64 v0, s[2:3], v1, v2, s[4:5]"),
            "v_addc_co_u32 D v0x1,s2x2 S v1x1,v2x1,s4x2");
  EXPECT_EQ(layout("v_cndmask_b32_e32 v0, v1, v2, vcc"), "v_cndmask_b32 D v0x1 S v1x1,v2x1,s106x2");
  EXPECT_EQ(layout("v_fmac_f32_e32 v0, v1, v2"), "v_fmac_f32 D v0x1 S v1x1,v2x1");
  EXPECT_EQ(layout("v_fmamk_f32 v0, v1, 0x42, v2"), "v_fmamk_f32 D v0x1 S v1x1,#66,v2x1");
  EXPECT_EQ(layout("v_cmp_lt_f32_e32 vcc, v0, v1"), "v_cmp_lt_f32 D s106x2 S v0x1,v1x1");
  EXPECT_EQ(layout("v_mfma_f32_16x16x32_f16 a[0:3], v[4:7], a[8:11], 1.0"),
            "v_mfma_f32_16x16x32_f16 D v256x4 S v4x4,v264x4,#1065353216");
  EXPECT_EQ(
      layout("v_mfma_scale_f32_16x16x128_f8f6f4 v[0:3],v[4:7],v[12:15],v[0:3],v20,v21 op_sel_hi:[0,0,0] "
             "cbsz:4 blgp:4"),
      "v_mfma_scale_f32_16x16x128_f8f6f4 D v0x4 S v4x4,v12x4,v0x4,v20x1,v21x1");
}

TEST(Decoder, MemoryLayouts) {
  EXPECT_EQ(layout("global_load_dword v0, v2, s[4:5] offset:16"), "global_load_dword D v0x1 S v2x1,-,s4x2,-");
  EXPECT_EQ(layout("global_store_dwordx4 v[2:3], v[4:7], off"), "global_store_dwordx4 S v2x2,v4x4,-,-");
  EXPECT_EQ(layout("global_atomic_add v0, v[2:3], v4, off sc0"), "global_atomic_add D v0x1 S v2x2,v4x1,-,-");
  EXPECT_EQ(layout("scratch_store_dword v1, v0, off"), "scratch_store_dword S v1x1,v0x1,-,-");
  EXPECT_EQ(layout("scratch_load_dword v0, off, s1 offset:4"), "scratch_load_dword D v0x1 S -,-,s1x1,-");
  EXPECT_EQ(layout("buffer_load_dword v0, v1, s[4:7], s8 offen"),
            "buffer_load_dword D v0x1 S v1x1,-,s4x4,s8x1");
  EXPECT_EQ(layout("buffer_store_dword v0, off, s[4:7], 0"), "buffer_store_dword S -,v0x1,s4x4,#0");
  EXPECT_EQ(layout("buffer_atomic_add v0, v1, s[4:7], 0 offen sc0"),
            "buffer_atomic_add D v0x1 S v1x1,v0x1,s4x4,#0");
  EXPECT_EQ(layout("buffer_load_dword v1, s[4:7], s8 offen offset:4 lds"),
            "buffer_load_dword S v1x1,-,s4x4,s8x1");
  EXPECT_EQ(layout("ds_write2st64_b32 v2, v3, v4 offset0:1 offset1:3"),
            "ds_write2st64_b32 S v2x1,v3x1,v4x1,-");
  Snippet t;
  const Instruction &inst = t.decode("global_load_dword v0, v[2:3], off offset:-16 sc0 nt sc1");
  EXPECT_EQ(inst.offset, -16);
  EXPECT_TRUE(inst.sc0 && inst.sc1 && inst.nt);
}

TEST(Decoder, RegisterRanges) {
  Snippet t;
  const Instruction &inst = t.decode("v_fmac_f32_e32 v0, s1, v2");
  auto has = [](const auto &ranges, RegisterFile file, unsigned index) {
    return llvm::any_of(ranges, [&](const RegisterRange &r) {
      return r.file == file && index >= r.index && index < unsigned(r.index + r.count);
    });
  };
  EXPECT_TRUE(has(inst.reads, RegisterFile::Vector, 0)); // the accumulator
  EXPECT_TRUE(has(inst.reads, RegisterFile::Vector, 2));
  EXPECT_TRUE(has(inst.reads, RegisterFile::Scalar, 1));
  EXPECT_TRUE(has(inst.reads, RegisterFile::Scalar, Exec));
  EXPECT_TRUE(has(inst.writes, RegisterFile::Vector, 0));
  EXPECT_FALSE(has(inst.writes, RegisterFile::Vector, 2));
}

TEST(Decoder, EncodingsThatCrashLLVM) {
  const uint32_t encodings[][4] = {
      {0x0AC570FF},                                     // v_mul_f32 whose literal is behind the end
      {0xD1FF0000, 0x000000FF},                         // VOP3 with a literal
      {0xD041E0FF, 0x1A1B7867},                         // v_cmp of VOP3 into s255
      {0x07203EF9, 0x81029711},                         // SDWA with selection 7
      {0xE0501000, 0xFF010000},                         // buffer_load with a literal offset
      {0xD3AD0700, 0x04100900},                         // F8F6F4 of format 7
      {0xD3AD83E4, 0x433AA26C},                         // F8F6F4 with a scalar matrix
      {0xD3AC66F6, 0x74B62615, 0xD3AE0BED, 0xA02722F3}, // the same, scaled
  };
  for (Chip chip : {Chip::Gfx942, Chip::Gfx950})
    for (const auto &encoding : encodings) {
      Machine machine(chip);
      llvm::MCInst inst;
      uint64_t size = 0;
      size_t bytes = encoding[2] ? 16 : encoding[1] ? 8 : 4;
      EXPECT_FALSE(machine.disassemble({reinterpret_cast<const uint8_t *>(encoding), bytes}, 0, inst, size));
    }
}

TEST(Decoder, HalfLiteralsThatCrashLLVM) {
  const uint32_t multiply[] = {36u << 25 | 189 << 17 | 237 << 9 | 256 | 207, 0xFF};
  const uint32_t add[] = {37u << 25 | 189 << 17 | 237 << 9 | 256 | 207, 0xFF};
  auto read = [](const uint32_t *words) {
    Machine machine(Chip::Gfx942);
    llvm::MCInst inst;
    uint64_t size = 0;
    bool good = machine.disassemble({reinterpret_cast<const uint8_t *>(words), 8}, 0, inst, size);
    return good && size == 8 ? machine.print(inst, 0) : "";
  };
  EXPECT_EQ(read(multiply), "v_madmk_f16 v189, v207, 0xff, v237");
  EXPECT_EQ(read(add), "v_madak_f16 v189, v207, v237, 0xff");
}
