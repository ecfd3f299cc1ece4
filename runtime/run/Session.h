// A kernel on a device with its arguments in memory: what run, bench and verify share.
#ifndef KILN_RUNTIME_RUN_SESSION_H
#define KILN_RUNTIME_RUN_SESSION_H

#include "../json/Json.h"
#include "kiln/launch/Launch.h"
#include "kiln/run/Run.h"
#include "kiln/runtime.hpp"

#include <map>
#include <memory>

namespace kiln::run {

/// An error whose text is ready for the user; `status` is the shell's.
struct Failure {
  int status;
  std::string text;
};

[[noreturn]] inline void fail(const std::string &text, int status = 1) { throw Failure{status, text}; }

/// "text" with JSON's escapes.
std::string quote(const std::string &text);
std::string number(double value);

struct JsonDeleter {
  void operator()(kiln_json_document *document) const { kiln_json_free(document); }
};

/// An opened bundle and its manifest as JSON.
class OpenBundle {
public:
  explicit OpenBundle(const std::string &path);
  /// A bundle in memory; `name` is for messages.
  OpenBundle(const std::string &name, std::string image);
  const kiln_json_value *manifest() const { return kiln_json_root(document.get()); }
  /// The entry of the manifest's kernels; null if there is none.
  const kiln_json_value *kernel(const std::string &name) const;

private:
  std::string image; // of a bundle in memory; before what refers to it

public:
  runtime::Bundle bundle;
  std::string text; // of the manifest

private:
  void parse(const std::string &name);
  std::unique_ptr<kiln_json_document, JsonDeleter> document;
};

/// Device memory behind the launch format's interface; frees everything at its end.
class DeviceMemory : public launch::Memory {
public:
  explicit DeviceMemory(const runtime::Device &device) : device(device) {}
  bool allocate(uint64_t size, uint64_t &address, std::string &error) override;
  bool write(uint64_t address, const void *data, uint64_t size, std::string &error) override;
  bool read(uint64_t address, void *data, uint64_t size, std::string &error) override;
  /// The buffer that starts at `address`; id 0 for address 0.
  kiln_buffer bufferAt(uint64_t address) const;

private:
  const runtime::Device &device;
  std::map<uint64_t, runtime::Buffer> buffers;
  std::vector<runtime::Buffer> empty;
};

/// Arguments in one device's memory, ready to be passed.
struct BoundLaunch {
  std::vector<launch::BoundArgument> bound;
  std::vector<kiln_argument> arguments; // of a bundle's kernel
  std::vector<uint8_t> kernargs;        // of bare code
};

class Session {
public:
  /// Opens everything that `work` names, but allocates nothing.
  explicit Session(const Work &work);
  /// A kernel of an open bundle on an open device; `launch.args` may be set anew for every launch.
  Session(std::shared_ptr<runtime::Device> device, std::shared_ptr<OpenBundle> bundle,
          const std::string &kernel);

  /// Fills fresh memory.
  BoundLaunch bind(launch::Memory &memory, const DeviceMemory &buffers) const;
  void launchOn(const runtime::Stream &stream, const BoundLaunch &bound) const;
  /// The manifest's account of the work; nothing for bare code.
  std::optional<kiln_plan> plan(const BoundLaunch &bound) const;

  launch::Launch launch;
  std::shared_ptr<OpenBundle> bundle; // null for bare code
  std::shared_ptr<runtime::Device> device;
  runtime::Kernel kernel;

private:
  void openKernel(const Work &work);
  std::vector<kiln_argument> toArguments(std::vector<launch::BoundArgument> &bound,
                                         const DeviceMemory &buffers) const;
};

} // namespace kiln::run

#endif
