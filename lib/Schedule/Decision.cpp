#include "Decision.h"

#include "mlir/IR/Builders.h"

using namespace mlir;

void kiln::schedule::recordDecision(Operation *op, StringRef by, Location where) {
  Location decision = NameLoc::get(StringAttr::get(op->getContext(), by), where);
  op->setLoc(FusedLoc::get(op->getContext(), {op->getLoc(), decision}));
}
