#include "kiln/launch/Launch.h"

#include "../json/Json.h"
#include <cmath>
#include <cstring>
#include <memory>

namespace kiln::launch {

using Json = kiln_json_value;

namespace {

/// Turns the document into a Launch; `fail` remembers the first complaint with file, line and key.
class Reader {
public:
  Reader(std::string file, std::string folder, std::string &error)
      : file(std::move(file)), folder(std::move(folder)), error(error) {}

  bool readLaunch(const Json *root, Launch &launch, bool needsGeometry);
  bool readArguments(const Json *args, std::vector<Argument> &out);
  bool readArgument(const Json *value, const std::string &key, Argument &argument);
  bool readDim3(const Json *value, Dim3 &out) { return dim3(value, "size", out); }

private:
  std::string file, folder;
  std::string &error;

  std::string at(const Json *value, const std::string &key) const {
    return file + ":" + std::to_string(value->line) + ": " + key;
  }
  bool fail(const Json *value, const std::string &key, const std::string &what) {
    error = at(value, key) + ": " + what;
    return false;
  }
  bool expected(const Json *value, const std::string &key, const std::string &what) {
    bool spelled = value->kind == KILN_JSON_NUMBER || value->kind == KILN_JSON_STRING;
    return fail(value, key,
                "expected " + what + ", found " + (spelled ? value->text : kiln_json_kind_name(value)));
  }
  bool knownMembers(const Json *object, const std::string &key, const std::vector<const char *> &names);
  bool text(const Json *value, const std::string &key, std::string &out);
  bool path(const Json *value, const std::string &key, std::string &out);
  bool u32(const Json *value, const std::string &key, uint32_t &out);
  bool dim3(const Json *value, const std::string &key, Dim3 &out);
  bool arrayType(const Json *value, const std::string &key, ArrayType &out);
  bool scalar(const Json *value, const std::string &key, DType type, Argument &argument);
  bool hexBytes(const Json *value, const std::string &key, Argument &argument);
  bool pointers(const Json *value, const std::string &key, Argument &argument);
  bool options(const Json *value, const std::string &key, Argument &argument);
};

bool Reader::knownMembers(const Json *object, const std::string &key,
                          const std::vector<const char *> &names) {
  for (const Json *member = object->first; member; member = member->next) {
    bool known = false;
    std::string all;
    for (const char *name : names) {
      known |= std::strcmp(name, member->key) == 0;
      all += (all.empty() ? "" : ", ") + std::string(name);
    }
    if (!known)
      return fail(member, key.empty() ? member->key : key + "." + member->key,
                  "unknown key; known are " + all);
  }
  return true;
}

bool Reader::text(const Json *value, const std::string &key, std::string &out) {
  if (value->kind != KILN_JSON_STRING || !value->text[0])
    return expected(value, key, "a string that is not empty");
  out = value->text;
  return true;
}

bool Reader::path(const Json *value, const std::string &key, std::string &out) {
  if (!text(value, key, out))
    return false;
  if (out[0] != '/')
    out = folder + out;
  return true;
}

bool Reader::u32(const Json *value, const std::string &key, uint32_t &out) {
  uint64_t wide;
  if (!kiln_json_u64(value, &wide) || wide > UINT32_MAX)
    return expected(value, key, "an integer from 0 to 4294967295");
  out = static_cast<uint32_t>(wide);
  return true;
}

bool Reader::dim3(const Json *value, const std::string &key, Dim3 &out) {
  if (value->kind != KILN_JSON_ARRAY || value->count < 1 || value->count > 3)
    return expected(value, key, "an array of one to three sizes");
  uint32_t *slots[] = {&out.x, &out.y, &out.z};
  unsigned index = 0;
  for (const Json *size = value->first; size; size = size->next, ++index) {
    std::string sizeKey = key + "[" + std::to_string(index) + "]";
    if (!u32(size, sizeKey, *slots[index]))
      return false;
    if (*slots[index] == 0)
      return expected(size, sizeKey, "a size of at least 1");
  }
  return true;
}

bool Reader::arrayType(const Json *value, const std::string &key, ArrayType &out) {
  std::string spelling, why;
  if (!text(value, key, spelling))
    return false;
  std::optional<ArrayType> type = parseArrayType(spelling, why);
  if (!type)
    return fail(value, key, why);
  out = *type;
  return true;
}

/// The bits of `value` in an IEEE-like type: nearest, ties to even. Every type here has at most 52 mantissa
/// bits.
uint64_t encodeFloat(const DTypeFacts &facts, double value) {
  uint64_t sign = std::signbit(value) ? uint64_t(1) << (facts.bits - 1) : 0;
  uint64_t top = (uint64_t(1) << facts.exponent) - 1;
  if (std::isnan(value))
    return top << facts.mantissa | uint64_t(1) << (facts.mantissa - 1);
  int exponent = 0;
  std::frexp(value, &exponent);
  int lowest = 2 - facts.bias; // frexp's exponent of the smallest normal
  int scale = (value == 0 || exponent < lowest ? lowest : exponent) - 1 - static_cast<int>(facts.mantissa);
  if (std::isinf(value) || exponent > facts.bias + 1)
    return sign | top << facts.mantissa;
  auto mantissa = static_cast<uint64_t>(std::nearbyint(std::ldexp(std::fabs(value), -scale)));
  // The hidden bit is worth one exponent step, so a carry out of the rounding lands in the exponent by
  // itself.
  return sign | ((static_cast<uint64_t>(scale + static_cast<int>(facts.mantissa) + facts.bias - 1)
                  << facts.mantissa) +
                 mantissa);
}

bool Reader::scalar(const Json *value, const std::string &key, DType type, Argument &argument) {
  const DTypeFacts &facts = factsOf(type);
  uint64_t bits = 0;
  if (type == DType::BOOL) {
    if (value->kind != KILN_JSON_BOOLEAN)
      return expected(value, key, "true or false");
    bits = static_cast<uint64_t>(value->boolean);
  } else if (facts.exponent) {
    double number;
    if (!kiln_json_double(value, &number))
      return expected(value, key, "a number");
    bits = encodeFloat(facts, number);
  } else {
    int64_t number = 0;
    bool good = facts.hasSign ? kiln_json_i64(value, &number) : kiln_json_u64(value, &bits);
    if (facts.hasSign)
      bits = static_cast<uint64_t>(number);
    unsigned unused = 64 - facts.bits;
    bool fits = facts.hasSign ? static_cast<int64_t>(bits << unused) >> unused == number
                              : bits << unused >> unused == bits;
    if (!good || !fits)
      return expected(value, key, std::string("an integer that fits ") + facts.name);
  }
  argument.kind = Argument::Scalar;
  argument.type = {type, {}};
  argument.bytes.resize(facts.bits / 8);
  std::memcpy(argument.bytes.data(), &bits, facts.bits / 8);
  return true;
}

bool Reader::hexBytes(const Json *value, const std::string &key, Argument &argument) {
  std::string hex;
  if (!text(value, key, hex))
    return false;
  auto digit = [](char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  argument.kind = Argument::Bytes;
  for (size_t i = 0; i < hex.size(); i += 2) {
    int high = digit(hex[i]), low = i + 1 < hex.size() ? digit(hex[i + 1]) : -1;
    if (high < 0 || low < 0)
      return fail(value, key, "expected pairs of lower-case hexadecimal digits");
    argument.bytes.push_back(static_cast<uint8_t>(high << 4 | low));
  }
  return true;
}

bool Reader::pointers(const Json *value, const std::string &key, Argument &argument) {
  if (value->kind != KILN_JSON_ARRAY)
    return expected(value, key, "an array");
  unsigned index = 0;
  for (const Json *entry = value->first; entry; entry = entry->next, ++index) {
    std::string entryKey = key + "[" + std::to_string(index) + "]";
    const Json *at = kiln_json_member(entry, "at"), *to = kiln_json_member(entry, "to");
    const Json *plus = kiln_json_member(entry, "plus");
    Pointer pointer;
    if (entry->kind != KILN_JSON_OBJECT || !at || !to)
      return expected(entry, entryKey, "an object with \"at\" and \"to\"");
    if (!knownMembers(entry, entryKey, {"at", "to", "plus"}) || !u32(to, entryKey + ".to", pointer.to))
      return false;
    if (!kiln_json_u64(at, &pointer.at))
      return expected(at, entryKey + ".at", "a byte offset");
    if (plus && !kiln_json_i64(plus, &pointer.plus))
      return expected(plus, entryKey + ".plus", "an integer");
    argument.pointers.push_back(pointer);
  }
  return true;
}

bool Reader::options(const Json *value, const std::string &key, Argument &argument) {
  const Json *seed = kiln_json_member(value, "seed"), *save = kiln_json_member(value, "save");
  const Json *dtype = kiln_json_member(value, "dtype"), *list = kiln_json_member(value, "pointers");
  if (seed && argument.kind != Argument::Random)
    return fail(seed, key + ".seed", "only a random buffer has a seed");
  if (seed && !kiln_json_u64(seed, &argument.seed))
    return expected(seed, key + ".seed", "an unsigned integer");
  if (save && !argument.isBuffer())
    return fail(save, key + ".save", "only a buffer (npy, zeros, random) can be saved");
  if (save && !path(save, key + ".save", argument.save))
    return false;
  if (dtype && argument.kind != Argument::Npy)
    return fail(dtype, key + ".dtype", "only an npy buffer takes a dtype: what its integers mean");
  if (dtype) {
    std::string name;
    if (!text(dtype, key + ".dtype", name))
      return false;
    std::optional<DType> type = parseDType(name);
    if (!type)
      return fail(dtype, key + ".dtype", "unknown element type '" + name + "'; known are " + allDTypeNames());
    argument.type.type = *type;
  }
  argument.typeFromFile = argument.kind == Argument::Npy && !dtype;
  if (list && !argument.isBuffer() && argument.kind != Argument::Bytes)
    return fail(list, key + ".pointers", "only a buffer or bytes can hold pointers");
  return !list || pointers(list, key + ".pointers", argument);
}

bool Reader::readArgument(const Json *value, const std::string &key, Argument &argument) {
  if (value->kind != KILN_JSON_OBJECT)
    return expected(value, key, "an object such as {\"zeros\": \"f32[16]\"}");
  argument.where = at(value, key);
  const Json *subject = nullptr;
  for (const Json *member = value->first; member; member = member->next) {
    std::string name = member->key;
    if (name == "seed" || name == "save" || name == "dtype" || name == "pointers")
      continue;
    if (subject)
      return fail(member, key + "." + name,
                  "an argument is one thing, and this is already " + std::string(subject->key));
    subject = member;
  }
  if (!subject)
    return fail(value, key, "expected one of npy, zeros, unset, random, bytes or a scalar's type");
  std::string name = subject->key, subjectKey = key + "." + name;
  std::optional<DType> type = parseDType(name);
  bool good;
  if (name == "npy") {
    argument.kind = Argument::Npy;
    good = path(subject, subjectKey, argument.file);
  } else if (name == "zeros" || name == "unset" || name == "random") {
    argument.kind = name == "zeros" ? Argument::Zeros : name == "unset" ? Argument::Unset : Argument::Random;
    good = arrayType(subject, subjectKey, argument.type);
  } else if (name == "bytes") {
    good = hexBytes(subject, subjectKey, argument);
  } else if (type && (*type <= DType::BF16)) {
    good = scalar(subject, subjectKey, *type, argument);
  } else {
    return fail(
        subject, subjectKey,
        "unknown argument kind; known are npy, zeros, unset, random, bytes, bool, u8 to u64, i8 to i64, "
        "f16, bf16, f32, f64");
  }
  return good && options(value, key, argument);
}

bool Reader::readArguments(const Json *args, std::vector<Argument> &out) {
  if (args->kind != KILN_JSON_ARRAY)
    return expected(args, "args", "an array");
  unsigned index = 0;
  for (const Json *value = args->first; value; value = value->next, ++index) {
    Argument argument;
    if (!readArgument(value, "args[" + std::to_string(index) + "]", argument))
      return false;
    out.push_back(std::move(argument));
  }
  return true;
}

bool Reader::readLaunch(const Json *root, Launch &launch, bool needsGeometry) {
  if (root->kind != KILN_JSON_OBJECT)
    return expected(root, "launch", "an object");
  if (!knownMembers(root, "", {"kernel", "grid", "block", "dynamic_lds", "args"}))
    return false;
  const Json *grid = kiln_json_member(root, "grid"), *block = kiln_json_member(root, "block");
  for (const char *required : {"kernel", "grid", "block", "args"})
    if (!kiln_json_member(root, required) && (needsGeometry || (required[0] != 'g' && required[0] != 'b')))
      return fail(root, required, "missing");
  const Json *lds = kiln_json_member(root, "dynamic_lds");
  return text(kiln_json_member(root, "kernel"), "kernel", launch.kernel) &&
         (!grid || dim3(grid, "grid", launch.grid)) && (!block || dim3(block, "block", launch.block)) &&
         (!lds || u32(lds, "dynamic_lds", launch.dynamicLds)) &&
         readArguments(kiln_json_member(root, "args"), launch.args);
}

struct DocumentDeleter {
  void operator()(kiln_json_document *document) const { kiln_json_free(document); }
};
using Document = std::unique_ptr<kiln_json_document, DocumentDeleter>;

Document parseDocument(const std::string &text, const std::string &name, std::string &error) {
  char why[256];
  Document document(kiln_json_parse(text.data(), text.size(), size_t(64) << 20, why, sizeof why));
  if (!document)
    error = name + ": " + why;
  return document;
}

} // namespace

std::optional<Launch> parseLaunch(const std::string &text, const std::string &path, std::string &error,
                                  bool needsGeometry) {
  Document document = parseDocument(text, path, error);
  size_t slash = path.rfind('/');
  std::string folder = slash == std::string::npos ? "" : path.substr(0, slash + 1);
  Launch launch;
  if (!document ||
      !Reader(path, folder, error).readLaunch(kiln_json_root(document.get()), launch, needsGeometry) ||
      !checkLaunch(launch, error))
    return std::nullopt;
  return launch;
}

std::optional<Launch> readLaunch(const std::string &path, std::string &error, bool needsGeometry) {
  std::optional<std::vector<uint8_t>> bytes = readFile(path, error);
  return bytes ? parseLaunch(std::string(bytes->begin(), bytes->end()), path, error, needsGeometry)
               : std::nullopt;
}

std::optional<std::vector<Argument>> readArguments(const Json *array, const std::string &where,
                                                   std::string &error) {
  Launch launch;
  if (!Reader(where, "", error).readArguments(array, launch.args) || !checkLaunch(launch, error))
    return std::nullopt;
  return launch.args;
}

static std::string quoted(const std::string &text) {
  std::string out = "\"";
  for (char c : text)
    out += (c == '"' || c == '\\') ? std::string("\\") + c : std::string(1, c);
  return out + "\"";
}

/// Rewrites KIND:VALUE[,key=value...] as the JSON form, so that there is one reader. A comma inside [] is
/// part of a shape.
static std::optional<std::string> jsonOfArgument(const std::string &text) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (char c : text) {
    depth += c == '[' ? 1 : c == ']' ? -1 : 0;
    if (c == ',' && depth == 0)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  size_t colon = parts[0].find(':');
  if (colon == std::string::npos)
    return std::nullopt;
  std::string kind = parts[0].substr(0, colon), value = parts[0].substr(colon + 1);
  bool isText = kind == "npy" || kind == "zeros" || kind == "unset" || kind == "random" || kind == "bytes";
  std::string json = "{" + quoted(kind) + ":" + (isText ? quoted(value) : value);
  for (size_t i = 1; i < parts.size(); ++i) {
    size_t equals = parts[i].find('=');
    if (equals == std::string::npos)
      return std::nullopt;
    std::string key = parts[i].substr(0, equals), option = parts[i].substr(equals + 1);
    json += "," + quoted(key) + ":" + (key == "seed" ? option : quoted(option));
  }
  return json + "}";
}

std::optional<Argument> parseArgument(const std::string &text, unsigned index, std::string &error) {
  std::string key = "args[" + std::to_string(index) + "]";
  std::optional<std::string> json = !text.empty() && text[0] == '{' ? text : jsonOfArgument(text);
  std::string why;
  Argument argument;
  if (json) {
    Document document = parseDocument(*json, "--arg", why);
    if (document && Reader("--arg", "", why).readArgument(kiln_json_root(document.get()), key, argument))
      return argument;
  } else {
    why = "expected KIND:VALUE[,key=value...] or a JSON object";
  }
  error = "--arg '" + text + "': " + why;
  return std::nullopt;
}

std::optional<Dim3> parseDim3(const std::string &text, std::string &error) {
  std::string why;
  Document document = parseDocument("[" + text + "]", "", why);
  Dim3 result;
  if (document && Reader("", "", why).readDim3(kiln_json_root(document.get()), result))
    return result;
  error = "expected one to three sizes of at least 1 such as 64,2,1, found '" + text + "'";
  return std::nullopt;
}

bool checkLaunch(const Launch &launch, std::string &error) {
  for (const Argument &argument : launch.args)
    for (const Pointer &pointer : argument.pointers)
      if (pointer.to >= launch.args.size() || !launch.args[pointer.to].isBuffer()) {
        error = argument.where + ".pointers: argument " + std::to_string(pointer.to) + " is no buffer";
        return false;
      }
  return true;
}

} // namespace kiln::launch
