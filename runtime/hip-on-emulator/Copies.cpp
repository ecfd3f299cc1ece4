// Copies and fills of other shapes, allocation in stream order, and calls back to the host.
#include "State.h"

using namespace kiln::hip;
using Guard = std::lock_guard<std::recursive_mutex>;

HIP_EXPORT int hipMalloc(void **result, size_t size);
HIP_EXPORT int hipFree(void *pointer);
HIP_EXPORT int hipHostMalloc(void **result, size_t size, unsigned flags);
HIP_EXPORT int hipHostFree(void *pointer);
HIP_EXPORT int hipMemcpy(void *target, const void *source, size_t size, int kind);
HIP_EXPORT int hipMemcpyAsync(void *target, const void *source, size_t size, int kind, Stream *stream);
HIP_EXPORT int hipStreamSynchronize(Stream *stream);
HIP_EXPORT int hipStreamCreateWithFlags(Stream **stream, unsigned flags);

HIP_EXPORT int hipMemcpyWithStream(void *target, const void *source, size_t size, int kind, Stream *stream) {
  int error = hipMemcpyAsync(target, source, size, kind, stream);
  return error ? error : hipStreamSynchronize(stream);
}

static int copyRows(void *target, size_t targetPitch, const void *source, size_t sourcePitch, size_t width,
                    size_t height, int kind) {
  if (width > targetPitch || width > sourcePitch)
    return InvalidValue;
  for (size_t row = 0; row < height; ++row)
    if (int error = hipMemcpy(static_cast<char *>(target) + row * targetPitch,
                              static_cast<const char *>(source) + row * sourcePitch, width, kind))
      return error;
  return Success;
}

HIP_EXPORT int hipMemcpy2DAsync(void *target, size_t targetPitch, const void *source, size_t sourcePitch,
                                size_t width, size_t height, int kind, Stream *stream) {
  Guard guard(state().lock);
  return note(enqueue(
      stream, [=] { return copyRows(target, targetPitch, source, sourcePitch, width, height, kind); }));
}
HIP_EXPORT int hipMemcpy2D(void *target, size_t targetPitch, const void *source, size_t sourcePitch,
                           size_t width, size_t height, int kind) {
  return hipMemcpy2DAsync(target, targetPitch, source, sourcePitch, width, height, kind, nullptr);
}

template <typename Value> static int fill(void *target, Value value, size_t count) {
  return hipMemcpy(target, std::vector<Value>(count, value).data(), count * sizeof value, 1);
}

HIP_EXPORT int hipMemsetD32Async(void *target, int value, size_t count, Stream *stream) {
  Guard guard(state().lock);
  return note(enqueue(stream, [=] { return fill(target, value, count); }));
}
HIP_EXPORT int hipMemsetD32(void *target, int value, size_t count) {
  return hipMemsetD32Async(target, value, count, nullptr);
}
HIP_EXPORT int hipMemsetD16Async(void *target, unsigned short value, size_t count, Stream *stream) {
  Guard guard(state().lock);
  return note(enqueue(stream, [=] { return fill(target, value, count); }));
}
HIP_EXPORT int hipMemsetD16(void *target, unsigned short value, size_t count) {
  return hipMemsetD16Async(target, value, count, nullptr);
}
HIP_EXPORT int hipMemsetD8(void *target, unsigned char value, size_t count) {
  return note(fill(target, value, count));
}

HIP_EXPORT int hipMallocAsync(void **result, size_t size, Stream *) { return hipMalloc(result, size); }
HIP_EXPORT int hipFreeAsync(void *pointer, Stream *stream) {
  Guard guard(state().lock);
  return note(enqueue(stream, [=] { return hipFree(pointer); }));
}
HIP_EXPORT int hipExtMallocWithFlags(void **result, size_t size, unsigned) { return hipMalloc(result, size); }
HIP_EXPORT int hipMallocHost(void **result, size_t size) { return hipHostMalloc(result, size, 0); }
HIP_EXPORT int hipHostAlloc(void **result, size_t size, unsigned flags) {
  return hipHostMalloc(result, size, flags);
}
HIP_EXPORT int hipFreeHost(void *pointer) { return hipHostFree(pointer); }

HIP_EXPORT int hipStreamCreateWithPriority(Stream **stream, unsigned flags, int) {
  return hipStreamCreateWithFlags(stream, flags);
}

HIP_EXPORT int hipLaunchHostFunc(Stream *stream, void (*function)(void *), void *data) {
  Guard guard(state().lock);
  return note(enqueue(stream, [=] { return function(data), static_cast<int>(Success); }));
}
HIP_EXPORT int hipStreamAddCallback(Stream *stream, void (*function)(Stream *, int, void *), void *data,
                                    unsigned) {
  Guard guard(state().lock);
  return note(enqueue(stream, [=] { return function(stream, Success, data), static_cast<int>(Success); }));
}
