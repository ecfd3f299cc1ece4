// What programs ask about the device, kernels and pointers before they choose a launch.
#include "State.h"

#include <algorithm>
#include <cstring>

namespace kiln::hip {

static int attributeOf(int attribute, int &value) {
  // hipDeviceAttribute_t, from ROCm 5.2 to 6.4.
  static const std::map<int, int> known = {
      {8, 1},                                // ConcurrentKernels
      {19, 4 << 20},                         // L2CacheSize, of an XCD
      {23, 9},                               // ComputeCapabilityMajor
      {25, Simds * WavesPerSimd},            // MaxBlocksPerMultiProcessor
      {26, MaxThreads},                      // MaxBlockDimX
      {27, MaxThreads},                      // MaxBlockDimY
      {28, MaxThreads},                      // MaxBlockDimZ
      {29, 0x7fffffff},                      // MaxGridDimX
      {30, 0x7fffffff},                      // MaxGridDimY
      {31, 0x7fffffff},                      // MaxGridDimZ
      {56, MaxThreads},                      // MaxThreadsPerBlock
      {57, Simds * WavesPerSimd * WaveSize}, // MaxThreadsPerMultiProcessor
      {63, ComputeUnits},                    // MultiprocessorCount
      {71, Simds * LaneRegisters * 32},      // MaxRegistersPerBlock
      {72, Simds * LaneRegisters * 32},      // MaxRegistersPerMultiprocessor
      {87, WaveSize},                        // WarpSize
  };
  enum { ComputeCapabilityMinor = 61, LdsPerBlock = 74, LdsPerUnit = 76, LdsPerUnitAmd = 10002 };
  if (attribute == LdsPerBlock || attribute == LdsPerUnit || attribute == LdsPerUnitAmd)
    return value = state().ldsBytes(), Success;
  if (attribute == ComputeCapabilityMinor)
    return value = state().target == "gfx950" ? 5 : 4, Success;
  auto found = known.find(attribute);
  value = found == known.end() ? 0 : found->second;
  return Success;
}

/// Workgroups of the kernel that a compute unit holds at once. Beside its waves, registers and LDS it has 16
/// barriers, which workgroups of one wave do not need (LLVM, AMDGPUBaseInfo.cpp, getMaxWorkGroupsPerCU).
static int occupancy(const Function &function, int blockSize, size_t dynamicLds, int &groups) {
  kiln_emulator_kernel facts;
  if (blockSize <= 0)
    return InvalidValue;
  if (int error = factsOf(function, facts))
    return error;
  enum { Barriers = 16 };
  int waves = (blockSize + WaveSize - 1) / WaveSize;
  int wavesPerSimd = std::min<int>(WavesPerSimd, LaneRegisters / static_cast<int>(facts.vector_registers));
  groups = wavesPerSimd * Simds / waves;
  if (waves > 1)
    groups = std::min<int>(groups, Barriers);
  if (size_t lds = facts.static_lds + dynamicLds)
    groups = static_cast<int>(std::min<size_t>(static_cast<size_t>(groups), state().ldsBytes() / lds));
  if (static_cast<uint32_t>(blockSize) > facts.max_block_threads)
    groups = 0;
  return Success;
}

/// The largest workgroup, in whole waves, among those that fill a compute unit best.
static int bestBlock(const Function &function, size_t dynamicLds, int limit, int &gridSize, int &blockSize) {
  int best = 0;
  int most = limit > 0 ? std::min<int>(limit, MaxThreads) : static_cast<int>(MaxThreads);
  gridSize = blockSize = 0;
  for (int block = most / WaveSize * WaveSize; block > 0; block -= WaveSize) {
    int groups = 0;
    if (int error = occupancy(function, block, dynamicLds, groups))
      return error;
    if (groups * block <= best)
      continue;
    best = groups * block;
    blockSize = block;
    gridSize = groups * ComputeUnits;
  }
  return Success;
}

/// hipFuncAttributes.
struct FunctionAttributes {
  int binaryVersion, cacheModeCa;
  size_t constBytes, localBytes;
  int maxDynamicSharedBytes, maxThreadsPerBlock, registers, preferredSharedCarveout, ptxVersion;
  size_t sharedBytes;
};
static_assert(sizeof(FunctionAttributes) == 56, "hip_runtime_api.h 5.2 to 6.4");

/// hipPointerAttribute_t since ROCm 6, whose types differ from before: unregistered 0, host 1, device 2.
struct PointerAttributes {
  int type, device;
  void *devicePointer, *hostPointer;
  int isManaged;
  unsigned flags;
};

} // namespace kiln::hip

using namespace kiln::hip;
using Guard = std::lock_guard<std::recursive_mutex>;

HIP_EXPORT int hipDeviceGetAttribute(int *value, int attribute, int device) {
  Guard guard(state().lock);
  if (!value || device != 0 || !state().device())
    return note(value ? InvalidDevice : InvalidValue);
  return note(attributeOf(attribute, *value));
}

HIP_EXPORT int hipModuleOccupancyMaxActiveBlocksPerMultiprocessor(int *groups, Function *function, int block,
                                                                  size_t dynamicLds) {
  Guard guard(state().lock);
  return note(groups && function ? occupancy(*function, block, dynamicLds, *groups) : InvalidValue);
}

HIP_EXPORT int hipModuleOccupancyMaxPotentialBlockSize(int *gridSize, int *blockSize, Function *function,
                                                       size_t dynamicLds, int limit) {
  Guard guard(state().lock);
  return note(gridSize && blockSize && function
                  ? bestBlock(*function, dynamicLds, limit, *gridSize, *blockSize)
                  : InvalidValue);
}

HIP_EXPORT int hipOccupancyMaxActiveBlocksPerMultiprocessor(int *groups, const void *hostFunction, int block,
                                                            size_t dynamicLds) {
  Guard guard(state().lock);
  Function *function = nullptr;
  int error = findFunction(hostFunction, function);
  return error ? note(error)
               : hipModuleOccupancyMaxActiveBlocksPerMultiprocessor(groups, function, block, dynamicLds);
}
HIP_EXPORT int hipOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int *groups, const void *hostFunction,
                                                                     int block, size_t dynamicLds, unsigned) {
  return hipOccupancyMaxActiveBlocksPerMultiprocessor(groups, hostFunction, block, dynamicLds);
}

HIP_EXPORT int hipOccupancyMaxPotentialBlockSize(int *gridSize, int *blockSize, const void *hostFunction,
                                                 size_t dynamicLds, int limit) {
  Guard guard(state().lock);
  Function *function = nullptr;
  int error = findFunction(hostFunction, function);
  return error ? note(error)
               : hipModuleOccupancyMaxPotentialBlockSize(gridSize, blockSize, function, dynamicLds, limit);
}

HIP_EXPORT int hipFuncGetAttributes(FunctionAttributes *result, const void *hostFunction) {
  Guard guard(state().lock);
  Function *function = nullptr;
  kiln_emulator_kernel facts;
  int error = result ? findFunction(hostFunction, function) : static_cast<int>(InvalidValue);
  if (!error)
    error = factsOf(*function, facts);
  if (error)
    return note(error);
  std::memset(result, 0, sizeof *result);
  result->localBytes = facts.scratch_bytes;
  result->sharedBytes = facts.static_lds;
  result->maxDynamicSharedBytes = state().ldsBytes() - static_cast<int>(facts.static_lds);
  result->maxThreadsPerBlock = static_cast<int>(facts.max_block_threads);
  result->registers = static_cast<int>(facts.vector_registers);
  return Success;
}

// Every kernel may have all of LDS, and there is no cache to share with it.
HIP_EXPORT int hipFuncSetAttribute(const void *, int, int) { return Success; }
HIP_EXPORT int hipFuncSetCacheConfig(const void *, int) { return Success; }
HIP_EXPORT int hipFuncSetSharedMemConfig(const void *, int) { return Success; }

HIP_EXPORT int hipPointerGetAttributes(PointerAttributes *result, const void *pointer) {
  Guard guard(state().lock);
  if (!result || !pointer)
    return note(InvalidValue);
  std::memset(result, 0, sizeof *result);
  if (state().isDevice(pointer, 1)) {
    result->type = 2;
    result->devicePointer = const_cast<void *>(pointer);
  } else {
    result->hostPointer = const_cast<void *>(pointer);
  }
  return Success;
}

HIP_EXPORT int hipMemGetAddressRange(void **base, size_t *size, void *pointer) {
  Guard guard(state().lock);
  auto &allocations = state().allocations;
  auto above = allocations.upper_bound(reinterpret_cast<uint64_t>(pointer));
  if (!state().isDevice(pointer, 1) || above == allocations.begin())
    return note(NotFound);
  --above;
  if (base)
    *base = reinterpret_cast<void *>(above->first);
  if (size)
    *size = above->second;
  return Success;
}

// ---- Streams: one device, one priority.

/// The device's number, not an error.
HIP_EXPORT int hipGetStreamDeviceId(Stream *) { return 0; }
HIP_EXPORT int hipStreamGetDevice(Stream *, int *device) { return *device = 0, Success; }
HIP_EXPORT int hipStreamGetPriority(Stream *, int *priority) { return *priority = 0, Success; }
HIP_EXPORT int hipStreamGetFlags(Stream *, unsigned *flags) { return *flags = 0, Success; }
HIP_EXPORT int hipDeviceGetStreamPriorityRange(int *least, int *greatest) {
  if (least)
    *least = 0;
  if (greatest)
    *greatest = 0;
  return Success;
}
HIP_EXPORT int hipDeviceCanAccessPeer(int *can, int, int) { return *can = 0, Success; }
HIP_EXPORT int hipSetDeviceFlags(unsigned) { return Success; }
HIP_EXPORT int hipGetDeviceFlags(unsigned *flags) { return *flags = 0, Success; }
