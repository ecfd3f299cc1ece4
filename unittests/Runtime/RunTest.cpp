// What kiln-run does, on the emulator.
#include "kiln/run/Run.h"
#include "kiln/launch/Npy.h"

#include <cstdlib>
#include <gtest/gtest.h>

using namespace kiln::run;

namespace {

std::string bundle(const std::string &name) { return std::string(std::getenv("KILN_BUNDLES")) + "/" + name; }

std::string npyOf(const std::string &name, std::vector<uint32_t> values) {
  std::string path = ::testing::TempDir() + name, error;
  kiln::launch::ArrayType type{kiln::launch::DType::U32, {values.size()}};
  EXPECT_TRUE(kiln::launch::writeNpy(path, type, reinterpret_cast<const uint8_t *>(values.data()), error))
      << error;
  return path;
}

RunOptions increment() {
  RunOptions options;
  options.file = bundle("conformance.kiln");
  options.device = "emulator:gfx950";
  options.kernel = "increment";
  return options;
}

TEST(Run, ChecksAgainstAFile) {
  RunOptions options = increment();
  options.args = {"zeros:u32[64]"};
  options.checks = {npyOf("kiln-ones.npy", std::vector<uint32_t>(64, 1))};
  Outcome outcome = run(options);
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_NE(outcome.output.find("64 elements, 0 wrong"), std::string::npos) << outcome.output;
  options.checks = {"0=" + npyOf("kiln-twos.npy", std::vector<uint32_t>(64, 2))};
  options.json = true;
  outcome = run(options);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.output.find("\"status\": \"mismatch\""), std::string::npos) << outcome.output;
  EXPECT_NE(outcome.output.find("\"wrong\": 64"), std::string::npos) << outcome.output;
}

TEST(Run, SavesFromALaunchFileWithoutGeometry) {
  std::string launchFile = ::testing::TempDir() + "kiln-launch.json", error;
  std::string text =
      R"({"kernel": "increment", "args": [{"npy": "kiln-sevens.npy", "save": "kiln-eights.npy"}]})";
  npyOf("kiln-sevens.npy", std::vector<uint32_t>(128, 7));
  ASSERT_TRUE(kiln::launch::writeFile(launchFile, text.data(), text.size(), error)) << error;
  RunOptions options = increment();
  options.kernel.clear();
  options.launchFile = launchFile;
  Outcome outcome = run(options);
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  auto saved = kiln::launch::readNpy(::testing::TempDir() + "kiln-eights.npy", error);
  ASSERT_TRUE(saved) << error;
  EXPECT_EQ(saved->type.str(), "u32[128]");
  EXPECT_EQ(saved->data[0], 8);
  EXPECT_EQ(saved->data[127 * 4], 8);
}

TEST(Run, BareCodeNeedsAGeometry) {
  RunOptions options = increment();
  options.file = bundle("gfx950.co");
  options.args = {"zeros:u32[128]"};
  Outcome outcome = run(options);
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(outcome.error, "code without a manifest needs --grid and --block");
  options.grid = "2";
  options.block = "64";
  options.checks = {npyOf("kiln-ones.npy", std::vector<uint32_t>(128, 1))};
  outcome = run(options);
  EXPECT_EQ(outcome.status, 0) << outcome.error << outcome.output;
}

TEST(Run, ErrorsAndTheirStatus) {
  auto statusAndError = [](const RunOptions &options, int status, const std::string &part) {
    Outcome outcome = run(options);
    EXPECT_EQ(outcome.status, status) << outcome.error;
    EXPECT_NE(outcome.error.find(part), std::string::npos) << outcome.error;
  };
  RunOptions options = increment();
  options.args = {"zeros:u32[100]"};
  statusAndError(options, 1, "requires mod(N, 64) == 0");
  options.args = {"zeros:f32[64]"};
  statusAndError(options, 1, "argument 'data': expected u32, found f32");
  options.args = {"zeros:u33[64]"};
  statusAndError(options, 2, "unknown element type 'u33'");
  options.args = {"zeros:u32[64]", "i32:1"};
  statusAndError(options, 1, "takes 1 arguments, found 2");
  options.args = {"zeros:u32[64]"};
  options.checks = {"no-such-file.npy"};
  statusAndError(options, 1, "cannot open no-such-file.npy");
  options.checks = {"3=x.npy"};
  statusAndError(options, 2, "argument 3 is no buffer");
  options.checks.clear();
  options.kernel = "decrement";
  statusAndError(options, 1, "it has affine, scalars");
  options.kernel.clear();
  statusAndError(options, 2, "which kernel?");
  options.device = "emulator:gfx1";
  options.kernel = "increment";
  statusAndError(options, 1, "'gfx1' cannot be emulated; gfx950, gfx942 can");
  options.file = bundle("foreign.kiln");
  options.device = "emulator:gfx942";
  options.json = true;
  Outcome outcome = run(options);
  EXPECT_EQ(outcome.output.rfind("{\"status\": \"error\", \"error\": \"bundle has gfx1201", 0), 0u)
      << outcome.output;
}

TEST(Run, FindingsAreNoSuccess) {
  RunOptions options = increment();
  options.kernel = "race";
  options.args = {"zeros:u32[128]"};
  Outcome outcome = run(options);
  EXPECT_EQ(outcome.status, 1) << outcome.error;
  EXPECT_NE(outcome.output.find("global-race: "), std::string::npos) << outcome.output;
  options.json = true;
  outcome = run(options);
  EXPECT_EQ(outcome.status, 1);
  for (const char *part : {"{\"status\": \"finding\"", "\"findings\": [{\"kind\": \"global-race\"",
                           "\"disassembly\": \"global_store"})
    EXPECT_NE(outcome.output.find(part), std::string::npos) << outcome.output;
  options.observers = false;
  outcome = run(options);
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.output.find("\"findings\": []"), std::string::npos) << outcome.output;
}

TEST(Run, Verifies) {
  VerifyOptions options;
  options.file = bundle("conformance.kiln");
  options.devices = {"emulator:gfx950", "emulator:gfx942"};
  std::string rows;
  auto show = [&](const std::string &row) { rows += row; };
  Outcome outcome = verify(options, show);
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_EQ(outcome.output, "2 right, 0 wrong, 0 refused\n");
  EXPECT_EQ(rows, "right   gfx950 emulator:gfx950 increment zeros: equal\n"
                  "right   gfx942 emulator:gfx942 increment zeros: equal\n");
  options.json = true;
  outcome = verify(options, show);
  EXPECT_EQ(outcome.output.rfind("{\"status\": \"right\", \"right\": 2,", 0), 0u) << outcome.output;
  options.devices = {"emulator:gfx950", "nothing:0"};
  outcome = verify(options, show);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.error.find("'nothing:0' names no driver"), std::string::npos) << outcome.error;
  options.cases = {"no such case"};
  options.devices = {"emulator"};
  outcome = verify(options, show);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.error.find("no such case to verify"), std::string::npos) << outcome.error;
}

TEST(Run, VerifyFindsWrongNumbersAndForeignCode) {
  VerifyOptions options;
  std::string rows;
  auto show = [&](const std::string &row) { rows += row; };
  options.file = bundle("wrong.kiln");
  options.devices = {"emulator:gfx950"};
  Outcome outcome = verify(options, show);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.output, "0 right, 1 wrong, 0 refused\n");
  EXPECT_EQ(rows, "WRONG   gfx950 emulator:gfx950 increment zeros: error 1.00e+00, allowed 0.00e+00\n"
                  "        argument 0: 63 of 64 elements wrong, first at [0]: found 1, expected 2\n");
  rows.clear();
  options.file = bundle("foreign.kiln");
  outcome = verify(options, show);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.output, "0 right, 0 wrong, 1 refused\n");
  EXPECT_NE(rows.find("bundle has gfx1201, sm_999a; device emulator:gfx950 is gfx950"), std::string::npos)
      << rows;
}

TEST(Run, Benches) {
  BenchOptions options;
  static_cast<Work &>(options) = increment();
  options.args = {"zeros:u32[64]"};
  options.repeat = 3;
  options.json = true;
  Outcome outcome = bench(options);
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  for (const char *part : {"\"samples\": 3", "\"median_ms\": ", "\"gbps_peak\": 1000"})
    EXPECT_NE(outcome.output.find(part), std::string::npos) << outcome.output;
  options.graph = true;
  outcome = bench(options);
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_NE(outcome.output.find("\"method\": \"graph\""), std::string::npos) << outcome.output;
  options.repeat = 0;
  EXPECT_EQ(bench(options).status, 2);
}

TEST(Run, DescribesABundle) {
  Outcome outcome = info(bundle("conformance.kiln"), false);
  EXPECT_EQ(outcome.status, 0) << outcome.error;
  EXPECT_NE(outcome.output.find("affine(in: f32[N], out: f32[N], factor: f32, bias: i32)"),
            std::string::npos);
  EXPECT_NE(outcome.output.find("  gfx942 BLOCK=64: grid ceildiv(N, BLOCK); block 64; code/affine.gfx942.co"),
            std::string::npos)
      << outcome.output;
  EXPECT_EQ(info("no/such.kiln", false).status, 1);
}

} // namespace
