#include "kiln/Inspector/Inspector.h"
#include "Loops.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace kiln::inspector {

/// The loop with the most matrix instructions of its own (loops that poll a barrier may stand in it); without
/// any, the innermost one with the most instructions.
static std::optional<unsigned> findSteadyLoop(const std::vector<LoopRecord> &loops) {
  std::optional<unsigned> best;
  auto weight = [&](unsigned loop) {
    return std::pair(loops[loop].summary.count(Family::Matrix), loops[loop].summary.instructions);
  };
  for (const LoopRecord &loop : loops)
    if ((loop.innermost || weight(loop.index).first) && (!best || weight(loop.index) > weight(*best)))
      best = loop.index;
  return best;
}

static void addBounds(const Context &context, LoopRecord &loop) {
  if (!context.machine || !context.report.occupancy)
    return;
  loop.bound = boundOf(loop.summary, context.report.occupancy->wavesPerWorkgroup, *context.machine);
  const ChipFacts *product = context.machine->findChip(context.request.product);
  if (loop.bound && product)
    loop.roofline = rooflineOf(loop.summary, *loop.bound, *context.machine, *product);
}

static std::vector<WaitRecord> waitsOf(const KernelReport &report, const std::vector<unsigned> &blocks) {
  std::vector<WaitRecord> found;
  auto next = report.waits.waits.begin(), end = report.waits.waits.end();
  for (unsigned block : blocks) {
    const Block &range = report.flow.blocks[block];
    uint64_t first = report.code.instructions[range.first].address;
    uint64_t last = report.code.instructions[range.end - 1].address;
    next = std::lower_bound(next, end, first,
                            [](const WaitRecord &wait, uint64_t at) { return wait.address < at; });
    for (; next != end && next->address <= last; ++next)
      found.push_back(*next);
  }
  return found;
}

static void describeLoops(const Context &context) {
  KernelReport &report = context.report;
  const auto &code = report.code.instructions;
  std::vector<std::vector<unsigned>> own(report.flow.loops.size());
  for (unsigned block = 0; block < report.flow.blocks.size(); ++block)
    if (std::optional<unsigned> loop = report.flow.loopOf(block))
      own[*loop].push_back(block);
  for (unsigned i = 0; i < own.size(); ++i) {
    const Loop &loop = report.flow.loops[i];
    LoopRecord record;
    record.index = i;
    record.parent = loop.parent;
    record.depth = loop.depth;
    record.innermost = loop.innermost;
    record.begin = code[report.flow.blocks[loop.blocks.front()].first].address;
    const codegen::Instruction &last = code[report.flow.blocks[loop.blocks.back()].end - 1];
    record.end = last.address + last.bytes.size();
    record.blocks = own[i];
    record.summary = summarise(context.view, own[i], context.lanes(), context.machine);
    if (report.isText)
      record.trips.why = "counters of PTX are not followed";
    else
      record.trips = findTrips(context.view, loop);
    record.waits = waitsOf(report, own[i]);
    addBounds(context, record);
    report.loops.push_back(std::move(record));
  }
  report.steadyLoop = findSteadyLoop(report.loops);
  if (report.steadyLoop)
    report.loops[*report.steadyLoop].steady = true;
}

void describeParts(const Context &context) {
  KernelReport &report = context.report;
  std::vector<unsigned> all(report.flow.blocks.size());
  for (unsigned i = 0; i < all.size(); ++i)
    all[i] = i;
  report.summary = summarise(context.view, all, context.lanes(), context.machine);
  describeLoops(context);
}

/// What metadata and descriptor both say must be the same.
static void compareSources(KernelReport &report) {
  if (!report.info || !report.descriptor)
    return;
  auto compare = [&](const char *what, std::optional<unsigned> metadata, unsigned descriptor) {
    if (metadata && *metadata != descriptor)
      report.notes.push_back("the metadata says " + std::to_string(*metadata) + " " + what +
                             ", the kernel descriptor " + std::to_string(descriptor));
  };
  compare("bytes of LDS", report.info->lds, report.descriptor->lds);
  compare("bytes of scratch", report.info->scratch, report.descriptor->scratch);
  compare("bytes of arguments", report.info->argumentBytes, report.descriptor->argumentBytes);
  // Rounded up to the unit of allocation, which is 8 at most on the chips that have descriptors.
  std::optional<unsigned> vgprs = report.info->vgprs;
  if (vgprs && *vgprs > report.descriptor->vgprs)
    compare("vector registers", vgprs, report.descriptor->vgprs);
}

static void addNotes(KernelReport &report, StringRef chip, const MachineFacts *machine,
                     const Request &request) {
  auto note = [&](const Twine &text) { report.notes.push_back(text.str()); };
  if (!report.info)
    note("the metadata names no kernel '" + report.name + "': " +
         (report.descriptor
              ? "scalar registers, spills, workgroup and occupancy are unknown; LDS, scratch and "
                "vector registers (rounded up) are the kernel descriptor's"
              : "registers, LDS, scratch and occupancy are unknown"));
  else if (!machine)
    note("no target file describes " + (chip.empty() ? StringRef("the chip") : chip) +
         ": occupancy and matrix cycles are unknown");
  else if (!report.occupancy)
    note("occupancy is unknown: the metadata lacks the vector registers or the workgroup's size");
  if (report.info && report.info->dynamicStack)
    note("the stack is dynamic: scratch is a lower bound");
  if (machine && !request.product.empty() && !machine->findChip(request.product))
    note("target '" + machine->name + "' has no chip '" + request.product + "': no roofline");
  if (report.flow.indirect)
    note(
        "there are branches through registers: blocks and loops behind them may be missing; registers in use "
        "and operations in flight are unknown");
  if (report.flow.irreducible)
    note("there are cycles with several entries, which are not listed as loops");
  if (report.flow.leaves)
    note("there are branches to places outside of the function or inside of an instruction: registers in use "
         "and operations in flight are unknown");
  if (report.summary.count(Family::Unknown))
    note(Twine(report.summary.count(Family::Unknown)) +
         " words do not decode; they are counted as 'unknown'");
}

/// Before scratch had instructions of its own, it was reached through a buffer descriptor in s0 to s3, where
/// the hardware puts it and LLVM leaves it.
static void markScratchBuffer(KernelReport &report) {
  if (!report.descriptor || !report.descriptor->hasScratchBuffer)
    return;
  for (unsigned i = 0; i < report.infos.size(); ++i)
    if (InstructionInfo &info = report.infos[i]; info.memory == MemoryKind::Global)
      for (const codegen::Operand &operand : report.code.instructions[i].operands)
        if (operand.registers.file == codegen::RegisterFile::Scalar && operand.registers.first == 0 &&
            operand.registers.count == 4)
          info.memory = MemoryKind::Scratch;
}

static std::vector<ScratchAccess> findScratch(const KernelReport &report) {
  std::vector<ScratchAccess> found;
  for (unsigned i = 0; i < report.infos.size(); ++i)
    if (const InstructionInfo &info = report.infos[i]; info.memory == MemoryKind::Scratch)
      found.push_back({report.code.instructions[i].address, info.store, info.bytes});
  return found;
}

KernelReport inspectFunction(FunctionInput input, StringRef chip, const MachineFacts *machine,
                             const Request &request) {
  KernelReport report;
  report.name = input.code.name;
  report.code = std::move(input.code);
  if (input.info)
    report.info = *input.info;
  if (input.descriptor)
    report.descriptor = *input.descriptor;
  if (report.info && machine)
    report.occupancy = computeOccupancy(*report.info, *machine);
  for (const codegen::Instruction &instruction : report.code.instructions)
    report.infos.push_back(classify(instruction));
  markScratchBuffer(report);
  report.flow = findControlFlow(report.code);
  Context context{report, report.view(chip), machine, request};
  report.waits = auditWaits(context.view, request.isOurs);
  describeParts(context);
  report.scratchAccesses = findScratch(report);
  report.pressure = findPressure(context.view);
  report.matrix = auditMatrix(context.view, machine);
  report.shared =
      findSharedAccesses(context.view, machine, report.info ? report.info->maxWorkgroupSize : std::nullopt);
  report.lint = lint(context.view, report.waits,
                     report.steadyLoop ? report.loops[*report.steadyLoop].blocks : std::vector<unsigned>(),
                     machine, request.contract);
  compareSources(report);
  addNotes(report, chip, machine, request);
  return report;
}

} // namespace kiln::inspector
