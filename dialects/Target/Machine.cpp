#include "dialects/Target/Machine.h"

#include "mlir/IR/BuiltinOps.h"

using namespace mlir;
using namespace kiln::target;

MachineOp Machine::of(ModuleOp module) {
  auto machines = module.getOps<MachineOp>();
  return machines.empty() ? MachineOp() : *machines.begin();
}

SmallVector<MmaOp> Machine::mmasFor(Type a, Type b, Type acc, bool scaled) const {
  SmallVector<MmaOp> found;
  for (MmaOp atom : all<MmaOp>())
    if (atom.getA() == a && atom.getB() == b && atom.getAcc() == acc && atom.getScaleBlock().has_value() == scaled &&
        atom.getBlocks() == 1 && !atom.getInexact())
      found.push_back(atom);
  return found;
}

CopyOp Machine::copy(StringRef from, StringRef to, int64_t bytes) const {
  for (CopyOp atom : all<CopyOp>())
    if (atom.getFrom() == from && atom.getTo() == to && static_cast<int64_t>(atom.getBytes()) == bytes &&
        !atom.getTransposes())
      return atom;
  return {};
}

ElementwiseOp Machine::elementwise(StringRef implements, Type from, Type to, int64_t width) const {
  ElementwiseOp best;
  for (ElementwiseOp atom : all<ElementwiseOp>())
    if (atom.getImplements() == implements && atom.getFrom() == from && atom.getTo() == to &&
        static_cast<int64_t>(atom.getWidth()) <= width && (!best || atom.getWidth() > best.getWidth()))
      best = atom;
  return best;
}
