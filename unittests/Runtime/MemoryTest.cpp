#include "Conformance.h"

#include <numeric>

using namespace kiln::runtime;

namespace {

class Memory : public conformance::Test {};

std::vector<uint32_t> counting(size_t count) {
  std::vector<uint32_t> values(count);
  std::iota(values.begin(), values.end(), 1u);
  return values;
}

TEST_F(Memory, RoundTrip) {
  std::vector<uint32_t> values = counting(100003);
  EXPECT_EQ(device.upload(values).read<uint32_t>(), values);
}

TEST_F(Memory, OffsetsAndFill) {
  Buffer buffer = device.allocate(64);
  buffer.fill(0xab);
  uint32_t value = 0x01020304;
  check(kiln_buffer_write(buffer.get(), 20, &value, 4, {0}));
  check(kiln_buffer_fill(buffer.get(), 40, 7, 3, {0}));
  std::vector<uint8_t> expected(64, 0xab), found = buffer.read<uint8_t>();
  expected[20] = 4, expected[21] = 3, expected[22] = 2, expected[23] = 1;
  expected[40] = expected[41] = expected[42] = 7;
  EXPECT_EQ(found, expected);
  uint16_t part = 0;
  check(kiln_buffer_read(buffer.get(), 22, &part, 2, {0}));
  EXPECT_EQ(part, 0x0102);
}

TEST_F(Memory, CopyOnDevice) {
  Buffer source = device.upload(counting(50000)), target = device.allocate(200000);
  target.fill(0);
  check(kiln_buffer_copy(target.get(), 8, source.get(), 4, 199984, {0}));
  std::vector<uint32_t> found = target.read<uint32_t>();
  EXPECT_EQ(found[1], 0u);
  EXPECT_EQ(found[2], 2u);
  EXPECT_EQ(found[49997], 49997u);
  EXPECT_EQ(found[49998], 0u);
  // Within one buffer, apart from each other.
  check(kiln_buffer_copy(source.get(), 0, source.get(), 400, 400, {0}));
  EXPECT_EQ(source.read<uint32_t>()[0], 101u);
  EXPECT_EQ(kiln_buffer_copy(source.get(), 0, source.get(), 4, 8, {0}), KILN_INVALID_ARGUMENT);
}

TEST_F(Memory, EmptyBuffer) {
  Buffer buffer = device.allocate(0);
  EXPECT_EQ(buffer.size(), 0u);
  EXPECT_EQ(buffer.address(), 0u);
  buffer.fill(1);
  EXPECT_TRUE(buffer.read<uint8_t>().empty());
  uint8_t byte = 0;
  EXPECT_EQ(kiln_buffer_read(buffer.get(), 0, &byte, 1, {0}), KILN_INVALID_ARGUMENT);
}

TEST_F(Memory, RangesAreChecked) {
  Buffer buffer = device.allocate(16);
  uint8_t bytes[32] = {0};
  EXPECT_EQ(kiln_buffer_write(buffer.get(), 0, bytes, 17, {0}), KILN_INVALID_ARGUMENT);
  EXPECT_STREQ(kiln_last_error(), "17 bytes at offset 0 do not lie inside a buffer of 16 bytes");
  EXPECT_EQ(kiln_buffer_read(buffer.get(), 17, bytes, 0, {0}), KILN_INVALID_ARGUMENT);
  EXPECT_EQ(kiln_buffer_read(buffer.get(), UINT64_MAX, bytes, 2, {0}), KILN_INVALID_ARGUMENT);
  EXPECT_EQ(kiln_buffer_fill(buffer.get(), 8, 0, UINT64_MAX, {0}), KILN_INVALID_ARGUMENT);
  EXPECT_EQ(kiln_buffer_write(buffer.get(), 0, nullptr, 4, {0}), KILN_INVALID_ARGUMENT);
  EXPECT_EQ(kiln_buffer_create(device.get(), 4, nullptr), KILN_INVALID_ARGUMENT);
}

TEST_F(Memory, OutOfMemoryIsSurvived) {
  EXPECT_STATUS(KILN_OUT_OF_MEMORY, device.allocate(uint64_t(1) << 50));
  EXPECT_EQ(device.upload(counting(10)).read<uint32_t>(), counting(10));
}

// Three times more than half of the memory fits only if freeing frees.
TEST_F(Memory, FreedMemoryIsUsedAgain) {
  uint64_t size = device.properties().memory_bytes / 10 * 6;
  for (int i = 0; i < 3; ++i)
    device.allocate(size);
}

TEST_F(Memory, Handles) {
  Buffer buffer = device.allocate(4);
  kiln_buffer handle = buffer.get();
  EXPECT_EQ(kiln_stream_synchronize({handle.id}), KILN_INVALID_HANDLE);
  EXPECT_STREQ(kiln_last_error(), "expected the handle of a stream, found that of a buffer");
  buffer.release();
  uint32_t value = 0;
  EXPECT_EQ(kiln_buffer_read(handle, 0, &value, 4, {0}), KILN_INVALID_HANDLE);
  EXPECT_STREQ(kiln_last_error(),
               "expected the handle of a buffer, found one that was released or never existed");
  EXPECT_EQ(kiln_release(handle.id), KILN_INVALID_HANDLE);
  // The slot is used again, the old handle stays invalid.
  Buffer next = device.allocate(4);
  EXPECT_NE(next.get().id, handle.id);
  EXPECT_EQ(kiln_buffer_read(handle, 0, &value, 4, {0}), KILN_INVALID_HANDLE);
  EXPECT_EQ(kiln_buffer_read({0}, 0, &value, 4, {0}), KILN_INVALID_HANDLE);
  EXPECT_EQ(kiln_buffer_read({~uint64_t(0)}, 0, &value, 4, {0}), KILN_INVALID_HANDLE);
  EXPECT_EQ(kiln_release(0), KILN_OK);
}

TEST_F(Memory, ParentsMayGoFirst) {
  Device second(conformance::deviceUri());
  Buffer buffer = second.upload(counting(3));
  second.release();
  EXPECT_EQ(buffer.read<uint32_t>(), counting(3));
}

TEST_F(Memory, DevicesDoNotMix) {
  Device second(conformance::deviceUri());
  Buffer here = device.allocate(8), there = second.allocate(8);
  Stream stream = second.stream();
  uint8_t bytes[8] = {0};
  EXPECT_EQ(kiln_buffer_copy(here.get(), 0, there.get(), 0, 8, {0}), KILN_INVALID_ARGUMENT);
  EXPECT_EQ(kiln_buffer_write(here.get(), 0, bytes, 8, stream.get()), KILN_INVALID_ARGUMENT);
}

TEST_F(Memory, DeviceProperties) {
  kiln_device_properties properties = device.properties();
  std::string uri = conformance::deviceUri();
  EXPECT_EQ(std::string(properties.uri).substr(0, uri.size()), uri);
  EXPECT_NE(properties.target[0], 0);
  EXPECT_NE(properties.name[0], 0);
  EXPECT_GE(properties.compute_units, 1u);
  EXPECT_TRUE(properties.wave_size == 32 || properties.wave_size == 64) << properties.wave_size;
  EXPECT_GE(properties.max_block_threads, 256u);
  EXPECT_GE(properties.max_shared_bytes, 49152u);
  bool listed = false;
  std::pair<bool *, const char *> context{&listed, properties.uri};
  check(kiln_devices_visit(
      [](const char *, const kiln_device_properties *found, const char *reason, void *opaque) {
        auto *wanted = static_cast<std::pair<bool *, const char *> *>(opaque);
        EXPECT_NE(found == nullptr, reason == nullptr);
        if (found && std::string(found->uri) == wanted->second)
          *wanted->first = true;
      },
      &context));
  EXPECT_TRUE(listed);
}

TEST_F(Memory, OwnTargetFits) {
  std::string target = device.properties().target;
  EXPECT_GT(device.fit(target.substr(0, target.find(':'))), 0u);
  EXPECT_EQ(device.fit("gfx1201"), 0u);
  EXPECT_EQ(device.fit("sm_999a"), 0u);
  uint32_t fit = 0;
  EXPECT_EQ(kiln_device_fit(device.get(), nullptr, &fit), KILN_INVALID_ARGUMENT);
}

TEST_F(Memory, NamesOfNoDevice) {
  std::string driver = conformance::deviceUri().substr(0, conformance::deviceUri().find(':'));
  EXPECT_STATUS(KILN_NOT_FOUND, Device(driver + ":99999"));
  EXPECT_STATUS(KILN_INVALID_ARGUMENT, Device("vulkan:0"));
  EXPECT_STATUS(KILN_INVALID_ARGUMENT, Device(driver + "x"));
  EXPECT_STATUS(KILN_INVALID_ARGUMENT, Device(""));
}

} // namespace
