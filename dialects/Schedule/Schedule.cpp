#include "dialects/Schedule/Schedule.h"

using namespace mlir;
using namespace kiln::schedule;

#include "dialects/Schedule/ScheduleDialect.cpp.inc"

#define GET_OP_CLASSES
#include "dialects/Schedule/ScheduleOps.cpp.inc"

void ScheduleDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "dialects/Schedule/ScheduleOps.cpp.inc"
      >();
}
