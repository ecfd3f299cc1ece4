// hipDeviceProp_t as programs were compiled with it: before ROCm 6 (hipGetDeviceProperties) and since
// (hipGetDevicePropertiesR0600). Facts from hip_runtime_api.h 5.2 and 6.2; what we never fill is padding.
#ifndef KILN_RUNTIME_HIP_ON_EMULATOR_PROPERTIES_H
#define KILN_RUNTIME_HIP_ON_EMULATOR_PROPERTIES_H

#include <cstddef>

namespace kiln::hip {

struct PropertiesV5 {
  char name[256];
  size_t totalGlobalMem, sharedMemPerBlock;
  int regsPerBlock, warpSize, maxThreadsPerBlock, maxThreadsDim[3], maxGridSize[3];
  int clockRate, memoryClockRate, memoryBusWidth;
  size_t totalConstMem;
  int major, minor, multiProcessorCount, l2CacheSize, maxThreadsPerMultiProcessor, computeMode,
      clockInstructionRate;
  unsigned arch;
  int concurrentKernels, pciDomainID, pciBusID, pciDeviceID;
  size_t maxSharedMemoryPerMultiProcessor;
  int isMultiGpuBoard, canMapHostMemory, gcnArch;
  char gcnArchName[256];
  char rest[140]; // integrated ... pageableMemoryAccessUsesHostPageTables
};
static_assert(offsetof(PropertiesV5, gcnArchName) == 396 && sizeof(PropertiesV5) == 792,
              "the layout of ROCm 5");

struct PropertiesV6 {
  char name[256];
  char uuid[16], luid[8];
  unsigned luidDeviceNodeMask;
  size_t totalGlobalMem, sharedMemPerBlock;
  int regsPerBlock, warpSize;
  size_t memPitch;
  int maxThreadsPerBlock, maxThreadsDim[3], maxGridSize[3], clockRate;
  size_t totalConstMem;
  int major, minor;
  size_t textureAlignment, texturePitchAlignment;
  int deviceOverlap, multiProcessorCount;
  int kernelExecTimeoutEnabled, integrated, canMapHostMemory, computeMode;
  int texturesAndSurfaces[40];
  size_t surfaceAlignment;
  int concurrentKernels, eccEnabled, pciBusID, pciDeviceID, pciDomainID, tccDriver, asyncEngineCount,
      unifiedAddressing, memoryClockRate, memoryBusWidth, l2CacheSize, persistingL2CacheMaxSize,
      maxThreadsPerMultiProcessor, streamPrioritiesSupported, globalL1CacheSupported, localL1CacheSupported;
  size_t sharedMemPerMultiprocessor;
  int regsPerMultiprocessor;
  char middle[1160 - 652]; // managedMemory ... hipReserved
  char gcnArchName[256];
  size_t maxSharedMemoryPerMultiProcessor;
  char rest[48]; // clockInstructionRate ... asicRevision
};
static_assert(offsetof(PropertiesV6, l2CacheSize) == 616 && offsetof(PropertiesV6, gcnArchName) == 1160 &&
                  sizeof(PropertiesV6) == 1472,
              "the layout of ROCm 6");

} // namespace kiln::hip

#endif
