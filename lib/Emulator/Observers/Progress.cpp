// Waves that get no further: a barrier that some waves of the workgroup end without reaching, and loops that
// use up the instruction budget.
//
// The hardware counts a wave that has ended as arrived (CDNA3 manual 4.3), so the first goes on there; the
// kernel's language gives it no meaning. Which barrier instruction a wave arrives at does not matter: waves
// with different roles use different ones.
#include "Observers/Findings.h"

using namespace llvm;

namespace kiln::emulator {

namespace {

/// "wave 3 has" or "waves 1, 2 have".
std::string subject(ArrayRef<unsigned> waves) {
  std::string text = waves.size() > 1 ? "waves " : "wave ";
  for (size_t i = 0; i < waves.size(); ++i)
    text += (i ? ", " : "") + std::to_string(waves[i]);
  return text + (waves.size() > 1 ? " have" : " has");
}

class ProgressGroup final : public GroupObserver {
public:
  explicit ProgressGroup(FindingLog &log) : log(log) {}
  void reset(const Workgroup &) {}

  /// Every wave that has not ended has just come from its barrier.
  void barrierReleased(const Workgroup &group) override {
    SmallVector<unsigned, 16> ended;
    for (const auto &wave : group.waves)
      if (wave->state == WaveState::Ended && wave->executed)
        ended.push_back(wave->index);
    if (ended.empty())
      return;
    for (const auto &wave : group.waves)
      if (wave->state == WaveState::Running)
        log.add(*wave, *wave->current, "divergent-barrier", [&] {
          return subject(ended) + " ended without reaching the barrier that wave " +
                 std::to_string(wave->index) + " waits at";
        });
  }

  void budgetExhausted(const Wave &wave) override {
    log.add(wave, *wave.current, "infinite-loop", [&] {
      return "the wave is still here after " + std::to_string(wave.executed) + " instructions";
    });
  }

private:
  FindingLog &log;
};

} // namespace

std::unique_ptr<Observer> createProgress() { return std::make_unique<PooledObserver<ProgressGroup>>(); }

} // namespace kiln::emulator
