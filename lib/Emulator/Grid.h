// Runs the workgroups of a launch on the host's threads.
#ifndef KILN_LIB_EMULATOR_GRID_H
#define KILN_LIB_EMULATOR_GRID_H

#include "Dispatch.h"
#include <condition_variable>
#include <thread>

namespace kiln::emulator {

/// Workgroups run side by side until they talk to others: by an atomic or an access of device scope in global
/// memory. From there on a workgroup runs only while it has the turn, which goes round among the resident
/// workgroups by number, and on to the next one when its holder ends or has executed many instructions. So
/// what a launch computes does not depend on the host's threads, and a workgroup that waits for another finds
/// it running.
///
/// A workgroup that waits for its turn keeps its thread; another thread takes its place at work.
class Grid final : public Turnstile {
public:
  Grid(Program &program, const Dispatch &dispatch, const LaunchOptions &options);

  llvm::Error run();
  uint64_t instructions() const { return executed; }

  bool enter(Workgroup &group) override;

private:
  struct Resident {
    uint64_t number;
    bool hasEnded = false;
    std::condition_variable *waiter = nullptr; ///< of the thread that waits for the turn
  };
  static constexpr uint64_t None = ~uint64_t(0);

  bool isTurnOf(uint64_t number) const { return turns.front().number == number; }
  bool mayBegin() const;
  void work();
  llvm::Error runGroup(Workgroup &group, uint64_t number);
  void end(uint64_t number, llvm::Error error);
  void settleTurns();
  void employThreads();
  void fail(uint64_t number, std::string text);

  Program &program;
  const Dispatch &dispatch;
  const LaunchOptions &options;
  const uint64_t groups;
  const unsigned wanted; ///< threads at work
  std::atomic<uint64_t> executed{0};

  std::mutex lock;                  ///< of all below
  std::deque<Resident> turns;       ///< resident workgroups; the first has the turn
  uint64_t admitted = 0, begun = 0; ///< workgroups, by number
  std::deque<std::thread> threads;
  std::condition_variable workToDo;
  unsigned working = 0, waiting = 0, idle = 0;
  uint64_t failed = None; ///< the lowest workgroup that has
  std::string message;
};

} // namespace kiln::emulator

#endif
