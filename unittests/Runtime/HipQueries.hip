// What libraries ask of HIP before and beside their launches: resources and occupancy of kernels, variables, pointers,
// copies of rows, calls back, grids in work-items. It knows nothing of the emulator.
#include <hip/hip_runtime.h>

#include <cstdio>
#include <cstring>

#define REQUIRE(condition)                                                                                                     \
  if (!(condition)) {                                                                                                          \
    std::printf("line %d: %s\n", __LINE__, #condition);                                                                        \
    return 1;                                                                                                                  \
  }
#define CHECK(call) REQUIRE((call) == hipSuccess)

// Since ROCm 6.
extern "C" hipError_t hipGetFuncBySymbol(hipFunction_t *, const void *);
// hip_ext.h gave it C++ linkage before.
extern "C" hipError_t hipExtModuleLaunchKernel(hipFunction_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, size_t,
                                               hipStream_t, void **, void **, hipEvent_t, hipEvent_t, uint32_t);

__device__ int table[4] = {10, 20, 30, 40};
__constant__ float factors[2];

__global__ void __launch_bounds__(256) fill(int *out) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  out[i] = table[i % 4] * static_cast<int>(factors[i % 2]);
}

__global__ void __launch_bounds__(256) halfOfLds(int *out) {
  __shared__ int memory[8192];
  memory[threadIdx.x] = out[threadIdx.x];
  __syncthreads();
  out[threadIdx.x] = memory[255 - threadIdx.x];
}

/// What it reads depends on which wave is first: nothing is asked of it but to be noticed (KILN_HIP_OBSERVERS).
__global__ void __launch_bounds__(128) racy(int *out) {
  __shared__ int memory[128];
  memory[threadIdx.x] = threadIdx.x;
  out[threadIdx.x] = memory[threadIdx.x ^ 64];
}

static int variables() {
  const float two[2] = {1, 2};
  int *device, host[64], values[4], *address;
  size_t size;
  CHECK(hipMalloc(&device, sizeof host));
  CHECK(hipMemcpyToSymbol(HIP_SYMBOL(factors), two, sizeof two, 0, hipMemcpyHostToDevice));
  REQUIRE(hipMemcpyToSymbol(HIP_SYMBOL(factors), two, sizeof two, 4, hipMemcpyHostToDevice) == hipErrorInvalidValue);
  fill<<<1, 64>>>(device);
  CHECK(hipMemcpy(host, device, sizeof host, hipMemcpyDeviceToHost));
  for (int i = 0; i < 64; ++i)
    REQUIRE(host[i] == 10 * (i % 4 + 1) * (i % 2 + 1));
  CHECK(hipMemcpyFromSymbol(values, HIP_SYMBOL(table), 8, 4, hipMemcpyDeviceToHost));
  REQUIRE(values[0] == 20 && values[1] == 30);
  CHECK(hipGetSymbolSize(&size, HIP_SYMBOL(table)));
  CHECK(hipGetSymbolAddress(reinterpret_cast<void **>(&address), HIP_SYMBOL(table)));
  CHECK(hipMemcpy(values, address + 2, 8, hipMemcpyDeviceToHost));
  REQUIRE(size == 16 && values[0] == 30 && values[1] == 40);
  REQUIRE(hipGetSymbolSize(&size, host) == hipErrorInvalidSymbol);
  CHECK(hipFree(device));
  return 0;
}

// CDNA3 ISA 2.1, 3.6: 4 SIMDs of 8 waves, 512 registers to a lane of a SIMD. `fill` needs few.
static int occupancy(bool isGfx950) {
  int groups, grid, block;
  CHECK(hipOccupancyMaxActiveBlocksPerMultiprocessor(&groups, fill, 64, 0));
  REQUIRE(groups == 32);
  CHECK(hipOccupancyMaxActiveBlocksPerMultiprocessor(&groups, fill, 256, 0));
  REQUIRE(groups == 8);
  CHECK(hipOccupancyMaxActiveBlocksPerMultiprocessor(&groups, fill, 128, 0));
  REQUIRE(groups == 16);
  CHECK(hipOccupancyMaxActiveBlocksPerMultiprocessor(&groups, fill, 65, 0));
  REQUIRE(groups == 16);
  CHECK(hipOccupancyMaxActiveBlocksPerMultiprocessor(&groups, halfOfLds, 256, 0));
  REQUIRE(groups == (isGfx950 ? 5 : 2));
  CHECK(hipOccupancyMaxActiveBlocksPerMultiprocessor(&groups, halfOfLds, 256, 32768));
  REQUIRE(groups == (isGfx950 ? 2 : 1));
  CHECK(hipOccupancyMaxPotentialBlockSize(&grid, &block, fill, 0, 128));
  REQUIRE(block == 128 && grid % 16 == 0);
  CHECK(hipOccupancyMaxPotentialBlockSize(&grid, &block, fill, 0, 0));
  REQUIRE(block == 256);
  hipFuncAttributes attributes;
  CHECK(hipFuncGetAttributes(&attributes, reinterpret_cast<const void *>(halfOfLds)));
  REQUIRE(attributes.sharedSizeBytes == 32768 && attributes.maxThreadsPerBlock == 256 && attributes.localSizeBytes == 0 &&
          attributes.numRegs > 0);
  REQUIRE(hipFuncGetAttributes(&attributes, &attributes) == hipErrorInvalidDeviceFunction);
  int value;
  CHECK(hipDeviceGetAttribute(&value, hipDeviceAttributeMaxThreadsPerMultiProcessor, 0));
  REQUIRE(value == 2048);
  return 0;
}

static int copies() {
  hipStream_t stream;
  int *device, host[64], *base;
  size_t size;
  CHECK(hipStreamCreateWithPriority(&stream, 0, 0));
  CHECK(hipMallocAsync(reinterpret_cast<void **>(&device), sizeof host, stream));
  CHECK(hipMemsetD32(device, 7, 64));
  const int square[4] = {1, 2, 3, 4};
  CHECK(hipMemcpy2D(device + 9, 32, square, 8, 8, 2, hipMemcpyHostToDevice));
  CHECK(hipMemcpyWithStream(host, device, sizeof host, hipMemcpyDeviceToHost, stream));
  for (int i = 0; i < 64; ++i)
    REQUIRE(host[i] == (i == 9 ? 1 : i == 10 ? 2 : i == 17 ? 3 : i == 18 ? 4 : 7));
  CHECK(hipMemGetAddressRange(reinterpret_cast<hipDeviceptr_t *>(&base), &size, device + 5));
  REQUIRE(base == device && size == sizeof host);
  REQUIRE(hipMemcpy2D(device, 8, square, 8, 16, 1, hipMemcpyHostToDevice) == hipErrorInvalidValue);
  int calls = 0;
  CHECK(hipLaunchHostFunc(stream, [](void *count) { ++*static_cast<int *>(count); }, &calls));
  REQUIRE(calls == 1);
  CHECK(hipFreeAsync(device, stream));
  CHECK(hipStreamDestroy(stream));
  return 0;
}

/// 100 work-items in workgroups of 64: the last is partial.
static int gridInItems() {
  int *device, host[128];
  hipFunction_t function;
  hipEvent_t start, stop;
  float milliseconds = -1;
  CHECK(hipMalloc(&device, sizeof host));
  CHECK(hipMemset(device, 0, sizeof host));
  CHECK(hipEventCreate(&start));
  CHECK(hipEventCreate(&stop));
  void *arguments[] = {&device};
  CHECK(hipGetFuncBySymbol(&function, reinterpret_cast<const void *>(fill)));
  CHECK(hipExtModuleLaunchKernel(function, 100, 1, 1, 64, 1, 1, 0, nullptr, arguments, nullptr, start, stop, 0));
  CHECK(hipEventElapsedTime(&milliseconds, start, stop));
  CHECK(hipMemcpy(host, device, sizeof host, hipMemcpyDeviceToHost));
  REQUIRE(host[63] == 80 && host[99] == 80 && host[100] == 0 && host[127] == 0 && milliseconds >= 0);
  CHECK(hipExtLaunchKernel(reinterpret_cast<const void *>(fill), dim3(2), dim3(64), arguments, 0, nullptr, start, stop, 0));
  CHECK(hipMemcpy(host, device, sizeof host, hipMemcpyDeviceToHost));
  REQUIRE(host[100] == 10 && host[127] == 80);
  CHECK(hipFree(device));
  return 0;
}

int main() {
  hipDeviceProp_t properties;
  CHECK(hipGetDeviceProperties(&properties, 0));
  REQUIRE(properties.maxThreadsPerMultiProcessor == 2048 && properties.regsPerBlock == 65536 &&
          properties.l2CacheSize > 0);
  bool isGfx950 = std::strncmp(properties.gcnArchName, "gfx950", 6) == 0;
  int *out;
  CHECK(hipMalloc(&out, 512));
  racy<<<1, 128>>>(out);
  CHECK(hipFree(out));
  if (variables() || occupancy(isGfx950) || copies() || gridInItems())
    return 1;
  std::printf("pass on %s (%s)\n", properties.name, properties.gcnArchName);
  return 0;
}
