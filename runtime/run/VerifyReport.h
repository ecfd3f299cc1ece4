// What `kiln verify` and `kiln-run verify` say: one row for each case on each device, and the sum.
#ifndef KILN_RUNTIME_RUN_VERIFYREPORT_H
#define KILN_RUNTIME_RUN_VERIFYREPORT_H

#include "kiln/launch/Launch.h"
#include "kiln/run/Run.h"

namespace kiln::run {

struct VerifyRow {
  enum Status { Right, Wrong, Refused } status = Right;
  std::string device, target, kernel, parameters, sizes;
  std::string detail;              // of what is wrong or refused
  double error = 0, tolerance = 0; // where their quotient is largest
  uint64_t elements = 0;
  uint64_t instructions = 0; // that the emulator executed

  /// Takes over one output's comparison; what is wrong first is explained.
  void add(size_t argument, const launch::ArrayType &type, const launch::Comparison &comparison);
  /// Makes the row wrong, unless it says already why it is.
  void fail(const std::string &why);
};

class VerifyReport {
public:
  explicit VerifyReport(bool json) : json(json) {}
  /// The row's line of the table; nothing if all will be one JSON object.
  std::string add(const VerifyRow &row);
  unsigned wrong() const { return counts[VerifyRow::Wrong]; }
  /// The sum, or the JSON object. Done and clean is only a report with something right and nothing wrong.
  Outcome finish() const;

private:
  bool json;
  unsigned counts[3] = {};
  std::string rows; // JSON
};

} // namespace kiln::run

#endif
