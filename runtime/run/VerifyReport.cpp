#include "VerifyReport.h"

#include "Session.h"

#include <cstdio>

namespace kiln::run {

void VerifyRow::add(size_t argument, const launch::ArrayType &type, const launch::Comparison &comparison) {
  if (comparison.worst * tolerance > error * comparison.worstAllowed ||
      (comparison.worst > 0 && error == 0)) {
    error = comparison.worst;
    tolerance = comparison.worstAllowed;
  }
  elements += comparison.elements;
  if (comparison.wrong)
    fail("argument " + std::to_string(argument) + ": " + comparison.explain(type));
}

void VerifyRow::fail(const std::string &why) {
  detail = status == Wrong ? detail + "; " + why : why;
  status = Wrong;
}

static const char *const names[] = {"right", "wrong", "refused"};

static std::string joined(const std::vector<std::string> &words) {
  std::string text;
  for (const std::string &word : words)
    if (!word.empty())
      text += (text.empty() ? "" : " ") + word;
  return text;
}

static std::string lineOf(const VerifyRow &row) {
  static const char *const shown[] = {"right  ", "WRONG  ", "refused"};
  std::string line =
      joined({shown[row.status], row.target, row.device, row.kernel, row.parameters, row.sizes});
  char numbers[80] = "";
  if (row.error > 0)
    std::snprintf(numbers, sizeof numbers, ": error %.2e, allowed %.2e", row.error, row.tolerance);
  else if (row.elements)
    std::snprintf(numbers, sizeof numbers, ": equal");
  return line + numbers + (row.detail.empty() ? "" : "\n        " + row.detail) + "\n";
}

static std::string jsonOf(const VerifyRow &row) {
  return std::string("{\"status\": ") + quote(names[row.status]) + ", \"target\": " + quote(row.target) +
         ", \"device\": " + quote(row.device) + ", \"kernel\": " + quote(row.kernel) +
         ", \"parameters\": " + quote(row.parameters) + ", \"sizes\": " + quote(row.sizes) +
         ", \"error\": " + number(row.error) + ", \"tolerance\": " + number(row.tolerance) +
         ", \"elements\": " + std::to_string(row.elements) +
         ", \"instructions\": " + std::to_string(row.instructions) + ", \"detail\": " + quote(row.detail) +
         "}";
}

std::string VerifyReport::add(const VerifyRow &row) {
  ++counts[row.status];
  if (!json)
    return lineOf(row);
  rows += (rows.empty() ? "" : ",\n  ") + jsonOf(row);
  return "";
}

Outcome VerifyReport::finish() const {
  auto count = [&](VerifyRow::Status status) { return std::to_string(counts[status]); };
  std::string right = count(VerifyRow::Right), wrong = count(VerifyRow::Wrong),
              refused = count(VerifyRow::Refused);
  Outcome outcome;
  outcome.status = counts[VerifyRow::Right] == 0 || counts[VerifyRow::Wrong] != 0;
  outcome.output = json ? std::string("{\"status\": ") + quote(names[outcome.status]) +
                              ", \"right\": " + right + ", \"wrong\": " + wrong +
                              ", \"refused\": " + refused + ", \"cases\": [" + rows + "]}\n"
                        : right + " right, " + wrong + " wrong, " + refused + " refused\n";
  return outcome;
}

} // namespace kiln::run
