// NumPy's .npy files (format versions 1.0 to 3.0, little-endian, C order).
#ifndef KILN_LAUNCH_NPY_H
#define KILN_LAUNCH_NPY_H

#include "kiln/launch/DType.h"

namespace kiln::launch {

struct NpyArray {
  ArrayType type; // of a type that NumPy knows
  std::vector<uint8_t> data;
};

/// Reads a file. On failure returns nothing; `error` names the file and the reason.
std::optional<NpyArray> readNpy(const std::string &path, std::string &error);
/// Parses the bytes of a file called `name`.
std::optional<NpyArray> parseNpy(const std::string &name, const std::vector<uint8_t> &bytes,
                                 std::string &error);
/// The bytes of a version 1.0 file. Types that NumPy lacks are stored as unsigned integers; sub-byte types as
/// their packed bytes, the last dimension counting bytes.
std::vector<uint8_t> encodeNpy(const ArrayType &type, const uint8_t *data);
bool writeNpy(const std::string &path, const ArrayType &type, const uint8_t *data, std::string &error);

/// Whole files, for the formats around us.
std::optional<std::vector<uint8_t>> readFile(const std::string &path, std::string &error);
bool writeFile(const std::string &path, const void *data, size_t size, std::string &error);

} // namespace kiln::launch

#endif
