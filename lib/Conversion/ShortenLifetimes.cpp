#include "dialects/Target/Machine.h"
#include "kiln/Conversion/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace kiln::conversion {
#define GEN_PASS_DEF_SHORTENLIFETIMES
#include "lib/Conversion/Passes.h.inc"

namespace {

/// 32-bit registers that a value takes.
int64_t registersOf(Type type) {
  int64_t elements = 1;
  if (auto vector = dyn_cast<VectorType>(type)) {
    elements = vector.getNumElements();
    type = vector.getElementType();
  }
  return type.isIntOrFloat() ? llvm::divideCeil(elements * type.getIntOrFloatBitWidth(), 32) : 1;
}

/// Registers of all values of the block that are alive at once, at most, and where.
std::pair<int64_t, Operation *> mostAlive(Block &block) {
  DenseMap<Operation *, int64_t> ended; // what the last use of values gives back
  for (Operation &op : block)
    for (Value result : op.getResults()) {
      Operation *last = nullptr;
      for (Operation *user : result.getUsers())
        if (Operation *here = block.findAncestorOpInBlock(*user);
            here && (!last || last->isBeforeInBlock(here)))
          last = here;
      if (last)
        ended[last] += registersOf(result.getType());
    }
  int64_t alive = 0, most = 0;
  Operation *place = nullptr;
  for (Operation &op : block) {
    for (Value result : op.getResults())
      if (!result.use_empty())
        alive += registersOf(result.getType());
    if (alive > most)
      most = alive, place = &op;
    alive -= ended.lookup(&op);
  }
  return {most, place};
}

/// Puts every operation that may wait right before the first one that may not and needs it.
class UseOrder {
public:
  explicit UseOrder(const target::Machine &machine) : machine(machine) {}

  void run(Block &block) {
    DenseSet<Operation *> waiting;
    SmallVector<Operation *> fixed;
    for (Operation &op : block)
      if (mayWait(op))
        waiting.insert(&op);
      else
        fixed.push_back(&op);
    for (Operation *op : fixed)
      settle(op, block, waiting);
  }

private:
  /// Loads too: what a kernel loads, it does not store.
  bool mayWait(Operation &op) {
    auto apply = dyn_cast<target::ApplyOp>(op);
    if (!apply)
      return op.getNumRegions() == 0 && !op.hasTrait<OpTrait::IsTerminator>() && isMemoryEffectFree(&op);
    Operation *atom = SymbolTable::lookupSymbolIn(machine.getOp(), apply.getAtomAttr());
    auto copy = dyn_cast_or_null<target::CopyOp>(atom);
    return isa_and_present<target::ElementwiseOp>(atom) ||
           (copy && copy.getFrom() == "global" && copy.getTo() == "register");
  }

  /// Moves what `op` needs of the operations that wait in front of it, operands before their users.
  void settle(Operation *op, Block &block, DenseSet<Operation *> &waiting) {
    SmallVector<std::pair<Operation *, bool>> stack; // an operation; its operands are in place
    auto need = [&](Operation *user) {
      user->walk([&](Operation *inner) {
        for (Value operand : llvm::reverse(inner->getOperands()))
          if (Operation *source = operand.getDefiningOp(); source && waiting.contains(source))
            stack.push_back({source, false});
      });
    };
    need(op);
    while (!stack.empty()) {
      auto [source, ready] = stack.back();
      if (!waiting.contains(source)) {
        stack.pop_back();
      } else if (!ready) {
        stack.back().second = true;
        need(source);
      } else {
        stack.pop_back();
        waiting.erase(source);
        source->moveBefore(op);
      }
    }
  }

  const target::Machine &machine;
};

struct ShortenLifetimes : impl::ShortenLifetimesBase<ShortenLifetimes> {
  void runOnOperation() override {
    target::MachineOp op = target::Machine::of(getOperation());
    if (!op || !target::Machine(op).laneRegisters())
      return;
    target::Machine machine(op);
    UseOrder order(machine);
    // Where so many are alive most would be spilled, and LLVM's allocator takes minutes to say which.
    const int64_t registers = *machine.laneRegisters(), most = 2 * registers;
    WalkResult walked = getOperation().walk([&](Block *block) -> WalkResult {
      if (!isa<LLVM::LLVMFuncOp>(block->getParentOp()) || mostAlive(*block).first <= registers)
        return WalkResult::advance();
      order.run(*block);
      auto [alive, place] = mostAlive(*block);
      if (alive <= most)
        return WalkResult::advance();
      return place->emitError() << "the kernel holds " << alive << " registers a lane at once; a lane has "
                                << registers << ", and up to " << most
                                << " can be spilled: choose smaller tiles";
    });
    if (walked.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
} // namespace kiln::conversion
