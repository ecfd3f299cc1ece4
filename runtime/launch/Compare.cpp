#include "kiln/launch/Launch.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace kiln::launch {

Tolerance defaultTolerance(DType type) { return {0, 0, factsOf(type).exponent ? 1.0 : 0.0}; }

double unitInTheLastPlace(DType type, double value) {
  const DTypeFacts &facts = factsOf(type);
  if (!facts.exponent)
    return 0;
  int smallest = 1 - facts.bias;
  double magnitude = std::fabs(value);
  int exponent =
      magnitude > 0 && std::isfinite(magnitude) ? std::max(std::ilogb(magnitude), smallest) : smallest;
  return std::ldexp(1.0, exponent - static_cast<int>(facts.mantissa));
}

static double allowed(DType type, double found, double expected, const Tolerance &tolerance) {
  double larger = std::max(std::fabs(expected), std::isfinite(found) ? std::fabs(found) : 0);
  return tolerance.absolute + tolerance.relative * std::fabs(expected) +
         (tolerance.ulps > 0 ? tolerance.ulps * unitInTheLastPlace(type, larger) : 0);
}

static void compareElement(Comparison &result, DType type, uint64_t index, double found, double expected,
                           const Tolerance &tolerance) {
  bool bothNaN = std::isnan(found) && std::isnan(expected);
  double distance = found == expected || bothNaN ? 0 : std::fabs(found - expected);
  double bound = allowed(type, found, expected, tolerance);
  // Written so that a NaN distance (one side NaN) is wrong.
  bool good = distance == 0 || (distance <= bound && !std::isinf(expected));
  if (std::isnan(distance))
    distance = INFINITY;
  result.maxAbsolute = std::max(result.maxAbsolute, distance);
  if (distance > 0)
    result.maxRelative =
        std::max(result.maxRelative, expected == 0 ? INFINITY : distance / std::fabs(expected));
  // a / b > c / d without the divisions: tolerances may be 0.
  if (distance * result.worstAllowed > result.worst * bound || (distance > 0 && result.worst == 0)) {
    result.worst = distance;
    result.worstAllowed = bound;
  }
  if (!good && result.wrong++ == 0) {
    result.firstWrong = index;
    result.foundAtFirst = found;
    result.expectedAtFirst = expected;
  }
}

Comparison compare(DType foundType, const uint8_t *found, DType expectedType, const uint8_t *expected,
                   uint64_t elements, Tolerance tolerance) {
  Comparison result;
  result.elements = elements;
  for (uint64_t i = 0; i < elements; ++i)
    compareElement(result, foundType, i, decodeElement(foundType, found, i),
                   decodeElement(expectedType, expected, i), tolerance);
  return result;
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
  return compare(foundType.type, found, expectedType.type, expected.data.data(), foundType.elements(),
                 tolerance);
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

std::string Comparison::explain(const ArrayType &type) const {
  std::string place;
  uint64_t index = firstWrong;
  for (size_t d = type.shape.size(); d-- > 0; index /= type.shape[d])
    place = std::to_string(index % type.shape[d]) + (place.empty() ? "" : ", ") + place;
  char text[200];
  std::snprintf(text, sizeof text, "%llu of %llu elements wrong, first at [%.80s]: found %.9g, expected %.9g",
                static_cast<unsigned long long>(wrong), static_cast<unsigned long long>(elements),
                place.c_str(), foundAtFirst, expectedAtFirst);
  return text;
}

} // namespace kiln::launch
