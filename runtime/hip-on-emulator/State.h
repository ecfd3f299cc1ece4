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
  InvalidConfiguration = 9,
  InvalidSymbol = 13,
  InvalidDeviceFunction = 98,
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

/// A variable of the program that kernels see: `__device__` or `__constant__`.
struct HostVariable {
  FatBinary *binary;
  std::string name;
};

/// CDNA3 ISA 2.1, 3.6: a compute unit of four SIMDs with eight waves each, 512 vector registers to a lane.
enum {
  ComputeUnits = 256,
  MaxThreads = 1024,
  WaveSize = 64,
  Simds = 4,
  WavesPerSimd = 8,
  LaneRegisters = 512
};

struct State {
  std::recursive_mutex lock;
  std::string target;
  kiln_emulator *emulator = nullptr;
  std::map<uint64_t, uint64_t> allocations; // address to size
  std::map<uint64_t, uint64_t> variables;   // of loaded modules, those that were asked for: address to size
  std::set<Stream *> streams;
  std::set<Event *> events;
  std::set<Graph *> graphs; // executable ones too
  std::set<Module *> modules;
  std::map<const void *, HostFunction> hostFunctions;
  std::map<const void *, HostVariable> hostVariables;

  /// The one device, opened at the first use: KILN_HIP_DEVICE says which (gfx950). Null if that cannot be
  /// emulated.
  kiln_emulator *device();
  /// Whether [address, address + size) is device memory.
  bool isDevice(const void *address, uint64_t size) const;
  /// Bytes of LDS of a workgroup.
  int ldsBytes() const;
};

State &state();

/// Remembers the error for hipGetLastError.
int note(int error);
/// Does the work, or records it where the stream is captured. The null stream never is.
int enqueue(Stream *stream, Work work);
/// The null stream, also under its other names: hipStreamLegacy and hipStreamPerThread are 1 and 2.
inline bool isNull(Stream *stream) { return reinterpret_cast<uintptr_t>(stream) <= 2; }
/// The emulator's status as HIP's; what a HIP program cannot be told otherwise goes to stderr.
int translate(kiln_emulator_status status, const char *text);

int recordEvent(Event *event, Stream *stream);

/// `image` is a code object, or an offload bundle of clang's with one for this device.
int loadModule(const void *image, Module *&result);
void unloadModule(Module *module);
int loadBinary(FatBinary &binary);
int findFunction(Module *module, const std::string &name, Function *&result);
/// The kernel behind a `__global__` function's address.
int findFunction(const void *hostFunction, Function *&result);
int factsOf(const Function &function, kiln_emulator_kernel &facts);
struct Geometry {
  uint32_t grid[3], block[3], sharedBytes;
  uint32_t items[3]; ///< of the whole grid where its last workgroups are partial; 0: grid * block
};
/// Either `parameters` (an address for each argument) or `extra` (HIP_LAUNCH_PARAM_*) holds the arguments.
int launch(Function *function, const Geometry &geometry, Stream *stream, void **parameters, void **extra);

} // namespace kiln::hip

#define HIP_EXPORT extern "C" __attribute__((visibility("default")))

#endif
