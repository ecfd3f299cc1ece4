#include "Program.h"

#include "Isa/InstructionSet.h"
#include "llvm/ADT/StringRef.h"

using namespace llvm;

namespace kiln::emulator {

Program::Program(std::shared_ptr<CodeObject> object, uint64_t loadAddress)
    : code(std::move(object)), loadBase(loadAddress), decoder(code->chip) {
  for (const CodeObject::Segment &segment : code->segments)
    if (segment.executable) {
      std::vector<uint8_t> bytes = code->bytesAt(segment, loadBase);
      bytes.resize(bytes.size() / 4 * 4);
      size_t count = bytes.size() / 4;
      texts.push_back({loadBase + segment.address, std::move(bytes),
                       std::make_unique<std::atomic<const Instruction *>[]>(count)});
    }
}

/// Manual 3.10: TTMP registers belong to trap handlers; for all other code they read as zero.
static bool writesTrapRegister(const Instruction &inst) {
  return any_of(inst.writes, [](const RegisterRange &range) {
    return range.file == RegisterFile::Scalar && range.index < Ttmp + TtmpCount &&
           range.index + range.count > Ttmp;
  });
}

const Instruction *Program::decode(Text &text, uint64_t offset) {
  std::lock_guard<std::mutex> lock(decoding);
  auto &slot = text.slots[offset / 4];
  if (const Instruction *known = slot.load(std::memory_order_relaxed))
    return known;
  instructions.push_back(decoder.decode(ArrayRef(text.bytes).drop_front(offset), text.base + offset));
  Instruction &inst = instructions.back();
  inst.number = instructions.size() - 1;
  inst.traits = describeTraits(inst, code->chip);
  if (writesTrapRegister(inst))
    inst.handler = [](Wave &wave, const Instruction &inst) {
      wave.fail(inst.mnemonic + " writes a trap temporary register, which only a trap handler may");
    };
  slot.store(&inst, std::memory_order_release);
  return &inst;
}

/// The access happens for the counters, and for no lane.
static void accessForNoLane(Wave &wave, const Instruction &inst) {
  uint64_t exec = wave.exec();
  wave.setPair(Exec, 0);
  InstructionSet::get().find(inst.mnemonic)(wave, inst);
  wave.setPair(Exec, exec);
}

static void doNothing(Wave &, const Instruction &) {}

/// The results of the variant are s[0:1], which get back what they held.
static void dropScalarResult(Wave &wave, const Instruction &inst) {
  uint64_t kept = wave.pair(0);
  InstructionSet::get().find(inst.mnemonic)(wave, inst);
  wave.setPair(0, kept);
}

/// For an instruction one of whose results is a scalar register that is not there. "Instructions with
/// multiple destinations: if any destination is out-of-range, no results are written" (manual 3.6.1), which
/// names v_addc.
static void dropScalarResult(Instruction &variant) {
  if (variant.format == Format::Smem) {
    if (variant.traits.atomic)
      variant.dstCount = 0; // the memory changes all the same
    else
      variant.handler = doNothing;
    return;
  }
  if (variant.dstCount > 1) {
    variant.handler = doNothing;
    return;
  }
  variant.dst[0].index = 0;
  variant.handler = dropScalarResult;
}

const Instruction &Program::withRegisters(const Instruction &inst, const RegisterCounts &limit) {
  std::lock_guard<std::mutex> lock(decoding);
  auto [place, isNew] = outOfRange.try_emplace({&inst, limit.bits()}, inst);
  Instruction &variant = place->second;
  if (!isNew)
    return variant;
  auto exists = [&](const Operand &operand) {
    if (operand.isVector())
      return (operand.index & 255u) + operand.dwords <= (operand.index < 256 ? limit.arch : limit.acc);
    return operand.kind != OperandKind::Sgpr || operand.index >= FlatScratch ||
           operand.index + operand.dwords <= limit.scalar;
  };
  // Whether there is a register relative to M0 is seen once M0 has been added: moveScalar.
  bool isRelative = inst.traits.unit == Unit::Salu && inst.traits.readsM0;
  bool isResultRelative = isRelative && StringRef(inst.mnemonic).starts_with("s_movreld");
  for (Operand &source : variant.src)
    if (!exists(source) && (isResultRelative || !isRelative))
      source.index = 0;
  for (const Operand &result : inst.dst)
    if (result.isVector() && !exists(result)) {
      variant.handler = inst.format <= Format::Mai ? doNothing : accessForNoLane;
      return variant;
    }
  if (!isResultRelative && !(exists(inst.dst[0]) && exists(inst.dst[1])))
    dropScalarResult(variant);
  return variant;
}

const LineTable &Program::lines() {
  std::lock_guard<std::mutex> lock(decoding);
  if (!lineTable)
    lineTable = std::make_unique<LineTable>(code->elf);
  return *lineTable;
}

} // namespace kiln::emulator
