#include "kiln/Inspector/Targets.h"
#include "dialects/Layout/Layout.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using kiln::target::Machine;

namespace kiln::inspector {

static std::string typeName(mlir::Type type) {
  std::string text;
  raw_string_ostream stream(text);
  stream << type;
  return text;
}

/// From "read_16" and "write_4" of the memory's phases.
static void addService(target::MemoryOp memory, MachineFacts &facts) {
  if (!memory.getPhasesAttr() || !memory.getBanks())
    return;
  for (mlir::NamedAttribute access : memory.getPhasesAttr()) {
    auto [kind, width] = access.getName().getValue().split('_');
    layout::BankedAccess service;
    if (width.getAsInteger(10, service.bytes) || (kind != "read" && kind != "write"))
      continue;
    service.banks = *memory.getBanks();
    service.bankBytes = memory.getBankBytes().value_or(4);
    if (mlir::DictionaryAttr fewer = memory.getAccessBanksAttr())
      if (auto banks = fewer.getAs<mlir::IntegerAttr>(access.getName()))
        service.banks = banks.getInt();
    for (auto lanes : mlir::cast<mlir::ArrayAttr>(access.getValue()).getAsRange<mlir::ArrayAttr>()) {
      service.phases.emplace_back();
      for (auto lane : lanes.getAsRange<mlir::IntegerAttr>())
        service.phases.back().push_back(lane.getInt());
    }
    (kind == "read" ? facts.sharedReads : facts.sharedWrites)[service.bytes] = std::move(service);
  }
}

static MatrixFacts matrixFacts(target::MmaOp mma) {
  MatrixFacts facts;
  facts.name = mma.getSymName().str();
  facts.a = typeName(mma.getA()), facts.b = typeName(mma.getB()), facts.acc = typeName(mma.getAcc());
  facts.m = mma.getM(), facts.n = mma.getN(), facts.k = mma.getK(), facts.blocks = mma.getBlocks();
  facts.cycles = mma.getCycles();
  facts.scaled = mma.getScaleBlock().has_value();
  return facts;
}

static ChipFacts chipFacts(target::ChipOp chip) {
  ChipFacts facts;
  facts.name = chip.getSymName().str();
  facts.computeUnits = chip.getComputeUnits();
  facts.clockMhz = chip.getClockMhz();
  facts.bandwidthGbps = chip.getBandwidthGbps();
  if (mlir::DictionaryAttr peaks = chip.getPeakAttr())
    for (mlir::NamedAttribute peak : peaks)
      if (auto value = mlir::dyn_cast<mlir::FloatAttr>(peak.getValue()))
        facts.peak[peak.getName().str()] = value.getValueAsDouble();
  return facts;
}

MachineFacts machineFacts(target::MachineOp op) {
  Machine machine(op);
  MachineFacts facts;
  facts.name = machine.name().str();
  facts.lanes = machine.lanes();
  facts.maxThreads = machine.maxThreads();
  facts.simds = op.getSimds().value_or(0);
  facts.maxWaves = op.getMaxWaves().value_or(0);
  if (target::MemoryOp shared = machine.memory("shared")) {
    facts.sharedBytes = shared.getBytes().value_or(0);
    facts.sharedGranule = shared.getGranule();
    addService(shared, facts);
  }
  for (target::RegistersOp registers : machine.all<target::RegistersOp>()) {
    RegisterFileFacts file{unsigned(registers.getCount()), unsigned(registers.getGranule()),
                           unsigned(registers.getLimit().value_or(0))};
    if (registers.getPer() == "wave")
      facts.scalar = file;
    else
      facts.vector = file;
  }
  for (target::MmaOp mma : machine.all<target::MmaOp>())
    facts.matrix.push_back(matrixFacts(mma));
  for (target::ChipOp chip : machine.all<target::ChipOp>())
    facts.chips.push_back(chipFacts(chip));
  if (op.getFormats())
    for (mlir::Type type : op.getFormats()->getAsValueRange<mlir::TypeAttr>())
      facts.formats.push_back(typeName(type));
  return facts;
}

/// FLOPs of one cycle of one unit.
static double rate(target::MmaOp mma) {
  return 2.0 * mma.getM() * mma.getN() * mma.getK() * mma.getBlocks() / mma.getCycles();
}

static std::string shapeOf(target::MmaOp mma) {
  std::string shape =
      std::to_string(mma.getM()) + "x" + std::to_string(mma.getN()) + "x" + std::to_string(mma.getK());
  return mma.getBlocks() == 1 ? shape : shape + ", " + std::to_string(mma.getBlocks()) + " blocks";
}

/// The name without the number of columns, which instructions for several have in common.
static std::string familyOf(target::MmaOp mma) {
  auto [before, after] = mma.getSymName().split("n" + std::to_string(mma.getN()));
  return (before + "n*" + after).str();
}

using MmasByTypes = std::vector<std::pair<std::string, SmallVector<target::MmaOp>>>;
/// In file order.
static MmasByTypes groupByTypes(const Machine &machine) {
  MmasByTypes groups;
  for (target::MmaOp mma : machine.all<target::MmaOp>()) {
    std::string types = typeName(mma.getA()) + " x " + typeName(mma.getB()) + " -> " +
                        typeName(mma.getAcc()) + (mma.getScaleBlock() ? ", block-scaled" : "");
    auto group = find_if(groups, [&](const auto &known) { return known.first == types; });
    if (group == groups.end())
      group = groups.insert(groups.end(), {types, {}});
    group->second.push_back(mma);
  }
  return groups;
}

static void describeMemories(const Machine &machine, raw_ostream &os) {
  os << "\nMemories\n";
  for (target::MemoryOp memory : machine.all<target::MemoryOp>()) {
    os << "  " << left_justify(memory.getSymName(), 12);
    if (memory.getBytes())
      os << *memory.getBytes() << " bytes in units of " << memory.getGranule();
    else
      os << "size is the chip's";
    if (memory.getBanks())
      os << ", " << *memory.getBanks() << " banks of " << memory.getBankBytes().value_or(4) << " bytes";
    os << "\n";
  }
  os << "\nRegisters\n";
  for (target::RegistersOp registers : machine.all<target::RegistersOp>()) {
    os << "  " << left_justify(registers.getSymName(), 12) << registers.getCount() << " of "
       << registers.getBits() << " bits per " << registers.getPer() << " of a SIMD, in units of "
       << registers.getGranule();
    if (registers.getLimit())
      os << ", at most " << *registers.getLimit() << " for a wave";
    os << "\n";
  }
}

static void describeChips(const Machine &machine, raw_ostream &os) {
  os << "\nChips\n";
  for (target::ChipOp chip : machine.all<target::ChipOp>()) {
    os << "  " << left_justify(chip.getSymName(), 12) << chip.getComputeUnits() << " compute units at "
       << chip.getClockMhz() << " MHz, " << chip.getMemoryGb().value_or(0) << " GB at "
       << chip.getBandwidthGbps() << " GB/s\n";
    if (mlir::DictionaryAttr peaks = chip.getPeakAttr()) {
      os << "    peak TFLOP/s:";
      for (mlir::NamedAttribute peak : peaks)
        if (auto value = mlir::dyn_cast<mlir::FloatAttr>(peak.getValue()))
          os << " " << peak.getName().getValue() << " " << format("%g", value.getValueAsDouble());
      os << "\n";
    }
  }
}

std::string describeText(target::MachineOp op) {
  Machine machine(op);
  std::string text;
  raw_string_ostream os(text);
  os << "Machine " << machine.name() << " (" << op.getCpu().value_or("") << ", "
     << op.getTriple().value_or("") << ")\n"
     << "  " << machine.lanes() << " lanes a wave, workgroups of at most " << machine.maxThreads()
     << " threads";
  if (op.getSimds() && op.getMaxWaves())
    os << ", " << *op.getSimds() << " SIMDs with " << *op.getMaxWaves() << " waves each";
  os << "\n  formats:";
  if (op.getFormats())
    for (mlir::Type type : op.getFormats()->getAsValueRange<mlir::TypeAttr>())
      os << " " << type;
  os << "\n";
  describeMemories(machine, os);
  describeChips(machine, os);
  os << "\nMatrix instructions, with cycles and FLOPs of a unit's cycle\n";
  for (auto &[types, mmas] : groupByTypes(machine)) {
    os << "  " << types << "\n";
    for (size_t i = 0; i < mmas.size(); ++i) {
      target::MmaOp mma = mmas[i];
      os << "    " << left_justify(mma.getSymName(), 44) << left_justify(shapeOf(mma), 22)
         << right_justify(std::to_string(mma.getCycles()), 4)
         << right_justify(std::to_string(int64_t(rate(mma))), 7) << " " << mma.getUnit()
         << (mma.getInexact() ? ", inexact" : "") << "\n";
      // Of one for many numbers of columns the first and the last stand for all.
      size_t last = i;
      while (last + 1 < mmas.size() && familyOf(mmas[last + 1]) == familyOf(mma))
        ++last;
      if (last <= i + 2)
        continue;
      os << "      ... and n =";
      for (target::MmaOp between : ArrayRef(mmas).slice(i + 1, last - i - 1))
        os << " " << between.getN();
      os << "\n";
      i = last - 1;
    }
  }
  return text;
}

static json::Array memoriesOf(const Machine &machine) {
  json::Array memories;
  for (target::MemoryOp memory : machine.all<target::MemoryOp>()) {
    json::Object one{{"name", memory.getSymName()}, {"granule", int64_t(memory.getGranule())}};
    if (memory.getBytes())
      one["bytes"] = int64_t(*memory.getBytes());
    if (memory.getBanks())
      one["banks"] = int64_t(*memory.getBanks());
    memories.push_back(std::move(one));
  }
  return memories;
}

static json::Array registersOf(const Machine &machine) {
  json::Array registers;
  for (target::RegistersOp file : machine.all<target::RegistersOp>())
    registers.push_back(json::Object{{"name", file.getSymName()},
                                     {"count", int64_t(file.getCount())},
                                     {"bits", int64_t(file.getBits())},
                                     {"granule", int64_t(file.getGranule())},
                                     {"per", file.getPer()}});
  return registers;
}

static json::Array chipsOf(const Machine &machine) {
  json::Array chips;
  for (target::ChipOp chip : machine.all<target::ChipOp>()) {
    json::Object peaks;
    if (mlir::DictionaryAttr all = chip.getPeakAttr())
      for (mlir::NamedAttribute peak : all)
        if (auto value = mlir::dyn_cast<mlir::FloatAttr>(peak.getValue()))
          peaks[peak.getName().getValue()] = value.getValueAsDouble();
    chips.push_back(json::Object{{"name", chip.getSymName()},
                                 {"compute_units", int64_t(chip.getComputeUnits())},
                                 {"clock_mhz", int64_t(chip.getClockMhz())},
                                 {"bandwidth_gbps", int64_t(chip.getBandwidthGbps())},
                                 {"peak", std::move(peaks)}});
  }
  return chips;
}

static json::Array mmasOf(const Machine &machine) {
  json::Array mmas;
  for (target::MmaOp mma : machine.all<target::MmaOp>())
    mmas.push_back(json::Object{{"name", mma.getSymName()},
                                {"m", int64_t(mma.getM())},
                                {"n", int64_t(mma.getN())},
                                {"k", int64_t(mma.getK())},
                                {"blocks", int64_t(mma.getBlocks())},
                                {"a", typeName(mma.getA())},
                                {"b", typeName(mma.getB())},
                                {"acc", typeName(mma.getAcc())},
                                {"scaled", mma.getScaleBlock().has_value()},
                                {"unit", mma.getUnit()},
                                {"cycles", int64_t(mma.getCycles())},
                                {"flops_per_cycle", rate(mma)}});
  return mmas;
}

std::string describeJson(target::MachineOp op) {
  Machine machine(op);
  json::Array formats;
  if (op.getFormats())
    for (mlir::Type type : op.getFormats()->getAsValueRange<mlir::TypeAttr>())
      formats.push_back(typeName(type));
  json::Object result{{"name", machine.name()},
                      {"cpu", op.getCpu().value_or("")},
                      {"lanes", machine.lanes()},
                      {"max_threads", machine.maxThreads()},
                      {"formats", std::move(formats)},
                      {"memories", memoriesOf(machine)},
                      {"registers", registersOf(machine)},
                      {"chips", chipsOf(machine)},
                      {"mma", mmasOf(machine)}};
  if (op.getSimds())
    result["simds"] = int64_t(*op.getSimds());
  if (op.getMaxWaves())
    result["max_waves"] = int64_t(*op.getMaxWaves());
  return formatv("{0:2}", json::Value(std::move(result)));
}

/// The instruction of this name, or the first of a family ("..._f8f6f4") whose operand has the named type.
static Expected<target::MmaOp> findMma(const Machine &machine, StringRef name, bool isB, StringRef type) {
  name.consume_front("v_");
  if (target::MmaOp exact = machine.mma(name))
    return exact;
  SmallVector<StringRef> near;
  for (target::MmaOp mma : machine.all<target::MmaOp>()) {
    StringRef rest = mma.getSymName();
    if (!rest.consume_front(name) || !rest.consume_front("_"))
      continue;
    if (!type.empty() && (isB ? rest.rsplit('_').second : rest.split('_').first) == type)
      return mma;
    near.push_back(mma.getSymName());
  }
  if (near.empty())
    return createStringError("target '" + machine.name() + "' has no matrix instruction '" + name +
                             "'; `kiln targets " + machine.name() + "` lists them");
  return createStringError("'" + name +
                           "' stands for several instructions: say which types with --type, or one of " +
                           join(near, ", "));
}

Expected<OperandLayout> operandLayout(target::MachineOp op, StringRef atom, StringRef operand,
                                      StringRef type) {
  Expected<target::MmaOp> found = findMma(Machine(op), atom, operand == "b" || operand == "scale_b", type);
  if (!found)
    return found.takeError();
  target::MmaOp mma = *found;
  int64_t m = mma.getM(), n = mma.getN(), k = mma.getK(), block = mma.getScaleBlock().value_or(1);
  mlir::Attribute attribute;
  SmallVector<int64_t> sizes;
  mlir::Type element = mma.getAcc();
  std::string elementName;
  if (operand == "a")
    attribute = mma.getLayoutAAttr(), sizes = {m, k}, element = mma.getA();
  else if (operand == "b")
    attribute = mma.getLayoutBAttr(), sizes = {k, n}, element = mma.getB();
  else if (operand == "acc")
    attribute = mma.getLayoutAcc(), sizes = {m, n};
  else if (operand == "scale_a")
    attribute = mma.getLayoutScaleAAttr(), sizes = {m, k / block}, elementName = "scale";
  else if (operand == "scale_b")
    attribute = mma.getLayoutScaleBAttr(), sizes = {k / block, n}, elementName = "scale";
  else
    return createStringError("an operand is a, b, acc, scale_a or scale_b, found '" + operand + "'");
  auto linear = dyn_cast_or_null<layout::LinearAttr>(attribute);
  if (!linear)
    return createStringError("'" + mma.getSymName() + "' has no operand '" + operand + "'");
  if (mma.getBlocks() > 1)
    sizes.insert(sizes.begin(), mma.getBlocks());
  std::vector<int64_t> own(sizes.begin(), sizes.end());
  sizes.back() = PowerOf2Ceil(sizes.back());
  return OperandLayout{mma.getSymName().str(), operand.str(),
                       elementName.empty() ? typeName(element) : elementName, linear.toLinear(sizes), own};
}

} // namespace kiln::inspector
