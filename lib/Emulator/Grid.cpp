#include "Grid.h"
#include "Scheduler.h"

using namespace llvm;

namespace kiln::emulator {

Grid::Grid(Program &program, const Dispatch &dispatch, const LaunchOptions &options)
    : program(program), dispatch(dispatch), options(options), groups(dispatch.groupCount()),
      wanted(options.threads ? options.threads : std::max(1u, std::thread::hardware_concurrency())) {}

Error Grid::run() {
  {
    std::lock_guard<std::mutex> guard(lock);
    while (admitted < std::min(groups, dispatch.residentLimit()))
      turns.push_back({admitted++});
    employThreads();
  }
  // Threads start others: the list grows while it is walked, and is whole when the last one has ended.
  for (size_t i = 0;; ++i) {
    std::thread *thread;
    {
      std::lock_guard<std::mutex> guard(lock);
      if (i == threads.size())
        break;
      thread = &threads[i];
    }
    thread->join();
  }
  return failed == None ? Error::success() : createStringError("%s", message.c_str());
}

/// Workgroups that could do no more than wait for their turn are not begun in advance, but for a few.
bool Grid::mayBegin() const {
  return failed == None && begun < admitted && working < wanted && (waiting < 2 * wanted || isTurnOf(begun));
}

/// Sees to it that a thread takes the next workgroup if one may begin.
void Grid::employThreads() {
  if (failed != None || begun == groups)
    workToDo.notify_all(); // to go home
  else if (mayBegin() && idle)
    workToDo.notify_one();
  else if (mayBegin())
    threads.emplace_back([this] { work(); });
}

void Grid::work() {
  Workgroup group;
  group.turnstile = this;
  std::unique_lock<std::mutex> guard(lock);
  for (;;) {
    ++idle;
    workToDo.wait(guard, [&] { return mayBegin() || failed != None || begun == groups; });
    --idle;
    if (!mayBegin() && (failed != None || begun == groups))
      return;
    uint64_t number = begun++;
    ++working;
    employThreads();
    guard.unlock();
    Error error = runGroup(group, number);
    guard.lock();
    --working;
    end(number, std::move(error));
  }
}

Error Grid::runGroup(Workgroup &group, uint64_t number) {
  dispatch.prepare(group, number);
  std::vector<std::unique_ptr<GroupObserver>> observers;
  for (Observer *observer : options.observers)
    observers.push_back(observer->beginGroup(group));
  Error error = runWorkgroup(program, group, options, observers);
  for (size_t i = 0; i < observers.size(); ++i)
    options.observers[i]->endGroup(group, std::move(observers[i]));
  for (const auto &wave : group.waves)
    executed += wave->executed;
  return error;
}

/// The failure of the lowest workgroup is kept, so that the report hangs on the threads' timing as little as
/// can be.
void Grid::fail(uint64_t number, std::string text) {
  if (number < failed) {
    failed = number;
    message = std::move(text);
  }
  for (Resident &resident : turns)
    if (resident.waiter)
      resident.waiter->notify_one();
}

void Grid::end(uint64_t number, Error error) {
  if (error)
    fail(number, toString(std::move(error)));
  find_if(turns, [&](const Resident &resident) { return resident.number == number; })->hasEnded = true;
  settleTurns();
}

/// Workgroups that have ended leave when the turn comes to them, and others are admitted behind: at the same
/// point of the order, whenever they have ended.
void Grid::settleTurns() {
  while (!turns.empty() && turns.front().hasEnded) {
    turns.pop_front();
    if (admitted < groups)
      turns.push_back({admitted++});
  }
  if (!turns.empty() && turns.front().waiter)
    turns.front().waiter->notify_one();
  employThreads();
}

bool Grid::enter(Workgroup &group) {
  std::unique_lock<std::mutex> guard(lock);
  auto mustStop = [&] { return failed < group.number || (failed != None && group.hasTurn); };
  if (group.hasTurn) { // and has had it for long enough
    turns.push_back(turns.front());
    turns.pop_front();
    settleTurns();
  }
  if (!isTurnOf(group.number) && !mustStop()) {
    std::condition_variable myTurn;
    Resident &resident = *find_if(turns, [&](const Resident &each) { return each.number == group.number; });
    resident.waiter = &myTurn;
    --working;
    ++waiting;
    employThreads();
    myTurn.wait(guard, [&] { return isTurnOf(group.number) || mustStop(); });
    --waiting;
    ++working;
    find_if(turns, [&](const Resident &each) { return each.number == group.number; })->waiter = nullptr;
  }
  group.isStopped = mustStop();
  group.hasTurn = !group.isStopped;
  return group.hasTurn;
}

} // namespace kiln::emulator
