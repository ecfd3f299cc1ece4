// Findings and memory as programs without C++ get them.
#include "kiln/Emulator/CEntry.h"
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <vector>

namespace {

/// A kernel on the emulator, and what it reports.
struct Launched {
  struct Found {
    std::string text, kind, source;
    uint64_t pc;
    int32_t lane;
  };

  explicit Launched(const std::string &name = "racy", const char *kernel = "racy") : kernel(kernel) {
    std::ifstream file(KERNELS "/" + name + "-gfx950-O2.co", std::ios::binary);
    std::vector<char> code((std::istreambuf_iterator<char>(file)), {});
    expect(kiln_emulator_open("gfx950", &emulator, error, sizeof error));
    expect(kiln_emulator_load(emulator, code.data(), code.size(), &program, error, sizeof error));
    expect(kiln_emulator_allocate(emulator, 1024, &buffer, error, sizeof error));
  }
  ~Launched() {
    unload();
    kiln_emulator_close(emulator);
  }
  void unload() {
    if (program)
      kiln_emulator_unload(program);
    program = nullptr;
  }
  void expect(kiln_emulator_status status) { EXPECT_EQ(status, KILN_EMULATOR_OK) << error; }

  kiln_emulator_status run(bool wantsFindings, const char *observers = nullptr, uint64_t address = 0) {
    kiln_emulator_launch launch = {};
    uint64_t argument = address ? address : buffer;
    launch.kernel = kernel;
    for (int axis = 0; axis < 3; ++axis)
      launch.grid[axis] = launch.block[axis] = 1;
    launch.block[0] = 256;
    launch.kernargs = &argument;
    launch.kernarg_bytes = sizeof argument;
    launch.observers = observers;
    launch.context = this;
    if (wantsFindings)
      launch.report = [](void *context, const kiln_emulator_finding *finding) {
        static_cast<Launched *>(context)->found.push_back(
            {finding->text, finding->kind, finding->source, finding->pc, finding->lane});
      };
    return kiln_emulator_run(program, &launch, &result, error, sizeof error);
  }

  const char *kernel;
  kiln_emulator *emulator = nullptr;
  kiln_emulator_program *program = nullptr;
  uint64_t buffer = 0;
  kiln_emulator_result result = {};
  std::vector<Found> found;
  char error[512] = "";
};

} // namespace

TEST(CEntry, FindingsAreReported) {
  Launched launched;
  EXPECT_EQ(launched.run(true), KILN_EMULATOR_OK);
  ASSERT_FALSE(launched.found.empty());
  EXPECT_EQ(launched.result.findings, launched.found.size());
  bool hasRace = false;
  for (const Launched::Found &found : launched.found)
    if (found.kind == "lds-race") {
      hasRace = true;
      EXPECT_NE(found.source.find("racy.cl:"), std::string::npos) << found.source;
      EXPECT_EQ(found.text.find(found.source + ": lds-race: LDS byte "), 0u) << found.text;
      EXPECT_GE(found.lane, 0);
      EXPECT_GT(found.pc, 0u);
    }
  EXPECT_TRUE(hasRace);
}

TEST(CEntry, ObserversAreChosen) {
  Launched launched;
  EXPECT_EQ(launched.run(true, "missing-wait,bounds"), KILN_EMULATOR_OK);
  EXPECT_TRUE(launched.found.empty());
  EXPECT_EQ(launched.run(false), KILN_EMULATOR_OK);
  EXPECT_EQ(launched.result.findings, 0u) << "nobody watches";
  EXPECT_EQ(launched.run(true, "races"), KILN_EMULATOR_INVALID);
  EXPECT_NE(std::string(launched.error).find("no observer 'races'"), std::string::npos) << launched.error;
}

TEST(CEntry, AFaultStillHasItsFindings) {
  Launched launched;
  EXPECT_EQ(launched.run(true, "bounds", 64), KILN_EMULATOR_FAULT);
  ASSERT_EQ(launched.found.size(), 1u);
  EXPECT_EQ(launched.found[0].kind, "out-of-bounds");
}

TEST(CEntry, UnloadFreesTheCode) {
  Launched launched("hostile", "where");
  EXPECT_EQ(launched.run(false), KILN_EMULATOR_OK);
  uint64_t code = 0;
  uint32_t word;
  auto read = [&](uint64_t address, void *to, uint64_t size) {
    return kiln_emulator_read(launched.emulator, address, to, size, launched.error, sizeof launched.error);
  };
  EXPECT_EQ(read(launched.buffer, &code, sizeof code), KILN_EMULATOR_OK);
  EXPECT_EQ(read(code, &word, sizeof word), KILN_EMULATOR_OK) << launched.error;
  launched.unload();
  EXPECT_EQ(read(code, &word, sizeof word), KILN_EMULATOR_INVALID);
}

TEST(CEntry, VariablesAndResources) {
  Launched launched("hostile", "where");
  uint64_t address = 0, size = 0;
  launched.expect(kiln_emulator_variable(launched.program, "counters", &address, &size, launched.error,
                                         sizeof launched.error));
  int32_t counters[4] = {};
  ASSERT_EQ(size, sizeof counters);
  launched.expect(kiln_emulator_read(launched.emulator, address, counters, size, nullptr, 0));
  EXPECT_EQ(counters[2], 30);
  EXPECT_EQ(kiln_emulator_variable(launched.program, "count", &address, &size, nullptr, 0),
            KILN_EMULATOR_NOT_FOUND);
  kiln_emulator_kernel facts = {};
  launched.expect(kiln_emulator_find(launched.program, "where", &facts, nullptr, 0));
  EXPECT_EQ(facts.vector_registers, 8u) << "blocks of eight, and it needs three";
  EXPECT_EQ(facts.scratch_bytes, 0u);
}
