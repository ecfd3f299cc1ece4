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

/// Encodings without a meaning on which LLVM 22's disassembler or printer crashes instead of refusing them:
/// literals where the encoding has no room for one, reserved SDWA selections, reserved operand formats of
/// F8F6F4.
static bool crashesDisassembler(const uint32_t *words) {
  constexpr uint32_t Literal = 255, Sdwa = 249;
  auto field = [&](unsigned word, unsigned low, unsigned width) {
    return words[word] >> low & ((1u << width) - 1);
  };
  unsigned vop3Opcode = field(0, 16, 10);
  bool isMicro = vop3Opcode == 0x3AD || vop3Opcode == 0x3AE; // F8F6F4
  switch (field(0, 26, 6)) {
  case 0x34: // VOP3, VOP3P; compares have a scalar destination
    return field(1, 0, 9) == Literal || field(1, 9, 9) == Literal || field(1, 18, 9) == Literal ||
           (vop3Opcode < 0x100 && field(0, 0, 8) == Literal) ||
           (isMicro &&
            (field(0, 8, 3) > 4 || field(1, 29, 3) > 4 || field(1, 0, 9) < 256 || field(1, 9, 9) < 256));
  case 0x38: // MUBUF, MTBUF
  case 0x3A:
    return field(1, 24, 8) == Literal;
  default:
    break;
  }
  if (field(0, 31, 1) || field(0, 0, 9) != Sdwa)
    return false;
  bool isVopc = field(0, 25, 6) == 0x3E, isVop1 = field(0, 25, 6) == 0x3F;
  bool reservedSelect = field(1, 16, 3) == 7 || (!isVop1 && field(1, 24, 3) == 7) ||
                        (!isVopc && (field(1, 8, 3) == 7 || field(1, 11, 2) == 3));
  bool literal = (field(1, 23, 1) && field(1, 0, 8) == Literal) ||
                 (!isVop1 && field(1, 31, 1) && field(0, 9, 8) == Literal); // bits 23, 31: scalar sources
  return reservedSelect || literal;
}

/// Where V_MADMK_F16 and V_MADAK_F16 (VOP2 36 and 37) have their literal among the operands; 0 for others.
static unsigned halfLiteralPlace(uint32_t word) { return word >> 25 == 36 ? 2 : word >> 25 == 37 ? 3 : 0; }

bool Machine::disassemble(ArrayRef<uint8_t> bytes, uint64_t pc, MCInst &inst, uint64_t &size) {
  // A literal behind the end of the bytes crashes LLVM 22 too, so there are always enough.
  uint32_t padded[8] = {};
  memcpy(padded, bytes.data(), std::min(bytes.size(), sizeof(padded)));
  bool isScaled = padded[0] >> 16 == 0xD3AC; // VOP3PX2: two encodings of eight bytes
  if (crashesDisassembler(padded) || (isScaled && crashesDisassembler(padded + 2)))
    return false;
  // LLVM 22 takes the literal 255 of a half for the code that announces a literal, and crashes; any other
  // will do to decode.
  unsigned literalPlace = padded[1] == 255 ? halfLiteralPlace(padded[0]) : 0;
  if (literalPlace)
    padded[1] = 0;
  // SoftFail marks encodings with reserved bits set, whose meaning the manual leaves open.
  ArrayRef<uint8_t> all(reinterpret_cast<const uint8_t *>(padded), sizeof(padded));
  if (disassembler->getInstruction(inst, size, all, pc, nulls()) != MCDisassembler::Success ||
      size > bytes.size())
    return false;
  if (literalPlace)
    inst.getOperand(literalPlace).setImm(255);
  return true;
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
