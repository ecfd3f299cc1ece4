// How often a loop runs, where the code says it.
#ifndef KILN_INSPECTOR_TRIPS_H
#define KILN_INSPECTOR_TRIPS_H

#include "kiln/Inspector/FunctionView.h"

namespace kiln::inspector {

/// A loop's scalar counter. `start` and `bound` are absent where they come from arguments or memory.
struct TripHint {
  /// Times that the loop's head runs when the loop is entered.
  std::optional<uint64_t> trips;
  /// "s8"; empty if the loop has no counter that was recognised, and `why` says what it has instead.
  std::string counter;
  std::optional<int64_t> start, step, bound;
  /// Goes on while counter `condition` bound: "<", "<=", ">", ">=", "!=", "==".
  std::string condition;
  /// Register of the bound where that is no constant.
  std::string boundRegister;
  std::string why;
};

TripHint findTrips(const FunctionView &function, const Loop &loop);

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_TRIPS_H
