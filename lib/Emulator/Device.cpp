// Loading programs and launching kernels.
#include "Grid.h"
#include <chrono>

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
  space.assumeWritten(base); // what no bytes of the file fill is zero
  for (const CodeObject::Relocation &relocation : object->relocations) {
    uint64_t value = (base + relocation.value) >> relocation.shift;
    if (Error error = space.write(base + relocation.address, &value, relocation.size))
      return std::move(error);
  }
  return std::make_shared<Program>(std::move(object), base);
}

Expected<Result> Device::launch(Program &program, const Launch &launch) {
  auto dispatch = Dispatch::create(space, program, launch);
  if (!dispatch)
    return dispatch.takeError();
  for (Observer *observer : launch.options.observers)
    observer->launchBegin(space, program);
  auto start = std::chrono::steady_clock::now();
  Grid grid(program, **dispatch, launch.options);
  Error error = grid.run();
  Result result;
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  result.instructions = grid.instructions();
  space.settleStores();
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
