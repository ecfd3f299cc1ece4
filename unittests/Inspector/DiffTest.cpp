// Figures, ranking and gates of diffs; which code is equal is tested in test/Inspector/diff-equal.py.
#include "kiln/Inspector/Diff.h"

#include <gtest/gtest.h>

using namespace kiln::inspector;

/// A loop of `valu` vector instructions around 8 matrix instructions, which take 128 cycles.
static LoopRecord loop(unsigned valu, uint64_t flops = 1000) {
  LoopRecord record;
  record.innermost = true;
  record.summary.instructions = valu + 8;
  record.summary.families[unsigned(Family::Matrix)] = 8;
  record.summary.families[unsigned(Family::Valu)] = valu;
  record.summary.mnemonics = {{"v_mfma", 8}, {"v_add_f32", valu}};
  record.summary.flops["bf16"] = flops;
  record.summary.bounds.issue = 4 * (valu + 8);
  record.bound.emplace();
  record.bound->waves = 4;
  record.bound->unit = "matrix";
  record.bound->matrix = record.bound->cycles = 128;
  record.bound->valu = 4 * valu;
  record.bound->issue = 4 * (valu + 8);
  return record;
}

/// A kernel whose text is `text`, with loops of which the last is the steady one.
static KernelReport kernel(const char *text, std::vector<LoopRecord> loops = {}) {
  KernelReport report;
  report.name = "k";
  report.code.instructions.resize(1);
  report.code.instructions[0].text = text;
  report.code.instructions[0].opcode = "X";
  report.infos.push_back(classify(report.code.instructions[0]));
  report.flow = findControlFlow(report.code);
  report.info.emplace();
  for (LoopRecord &one : loops) {
    one.index = report.loops.size();
    report.loops.push_back(one);
  }
  if (!loops.empty()) {
    report.steadyLoop = loops.size() - 1;
    report.loops.back().steady = true;
  }
  return report;
}

static Diff diff(const KernelReport &a, const KernelReport &b) {
  return diff({{"k", "gfx950", &a}}, {{"k", "gfx950", &b}});
}

static const FigureChange *find(const KernelDiff &diff, const char *place, const char *figure) {
  for (const FigureChange &change : diff.figures)
    if (change.place == place && change.figure == figure)
      return &change;
  return nullptr;
}

TEST(Diff, FiguresAndVerdicts) {
  KernelReport a = kernel("s_nop 0", {loop(2)}), b = kernel("s_nop 1", {loop(3)});
  a.info->vgprs = 100, b.info->vgprs = 90;
  b.info->sgprs = 10;
  Diff found = diff(a, b);
  ASSERT_EQ(found.kernels.size(), 1u);
  const KernelDiff &result = found.kernels[0];
  const FigureChange *valu = find(result, "steady loop", "valu"), *vgprs = find(result, "kernel", "vgprs"),
                     *sgprs = find(result, "kernel", "sgprs");
  ASSERT_TRUE(valu && vgprs && sgprs);
  EXPECT_EQ(valu->verdict, FigureChange::Worse);
  EXPECT_EQ(valu->percent, 50);
  EXPECT_DOUBLE_EQ(valu->cost, 100 * 4 / 128.0); // the share of the loop's 128 cycles that it takes to issue
  EXPECT_EQ(vgprs->verdict, FigureChange::Better);
  EXPECT_EQ(sgprs->verdict, FigureChange::Neither); // was unknown
  EXPECT_FALSE(find(result, "steady loop", "matrix"));
}

TEST(Diff, IterationsAreComparedPerFlop) {
  LoopRecord twice = loop(4, 2000);
  twice.summary.families[unsigned(Family::Matrix)] = 16;
  twice.summary.instructions = 20;
  twice.bound->waves = 2; // of half as many waves: the workgroup's cycles are those of as many FLOPs
  twice.bound->matrix = twice.bound->cycles = 128;
  twice.bound->valu = 8;
  twice.bound->issue = 40;
  Diff found = diff(kernel("s_nop 0", {loop(2)}), kernel("s_nop 1", {twice}));
  EXPECT_TRUE(found.kernels[0].figures.empty());
  EXPECT_EQ(found.kernels[0].notes[0].substr(0, 74),
            "steady loop: an iteration of the second kernel does 2 times the work; its ");
}

TEST(Diff, UnrolledLoopsWithoutMatrixInstructions) {
  auto vector = [](unsigned times, uint64_t loaded) {
    LoopRecord record = loop(8 * times, 0);
    record.bound.reset();
    record.summary.families[unsigned(Family::Matrix)] = 0;
    record.summary.instructions = 8 * times;
    record.summary.flops.clear();
    record.summary.vectorFlops["f32"] = 64 * times;
    record.summary.global.loaded = loaded;
    return record;
  };
  EXPECT_TRUE(diff(kernel("s_nop 0", {vector(1, 256)}), kernel("s_nop 1", {vector(4, 1024)}))
                  .kernels[0]
                  .figures.empty());
  // Loading less often is no unrolling: four times the instructions are four times the instructions.
  const Diff other = diff(kernel("s_nop 0", {vector(1, 256)}), kernel("s_nop 1", {vector(4, 512)}));
  EXPECT_EQ(find(other.kernels[0], "steady loop", "valu")->percent, 300);
}

TEST(Diff, CodeWithoutLoops) {
  KernelReport a = kernel("v_nop"), b = kernel("s_nop 1");
  a.summary.families[unsigned(Family::Valu)] = 1;
  b.summary.families[unsigned(Family::Valu)] = 2;
  a.summary.instructions = b.summary.instructions = 2;
  Diff found = diff(a, b);
  ASSERT_TRUE(find(found.kernels[0], "code", "valu"));
  EXPECT_EQ(find(found.kernels[0], "code", "valu")->percent, 100);
}

TEST(Diff, LoopsAreMatchedByWhatTheyDo) {
  LoopRecord other = loop(7, 0);
  other.summary.mnemonics = {{"s_add_u32", 15}};
  // The second kernel has one more loop in front, which has nothing in common with the first one's.
  KernelReport a = kernel("s_nop 0", {loop(5), loop(2)}), b = kernel("s_nop 1", {other, loop(6), loop(2)});
  Diff found = diff(a, b);
  const FigureChange *valu = find(found.kernels[0], "loop 0", "valu");
  ASSERT_TRUE(valu);
  EXPECT_EQ(valu->before, 5);
  EXPECT_EQ(valu->after, 6);
  EXPECT_EQ(found.kernels[0].notes[0],
            "loop 0 of the second kernel (0x0, 15 instructions) has no counterpart");
}

TEST(Diff, Bound) {
  LoopRecord slow = loop(2);
  slow.bound->unit = "issue";
  slow.bound->issue = slow.bound->cycles = 200;
  Diff found = diff(kernel("s_nop 0", {loop(2)}), kernel("s_nop 1", {slow}));
  ASSERT_TRUE(found.kernels[0].bound);
  EXPECT_EQ(found.kernels[0].bound->before, "matrix");
  EXPECT_EQ(found.kernels[0].bound->after, "issue");
  EXPECT_EQ(found.kernels[0].figures[0].figure, "cycles_at_least"); // 128 becomes 200: first by cost
}

TEST(Diff, KernelsByKey) {
  KernelReport one = kernel("s_nop 0"), other = kernel("s_nop 1");
  Diff found = diff({{"x", "c", &one}, {"y", "c", &one}, {"z", "c", &one}},
                    {{"z", "c", &one}, {"y", "c", &other}, {"w", "c", &one}});
  EXPECT_EQ(found.same, 1u);
  ASSERT_EQ(found.kernels.size(), 1u);
  EXPECT_EQ(found.kernels[0].name, "y");
  EXPECT_EQ(found.removed, std::vector<std::string>{"x"});
  EXPECT_EQ(found.added, std::vector<std::string>{"w"});
  // The only two belong together.
  EXPECT_TRUE(diff({{"old", "c", &one}}, {{"new", "c", &one}}).isEmpty());
}

TEST(Diff, Thresholds) {
  KernelReport a = kernel("s_nop 0", {loop(20)}), b = kernel("s_nop 1", {loop(21)});
  b.info->scratch = 0, a.info->scratch = 0;
  Diff found = diff(a, b);
  auto failures = [&](std::optional<double> all, std::map<std::string, double> byName = {}) {
    return findFailures(found, {all, byName}).size();
  };
  // valu and cycles_valu by 5 %, instructions and cycles_issue by 1 / 28 = 3.6 %.
  EXPECT_EQ(failures(0), 4u);
  EXPECT_EQ(failures(4), 2u);
  EXPECT_EQ(failures(5), 0u);
  EXPECT_EQ(failures(std::nullopt), 0u);
  EXPECT_EQ(failures(std::nullopt, {{"valu", 4}}), 1u);
  EXPECT_EQ(failures(0, {{"valu", 5}}), 3u);
  b.info->scratch = 4;
  found = diff(a, b);
  EXPECT_EQ(failures(1000000), 1u); // it was 0
}
