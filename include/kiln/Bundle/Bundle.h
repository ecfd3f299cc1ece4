// Writing bundles (docs/bundle.md): what the compiler knows about its kernels, as one file that the runtime
// reads.
#ifndef KILN_BUNDLE_BUNDLE_H
#define KILN_BUNDLE_BUNDLE_H

#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kiln::bundle {

/// What the caller passes: a tensor or a scalar.
struct Argument {
  std::string name;
  bool isTensor = true;
  std::string dtype;              // "bf16", "f8e4m3fn", "i32"
  std::vector<std::string> shape; // of a tensor: a number, "?", or a name shared by equal sizes ("M")
  std::optional<std::vector<std::string>> strides; // a number or "?"; without: contiguous, row-major
  unsigned align = 1;                              // of the tensor's address, in bytes
};

/// A tensor-map descriptor that the host builds. Lists are innermost first.
struct TensorMap {
  std::vector<unsigned> box;
  std::vector<std::string> sizes, strides; // expressions, strides in elements; empty: the tensor's own
  unsigned swizzle = 0, interleave = 0, l2Promotion = 0; // bytes; 0 is none
  bool nanFill = false;
};

/// What the kernel receives, in kernarg order. Each entry stands at its natural alignment (tensor maps: 64)
/// unless `offset` says where.
struct Kernarg {
  enum Kind { Pointer, Scalar, Integer, TensorMapByValue } kind = Pointer;
  std::string subject;      // the tensor's or scalar's name; nothing for Integer
  std::string dtype, value; // of Integer
  TensorMap map;
  std::optional<unsigned> offset;

  static Kernarg pointer(std::string tensor) { return {Pointer, std::move(tensor), {}, {}, {}, {}}; }
  static Kernarg scalar(std::string name) { return {Scalar, std::move(name), {}, {}, {}, {}}; }
  /// `dtype` is i32, u32, i64 or u64; `value` an expression such as "a.0" (a size), "a.stride.0", "M * 2".
  static Kernarg integer(std::string dtype, std::string value) {
    return {Integer, {}, std::move(dtype), std::move(value), {}, {}};
  }
  static Kernarg tensorMap(std::string tensor, TensorMap map) {
    return {TensorMapByValue, std::move(tensor), {}, {}, std::move(map), {}};
  }
};

/// A condition without which a variant must not be launched.
struct Requirement {
  std::string that;    // "mod(K, 8) == 0"
  std::string because; // "rows are copied in pieces of 16 bytes"
};

/// The kernel's code for one target. Several variants of one target are tried in order; the first whose
/// requirements hold is launched.
struct Variant {
  std::string target;                        // name of a folder in targets/
  std::vector<std::string> features;         // "xnack-"; empty: any
  std::string format;                        // "code-object", "ptx", "cubin"
  std::string code;                          // the file's bytes
  std::string symbol;                        // the kernel's name in it
  std::map<std::string, std::string> parameters; // numbers also for expressions, all for people
  std::vector<std::string> grid;             // one to three expressions; counts workgroups
  std::vector<unsigned> block = {1}, cluster;
  std::string dynamicShared; // bytes, an expression; empty: 0
  std::vector<Requirement> requirements;
  std::vector<Kernarg> kernargs;
};

struct Kernel {
  std::string name;
  std::vector<Argument> arguments;
  std::string flops, bytes; // work of one launch, expressions; empty: unknown
  std::vector<Variant> variants;
};

/// A launch with known results: arguments in the launch format of docs/runtime.md (buffers random or zero,
/// scalars), and what they must hold afterwards.
struct Case {
  struct Output {
    unsigned argument = 0;
    std::string npy; // the .npy file's bytes
    // |found - expected| <= absolute + relative * |expected| + ulps units in the last place
    double relative = 0, absolute = 0, ulps = 0;
  };
  std::string name, kernel;
  llvm::json::Array arguments;
  std::vector<Output> outputs;
};

/// A product's peaks, for benchmarks.
struct Chip {
  std::string name; // "MI355X"
  double gbps = 0;
  std::map<std::string, double> tflops; // by element type
};

struct Bundle {
  std::string producer;
  std::vector<Kernel> kernels;
  std::vector<Case> cases;
  std::map<std::string, std::vector<Chip>> chips; // by target
};

/// The bundle's bytes: a function of `bundle` alone. What was written is read back with the runtime's reader,
/// so an error here says what the runtime would have said (an unknown name in an expression, a kernarg that
/// names no argument).
llvm::Expected<std::string> writeBundle(const Bundle &bundle);

} // namespace kiln::bundle

#endif
