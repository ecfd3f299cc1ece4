// The trail on records made by hand, and the listing of PTX text.
#include "kiln/Inspector/Explorer.h"

#include <gtest/gtest.h>

using namespace kiln;
using namespace kiln::inspector;

/// Three instructions at 0, 4 and 8. The line table's column is the number of an origin.
static KernelReport kernelWithColumns(std::initializer_list<unsigned> columns) {
  KernelReport kernel;
  kernel.name = "k";
  for (unsigned column : columns) {
    codegen::Instruction instruction;
    instruction.address = 4 * kernel.code.instructions.size();
    instruction.text = "s_nop " + std::to_string(column);
    instruction.source = codegen::SourceLine{"k.mlir", 7, column};
    kernel.code.instructions.push_back(std::move(instruction));
  }
  kernel.code.size = 4 * kernel.code.instructions.size();
  return kernel;
}

/// Line 7 of the kernel became line 2 of stage "one", that lines 3 and 4 of stage "two"; line 9 left nothing
/// behind.
static compiler::Trail compiledTrail() {
  compiler::Trail trail;
  compiler::Decision decision{"schedule.order", {"how.mlir", 5, 1}};
  trail.origins = {{{"k.mlir", 7, 3}, {decision}, {2, 3}},
                   {{"k.mlir", 7, 3}, {decision}, {2, 4}},
                   {{"k.mlir", 9, 3}, {}, {1}}};
  constexpr unsigned none = compiler::StageText::none;
  trail.stages = {{"one", "a\nb\n", {2, 0, none}}, {"two", "{\n\nc\nd\n", {none, none, 0, 1, none}}};
  return trail;
}

static TrailAnswer answerOf(const TrailQuery &query) {
  KernelReport kernel = kernelWithColumns({1, 2, 0});
  compiler::Trail trail = compiledTrail();
  return llvm::cantFail(follow(kernel, trailOf(kernel, &trail), query));
}

TEST(Trail, ColumnsAreOrigins) {
  compiler::Trail trail = compiledTrail();
  KernelReport kernel = kernelWithColumns({2, 0, 4});
  EXPECT_EQ(trailOf(kernel, &trail).origins,
            (std::vector<unsigned>{1, KernelTrail::none, KernelTrail::none}));
}

TEST(Trail, FromALineOfTheKernel) {
  TrailAnswer answer = answerOf({std::nullopt, "", 7});
  EXPECT_EQ(answer.instructions, (std::vector<unsigned>{0, 1}));
  EXPECT_EQ(answer.stages[0], (std::set<unsigned>{2}));
  EXPECT_EQ(answer.stages[1], (std::set<unsigned>{3, 4}));
  EXPECT_EQ(answer.decisions, (std::map<std::pair<std::string, std::string>, std::set<unsigned>>{
                                  {{"schedule.order", "how.mlir"}, {5}}}));
}

TEST(Trail, FromALineOfAStage) {
  TrailAnswer answer = answerOf({std::nullopt, "two", 4});
  EXPECT_EQ(answer.instructions, (std::vector<unsigned>{1}));
  EXPECT_EQ(answer.stages[1], (std::set<unsigned>{4}));
  EXPECT_EQ(answer.kernel, (std::map<std::string, std::set<unsigned>>{{"k.mlir", {7}}}));
  // What left no instruction is still followed back.
  EXPECT_EQ(answerOf({std::nullopt, "one", 1}).kernel,
            (std::map<std::string, std::set<unsigned>>{{"k.mlir", {9}}}));
}

TEST(Trail, FromALineOfTheSchedule) {
  EXPECT_EQ(answerOf({std::nullopt, "how.mlir", 5}).instructions, (std::vector<unsigned>{0, 1}));
}

TEST(Trail, FromAnInstruction) {
  TrailAnswer answer = answerOf({4, "", 0});
  EXPECT_EQ(answer.instructions, (std::vector<unsigned>{1}));
  EXPECT_EQ(answer.stages[1], (std::set<unsigned>{4}));
  EXPECT_TRUE(answerOf({8, "", 0}).kernel.empty());
}

TEST(Trail, FromTheLineTableAlone) {
  KernelReport kernel = kernelWithColumns({13, 13, 20});
  kernel.code.instructions[2].calls = {{"schedule.order", {"how.mlir", 5, 1}}};
  KernelTrail trail = trailOf(kernel);
  EXPECT_EQ(trail.origins, (std::vector<unsigned>{0, 0, 1}));
  TrailAnswer answer = llvm::cantFail(follow(kernel, trail, {std::nullopt, "how.mlir", 5}));
  EXPECT_EQ(answer.instructions, (std::vector<unsigned>{2}));
}

TEST(Trail, Errors) {
  KernelReport kernel = kernelWithColumns({1});
  compiler::Trail trail = compiledTrail();
  KernelTrail linked = trailOf(kernel, &trail);
  auto error = [&](const TrailQuery &query) {
    auto answer = follow(kernel, linked, query);
    return answer ? std::string() : llvm::toString(answer.takeError());
  };
  EXPECT_EQ(error({std::nullopt, "", 8}),
            "nothing comes from line 8 of the kernel's file; something comes from 7, 9");
  EXPECT_EQ(error({std::nullopt, "one", 3}), "no op stands in line 3 of stage 'one'");
  EXPECT_EQ(error({std::nullopt, "other.mlir", 3}), "nothing in the kernel comes from 'other.mlir'");
  EXPECT_EQ(error({2, "", 0}), "no instruction of 'k' stands at 0x2; it has 0x0 to 0x4");
}

TEST(Ptx, Listing) {
  codegen::CodeFunction code = listPtx(R"(.version 8.0
.visible .entry other() { ret; }
.visible .entry k(
	.param .u64 p
)
{
	.reg .b32 %r<9>;
	.loc	1 7 2
	mov.u32 	%r1, %tid.x; // a comment
$L__BB0_1:
	.loc	1 9 5, function_name $L__info_string0, inlined_at 1 3 1
	{ // scope
	add.s32 	%r2, %r1, 1;
	}
	@%p1 bra 	$L__BB0_1;
	ret;
}
	.file	1 "dir/k.mlir"
.visible .entry last() { trap; }
)",
                                       "k");
  std::vector<std::string> texts;
  for (const codegen::Instruction &instruction : code.instructions)
    texts.push_back(llvm::StringRef(instruction.text).split('\t').first.str());
  EXPECT_EQ(texts, (std::vector<std::string>{"mov.u32 ", "$L__BB0_1:", "add.s32 ", "@%p1 bra ", "ret;"}));
  EXPECT_EQ(code.instructions[0].source->file, "dir/k.mlir");
  EXPECT_EQ(code.instructions[0].source->line, 7u);
  EXPECT_EQ(code.instructions[2].source->line, 9u);
  EXPECT_FALSE(code.instructions[1].source);
  EXPECT_TRUE(listPtx(".entry kk() { ret; }", "k").instructions.empty());
}

TEST(Ptx, Families) {
  EXPECT_EQ(ptxFamily("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%f1}, ..."), Family::Matrix);
  EXPECT_EQ(ptxFamily("@%p1 bra \t$L__BB0_1;"), Family::Branch);
  EXPECT_EQ(ptxFamily("cp.async.cg.shared.global [%r1], [%rd1], 16;"), Family::LdsDma);
  EXPECT_EQ(ptxFamily("cp.async.wait_group 1;"), Family::Wait);
  EXPECT_EQ(ptxFamily("bar.sync \t0;"), Family::Barrier);
  EXPECT_EQ(ptxFamily("ld.shared.v4.u32 {%r1}, [%r2];"), Family::Lds);
  EXPECT_EQ(ptxFamily("ld.param.u64 %rd1, [p];"), Family::Smem);
  EXPECT_EQ(ptxFamily("st.global.f32 [%rd1], %f1;"), Family::Vmem);
  EXPECT_EQ(ptxFamily("ex2.approx.f32 %f1, %f2;"), Family::Transcendental);
  EXPECT_EQ(ptxFamily("fma.rn.f32 %f1, %f2, %f3, %f4;"), Family::Valu);
  EXPECT_EQ(ptxFamily("$L__BB0_1:"), std::nullopt);
}
