#include "CopyFootprint.h"
#include "kiln/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

#include <deque>

using namespace mlir;

namespace kiln::transforms {
#define GEN_PASS_DEF_DERIVEWAITS
#include "lib/Transforms/Passes.h.inc"

namespace {

using Slot = std::pair<Value, int64_t>;

std::optional<int64_t> constantSlot(Value slot) {
  auto constant = slot.getDefiningOp<arith::ConstantIndexOp>();
  return constant ? std::optional<int64_t>(constant.value()) : std::nullopt;
}

/// Walks the kernel in program order with the queue of copies in flight, oldest first. Loops are walked twice: the second time the
/// queue is that of the steady state, and a wait takes the smaller of the numbers it sees.
class WaitDeriver {
public:
  explicit WaitDeriver(const target::Machine &machine) : machine(machine) {}

  LogicalResult walk(Block &block) {
    for (auto it = block.begin(); it != block.end(); ++it) {
      if (auto copy = dyn_cast<stage::CopyOp>(*it)) {
        FailureOr<int64_t> count = copyOperations(copy, machine);
        std::optional<int64_t> slot = constantSlot(copy.getSlot());
        if (failed(count) || !slot)
          return failed(count) ? failure() : copy.emitOpError() << "expects a constant slot";
        queue.push_back({{copy.getBuffer(), *slot}, *count});
      } else if (auto wait = dyn_cast<stage::WaitOp>(*it)) {
        settle(wait, it);
      } else if (auto loop = dyn_cast<scf::ForOp>(*it)) {
        if (failed(walk(*loop.getBody())) || failed(walk(*loop.getBody())))
          return failure();
      } else if (auto branch = dyn_cast<scf::IfOp>(*it)) {
        auto before = queue;
        if (failed(walk(*branch.thenBlock())))
          return failure();
        auto after = queue;
        queue = before;
        if (branch.elseBlock() && failed(walk(*branch.elseBlock())))
          return failure();
        if (queue.size() < after.size())
          queue = after;
      }
    }
    return success();
  }

private:
  struct InFlight {
    Slot slot;
    int64_t operations;
  };

  /// The slots that are read after this wait and before the next one, on any path: at the end of a loop's body that is its start
  /// and what follows the loop.
  SmallVector<Slot> readsAfter(Block::iterator wait) {
    SmallVector<Slot> reads;
    DenseSet<Operation *> seen;
    scan(wait->getBlock(), std::next(wait), reads, seen);
    return reads;
  }

  void scan(Block *block, Block::iterator from, SmallVectorImpl<Slot> &reads, DenseSet<Operation *> &seen) {
    for (auto it = from; it != block->end(); ++it) {
      if (!seen.insert(&*it).second || isa<stage::WaitOp>(*it))
        return;
      if (auto read = dyn_cast<stage::ReadOp>(*it))
        if (std::optional<int64_t> slot = constantSlot(read.getSlot()))
          reads.push_back({read.getBuffer(), *slot});
      for (Region &region : it->getRegions())
        if (!region.empty())
          scan(&region.front(), region.front().begin(), reads, seen);
    }
    Operation *parent = block->getParentOp();
    if (isa<scf::ForOp>(parent))
      scan(block, block->begin(), reads, seen);
    if (isa<scf::ForOp, scf::IfOp>(parent))
      scan(parent->getBlock(), std::next(parent->getIterator()), reads, seen);
  }

  void settle(stage::WaitOp wait, Block::iterator at) {
    SmallVector<Slot> reads = readsAfter(at);
    // Newest copy that is needed: it and all before it must have landed.
    size_t keep = queue.size();
    while (keep > 0 && !llvm::is_contained(reads, queue[keep - 1].slot))
      --keep;
    int64_t left = 0;
    for (size_t i = keep; i < queue.size(); ++i)
      left += queue[i].operations;
    if (std::optional<uint64_t> known = wait.getCopies())
      left = std::min<int64_t>(left, *known);
    wait.setCopies(left);
    // What the (possibly stronger) number covers has landed.
    int64_t inFlight = 0;
    size_t first = queue.size();
    while (first > 0 && inFlight + queue[first - 1].operations <= left)
      inFlight += queue[--first].operations;
    queue.erase(queue.begin(), queue.begin() + first);
  }

  const target::Machine &machine;
  std::deque<InFlight> queue;
};

/// The instruction that a wait becomes can be told from those of the code generator by this decision.
void recordOrigin(stage::WaitOp wait) {
  auto by = NameLoc::get(StringAttr::get(wait.getContext(), "stage-derive-waits"), wait.getLoc());
  wait->setLoc(FusedLoc::get(wait.getContext(), {wait.getLoc(), by}));
}

struct DeriveWaits : impl::DeriveWaitsBase<DeriveWaits> {
  void runOnOperation() override {
    target::Machine machine(target::Machine::of(getOperation()));
    for (auto func : getOperation().getOps<kernel::FuncOp>())
      if (failed(WaitDeriver(machine).walk(func.getBody().front())))
        return signalPassFailure();
    getOperation().walk(recordOrigin);
  }
};
} // namespace
} // namespace kiln::transforms
