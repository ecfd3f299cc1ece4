// The stage dialect: tiles on their way through shared memory.
#ifndef KILN_DIALECTS_STAGE_H
#define KILN_DIALECTS_STAGE_H

#include "dialects/Kernel/Kernel.h"

#include "dialects/Stage/StageDialect.h.inc"

#define GET_TYPEDEF_CLASSES
#include "dialects/Stage/StageTypes.h.inc"

#define GET_OP_CLASSES
#include "dialects/Stage/StageOps.h.inc"

#endif
