// Loading programs and launching kernels.
#include "Grid.h"
#include <chrono>

using namespace llvm;

namespace kiln::emulator {

Device::Device(Chip chip) : deviceChip(chip) {}
Device::~Device() = default;

Expected<std::shared_ptr<Program>> Device::load(std::shared_ptr<CodeObject> object) {
  if (object->chip != deviceChip)
    return createStringError(std::errc::no_such_device, "a code object for %s: the device is %s",
                             chipName(object->chip), chipName(deviceChip));
  uint64_t end = 0;
  for (const CodeObject::Segment &segment : object->segments)
    end = std::max(end, segment.address + segment.memorySize);
  // One allocation, so that addresses between segments keep their distances.
  uint64_t base = space.allocate(end, "code object");
  uint64_t writable = 0; // where the next writable segment may begin
  for (const CodeObject::Segment &segment : object->segments) {
    std::vector<uint8_t> bytes = object->bytesAt(segment, base);
    if (Error error = space.write(base + segment.address, bytes.data(), bytes.size()))
      return std::move(error);
    if (!segment.writable)
      continue;
    space.protect(base + writable, segment.address - writable);
    writable = segment.address + segment.memorySize;
  }
  space.protect(base + writable, end - writable);
  for (auto [address, size] : object->relocatedReadOnly)
    space.protect(base + address, size);
  space.assumeWritten(base); // what no bytes of the file fill is zero
  return std::make_shared<Program>(std::move(object), base);
}

void Device::unload(const Program &program) { cantFail(space.free(program.loadAddress())); }

Expected<CodeObject::Symbol> Device::find(const Program &program, StringRef symbol) const {
  for (const CodeObject::Symbol &known : program.object().symbols)
    if (known.name == symbol && known.address)
      return CodeObject::Symbol{known.name, program.loadAddress() + known.address, known.size};
  return createStringError("the code object has no symbol " + symbol);
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
