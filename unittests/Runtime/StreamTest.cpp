#include "Conformance.h"

#include <thread>

using namespace kiln::runtime;

namespace {

class Streams : public conformance::Test {};
class Graphs : public conformance::Test {};

TEST_F(Streams, KeepOrder) {
  Module module = loadSuite();
  Kernel increment = module.kernel("increment");
  Buffer data = device.allocate(4096);
  Stream stream = device.stream();
  data.fill(0, stream.get());
  Tensor tensor(data, KILN_U32, {1024});
  for (int i = 0; i < 20; ++i)
    increment.launch(stream, {tensor});
  Buffer copy = device.allocate(4096);
  check(kiln_buffer_copy(copy.get(), 0, data.get(), 0, 4096, stream.get()));
  increment.launch(stream, {tensor});
  std::vector<uint32_t> early(1024);
  check(kiln_buffer_read(copy.get(), 0, early.data(), 4096, stream.get()));
  stream.synchronize();
  EXPECT_EQ(early, std::vector<uint32_t>(1024, 20));
  EXPECT_EQ(data.read<uint32_t>(), std::vector<uint32_t>(1024, 21));
}

TEST_F(Streams, EventsMeasureTime) {
  Stream stream = device.stream();
  Event start = device.event(), end = device.event();
  Buffer buffer = device.allocate(1 << 20);
  start.record(stream);
  for (int i = 0; i < 10; ++i)
    buffer.fill(static_cast<uint8_t>(i), stream.get());
  end.record(stream);
  double elapsed = end.since(start);
  EXPECT_GT(elapsed, 0);
  EXPECT_LT(elapsed, 60000);
  EXPECT_LE(start.since(start), 0);
}

TEST_F(Streams, UnrecordedEventIsAnError) {
  Event start = device.event(), end = device.event();
  EXPECT_STATUS(KILN_INVALID_ARGUMENT, end.since(start));
}

TEST_F(Streams, ReleasedWhileWorkIsEnqueued) {
  Buffer buffer = device.allocate(1 << 16);
  {
    Stream stream = device.stream();
    buffer.fill(3, stream.get());
  }
  EXPECT_EQ(buffer.read<uint8_t>(), std::vector<uint8_t>(1 << 16, 3));
}

// Eight threads share device, module and kernel; each has its stream and buffer.
TEST_F(Streams, ManyThreads) {
  Module module = loadSuite();
  Kernel increment = module.kernel("increment");
  std::vector<std::thread> threads;
  std::vector<std::string> failures(8);
  for (unsigned t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      try {
        Stream stream = device.stream();
        Buffer data = device.upload(std::vector<uint32_t>(256, t * 1000));
        for (int i = 0; i < 50; ++i)
          increment.launch(stream, {Tensor(data, KILN_U32, {256})});
        stream.synchronize();
        if (data.read<uint32_t>() != std::vector<uint32_t>(256, t * 1000 + 50))
          failures[t] = "wrong numbers";
      } catch (const Error &error) {
        failures[t] = error.what();
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(failures, std::vector<std::string>(8));
}

// Handles that other threads make and release all the time.
TEST_F(Streams, HandlesFromManyThreads) {
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (unsigned t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 200; ++i) {
        kiln_buffer buffer{0};
        uint64_t size = 0;
        wrong += kiln_buffer_create(device.get(), 64 + t, &buffer) != KILN_OK;
        wrong += kiln_buffer_get(buffer, nullptr, &size) != KILN_OK || size != 64 + t;
        wrong += kiln_release(buffer.id) != KILN_OK;
        wrong += kiln_buffer_get(buffer, nullptr, &size) != KILN_INVALID_HANDLE;
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(wrong, 0);
}

class Capture : public Graphs {
protected:
  void SetUp() override {
    Graphs::SetUp();
    if (device && !device.properties().has_graphs)
      GTEST_SKIP() << "this driver's library is too old for graphs";
  }
};

TEST_F(Capture, Replay) {
  Module module = loadSuite();
  Kernel increment = module.kernel("increment");
  Buffer data = device.allocate(1024);
  data.fill(0);
  Stream stream = device.stream();
  Tensor tensor(data, KILN_U32, {256});
  Graph graph = capture(stream, [&] {
    for (int i = 0; i < 5; ++i)
      increment.launch(stream, {tensor});
  });
  stream.synchronize();
  EXPECT_EQ(data.read<uint32_t>(), std::vector<uint32_t>(256, 0)) << "recording must not run anything";
  for (int i = 0; i < 3; ++i)
    graph.launch(stream);
  stream.synchronize();
  EXPECT_EQ(data.read<uint32_t>(), std::vector<uint32_t>(256, 15));
}

// Scalars are taken when the launch is recorded, host memory is read at every replay.
TEST_F(Capture, EveryKindOfWork) {
  Kernel affine = loadSuite().kernel("affine");
  std::vector<float> input = {1, 2, 3, 4};
  Buffer in = device.allocate(16), out = device.allocate(16), copy = device.allocate(16);
  Stream stream = device.stream();
  Event start = device.event(), end = device.event();
  float factor = 3;
  Graph graph = capture(stream, [&] {
    start.record(stream);
    out.fill(0xff, stream.get());
    in.write(input, stream.get());
    affine.launch(stream, {Tensor(in, KILN_F32, {3}, {1}), Tensor(out, KILN_F32, {3}), factor, int32_t(1)});
    check(kiln_buffer_copy(copy.get(), 4, out.get(), 0, 12, stream.get()));
    end.record(stream);
  });
  factor = 100;
  copy.fill(0);
  for (float first : {1.0f, 10.0f}) {
    input[0] = first;
    graph.launch(stream);
    stream.synchronize();
    EXPECT_EQ(copy.read<float>(), (std::vector<float>{0, first * 3 + 1, 7, 10}));
  }
}

TEST_F(Capture, ErrorsLeaveTheStreamUsable) {
  Stream stream = device.stream();
  Buffer data = device.allocate(4);
  kiln_graph graph{0};
  EXPECT_NE(kiln_graph_end(stream.get(), &graph), KILN_OK) << "nothing was recorded";
  check(kiln_graph_begin(stream.get()));
  EXPECT_NE(kiln_graph_begin(stream.get()), KILN_OK) << "recorded twice";
  check(kiln_graph_end(stream.get(), &graph));
  kiln_release(graph.id);
  data.fill(1, stream.get());
  stream.synchronize();
  EXPECT_EQ(data.read<uint32_t>(), std::vector<uint32_t>{0x01010101});
}

TEST_F(Graphs, UnsupportedIsSaid) {
  if (device.properties().has_graphs)
    return;
  Stream stream = device.stream();
  EXPECT_EQ(kiln_graph_begin(stream.get()), KILN_UNSUPPORTED);
  kiln_graph graph{0};
  EXPECT_EQ(kiln_graph_end(stream.get(), &graph), KILN_UNSUPPORTED);
}

} // namespace
