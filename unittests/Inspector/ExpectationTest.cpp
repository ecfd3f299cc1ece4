#include "kiln/Inspector/Expectation.h"

#include <gtest/gtest.h>

using namespace kiln::inspector;

/// A kernel whose steady loop is the second one.
static KernelReport report() {
  KernelReport kernel;
  kernel.info.emplace();
  kernel.info->vgprs = 100;
  kernel.info->scratch = 0;
  kernel.occupancy.emplace();
  kernel.occupancy->wavesPerSimd = 4;
  kernel.code.instructions.resize(1);
  kernel.loops.resize(2);
  kernel.steadyLoop = 1;
  LoopRecord &loop = kernel.loops[1];
  loop.summary.instructions = 12;
  loop.summary.families[unsigned(Family::Matrix)] = 8;
  loop.summary.families[unsigned(Family::Valu)] = 1;
  loop.summary.mnemonics["ds_read_b128"] = 3;
  loop.bound.emplace();
  loop.bound->unit = "matrix";
  loop.bound->matrix = loop.bound->cycles = 128;
  for (unsigned leaves : {6, 4}) {
    CounterWait wait;
    wait.counter = "vmcnt";
    wait.leaves = leaves;
    loop.waits.emplace_back();
    loop.waits.back().counters.push_back(wait);
  }
  return kernel;
}

static std::vector<std::string> check(const char *expectation) {
  return checkExpectation(Json::parse(expectation), report());
}

TEST(Expectation, Holds) {
  EXPECT_TRUE(check(R"({"at_most": {"vgprs": 100, "scratch_bytes": 0}, "at_least": {"waves_per_simd": 4},
    "steady_loop": {"at_least": {"matrix": 8, "waits_leave_vmcnt": 4}, "at_most": {"ds_read_b128": 3},
                    "none": ["salu", "v_add_f32"], "bound": "matrix"}})")
                  .empty());
}

TEST(Expectation, Differences) {
  std::vector<std::string> faults =
      check(R"({"at_most": {"vgprs": 99, "sgprs": 3}, "at_least": {"waves_per_simd": 5},
    "steady_loop": {"at_least": {"matrix": 9, "waits_leave_vmcnt": 5}, "at_most": {"ds_read_b128": 2},
                    "none": ["valu"], "bound": "issue"}})");
  EXPECT_EQ(faults, (std::vector<std::string>{
                        "waves_per_simd: at least 5 expected, found 4",
                        "vgprs: at most 99 expected, found 100",
                        "sgprs: at most 3 expected, found unknown",
                        "steady loop: matrix: at least 9 expected, found 8",
                        "steady loop: waits_leave_vmcnt: at least 5 expected, found 4",
                        "steady loop: ds_read_b128: at most 2 expected, found 3",
                        "steady loop: no valu expected, found 1",
                        "steady loop: bound: issue expected, found matrix",
                    }));
}

TEST(Expectation, WithoutLoop) {
  KernelReport kernel = report();
  kernel.steadyLoop.reset();
  EXPECT_EQ(checkExpectation(Json::parse(R"({"steady_loop": {"at_least": {"matrix": 8}}})"), kernel),
            std::vector<std::string>{"steady loop: there is no loop"});
}

TEST(Expectation, OfPtx) {
  KernelReport kernel;
  kernel.summary.instructions = 7;
  kernel.summary.mnemonics = {{"mma.sync.aligned.m16n8k16", 3}, {"mma.sync.aligned.m16n8k8", 2}, {"mma.sync2", 2}};
  EXPECT_EQ(checkExpectation(Json::parse(R"({"at_least": {"mma.sync": 6, "vgprs": 1}})"), kernel),
            (std::vector<std::string>{"mma.sync: at least 6 expected, found 5", "vgprs: at least 1 expected, found unknown"}));
}

TEST(Expectation, Mistakes) {
  auto mistakes = [](const char *text) { return findMistakes(Json::parse(text)); };
  EXPECT_TRUE(mistakes(R"({"file": "f", "target": ["a", "b"], "params": {"T": ["f16", "bf16"], "N": 3},
    "schedule": "@s", "at_most": {"v_add_f32": 1}, "none": ["mma.sync"], "steady_loop": {"bound": "valu"}})")
                  .empty());
  auto one = [&](const char *text) {
    std::vector<std::string> found = mistakes(text);
    return found.size() == 1 ? found[0] : std::to_string(found.size()) + " mistakes";
  };
  EXPECT_EQ(
      one(R"({"file": "f", "target": "t", "registers": 5})"),
      "unknown key 'registers'; known are file, kernel, target, params, schedule, at_most, at_least, none, "
      "steady_loop");
  EXPECT_EQ(one(R"({"file": "f", "target": "t", "steady_loop": {"waits": 5}})"),
            "unknown key 'steady_loop.waits'; known are at_most, at_least, none, bound");
  EXPECT_EQ(one(R"({"file": "f"})"), "'target' is missing; expected a target's name or a list of such");
  EXPECT_EQ(one(R"({"file": "f", "target": 5})"),
            "'target' must be a target's name or a list of such, found 5");
  EXPECT_EQ(one(R"({"file": "f", "target": "t", "at_most": {"vgprs": "5"}})"),
            "'at_most' must map names to numbers, found {\"vgprs\":\"5\"}");
  // A name that is misspelt would count nothing, and so hold for ever.
  EXPECT_EQ(one(R"({"file": "f", "target": "t", "at_most": {"vgrps": 5}})").substr(0, 60),
            "a kernel has no figure 'vgrps'; there are waves_per_simd, sc");
  EXPECT_EQ(one(R"({"file": "f", "target": "t", "steady_loop": {"none": ["vector"]}})").substr(0, 31),
            "a loop has no figure 'vector'; ");
  EXPECT_EQ(one("[]"), "an expectation must be an object, found []");
}

TEST(Expectation, AllCombinations) {
  std::vector<ExpectedKernel> kernels = kernelsOf(Json::parse(
      R"({"file": "f.mlir", "kernel": "k", "target": ["a", "b"], "params": {"T": ["f16", "f32"], "N": 3}})"));
  ASSERT_EQ(kernels.size(), 4u);
  EXPECT_EQ(kernels[0].describe(), "f.mlir k, a, T=f16, N=3");
  EXPECT_EQ(kernels[3].describe(), "f.mlir k, b, T=f32, N=3");
}

TEST(Expectation, UpdateWritesWhatHoldsForAll) {
  KernelReport first = report(), second = report();
  second.info->vgprs = 120;
  second.loops[1].summary.families[unsigned(Family::Matrix)] = 6;
  Json expectation = Json::parse(
      R"({"at_most": {"vgprs": 90, "sgprs": 7}, "steady_loop": {"at_least": {"matrix": 8}, "bound": "issue"}})");
  std::vector<std::string> changes = updateExpectation(expectation, {&first, &second});
  EXPECT_EQ(changes, (std::vector<std::string>{"vgprs: 90 becomes 120", "steady loop: matrix: 8 becomes 6",
                                               "steady loop: bound: issue becomes matrix"}));
  EXPECT_EQ(format(expectation), "{\"at_most\": {\"vgprs\": 120, \"sgprs\": 7}, \"steady_loop\": "
                                 "{\"at_least\": {\"matrix\": 6}, \"bound\": "
                                 "\"matrix\"}}\n");
}

TEST(Expectation, LongLinesAreBroken) {
  std::string name(60, 'n');
  EXPECT_EQ(format(Json{{name, {1, 2}}, {"b", name}}),
            "{\n  \"" + name + "\": [1, 2],\n  \"b\": \"" + name + "\"\n}\n");
}
