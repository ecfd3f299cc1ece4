#include "Session.h"

#include <cmath>
#include <cstdio>
#include <cstring>

namespace kiln::run {

std::string quote(const std::string &text) {
  std::string out = "\"";
  for (char c : text) {
    char code[8];
    if (c == '"' || c == '\\')
      out += std::string("\\") + c;
    else if (static_cast<unsigned char>(c) < 0x20) {
      std::snprintf(code, sizeof code, "\\u%04x", c);
      out += code;
    } else
      out += c;
  }
  return out + "\"";
}

std::string number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.6g", value);
  // JSON has no infinities.
  return std::isfinite(value) ? text : "null";
}

OpenBundle::OpenBundle(const std::string &path) : bundle(path) { parse(path); }

OpenBundle::OpenBundle(const std::string &name, std::string bytes)
    : image(std::move(bytes)), bundle(image.data(), image.size()) {
  parse(name);
}

void OpenBundle::parse(const std::string &path) {
  char error[200];
  text = bundle.file("manifest.json");
  document.reset(kiln_json_parse(text.data(), text.size(), size_t(64) << 20, error, sizeof error));
  if (!document)
    fail(path + ": manifest.json: " + error);
}

const kiln_json_value *OpenBundle::kernel(const std::string &name) const {
  const kiln_json_value *kernels = kiln_json_member(manifest(), "kernels");
  for (const kiln_json_value *kernel = kernels->first; kernel; kernel = kernel->next)
    if (name == kiln_json_member(kernel, "name")->text)
      return kernel;
  return nullptr;
}

bool DeviceMemory::allocate(uint64_t size, uint64_t &address, std::string &error) {
  try {
    runtime::Buffer buffer = device.allocate(size);
    address = buffer.address();
    if (size)
      buffers.emplace(address, std::move(buffer));
    else
      empty.push_back(std::move(buffer));
    return true;
  } catch (const runtime::Error &failure) {
    error = failure.what();
    return false;
  }
}

kiln_buffer DeviceMemory::bufferAt(uint64_t address) const {
  auto found = buffers.find(address);
  return found == buffers.end() ? kiln_buffer{0} : found->second.get();
}

bool DeviceMemory::write(uint64_t address, const void *data, uint64_t size, std::string &error) {
  bool good = kiln_buffer_write(bufferAt(address), 0, data, size, {0}) == KILN_OK;
  if (!good)
    error = kiln_last_error();
  return good;
}

bool DeviceMemory::read(uint64_t address, void *data, uint64_t size, std::string &error) {
  bool good = kiln_buffer_read(bufferAt(address), 0, data, size, {0}) == KILN_OK;
  if (!good)
    error = kiln_last_error();
  return good;
}

static bool endsWith(const std::string &text, const std::string &end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

static launch::Dim3 dimensionsOf(const std::string &text, const char *option) {
  std::string error;
  std::optional<launch::Dim3> dimensions = launch::parseDim3(text, error);
  if (!dimensions)
    fail(std::string(option) + ": " + error, 2);
  return *dimensions;
}

static launch::Launch launchOf(const Work &work, bool needsGeometry) {
  launch::Launch launch;
  std::string error;
  if (!work.launchFile.empty()) {
    std::optional<launch::Launch> read = launch::readLaunch(work.launchFile, error, needsGeometry);
    if (!read)
      fail(error, 2);
    launch = std::move(*read);
  } else {
    if (needsGeometry && (work.grid.empty() || work.block.empty()))
      fail("code without a manifest needs --grid and --block", 2);
    if (!work.grid.empty())
      launch.grid = dimensionsOf(work.grid, "--grid");
    if (!work.block.empty())
      launch.block = dimensionsOf(work.block, "--block");
    for (const std::string &text : work.args) {
      auto index = static_cast<unsigned>(launch.args.size());
      std::optional<launch::Argument> argument = launch::parseArgument(text, index, error);
      if (!argument)
        fail(error, 2);
      launch.args.push_back(std::move(*argument));
    }
    if (!launch::checkLaunch(launch, error))
      fail(error, 2);
  }
  if (!work.kernel.empty())
    launch.kernel = work.kernel;
  if (work.dynamicShared)
    launch.dynamicLds = *work.dynamicShared;
  return launch;
}

Session::Session(const Work &work) {
  bool isBundle = !work.image.empty() || endsWith(work.file, ".kiln");
  launch = launchOf(work, !isBundle);
  if (!work.image.empty())
    bundle = std::make_shared<OpenBundle>(work.file, work.image);
  else if (isBundle)
    bundle = std::make_shared<OpenBundle>(work.file);
  device = std::make_shared<runtime::Device>(work.device);
  openKernel(work);
}

Session::Session(std::shared_ptr<runtime::Device> device, std::shared_ptr<OpenBundle> bundle,
                 const std::string &kernel)
    : bundle(std::move(bundle)), device(std::move(device)) {
  launch.kernel = kernel;
  openKernel({});
}

void Session::openKernel(const Work &work) {
  if (bundle) {
    const kiln_json_value *kernels = kiln_json_member(bundle->manifest(), "kernels");
    if (launch.kernel.empty() && kernels->count == 1)
      launch.kernel = kiln_json_member(kernels->first, "name")->text;
  }
  if (launch.kernel.empty())
    fail("which kernel? name it with --kernel", 2);
  if (bundle) {
    kernel = device->load(bundle->bundle).kernel(launch.kernel);
    return;
  }
  std::string error;
  std::optional<std::vector<uint8_t>> code = launch::readFile(work.file, error);
  if (!code)
    fail(error);
  kernel = device->load(code->data(), code->size()).kernel(launch.kernel);
}

/// A buffer of unsigned integers is taken as the manifest's type where their sizes agree.
static void adoptType(launch::BoundArgument &bound, const kiln_json_value *formal) {
  std::optional<launch::DType> wanted = launch::parseDType(kiln_json_member(formal, "dtype")->text);
  std::string why;
  launch::ArrayType type = bound.type;
  if (wanted && launch::reinterpret(type, *wanted, why))
    bound.type = type;
}

std::vector<kiln_argument> Session::toArguments(std::vector<launch::BoundArgument> &bound,
                                                const DeviceMemory &buffers) const {
  std::vector<kiln_argument> arguments(bound.size());
  const kiln_json_value *formal = kiln_json_member(bundle->kernel(launch.kernel), "arguments")->first;
  for (size_t i = 0; i < bound.size(); ++i, formal = formal ? formal->next : nullptr) {
    kiln_argument &argument = arguments[i];
    std::memset(&argument, 0, sizeof argument);
    if (launch.args[i].kind == launch::Argument::Bytes)
      fail(launch.args[i].where + ": bytes cannot be passed to a bundle's kernel; name a type");
    argument.is_tensor = bound[i].isBuffer;
    if (bound[i].isBuffer) {
      if (formal)
        adoptType(bound[i], formal);
      // Shapes are read during the call only, and `bound` lives longer.
      static_assert(sizeof(int64_t) == sizeof(uint64_t), "");
      argument.tensor = {buffers.bufferAt(bound[i].address),
                         0,
                         static_cast<kiln_dtype>(bound[i].type.type),
                         static_cast<uint32_t>(bound[i].type.shape.size()),
                         reinterpret_cast<const int64_t *>(bound[i].type.shape.data()),
                         nullptr};
    } else {
      argument.dtype = static_cast<kiln_dtype>(bound[i].type.type);
      std::memcpy(&argument.bits, bound[i].value.data(), bound[i].value.size());
    }
  }
  return arguments;
}

BoundLaunch Session::bind(launch::Memory &memory, const DeviceMemory &buffers) const {
  std::string error;
  std::optional<std::vector<launch::BoundArgument>> bound = launch::materialise(launch, memory, error);
  if (!bound)
    fail(error);
  BoundLaunch result;
  result.bound = std::move(*bound);
  if (bundle)
    result.arguments = toArguments(result.bound, buffers);
  else
    result.kernargs = launch::packKernargs(result.bound);
  return result;
}

void Session::launchOn(const runtime::Stream &stream, const BoundLaunch &bound) const {
  if (bundle) {
    auto count = static_cast<uint32_t>(bound.arguments.size());
    runtime::check(kiln_kernel_launch(kernel.get(), stream.get(), bound.arguments.data(), count));
    return;
  }
  kiln_geometry geometry = {{launch.grid.x, launch.grid.y, launch.grid.z},
                            {launch.block.x, launch.block.y, launch.block.z},
                            {1, 1, 1},
                            launch.dynamicLds};
  kernel.launchRaw(stream, geometry, bound.kernargs.data(), bound.kernargs.size());
}

std::optional<kiln_plan> Session::plan(const BoundLaunch &bound) const {
  if (!bundle)
    return std::nullopt;
  kiln_plan plan;
  auto count = static_cast<uint32_t>(bound.arguments.size());
  runtime::check(kiln_kernel_plan(kernel.get(), bound.arguments.data(), count, &plan));
  return plan;
}

} // namespace kiln::run
