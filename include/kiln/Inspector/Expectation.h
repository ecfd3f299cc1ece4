// What a kernel's code must be like, as data; docs/inspector.md describes the file.
#ifndef KILN_INSPECTOR_EXPECTATION_H
#define KILN_INSPECTOR_EXPECTATION_H

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace kiln::inspector {

using Json = nlohmann::ordered_json;

/// How one kernel's report (an element of "kernels" of `toJson`) differs from an expectation, a sentence
/// each; unknown keys of the expectation are differences.
std::vector<std::string> checkExpectation(const Json &expectation, const Json &kernel);

/// Writes the figures of the report into the expectation, for the keys that stand there, and says what
/// changed. What must not be there at all ("none") stays.
std::vector<std::string> updateExpectation(Json &expectation, const Json &kernel);

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_EXPECTATION_H
