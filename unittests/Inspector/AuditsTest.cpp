// Matrix audit, bounds, LDS accesses and lint: each finding has code that must have it and code that must
// not.
#include "Assembled.h"

#include "kiln/Inspector/Ptx.h"

using namespace kiln::inspector;
using namespace kiln::inspector::test;

static std::vector<unsigned> allBlocks(const Assembled &code) {
  std::vector<unsigned> blocks;
  for (unsigned b = 0; b < code.flow.blocks.size(); ++b)
    blocks.push_back(b);
  return blocks;
}

TEST(MatrixAudit, HalfRateShapes) {
  Assembled code(R"(
    v_mfma_f32_16x16x16_f16 a[0:3], v[0:1], v[2:3], a[0:3]
    v_mfma_f32_16x16x16_f16 a[4:7], v[0:1], v[2:3], a[4:7]
    v_mfma_f32_16x16x32_bf16 a[0:3], v[0:3], v[4:7], a[0:3]
    s_endpgm)");
  MachineFacts machine = cdna4();
  MatrixAudit audit = auditMatrix(code.view(), &machine);
  ASSERT_EQ(audit.uses.size(), 2u);
  // 2 * 16 * 16 * 16 FLOPs in 16 cycles against twice as many.
  EXPECT_EQ(audit.uses[0].mnemonic, "v_mfma_f32_16x16x16_f16");
  EXPECT_EQ(audit.uses[0].count, 2u);
  EXPECT_EQ(audit.uses[0].flopsPerCycle, 512);
  EXPECT_EQ(audit.uses[0].best, "mfma_f32_16x16x32_f16");
  EXPECT_EQ(audit.uses[0].fraction(), 0.5);
  EXPECT_EQ(audit.uses[1].fraction(), 1);
  machine.matrix.clear();
  EXPECT_FALSE(auditMatrix(code.view(), &machine).uses[0].flopsPerCycle);
}

static MultiplyAddLoop missed(const std::string &body) {
  MachineFacts machine = cdna4();
  Assembled code("loop:\n" + body + "\ns_cbranch_scc1 loop\ns_endpgm");
  MatrixAudit audit = auditMatrix(code.view(), &machine);
  return audit.missed.empty() ? MultiplyAddLoop() : audit.missed[0];
}

TEST(MatrixAudit, MultiplyAddLoops) {
  MultiplyAddLoop one = missed("v_fmac_f32 v1, v2, v3");
  EXPECT_EQ(one.multiplyAdds, 1u);
  EXPECT_EQ(one.why, "a lane sums 1 values, the smallest shape 4");
  EXPECT_EQ(one.nearest, "mfma_f32_16x16x4_f32: 4 accumulators a lane, k in steps of 4");
  // An outer product of two by two: each factor is used twice.
  MultiplyAddLoop four = missed("v_cvt_f32_f16 v5, v5\nv_fmac_f32 v1, v5, v7\nv_fmac_f32 v2, v5, v8\n"
                                "v_fmac_f32 v3, v6, v7\nv_fmac_f32 v4, v6, v8");
  EXPECT_EQ(four.accumulators, 4u);
  EXPECT_EQ(four.reuse, 2);
  EXPECT_EQ(four.factors, "f16");
  EXPECT_NE(four.why.find("nothing in the code forbids it"), std::string::npos);
  EXPECT_EQ(missed("v_fma_f64 v[2:3], v[4:5], v[6:7], v[2:3]").why,
            "gfx950 has no matrix instruction for f64");
  // No sum is carried, and no loop with matrix instructions is one that lacks them.
  EXPECT_EQ(missed("v_fma_f32 v1, v2, v3, v4").multiplyAdds, 0u);
  EXPECT_EQ(
      missed("v_fmac_f32 v1, v2, v3\nv_mfma_f32_16x16x32_bf16 a[0:3], v[0:3], v[4:7], a[0:3]").multiplyAdds,
      0u);
}

TEST(Bounds, OfAWorkgroup) {
  Assembled code(R"(
    v_mfma_f32_16x16x32_bf16 a[0:3], v[0:3], v[4:7], a[0:3]
    v_mfma_f32_16x16x32_bf16 a[0:3], v[0:3], v[4:7], a[0:3]
    v_fma_f32 v1, v2, v3, v4
    v_pk_fma_f32 v[2:3], v[2:3], v[4:5], v[6:7]
    v_exp_f32 v1, v1
    ds_read_b32 v1, v0
    ds_read2_b32 v[2:3], v0 offset1:1
    buffer_load_dwordx4 v0, s[0:3], 0 offen lds
    global_load_dwordx4 v[4:7], v0, s[0:1]
    s_endpgm)");
  MachineFacts machine = cdna4();
  Summary summary = summarise(code.view(), allBlocks(code), 64, &machine);
  EXPECT_EQ(summary.flops.at("bf16"), 2u * 16384);
  EXPECT_EQ(summary.vectorFlops.at("f32"), 64u * (2 + 4));
  EXPECT_EQ(summary.bounds.matrix, 32u);
  EXPECT_EQ(summary.bounds.valu, 4u + 4 + 16);
  EXPECT_EQ(summary.bounds.issue, 4u * 10);
  EXPECT_EQ(summary.bounds.lds, 2u + 2 * 2 + 8); // phases
  EXPECT_EQ(summary.global.loaded, 64u * (16 + 16));
  EXPECT_EQ(summary.intensity(), (2 * 16384 + 64 * 6) / 2048.0);
  // Eight waves, two on each SIMD; LDS serves all eight.
  WorkgroupBound bound = *boundOf(summary, 8, machine);
  EXPECT_EQ(bound.matrix, 64u);
  EXPECT_EQ(bound.lds, 8u * 14);
  EXPECT_EQ(bound.unit, "lds");
  EXPECT_EQ(bound.unknown, std::vector<std::string>{"vmem"});
  Roofline roofline = *rooflineOf(summary, bound, machine, machine.chips[0]);
  double tflops = 33152.0 * 8 / 112 * 256 * 2400e-6;
  EXPECT_NEAR(roofline.computeTflops, tflops, 1e-6);
  EXPECT_NEAR(roofline.ridge, tflops * 1e3 / 8000, 1e-6);
  EXPECT_EQ(roofline.bound, "memory");
  EXPECT_NEAR(roofline.cacheShare, 1 - *roofline.intensity / roofline.ridge, 1e-9);
  EXPECT_EQ(roofline.peakTflops, 2500);
}

TEST(Ptx, Classification) {
  InstructionInfo mma =
      classifyPtx("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%r1}, {%r2}, {%r3}, {%r4};");
  ASSERT_TRUE(mma.matrix);
  EXPECT_EQ(mma.matrix->flops(), 2u * 16 * 8 * 16);
  EXPECT_EQ(mma.matrix->types, "bf16");
  EXPECT_EQ(mma.matrix->atom, "mma_m16n8k16_f32_bf16");
  // A wgmma is that of four warps.
  InstructionInfo wgmma =
      classifyPtx("wgmma.mma_async.sync.aligned.m64n256k16.f32.e4m3.e5m2 {%f1}, %rd1, %rd2;");
  EXPECT_EQ(wgmma.matrix->flops(), 2u * 16 * 256 * 16);
  EXPECT_EQ(wgmma.matrix->types, "e4m3_e5m2");
  EXPECT_EQ(classifyPtx("@%p9 ld.global.v4.b32 {%r1, %r2, %r3, %r4}, [%rd1];").bytes, 16u);
  EXPECT_EQ(classifyPtx("@!%p9 st.shared.v2.b16 [%r1], {%rs1, %rs2};").bytes, 4u);
  EXPECT_EQ(classifyPtx("st.shared.v2.b16 [%r1], {%rs1, %rs2};").memory, MemoryKind::Lds);
  EXPECT_EQ(classifyPtx("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r1}, [%r5];").bytes, 16u);
  EXPECT_EQ(classifyPtx("cp.async.cg.shared.global [%r1], [%rd2], 16;").bytes, 16u);
  EXPECT_EQ(classifyPtx("fma.rn.f32 %f1, %f2, %f3, %f4;").flops, 2u);
  EXPECT_EQ(classifyPtx("add.s32 %r1, %r2, %r3;").flops, 0u);
  EXPECT_TRUE(classifyPtx("$L__BB0_1:").noInstruction);
  EXPECT_TRUE(classifyPtx("{%r156, %r157};").noInstruction);
}

TEST(Ptx, Loops) {
  KernelReport report = inspectPtx(R"(
.version 8.0
.target sm_90a
.visible .entry k(.param .b64 k_param_0)
{
	ld.param.b64 %rd1, [k_param_0];
$L__BB0_1:
	ld.global.v4.b32 {%r1, %r2, %r3, %r4}, [%rd1];
	mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%r1}, {%r2}, {%r3}, {%r4};
	@%p1 bra $L__BB0_1;
	ret;
}
)",
                                   {}, nullptr);
  EXPECT_EQ(report.loops.size(), 0u); // it names no kernel
  kiln::codegen::KernelInfo info;
  info.name = "k", info.chip = "sm_90a", info.wavefrontSize = 32;
  report = inspectPtx(
      ".entry k()\n{\nx:\nld.global.v4.b32 {%r1}, [%rd1];\n@%p1 bra x;\nbra.uni y;\nfma.rn.f32 %f1, "
      "%f1, %f1, %f1;\ny:\nret;\n}",
      info, nullptr);
  ASSERT_EQ(report.loops.size(), 1u);
  EXPECT_EQ(report.loops[0].summary.instructions, 2u);
  EXPECT_EQ(report.loops[0].summary.global.loaded, 16u * 32);
  EXPECT_EQ(report.summary.instructions, 5u);
  EXPECT_EQ(report.steadyLoop, 0u);
}

static SharedAccess access(const std::string &body, unsigned n = 0, unsigned threads = 64) {
  MachineFacts machine = cdna4();
  Assembled code(body + "\ns_endpgm");
  return findSharedAccesses(code.view(), &machine, threads)[n];
}

TEST(SharedAccess, Conflicts) {
  // Consecutive words: two phases of 32 lanes.
  SharedAccess words = access("v_lshlrev_b32 v1, 2, v0\nds_read_b32 v2, v1");
  ASSERT_TRUE(words.cost);
  EXPECT_EQ(words.cost->cycles, 2u);
  EXPECT_EQ(words.cost->conflicts(), 0u);
  // Every second word of 32 banks: two lanes share one.
  EXPECT_EQ(access("v_lshlrev_b32 v1, 3, v0\nds_read_b32 v2, v1").cost->conflicts(), 2u);
  // 128 bytes apart: one bank has to serve all 32 lanes of a phase.
  EXPECT_EQ(access("v_mul_u32_u24 v1, 0x80, v0\nds_write_b32 v1, v2").cost->cycles, 64u);
  // A swizzle spreads them again.
  EXPECT_EQ(access("v_and_b32 v3, 31, v0\nv_lshlrev_b32 v3, 2, v3\nv_lshlrev_b32 v1, 7, v0\n"
                   "v_or_b32 v1, v1, v3\nds_write_b32 v1, v2")
                .cost->cycles,
            2u);
  // The same address in all lanes is one word.
  EXPECT_EQ(access("v_mov_b32 v1, s4\nds_read_b32 v2, v1").cost->cycles, 2u);
}

TEST(SharedAccess, WhatAllLanesShareMovesNoConflict) {
  EXPECT_EQ(access("v_lshl_add_u32 v1, v0, 3, s4\nds_read_b32 v2, v1").cost->conflicts(), 2u);
  EXPECT_EQ(access("v_lshlrev_b32 v1, 3, v0\nloop: ds_read_b32 v2, v1\nv_add_u32 v1, 0x400, v1\n"
                   "s_cbranch_scc1 loop")
                .cost->conflicts(),
            2u);
  EXPECT_EQ(access("buffer_load_dwordx4 v0, s[0:3], 0 offen lds").cost->conflicts(), 0u);
}

TEST(SharedAccess, TheWorstWaveCounts) {
  // Lanes of wave 0 read consecutive words; in wave 1 bit 6 of the work-item's number moves to bit 7, which
  // moves no bank either; lanes of wave 2 and 3 differ from them by what they share. All cost the same.
  EXPECT_EQ(access("v_lshlrev_b32 v1, 2, v0\nds_read_b32 v2, v1", 0, 256).cost->cycles, 2u);
  // The factor is the wave's number plus one: wave 3 reads every fourth word.
  EXPECT_EQ(access("v_lshrrev_b32 v3, 6, v0\nv_add_u32 v3, 1, v3\nv_and_b32 v4, 63, v0\n"
                   "v_mul_lo_u32 v1, v3, v4\nv_lshlrev_b32 v1, 2, v1\nds_read_b32 v2, v1",
                   0, 256)
                .cost->cycles,
            8u);
}

TEST(SharedAccess, UnknownIsSaid) {
  auto why = [](const char *body) { return access(body).why; };
  EXPECT_EQ(why("global_load_dword v1, v0, s[0:1]\nds_read_b32 v2, v1"), "it comes from memory");
  EXPECT_EQ(why("v_lshlrev_b32 v1, 3, v0\nloop: ds_read_b32 v2, v1\nv_lshlrev_b32 v1, 1, v1\n"
                "s_cbranch_scc1 loop"),
            "it depends on the way that led there");
  EXPECT_EQ(why("v_cvt_u32_f32 v1, v0\nds_read_b32 v2, v1"),
            "it comes through an instruction that is not followed");
  EXPECT_EQ(why("ds_add_rtn_u32 v2, v0, v3"), "it is an atomic");
  // A narrowed EXEC: lanes have either value.
  EXPECT_FALSE(access("v_lshlrev_b32 v1, 2, v0\ns_and_saveexec_b64 s[2:3], vcc\nv_lshlrev_b32 v1, 5, v0\n"
                      "s_or_b64 exec, exec, s[2:3]\nds_read_b32 v2, v1")
                   .cost);
}

static std::vector<LintFinding> lintOf(const Assembled &code, Contract contract = {}) {
  MachineFacts machine = cdna4();
  return lint(code.view(), auditWaits(code.view()), allBlocks(code), &machine, contract);
}

static unsigned findings(const std::string &body, Check check, Contract contract = {}) {
  unsigned count = 0;
  for (const LintFinding &finding : lintOf(Assembled(body + "\ns_endpgm"), std::move(contract)))
    count += finding.check == check;
  return count;
}

TEST(Lint, UndefinedAddress) {
  // s0 to s7 and v0 have values at the beginning.
  EXPECT_EQ(findings("buffer_store_dword v0, v0, s[4:7], 0 offen", Check::UndefinedAddress), 0u);
  EXPECT_EQ(findings("buffer_store_dword v0, v0, s[8:11], 0 offen", Check::UndefinedAddress), 1u);
  EXPECT_EQ(findings("s_mov_b32 s8, 0\nbuffer_store_dword v0, v0, s[8:11], 0 offen", Check::UndefinedAddress),
            1u);
  EXPECT_EQ(findings("global_load_dword v1, v5, s[0:1]", Check::UndefinedAddress), 1u);
  // Stored data are no address.
  EXPECT_EQ(findings("ds_write_b32 v0, v9", Check::UndefinedAddress), 0u);
  EXPECT_EQ(findings("global_store_dword v0, v9, s[0:1]", Check::UndefinedAddress), 0u);
}

TEST(Lint, DeadLoad) {
  EXPECT_EQ(findings("global_load_dword v1, v0, s[0:1]\ns_waitcnt vmcnt(0)", Check::DeadLoad), 1u);
  EXPECT_EQ(findings("global_load_dword v1, v0, s[0:1]\nglobal_store_dword v0, v1, s[0:1]", Check::DeadLoad),
            0u);
  EXPECT_EQ(findings("s_load_dword s8, s[0:1], 0x0\ns_mov_b32 s8, 0\ns_mov_b32 s9, s8", Check::DeadLoad), 1u);
  EXPECT_EQ(findings("buffer_load_dwordx4 v0, s[0:3], 0 offen lds", Check::DeadLoad), 0u);
  // The lanes that the second load leaves alone keep the first one's value.
  EXPECT_EQ(findings("global_load_dword v1, v0, s[0:1]\ns_and_saveexec_b64 s[2:3], vcc\n"
                     "global_load_dword v1, v0, s[4:5]\ns_or_b64 exec, exec, s[2:3]\n"
                     "global_store_dword v0, v1, s[0:1]",
                     Check::DeadLoad),
            0u);
}

TEST(Lint, RedundantWait) {
  EXPECT_EQ(findings("s_waitcnt lgkmcnt(0)", Check::RedundantWait), 1u);
  EXPECT_EQ(findings("ds_read_b32 v1, v0\ns_waitcnt lgkmcnt(0)", Check::RedundantWait), 0u);
}

TEST(Lint, NarrowAccess) {
  EXPECT_EQ(findings("ds_read_b64 v[2:3], v0\nds_read_b64 v[4:5], v0", Check::NarrowAccess), 1u);
  EXPECT_EQ(findings("ds_read_b128 v[4:7], v0", Check::NarrowAccess), 0u);
  EXPECT_EQ(findings("ds_read_b64_tr_b16 v[2:3], v0", Check::NarrowAccess), 0u);
}

TEST(Lint, FloatMode) {
  Contract ieee{true, {}};
  EXPECT_EQ(findings("s_nop 0", Check::FloatMode, ieee), 0u);
  EXPECT_EQ(findings("s_setreg_imm32_b32 hwreg(HW_REG_MODE, 4, 2), 0", Check::FloatMode, ieee), 1u);
  EXPECT_EQ(findings("s_setreg_imm32_b32 hwreg(HW_REG_MODE, 4, 2), 0", Check::FloatMode), 0u);
  // Above the lowest bits stand clamping, exceptions and others.
  EXPECT_EQ(findings("s_setreg_imm32_b32 hwreg(HW_REG_MODE, 8, 1), 0", Check::FloatMode, ieee), 0u);
  Assembled flushing("s_endpgm");
  flushing.descriptor.denormals32 = 0;
  EXPECT_EQ(lintOf(flushing, ieee).size(), 1u);
}

TEST(Lint, Float8Flavour) {
  const char *code = "v_cvt_pk_fp8_f32 v1, v2, v3";
  EXPECT_EQ(findings(code, Check::Float8Flavour, {false, {"f8E4M3FN"}}), 0u);
  EXPECT_EQ(findings(code, Check::Float8Flavour, {false, {"f8E4M3FNUZ"}}), 1u);
  EXPECT_EQ(findings(code, Check::Float8Flavour), 0u);
  EXPECT_EQ(findings("v_mov_b32 v1, v2", Check::Float8Flavour, {false, {"f8E4M3FNUZ"}}), 0u);
}
