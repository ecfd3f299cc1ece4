#include "Scheduler.h"

#include "RelativeRegisters.h"

using namespace llvm;

namespace kiln::emulator {

static bool isVectorFormat(Format format) { return format >= Format::Vop1 && format <= Format::Mtbuf; }

static void execute(Program &program, Wave &wave, const Instruction &inst) {
  bool inRange = inst.needs.within(wave.registers);
  if (LLVM_LIKELY(!(wave.mode.bits & (3u << 27)) && inRange))
    return inst.handler(wave, inst);
  if (wave.mode.vectorSkip() && isVectorFormat(inst.format))
    return;
  bool indexed = isIndexed(wave, inst);
  RegisterCounts limit = wave.registers;
  if (indexed) // which vector registers are meant is known only once they have moved
    limit.arch = limit.acc = 256;
  const Instruction &possible = inst.needs.within(limit) ? inst : program.withRegisters(inst, limit);
  if (indexed)
    MovedInstruction(wave, possible).execute(wave);
  else
    possible.handler(wave, possible);
}

template <bool Observed> static void runLoop(Program &program, Wave &wave, uint64_t count) {
  for (; count && wave.state == WaveState::Running; --count) {
    const Instruction *inst = program.at(wave.pc);
    if (LLVM_UNLIKELY(!inst)) {
      wave.current = nullptr;
      std::string place;
      raw_string_ostream(place) << "execution left the code: pc " << format_hex(wave.pc, 1);
      return wave.fail(place);
    }
    wave.current = inst;
    wave.pc += inst->size;
    ++wave.executed;
    if (LLVM_UNLIKELY(wave.isDue())) {
      wave.landDue();
      if (wave.state != WaveState::Running)
        return;
    }
    if constexpr (Observed)
      wave.observer->beforeInstruction(wave, *inst);
    execute(program, wave, *inst);
    if constexpr (Observed)
      wave.observer->afterInstruction(wave, *inst);
  }
}

void runWave(Program &program, Wave &wave, uint64_t count) {
  if (wave.observer)
    runLoop<true>(program, wave, count);
  else
    runLoop<false>(program, wave, count);
}

namespace {
/// Passes every event on to several observers.
class Fan final : public GroupObserver {
public:
  explicit Fan(ArrayRef<std::unique_ptr<GroupObserver>> observers) : all(observers) {}
  void waveBegin(const Wave &wave) override {
    each([&](auto &o) { o.waveBegin(wave); });
  }
  void beforeInstruction(const Wave &wave, const Instruction &inst) override {
    each([&](auto &o) { o.beforeInstruction(wave, inst); });
  }
  void afterInstruction(const Wave &wave, const Instruction &inst) override {
    each([&](auto &o) { o.afterInstruction(wave, inst); });
  }
  void memoryIssued(const Wave &wave, const PendingAccess &access) override {
    each([&](auto &o) { o.memoryIssued(wave, access); });
  }
  void memoryLanded(const Wave &wave, const PendingAccess &access, ArrayRef<MemoryEvent> events) override {
    each([&](auto &o) { o.memoryLanded(wave, access, events); });
  }
  void outOfBounds(const Wave &wave, const Instruction &inst, const MemoryEvent &event) override {
    each([&](auto &o) { o.outOfBounds(wave, inst, event); });
  }
  void barrierReleased(const Workgroup &group) override {
    each([&](auto &o) { o.barrierReleased(group); });
  }
  void waveEnd(const Wave &wave) override {
    each([&](auto &o) { o.waveEnd(wave); });
  }
  void budgetExhausted(const Wave &wave) override {
    each([&](auto &o) { o.budgetExhausted(wave); });
  }

private:
  template <class Call> void each(Call call) {
    for (const auto &observer : all)
      call(*observer);
  }
  ArrayRef<std::unique_ptr<GroupObserver>> all;
};

/// Which wave runs next, and for how long.
class Turns {
public:
  Turns(Workgroup &group, Policy policy) : group(group), policy(policy) {
    if (policy == Policy::OneAhead)
      ahead = group.random() % group.waves.size();
  }

  /// Null when no wave can run.
  Wave *next(uint64_t &count) {
    size_t waves = group.waves.size();
    // Waves of a workgroup stand on different SIMDs and go on side by side: the one that is behind in time
    // runs next. AMD's latent attention for 8 heads exchanges results through LDS with a wait but no barrier
    // between, 13 instructions apart.
    count = waves == 1 ? 16 : 4;
    // The others get short turns between: the one ahead may be polling for what they have yet to do.
    aheadHasRun =
        policy == Policy::OneAhead && !aheadHasRun && group.waves[ahead]->state == WaveState::Running;
    if (aheadHasRun) {
      count = 4096;
      return group.waves[ahead].get();
    }
    size_t start = last + 1;
    if (policy == Policy::Random) {
      start = group.random() % waves;
      count = 1 + group.random() % 64;
    }
    Wave *chosen = nullptr;
    for (size_t i = 0; i < waves; ++i) {
      Wave *wave = group.waves[(start + i) % waves].get();
      if (wave->state != WaveState::Running || (chosen && wave->time() >= chosen->time()))
        continue;
      chosen = wave;
      if (policy != Policy::ShortTurns)
        break;
    }
    if (chosen)
      last = chosen->index;
    return chosen;
  }

private:
  Workgroup &group;
  Policy policy;
  size_t last = 0, ahead = 0;
  bool aheadHasRun = false;
};
} // namespace

/// What a barrier takes after the last wave has arrived, in issue slots: AMD's last pass of attention
/// backward for gfx942 stores what it reads from LDS ten instructions and a barrier before, and waits for
/// nothing.
static constexpr uint64_t BarrierSlots = 8;

/// True when waves waited at the barrier. A wave that has ended counts as arrived.
static bool releaseBarrier(Workgroup &group, GroupObserver *observer) {
  bool waiting = false;
  uint64_t latest = 0;
  for (auto &wave : group.waves)
    latest = std::max(latest, wave->time());
  for (auto &wave : group.waves)
    if (wave->state == WaveState::AtBarrier) {
      wave->state = WaveState::Running;
      wave->stallUntil(latest + BarrierSlots);
      waiting = true;
    }
  group.epoch += waiting;
  if (waiting && observer)
    observer->barrierReleased(group);
  return waiting;
}

/// "; waves 1 2 wait at a barrier", "; wave 0 has ended": why a wave may wait for ever.
static std::string otherWaves(const Workgroup &group) {
  std::string waiting, ended;
  for (const auto &wave : group.waves)
    if (wave->state == WaveState::AtBarrier)
      waiting += " " + std::to_string(wave->index);
    else if (wave->state == WaveState::Ended)
      ended += " " + std::to_string(wave->index);
  return (waiting.empty() ? "" : "; at a barrier wait waves" + waiting) +
         (ended.empty() ? "" : "; ended have waves" + ended);
}

static Error failure(const Workgroup &group, const Wave &wave) {
  return createStringError("workgroup (%u, %u, %u), wave %u: %s", group.id[0], group.id[1], group.id[2],
                           unsigned(wave.index), wave.error.c_str());
}

/// Instructions of a workgroup until one that may be waiting for others lets them go on; and how many of them
/// a poll stands for.
static constexpr uint64_t TurnLength = 1 << 16, PollWeight = 1 << 10;

Error runWorkgroup(Program &program, Workgroup &group, const LaunchOptions &options,
                   ArrayRef<std::unique_ptr<GroupObserver>> observers) {
  Fan fan(observers);
  GroupObserver *observer = observers.empty() ? nullptr : observers.size() == 1 ? observers[0].get() : &fan;
  for (auto &wave : group.waves) {
    wave->observer = observer;
    if (observer)
      observer->waveBegin(*wave);
  }
  Turns turns(group, options.policy);
  uint64_t executed = 0;
  uint64_t count = 0;
  do {
    while (Wave *wave = turns.next(count)) {
      uint64_t before = wave->executed;
      runWave(program, *wave, count);
      executed += group.hasTurn ? wave->executed - before : 0;
      if (wave->state == WaveState::Failed)
        return group.isStopped ? Error::success() : failure(group, *wave);
      if (group.timing == MemoryTiming::Random && wave->inFlight())
        wave->landOldest(group.random() % (wave->inFlight() + 1));
      if (wave->state == WaveState::Failed)
        return failure(group, *wave);
      if (wave->state == WaveState::Ended && observer)
        observer->waveEnd(*wave);
      if (group.hasTurn && executed + PollWeight * group.polls > TurnLength) {
        executed = group.polls = 0;
        if (!group.turnstile->enter(group))
          return Error::success();
      }
      if (wave->executed > options.instructionBudget) {
        if (observer)
          observer->budgetExhausted(*wave);
        wave->fail("the instruction budget of " + Twine(options.instructionBudget) +
                   " is exhausted: an infinite loop, or raise the budget" + otherWaves(group));
        return failure(group, *wave);
      }
    }
  } while (releaseBarrier(group, observer));
  return Error::success();
}

} // namespace kiln::emulator
