// A launch written down: which kernel, which grid, which arguments (docs/runtime.md, "Launch files").
// Parsing, making the arguments in any memory, saving and comparing results. Needs neither LLVM nor a device.
#ifndef KILN_LAUNCH_LAUNCH_H
#define KILN_LAUNCH_LAUNCH_H

#include "kiln/launch/Npy.h"

struct kiln_json_value;

namespace kiln::launch {

struct Dim3 {
  uint32_t x = 1, y = 1, z = 1;
};

/// At byte `at` of an argument: the address of argument `to`'s buffer plus `plus`.
struct Pointer {
  uint64_t at = 0;
  uint32_t to = 0;
  int64_t plus = 0;
};

struct Argument {
  enum Kind { Npy, Zeros, Unset, Random, Scalar, Bytes } kind = Scalar;
  std::string where; // "launch.json:4: args[2]": for messages
  ArrayType type;    // of a buffer (Npy: known once the file is read, unless "dtype" says it); of a scalar
  std::string file;  // Npy: as given, made relative to the launch file
  bool typeFromFile = false;     // Npy without "dtype"
  uint64_t seed = 0;             // Random
  std::vector<uint8_t> bytes;    // Scalar, Bytes: the value
  std::string save;              // buffers: where to write them after the launch, or empty
  std::vector<Pointer> pointers; // buffers and Bytes

  bool isBuffer() const { return kind == Npy || kind == Zeros || kind == Unset || kind == Random; }
};

struct Launch {
  std::string kernel;
  Dim3 grid, block; // grid counts workgroups
  uint32_t dynamicLds = 0;
  std::vector<Argument> args; // in kernarg order
};

/// Parses a launch file's text. `path` names it in messages and gives the folder that its paths are relative
/// to. Who launches from a bundle needs no "grid" and "block".
std::optional<Launch> parseLaunch(const std::string &text, const std::string &path, std::string &error,
                                  bool needsGeometry = true);
std::optional<Launch> readLaunch(const std::string &path, std::string &error, bool needsGeometry = true);
/// An array of arguments inside another document; `where` names that document.
std::optional<std::vector<Argument>> readArguments(const kiln_json_value *array, const std::string &where,
                                                   std::string &error);
/// One command-line argument: KIND:VALUE[,key=value...] or a JSON object.
std::optional<Argument> parseArgument(const std::string &text, unsigned index, std::string &error);
/// "64", "64,2" or "64,2,1"; each at least 1.
std::optional<Dim3> parseDim3(const std::string &text, std::string &error);
/// Everything that needs all arguments: pointer targets, ranges. parseLaunch has done it.
bool checkLaunch(const Launch &launch, std::string &error);

/// The memory of whatever will run the launch. Each call returns false and explains in `error` if it cannot.
class Memory {
public:
  virtual ~Memory() = default;
  virtual bool allocate(uint64_t size, uint64_t &address, std::string &error) = 0;
  virtual bool write(uint64_t address, const void *data, uint64_t size, std::string &error) = 0;
  virtual bool read(uint64_t address, void *data, uint64_t size, std::string &error) = 0;
};

/// An argument as the kernel gets it.
struct BoundArgument {
  std::vector<uint8_t> value; // its bytes in the kernarg segment: 8 (an address) for buffers
  uint32_t alignment = 8;     // natural alignment of those bytes; 8 for `bytes` of 8 or more, else 4, 2, 1
  bool isBuffer = false;
  uint64_t address = 0; // buffers
  ArrayType type;       // buffers and scalars
};

/// Allocates and fills every buffer (in argument order), then writes the pointers into them. The caller frees
/// what was allocated, also after a failure.
std::optional<std::vector<BoundArgument>> materialise(const Launch &launch, Memory &memory,
                                                      std::string &error);
/// Values one after the other at their natural alignment: the kernarg layout of a kernel whose metadata says
/// nothing else.
std::vector<uint8_t> packKernargs(const std::vector<BoundArgument> &args);
/// Writes every argument that has `save`.
bool saveOutputs(const Launch &launch, const std::vector<BoundArgument> &args, Memory &memory,
                 std::string &error);

/// How far two arrays may be apart. A pair is wrong if |found - expected| is above absolute + relative *
/// |expected| + ulps units in the last place of the found type at the larger of the two. NaN equals NaN.
struct Tolerance {
  double relative = 0, absolute = 0, ulps = 0;
};
struct Comparison {
  uint64_t elements = 0, wrong = 0, firstWrong = 0;
  double maxAbsolute = 0, maxRelative = 0;
  double worst = 0, worstAllowed = 0; // distance and bound where their quotient is largest
  double foundAtFirst = 0, expectedAtFirst = 0;
  /// One line: "65536 elements, 3 wrong, first at 17: found 1.5, expected 2; max error ...".
  std::string str() const;
  /// Of arrays with wrong elements: "3 of 64 elements wrong, first at [2, 5]: found 1.5, expected 2".
  std::string explain(const ArrayType &type) const;
};
/// One unit in the last place; exact for integers.
Tolerance defaultTolerance(DType type);
/// The distance of `value`'s neighbours in the type; 0 of integers.
double unitInTheLastPlace(DType type, double value);
Comparison compare(DType foundType, const uint8_t *found, DType expectedType, const uint8_t *expected,
                   uint64_t elements, Tolerance tolerance);
/// Takes a .npy file's unsigned integers as a type that NumPy lacks; on failure `why` completes "the file
/// ...".
bool reinterpret(ArrayType &type, DType wanted, std::string &why);
/// Shapes must agree; element types need not (an expected f64 array may judge a bf16 buffer), but an unsigned
/// array of `foundType`'s storage size is taken as foundType.
std::optional<Comparison> compare(const ArrayType &foundType, const uint8_t *found, const NpyArray &expected,
                                  Tolerance tolerance, std::string &error);

} // namespace kiln::launch

#endif
