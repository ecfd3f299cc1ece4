#include "kiln/launch/DType.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace kiln::launch {

static const DTypeFacts table[] = {
#define X(enumerator, name, bits, npy, mantissa, exponent, bias, hasSign)                                    \
  {DType::enumerator, name, bits, npy, mantissa, exponent, bias, hasSign != 0},
#include "kiln/dtypes.def"
#undef X
};

const DTypeFacts &factsOf(DType type) { return table[static_cast<unsigned>(type)]; }

std::optional<DType> parseDType(const std::string &name) {
  std::string lower;
  for (char c : name)
    lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  for (const DTypeFacts &facts : table)
    if (lower == facts.name)
      return facts.type;
  return std::nullopt;
}

std::string allDTypeNames() {
  std::string names;
  for (const DTypeFacts &facts : table)
    names += std::string(names.empty() ? "" : ", ") + facts.name;
  return names;
}

uint64_t ArrayType::elements() const {
  uint64_t count = 1;
  for (uint64_t size : shape)
    count *= size;
  return count;
}

uint64_t ArrayType::bytes() const {
  unsigned bits = factsOf(type).bits;
  return bits % 8 == 0 ? elements() * (bits / 8) : elements() / 8 * bits + elements() % 8 * bits / 8;
}

std::string ArrayType::str() const {
  std::string text = std::string(factsOf(type).name) + "[";
  for (size_t i = 0; i < shape.size(); ++i)
    text += (i ? "," : "") + std::to_string(shape[i]);
  return text + "]";
}

std::string whyNotStorable(const ArrayType &type) {
  // 2^56 bytes are more than any address space we meet, and leave room for arithmetic.
  uint64_t limit = uint64_t(1) << 56, count = 1;
  for (uint64_t size : type.shape) {
    if (size && count > limit / 8 / size)
      return "the array " + type.str() + " is larger than any memory";
    count *= size ? size : 1;
  }
  unsigned bits = factsOf(type.type).bits;
  uint64_t row = type.shape.empty() ? 1 : type.shape.back();
  if (bits % 8 != 0 && row * bits % 8 != 0)
    return "a row of " + type.str() + " is no whole number of bytes (packed elements of " +
           std::to_string(bits) + " bits)";
  return "";
}

static bool parseSizes(const std::string &text, size_t at, std::vector<uint64_t> &shape) {
  size_t end = text.size() - 1;
  while (at < end) {
    size_t start = at;
    uint64_t size = 0;
    for (; at < end && text[at] >= '0' && text[at] <= '9' && at - start < 18; ++at)
      size = size * 10 + static_cast<uint64_t>(text[at] - '0');
    if (at == start || (at < end && (text[at] != ',' || at + 1 == end)))
      return false;
    shape.push_back(size);
    ++at;
  }
  return true;
}

std::optional<ArrayType> parseArrayType(const std::string &text, std::string &error) {
  size_t open = text.find('[');
  ArrayType result;
  if (open == std::string::npos || text.back() != ']' || !parseSizes(text, open + 1, result.shape)) {
    error = "expected a type and a shape such as bf16[256,128], found '" + text + "'";
    return std::nullopt;
  }
  std::optional<DType> type = parseDType(text.substr(0, open));
  if (!type) {
    error = "unknown element type '" + text.substr(0, open) + "'; known are " + allDTypeNames();
    return std::nullopt;
  }
  result.type = *type;
  error = whyNotStorable(result);
  return error.empty() ? std::optional<ArrayType>(result) : std::nullopt;
}

static uint64_t loadBits(const uint8_t *data, uint64_t index, unsigned bits) {
  uint64_t word = 0;
  if (bits % 8 == 0) {
    std::memcpy(&word, data + index * (bits / 8), bits / 8);
    return word;
  }
  uint64_t first = index * bits;
  for (unsigned i = 0; i < bits; ++i)
    word |= static_cast<uint64_t>(data[(first + i) / 8] >> (first + i) % 8 & 1) << i;
  return word;
}

static void orBits(uint8_t *data, uint64_t index, unsigned bits, uint64_t word) {
  if (bits % 8 == 0) {
    std::memcpy(data + index * (bits / 8), &word, bits / 8);
    return;
  }
  uint64_t first = index * bits;
  for (unsigned i = 0; i < bits; ++i)
    data[(first + i) / 8] |= static_cast<uint8_t>((word >> i & 1) << (first + i) % 8);
}

static double decodeFloat(const DTypeFacts &facts, uint64_t code) {
  uint64_t mantissa = code & ((uint64_t(1) << facts.mantissa) - 1);
  uint64_t exponentMask = (uint64_t(1) << facts.exponent) - 1;
  uint64_t exponent = code >> facts.mantissa & exponentMask;
  bool negative = facts.hasSign && code >> (facts.bits - 1) & 1;
  bool ieee = facts.bits >= 16 || facts.type == DType::F8E5M2;
  if (ieee && exponent == exponentMask)
    return mantissa ? NAN : negative ? -INFINITY : INFINITY;
  bool fnuz = facts.type == DType::F8E4M3FNUZ || facts.type == DType::F8E5M2FNUZ;
  if ((fnuz && code == 0x80) || (facts.type == DType::F8E4M3FN && (code & 0x7f) == 0x7f) ||
      (facts.type == DType::F8E8M0FNU && code == 0xff))
    return NAN;
  if (facts.type == DType::F8E8M0FNU)
    return std::ldexp(1.0, static_cast<int>(code) - facts.bias);
  uint64_t hidden = exponent ? uint64_t(1) << facts.mantissa : 0;
  int scale = static_cast<int>(exponent ? exponent : 1) - facts.bias - static_cast<int>(facts.mantissa);
  double magnitude = std::ldexp(static_cast<double>(mantissa | hidden), scale);
  return negative ? -magnitude : magnitude;
}

double decodeElement(DType type, const uint8_t *data, uint64_t index) {
  const DTypeFacts &facts = factsOf(type);
  uint64_t code = loadBits(data, index, facts.bits);
  if (type == DType::F64) {
    double value;
    std::memcpy(&value, &code, sizeof value);
    return value;
  }
  if (facts.exponent)
    return decodeFloat(facts, code);
  if (!facts.hasSign)
    return static_cast<double>(code);
  unsigned unused = 64 - facts.bits;
  return static_cast<double>(static_cast<int64_t>(code << unused) >> unused);
}

static uint64_t splitmix64(uint64_t z) {
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

static uint64_t randomCode(const DTypeFacts &facts, uint64_t x) {
  if (facts.type == DType::BOOL)
    return x >> 63;
  if (!facts.exponent)
    return std::max<uint64_t>(x >> (64 - facts.bits), 1);
  uint64_t sign = facts.hasSign ? x >> 63 << (facts.bits - 1) : 0;
  if (facts.bits < 8)
    return sign | (1 + (x & ~(uint64_t(1) << 63)) % ((uint64_t(1) << (facts.bits - 1)) - 1));
  uint64_t exponent = static_cast<uint64_t>(facts.bias - 3) + (x >> 61 & 3);
  uint64_t mantissa = (x >> (61 - facts.mantissa)) & ((uint64_t(1) << facts.mantissa) - 1);
  return sign | exponent << facts.mantissa | mantissa;
}

void fillRandom(const ArrayType &type, uint64_t seed, uint8_t *data) {
  const DTypeFacts &facts = factsOf(type.type);
  if (facts.bits % 8 != 0 && type.bytes())
    std::memset(data, 0, type.bytes());
  uint64_t count = type.elements();
  for (uint64_t i = 0; i < count; ++i)
    orBits(data, i, facts.bits, randomCode(facts, splitmix64(seed + (i + 1) * 0x9e3779b97f4a7c15)));
}

} // namespace kiln::launch
