// The schedule dialect: how a kernel is computed, as Transform-dialect operations.
#ifndef KILN_DIALECTS_SCHEDULE_H
#define KILN_DIALECTS_SCHEDULE_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Transform/IR/TransformDialect.h"
#include "mlir/Dialect/Transform/IR/TransformTypes.h"
#include "mlir/Dialect/Transform/Interfaces/TransformInterfaces.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"

#include "dialects/Schedule/ScheduleDialect.h.inc"

#define GET_OP_CLASSES
#include "dialects/Schedule/ScheduleOps.h.inc"

#endif
