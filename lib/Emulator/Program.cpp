#include "Program.h"

#include "Isa/InstructionSet.h"

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
  return llvm::any_of(inst.writes, [](const RegisterRange &range) {
    return range.file == RegisterFile::Scalar && range.index < Ttmp + TtmpCount &&
           range.index + range.count > Ttmp;
  });
}

const Instruction *Program::decode(Text &text, uint64_t offset) {
  std::lock_guard<std::mutex> lock(decoding);
  auto &slot = text.slots[offset / 4];
  if (const Instruction *known = slot.load(std::memory_order_relaxed))
    return known;
  instructions.push_back(decoder.decode(llvm::ArrayRef(text.bytes).drop_front(offset), text.base + offset));
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

const Instruction &Program::withRegisters(const Instruction &inst, unsigned archVgprs, unsigned accVgprs) {
  std::lock_guard<std::mutex> lock(decoding);
  auto [place, isNew] = outOfRange.try_emplace({&inst, archVgprs, accVgprs}, inst);
  Instruction &variant = place->second;
  if (!isNew)
    return variant;
  auto exists = [&](const Operand &operand) {
    return !operand.isVector() ||
           (operand.index & 255u) + operand.dwords <= (operand.index < 256 ? archVgprs : accVgprs);
  };
  for (Operand &source : variant.src)
    if (!exists(source))
      source.index = 0;
  if (!exists(variant.dst[0]) || !exists(variant.dst[1]))
    variant.handler = inst.format <= Format::Mai ? [](Wave &, const Instruction &) {} : accessForNoLane;
  return variant;
}

const LineTable &Program::lines() {
  std::lock_guard<std::mutex> lock(decoding);
  if (!lineTable)
    lineTable = std::make_unique<LineTable>(code->elf);
  return *lineTable;
}

} // namespace kiln::emulator
