#include "Metadata.h"

#include "llvm/BinaryFormat/MsgPackReader.h"
#include "llvm/Support/JSON.h"

using namespace llvm;

namespace kiln::emulator {

static Error damaged(const Twine &what) { return createStringError("the metadata note is damaged: " + what); }

/// The next value as JSON. (msgpack::Document crashes on maps whose keys are no strings.)
static Expected<json::Value> readValue(msgpack::Reader &reader, unsigned depth) {
  msgpack::Object object;
  Expected<bool> found = reader.read(object);
  if (!found)
    return damaged(toString(found.takeError()));
  if (!*found)
    return damaged("it ends early");
  if (depth == 0)
    return damaged("it is nested too deeply");
  switch (object.Kind) {
  case msgpack::Type::Int:
    return object.Int;
  case msgpack::Type::UInt:
    return object.UInt;
  case msgpack::Type::Boolean:
    return object.Bool;
  case msgpack::Type::String:
    return json::fixUTF8(object.Raw);
  case msgpack::Type::Array: {
    json::Array array;
    for (size_t i = 0; i < object.Length; ++i) {
      Expected<json::Value> element = readValue(reader, depth - 1);
      if (!element)
        return element.takeError();
      array.push_back(std::move(*element));
    }
    return array;
  }
  case msgpack::Type::Map: {
    json::Object map;
    for (size_t i = 0; i < object.Length; ++i) {
      Expected<json::Value> key = readValue(reader, depth - 1);
      if (!key)
        return key.takeError();
      Expected<json::Value> value = readValue(reader, depth - 1);
      if (!value)
        return value.takeError();
      if (!key->getAsString())
        return damaged("a key is no string");
      map[key->getAsString()->str()] = std::move(*value); // a string that the map owns
    }
    return map;
  }
  default:
    return nullptr;
  }
}

static uint64_t integer(const json::Object &map, StringRef key) {
  const json::Value *value = map.get(key);
  return value ? value->getAsUINT64().value_or(0) : 0;
}
static std::string text(const json::Object &map, StringRef key) {
  return map.getString(key).value_or("").str();
}

static Error readArguments(const json::Array &arguments, Kernel &kernel) {
  for (const json::Value &value : arguments) {
    const json::Object *argument = value.getAsObject();
    if (!argument)
      return damaged("an argument is not a map");
    uint64_t offset = integer(*argument, ".offset"), size = integer(*argument, ".size");
    if (offset > MaxKernarg || size > MaxKernarg)
      return damaged("'" + kernel.name + "' has an argument of " + Twine(size) + " bytes at " +
                     Twine(offset));
    kernel.arguments.push_back(
        {text(*argument, ".name"), text(*argument, ".value_kind"), uint32_t(offset), uint32_t(size)});
  }
  return Error::success();
}

Error readKernelMetadata(StringRef note, std::map<std::string, Kernel> &kernels) {
  msgpack::Reader reader(note);
  Expected<json::Value> root = readValue(reader, /*depth=*/16);
  if (!root)
    return root.takeError();
  if (!root->getAsObject())
    return damaged("it is not a map");
  const json::Array *list = root->getAsObject()->getArray("amdhsa.kernels");
  for (const json::Value &value : list ? *list : json::Array()) {
    const json::Object *map = value.getAsObject();
    if (!map)
      return damaged("a kernel is not a map");
    Kernel kernel;
    kernel.name = text(*map, ".name");
    kernel.groupSegmentSize = integer(*map, ".group_segment_fixed_size");
    kernel.privateSegmentSize = integer(*map, ".private_segment_fixed_size");
    kernel.kernargSize = integer(*map, ".kernarg_segment_size");
    if (uint64_t limit = integer(*map, ".max_flat_workgroup_size"))
      kernel.maxFlatWorkgroupSize = limit;
    if (const json::Array *arguments = map->getArray(".args"))
      if (Error error = readArguments(*arguments, kernel))
        return error;
    kernels[text(*map, ".symbol")] = std::move(kernel);
  }
  return Error::success();
}

} // namespace kiln::emulator
