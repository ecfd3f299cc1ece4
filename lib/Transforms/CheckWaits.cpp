#include "CopyFootprint.h"
#include "kiln/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

#include <map>

using namespace mlir;

namespace kiln::transforms {
#define GEN_PASS_DEF_CHECKWAITS
#include "lib/Transforms/Passes.h.inc"

namespace {

/// What is known of one slot of a buffer, for a wave that has just arrived here. Something is true for all waves when enough
/// barriers follow the wait: one, or two while the halves of the waves run one barrier apart.
struct SlotState {
  int64_t newerOperations = 0; // copy operations issued after its last copy
  enum { Empty, Copying, Landed, Visible } content = Empty;
  enum { Idle, ReadByThisWave, Reading } reads = Idle;
  int barriersSinceLanding = 0, barriersSinceReading = 0;
  bool operator==(const SlotState &other) const {
    return newerOperations == other.newerOperations && content == other.content && reads == other.reads &&
           barriersSinceLanding == other.barriersSinceLanding && barriersSinceReading == other.barriersSinceReading;
  }
  /// What is certain if either may be the case.
  void join(const SlotState &other) {
    newerOperations = std::min(newerOperations, other.newerOperations);
    content = std::min(content, other.content);
    reads = std::max(reads, other.reads);
    barriersSinceLanding = std::min(barriersSinceLanding, other.barriersSinceLanding);
    barriersSinceReading = std::min(barriersSinceReading, other.barriersSinceReading);
  }
};

class WaitChecker {
public:
  explicit WaitChecker(const target::Machine &machine) : machine(machine) {}

  LogicalResult walk(Block &block) {
    for (Operation &op : block)
      if (failed(visit(op)))
        return failure();
    return success();
  }

private:
  using Key = std::pair<void *, int64_t>;
  static constexpr int64_t manyOperations = 256; // more than any machine counts

  /// All relayouts go through one place.
  static Key keyOf(Value buffer, Value slot) {
    if (auto alloc = buffer.getDefiningOp<stage::AllocOp>(); alloc && alloc.getName() == "relayout")
      return {nullptr, 0};
    auto constant = slot.getDefiningOp<arith::ConstantIndexOp>();
    return {buffer.getAsOpaquePointer(), constant ? constant.value() : -1};
  }

  LogicalResult visit(Operation &op) {
    if (auto copy = dyn_cast<stage::CopyOp>(op))
      return startCopy(copy);
    if (auto read = dyn_cast<stage::ReadOp>(op))
      return startRead(read);
    if (auto write = dyn_cast<stage::WriteOp>(op)) {
      SlotState &state = states[keyOf(write.getBuffer(), write.getSlot())];
      if (failed(expectUnread(write, state)))
        return failure();
      land(state);
      return success();
    }
    if (auto wait = dyn_cast<stage::WaitOp>(op)) {
      for (auto &[key, state] : states) {
        if (state.content == SlotState::Copying &&
            state.newerOperations >= static_cast<int64_t>(wait.getCopies().value_or(0)))
          land(state);
        if (state.reads == SlotState::Reading) {
          state.reads = SlotState::ReadByThisWave;
          state.barriersSinceReading = 0;
        }
      }
      return success();
    }
    if (auto barrier = dyn_cast<stage::BarrierOp>(op)) {
      pass(barrier);
      return success();
    }
    return visitRegions(op);
  }

  static void land(SlotState &state) {
    state.content = SlotState::Landed;
    state.barriersSinceLanding = 0;
  }

  void pass(stage::BarrierOp barrier) {
    if (std::optional<uint64_t> half = barrier.getHalf()) {
      barriersApart = *half == 1 ? 1 : 0;
      return;
    }
    for (auto &[key, state] : states) {
      if (!barrier.getBare() && state.content == SlotState::Copying)
        state.content = SlotState::Landed;
      if (state.content == SlotState::Landed && ++state.barriersSinceLanding > barriersApart) {
        state.content = SlotState::Visible;
        state.barriersSinceLanding = 0;
      }
      if (!barrier.getBare() && state.reads == SlotState::Reading)
        state.reads = SlotState::ReadByThisWave;
      if (state.reads == SlotState::ReadByThisWave && ++state.barriersSinceReading > barriersApart) {
        state.reads = SlotState::Idle;
        state.barriersSinceReading = 0;
      }
    }
  }

  using States = std::map<Key, SlotState>;

  static void join(States &states, States other) {
    for (auto &[key, state] : states)
      state.join(other[key]);
    for (auto &[key, state] : other)
      if (states.try_emplace(key).second)
        states[key].join(state);
  }

  LogicalResult visitRegions(Operation &op) {
    if (auto loop = dyn_cast<scf::ForOp>(op)) {
      // Until the state at the head of the body repeats: slots and counts are few, so it does.
      std::vector<States> seen;
      while (!llvm::is_contained(seen, states)) {
        seen.push_back(states);
        if (failed(walk(*loop.getBody())))
          return failure();
      }
      // It may end, or not begin, in any of them.
      for (const States &known : seen)
        join(states, known);
      return success();
    }
    if (auto branch = dyn_cast<scf::IfOp>(op)) {
      States before = states;
      if (failed(walk(*branch.thenBlock())))
        return failure();
      States after = std::move(states);
      states = std::move(before);
      if (branch.elseBlock() && failed(walk(*branch.elseBlock())))
        return failure();
      join(states, std::move(after));
    }
    return success();
  }

  LogicalResult expectUnread(Operation *op, const SlotState &state) {
    if (state.reads == SlotState::Idle)
      return success();
    return op->emitOpError() << "refills a slot that may still be read: no "
                             << (state.reads == SlotState::Reading ? "wait for the reads" : "barrier after them")
                             << " comes before it";
  }

  LogicalResult startCopy(stage::CopyOp copy) {
    FailureOr<int64_t> operations = copyOperations(copy, machine);
    if (failed(operations))
      return failure();
    SlotState &state = states[keyOf(copy.getBuffer(), copy.getSlot())];
    if (failed(expectUnread(copy, state)))
      return failure();
    for (auto &[key, other] : states)
      if (other.content == SlotState::Copying)
        other.newerOperations = std::min(other.newerOperations + *operations, manyOperations);
    state.content = SlotState::Copying;
    state.newerOperations = 0;
    return success();
  }

  LogicalResult startRead(stage::ReadOp read) {
    SlotState &state = states[keyOf(read.getBuffer(), read.getSlot())];
    if (state.content != SlotState::Visible)
      return read.emitOpError() << "reads a slot that "
                                << (state.content == SlotState::Empty     ? "was never filled"
                                    : state.content == SlotState::Copying ? "may still be copied: no wait covers it"
                                                                          : "other waves may not have filled: no "
                                                                            "barrier follows the wait");
    state.reads = SlotState::Reading;
    return success();
  }

  const target::Machine &machine;
  States states;
  int barriersApart = 0;
};

struct CheckWaits : impl::CheckWaitsBase<CheckWaits> {
  void runOnOperation() override {
    target::Machine machine(target::Machine::of(getOperation()));
    for (auto func : getOperation().getOps<kernel::FuncOp>())
      if (failed(WaitChecker(machine).walk(func.getBody().front())))
        return signalPassFailure();
  }
};
} // namespace
} // namespace kiln::transforms
