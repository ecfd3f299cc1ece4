// C++17 on top of kiln/runtime.h: owners that release themselves, errors as exceptions, launches with typed
// arguments. Header only.
#ifndef KILN_RUNTIME_HPP
#define KILN_RUNTIME_HPP

#include "kiln/runtime.h"

#include <cstring>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace kiln::runtime {

class Error : public std::runtime_error {
public:
  Error(kiln_status status, const std::string &text) : std::runtime_error(text), code(status) {}
  kiln_status status() const { return code; }

private:
  kiln_status code;
};

inline void check(kiln_status status) {
  if (status != KILN_OK)
    throw Error(status, kiln_last_error());
}

/// Owns one handle; movable.
template <typename Handle> class Owner {
public:
  Owner() = default;
  explicit Owner(Handle handle) : handle(handle) {}
  Owner(Owner &&other) noexcept : handle(std::exchange(other.handle, Handle{0})) {}
  Owner &operator=(Owner &&other) noexcept {
    std::swap(handle, other.handle);
    return *this;
  }
  ~Owner() { kiln_release(handle.id); }

  Handle get() const { return handle; }
  explicit operator bool() const { return handle.id != 0; }
  void release() { kiln_release(std::exchange(handle, Handle{0}).id); }

protected:
  Handle handle{0};
};

class Stream : public Owner<kiln_stream> {
public:
  using Owner::Owner;
  void synchronize() const { check(kiln_stream_synchronize(handle)); }
};

class Event : public Owner<kiln_event> {
public:
  using Owner::Owner;
  void record(const Stream &stream) { check(kiln_event_record(handle, stream.get())); }
  /// Milliseconds from `start` to this event; waits for it.
  double since(const Event &start) const {
    double milliseconds = 0;
    check(kiln_event_elapsed(start.handle, handle, &milliseconds));
    return milliseconds;
  }
};

class Graph : public Owner<kiln_graph> {
public:
  using Owner::Owner;
  void launch(const Stream &stream) const { check(kiln_graph_launch(handle, stream.get())); }
};

/// Records what `body` enqueues on `stream`.
template <typename Body> Graph capture(const Stream &stream, Body body) {
  check(kiln_graph_begin(stream.get()));
  kiln_graph graph{0};
  try {
    body();
  } catch (...) {
    if (kiln_graph_end(stream.get(), &graph) == KILN_OK)
      kiln_release(graph.id);
    throw;
  }
  check(kiln_graph_end(stream.get(), &graph));
  return Graph(graph);
}

class Buffer : public Owner<kiln_buffer> {
public:
  using Owner::Owner;
  uint64_t size() const {
    uint64_t size = 0;
    check(kiln_buffer_get(handle, nullptr, &size));
    return size;
  }
  uint64_t address() const {
    uint64_t address = 0;
    check(kiln_buffer_get(handle, &address, nullptr));
    return address;
  }
  template <typename T> void write(const std::vector<T> &values, kiln_stream stream = {0}) const {
    check(kiln_buffer_write(handle, 0, values.data(), values.size() * sizeof(T), stream));
  }
  template <typename T> std::vector<T> read() const {
    std::vector<T> values(size() / sizeof(T));
    check(kiln_buffer_read(handle, 0, values.data(), values.size() * sizeof(T), {0}));
    return values;
  }
  void fill(uint8_t value, kiln_stream stream = {0}) const {
    check(kiln_buffer_fill(handle, 0, value, size(), stream));
  }
};

/// The dtype of a C++ type; types without one (bf16, fp8) are named explicitly.
template <typename T> struct DTypeOf;
template <> struct DTypeOf<bool> {
  static constexpr kiln_dtype value = KILN_BOOL;
};
template <> struct DTypeOf<uint8_t> {
  static constexpr kiln_dtype value = KILN_U8;
};
template <> struct DTypeOf<uint16_t> {
  static constexpr kiln_dtype value = KILN_U16;
};
template <> struct DTypeOf<uint32_t> {
  static constexpr kiln_dtype value = KILN_U32;
};
template <> struct DTypeOf<uint64_t> {
  static constexpr kiln_dtype value = KILN_U64;
};
template <> struct DTypeOf<int8_t> {
  static constexpr kiln_dtype value = KILN_I8;
};
template <> struct DTypeOf<int16_t> {
  static constexpr kiln_dtype value = KILN_I16;
};
template <> struct DTypeOf<int32_t> {
  static constexpr kiln_dtype value = KILN_I32;
};
template <> struct DTypeOf<int64_t> {
  static constexpr kiln_dtype value = KILN_I64;
};
template <> struct DTypeOf<float> {
  static constexpr kiln_dtype value = KILN_F32;
};
template <> struct DTypeOf<double> {
  static constexpr kiln_dtype value = KILN_F64;
};

/// A view of (part of) a buffer.
struct Tensor {
  kiln_buffer buffer{0};
  kiln_dtype dtype = KILN_U8;
  std::vector<int64_t> shape, strides; // strides empty: contiguous
  uint64_t offset = 0;                 // bytes

  Tensor(const Buffer &buffer, kiln_dtype dtype, std::vector<int64_t> shape,
         std::vector<int64_t> strides = {}, uint64_t offset = 0)
      : buffer(buffer.get()), dtype(dtype), shape(std::move(shape)), strides(std::move(strides)),
        offset(offset) {}
};

/// One argument of a launch. A tensor must outlive the call.
struct Argument : kiln_argument {
  Argument(const Tensor &tensor) : kiln_argument{} { // NOLINT: implicit on purpose
    is_tensor = 1;
    this->tensor = {tensor.buffer,       tensor.offset,
                    tensor.dtype,        static_cast<uint32_t>(tensor.shape.size()),
                    tensor.shape.data(), tensor.strides.empty() ? nullptr : tensor.strides.data()};
  }
  template <typename T, kiln_dtype type = DTypeOf<T>::value> Argument(T value) : kiln_argument{} { // NOLINT
    dtype = type;
    std::memcpy(&bits, &value, sizeof value);
  }
};

class Kernel : public Owner<kiln_kernel> {
public:
  using Owner::Owner;
  void launch(const Stream &stream, std::initializer_list<Argument> arguments) const {
    std::vector<kiln_argument> plain(arguments.begin(), arguments.end());
    check(kiln_kernel_launch(handle, stream.get(), plain.data(), static_cast<uint32_t>(plain.size())));
  }
  void launchRaw(const Stream &stream, const kiln_geometry &geometry, const void *kernargs,
                 uint64_t size) const {
    check(kiln_kernel_launch_raw(handle, stream.get(), &geometry, kernargs, size));
  }
};

class Module : public Owner<kiln_module> {
public:
  using Owner::Owner;
  Kernel kernel(const std::string &name) const {
    kiln_kernel kernel{0};
    check(kiln_kernel_get(handle, name.c_str(), &kernel));
    return Kernel(kernel);
  }
};

class Bundle : public Owner<kiln_bundle> {
public:
  using Owner::Owner;
  explicit Bundle(const std::string &path) { check(kiln_bundle_open(path.c_str(), &handle)); }
  /// The bytes must outlive the bundle and what is loaded from it.
  Bundle(const void *bytes, uint64_t size) { check(kiln_bundle_open_memory(bytes, size, &handle)); }
  std::string file(const std::string &path) const {
    const void *bytes = nullptr;
    uint64_t size = 0;
    check(kiln_bundle_file(handle, path.c_str(), &bytes, &size));
    return std::string(static_cast<const char *>(bytes), size);
  }
};

class Device : public Owner<kiln_device> {
public:
  using Owner::Owner;
  explicit Device(const std::string &uri) { check(kiln_device_open(uri.c_str(), &handle)); }
  kiln_device_properties properties() const {
    kiln_device_properties properties;
    check(kiln_device_get_properties(handle, &properties));
    return properties;
  }
  /// Observes launches; false where nobody can.
  bool watch(kiln_finding_visitor *visit, void *context) const {
    kiln_status status = kiln_device_watch(handle, visit, context);
    if (status != KILN_UNSUPPORTED)
      check(status);
    return status == KILN_OK;
  }
  /// How well code for `target` runs here: 0 not at all.
  uint32_t fit(const std::string &target) const {
    uint32_t fit = 0;
    check(kiln_device_fit(handle, target.c_str(), &fit));
    return fit;
  }
  Buffer allocate(uint64_t size) const {
    kiln_buffer buffer{0};
    check(kiln_buffer_create(handle, size, &buffer));
    return Buffer(buffer);
  }
  template <typename T> Buffer upload(const std::vector<T> &values) const {
    Buffer buffer = allocate(values.size() * sizeof(T));
    buffer.write(values);
    return buffer;
  }
  Stream stream() const {
    kiln_stream stream{0};
    check(kiln_stream_create(handle, &stream));
    return Stream(stream);
  }
  Event event() const {
    kiln_event event{0};
    check(kiln_event_create(handle, &event));
    return Event(event);
  }
  Module load(const Bundle &bundle) const {
    kiln_module module{0};
    check(kiln_module_load(handle, bundle.get(), &module));
    return Module(module);
  }
  Module load(const void *code, uint64_t size) const {
    kiln_module module{0};
    check(kiln_module_load_code(handle, code, size, &module));
    return Module(module);
  }
};

} // namespace kiln::runtime

#endif
