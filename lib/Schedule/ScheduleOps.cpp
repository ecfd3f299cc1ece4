// What each op of a schedule does to the kernel.
#include "Decision.h"
#include "dialects/Kernel/Specialize.h"
#include "dialects/Schedule/Schedule.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace kiln;
using namespace kiln::schedule;

/// Decisions change the payload in place; handles stay valid.
static void readsHandle(OpOperand &handle, SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  transform::onlyReadsHandle(MutableArrayRef<OpOperand>(handle), effects);
  transform::modifiesPayload(effects);
}

/// Calls `decide` on every payload op of a handle, which must all be of type Op, and records that `self` did.
template <typename Op>
static DiagnosedSilenceableFailure onEach(Operation *self, transform::TransformState &state, Value handle,
                                          llvm::function_ref<DiagnosedSilenceableFailure(Op)> decide) {
  for (Operation *payload : state.getPayloadOps(handle)) {
    auto op = dyn_cast<Op>(payload);
    if (!op) {
      DiagnosedSilenceableFailure error = emitDefiniteFailure(self)
                                          << "applies to " << Op::getOperationName() << ", found '"
                                          << payload->getName() << "'";
      return error;
    }
    DiagnosedSilenceableFailure result = decide(op);
    if (!result.succeeded())
      return result;
    recordDecision(op, self->getName().getStringRef(), self->getLoc());
  }
  return DiagnosedSilenceableFailure::success();
}

DiagnosedSilenceableFailure ParametersOp::apply(transform::TransformRewriter &, transform::TransformResults &,
                                                transform::TransformState &state) {
  return onEach<kernel::FuncOp>(*this, state, getKernel(), [&](kernel::FuncOp func) {
    kernel::ParamValues values;
    auto fromUser = func->getAttrOfType<DictionaryAttr>("schedule.bound");
    for (NamedAttribute value : getValues())
      if (!fromUser || !fromUser.contains(value.getName()))
        values[value.getName().getValue()] = value.getValue();
    if (failed(kernel::bindParams(func, values)) || failed(kernel::bindDefaults(func)) ||
        failed(kernel::foldSpecialized(func)))
      return DiagnosedSilenceableFailure::definiteFailure();
    return DiagnosedSilenceableFailure::success();
  });
}

void ParametersOp::getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  readsHandle(getKernelMutable(), effects);
}

DiagnosedSilenceableFailure FindOp::apply(transform::TransformRewriter &, transform::TransformResults &results,
                                          transform::TransformState &state) {
  SmallVector<Operation *> found;
  for (Operation *payload : state.getPayloadOps(getKernel()))
    payload->walk([&](Operation *op) {
      if (op->getName().getStringRef() == getName())
        found.push_back(op);
    });
  if (found.empty() || (getIndex() && *getIndex() >= found.size()))
    return emitDefiniteFailure() << "finds " << found.size() << " '" << getName() << "' in the kernel"
                                      << (getIndex() ? ", not number " + std::to_string(*getIndex()) : std::string());
  if (getIndex())
    found = {found[*getIndex()]};
  results.set(cast<OpResult>(getOps()), found);
  return DiagnosedSilenceableFailure::success();
}

void FindOp::getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  transform::onlyReadsHandle(MutableArrayRef<OpOperand>(getKernelMutable()), effects);
  transform::producesHandle((*this)->getOpResults(), effects);
  transform::onlyReadsPayload(effects);
}

DiagnosedSilenceableFailure WavesOp::apply(transform::TransformRewriter &, transform::TransformResults &,
                                           transform::TransformState &state) {
  return onEach<kernel::FuncOp>(*this, state, getKernel(), [&](kernel::FuncOp func) {
    func->setAttr("schedule.waves", getCountAttr());
    if (ArrayAttr attributes = getKernelAttributesAttr())
      func->setAttr("schedule.kernel_attributes", attributes);
    if (getHoldAccumulators())
      func->setAttr("schedule.hold_accumulators", UnitAttr::get(getContext()));
    return DiagnosedSilenceableFailure::success();
  });
}

void WavesOp::getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  readsHandle(getKernelMutable(), effects);
}

DiagnosedSilenceableFailure AtomOp::apply(transform::TransformRewriter &, transform::TransformResults &,
                                          transform::TransformState &state) {
  if (getShape() && (getAtom() || getShape()->size() != 3))
    return emitDefiniteFailure() << "expects either 'uses' or a 'shape' of three sizes";
  return onEach<kernel::MmaOp>(*this, state, getMma(), [&](kernel::MmaOp mma) {
    if (FlatSymbolRefAttr atom = getAtomAttr())
      mma->setAttr("schedule.atom", atom);
    if (DenseI64ArrayAttr shape = getShapeAttr())
      mma->setAttr("schedule.shape", shape);
    if (DenseI64ArrayAttr waves = getWavesAttr())
      mma->setAttr("schedule.waves", waves);
    return DiagnosedSilenceableFailure::success();
  });
}

void AtomOp::getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  readsHandle(getMmaMutable(), effects);
}

DiagnosedSilenceableFailure StageOp::apply(transform::TransformRewriter &, transform::TransformResults &,
                                           transform::TransformState &state) {
  for (Operation *access : state.getPayloadOps(getLoads())) {
    if (!isa<kernel::LoadOp, kernel::StoreOp>(access))
      return emitDefiniteFailure() << "applies to kernel.load and kernel.store, found '" << access->getName()
                                   << "'";
    access->setAttr("schedule.copy", getAtomAttr());
    if (DenseI64ArrayAttr swizzle = getSwizzleAttr())
      access->setAttr("schedule.swizzle", swizzle);
    recordDecision(access, getOperationName(), getLoc());
  }
  return DiagnosedSilenceableFailure::success();
}

void StageOp::getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  readsHandle(getLoadsMutable(), effects);
}

DiagnosedSilenceableFailure PipelineOp::apply(transform::TransformRewriter &, transform::TransformResults &,
                                              transform::TransformState &state) {
  return onEach<scf::ForOp>(*this, state, getLoop(), [&](scf::ForOp loop) {
    Builder builder(getContext());
    SmallVector<NamedAttribute> how{builder.getNamedAttr("buffers", getBuffersAttr())};
    if (getPingPong())
      how.push_back(builder.getNamedAttr("ping_pong", builder.getUnitAttr()));
    loop->setAttr("schedule.pipeline", builder.getDictionaryAttr(how));
    return DiagnosedSilenceableFailure::success();
  });
}

void PipelineOp::getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  readsHandle(getLoopMutable(), effects);
}

DiagnosedSilenceableFailure SplitOp::apply(transform::TransformRewriter &, transform::TransformResults &,
                                           transform::TransformState &state) {
  if (getParts().size() != 2 ||
      llvm::any_of(getParts(), [](int64_t count) { return count < 1 || !llvm::isPowerOf2_64(count); }))
    return emitDefiniteFailure() << "expects 'parts' to be two powers of two, found [" << getParts() << "]";
  return onEach<kernel::MmaOp>(*this, state, getMma(), [&](kernel::MmaOp mma) {
    mma->setAttr("schedule.split", getPartsAttr());
    return DiagnosedSilenceableFailure::success();
  });
}

void SplitOp::getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  readsHandle(getMmaMutable(), effects);
}

DiagnosedSilenceableFailure InterleaveOp::apply(transform::TransformRewriter &, transform::TransformResults &,
                                                transform::TransformState &state) {
  if (getFirst() != "reads" && getFirst() != "copies")
    return emitDefiniteFailure() << "expects 'first' to be \"reads\" or \"copies\", found \"" << getFirst() << "\"";
  if (getWithin() < 1 || getWithin() > 100)
    return emitDefiniteFailure() << "expects 'within' to be 1 to 100 percent, found " << getWithin();
  return onEach<kernel::FuncOp>(*this, state, getKernel(), [&](kernel::FuncOp func) {
    Builder builder(getContext());
    func->setAttr("kiln.interleave", builder.getDictionaryAttr({builder.getNamedAttr("first", getFirstAttr()),
                                                                builder.getNamedAttr("within", getWithinAttr())}));
    return DiagnosedSilenceableFailure::success();
  });
}

void InterleaveOp::getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  readsHandle(getKernelMutable(), effects);
}

DiagnosedSilenceableFailure PriorityOp::apply(transform::TransformRewriter &, transform::TransformResults &,
                                              transform::TransformState &state) {
  return onEach<scf::ForOp>(*this, state, getLoop(), [&](scf::ForOp loop) {
    loop->setAttr("schedule.priority", UnitAttr::get(getContext()));
    return DiagnosedSilenceableFailure::success();
  });
}

void PriorityOp::getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  readsHandle(getLoopMutable(), effects);
}

DiagnosedSilenceableFailure RolesOp::apply(transform::TransformRewriter &, transform::TransformResults &,
                                           transform::TransformState &state) {
  if (getProducers() < 1 || static_cast<int64_t>(getInFlight()) < 0)
    return emitDefiniteFailure() << "expects 1 producer or more and 0 products in flight or more, found "
                                 << getProducers() << " and " << static_cast<int64_t>(getInFlight());
  if (getRegisters() && getRegisters()->size() != 2)
    return emitDefiniteFailure() << "expects 'registers' of a producer's and of a computing lane, found "
                                 << getRegisters()->size();
  return onEach<kernel::FuncOp>(*this, state, getKernel(), [&](kernel::FuncOp func) {
    Builder builder(getContext());
    SmallVector<NamedAttribute> how{builder.getNamedAttr("producers", getProducersAttr()),
                                    builder.getNamedAttr("in_flight", getInFlightAttr())};
    if (getRegisters())
      how.push_back(builder.getNamedAttr("registers", getRegistersAttr()));
    func->setAttr("schedule.roles", builder.getDictionaryAttr(how));
    return DiagnosedSilenceableFailure::success();
  });
}

void RolesOp::getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  readsHandle(getKernelMutable(), effects);
}

DiagnosedSilenceableFailure GridOp::apply(transform::TransformRewriter &, transform::TransformResults &,
                                          transform::TransformState &state) {
  if (getPersistent() && static_cast<int64_t>(*getPersistent()) < 1)
    return emitDefiniteFailure() << "expects 'persistent' of 1 or more, found "
                                 << static_cast<int64_t>(*getPersistent());
  if (getGroup() < 1 || getDies() < 1)
    return emitDefiniteFailure() << "expects 'group' and 'dies' of 1 or more, found " << getGroup() << " and "
                                 << getDies();
  return onEach<kernel::FuncOp>(*this, state, getKernel(), [&](kernel::FuncOp func) {
    Builder builder(getContext());
    SmallVector<NamedAttribute> how{builder.getNamedAttr("dies", getDiesAttr()),
                                    builder.getNamedAttr("group", getGroupAttr())};
    if (getPersistent())
      how.push_back(builder.getNamedAttr("persistent", getPersistentAttr()));
    func->setAttr("schedule.grid", builder.getDictionaryAttr(how));
    return DiagnosedSilenceableFailure::success();
  });
}

void GridOp::getEffects(SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  readsHandle(getKernelMutable(), effects);
}
