// The analyses on code written by hand; figures are counted by hand.
#include "kiln/Inspector/Inspector.h"

#include <gtest/gtest.h>

using namespace kiln;
using namespace kiln::inspector;

/// An instruction at every fourth byte; "name -> 5" branches to instruction 5.
static codegen::CodeFunction function(std::initializer_list<const char *> lines) {
  codegen::CodeFunction result{"f", 0x100, 4 * lines.size(), {}};
  for (llvm::StringRef line : lines) {
    codegen::Instruction instruction;
    auto [text, target] = line.split(" -> ");
    instruction.address = 0x100 + 4 * result.instructions.size();
    instruction.bytes.assign(4, '\0');
    instruction.text = text.str();
    instruction.opcode = text.contains(" lds") ? "BUFFER_LOAD_DWORDX4_LDS_OFFEN" : "X";
    unsigned index = 0;
    if (!target.getAsInteger(10, index))
      instruction.branchTarget = 0x100 + 4 * index;
    result.instructions.push_back(std::move(instruction));
  }
  return result;
}

static InstructionInfo classify(const char *text, const char *opcode = "X",
                                std::string bytes = std::string(8, '\0')) {
  codegen::Instruction instruction;
  instruction.bytes = std::move(bytes);
  instruction.text = text;
  instruction.opcode = opcode;
  return inspector::classify(instruction);
}

TEST(Inspector, Families) {
  EXPECT_EQ(classify("v_exp_f32_e32 v0, v1").family, Family::Transcendental);
  EXPECT_EQ(classify("v_exp_f32_e32 v0, v1").mnemonic, "v_exp_f32");
  EXPECT_EQ(classify("v_accvgpr_read_b32 v0, a1").family, Family::Valu);
  EXPECT_EQ(classify("s_add_u32 s0, s0, s1").family, Family::Salu);
  EXPECT_EQ(classify("s_setprio 1", "S_SETPRIO_vi", {"\x01\x00\x8f\xbf", 4}).family, Family::Control);
  EXPECT_EQ(classify("s_load_dwordx4 s[0:3], s[4:5], 0x0").family, Family::Smem);
  EXPECT_EQ(
      classify("buffer_load_dwordx4 v0, s[0:3], 0 offen lds", "BUFFER_LOAD_DWORDX4_LDS_OFFEN_vi").family,
      Family::LdsDma);
  EXPECT_EQ(
      classify("buffer_load_dwordx4 v0, s[0:3], 0 offen lds", "BUFFER_LOAD_DWORDX4_LDS_OFFEN_vi").mnemonic,
      "buffer_load_dwordx4 lds");
  EXPECT_EQ(classify("global_load_lds_dwordx4 v[0:1], off", "GLOBAL_LOAD_LDS_DWORDX4_gfx940").family,
            Family::LdsDma);
  EXPECT_EQ(classify(".long 0x00000000", "").family, Family::Unknown);
}

TEST(Inspector, BytesOfALane) {
  EXPECT_EQ(classify("ds_read2st64_b64 v[0:3], v4").bytes, 16u);
  EXPECT_EQ(classify("ds_read_b64_tr_b16 v[0:1], v2").bytes, 8u);
  EXPECT_EQ(classify("ds_write_b16_d16_hi v0, v1").bytes, 2u);
  EXPECT_EQ(classify("buffer_store_short v0, off, s[0:3], 0").bytes, 2u);
  EXPECT_EQ(classify("global_load_dwordx3 v[0:2], v[4:5], off").bytes, 12u);
}

TEST(Inspector, MatrixOperations) {
  auto dense = classify("v_mfma_f32_16x16x32_bf16 a[0:3], v[0:3], v[4:7], a[0:3]").matrix;
  ASSERT_TRUE(dense);
  EXPECT_EQ(dense->flops(), 16384u); // 2 * 16 * 16 * 32
  EXPECT_EQ(dense->types, "bf16");
  auto blocks = classify("v_mfma_f32_4x4x4_16b_f16 a[0:3], v[0:1], v[2:3], a[0:3]").matrix;
  ASSERT_TRUE(blocks);
  EXPECT_EQ(blocks->flops(), 2048u); // 2 * 4 * 4 * 4 * 16
  // cbsz 4 is FP4, blgp 2 is FP6 (CDNA4 ISA 7.1.5).
  std::string bytes("\x00\x04\xad\xd3\x04\x19\x02\x44", 8);
  auto micro =
      classify("v_mfma_f32_16x16x128_f8f6f4 v[0:3], v[4:7], v[12:17], v[0:3] cbsz:4 blgp:2", "X", bytes)
          .matrix;
  ASSERT_TRUE(micro);
  EXPECT_EQ(micro->atom, "mfma_f32_16x16x128_f8f6f4_fp4_fp6");
  EXPECT_EQ(micro->flops(), 65536u);
}

TEST(Inspector, NestedLoops) {
  ControlFlow flow = findControlFlow(function({
      "s_mov_b32 s0, 0",       // block 0
      "s_mov_b32 s1, 0",       // block 1: head of the outer loop
      "v_add_f32 v0, v0, v0",  // block 2: the inner loop
      "s_cbranch_scc1 2 -> 2", //
      "s_cbranch_scc0 1 -> 1", // block 3
      "s_endpgm",              // block 4
  }));
  ASSERT_EQ(flow.blocks.size(), 5u);
  ASSERT_EQ(flow.loops.size(), 2u);
  EXPECT_EQ(flow.loops[0].blocks, (std::vector<unsigned>{1, 2, 3}));
  EXPECT_FALSE(flow.loops[0].innermost);
  EXPECT_EQ(flow.loops[1].blocks, (std::vector<unsigned>{2}));
  EXPECT_EQ(flow.loops[1].depth, 2u);
  EXPECT_EQ(flow.loops[1].parent, 0u);
  EXPECT_FALSE(flow.irreducible || flow.indirect || flow.leaves);
}

TEST(Inspector, CyclesWithTwoEntriesAreSaid) {
  ControlFlow flow = findControlFlow(function({
      "s_cbranch_scc1 2 -> 2", // enters the cycle of 1 and 2 at either
      "s_nop 0",
      "s_cbranch_scc1 1 -> 1",
      "s_endpgm",
  }));
  EXPECT_TRUE(flow.irreducible);
  EXPECT_TRUE(flow.loops.empty());
}

TEST(Inspector, SteadyLoopHasTheMatrixInstructions) {
  MachineFacts machine;
  machine.matrix = {{"mfma_f32_16x16x32_bf16", "bf16", "bf16", "f32", 16, 16, 32, 1, 16, false}};
  auto code = function({
      "v_add_f32 v0, v0, v0",
      "v_add_f32 v0, v0, v0",
      "s_cbranch_scc1 0 -> 0",
      "v_mfma_f32_16x16x32_bf16 a[0:3], v[0:3], v[4:7], a[0:3]",
      "s_cbranch_scc1 3 -> 3",
      "s_endpgm",
  });
  KernelReport report = inspectFunction({code, nullptr, nullptr}, "gfx950", &machine);
  ASSERT_EQ(report.loops.size(), 2u);
  EXPECT_EQ(report.steadyLoop, 1u);
  EXPECT_EQ(report.loops[1].summary.bounds.matrix, 16u);
  EXPECT_EQ(report.loops[1].summary.flops.at("bf16"), 16384u);
  EXPECT_EQ(report.loops[0].summary.bounds.valu, 8u);
  machine.matrix.clear();
  report = inspectFunction({code, nullptr, nullptr}, "gfx950", &machine);
  EXPECT_FALSE(report.loops[1].summary.bounds.matrix);
  EXPECT_EQ(report.loops[1].summary.bounds.unknown, std::vector<std::string>{"mfma_f32_16x16x32_bf16"});
}

/// CDNA4: 512 registers in units of 8, 800 scalar ones in units of 16, 160 KiB of LDS in units of 1280 bytes.
static MachineFacts cdna4() {
  MachineFacts machine;
  machine.name = "gfx950";
  machine.lanes = 64, machine.simds = 4, machine.maxWaves = 8, machine.maxThreads = 1024;
  machine.vector = {512, 8, 512};
  machine.scalar = RegisterFileFacts{800, 16, 102};
  machine.sharedBytes = 163840, machine.sharedGranule = 1280;
  return machine;
}

static Occupancy occupancy(unsigned vgprs, unsigned sgprs, unsigned lds, unsigned threads) {
  codegen::KernelInfo kernel;
  kernel.vgprs = vgprs, kernel.sgprs = sgprs, kernel.lds = lds, kernel.maxWorkgroupSize = threads;
  return *computeOccupancy(kernel, cdna4());
}

/// What LLVM 22 says for these registers (llc's "Occupancy").
TEST(Inspector, OccupancyByRegisters) {
  for (auto [vgprs, waves] :
       {std::pair(64, 8), {72, 7}, {80, 6}, {96, 5}, {128, 4}, {168, 3}, {256, 2}, {264, 1}})
    EXPECT_EQ(occupancy(vgprs, 16, 0, 64).wavesPerSimd, waves) << vgprs;
  EXPECT_EQ(occupancy(32, 86, 0, 64).wavesPerSimd, 8);
  EXPECT_EQ(occupancy(32, 102, 0, 64).wavesPerSimd, 7);
}

TEST(Inspector, OccupancyOfDamagedMetadataIsUnknown) {
  for (unsigned huge : {0xFFFFFFFFu, 0x80000001u}) {
    codegen::KernelInfo kernel;
    kernel.vgprs = 32, kernel.sgprs = 16, kernel.lds = 0, kernel.maxWorkgroupSize = 64;
    EXPECT_TRUE(computeOccupancy(kernel, cdna4()));
    for (auto figure : {&codegen::KernelInfo::vgprs, &codegen::KernelInfo::sgprs, &codegen::KernelInfo::lds,
                        &codegen::KernelInfo::maxWorkgroupSize}) {
      codegen::KernelInfo damaged = kernel;
      damaged.*figure = huge;
      EXPECT_FALSE(computeOccupancy(damaged, cdna4()));
    }
  }
}

TEST(Inspector, OccupancyCuts) {
  // Eight waves, two on each SIMD. A second workgroup needs four on each: 128 registers and half of the LDS,
  // which is 64 of its granules; 151552 bytes take 119.
  Occupancy result = occupancy(250, 68, 151552, 512);
  EXPECT_EQ(result.workgroups, 1u);
  EXPECT_EQ(result.wavesPerSimd, 2);
  EXPECT_EQ(result.limitedBy, (std::vector<std::string>{"vgpr", "lds"}));
  ASSERT_EQ(result.cuts.size(), 2u);
  EXPECT_EQ(result.cuts[0].atMost, 128u);
  EXPECT_EQ(result.cuts[0].cut, 122u);
  EXPECT_EQ(result.cuts[0].granules, 16u);
  EXPECT_EQ(result.cuts[1].atMost, 81920u);
  EXPECT_EQ(result.cuts[1].granules, 55u);
}

TEST(Inspector, OccupancyOfSmallerWorkgroups) {
  // Registers for five waves on each SIMD; a workgroup has sixteen, so that only one fits. Of ten waves two
  // do.
  Occupancy result = occupancy(96, 16, 0, 1024);
  EXPECT_EQ(result.wavesPerSimd, 4);
  EXPECT_EQ(result.betterThreads, 640u);
  EXPECT_EQ(result.wavesPerSimdThen, 5);
}
