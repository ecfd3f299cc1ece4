// What a kernel's code must be like, as data; docs/inspector.md describes the file.
#ifndef KILN_INSPECTOR_EXPECTATION_H
#define KILN_INSPECTOR_EXPECTATION_H

#include "kiln/Inspector/Inspector.h"
#include "llvm/ADT/ArrayRef.h"
#include <nlohmann/json.hpp>

namespace kiln::inspector {

using Json = nlohmann::ordered_json;

/// One kernel of an expectation: each of its lists names alternatives, and every combination is checked.
struct ExpectedKernel {
  std::string file, kernel, target, schedule;
  std::vector<std::pair<std::string, std::string>> params;

  /// "matmul.mlir matmul, gfx950, T=bf16, @matmul_8_waves"
  std::string describe() const;
};

/// What stands wrong in an expectation as such: keys and names that there are not, values of another kind. A
/// sentence each, with what would be right.
std::vector<std::string> findMistakes(const Json &expectation);

/// All combinations. The expectation has no mistakes, here and below.
std::vector<ExpectedKernel> kernelsOf(const Json &expectation);

/// How a kernel differs from an expectation, a sentence each.
std::vector<std::string> checkExpectation(const Json &expectation, const KernelReport &kernel);

/// Writes the figures that hold for all of `kernels` into the expectation, for the keys that stand there, and
/// says what changed. What must not be there at all ("none") stays.
std::vector<std::string> updateExpectation(Json &expectation, llvm::ArrayRef<const KernelReport *> kernels);

/// As a person would write it: what fits into a line stands in one.
std::string format(const Json &json);

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_EXPECTATION_H
