// A libcuda.so.1 whose one device computes nothing: for what real machines rarely show. KILN_FAKE_CUDA, read
// at every call, says what goes wrong: "no-device", "lost" (every wait fails), "full" (no memory). Built with
// TOO_OLD it lacks a function that the driver needs.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

enum { OUT_OF_MEMORY = 2, NO_DEVICE = 100, ILLEGAL_ADDRESS = 700 };

static int wants(const char *failure) {
  const char *wanted = getenv("KILN_FAKE_CUDA");
  return wanted && strcmp(wanted, failure) == 0;
}
static int wait(void) { return wants("lost") ? ILLEGAL_ADDRESS : 0; }

// What was loaded last, and with which numbers it was launched last: for the tests.
static char lastCode[64];
static uint32_t lastLaunch[10];
EXPORT const char *fakeLastCode(void) { return lastCode; }
EXPORT const uint32_t *fakeLastLaunch(void) { return lastLaunch; }

EXPORT int cuInit(unsigned flags) { return wants("no-device") ? NO_DEVICE : 0; }
EXPORT int cuGetErrorName(int code, const char **name) {
  *name = code == ILLEGAL_ADDRESS ? "CUDA_ERROR_ILLEGAL_ADDRESS" : "CUDA_ERROR";
  return 0;
}
EXPORT int cuGetErrorString(int code, const char **text) {
  *text = code == ILLEGAL_ADDRESS ? "an illegal memory access was encountered" : "an error";
  return 0;
}
EXPORT int cuDeviceGetCount(int *count) {
  *count = !wants("no-device");
  return *count ? 0 : NO_DEVICE;
}
EXPORT int cuDeviceGetName(char *name, int size, int device) {
  strncpy(name, "fake H100", (size_t)size);
  return 0;
}
EXPORT int cuDeviceTotalMem_v2(size_t *bytes, int device) {
  *bytes = (size_t)1 << 33;
  return 0;
}
EXPORT int cuDeviceGetAttribute(int *value, int attribute, int device) {
  *value = attribute == 75   ? 9      // compute capability, major
           : attribute == 76 ? 0      // minor
           : attribute == 1  ? 1024   // threads of a block
           : attribute == 10 ? 32     // of a warp
           : attribute == 97 ? 232448 // shared memory, opt-in
                             : 132;
  return 0;
}
EXPORT int cuDevicePrimaryCtxRetain(void **context, int device) {
  *context = lastCode;
  return 0;
}
EXPORT int cuDevicePrimaryCtxRelease_v2(int device) { return 0; }
EXPORT int cuCtxSetCurrent(void *context) { return 0; }

// Device memory is the host's.
EXPORT int cuMemAlloc_v2(uint64_t *address, size_t size) {
  void *memory = wants("full") ? NULL : malloc(size);
  *address = (uint64_t)(uintptr_t)memory;
  return memory ? 0 : OUT_OF_MEMORY;
}
EXPORT int cuMemFree_v2(uint64_t address) {
  free((void *)(uintptr_t)address);
  return 0;
}
static int copy(uint64_t target, uint64_t source, size_t size) {
  memcpy((void *)(uintptr_t)target, (void *)(uintptr_t)source, size);
  return 0;
}
EXPORT int cuMemcpyHtoDAsync_v2(uint64_t target, const void *source, size_t size, void *stream) {
  return copy(target, (uint64_t)(uintptr_t)source, size);
}
EXPORT int cuMemcpyDtoHAsync_v2(void *target, uint64_t source, size_t size, void *stream) {
  return copy((uint64_t)(uintptr_t)target, source, size);
}
EXPORT int cuMemcpyDtoDAsync_v2(uint64_t target, uint64_t source, size_t size, void *stream) {
  return copy(target, source, size);
}
EXPORT int cuMemsetD8Async(uint64_t address, unsigned char value, size_t size, void *stream) {
  memset((void *)(uintptr_t)address, value, size);
  return 0;
}

static int make(void **result) {
  *result = malloc(1);
  return 0;
}
static int destroy(void *part) {
  free(part);
  return 0;
}
EXPORT int cuStreamCreate(void **stream, unsigned flags) { return make(stream); }
EXPORT int cuStreamDestroy_v2(void *stream) { return destroy(stream); }
EXPORT int cuStreamSynchronize(void *stream) { return wait(); }
EXPORT int cuEventCreate(void **event, unsigned flags) { return make(event); }
EXPORT int cuEventDestroy_v2(void *event) { return destroy(event); }
EXPORT int cuEventRecord(void *event, void *stream) { return 0; }
EXPORT int cuEventSynchronize(void *event) { return wait(); }
EXPORT int cuEventElapsedTime(float *milliseconds, void *start, void *end) {
  *milliseconds = 1;
  return 0;
}

EXPORT int cuModuleLoadDataEx(void **module, const void *code, unsigned count, int *options, void **values) {
  strncpy(lastCode, code, sizeof lastCode - 1);
  return make(module);
}
EXPORT int cuModuleLoadData(void **module, const void *code) {
  return cuModuleLoadDataEx(module, code, 0, NULL, NULL);
}
EXPORT int cuModuleUnload(void *module) { return destroy(module); }
EXPORT int cuModuleGetFunction(void **function, void *module, const char *name) {
  *function = lastCode;
  return 0;
}
EXPORT int cuFuncGetAttribute(int *value, int attribute, void *function) {
  *value = 0;
  return 0;
}
#ifndef TOO_OLD
// Remembers the shared memory that the function is set up for.
EXPORT int cuFuncSetAttribute(void *function, int attribute, int value) {
  lastLaunch[9] = attribute == 8 ? (uint32_t)value : 0;
  return 0;
}
#endif
EXPORT int cuLaunchKernel(void *function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX,
                          unsigned blockY, unsigned blockZ, unsigned shared, void *stream, void **parameters,
                          void **extra) {
  uint32_t numbers[] = {gridX, gridY, gridZ, blockX, blockY, blockZ, shared};
  memcpy(lastLaunch, numbers, sizeof numbers);
  return 0;
}
