#include "AmdObject.h"
#include "Backends.h"
#include "Guard.h"
#include "LineTable.h"
#include "Registers.h"
#include "kiln/Codegen/CodeObject.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDisassembler/MCDisassembler.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstPrinter.h"
#include "llvm/MC/MCInstrAnalysis.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/Format.h"

using namespace llvm;
using namespace llvm::object;

namespace kiln::codegen {

namespace {
/// LLVM's description of one processor, and what reads instructions with it.
struct Decoder {
  static Expected<std::unique_ptr<Decoder>> create(const ELFObjectFileBase &object);
  Instruction decode(StringRef bytes, uint64_t address);
  bool read(StringRef bytes, uint64_t address, MCInst &inst, uint64_t &size, std::string &text);

  std::unique_ptr<MCRegisterInfo> registers;
  std::unique_ptr<MCAsmInfo> syntax;
  std::unique_ptr<MCInstrInfo> instructions;
  std::unique_ptr<MCSubtargetInfo> processor;
  std::unique_ptr<MCContext> context;
  std::unique_ptr<MCDisassembler> disassembler;
  std::unique_ptr<MCInstPrinter> printer;
  std::unique_ptr<MCInstrAnalysis> analysis;
  std::unique_ptr<RegisterNumbers> numbers;
};
} // namespace

Expected<std::unique_ptr<Decoder>> Decoder::create(const ELFObjectFileBase &object) {
  Triple triple("amdgcn-amd-amdhsa");
  Expected<const Target *> target = findBackend(triple);
  if (!target)
    return target.takeError();
  Expected<SubtargetFeatures> features = object.getFeatures();
  if (!features)
    return features.takeError();
  std::optional<StringRef> cpu = object.tryGetCPUName();
  if (!cpu)
    return createStringError("the code object names no processor that LLVM knows");
  auto decoder = std::make_unique<Decoder>();
  const Target &t = **target;
  decoder->registers.reset(t.createMCRegInfo(triple));
  decoder->syntax.reset(t.createMCAsmInfo(*decoder->registers, triple, MCTargetOptions()));
  decoder->instructions.reset(t.createMCInstrInfo());
  decoder->processor.reset(t.createMCSubtargetInfo(triple, *cpu, features->getString()));
  decoder->context = std::make_unique<MCContext>(triple, decoder->syntax.get(), decoder->registers.get(),
                                                 decoder->processor.get());
  decoder->disassembler.reset(t.createMCDisassembler(*decoder->processor, *decoder->context));
  decoder->printer.reset(t.createMCInstPrinter(triple, decoder->syntax->getAssemblerDialect(),
                                               *decoder->syntax, *decoder->instructions,
                                               *decoder->registers));
  decoder->analysis.reset(t.createMCInstrAnalysis(decoder->instructions.get()));
  decoder->numbers = std::make_unique<RegisterNumbers>(*decoder->registers);
  return decoder;
}

/// One space between the mnemonic and its operands, none at the ends.
static std::string tidy(StringRef text) {
  std::string result;
  for (char c : text.trim())
    if (char blank = c == '\t' ? ' ' : c; blank != ' ' || result.back() != ' ')
      result += blank;
  return result;
}

/// The instruction at `bytes` with its text; false if there is none. LLVM 22 crashes on some words that are
/// none, and such words stand between instructions as data.
bool Decoder::read(StringRef bytes, uint64_t address, MCInst &inst, uint64_t &size, std::string &text) {
  bool good = false;
  bool survived = CrashRecoveryContext().RunSafely([&] {
    good = disassembler->getInstruction(inst, size, arrayRefFromStringRef(bytes), address, nulls()) ==
               MCDisassembler::Success &&
           size != 0 && size <= bytes.size();
    raw_string_ostream stream(text);
    if (good)
      printer->printInst(&inst, address, "", *processor, stream);
  });
  return survived && good;
}

Instruction Decoder::decode(StringRef bytes, uint64_t address) {
  Instruction result;
  result.address = address;
  MCInst inst;
  uint64_t size = 0;
  std::string text;
  if (!read(bytes, address, inst, size, text)) {
    result.bytes = bytes.take_front(4).str();
    raw_string_ostream stream(result.text);
    uint32_t word = 0;
    memcpy(&word, result.bytes.data(), result.bytes.size());
    stream << ".long " << format_hex(support::endian::byte_swap(word, endianness::little), 10);
    return result;
  }
  result.bytes = bytes.take_front(size).str();
  result.opcode = instructions->getName(inst.getOpcode()).str();
  result.text = tidy(text);
  numbers->describe(inst, instructions->get(inst.getOpcode()), result);
  uint64_t target = 0;
  if (analysis && instructions->get(inst.getOpcode()).isBranch() &&
      analysis->evaluateBranch(inst, address, size, target))
    result.branchTarget = target;
  return result;
}

namespace {
/// Where a function's code stands.
struct Place {
  std::string name;
  uint64_t address = 0, size = 0;
  SectionRef section;
};
} // namespace

static std::optional<SectionRef> codeAt(const ELFObjectFileBase &elf, uint64_t address) {
  for (const SectionRef &section : elf.sections())
    if (section.isText() && address >= section.getAddress() &&
        address - section.getAddress() < section.getSize())
      return section;
  return std::nullopt;
}

/// The entry of a kernel that has a descriptor and no symbol of its own.
static Error addKernelEntry(const ELFObjectFileBase &elf, const ELFSymbolRef &symbol, StringRef name,
                            std::vector<Place> &places) {
  Expected<uint64_t> address = symbol.getAddress();
  Expected<section_iterator> section = symbol.getSection();
  if (!address || !section)
    return joinErrors(address.takeError(), section.takeError());
  if (*section == elf.section_end() || any_of(places, [&](const Place &place) { return place.name == name; }))
    return Error::success();
  Expected<StringRef> contents = (*section)->getContents();
  if (!contents)
    return contents.takeError();
  // AMDGPUUsage, "Kernel Descriptor": bytes 16 to 23 are the entry's distance.
  uint64_t begin = *address - (*section)->getAddress();
  if (begin > contents->size() || contents->size() - begin < 64)
    return Error::success();
  uint64_t entry = *address + support::endian::read64le(contents->data() + begin + 16);
  if (std::optional<SectionRef> code = codeAt(elf, entry); code && entry != *address)
    places.push_back({name.str(), entry, 0, *code});
  return Error::success();
}

/// By address. Assembly often leaves a size of 0: such a function goes on to the next one or to its section's
/// end.
static Expected<std::vector<Place>> findFunctions(const ELFObjectFileBase &elf) {
  std::vector<Place> places;
  std::vector<std::pair<ELFSymbolRef, StringRef>> descriptors;
  for (const ELFSymbolRef &symbol : symbolsOf(elf)) {
    Expected<StringRef> name = symbol.getName();
    if (!name)
      return name.takeError();
    if (symbol.getELFType() == ELF::STT_OBJECT && name->ends_with(".kd"))
      descriptors.push_back({symbol, name->drop_back(3)});
    if (symbol.getELFType() != ELF::STT_FUNC)
      continue;
    Expected<uint64_t> address = symbol.getAddress();
    Expected<section_iterator> section = symbol.getSection();
    if (!address || !section)
      return joinErrors(address.takeError(), section.takeError());
    if (*section != elf.section_end())
      places.push_back({name->str(), *address, symbol.getSize(), **section});
  }
  for (const auto &[symbol, name] : descriptors)
    if (Error error = addKernelEntry(elf, symbol, name, places))
      return std::move(error);
  llvm::stable_sort(places, [](const Place &a, const Place &b) { return a.address < b.address; });
  for (size_t i = 0; i < places.size(); ++i) {
    Place &place = places[i];
    uint64_t end = place.section.getAddress() + place.section.getSize();
    for (size_t next = i + 1; next < places.size(); ++next)
      if (places[next].section == place.section && places[next].address > place.address) {
        end = std::min(end, places[next].address);
        break;
      }
    if (!place.size && end > place.address)
      place.size = end - place.address;
  }
  return places;
}

/// What fills up a section or the space between functions.
static bool isPadding(const Instruction &instruction) {
  return instruction.opcode.empty() || StringRef(instruction.text).starts_with("s_nop") ||
         StringRef(instruction.text).starts_with("s_code_end");
}

static Expected<CodeFunction> readFunction(const Place &place, Decoder &decoder, LineTable &lines) {
  CodeFunction function{place.name, place.address, place.size, {}};
  Expected<StringRef> contents = place.section.getContents();
  if (!contents)
    return contents.takeError();
  uint64_t begin = place.address - place.section.getAddress();
  if (begin > contents->size() || place.size > contents->size() - begin)
    return createStringError("the symbol '" + place.name + "' reaches beyond its section");
  StringRef bytes = contents->substr(begin, place.size);
  while (!bytes.empty()) {
    function.instructions.push_back(decoder.decode(bytes, place.address + place.size - bytes.size()));
    bytes = bytes.drop_front(function.instructions.back().bytes.size());
  }
  while (function.instructions.size() > 1 && isPadding(function.instructions.back())) {
    function.size -= function.instructions.back().bytes.size();
    function.instructions.pop_back();
  }
  lines.addTo(place.section.getIndex(), function.instructions);
  return function;
}

static Expected<std::vector<CodeFunction>> readFunctions(StringRef binary, StringRef name) {
  Expected<std::unique_ptr<ELF64LEObjectFile>> object = openAmdObject(binary);
  if (!object)
    return object.takeError();
  const ELF64LEObjectFile &elf = **object;
  Expected<std::unique_ptr<Decoder>> decoder = Decoder::create(elf);
  if (!decoder)
    return decoder.takeError();
  LineTable lines(elf);
  Expected<std::vector<Place>> places = findFunctions(elf);
  if (!places)
    return places.takeError();
  std::vector<CodeFunction> functions;
  for (const Place &place : *places) {
    if (!name.empty() && place.name != name)
      continue;
    Expected<CodeFunction> function = readFunction(place, **decoder, lines);
    if (!function)
      return function.takeError();
    functions.push_back(std::move(*function));
  }
  if (functions.empty() && !name.empty())
    return createStringError("the code object has no function '" + name + "'");
  return functions;
}

/// LLVM's decoder and DWARF reader are made for files that LLVM has written.
Expected<std::vector<CodeFunction>> disassemble(StringRef binary, StringRef name) {
  std::vector<CodeFunction> functions;
  Error error = runGuarded([&]() -> Error {
    Expected<std::vector<CodeFunction>> read = readFunctions(binary, name);
    if (read)
      functions = std::move(*read);
    return read.takeError();
  });
  if (error)
    return std::move(error);
  return functions;
}

} // namespace kiln::codegen
