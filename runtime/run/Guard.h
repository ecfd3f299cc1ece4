// Turns whatever is thrown into what the shell is told.
#ifndef KILN_RUNTIME_RUN_GUARD_H
#define KILN_RUNTIME_RUN_GUARD_H

#include "Session.h"

namespace kiln::run {

template <typename Body> Outcome guarded(bool json, Body body) {
  Outcome outcome;
  try {
    return body();
  } catch (const Failure &failure) {
    outcome.status = failure.status;
    outcome.error = failure.text;
  } catch (const std::bad_alloc &) {
    outcome.status = 1;
    outcome.error = "the host is out of memory";
  } catch (const std::exception &error) {
    outcome.status = 1;
    outcome.error = error.what();
  }
  if (json)
    outcome.output = "{\"status\": \"error\", \"error\": " + quote(outcome.error) + "}\n";
  return outcome;
}

} // namespace kiln::run

#endif
