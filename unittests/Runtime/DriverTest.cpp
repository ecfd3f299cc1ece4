// What goes wrong with drivers and rarely does on a real machine: no library, an old one, no device, a device
// that is lost; and which code a device takes. CUDA's part runs on FakeCuda.c, HIP's on libamdhip64 on the
// emulator.
#include "Conformance.h"
#include "kiln/Bundle/Bundle.h"

#include <dlfcn.h>
#include <fstream>

using namespace kiln::runtime;

namespace {

/// What kiln_devices_visit says about a driver without devices.
std::string whyNone(const std::string &driver) {
  std::pair<std::string, std::string> context(driver, "");
  check(kiln_devices_visit(
      [](const char *name, const kiln_device_properties *, const char *reason, void *opaque) {
        auto *wanted = static_cast<std::pair<std::string, std::string> *>(opaque);
        if (wanted->first == name && reason)
          wanted->second = reason;
      },
      &context));
  return context.second;
}

TEST(MissingLibrary, IsExplained) {
  if (dlopen("libcuda.so.1", RTLD_NOW))
    GTEST_SKIP() << "this machine has NVIDIA's driver";
  EXPECT_ERROR(KILN_UNAVAILABLE, "NVIDIA's driver (libcuda.so.1) is not installed: libcuda.so.1: cannot open",
               Device("cuda:0"));
  EXPECT_NE(whyNone("cuda").find("is not installed"), std::string::npos) << whyNone("cuda");
  EXPECT_NE(whyNone("emulator").find("the emulator (libkiln-emulator.so) is not installed"),
            std::string::npos)
      << whyNone("emulator");
}

TEST(OldLibrary, NamesWhatItLacks) {
  EXPECT_ERROR(KILN_UNAVAILABLE, "NVIDIA's driver (libcuda.so.1) is too old: it has no cuFuncSetAttribute",
               Device("cuda:0"));
}

class FakeCuda : public ::testing::Test {
protected:
  void SetUp() override { fail(""); }
  void TearDown() override { fail(""); }
  static void fail(const char *how) { setenv("KILN_FAKE_CUDA", how, 1); }
  template <typename Function> static Function *inLibrary(const char *name) {
    return reinterpret_cast<Function *>(dlsym(dlopen("libcuda.so.1", RTLD_NOW), name));
  }
};

TEST_F(FakeCuda, NoDevice) {
  fail("no-device");
  EXPECT_ERROR(KILN_UNAVAILABLE, "NVIDIA's driver (libcuda.so.1) is installed, but there is no device",
               Device("cuda:0"));
  EXPECT_NE(whyNone("cuda").find("there is no device"), std::string::npos);
}

TEST_F(FakeCuda, OutOfMemory) {
  Device device("cuda");
  fail("full");
  EXPECT_ERROR(KILN_OUT_OF_MEMORY, "cuda: no room for 4096 bytes", device.allocate(4096));
  fail("");
  EXPECT_EQ(device.upload(std::vector<int>{7}).read<int>(), std::vector<int>{7});
}

TEST_F(FakeCuda, OldDriversHaveNoGraphs) {
  Device device("cuda");
  EXPECT_FALSE(device.properties().has_graphs);
  Stream stream = device.stream();
  EXPECT_ERROR(KILN_UNSUPPORTED, "has no graphs", check(kiln_graph_begin(stream.get())));
}

kiln::bundle::Kernel increment() {
  kiln::bundle::Kernel kernel;
  kernel.name = "increment";
  kernel.arguments = {{"data", true, "u32", {"N"}, std::nullopt, 4}};
  return kernel;
}

void add(kiln::bundle::Kernel &kernel, const std::string &target, const std::string &format,
         const std::string &code, std::vector<std::string> features = {}) {
  kiln::bundle::Variant variant;
  variant.target = target;
  variant.format = format;
  variant.code = code;
  variant.symbol = kernel.name;
  variant.features = std::move(features);
  variant.grid = {"ceildiv(N, 64)"};
  variant.block = {64};
  variant.dynamicShared = "N * 4";
  variant.kernargs = {kiln::bundle::Kernarg::pointer("data")};
  kernel.variants.push_back(std::move(variant));
}

/// A bundle in memory; `bytes` must live as long as it.
Bundle bundleOf(const kiln::bundle::Kernel &kernel, std::string &bytes) {
  kiln::bundle::Bundle bundle;
  bundle.producer = "test";
  bundle.kernels = {kernel};
  bytes = llvm::cantFail(kiln::bundle::writeBundle(bundle));
  return Bundle(bytes.data(), bytes.size());
}

TEST_F(FakeCuda, LostDeviceIsRemembered) {
  std::string bytes;
  kiln::bundle::Kernel description = increment();
  add(description, "sm_80", "ptx", "// PTX");
  uint64_t before = kiln_live_handles();
  {
    Device device("cuda:0");
    Kernel kernel = device.load(bundleOf(description, bytes)).kernel("increment");
    Buffer data = device.allocate(256);
    Stream stream = device.stream();
    Event event = device.event();
    kernel.launch(stream, {Tensor(data, KILN_U32, {64})});
    fail("lost");
    EXPECT_ERROR(KILN_DEVICE_LOST,
                 "waiting for a stream: an illegal memory access was encountered "
                 "(CUDA_ERROR_ILLEGAL_ADDRESS); the device is lost to this process",
                 stream.synchronize());
    fail("");
    const char *said = "device cuda:0 was lost by an earlier failure";
    EXPECT_ERROR(KILN_DEVICE_LOST, said, kernel.launch(stream, {Tensor(data, KILN_U32, {64})}));
    EXPECT_ERROR(KILN_DEVICE_LOST, said, stream.synchronize());
    EXPECT_ERROR(KILN_DEVICE_LOST, said, device.allocate(4));
    EXPECT_ERROR(KILN_DEVICE_LOST, said, data.fill(0));
    EXPECT_ERROR(KILN_DEVICE_LOST, said, event.record(stream));
    EXPECT_ERROR(KILN_DEVICE_LOST, said, device.stream());
    EXPECT_ERROR(KILN_DEVICE_LOST, said, device.load(bundleOf(description, bytes)));
  }
  EXPECT_EQ(kiln_live_handles(), before);
}

TEST_F(FakeCuda, TheBestCodeIsLoaded) {
  auto *loaded = inLibrary<const char *()>("fakeLastCode");
  Device device("cuda:0"); // sm_90
  std::string bytes;
  auto chosen = [&](std::initializer_list<std::array<const char *, 3>> codes) {
    kiln::bundle::Kernel kernel = increment();
    for (const auto &code : codes)
      add(kernel, code[0], code[1], code[2]);
    device.load(bundleOf(kernel, bytes)).kernel("increment");
    return std::string(loaded());
  };
  EXPECT_EQ(chosen({{"sm_80", "ptx", "old"}, {"sm_90a", "ptx", "own"}, {"sm_100", "ptx", "new"}}), "own");
  EXPECT_EQ(chosen({{"sm_80", "cubin", "binary of 8.x"}, {"sm_80", "ptx", "text"}}), "text");
  EXPECT_EQ(chosen({{"sm_90", "ptx", "text"}, {"sm_90", "cubin", "binary"}}), "binary");
  EXPECT_EQ(chosen({{"sm_90", "cubin", "binary"}, {"sm_90a", "ptx", "own"}}), "own");
  EXPECT_ERROR(KILN_WRONG_TARGET, "bundle has sm_80; device cuda:0 is sm_90",
               chosen({{"sm_80", "cubin", "x"}}));
  EXPECT_ERROR(KILN_WRONG_TARGET, "bundle has sm_100f; device cuda:0 is sm_90",
               chosen({{"sm_100f", "ptx", "x"}}));
}

TEST_F(FakeCuda, OtherVariantsAreLoadedWhenTheyAreNeeded) {
  auto *loaded = inLibrary<const char *()>("fakeLastCode");
  Device device("cuda:0");
  std::string bytes;
  kiln::bundle::Kernel description = increment();
  add(description, "sm_90a", "ptx", "for multiples of 64");
  add(description, "sm_80", "ptx", "for any size");
  description.variants[0].requirements = {{"mod(N, 64) == 0", "whole blocks"}};
  Kernel kernel = device.load(bundleOf(description, bytes)).kernel("increment");
  Buffer data = device.allocate(512);
  kernel.launch(Stream(), {Tensor(data, KILN_U32, {128})});
  EXPECT_EQ(std::string(loaded()), "for multiples of 64");
  kernel.launch(Stream(), {Tensor(data, KILN_U32, {100})});
  EXPECT_EQ(std::string(loaded()), "for any size");
}

TEST_F(FakeCuda, LargeSharedMemoryIsAskedFor) {
  auto *launched = inLibrary<const uint32_t *()>("fakeLastLaunch");
  Device device("cuda:0");
  std::string bytes;
  kiln::bundle::Kernel description = increment();
  add(description, "sm_90a", "ptx", "// PTX");
  Kernel kernel = device.load(bundleOf(description, bytes)).kernel("increment");
  Buffer data = device.allocate(1 << 20);
  kernel.launch(Stream(), {Tensor(data, KILN_U32, {12288})});
  // 192 workgroups of 64; 48 KiB are any kernel's.
  EXPECT_EQ(std::vector<uint32_t>(launched(), launched() + 7),
            (std::vector<uint32_t>{192, 1, 1, 64, 1, 1, 49152}));
  EXPECT_EQ(launched()[9], 0u);
  kernel.launch(Stream(), {Tensor(data, KILN_U32, {58112})});
  EXPECT_EQ(launched()[6], 232448u);
  EXPECT_EQ(launched()[9], 232448u);
  EXPECT_ERROR(KILN_INVALID_ARGUMENT, "needs 232452 bytes of shared memory, the device has 232448",
               kernel.launch(Stream(), {Tensor(data, KILN_U32, {58113})}));
}

// libamdhip64 on the emulator says "gfx950:sramecc+:xnack-".
TEST(HipFeatures, MustNotBeTheOpposite) {
  std::ifstream file(conformance::bundlePath("gfx950.co"), std::ios::binary);
  std::string code(std::istreambuf_iterator<char>(file), {}), bytes;
  Device device("hip:0");
  EXPECT_EQ(std::string(device.properties().target), "gfx950:sramecc+:xnack-");
  auto load = [&](std::vector<std::string> features) {
    kiln::bundle::Kernel kernel = increment();
    add(kernel, "gfx950", "code-object", code, std::move(features));
    return device.load(bundleOf(kernel, bytes)).kernel("increment");
  };
  load({});
  load({"xnack-"});
  load({"sramecc+", "xnack-"});
  EXPECT_ERROR(KILN_WRONG_TARGET, "bundle has gfx950:xnack+; device hip:0 is gfx950:sramecc+:xnack-",
               load({"xnack+"}));
  EXPECT_STATUS(KILN_WRONG_TARGET, load({"xnack-", "sramecc-"}));
}

} // namespace
