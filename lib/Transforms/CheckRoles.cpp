#include "RoleTrace.h"
#include "kiln/Transforms/Passes.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

#include <array>
#include <map>

using namespace mlir;

namespace kiln::transforms {
#define GEN_PASS_DEF_CHECKROLES
#include "lib/Transforms/Passes.h.inc"

namespace {

/// The producing lane, the computing wave that puts, and another computing wave, which stands for all others.
enum Process { Producer, Putter, Other, processCount };
/// Per process: how many of its events have surely happened.
using Clock = std::array<int64_t, processCount>;

void join(Clock &clock, const Clock &other) {
  for (int p = 0; p < processCount; ++p)
    clock[p] = std::max(clock[p], other[p]);
}

struct BarrierState {
  int64_t phase = 0, pendingArrivals = 0, pendingBytes = 0;
  Clock arriving{}, completed{}; // what arrivals of this phase and of all finished ones know
};

/// The last copy into a slot, and what was done with it.
struct SlotState {
  int64_t fetches = 0;   // into this slot
  int64_t sequence = -1; // of the last one among all fetches into the buffer
  Value barriers;        // of the last fetch
  int64_t phase = 0;     // in which its bytes are counted
  struct Reading {
    int64_t group = -1;  // of products
    int64_t doneAt = -1; // when they were known to be done
    int64_t fetch = 0;   // what they read
  } reading[processCount];
  int64_t writtenAt[processCount] = {}, publishedAt[processCount] = {}, readAt[processCount] = {};
  int64_t put = -1, reclaimedAt = -1; // the last put, when it was known to have read
};

/// Runs the roles' events with the memory model of barriers: what a process knows of another follows from
/// arrivals and waits alone, whatever the order in which they run here.
class Simulation {
public:
  Simulation(stage::RolesOp roles, int64_t waves) : roles(roles), weights{1, 1, waves - 1} {}

  LogicalResult run(ArrayRef<int64_t> steps) {
    FailureOr<std::vector<RoleEvent>> produced = traceRole(roles.getProduce(), steps);
    FailureOr<std::vector<RoleEvent>> computed = traceRole(roles.getCompute(), steps);
    if (failed(produced) || failed(computed))
      return failure();
    const std::vector<RoleEvent> *events[] = {&*produced, &*computed, &*computed};
    size_t at[processCount] = {};
    for (bool moved = true; moved;) {
      moved = false;
      for (int p = 0; p < processCount; ++p)
        while (at[p] < events[p]->size()) {
          const RoleEvent &event = (*events[p])[at[p]];
          if (event.kind == RoleEvent::Meet) {
            if (!meet(at, events))
              break;
          } else if (isBlocked(event)) {
            break;
          } else {
            ++clocks[p][p];
            if (failed(step(static_cast<Process>(p), event)))
              return failure();
            ++at[p];
          }
          moved = true;
        }
    }
    for (int p = 0; p < processCount; ++p)
      if (at[p] < events[p]->size())
        return (*events[p])[at[p]].op->emitOpError()
               << "waits forever: no phase that it waits for ends (programs of [" << steps << "] steps)";
    return checkEnd();
  }

private:
  SlotState &slot(Value buffer, int64_t number) { return slots[{buffer.getAsOpaquePointer(), number}]; }

  BarrierState &barrier(Value barriers, int64_t number) {
    auto [found, isNew] = states.try_emplace({barriers.getAsOpaquePointer(), number});
    if (isNew)
      found->second.pendingArrivals = arrivals(barriers);
    return found->second;
  }

  static int64_t arrivals(Value barriers) {
    return barriers.getDefiningOp<stage::BarriersOp>().getArrivals();
  }

  static bool isFetched(Value buffer) {
    return llvm::any_of(buffer.getUsers(), llvm::IsaPred<stage::FetchOp>);
  }

  bool isBlocked(const RoleEvent &event) {
    // The phase of this parity is over if the one that runs has the other.
    return event.kind == RoleEvent::Await && (barrier(event.object, event.slot).phase & 1) == event.number;
  }

  /// Both computing waves stand at a barrier: each then knows what the other has done.
  bool meet(size_t *at, const std::vector<RoleEvent> *const *events) {
    for (Process p : {Putter, Other})
      if (at[p] == events[p]->size() || (*events[p])[at[p]].kind != RoleEvent::Meet)
        return false;
    join(clocks[Putter], clocks[Other]);
    clocks[Other] = clocks[Putter];
    ++at[Putter];
    ++at[Other];
    return true;
  }

  void finishPhase(Value barriers, BarrierState &state) {
    if (state.pendingArrivals > 0 || state.pendingBytes != 0)
      return;
    ++state.phase;
    join(state.completed, state.arriving);
    state.arriving = {};
    state.pendingArrivals = arrivals(barriers);
  }

  LogicalResult arrive(Process p, const RoleEvent &event, int64_t count) {
    BarrierState &state = barrier(event.object, event.slot);
    join(state.arriving, clocks[p]);
    state.pendingArrivals -= count;
    if (state.pendingArrivals < 0)
      return event.op->emitOpError() << "arrives once more than the barrier's phase expects";
    finishPhase(event.object, state);
    return success();
  }

  LogicalResult step(Process p, const RoleEvent &event) {
    switch (event.kind) {
    case RoleEvent::Await: {
      BarrierState &state = barrier(event.object, event.slot);
      join(clocks[p], state.completed);
      auto &known = seen[{event.object.getAsOpaquePointer(), event.slot, p}];
      known = std::max(known, state.phase);
      return success();
    }
    case RoleEvent::Expect:
      barrier(event.object, event.slot).pendingBytes += event.number;
      return arrive(p, event, weights[p]);
    case RoleEvent::Arrive:
      return arrive(p, event, weights[p]);
    case RoleEvent::Fetch:
      return fetch(event);
    case RoleEvent::Product:
      return read(p, event);
    case RoleEvent::Hold:
      held[{event.op, p}] = event.number;
      return success();
    case RoleEvent::Retire:
      retired[p] = std::max(retired[p], groups[p] - event.number);
      for (auto &[key, state] : slots)
        if (SlotState::Reading &reading = state.reading[p];
            reading.doneAt < 0 && reading.group >= 0 && reading.group < groups[p] - event.number)
          reading.doneAt = clocks[p][p];
      return success();
    case RoleEvent::Write:
      return write(p, event);
    case RoleEvent::Read:
      return isFetched(event.object) ? readFetched(p, event) : readBack(p, event);
    case RoleEvent::Publish:
      for (auto &[key, state] : slots)
        if (state.writtenAt[p])
          state.publishedAt[p] = clocks[p][p];
      return success();
    case RoleEvent::Put:
      return p == Putter ? put(event) : success();
    case RoleEvent::Reclaim:
      if (p == Putter)
        for (auto &[key, state] : slots)
          if (state.put >= 0 && state.reclaimedAt < 0 && state.put < puts - event.number)
            state.reclaimedAt = clocks[p][p];
      return success();
    case RoleEvent::Meet:
      break;
    }
    llvm_unreachable("waves meet elsewhere");
  }

  LogicalResult fetch(const RoleEvent &event) {
    auto op = cast<stage::FetchOp>(event.op);
    SlotState &state = slot(event.object, event.slot);
    for (Process p : {Putter, Other}) {
      const SlotState::Reading &reading = state.reading[p];
      if (state.fetches && reading.fetch != state.fetches)
        return op.emitOpError() << "refills a slot that nobody has read since the last fetch";
      if (state.fetches && (reading.doneAt < 0 || clocks[Producer][p] < reading.doneAt))
        return op.emitOpError()
               << "refills a slot that may still be read: no arrival after the end of the products that "
                  "read it is waited for";
    }
    BarrierState &full = barrier(op.getBarriers(), event.slot);
    ++state.fetches;
    state.sequence = fetchedInto[event.object.getAsOpaquePointer()]++;
    state.barriers = op.getBarriers();
    state.phase = full.phase;
    full.pendingBytes -= event.number;
    if (full.pendingBytes < 0)
      return op.emitOpError() << "brings more bytes than stage.expect has announced";
    finishPhase(op.getBarriers(), full);
    return success();
  }

  LogicalResult read(Process p, const RoleEvent &event) {
    SlotState &state = slot(event.object, event.slot);
    int64_t position = readFrom[{event.object.getAsOpaquePointer(), p}];
    auto known = seen.find({state.barriers ? state.barriers.getAsOpaquePointer() : nullptr, event.slot, p});
    if (!state.fetches || known == seen.end() || known->second <= state.phase)
      return event.op->emitOpError() << "reads a slot that may not be full: no stage.await covers the fetch";
    if (state.sequence != position)
      return event.op->emitOpError() << "reads the tile of another step: the slot holds fetch "
                                     << state.sequence << ", expected " << position;
    ++readFrom[{event.object.getAsOpaquePointer(), p}];
    state.reading[p] = {event.number, -1, state.fetches};
    groups[p] = event.number + 1;
    return success();
  }

  /// Into registers, which are read when the wave goes on.
  LogicalResult readFetched(Process p, const RoleEvent &event) {
    auto last = held.find({event.op, p});
    if (last != held.end() && last->second >= retired[p])
      return event.op->emitOpError() << "overwrites registers that a product may still read: no stage.retire "
                                        "before it waits for that product";
    int64_t before = groups[p];
    if (failed(read(p, event)))
      return failure();
    groups[p] = before;
    slot(event.object, event.slot).reading[p].doneAt = clocks[p][p];
    return success();
  }

  LogicalResult write(Process p, const RoleEvent &event) {
    SlotState &state = slot(event.object, event.slot);
    if (state.put >= 0 && (state.reclaimedAt < 0 || clocks[p][Putter] < state.reclaimedAt))
      return event.op->emitOpError()
             << "overwrites a slot that a put may still read: no stage.reclaim and barrier before it";
    for (int other = 0; other < processCount; ++other)
      if (other != p && clocks[p][other] < state.readAt[other])
        return event.op->emitOpError()
               << "overwrites a slot that other waves may still read: no barrier before it";
    state.writtenAt[p] = clocks[p][p];
    state.publishedAt[p] = 0;
    return success();
  }

  LogicalResult readBack(Process p, const RoleEvent &event) {
    SlotState &state = slot(event.object, event.slot);
    for (Process other : {Putter, Other})
      if (!state.writtenAt[other] || clocks[p][other] < state.writtenAt[other])
        return event.op->emitOpError()
               << "reads a slot that other waves may not have written: no barrier before it";
    state.readAt[p] = clocks[p][p];
    return success();
  }

  LogicalResult put(const RoleEvent &event) {
    SlotState &state = slot(event.object, event.slot);
    for (Process p : {Putter, Other}) {
      if (!state.writtenAt[p] || clocks[Putter][p] < state.writtenAt[p])
        return event.op->emitOpError()
               << "copies a slot that other waves may not have written: no barrier before it";
      if (!state.publishedAt[p] || clocks[Putter][p] < state.publishedAt[p])
        return event.op->emitOpError()
               << "copies a slot whose writes are not published: no stage.publish and barrier before it";
    }
    state.put = puts++;
    state.reclaimedAt = -1;
    return success();
  }

  LogicalResult checkEnd() {
    for (auto &[key, state] : slots) {
      if (state.put >= 0 && state.reclaimedAt < 0)
        return roles.emitOpError()
               << "ends while a put may still read shared memory: no stage.reclaim at its end";
      for (Process p : {Putter, Other})
        if (state.fetches && (state.reading[p].fetch != state.fetches || state.reading[p].doneAt < 0))
          return roles.emitOpError() << "ends before all that was fetched is read";
    }
    return success();
  }

  stage::RolesOp roles;
  std::array<int64_t, processCount> weights; // waves that a process stands for
  Clock clocks[processCount] = {};
  std::map<std::pair<void *, int64_t>, BarrierState> states;
  std::map<std::pair<void *, int64_t>, SlotState> slots;
  std::map<std::tuple<void *, int64_t, int>, int64_t> seen; // phases that a process knows to be over
  std::map<void *, int64_t> fetchedInto;
  std::map<std::pair<void *, int>, int64_t> readFrom;
  std::map<std::pair<Operation *, int>, int64_t>
      held; // by a read's registers: the last product that reads them
  int64_t groups[processCount] = {}, retired[processCount] = {}, puts = 0;
};

/// Products run behind the program: until stage.settle only other products and loops may have them.
LogicalResult checkSettled(stage::RolesOp roles) {
  WalkResult walked = roles.walk([&](kernel::MmaOp mma) {
    SmallVector<Value> behind{mma.getResult()};
    for (size_t i = 0; i < behind.size(); ++i)
      for (OpOperand &use : behind[i].getUses()) {
        Operation *user = use.getOwner();
        if (isa<stage::SettleOp>(user) || (isa<kernel::MmaOp>(user) && use.getOperandNumber() == 2))
          continue;
        auto loop = dyn_cast<scf::ForOp>(user->getParentOp());
        if (!isa<scf::YieldOp>(user) || !loop) {
          user->emitOpError() << "uses a product that may not be done: no stage.settle comes before it";
          return WalkResult::interrupt();
        }
        behind.push_back(loop.getResult(use.getOperandNumber()));
      }
    return WalkResult::advance();
  });
  return failure(walked.wasInterrupted());
}

LogicalResult check(stage::RolesOp roles) {
  auto waves =
      roles->getParentOfType<kernel::FuncOp>()->getAttrOfType<IntegerAttr>("schedule.waves").getInt();
  if (failed(checkSettled(roles)))
    return failure();
  int64_t slots = 1;
  roles->getParentOfType<kernel::FuncOp>().walk(
      [&](stage::BarriersOp op) { slots = std::max(slots, op.getType().getSlots()); });
  // Fewer steps than slots, as many, more; the ring goes on where the program before has left it.
  for (int64_t steps = 0; steps <= 2 * slots + 1; ++steps)
    if (failed(Simulation(roles, waves).run({steps})) ||
        failed(Simulation(roles, waves).run({steps, 0, steps + 1})))
      return failure();
  return success();
}

struct CheckRoles : impl::CheckRolesBase<CheckRoles> {
  void runOnOperation() override {
    WalkResult walked = getOperation().walk([&](stage::RolesOp roles) {
      return failed(check(roles)) ? WalkResult::interrupt() : WalkResult::advance();
    });
    if (walked.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
} // namespace kiln::transforms
