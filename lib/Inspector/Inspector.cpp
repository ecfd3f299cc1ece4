#include "kiln/Inspector/Inspector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Object/ELFObjectFile.h"

using namespace llvm;

namespace kiln::inspector {

/// A SIMD has 16 lanes, so that a wave of 64 takes 4 cycles (AMD's GPU specification tables); an instruction
/// of a wave is issued every 4 cycles at most. Transcendentals take 16, measured on MI308X (tingqli/pyhip,
/// docs/mfma-valu-coissue).
constexpr unsigned issueCycles = 4, transcendentalCycles = 16;

static void addTraffic(const InstructionInfo &info, unsigned lanes, Summary &summary) {
  auto add = [&](Traffic &traffic, bool load, bool store) {
    if (!info.bytes)
      ++traffic.unknown;
    if (load)
      traffic.loaded += uint64_t(info.bytes) * lanes;
    if (store)
      traffic.stored += uint64_t(info.bytes) * lanes;
  };
  if (info.memory == MemoryKind::Lds)
    add(summary.lds, info.load, info.store);
  if (info.memory == MemoryKind::Scratch)
    add(summary.scratch, info.load, info.store);
  if (info.memory == MemoryKind::Global)
    add(summary.global, info.load, info.store);
  if (info.family == Family::LdsDma)
    add(summary.lds, false, true);
}

static void addMatrix(const InstructionInfo &info, const MachineFacts *machine, Summary &summary) {
  if (info.matrix)
    summary.flops[info.matrix->types] += info.matrix->flops();
  std::string name = info.matrix ? info.matrix->atom : info.mnemonic;
  if (machine)
    if (auto known = machine->matrixCycles.find(name); known != machine->matrixCycles.end()) {
      *summary.bounds.matrix += known->second;
      return;
    }
  if (!is_contained(summary.bounds.unknown, name))
    summary.bounds.unknown.push_back(name);
}

static Summary summarise(const codegen::CodeFunction &function, const ControlFlow &flow,
                         const std::vector<unsigned> &blocks, unsigned lanes, StringRef chip,
                         const MachineFacts *machine) {
  Summary summary;
  summary.bounds.matrix = 0;
  for (unsigned block : blocks)
    for (unsigned i = flow.blocks[block].first; i < flow.blocks[block].end; ++i) {
      InstructionInfo info = classify(function.instructions[i]);
      ++summary.instructions;
      ++summary.families[static_cast<unsigned>(info.family)];
      ++summary.mnemonics[info.mnemonic];
      addTraffic(info, lanes, summary);
      if (info.family == Family::Matrix)
        addMatrix(info, machine, summary);
    }
  if (!summary.bounds.unknown.empty())
    summary.bounds.matrix.reset();
  if (!chip.starts_with("gfx9"))
    return summary;
  unsigned transcendental = summary.count(Family::Transcendental);
  summary.bounds.valu = issueCycles * summary.count(Family::Valu) + transcendentalCycles * transcendental;
  // Waits, nops and the like need no unit.
  unsigned free = summary.count(Family::Wait) + summary.count(Family::Nop) + summary.count(Family::Control) +
                  summary.count(Family::Barrier);
  summary.bounds.issue = issueCycles * (summary.instructions - free);
  return summary;
}

/// The innermost loop with the most matrix instructions; without any, the one with the most instructions.
static std::optional<unsigned> findSteadyLoop(const std::vector<LoopRecord> &loops) {
  std::optional<unsigned> best;
  auto weight = [&](unsigned loop) {
    return std::pair(loops[loop].summary.count(Family::Matrix), loops[loop].summary.instructions);
  };
  for (const LoopRecord &loop : loops)
    if (loop.innermost && (!best || weight(loop.index) > weight(*best)))
      best = loop.index;
  return best;
}

static void describeLoops(KernelReport &report, unsigned lanes, StringRef chip, const MachineFacts *machine) {
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
    record.summary = summarise(report.code, report.flow, own[i], lanes, chip, machine);
    bool settles = loop.innermost && chip.starts_with("gfx9");
    record.waits = findWaits(report.code, report.flow, own[i], settles);
    report.loops.push_back(std::move(record));
  }
  report.steadyLoop = findSteadyLoop(report.loops);
  if (report.steadyLoop)
    report.loops[*report.steadyLoop].steady = true;
}

static void addNotes(KernelReport &report, StringRef chip, const MachineFacts *machine) {
  auto note = [&](const Twine &text) { report.notes.push_back(text.str()); };
  if (!report.info)
    note("the metadata names no kernel '" + report.name +
         "': registers, LDS, scratch and occupancy are unknown");
  else if (!machine)
    note("no target file describes " + (chip.empty() ? StringRef("the chip") : chip) +
         ": occupancy and matrix cycles are unknown");
  else if (!report.occupancy)
    note("occupancy is unknown: the metadata lacks the vector registers or the workgroup's size");
  if (report.info && report.info->dynamicStack)
    note("the stack is dynamic: scratch is a lower bound");
  if (report.flow.indirect)
    note("there are branches through registers: blocks and loops behind them may be missing");
  if (report.flow.irreducible)
    note("there are cycles with several entries, which are not listed as loops");
  if (report.flow.leaves)
    note("there are branches to places outside of the function or inside of an instruction");
  if (report.summary.count(Family::Unknown))
    note(Twine(report.summary.count(Family::Unknown)) +
         " words do not decode; they are counted as 'unknown'");
}

KernelReport inspectFunction(codegen::CodeFunction function, const codegen::KernelInfo *info, StringRef chip,
                             const MachineFacts *machine) {
  KernelReport report;
  report.name = function.name;
  report.code = std::move(function);
  if (info)
    report.info = *info;
  if (info && machine)
    report.occupancy = computeOccupancy(*info, *machine);
  report.flow = findControlFlow(report.code);
  unsigned lanes = info && info->wavefrontSize ? *info->wavefrontSize : machine ? machine->lanes : 64;
  std::vector<unsigned> all(report.flow.blocks.size());
  for (unsigned i = 0; i < all.size(); ++i)
    all[i] = i;
  report.summary = summarise(report.code, report.flow, all, lanes, chip, machine);
  describeLoops(report, lanes, chip, machine);
  for (const codegen::Instruction &instruction : report.code.instructions)
    if (classify(instruction).memory == MemoryKind::Scratch)
      report.scratchAccesses.push_back(instruction.address);
  addNotes(report, chip, machine);
  return report;
}

/// Says what a file that is no code object is, where that is known.
static Error refuse(StringRef binary) {
  if (binary.starts_with("__CLANG_OFFLOAD_BUNDLE__") ||
      identify_magic(binary) == file_magic::offload_bundle_compressed)
    return createStringError(
        "this is an offload bundle; take the code object out with clang-offload-bundler");
  if (binary.empty())
    return createStringError("the file is empty");
  return Error::success();
}

namespace {
/// What a file says, before anything is computed.
struct Contents {
  std::string chip;
  std::vector<codegen::KernelInfo> infos;
  std::vector<codegen::CodeFunction> functions;
  std::vector<std::string> notes;
};
} // namespace

static Expected<Contents> read(StringRef binary) {
  if (Error error = refuse(binary))
    return std::move(error);
  Contents contents;
  Expected<std::vector<codegen::KernelInfo>> infos = codegen::kernelInfo(binary);
  if (!binary.starts_with(ELF::ElfMagic)) {
    if (!infos)
      return infos.takeError();
    contents.infos = std::move(*infos);
    contents.chip = contents.infos.empty() ? "" : contents.infos.front().chip;
    contents.notes.push_back(
        "of PTX only the resources are read: its registers are virtual, its instructions not the machine's");
    return contents;
  }
  Expected<std::vector<codegen::CodeFunction>> functions = codegen::disassemble(binary);
  if (!functions) {
    consumeError(infos.takeError());
    return functions.takeError();
  }
  contents.functions = std::move(*functions);
  if (infos)
    contents.infos = std::move(*infos);
  else
    contents.notes.push_back(toString(infos.takeError()));
  auto object = cantFail(object::ObjectFile::createELFObjectFile(MemoryBufferRef(binary, "code object")));
  contents.chip = cast<object::ELFObjectFileBase>(*object).tryGetCPUName().value_or("").str();
  return contents;
}

Expected<Report> inspect(StringRef binary, FindMachine findMachine, StringRef kernel) {
  Expected<Contents> contents = read(binary);
  if (!contents)
    return contents.takeError();
  Report report;
  report.chip = contents->chip;
  std::optional<MachineFacts> machine = findMachine(report.chip);
  report.machine = machine ? machine->name : "";
  const MachineFacts *facts = machine ? &*machine : nullptr;
  auto wanted = [&](StringRef name) { return kernel.empty() || kernel == name; };
  for (const codegen::KernelInfo &info : contents->infos) {
    if (!wanted(info.name))
      continue;
    codegen::CodeFunction code{info.name, 0, 0, {}};
    auto found =
        find_if(contents->functions, [&](const auto &function) { return function.name == info.name; });
    if (found != contents->functions.end()) {
      code = std::move(*found);
      contents->functions.erase(found);
    } else if (contents->notes.empty()) {
      contents->notes.push_back("the object has no function '" + info.name +
                                "': its instructions are unknown");
    }
    report.kernels.push_back(inspectFunction(std::move(code), &info, report.chip, facts));
  }
  for (codegen::CodeFunction &function : contents->functions)
    if (wanted(function.name))
      report.kernels.push_back(inspectFunction(std::move(function), nullptr, report.chip, facts));
  for (KernelReport &one : report.kernels)
    one.notes.insert(one.notes.end(), contents->notes.begin(), contents->notes.end());
  if (report.kernels.empty())
    return createStringError(kernel.empty() ? Twine("the object has no kernel")
                                            : "the object has no kernel '" + kernel + "'");
  return report;
}

} // namespace kiln::inspector
