#include "CopyFootprint.h"

using namespace mlir;
using namespace kiln;

FailureOr<int64_t> transforms::copyOperations(stage::CopyOp op, const target::Machine &machine) {
  target::CopyOp atom = machine.copy(op.getAtom());
  if (!atom || atom.getFrom() != "global" || atom.getTo() != "shared")
    return op.emitOpError() << "names '" << op.getAtom() << "', which is no copy of " << machine.name()
                            << " from global to shared memory",
           failure();
  if (atom.getTileSwizzles())
    return op.emitOpError() << "names '" << op.getAtom()
                            << "', which copies whole tiles; that needs roles (schedule.roles)",
           failure();
  auto waves = op->getParentOfType<kernel::FuncOp>()->getAttrOfType<IntegerAttr>("schedule.waves").getInt();
  stage::BufferType buffer = op.getBuffer().getType();
  int64_t bytes = buffer.getSlotBytes(), perRound = waves * machine.lanes() * static_cast<int64_t>(atom.getBytes());
  if (buffer.getPad() || bytes % perRound)
    return op.emitOpError() << "copies " << bytes << " bytes, which is no multiple of the " << perRound << " that " << waves
                            << " waves move with one '" << op.getAtom() << "' each",
           failure();
  int64_t bits = buffer.getElementBits(), elements = atom.getBytes() * 8 / bits;
  if (atom.getBytes() * 8 % bits || !llvm::isPowerOf2_64(elements) || elements > buffer.getShape().back())
    return op.emitOpError() << "moves " << atom.getBytes() << " bytes of a row at once with '" << op.getAtom()
                            << "', which cannot be part of a row of " << buffer.getShape().back() << " x "
                            << buffer.getElementType(),
           failure();
  if (op.getTensor().getType().getAlignBytes() < static_cast<int64_t>(atom.getBytes()))
    return op.emitOpError() << "moves " << atom.getBytes() << " bytes at once with '" << op.getAtom() << "', but "
                            << op.getTensor().getType() << " promises an alignment of "
                            << op.getTensor().getType().getAlignBytes(),
           failure();
  for (int64_t mask : buffer.getSwizzle())
    if (mask % elements)
      return op.emitOpError() << "moves " << elements << " elements at once with '" << op.getAtom()
                              << "', which a swizzle by " << mask << " elements takes apart",
             failure();
  // Where copies are tracked in groups, each stage.copy is one.
  return machine.getOp().getTracking() == "group" ? 1 : bytes / perRound;
}
