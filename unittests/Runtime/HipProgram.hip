// An ordinary HIP program, as a user would write it; it knows nothing of the emulator.
#include <hip/hip_runtime.h>

#include <cstdio>
#include <vector>

#define CHECK(call)                                                                                                            \
  if (hipError_t code = call) {                                                                                                \
    std::printf("%s: %s\n", #call, hipGetErrorString(code));                                                                   \
    return 1;                                                                                                                  \
  }

__global__ void saxpy(int count, float factor, const float *x, float *y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count)
    y[i] += factor * x[i];
}

__global__ void blockSums(const float *x, float *sums) {
  __shared__ float partial[64];
  partial[threadIdx.x] = x[blockIdx.x * blockDim.x + threadIdx.x];
  for (int step = 32; step > 0; step /= 2) {
    __syncthreads();
    if (threadIdx.x < step)
      partial[threadIdx.x] += partial[threadIdx.x + step];
  }
  if (threadIdx.x == 0)
    sums[blockIdx.x] = partial[0];
}

int main() {
  hipDeviceProp_t properties;
  CHECK(hipGetDeviceProperties(&properties, 0));
  const int count = 1000;
  std::vector<float> x(count), y(count), sums(16);
  for (int i = 0; i < count; ++i) {
    x[i] = static_cast<float>(i);
    y[i] = 1;
  }
  float *deviceX, *deviceY, *deviceSums;
  hipStream_t stream;
  hipEvent_t start, stop;
  CHECK(hipMalloc(&deviceX, count * sizeof(float)));
  CHECK(hipMalloc(&deviceY, 1024 * sizeof(float)));
  CHECK(hipMalloc(&deviceSums, 16 * sizeof(float)));
  CHECK(hipStreamCreate(&stream));
  CHECK(hipEventCreate(&start));
  CHECK(hipEventCreate(&stop));
  CHECK(hipMemset(deviceY, 0, 1024 * sizeof(float)));
  CHECK(hipMemcpy(deviceX, x.data(), count * sizeof(float), hipMemcpyHostToDevice));
  CHECK(hipMemcpy(deviceY, y.data(), count * sizeof(float), hipMemcpyHostToDevice));
  CHECK(hipEventRecord(start, stream));
  saxpy<<<(count + 63) / 64, 64, 0, stream>>>(count, 2.0f, deviceX, deviceY);
  CHECK(hipGetLastError());
  blockSums<<<16, 64, 0, stream>>>(deviceY, deviceSums);
  CHECK(hipGetLastError());
  CHECK(hipEventRecord(stop, stream));
  CHECK(hipMemcpyAsync(y.data(), deviceY, count * sizeof(float), hipMemcpyDeviceToHost, stream));
  CHECK(hipMemcpyAsync(sums.data(), deviceSums, 16 * sizeof(float), hipMemcpyDeviceToHost, stream));
  CHECK(hipStreamSynchronize(stream));
  float milliseconds;
  CHECK(hipEventElapsedTime(&milliseconds, start, stop));
  float total = 0;
  for (int i = 0; i < count; ++i)
    if (y[i] != 1 + 2.0f * static_cast<float>(i)) {
      std::printf("y[%d] is %g\n", i, y[i]);
      return 1;
    }
  for (float sum : sums)
    total += sum;
  // 1000 ones and twice the sum of 0 to 999; exact in single precision.
  if (total != 1000 + 2 * 499500 || milliseconds <= 0) {
    std::printf("total %g, %g ms\n", total, milliseconds);
    return 1;
  }
  CHECK(hipFree(deviceX));
  CHECK(hipFree(deviceY));
  CHECK(hipFree(deviceSums));
  CHECK(hipEventDestroy(start));
  CHECK(hipEventDestroy(stop));
  CHECK(hipStreamDestroy(stream));
  std::printf("pass on %s (%s)\n", properties.name, properties.gcnArchName);
  return 0;
}
