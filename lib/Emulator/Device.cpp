// Loading programs and running grids on the host's threads.
#include "Dispatch.h"
#include "Scheduler.h"
#include <chrono>
#include <thread>

using namespace llvm;

namespace kiln::emulator {

Device::Device(Chip chip) : deviceChip(chip) {}
Device::~Device() = default;

Expected<std::shared_ptr<Program>> Device::load(std::shared_ptr<CodeObject> object) {
  if (object->chip != deviceChip)
    return createStringError("a code object for %s: the device is %s", chipName(object->chip),
                             chipName(deviceChip));
  uint64_t end = 0;
  for (const CodeObject::Segment &segment : object->segments)
    end = std::max(end, segment.address + segment.memorySize);
  // One allocation, so that addresses between segments keep their distances.
  uint64_t base = space.allocate(end, "code object");
  for (const CodeObject::Segment &segment : object->segments)
    if (Error error = space.write(base + segment.address, segment.bytes.data(), segment.bytes.size()))
      return std::move(error);
  return std::make_shared<Program>(std::move(object), base);
}

namespace {
/// One launch's workers: each takes the next workgroup until none is left or one has failed.
class GridRun {
public:
  GridRun(Program &program, const Dispatch &dispatch, const LaunchOptions &options)
      : program(program), dispatch(dispatch), options(options), groups(dispatch.groupCount()) {}

  Error run() {
    uint64_t wanted = options.threads ? options.threads : std::max(1u, std::thread::hardware_concurrency());
    std::vector<std::thread> threads;
    for (uint64_t i = 1; i < std::min(wanted, groups); ++i)
      threads.emplace_back([this] { work(); });
    work();
    for (std::thread &thread : threads)
      thread.join();
    return failed == ~uint64_t(0) ? Error::success() : createStringError("%s", message.c_str());
  }
  uint64_t instructions() const { return executed; }

private:
  void work() {
    Workgroup group;
    for (uint64_t number; !stop && (number = next++) < groups;) {
      dispatch.prepare(group, number);
      std::vector<std::unique_ptr<GroupObserver>> observers;
      for (Observer *observer : options.observers)
        observers.push_back(observer->beginGroup(group));
      Error error = runWorkgroup(program, group, options, observers);
      for (size_t i = 0; i < observers.size(); ++i)
        options.observers[i]->endGroup(group, std::move(observers[i]));
      for (const auto &wave : group.waves)
        executed += wave->executed;
      if (error)
        fail(number, toString(std::move(error)));
    }
  }

  /// Keeps the failure of the lowest workgroup, so that the report does not hang on thread timing more than
  /// it must.
  void fail(uint64_t number, std::string text) {
    std::lock_guard<std::mutex> lock(failing);
    stop = true;
    if (number < failed) {
      failed = number;
      message = std::move(text);
    }
  }

  Program &program;
  const Dispatch &dispatch;
  const LaunchOptions &options;
  uint64_t groups;
  std::atomic<uint64_t> next{0}, executed{0};
  std::atomic<bool> stop{false};
  std::mutex failing;
  uint64_t failed = ~uint64_t(0);
  std::string message;
};
} // namespace

Expected<Result> Device::launch(Program &program, const Launch &launch) {
  auto dispatch = Dispatch::create(space, program, launch);
  if (!dispatch)
    return dispatch.takeError();
  for (Observer *observer : launch.options.observers)
    observer->launchBegin(space, program);
  auto start = std::chrono::steady_clock::now();
  GridRun run(program, **dispatch, launch.options);
  Error error = run.run();
  Result result;
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  result.instructions = run.instructions();
  for (Observer *observer : launch.options.observers)
    observer->launchEnd(result.findings);
  for (Finding &finding : result.findings)
    if (finding.source.empty())
      finding.source = program.lines().at(finding.pc);
  if (launch.options.findings)
    *launch.options.findings = result.findings;
  if (error)
    return std::move(error);
  return result;
}

} // namespace kiln::emulator
