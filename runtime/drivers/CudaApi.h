// The part of the CUDA driver API that HIP has no counterpart of, without its header: X(name, symbol,
// parameters). '?' marks what older drivers lack.
#ifndef KILN_RUNTIME_DRIVERS_CUDAAPI_H
#define KILN_RUNTIME_DRIVERS_CUDAAPI_H

#include <stddef.h>
#include <stdint.h>

typedef int CUresult, CUdevice;
typedef void *CUcontext, *CUstream, *CUmodule, *CUfunction;

// CUlaunchAttribute and CUlaunchConfig.
struct cuda_launch_attribute {
  int id;
  int padding;
  union {
    uint32_t clusterDim[3];
    char bytes[64];
  } value;
};
struct cuda_launch_config {
  uint32_t grid[3], block[3], sharedBytes;
  CUstream stream;
  struct cuda_launch_attribute *attributes;
  uint32_t attributeCount;
};

enum {
  CUDA_ERROR_INVALID_PTX = 218,
  CUDA_ERROR_UNSUPPORTED_PTX_VERSION = 222,
  CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES = 1,
  CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES = 8,
  CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION = 4,
  CU_JIT_ERROR_LOG_BUFFER = 5,
  CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES = 6,
  CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK = 1,
  CU_DEVICE_ATTRIBUTE_WARP_SIZE = 10,
  CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT = 16,
  CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE = 38,
  CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR = 75,
  CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR = 76,
  CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN = 97,
};
#define CU_LAUNCH_PARAM_END ((void *)0)
#define CU_LAUNCH_PARAM_BUFFER_POINTER ((void *)1)
#define CU_LAUNCH_PARAM_BUFFER_SIZE ((void *)2)

#define CUDA_SYMBOLS(X)                                                                                      \
  X(cuGetErrorName, "cuGetErrorName", (CUresult, const char **))                                             \
  X(cuGetErrorString, "cuGetErrorString", (CUresult, const char **))                                         \
  X(cuDevicePrimaryCtxRetain, "cuDevicePrimaryCtxRetain", (CUcontext *, CUdevice))                           \
  X(cuDevicePrimaryCtxRelease, "cuDevicePrimaryCtxRelease_v2", (CUdevice))                                   \
  X(cuCtxSetCurrent, "cuCtxSetCurrent", (CUcontext))                                                         \
  X(cuModuleLoadDataEx, "cuModuleLoadDataEx", (CUmodule *, const void *, unsigned, int *, void **))          \
  X(cuFuncGetAttribute, "cuFuncGetAttribute", (int *, int, CUfunction))                                      \
  X(cuFuncSetAttribute, "cuFuncSetAttribute", (CUfunction, int, int))                                        \
  X(cuFuncGetParamInfo, "?cuFuncGetParamInfo", (CUfunction, size_t, size_t *, size_t *))                     \
  X(cuLaunchKernelEx, "?cuLaunchKernelEx",                                                                   \
    (const struct cuda_launch_config *, CUfunction, void **, void **))                                       \
  X(cuTensorMapEncodeTiled, "?cuTensorMapEncodeTiled",                                                       \
    (void *, int, uint32_t, void *, const uint64_t *, const uint64_t *, const uint32_t *, const uint32_t *,  \
     int, int, int, int))

#endif
