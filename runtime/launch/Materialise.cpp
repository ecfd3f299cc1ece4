#include "kiln/launch/Launch.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>

namespace kiln::launch {

/// A .npy of unsigned integers may stand for a type that NumPy lacks; sub-byte types count bytes in the last
/// dimension.
bool reinterpret(ArrayType &type, DType wanted, std::string &why) {
  const DTypeFacts &from = factsOf(type.type), &to = factsOf(wanted);
  unsigned storageBits = std::max(to.bits, 8u);
  bool sameStorage = type.type == wanted || (std::strcmp(from.npy, to.npy) == 0 && from.bits == storageBits);
  if (sameStorage && to.bits < 8 && !type.shape.empty() && type.shape.back() * 8 % to.bits == 0)
    type.shape.back() = type.shape.back() * 8 / to.bits;
  else if (to.bits < 8)
    sameStorage = false;
  why = sameStorage ? "" : std::string("holds ") + from.name + ", which cannot be read as " + to.name;
  if (sameStorage)
    type.type = wanted;
  return sameStorage;
}

static bool initialBytes(const Argument &argument, ArrayType &type, std::vector<uint8_t> &data,
                         std::string &error) {
  type = argument.type;
  if (argument.kind == Argument::Npy) {
    std::optional<NpyArray> array = readNpy(argument.file, error);
    std::string why;
    if (!array) {
      error = argument.where + ": " + error;
      return false;
    }
    if (!argument.typeFromFile && !reinterpret(array->type, argument.type.type, why)) {
      error = argument.where + ": " + argument.file + " " + why;
      return false;
    }
    type = array->type;
    data = std::move(array->data);
    return true;
  }
  data.assign(type.bytes(), 0);
  if (argument.kind == Argument::Random)
    fillRandom(type, argument.seed, data.data());
  return true;
}

static bool putPointers(const Argument &argument, const std::vector<BoundArgument> &bound,
                        std::vector<uint8_t> &data, std::string &error) {
  for (const Pointer &pointer : argument.pointers) {
    if (pointer.at > data.size() || data.size() - pointer.at < 8) {
      error = argument.where + ".pointers: an address at byte " + std::to_string(pointer.at) +
              " does not fit " + std::to_string(data.size()) + " bytes";
      return false;
    }
    uint64_t address = bound[pointer.to].address + static_cast<uint64_t>(pointer.plus);
    std::memcpy(data.data() + pointer.at, &address, 8);
  }
  return true;
}

std::optional<std::vector<BoundArgument>> materialise(const Launch &launch, Memory &memory,
                                                      std::string &error) {
  if (!checkLaunch(launch, error))
    return std::nullopt;
  std::vector<BoundArgument> bound(launch.args.size());
  std::vector<std::vector<uint8_t>> contents(launch.args.size());
  for (size_t i = 0; i < bound.size(); ++i) {
    const Argument &argument = launch.args[i];
    bound[i].isBuffer = argument.isBuffer();
    bound[i].type = argument.type;
    if (!argument.isBuffer()) {
      contents[i] = argument.bytes;
      continue;
    }
    if (!initialBytes(argument, bound[i].type, contents[i], error))
      return std::nullopt;
    if (!memory.allocate(contents[i].size(), bound[i].address, error)) {
      error = argument.where + ": " + error;
      return std::nullopt;
    }
  }
  for (size_t i = 0; i < bound.size(); ++i) {
    const Argument &argument = launch.args[i];
    if (!putPointers(argument, bound, contents[i], error))
      return std::nullopt;
    if (!argument.isBuffer()) {
      size_t size = contents[i].size();
      bound[i].alignment = argument.kind == Argument::Scalar ? static_cast<uint32_t>(size)
                           : size >= 8                       ? 8
                           : size >= 4                       ? 4
                           : size >= 2                       ? 2
                                                             : 1;
      bound[i].value = std::move(contents[i]);
      continue;
    }
    if (!contents[i].empty() &&
        !memory.write(bound[i].address, contents[i].data(), contents[i].size(), error)) {
      error = argument.where + ": " + error;
      return std::nullopt;
    }
    bound[i].value.resize(8);
    std::memcpy(bound[i].value.data(), &bound[i].address, 8);
  }
  return bound;
}

std::vector<uint8_t> packKernargs(const std::vector<BoundArgument> &args) {
  std::vector<uint8_t> kernargs;
  for (const BoundArgument &argument : args) {
    kernargs.resize((kernargs.size() + argument.alignment - 1) / argument.alignment * argument.alignment);
    kernargs.insert(kernargs.end(), argument.value.begin(), argument.value.end());
  }
  return kernargs;
}

bool saveOutputs(const Launch &launch, const std::vector<BoundArgument> &args, Memory &memory,
                 std::string &error) {
  for (size_t i = 0; i < args.size(); ++i) {
    if (launch.args[i].save.empty())
      continue;
    std::vector<uint8_t> data(args[i].type.bytes());
    if ((!data.empty() && !memory.read(args[i].address, data.data(), data.size(), error)) ||
        !writeNpy(launch.args[i].save, args[i].type, data.data(), error)) {
      error = launch.args[i].where + ".save: " + error;
      return false;
    }
  }
  return true;
}

Tolerance defaultTolerance(DType type) {
  const DTypeFacts &facts = factsOf(type);
  if (!facts.exponent)
    return {};
  return {std::ldexp(1.0, -static_cast<int>(facts.mantissa)), 0};
}

std::string Comparison::str() const {
  char text[256];
  int used =
      std::snprintf(text, sizeof text, "%llu elements, %llu wrong; max absolute error %.6g, relative %.6g",
                    static_cast<unsigned long long>(elements), static_cast<unsigned long long>(wrong),
                    maxAbsolute, maxRelative);
  if (wrong)
    std::snprintf(text + used, sizeof text - static_cast<size_t>(used),
                  "; first at %llu: found %.9g, expected %.9g", static_cast<unsigned long long>(firstWrong),
                  foundAtFirst, expectedAtFirst);
  return text;
}

static void compareElement(Comparison &result, uint64_t index, double found, double expected,
                           Tolerance tolerance) {
  bool bothNaN = std::isnan(found) && std::isnan(expected);
  double distance = found == expected || bothNaN ? 0 : std::fabs(found - expected);
  // Written so that a NaN distance (one side NaN) is wrong.
  bool within = distance <= tolerance.absolute + tolerance.relative * std::fabs(expected);
  bool good = distance == 0 || (within && !std::isinf(expected));
  if (std::isnan(distance))
    distance = INFINITY;
  result.maxAbsolute = std::max(result.maxAbsolute, distance);
  if (distance > 0)
    result.maxRelative =
        std::max(result.maxRelative, expected == 0 ? INFINITY : distance / std::fabs(expected));
  if (!good && result.wrong++ == 0) {
    result.firstWrong = index;
    result.foundAtFirst = found;
    result.expectedAtFirst = expected;
  }
}

std::optional<Comparison> compare(const ArrayType &foundType, const uint8_t *found, const NpyArray &expected,
                                  Tolerance tolerance, std::string &error) {
  ArrayType expectedType = expected.type;
  std::string why;
  reinterpret(expectedType, foundType.type, why);
  if (expectedType.shape != foundType.shape) {
    error = "found " + foundType.str() + ", expected " + expectedType.str();
    return std::nullopt;
  }
  Comparison result;
  result.elements = foundType.elements();
  for (uint64_t i = 0; i < result.elements; ++i)
    compareElement(result, i, decodeElement(foundType.type, found, i),
                   decodeElement(expectedType.type, expected.data.data(), i), tolerance);
  return result;
}

} // namespace kiln::launch
