#include "Machine.h"

#include "kiln/Emulator/Emulator.h"
#include "llvm/MC/MCAsmBackend.h"
#include "llvm/MC/MCCodeEmitter.h"
#include "llvm/MC/MCObjectFileInfo.h"
#include "llvm/MC/MCObjectWriter.h"
#include "llvm/MC/MCParser/MCAsmParser.h"
#include "llvm/MC/MCParser/MCTargetAsmParser.h"
#include "llvm/MC/MCStreamer.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/TargetSelect.h"

using namespace llvm;

namespace kiln::emulator {

static const Target &target() {
  static const Target *found = [] {
    LLVMInitializeAMDGPUTargetInfo();
    LLVMInitializeAMDGPUTarget();
    LLVMInitializeAMDGPUTargetMC();
    LLVMInitializeAMDGPUAsmParser();
    LLVMInitializeAMDGPUDisassembler();
    std::string error;
    const Target *result = TargetRegistry::lookupTarget(Triple("amdgcn-amd-amdhsa"), error);
    assert(result && "this LLVM was built with the AMDGPU target");
    return result;
  }();
  return *found;
}

const char *chipName(Chip chip) { return chip == Chip::Gfx942 ? "gfx942" : "gfx950"; }

Machine::Machine(Chip chip)
    : registers(target().createMCRegInfo(triple)),
      asmInfo(target().createMCAsmInfo(*registers, triple, options)), info(target().createMCInstrInfo()),
      subtarget(target().createMCSubtargetInfo(triple, chipName(chip), "")),
      context(std::make_unique<MCContext>(triple, asmInfo.get(), registers.get(), subtarget.get())),
      disassembler(target().createMCDisassembler(*subtarget, *context)),
      printer(target().createMCInstPrinter(triple, 0, *asmInfo, *info, *registers)) {}

bool Machine::disassemble(ArrayRef<uint8_t> bytes, uint64_t pc, MCInst &inst, uint64_t &size) {
  // SoftFail marks encodings with reserved bits set, whose meaning the manual leaves open.
  return disassembler->getInstruction(inst, size, bytes, pc, nulls()) == MCDisassembler::Success;
}

std::string Machine::print(const MCInst &inst, uint64_t pc) {
  std::string text;
  raw_string_ostream stream(text);
  printer->printInst(&inst, pc, "", *subtarget, stream);
  return StringRef(text).trim().str();
}

std::string Machine::mnemonic(const MCInst &inst) {
  StringRef name = StringRef(printer->getMnemonic(inst).first).trim();
  name = name.split(' ').first; // "scratch_load_dword off," has its first operand in the name
  for (StringRef suffix : {"_e32", "_e64", "_dpp", "_sdwa"})
    name.consume_back(suffix);
  return name.str();
}

unsigned Machine::operandBits(const MCOperandInfo &operand) const {
  int id = info->getOpRegClassID(operand, subtarget->getHwMode(MCSubtargetInfo::HwMode_RegInfo));
  return id < 0 ? 0 : registers->getRegClass(id).getSizeInBits();
}

Expected<std::vector<uint8_t>> assemble(StringRef text, Chip chip) {
  Triple triple("amdgcn-amd-amdhsa");
  MCTargetOptions options;
  std::unique_ptr<MCRegisterInfo> registers(target().createMCRegInfo(triple));
  std::unique_ptr<MCAsmInfo> asmInfo(target().createMCAsmInfo(*registers, triple, options));
  std::unique_ptr<MCInstrInfo> info(target().createMCInstrInfo());
  std::unique_ptr<MCSubtargetInfo> subtarget(target().createMCSubtargetInfo(triple, chipName(chip), ""));
  SourceMgr sources;
  std::string problems;
  sources.setDiagHandler(
      [](const SMDiagnostic &diagnostic, void *into) {
        raw_string_ostream stream(*static_cast<std::string *>(into));
        diagnostic.print("", stream, /*ShowColors=*/false);
      },
      &problems);
  sources.AddNewSourceBuffer(MemoryBuffer::getMemBufferCopy(text), SMLoc());
  MCContext context(triple, asmInfo.get(), registers.get(), subtarget.get(), &sources);
  std::unique_ptr<MCObjectFileInfo> objectInfo(target().createMCObjectFileInfo(context, /*PIC=*/true));
  context.setObjectFileInfo(objectInfo.get());

  SmallString<0> object;
  raw_svector_ostream stream(object);
  auto *backend = target().createMCAsmBackend(*subtarget, *registers, options);
  auto writer = backend->createObjectWriter(stream);
  std::unique_ptr<MCStreamer> streamer(target().createMCObjectStreamer(
      triple, context, std::unique_ptr<MCAsmBackend>(backend), std::move(writer),
      std::unique_ptr<MCCodeEmitter>(target().createMCCodeEmitter(*info, context)), *subtarget));
  std::unique_ptr<MCAsmParser> parser(createMCAsmParser(sources, context, *streamer, *asmInfo));
  std::unique_ptr<MCTargetAsmParser> targetParser(
      target().createMCAsmParser(*subtarget, *parser, *info, options));
  parser->setTargetParser(*targetParser);
  if (parser->Run(/*NoInitialTextSection=*/false) || context.hadError())
    return createStringError("cannot assemble for %s:\n%s", chipName(chip), problems.c_str());

  auto file = object::ObjectFile::createObjectFile(MemoryBufferRef(object.str(), "assembled"));
  if (!file)
    return file.takeError();
  for (const object::SectionRef &section : (*file)->sections())
    if (section.isText()) {
      auto contents = section.getContents();
      if (!contents)
        return contents.takeError();
      return std::vector<uint8_t>(contents->begin(), contents->end());
    }
  return createStringError("the assembled text holds no instructions");
}

} // namespace kiln::emulator
