// Code objects: errors of the loader, and a kernel compiled by clang.
#include "LineTable.h"
#include "kiln/Emulator/Emulator.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include <gtest/gtest.h>
#include <random>

using namespace kiln::emulator;

static std::string loadError(llvm::ArrayRef<uint8_t> bytes) {
  auto object = CodeObject::load(bytes);
  return object ? "" : llvm::toString(object.takeError());
}

TEST(Loader, RejectsWhatIsNoCodeObject) {
  std::vector<uint8_t> bytes{'h', 'e', 'l', 'l', 'o'};
  EXPECT_EQ(loadError(bytes), "not an ELF file: expected a code object or an offload bundle (.co, .hsaco)");
  bytes = {0x7F, 'E', 'L', 'F', 2, 1};
  EXPECT_EQ(loadError(bytes), "truncated ELF file: 6 bytes do not hold its header");
  bytes.resize(64);
  bytes[18] = 62; // x86-64
  EXPECT_EQ(loadError(bytes),
            "an ELF file for another machine (e_machine 62): expected an AMDGPU code object");
}

TEST(Memory, RedZonesSeparateAllocations) {
  AddressSpace memory;
  uint64_t first = memory.allocate(100, "first"), second = memory.allocate(100, "second");
  EXPECT_GE(second - (first + 100), 65536u);
  EXPECT_TRUE(memory.find(first, 100));
  EXPECT_FALSE(memory.find(first, 101));
  EXPECT_FALSE(memory.find(first - 1, 1));
  EXPECT_EQ(memory.nearest(first + 200)->name, "first");
  // Allocations start at 4 GiB.
  EXPECT_EQ(llvm::toString(memory.free(first + 1)), "cannot free 0x100000001: no allocation starts there");
}

static std::shared_ptr<CodeObject> compiled(Chip chip, int level) {
  std::string path =
      std::string(KERNELS "/vector-add-") + chipName(chip) + "-O" + std::to_string(level) + ".co";
  auto file = llvm::MemoryBuffer::getFile(path);
  EXPECT_TRUE(file) << path;
  return llvm::cantFail(CodeObject::load(llvm::arrayRefFromStringRef((*file)->getBuffer())));
}

TEST(Loader, DamagedLineTablesSayNothing) {
  auto file = llvm::MemoryBuffer::getFile(std::string(KERNELS) + "/vector-add-gfx950-O0.co");
  ASSERT_TRUE(file);
  llvm::StringRef whole = (*file)->getBuffer();
  LineTable good(llvm::arrayRefFromStringRef(whole));
  EXPECT_FALSE(good.addressesOf("vector-add.cl", 9).empty());
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    std::string damaged = whole.str();
    for (int k = 0; k < 8; ++k)
      damaged[damaged.size() / 4 + random() % (damaged.size() / 2)] = char(random());
    LineTable table(llvm::arrayRefFromStringRef(damaged));
    table.at(0x1000);
  }
}

TEST(Loader, UnknownKernelListsThoseThereAre) {
  auto kernel = compiled(Chip::Gfx950, 2)->find("matmul");
  ASSERT_FALSE(kernel);
  EXPECT_EQ(llvm::toString(kernel.takeError()), "no kernel 'matmul': the code object has vector_add");
}

TEST(Loader, EveryTruncationIsAnError) {
  auto object = compiled(Chip::Gfx942, 2);
  llvm::ArrayRef<uint8_t> bytes = object->elf;
  for (size_t size = 0; size < 4096 && size < bytes.size(); size += 7)
    EXPECT_NE(loadError(bytes.take_front(size)), "") << size;
}

TEST(Loader, DamagedMetadataIsAnError) {
  auto object = compiled(Chip::Gfx950, 2);
  std::string bytes(object->elf.begin(), object->elf.end());
  size_t key = bytes.find("\xA5.args"); // a string of five letters
  ASSERT_NE(key, std::string::npos);
  bytes[key] = char(0x90); // an empty array as a key
  EXPECT_EQ(loadError(llvm::arrayRefFromStringRef(bytes)).substr(0, 29), "the metadata note is damaged:");
  bytes[key] = char(0xDF); // a map of more pairs than there are bytes
  EXPECT_EQ(loadError(llvm::arrayRefFromStringRef(bytes)).substr(0, 29), "the metadata note is damaged:");
}

TEST(Loader, ArgumentsAreTheMetadatas) {
  auto object = compiled(Chip::Gfx950, 2);
  std::vector<uint8_t> bytes = object->elf;
  // The first segment starts at the file's start, so that addresses are places in it.
  uint8_t *size = bytes.data() + object->kernels[0].descriptorAddress + 8;
  ASSERT_NE(*size, 0);
  std::fill_n(size, 4, 0); // as hand-written kernels have it
  auto patched = llvm::cantFail(CodeObject::load(bytes));
  EXPECT_EQ(patched->kernels[0].descriptor.kernargSize, 0u);
  EXPECT_EQ(patched->kernels[0].kernargSize, object->kernels[0].kernargSize);
  EXPECT_EQ(patched->kernels[0].explicitKernargSize(), 28u);
}

TEST(Loader, SramEccIsThereUnlessRefused) {
  std::vector<uint8_t> bytes = compiled(Chip::Gfx950, 2)->elf;
  uint8_t &flags = bytes[48 + 1]; // e_flags [11:10]: 0 unsupported, 1 any, 2 off, 3 on
  for (unsigned setting : {0, 1, 2, 3}) {
    flags = (flags & ~12u) | setting << 2;
    EXPECT_EQ(llvm::cantFail(CodeObject::load(bytes))->sramEcc, setting != 2);
  }
}

/// Adds 1000 numbers (the fourth workgroup is partial) and compares with the host's sum.
static void addVectors(Chip chip, int level, LaunchOptions options) {
  constexpr int N = 1000;
  Device device(chip);
  auto program = llvm::cantFail(device.load(compiled(chip, level)));
  std::vector<float> a(N), b(N), c(N);
  for (int i = 0; i < N; ++i) {
    a[i] = 0.37f * i - 5;
    b[i] = 1e-3f * i * i;
  }
  uint64_t at[3];
  for (uint64_t &address : at)
    address = device.memory().allocate(N * 4, "vector");
  ASSERT_FALSE(device.memory().write(at[0], a.data(), N * 4));
  ASSERT_FALSE(device.memory().write(at[1], b.data(), N * 4));
  Launch launch;
  launch.kernel = "vector_add";
  launch.grid[0] = 4;
  launch.block[0] = 256;
  launch.kernarg.resize(28);
  memcpy(launch.kernarg.data(), at, 24);
  memcpy(launch.kernarg.data() + 24, &N, 4);
  launch.options = options;
  auto result = device.launch(*program, launch);
  ASSERT_TRUE(bool(result)) << llvm::toString(result.takeError());
  ASSERT_FALSE(device.memory().read(at[2], c.data(), N * 4));
  for (int i = 0; i < N; ++i)
    ASSERT_EQ(c[i], a[i] + b[i]) << i;
}

TEST(Launch, VectorAdd) {
  for (Chip chip : {Chip::Gfx942, Chip::Gfx950})
    for (int level : {0, 2})
      for (Policy policy : {Policy::ShortTurns, Policy::Random, Policy::OneAhead})
        for (MemoryTiming timing :
             {MemoryTiming::Typical, MemoryTiming::AtIssue, MemoryTiming::AtWait, MemoryTiming::Random}) {
          LaunchOptions options;
          options.policy = policy;
          options.timing = timing;
          addVectors(chip, level, options);
        }
}

TEST(Launch, WrongArgumentsListThoseOfTheKernel) {
  Device device(Chip::Gfx950);
  auto program = llvm::cantFail(device.load(compiled(Chip::Gfx950, 2)));
  Launch launch;
  launch.kernel = "vector_add";
  launch.kernarg.resize(8);
  auto result = device.launch(*program, launch);
  ASSERT_FALSE(result);
  EXPECT_EQ(llvm::toString(result.takeError()), "8 bytes of arguments: kernel 'vector_add' takes 28\n"
                                                "  offset 0, 8 bytes: global_buffer\n"
                                                "  offset 8, 8 bytes: global_buffer\n"
                                                "  offset 16, 8 bytes: global_buffer\n"
                                                "  offset 24, 4 bytes: by_value");
}

TEST(Launch, LimitsOfTheDevice) {
  Device device(Chip::Gfx950);
  auto object = compiled(Chip::Gfx950, 2);
  auto error = [&](Launch launch) {
    auto program = llvm::cantFail(device.load(object));
    launch.kernel = "vector_add";
    launch.kernarg.resize(28);
    auto result = device.launch(*program, launch);
    return result ? "" : llvm::toString(result.takeError());
  };
  Launch launch;
  launch.block[0] = 1u << 22, launch.block[1] = 1u << 21, launch.block[2] = 1u << 21; // 2^64 items
  EXPECT_NE(error(launch).find("kernel 'vector_add' allows at most"), std::string::npos);
  launch = Launch();
  launch.dynamicLds = 160 * 1024;
  EXPECT_NE(error(launch).find("bytes of LDS (1024 static, 163840 dynamic): gfx950 has 163840"),
            std::string::npos);
  object->kernels[0].privateSegmentSize = 200000;
  EXPECT_EQ(error(Launch()), "200000 bytes of scratch a work-item: gfx950 has 131056");
}
