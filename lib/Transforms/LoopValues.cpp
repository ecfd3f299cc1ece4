#include "LoopValues.h"

using namespace mlir;

namespace kiln::transforms {

Value rebuild(Value value, scf::ForOp loop, IRMapping &known, OpBuilder &builder) {
  Operation *source = value.getDefiningOp();
  if (known.contains(value) || !source || !loop->isProperAncestor(source))
    return known.lookupOrDefault(value);
  for (Value operand : source->getOperands())
    rebuild(operand, loop, known, builder);
  builder.clone(*source, known);
  return known.lookup(value);
}

} // namespace kiln::transforms
