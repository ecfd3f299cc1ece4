// Workgroups that talk to each other: results do not depend on the host's threads, and nobody waits for ever.
#include "kiln/Emulator/Observers.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include <gtest/gtest.h>
#include <set>

using namespace kiln::emulator;

namespace {
/// A kernel of grid.cl (or another source) and its buffers, all of them zero before they are set.
struct GridRun {
  explicit GridRun(std::string kernel, Chip chip = Chip::Gfx950, std::string source = "grid") : device(chip) {
    std::string path = KERNELS "/" + source + "-" + chipName(chip) + "-O2.co";
    auto file = llvm::MemoryBuffer::getFile(path);
    EXPECT_TRUE(file) << path;
    program = llvm::cantFail(
        device.load(llvm::cantFail(CodeObject::load(llvm::arrayRefFromStringRef((*file)->getBuffer())))));
    launch.kernel = std::move(kernel);
    launch.block[0] = 64;
  }
  uint64_t buffer(size_t dwords) {
    uint64_t address = device.memory().allocate(4 * dwords, "buffer");
    set(address, std::vector<uint32_t>(dwords));
    append(&address, 8);
    return address;
  }
  void append(const void *value, size_t size) {
    auto *bytes = static_cast<const uint8_t *>(value);
    launch.kernarg.insert(launch.kernarg.end(), bytes, bytes + size);
  }
  template <class T> void set(uint64_t address, const std::vector<T> &values) {
    llvm::cantFail(device.memory().write(address, values.data(), values.size() * sizeof(T)));
  }
  template <class T> std::vector<T> get(uint64_t address, size_t count) {
    std::vector<T> values(count);
    llvm::cantFail(device.memory().read(address, values.data(), count * sizeof(T)));
    return values;
  }
  /// The number of instructions, under all observers if `observed`; findings are a failure.
  uint64_t run(unsigned groups, unsigned threads, bool observed = false) {
    launch.grid[0] = groups;
    launch.options.threads = threads;
    auto observers = llvm::cantFail(createObservers());
    for (auto &observer : observers)
      if (observed)
        launch.options.observers.push_back(observer.get());
    auto result = device.launch(*program, launch);
    launch.options.observers.clear();
    if (!result) {
      ADD_FAILURE() << llvm::toString(result.takeError());
      return 0;
    }
    for (const Finding &finding : result->findings)
      ADD_FAILURE() << describe(finding);
    return result->instructions;
  }

  Device device;
  std::shared_ptr<Program> program;
  Launch launch;
};
} // namespace

TEST(Grid, FloatSumsHaveOneOrder) {
  // In order of the workgroups' numbers.
  float expected = 0;
  for (int group = 0; group < 100; ++group)
    expected += 1.0f / (1 + group);
  for (unsigned threads : {1, 2, 5})
    for (int repetition = 0; repetition < 3; ++repetition) {
      GridRun grid("ordered_sum");
      uint64_t sum = grid.buffer(1);
      grid.run(100, threads);
      EXPECT_EQ(grid.get<float>(sum, 1)[0], expected) << threads << " threads";
    }
}

TEST(Grid, LastWorkgroupAdds) {
  constexpr unsigned Groups = 40;
  for (Chip chip : {Chip::Gfx942, Chip::Gfx950})
    for (unsigned threads : {1, 3}) {
      GridRun grid("last_adds", chip);
      std::vector<float> in(64 * Groups);
      for (size_t i = 0; i < in.size(); ++i)
        in[i] = float(i % 97);
      uint64_t input = grid.buffer(64 * Groups);
      grid.set(input, in);
      grid.buffer(64 * Groups);
      uint64_t out = grid.buffer(64);
      grid.buffer(1);
      grid.append(&Groups, 4);
      grid.run(Groups, threads, /*observed=*/true);
      auto found = grid.get<float>(out, 64);
      for (unsigned item = 0; item < 64; ++item) {
        float sum = 0;
        for (unsigned group = 0; group < Groups; ++group)
          sum += 2 * in[group * 64 + item];
        ASSERT_EQ(found[item], sum) << item;
      }
    }
}

TEST(Grid, BarrierOfAllWorkgroups) {
  // More workgroups than the host has threads, all waiting for all.
  constexpr unsigned Groups = 24;
  uint64_t instructions = 0;
  for (unsigned threads : {1, 2, 7}) {
    GridRun grid("grid_barrier");
    grid.buffer(64 * Groups);
    uint64_t out = grid.buffer(64 * Groups);
    grid.buffer(1);
    grid.append(&Groups, 4);
    uint64_t executed = grid.run(Groups, threads, /*observed=*/threads == 2);
    instructions = instructions ? instructions : executed;
    EXPECT_EQ(executed, instructions) << "the number of polls is that of the order, not of the host";
    auto found = grid.get<uint32_t>(out, 64 * Groups);
    for (unsigned i = 0; i < found.size(); ++i)
      ASSERT_EQ(found[i], (i / 64 + 1) % Groups * 1000 + i % 64) << i;
  }
}

TEST(Grid, WaitingForSomebodyWhoIsNotThereEnds) {
  GridRun grid("grid_barrier");
  grid.buffer(64 * 4);
  grid.buffer(64 * 4);
  grid.buffer(1);
  unsigned tooMany = 5;
  grid.append(&tooMany, 4);
  grid.launch.grid[0] = 4;
  grid.launch.options.instructionBudget = 200000;
  auto result = grid.device.launch(*grid.program, grid.launch);
  ASSERT_FALSE(bool(result));
  EXPECT_NE(llvm::toString(result.takeError()).find("the instruction budget of 200000 is exhausted"),
            std::string::npos);
}

TEST(Grid, SeedsRepeat) {
  // Without a barrier, what a wave reads of another's writes depends on their order.
  auto run = [](uint64_t seed) {
    GridRun grid("racy", Chip::Gfx950, "racy");
    uint64_t out = grid.buffer(256);
    grid.launch.block[0] = 256;
    grid.launch.options.policy = Policy::Random;
    grid.launch.options.timing = MemoryTiming::Random;
    grid.launch.options.seed = seed;
    grid.run(1, 1);
    return grid.get<uint32_t>(out, 256);
  };
  std::set<std::vector<uint32_t>> results;
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    auto first = run(seed);
    EXPECT_EQ(run(seed), first);
    results.insert(first);
  }
  EXPECT_GT(results.size(), 1u) << "seeds matter";
}
