// What the HIP runtime on the emulator knows: one device, its allocations, and who was registered.
#ifndef KILN_RUNTIME_HIP_ON_EMULATOR_STATE_H
#define KILN_RUNTIME_HIP_ON_EMULATOR_STATE_H

#include "kiln/Emulator/CEntry.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace kiln::hip {

/// hip_runtime_api.h, hipError_t: those that are returned here.
enum Error : int {
  Success = 0,
  InvalidValue = 1,
  OutOfMemory = 2,
  InvalidDevice = 101,
  InvalidImage = 200,
  NoBinaryForGpu = 209,
  FileNotFound = 301,
  InvalidHandle = 400,
  IllegalState = 401,
  NotFound = 500,
  LaunchFailure = 719,
  NotSupported = 801,
  CaptureUnsupported = 900
};

struct Function;

struct Module {
  kiln_emulator_program *program = nullptr;
  std::map<std::string, Function *> functions;
};

struct Function {
  Module *module;
  std::string name;
};

/// Something that a stream is asked to do; gives a HIP error.
using Work = std::function<int()>;

/// Recorded work, in order. An executable graph is another copy of it.
struct Graph {
  std::vector<Work> work;
};

/// Work is done when it is enqueued, except while the stream is captured: then it goes into `capture`.
struct Stream {
  std::unique_ptr<Graph> capture;
};

struct Event {
  bool recorded = false;
  std::chrono::steady_clock::time_point time;
};

/// A fat binary of the program itself; loaded when one of its kernels is first launched.
struct FatBinary {
  const void *image;
  Module *module = nullptr;
};

struct HostFunction {
  FatBinary *binary;
  std::string name;
};

struct State {
  std::recursive_mutex lock;
  std::string target;
  kiln_emulator *emulator = nullptr;
  std::map<uint64_t, uint64_t> allocations; // address to size
  std::set<Stream *> streams;
  std::set<Event *> events;
  std::set<Graph *> graphs; // executable ones too
  std::set<Module *> modules;
  std::map<const void *, HostFunction> hostFunctions;

  /// The one device, opened at the first use: KILN_HIP_DEVICE says which (gfx950). Null if that cannot be
  /// emulated.
  kiln_emulator *device();
  /// Whether [address, address + size) is device memory.
  bool isDevice(const void *address, uint64_t size) const;
};

State &state();

/// Remembers the error for hipGetLastError.
int note(int error);
/// Does the work, or records it where the stream is captured. The null stream never is.
int enqueue(Stream *stream, Work work);
/// The emulator's status as HIP's; what a HIP program cannot be told otherwise goes to stderr.
int translate(kiln_emulator_status status, const char *text);

/// `image` is a code object, or an offload bundle of clang's with one for this device.
int loadModule(const void *image, Module *&result);
void unloadModule(Module *module);
int findFunction(Module *module, const std::string &name, Function *&result);
struct Geometry {
  uint32_t grid[3], block[3], sharedBytes;
};
/// Either `parameters` (an address for each argument) or `extra` (HIP_LAUNCH_PARAM_*) holds the arguments.
int launch(Function *function, const Geometry &geometry, Stream *stream, void **parameters, void **extra);

} // namespace kiln::hip

#define HIP_EXPORT extern "C" __attribute__((visibility("default")))

#endif
