#include "kiln/launch/Launch.h"

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
  data.assign(type.bytes(), argument.kind == Argument::Unset ? 0xff : 0);
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

} // namespace kiln::launch
