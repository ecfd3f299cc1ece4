#include "kiln/Inspector/Expectation.h"

#include <gtest/gtest.h>

using kiln::inspector::Json;

/// A kernel whose steady loop is the second one.
static Json report() {
  return Json::parse(R"({"resources": {"vgprs": 100, "scratch_bytes": 0}, "occupancy": {"waves_per_simd": 4},
    "steady_loop": 1, "loops": [{}, {"families": {"matrix": 8, "valu": 1}, "mnemonics": {"ds_read_b128": 3},
    "waits": [{"counters": {"vmcnt": {"leaves": 6}}}, {"counters": {"vmcnt": {"leaves": 4}}}]}]})");
}

static std::vector<std::string> check(const char *expectation) {
  return kiln::inspector::checkExpectation(Json::parse(expectation), report());
}

TEST(Expectation, Holds) {
  EXPECT_TRUE(check(R"({"registers_at_most": 100, "scratch_bytes_at_most": 0, "waves_per_simd_at_least": 4,
    "steady_loop": {"at_least": {"matrix": 8}, "at_most": {"ds_read_b128": 3}, "none": ["salu"],
                    "waits_leave": {"vmcnt": 4}}})")
                  .empty());
}

TEST(Expectation, Differences) {
  std::vector<std::string> faults = check(R"({"registers_at_most": 99, "waves_per_simd_at_least": 5,
    "steady_loop": {"at_least": {"matrix": 9}, "at_most": {"ds_read_b128": 2}, "none": ["valu"],
                    "waits_leave": {"vmcnt": 5, "lgkmcnt": 1}}, "register_at_most": 3})");
  ASSERT_EQ(faults.size(), 8u);
  EXPECT_EQ(faults[0], "steady loop: no valu expected, found 1");
  EXPECT_EQ(faults[1], "unknown key 'register_at_most'");
  EXPECT_EQ(faults[2], "vector registers: at most 99 expected, found 100");
  EXPECT_EQ(faults[4], "steady loop: matrix: at least 9 expected, found 8");
  EXPECT_EQ(faults[6], "steady loop: waits leave in flight by vmcnt: at least 5 expected, found 4");
  EXPECT_EQ(faults[7], "steady loop: waits leave in flight by lgkmcnt: at least 1 expected, found none");
}

TEST(Expectation, Update) {
  Json expectation = Json::parse(R"({"registers_at_most": 90, "steady_loop": {"at_least": {"matrix": 8}}})");
  std::vector<std::string> changes = kiln::inspector::updateExpectation(expectation, report());
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0], "vector registers: 90 becomes 100");
  EXPECT_EQ(expectation["registers_at_most"], 100);
}
