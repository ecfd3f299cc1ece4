#include "CaseDevice.h"
#include "KernelLaunch.h"
#include "Reference.h"

#include "kiln/Emulator/Observers.h"
#include "runtime/run/Session.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace kiln;
using namespace kiln::tools;

namespace {

class EmulatedKernel : public LoadedKernel {
public:
  explicit EmulatedKernel(const CompileResult &code) : code(code) {}
  Expected<CaseRun> run(const launch::Launch &launch) override;

private:
  const CompileResult &code;
};

class EmulatorDevice : public CaseDevice {
public:
  /// Without a chip, all of them.
  explicit EmulatorDevice(std::optional<emulator::Chip> chip) : chip(chip) {}
  unsigned fit(const std::string &target) const override {
    if (chip)
      return target == emulator::chipName(*chip);
    return is_contained({std::string(emulator::chipName(emulator::Chip::Gfx942)),
                         std::string(emulator::chipName(emulator::Chip::Gfx950))},
                        target);
  }
  Expected<std::unique_ptr<LoadedKernel>> load(const TargetCode &code) override {
    return std::make_unique<EmulatedKernel>(code.code);
  }

private:
  std::optional<emulator::Chip> chip;
};

/// Hands the code to the runtime as everybody does: in a bundle.
class RuntimeKernel : public LoadedKernel {
public:
  explicit RuntimeKernel(std::unique_ptr<run::Session> session) : session(std::move(session)) {}
  Expected<CaseRun> run(const launch::Launch &launch) override;

private:
  std::unique_ptr<run::Session> session;
};

class RuntimeDevice : public CaseDevice {
public:
  explicit RuntimeDevice(std::shared_ptr<runtime::Device> device) : device(std::move(device)) {}
  unsigned fit(const std::string &target) const override { return device->fit(target); }
  Expected<std::unique_ptr<LoadedKernel>> load(const TargetCode &code) override;

private:
  std::shared_ptr<runtime::Device> device;
};

} // namespace

static std::string describe(ArrayRef<emulator::Finding> findings) {
  if (findings.empty())
    return "";
  return std::to_string(findings.size()) + " findings, first " + emulator::describe(findings.front());
}

Expected<CaseRun> EmulatedKernel::run(const launch::Launch &launch) {
  auto observers = emulator::createObservers();
  if (!observers)
    return observers.takeError();
  emulator::LaunchOptions options;
  for (const auto &observer : *observers)
    options.observers.push_back(observer.get());
  auto emulation = runOnEmulator(code, launch, options, std::nullopt);
  if (!emulation)
    return emulation.takeError();
  CaseRun result;
  result.instructions = emulation->result.instructions;
  result.findings = describe(emulation->result.findings);
  for (auto [argument, bound] : zip_equal(launch.args, emulation->arguments)) {
    std::vector<uint8_t> &bytes = result.outputs.emplace_back(isOutput(argument) ? bound.type.bytes() : 0);
    if (bytes.empty())
      continue;
    if (Error error = emulation->device->memory().read(bound.address, bytes.data(), bytes.size()))
      return std::move(error);
  }
  return result;
}

/// The runtime speaks in exceptions, the compiler's tools in llvm::Error.
template <typename Body> static auto translated(Body body) -> Expected<decltype(body())> {
  try {
    return body();
  } catch (const run::Failure &failure) {
    return createStringError(failure.text);
  } catch (const std::exception &error) {
    return createStringError(error.what());
  }
}

Expected<CaseRun> RuntimeKernel::run(const launch::Launch &launch) {
  return translated([&] {
    session->launch.args = launch.args;
    run::DeviceMemory memory(*session->device);
    run::BoundLaunch bound = session->bind(memory, memory);
    runtime::Stream stream = session->device->stream();
    session->launchOn(stream, bound);
    stream.synchronize();
    CaseRun result;
    std::string error;
    for (auto [argument, place] : zip_equal(launch.args, bound.bound)) {
      std::vector<uint8_t> &bytes = result.outputs.emplace_back(isOutput(argument) ? place.type.bytes() : 0);
      if (!bytes.empty() && !memory.read(place.address, bytes.data(), bytes.size(), error))
        run::fail(error);
    }
    return result;
  });
}

Expected<std::unique_ptr<LoadedKernel>> RuntimeDevice::load(const TargetCode &code) {
  auto bytes = bundleOf(code);
  if (!bytes)
    return bytes.takeError();
  return translated([&]() -> std::unique_ptr<LoadedKernel> {
    auto bundle = std::make_shared<run::OpenBundle>(code.code.kernelName, *bytes);
    return std::make_unique<RuntimeKernel>(
        std::make_unique<run::Session>(device, std::move(bundle), code.code.kernelName));
  });
}

Expected<std::unique_ptr<CaseDevice>> tools::openCaseDevice(const std::string &uri) {
  auto [scheme, name] = StringRef(uri).split(':');
  std::unique_ptr<CaseDevice> device;
  if (scheme == "emulator") {
    std::optional<emulator::Chip> chip;
    for (emulator::Chip known : {emulator::Chip::Gfx942, emulator::Chip::Gfx950})
      if (name == emulator::chipName(known))
        chip = known;
    if (!chip && !name.empty())
      return createStringError("'" + uri + "': the emulator knows gfx942 and gfx950");
    device = std::make_unique<EmulatorDevice>(chip);
  } else {
    auto opened = translated([&] { return std::make_shared<runtime::Device>(uri); });
    if (!opened)
      return opened.takeError();
    device = std::make_unique<RuntimeDevice>(std::move(*opened));
  }
  device->uri = uri;
  return device;
}
