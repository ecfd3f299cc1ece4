// The conformance suite: the same tests for every driver. It runs against the device named by KILN_DEVICE,
// with the bundles in the folder KILN_BUNDLES. No device: skipped, with the driver's explanation.
#ifndef KILN_UNITTESTS_RUNTIME_CONFORMANCE_H
#define KILN_UNITTESTS_RUNTIME_CONFORMANCE_H

#include "kiln/runtime.hpp"

#include <cstdlib>
#include <gtest/gtest.h>
#include <memory>

namespace conformance {

/// A test that a driver cannot pass, and why. The driver is the start of the device's URI.
struct Exception {
  const char *driver, *suite, *test, *reason;
};
extern const Exception exceptions[];
extern const size_t exceptionCount;

inline std::string deviceUri() {
  const char *uri = std::getenv("KILN_DEVICE");
  return uri ? uri : "emulator:gfx950";
}

inline std::string bundlePath(const std::string &name) {
  const char *folder = std::getenv("KILN_BUNDLES");
  return (folder ? std::string(folder) + "/" : std::string()) + name;
}

class Test : public ::testing::Test {
protected:
  void SetUp() override {
    std::string uri = deviceUri();
    const ::testing::TestInfo &info = *::testing::UnitTest::GetInstance()->current_test_info();
    for (size_t i = 0; i < exceptionCount; ++i) {
      const Exception &exception = exceptions[i];
      if (uri.rfind(exception.driver, 0) == 0 && exception.suite == std::string(info.test_suite_name()) &&
          exception.test == std::string(info.name()))
        GTEST_SKIP() << exception.reason;
    }
    handlesBefore = kiln_live_handles();
    kiln_device opened{0};
    kiln_status status = kiln_device_open(uri.c_str(), &opened);
    if (status == KILN_UNAVAILABLE)
      GTEST_SKIP() << kiln_last_error();
    ASSERT_EQ(status, KILN_OK) << kiln_last_error();
    device = kiln::runtime::Device(opened);
  }
  void TearDown() override {
    bool opened = static_cast<bool>(device);
    device = kiln::runtime::Device();
    if (opened)
      EXPECT_EQ(kiln_live_handles(), handlesBefore) << "a handle was not released";
  }

  kiln::runtime::Module loadSuite() const {
    return device.load(kiln::runtime::Bundle(bundlePath("conformance.kiln")));
  }

  kiln::runtime::Device device;
  uint64_t handlesBefore = 0;
};

/// Runs `statement` and compares the status of the error that it throws.
#define EXPECT_STATUS(expected, statement)                                                                   \
  try {                                                                                                      \
    statement;                                                                                               \
    ADD_FAILURE() << "expected " #expected ", found success";                                                \
  } catch (const kiln::runtime::Error &error) {                                                              \
    EXPECT_EQ(error.status(), expected) << error.what();                                                     \
  }

/// The same, and the text must hold `part`.
#define EXPECT_ERROR(expected, part, statement)                                                              \
  try {                                                                                                      \
    statement;                                                                                               \
    ADD_FAILURE() << "expected " #expected ", found success";                                                \
  } catch (const kiln::runtime::Error &error) {                                                              \
    EXPECT_EQ(error.status(), expected) << error.what();                                                     \
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();                      \
  }

} // namespace conformance

#endif
