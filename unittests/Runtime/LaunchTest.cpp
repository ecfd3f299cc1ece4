#include "Conformance.h"

#include <cstring>
#include <fstream>
#include <numeric>
#include <sstream>
#include <tuple>

using namespace kiln::runtime;

namespace {

class Launches : public conformance::Test {};
class Modules : public conformance::Test {};
class Observers : public conformance::Test {};
class Fault : public conformance::Test {};

// Integers below 2^20 times 2 plus an integer: exact in f32 with and without a fused multiply.
TEST_F(Launches, AffineOfManySizes) {
  Module module = loadSuite();
  Kernel affine = module.kernel("affine");
  Stream stream = device.stream();
  for (int64_t size : {0, 1, 2, 63, 64, 65, 127, 1000, 4097}) {
    std::vector<float> values(static_cast<size_t>(size) * 3 + 1), expected(static_cast<size_t>(size));
    std::iota(values.begin(), values.end(), 1.0f);
    for (size_t i = 0; i < expected.size(); ++i)
      expected[i] = values[i * 3] * 2 - 7;
    Buffer in = device.upload(values), out = device.allocate(static_cast<uint64_t>(size) * 4);
    affine.launch(stream,
                  {Tensor(in, KILN_F32, {size}, {3}), Tensor(out, KILN_F32, {size}), 2.0f, int32_t(-7)});
    stream.synchronize();
    EXPECT_EQ(out.read<float>(), expected) << size;
  }
}

TEST_F(Launches, WithoutAStreamTheCallWaits) {
  Kernel affine = loadSuite().kernel("affine");
  Buffer in = device.upload(std::vector<float>{1, 2, 3}), out = device.allocate(12);
  // A view: the last two elements.
  affine.launch(Stream(),
                {Tensor(in, KILN_F32, {2}, {1}, 4), Tensor(out, KILN_F32, {2}, {}, 4), 10.0f, int32_t(1)});
  std::vector<float> found = out.read<float>();
  EXPECT_EQ(found[1], 21);
  EXPECT_EQ(found[2], 31);
}

TEST_F(Launches, EveryScalarArrives) {
  Kernel scalars = loadSuite().kernel("scalars");
  Buffer out = device.allocate(80);
  scalars.launch(Stream(), {Tensor(out, KILN_U64, {10}), uint8_t(0xf1), uint16_t(0xf234),
                            uint32_t(0xf2345678), uint64_t(0xf23456789abcdef0), int8_t(-2), int16_t(-300),
                            int32_t(-70000), int64_t(-5000000000), 1.5f, -2.5});
  uint64_t minus[4] = {uint64_t(-2), uint64_t(-300), uint64_t(-70000), uint64_t(-5000000000)};
  // 1.5f is 0x3fc00000, -2.5 is 0xc004000000000000.
  EXPECT_EQ(out.read<uint64_t>(),
            (std::vector<uint64_t>{0xf1, 0xf234, 0xf2345678, 0xf23456789abcdef0, minus[0], minus[1], minus[2],
                                   minus[3], 0x3fc00000, 0xc004000000000000}));
}

TEST_F(Launches, DynamicSharedMemory) {
  Kernel reverse = loadSuite().kernel("reverse");
  std::vector<float> values(192), expected(192);
  std::iota(values.begin(), values.end(), 0.0f);
  for (size_t i = 0; i < values.size(); ++i)
    expected[i] = values[i / 64 * 64 + 63 - i % 64];
  Buffer in = device.upload(values), out = device.allocate(768);
  Tensor from(in, KILN_F32, {192}), to(out, KILN_F32, {192});
  // 256 bytes; 60,256 bytes, above the 48 KiB that a CUDA kernel gets without asking.
  for (int32_t skip : {0, 15000}) {
    out.fill(0);
    reverse.launch(Stream(), {from, to, skip});
    EXPECT_EQ(out.read<float>(), expected) << skip;
  }
  EXPECT_ERROR(KILN_INVALID_ARGUMENT, "bytes of shared memory, the device has",
               reverse.launch(Stream(), {from, to, 1000000}));
  EXPECT_ERROR(KILN_INVALID_ARGUMENT, "dynamic shared memory = (skip + 64) * 4 is -144",
               reverse.launch(Stream(), {from, to, -100}));
}

TEST_F(Launches, ArgumentsAreChecked) {
  Kernel affine = loadSuite().kernel("affine");
  Buffer buffer = device.allocate(400), freed = device.allocate(4);
  Tensor good(buffer, KILN_F32, {10}), stale(freed, KILN_F32, {1});
  freed.release();
  auto launch = [&](std::initializer_list<Argument> arguments) { affine.launch(Stream(), arguments); };
  EXPECT_ERROR(KILN_INVALID_ARGUMENT, "takes 4 arguments, found 3", launch({good, good, 1.0f}));
  EXPECT_ERROR(KILN_INVALID_ARGUMENT, "argument 'factor': expected f32, found f64",
               launch({good, good, 1.0, int32_t(0)}));
  EXPECT_ERROR(KILN_INVALID_ARGUMENT, "argument 'in': expected a tensor, found a scalar",
               launch({1.0f, good, 1.0f, int32_t(0)}));
  EXPECT_ERROR(KILN_INVALID_ARGUMENT, "argument 'bias': expected a scalar, found a tensor",
               launch({good, good, 1.0f, good}));
  EXPECT_ERROR(KILN_INVALID_ARGUMENT, "argument 'in': expected f32, found bf16",
               launch({Tensor(buffer, KILN_BF16, {10}), good, 1.0f, int32_t(0)}));
  EXPECT_ERROR(KILN_INVALID_ARGUMENT, "argument 'in': expected rank 1, found 2",
               launch({Tensor(buffer, KILN_F32, {5, 2}), good, 1.0f, int32_t(0)}));
  EXPECT_ERROR(KILN_INVALID_ARGUMENT, "argument 'out': expected size 0 to be N = 10 (as in 'in'), found 9",
               launch({good, Tensor(buffer, KILN_F32, {9}), 1.0f, int32_t(0)}));
  EXPECT_ERROR(KILN_INVALID_ARGUMENT, "argument 'out': expected a contiguous tensor, stride 0 is 2",
               launch({good, Tensor(buffer, KILN_F32, {10}, {2}), 1.0f, int32_t(0)}));
  EXPECT_ERROR(KILN_INVALID_ARGUMENT,
               "argument 'in': 404 bytes at offset 0 do not lie inside a buffer of 400 bytes",
               launch({Tensor(buffer, KILN_F32, {101}), Tensor(buffer, KILN_F32, {101}), 1.0f, int32_t(0)}));
  EXPECT_ERROR(KILN_INVALID_ARGUMENT, "argument 'in': 436 bytes",
               launch({Tensor(buffer, KILN_F32, {10}, {12}), good, 1.0f, int32_t(0)}));
  EXPECT_ERROR(KILN_INVALID_ARGUMENT, "argument 'in': negative or too large a stride",
               launch({Tensor(buffer, KILN_F32, {10}, {-1}), good, 1.0f, int32_t(0)}));
  EXPECT_ERROR(KILN_INVALID_ARGUMENT, "argument 'in': negative or too large a stride",
               launch({Tensor(buffer, KILN_F32, {10}, {INT64_MAX}), good, 1.0f, int32_t(0)}));
  EXPECT_ERROR(KILN_INVALID_ARGUMENT, "is no multiple of 4",
               launch({Tensor(buffer, KILN_F32, {10}, {}, 2), good, 1.0f, int32_t(0)}));
  EXPECT_ERROR(KILN_INVALID_ARGUMENT, "argument 'in': size 0 is -1",
               launch({Tensor(buffer, KILN_F32, {-1}), Tensor(buffer, KILN_F32, {-1}), 1.0f, int32_t(0)}));
  EXPECT_ERROR(KILN_INVALID_HANDLE, "argument 'in'",
               launch({stale, Tensor(buffer, KILN_F32, {1}), 1.0f, int32_t(0)}));
  Tensor null = good;
  null.buffer = {0};
  EXPECT_ERROR(KILN_INVALID_ARGUMENT, "argument 'in': neither a buffer nor an address",
               launch({null, good, 1.0f, int32_t(0)}));
  EXPECT_EQ(kiln_kernel_launch(affine.get(), {0}, nullptr, 4), KILN_INVALID_ARGUMENT);
}

// No elements, no rows: whatever the strides say, nothing is read.
TEST_F(Launches, StridesOfEmptyTensorsDoNotMatter) {
  Kernel affine = loadSuite().kernel("affine");
  Buffer empty = device.allocate(0), out = device.allocate(0);
  for (int64_t stride : {0, 1, 1000000})
    affine.launch(Stream(), {Tensor(empty, KILN_F32, {0}, {stride}), Tensor(out, KILN_F32, {0}, {stride}),
                             1.0f, int32_t(0)});
}

TEST_F(Launches, RequirementsAreExplained) {
  Kernel increment = loadSuite().kernel("increment");
  Buffer buffer = device.allocate(400);
  EXPECT_ERROR(KILN_INVALID_ARGUMENT, "requires mod(N, 64) == 0: only whole blocks are worked on",
               increment.launch(Stream(), {Tensor(buffer, KILN_U32, {100})}));
}

TEST_F(Launches, Plan) {
  Kernel reverse = loadSuite().kernel("reverse");
  Buffer buffer = device.allocate(1024);
  std::vector<kiln_argument> arguments = {Argument(Tensor(buffer, KILN_F32, {0})),
                                          Argument(Tensor(buffer, KILN_F32, {0})), Argument(int32_t(2))};
  int64_t shape[] = {128};
  arguments[0].tensor.shape = arguments[1].tensor.shape = shape;
  kiln_plan plan;
  check(kiln_kernel_plan(reverse.get(), arguments.data(), 3, &plan));
  EXPECT_EQ(plan.geometry.grid[0], 2u);
  EXPECT_EQ(plan.geometry.grid[1], 1u);
  EXPECT_EQ(plan.geometry.block[0], 64u);
  EXPECT_EQ(plan.geometry.dynamic_shared, 264u);
  EXPECT_STREQ(plan.symbol, "reverse");
  EXPECT_EQ(plan.flops, -1);
  EXPECT_EQ(plan.bytes, 1024);
}

TEST_F(Launches, TensorMap) {
  if (!device.properties().has_tensor_maps)
    GTEST_SKIP() << "this device has no tensor maps";
  Kernel tile = loadSuite().kernel("tile");
  std::vector<float> values(20 * 64);
  std::iota(values.begin(), values.end(), 0.0f);
  Buffer in = device.upload(values), out = device.allocate(1024);
  // The box leaves the tensor (width 60 of rows of 64, height 20) on two sides, where it reads zero.
  tile.launch(Stream(),
              {Tensor(in, KILN_F32, {20, 64}), Tensor(out, KILN_F32, {8, 32}), int32_t(40), int32_t(15)});
  std::vector<float> found = out.read<float>(), expected(256);
  for (size_t y = 0; y < 8; ++y)
    for (size_t x = 0; x < 32; ++x)
      expected[y * 32 + x] = y + 15 < 20 && x + 40 < 64 ? values[(y + 15) * 64 + x + 40] : 0.0f;
  EXPECT_EQ(found, expected);
  EXPECT_ERROR(KILN_INVALID_ARGUMENT, "no tensor map for address",
               tile.launch(Stream(), {Tensor(in, KILN_F32, {20, 63}), Tensor(out, KILN_F32, {8, 32}),
                                      int32_t(0), int32_t(0)}));
}

TEST_F(Launches, Cluster) {
  if (!device.properties().has_clusters)
    GTEST_SKIP() << "this device has no clusters";
  Kernel clusters = loadSuite().kernel("clusters");
  Buffer out = device.allocate(16);
  clusters.launch(Stream(), {Tensor(out, KILN_U32, {4})});
  EXPECT_EQ(out.read<uint32_t>(), (std::vector<uint32_t>{32, 33, 32, 33}));
}

std::string fileOf(const std::string &path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream contents;
  contents << stream.rdbuf();
  return contents.str();
}

std::string codeFor(const kiln_device_properties &properties) {
  std::string target = properties.target;
  std::string file = target.rfind("sm_", 0) == 0 ? "sm_80.ptx" : target.substr(0, 6) + ".co";
  return Bundle(conformance::bundlePath("conformance.kiln")).file("code/affine." + file);
}

TEST_F(Modules, BareCode) {
  std::string code = codeFor(device.properties());
  Module module = device.load(code.data(), code.size());
  Kernel increment = module.kernel("increment");
  Buffer data = device.upload(std::vector<uint32_t>(128, 5));
  kiln_geometry geometry = {{2, 1, 1}, {64, 1, 1}, {1, 1, 1}, 0};
  uint64_t address = data.address();
  increment.launchRaw(Stream(), geometry, &address, 8);
  EXPECT_EQ(data.read<uint32_t>(), std::vector<uint32_t>(128, 6));
  geometry.grid[0] = 0;
  increment.launchRaw(Stream(), geometry, &address, 8);
  EXPECT_EQ(data.read<uint32_t>(), std::vector<uint32_t>(128, 6));
  geometry.block[1] = 0;
  EXPECT_STATUS(KILN_INVALID_ARGUMENT, increment.launchRaw(Stream(), geometry, &address, 8));
  EXPECT_ERROR(KILN_INVALID_ARGUMENT, "kiln_kernel_launch_raw",
               increment.launch(Stream(), {Tensor(data, KILN_U32, {128})}));
  EXPECT_ERROR(KILN_NOT_FOUND, "nothing_like_it", module.kernel("nothing_like_it"));
}

TEST_F(Modules, DamagedCode) {
  std::string garbage(1000, 'x'), code = codeFor(device.properties());
  EXPECT_STATUS(KILN_INVALID_ARGUMENT, device.load(garbage.data(), garbage.size()));
  EXPECT_STATUS(KILN_INVALID_ARGUMENT, device.load(code.data(), code.size() / 3));
  EXPECT_STATUS(KILN_INVALID_ARGUMENT, device.load(code.data(), 0));
  EXPECT_EQ(device.upload(std::vector<int>{1}).read<int>(), std::vector<int>{1});
}

TEST_F(Modules, WrongTargetIsExplained) {
  Bundle foreign(conformance::bundlePath("foreign.kiln"));
  kiln_device_properties properties = device.properties();
  EXPECT_ERROR(KILN_WRONG_TARGET,
               "bundle has gfx1201, sm_999a; device " + std::string(properties.uri) + " is " +
                   properties.target,
               device.load(foreign));
}

TEST_F(Modules, UnknownKernelListsKnownOnes) {
  EXPECT_ERROR(KILN_NOT_FOUND, "it has affine, scalars, reverse, increment, fault",
               loadSuite().kernel("afine"));
}

TEST_F(Modules, KernelOutlivesModuleAndBundle) {
  Kernel increment = loadSuite().kernel("increment");
  Buffer data = device.upload(std::vector<uint32_t>(64, 0));
  increment.launch(Stream(), {Tensor(data, KILN_U32, {64})});
  EXPECT_EQ(data.read<uint32_t>(), std::vector<uint32_t>(64, 1));
}

TEST_F(Modules, BundlesThatAreNone) {
  EXPECT_ERROR(KILN_NOT_FOUND, "cannot open", Bundle("no/such/file.kiln"));
  kiln_bundle bundle{0};
  EXPECT_EQ(kiln_bundle_open_memory("not a bundle", 12, &bundle), KILN_BAD_BUNDLE);
  std::string bytes = fileOf(conformance::bundlePath("conformance.kiln"));
  bytes[bytes.size() / 2] ^= 1;
  kiln_status status = kiln_bundle_open_memory(bytes.data(), bytes.size(), &bundle);
  // The byte may be padding between two entries, which no hash covers and nobody reads.
  if (status == KILN_OK)
    kiln_release(bundle.id);
  else
    EXPECT_EQ(status, KILN_BAD_BUNDLE);
  EXPECT_EQ(kiln_bundle_open_memory(bytes.data(), bytes.size() - 1, &bundle), KILN_BAD_BUNDLE);
}

// The kinds of what was found, in order.
void collect(const kiln_finding *finding, void *context) {
  EXPECT_NE(std::string(finding->text).find(finding->message), std::string::npos) << finding->text;
  EXPECT_NE(std::string(finding->disassembly), "");
  static_cast<std::vector<std::string> *>(context)->push_back(finding->kind);
}

TEST_F(Observers, SeeARaceAndNothingInGoodCode) {
  std::vector<std::string> kinds;
  ASSERT_TRUE(device.watch(collect, &kinds));
  Module module = loadSuite();
  Buffer data = device.upload(std::vector<uint32_t>(128, 0));
  module.kernel("increment").launch(Stream(), {Tensor(data, KILN_U32, {128})});
  EXPECT_EQ(kinds, std::vector<std::string>());
  Kernel race = module.kernel("race");
  race.launch(Stream(), {Tensor(data, KILN_U32, {128})});
  ASSERT_FALSE(kinds.empty());
  EXPECT_EQ(kinds[0], "global-race");
  kinds.clear();
  device.watch(nullptr, nullptr);
  race.launch(Stream(), {Tensor(data, KILN_U32, {128})});
  EXPECT_EQ(kinds, std::vector<std::string>());
}

// Every call with a pointer that must not be NULL says so and does nothing else.
TEST_F(Modules, NullPointers) {
  Module module = loadSuite();
  Kernel affine = module.kernel("affine");
  Stream stream = device.stream();
  Event event = device.event();
  kiln_device opened{0};
  kiln_bundle bundle{0};
  kiln_module loaded{0};
  kiln_kernel kernel{0};
  kiln_plan plan;
  const void *bytes;
  uint64_t size;
  uint32_t fit;
  kiln_geometry geometry = {{1, 1, 1}, {64, 1, 1}, {1, 1, 1}, 0};
  const kiln_status found[] = {kiln_device_open(nullptr, &opened),
                               kiln_device_open("cuda:0", nullptr),
                               kiln_devices_visit(nullptr, nullptr),
                               kiln_device_get_properties(device.get(), nullptr),
                               kiln_device_fit(device.get(), "gfx950", nullptr),
                               kiln_device_fit(device.get(), nullptr, &fit),
                               kiln_buffer_create(device.get(), 4, nullptr),
                               kiln_stream_create(device.get(), nullptr),
                               kiln_event_create(device.get(), nullptr),
                               kiln_event_elapsed(event.get(), event.get(), nullptr),
                               kiln_graph_end(stream.get(), nullptr),
                               kiln_bundle_open(nullptr, &bundle),
                               kiln_bundle_open("x.kiln", nullptr),
                               kiln_bundle_open_memory(nullptr, 4, &bundle),
                               kiln_bundle_open_memory("x", 1, nullptr),
                               kiln_bundle_file({0}, nullptr, &bytes, &size),
                               kiln_bundle_file({0}, "x", nullptr, &size),
                               kiln_bundle_file({0}, "x", &bytes, nullptr),
                               kiln_module_load(device.get(), {0}, nullptr),
                               kiln_module_load_code(device.get(), nullptr, 4, &loaded),
                               kiln_module_load_code(device.get(), "x", 1, nullptr),
                               kiln_kernel_get(module.get(), nullptr, &kernel),
                               kiln_kernel_get(module.get(), "affine", nullptr),
                               kiln_kernel_launch(affine.get(), {0}, nullptr, 4),
                               kiln_kernel_plan(affine.get(), nullptr, 4, &plan),
                               kiln_kernel_plan(affine.get(), nullptr, 0, nullptr),
                               kiln_kernel_launch_raw(affine.get(), {0}, nullptr, nullptr, 0),
                               kiln_kernel_launch_raw(affine.get(), {0}, &geometry, nullptr, 8)};
  for (size_t i = 0; i < std::size(found); ++i)
    EXPECT_EQ(found[i], KILN_INVALID_ARGUMENT) << "call " << i;
}

// So does every call with a handle that was released.
TEST_F(Modules, StaleHandles) {
  Module module = loadSuite();
  Kernel affine = module.kernel("affine");
  Bundle bundle(conformance::bundlePath("conformance.kiln"));
  Device second(conformance::deviceUri());
  Stream stream = device.stream(), live = device.stream();
  Event event = device.event(), other = device.event();
  Buffer buffer = device.allocate(4), good = device.allocate(4);
  auto [d, m, k] = std::tuple(second.get(), module.get(), affine.get());
  auto [u, s, e, b] = std::tuple(bundle.get(), stream.get(), event.get(), buffer.get());
  second.release(), module.release(), affine.release(), bundle.release();
  stream.release(), event.release(), buffer.release();
  kiln_device_properties properties;
  kiln_buffer newBuffer;
  kiln_stream newStream;
  kiln_event newEvent;
  kiln_graph newGraph;
  kiln_module newModule;
  kiln_kernel newKernel;
  kiln_plan plan;
  kiln_argument none[4] = {};
  kiln_geometry geometry = {{1, 1, 1}, {64, 1, 1}, {1, 1, 1}, 0};
  const void *bytes;
  uint64_t size;
  uint32_t fit;
  double time;
  char byte = 0;
  const kiln_status found[] = {kiln_device_get_properties(d, &properties),
                               kiln_device_fit(d, "gfx950", &fit),
                               kiln_buffer_create(d, 4, &newBuffer),
                               kiln_stream_create(d, &newStream),
                               kiln_event_create(d, &newEvent),
                               kiln_module_load_code(d, "x", 1, &newModule),
                               kiln_module_load(device.get(), u, &newModule),
                               kiln_bundle_file(u, "x", &bytes, &size),
                               kiln_buffer_get(b, nullptr, &size),
                               kiln_buffer_write(b, 0, &byte, 1, {0}),
                               kiln_buffer_read(b, 0, &byte, 1, {0}),
                               kiln_buffer_fill(b, 0, 0, 1, {0}),
                               kiln_buffer_copy(b, 0, good.get(), 0, 1, {0}),
                               kiln_buffer_copy(good.get(), 0, b, 0, 1, {0}),
                               kiln_buffer_fill(good.get(), 0, 0, 1, s),
                               kiln_stream_synchronize(s),
                               kiln_event_record(e, live.get()),
                               kiln_event_record(other.get(), s),
                               kiln_event_elapsed(e, other.get(), &time),
                               kiln_event_elapsed(other.get(), e, &time),
                               kiln_graph_begin(s),
                               kiln_graph_end(s, &newGraph),
                               kiln_graph_launch({~uint64_t(0)}, live.get()),
                               kiln_kernel_get(m, "affine", &newKernel),
                               kiln_kernel_launch(k, {0}, none, 4),
                               kiln_kernel_plan(k, none, 4, &plan),
                               kiln_kernel_launch_raw(k, {0}, &geometry, nullptr, 0),
                               kiln_release(b.id)};
  for (size_t i = 0; i < std::size(found); ++i)
    EXPECT_EQ(found[i], KILN_INVALID_HANDLE) << "call " << i;
}

// In a process of its own: a real device is lost to the process afterwards.
TEST_F(Fault, IsReportedAtTheLaunchOrTheNextWait) {
  Module module = loadSuite();
  Kernel fault = module.kernel("fault"), increment = module.kernel("increment");
  Buffer data = device.upload(std::vector<uint32_t>(64, 1));
  Tensor tensor(data, KILN_U32, {64});
  Stream stream = device.stream();
  std::string text;
  try {
    fault.launch(stream, {tensor});
    stream.synchronize();
    ADD_FAILURE() << "the fault was not reported";
  } catch (const Error &error) {
    text = error.what();
    EXPECT_TRUE(error.status() == KILN_DEVICE_ERROR || error.status() == KILN_DEVICE_LOST) << text;
  }
  EXPECT_NE(text, "");
  // Either the device still works, or every further call says that it does not.
  try {
    increment.launch(Stream(), {tensor});
    EXPECT_EQ(data.read<uint32_t>(), std::vector<uint32_t>(64, 2));
  } catch (const Error &error) {
    EXPECT_EQ(error.status(), KILN_DEVICE_LOST) << error.what();
    EXPECT_STATUS(KILN_DEVICE_LOST, device.allocate(4));
    EXPECT_STATUS(KILN_DEVICE_LOST, stream.synchronize());
  }
}

} // namespace
