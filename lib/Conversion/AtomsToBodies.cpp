#include "dialects/Target/Machine.h"
#include "kiln/Conversion/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMInterfaces.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace kiln::conversion {
#define GEN_PASS_DEF_CONVERTATOMSTOBODIES
#include "lib/Conversion/Passes.h.inc"

namespace {

/// Replaces uses of atoms by copies of their bodies, in which other atoms may be used. Elementwise operations
/// in a body that the machine has an atom for are replaced as well, except by the atom that the body belongs
/// to.
class BodyInliner {
public:
  explicit BodyInliner(target::MachineOp machineOp) : machine(machineOp), loc(machineOp.getLoc()) {
    for (Operation &op : machineOp.getBody().front())
      if (auto name = op.getAttrOfType<StringAttr>(SymbolTable::getSymbolAttrName()))
        atoms[name] = &op;
  }

  LogicalResult inlineInto(target::ApplyOp op) {
    OpBuilder builder(op);
    SmallVector<Value> results;
    scopes = op->getAttrOfType<ArrayAttr>("alias_scopes");
    otherScopes = op->getAttrOfType<ArrayAttr>("noalias_scopes");
    loc = op.getLoc();
    if (failed(apply(op, op.getInputs(), builder, results)))
      return failure();
    op.replaceAllUsesWith(results);
    op.erase();
    return success();
  }

private:
  /// Copies the body of the atom that `op` names, for these values of its operands.
  LogicalResult apply(target::ApplyOp op, ValueRange inputs, OpBuilder &builder,
                      SmallVectorImpl<Value> &results) {
    Operation *atom = atoms.lookup(op.getAtomAttr().getAttr());
    if (!atom || atom->getNumRegions() != 1)
      return op.emitOpError() << "names '" << op.getAtom() << "', which is no atom of " << machine.name();
    if (llvm::is_contained(active, atom))
      return op.emitOpError() << "is in the body of '" << op.getAtom() << "' itself";
    Block &body = atom->getRegion(0).front();
    if (body.getArgumentTypes() != op.getInputs().getTypes())
      return op.emitOpError() << "passes (" << op.getInputs().getTypes() << ") to an atom that takes ("
                              << body.getArgumentTypes() << ")";
    if (body.getTerminator()->getOperandTypes() != op.getResultTypes())
      return op.emitOpError() << "expects (" << op.getResultTypes() << ") from an atom that yields ("
                              << body.getTerminator()->getOperandTypes() << ")";
    return copy(atom, inputs, builder, results);
  }

  LogicalResult copy(Operation *atom, ValueRange inputs, OpBuilder &builder,
                     SmallVectorImpl<Value> &results) {
    active.push_back(atom);
    Block &body = atom->getRegion(0).front();
    IRMapping mapping;
    mapping.map(body.getArguments(), inputs);
    for (Operation &op : body.without_terminator()) {
      auto inner = dyn_cast<target::ApplyOp>(op);
      target::ElementwiseOp faster = atomFor(op);
      if (inner || faster) {
        SmallVector<Value> mapped, made;
        for (Value operand : op.getOperands())
          mapped.push_back(mapping.lookup(operand));
        if (failed(inner ? apply(inner, mapped, builder, made) : copy(faster, mapped, builder, made)))
          return failure();
        mapping.map(op.getResults(), made);
        continue;
      }
      Operation *made = builder.clone(op, mapping);
      made->walk([&](Operation *part) { part->setLoc(CallSiteLoc::get(part->getLoc(), loc)); });
      if (auto memory = dyn_cast<LLVM::AliasAnalysisOpInterface>(made); memory && scopes) {
        memory.setAliasScopes(scopes);
        memory.setNoAliasScopes(otherScopes);
      }
    }
    for (Value value : body.getTerminator()->getOperands())
      results.push_back(mapping.lookup(value));
    active.pop_back();
    return success();
  }

  target::ElementwiseOp atomFor(Operation &op) {
    if (op.getNumOperands() != 1 || op.getNumResults() != 1 || op.getName().getDialectNamespace() != "math")
      return {};
    auto key = std::make_tuple(op.getName().getAsOpaquePointer(), op.getOperand(0).getType().getAsOpaquePointer(),
                               op.getResult(0).getType().getAsOpaquePointer());
    auto [found, isNew] = elementwise.try_emplace(key);
    if (isNew)
      found->second = machine.elementwise(op.getName().getStringRef(), op.getOperand(0).getType(),
                                          op.getResult(0).getType(), 1);
    return llvm::is_contained(active, found->second.getOperation()) ? target::ElementwiseOp() : found->second;
  }

  target::Machine machine;
  Location loc; // of the use that is being replaced
  DenseMap<StringAttr, Operation *> atoms;
  DenseMap<std::tuple<const void *, const void *, const void *>, target::ElementwiseOp> elementwise;
  SmallVector<Operation *> active;
  ArrayAttr scopes, otherScopes;
};

struct ConvertAtomsToBodies : impl::ConvertAtomsToBodiesBase<ConvertAtomsToBodies> {
  void runOnOperation() override {
    target::MachineOp machine = target::Machine::of(getOperation());
    if (!machine)
      return;
    BodyInliner inliner(machine);
    for (Operation &part : *getOperation().getBody()) {
      if (&part == machine)
        continue;
      WalkResult result = part.walk([&](target::ApplyOp op) {
        return succeeded(inliner.inlineInto(op)) ? WalkResult::advance() : WalkResult::interrupt();
      });
      if (result.wasInterrupted())
        return signalPassFailure();
    }
    machine.erase();
  }
};
} // namespace
} // namespace kiln::conversion
