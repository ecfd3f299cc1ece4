#include "kiln/launch/Npy.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace kiln::launch {

std::optional<std::vector<uint8_t>> readFile(const std::string &path, std::string &error) {
  std::FILE *file = std::fopen(path.c_str(), "rb");
  if (!file) {
    error = "cannot open " + path + ": " + std::strerror(errno);
    return std::nullopt;
  }
  std::vector<uint8_t> bytes;
  uint8_t buffer[1 << 16];
  while (size_t count = std::fread(buffer, 1, sizeof buffer, file))
    bytes.insert(bytes.end(), buffer, buffer + count);
  bool good = !std::ferror(file);
  if (!good)
    error = "cannot read " + path + ": " + std::strerror(errno);
  std::fclose(file);
  return good ? std::optional<std::vector<uint8_t>>(std::move(bytes)) : std::nullopt;
}

bool writeFile(const std::string &path, const void *data, size_t size, std::string &error) {
  std::FILE *file = std::fopen(path.c_str(), "wb");
  bool good = file && (size == 0 || std::fwrite(data, 1, size, file) == size);
  good = file && std::fclose(file) == 0 && good;
  if (!good)
    error = "cannot write " + path + ": " + std::strerror(errno);
  return good;
}

namespace {

/// Reads the header, a Python dictionary literal: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4),
/// }.
class HeaderParser {
public:
  explicit HeaderParser(const std::string &text) : text(text) {}

  bool parse(std::string &descr, bool &fortran, std::vector<uint64_t> &shape) {
    bool seen[3] = {false, false, false};
    if (!take('{'))
      return false;
    while (!take('}')) {
      std::string key;
      if (!string(key) || !take(':'))
        return false;
      bool good = key == "descr"           ? (seen[0] = string(descr))
                  : key == "fortran_order" ? (seen[1] = boolean(fortran))
                  : key == "shape"         ? (seen[2] = tuple(shape))
                                           : false;
      if (!good || (!take(',') && !peek('}')))
        return false;
    }
    return seen[0] && seen[1] && seen[2];
  }

private:
  const std::string &text;
  size_t at = 0;

  bool peek(char c) {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\n'))
      ++at;
    return at < text.size() && text[at] == c;
  }
  bool take(char c) { return peek(c) ? (++at, true) : false; }
  bool string(std::string &out) {
    char quote = take('\'') ? '\'' : take('"') ? '"' : 0;
    size_t end = quote ? text.find(quote, at) : std::string::npos;
    if (end == std::string::npos)
      return false;
    out = text.substr(at, end - at);
    at = end + 1;
    return true;
  }
  bool boolean(bool &out) {
    peek(' ');
    for (bool candidate : {false, true}) {
      std::string word = candidate ? "True" : "False";
      if (text.compare(at, word.size(), word) == 0) {
        at += word.size();
        out = candidate;
        return true;
      }
    }
    return false;
  }
  bool tuple(std::vector<uint64_t> &out) {
    if (!take('('))
      return false;
    while (!take(')')) {
      peek('0');
      size_t start = at;
      uint64_t value = 0;
      for (; at < text.size() && text[at] >= '0' && text[at] <= '9' && at - start < 18; ++at)
        value = value * 10 + static_cast<uint64_t>(text[at] - '0');
      if (at == start || out.size() == 64)
        return false;
      out.push_back(value);
      if (!take(',') && !peek(')'))
        return false;
    }
    return true;
  }
};

} // namespace

static std::optional<DType> typeOfDescr(std::string descr) {
  if (descr == "|b1")
    return DType::BOOL;
  // NumPy writes '|' where byte order means nothing; '<' says the same there.
  if (descr.size() == 3 && descr[2] == '1')
    descr[0] = '|';
  for (DType type : {DType::U8, DType::U16, DType::U32, DType::U64, DType::I8, DType::I16, DType::I32,
                     DType::I64, DType::F16, DType::F32, DType::F64})
    if (descr == factsOf(type).npy)
      return type;
  return std::nullopt;
}

std::optional<NpyArray> parseNpy(const std::string &name, const std::vector<uint8_t> &bytes,
                                 std::string &error) {
  auto refuse = [&](const std::string &why) {
    error = name + ": " + why;
    return std::nullopt;
  };
  if (bytes.size() < 10 || std::memcmp(bytes.data(), "\x93NUMPY", 6) != 0)
    return refuse("not a .npy file");
  if (bytes[6] < 1 || bytes[6] > 3)
    return refuse("format version " + std::to_string(bytes[6]) + " is unknown; 1 to 3 are known");
  size_t prefix = bytes[6] == 1 ? 10 : 12;
  if (bytes.size() < prefix)
    return refuse("truncated header");
  size_t length = bytes[8] | bytes[9] << 8;
  if (bytes[6] > 1)
    length |= static_cast<size_t>(bytes[10]) << 16 | static_cast<size_t>(bytes[11]) << 24;
  if (length > bytes.size() - prefix)
    return refuse("truncated header");
  std::string header(bytes.begin() + prefix, bytes.begin() + prefix + length), descr;
  bool fortran = false;
  NpyArray array;
  if (!HeaderParser(header).parse(descr, fortran, array.type.shape))
    return refuse("malformed header");
  std::optional<DType> type = typeOfDescr(descr);
  if (!type)
    return refuse("element type '" + descr +
                  "' is not supported (little-endian bool, integers and f2, f4, f8 are)");
  if (fortran && array.type.shape.size() > 1)
    return refuse("the array is in Fortran order; save numpy.ascontiguousarray of it");
  array.type.type = *type;
  std::string why = whyNotStorable(array.type);
  if (!why.empty())
    return refuse(why);
  size_t start = prefix + length;
  if (bytes.size() - start != array.type.bytes())
    return refuse("holds " + std::to_string(bytes.size() - start) + " bytes of data, " + array.type.str() +
                  " needs " + std::to_string(array.type.bytes()));
  array.data.assign(bytes.begin() + start, bytes.end());
  return array;
}

std::optional<NpyArray> readNpy(const std::string &path, std::string &error) {
  std::optional<std::vector<uint8_t>> bytes = readFile(path, error);
  return bytes ? parseNpy(path, *bytes, error) : std::nullopt;
}

std::vector<uint8_t> encodeNpy(const ArrayType &type, const uint8_t *data) {
  const DTypeFacts &facts = factsOf(type.type);
  std::vector<uint64_t> shape = type.shape;
  if (facts.bits % 8 != 0 && !shape.empty())
    shape.back() = shape.back() * facts.bits / 8;
  std::string header = std::string("{'descr': '") + facts.npy + "', 'fortran_order': False, 'shape': (";
  for (size_t i = 0; i < shape.size(); ++i)
    header += (i ? ", " : "") + std::to_string(shape[i]);
  header += shape.size() == 1 ? ",), }" : "), }";
  header.resize((10 + header.size() + 1 + 63) / 64 * 64 - 10 - 1, ' ');
  header += '\n';
  std::vector<uint8_t> bytes = {0x93,
                                'N',
                                'U',
                                'M',
                                'P',
                                'Y',
                                1,
                                0,
                                static_cast<uint8_t>(header.size() & 0xff),
                                static_cast<uint8_t>(header.size() >> 8)};
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), data, data + type.bytes());
  return bytes;
}

bool writeNpy(const std::string &path, const ArrayType &type, const uint8_t *data, std::string &error) {
  std::vector<uint8_t> bytes = encodeNpy(type, data);
  return writeFile(path, bytes.data(), bytes.size(), error);
}

} // namespace kiln::launch
