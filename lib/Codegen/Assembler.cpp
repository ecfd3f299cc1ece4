#include "Backends.h"
#include "Guard.h"
#include "kiln/Codegen/CodeObject.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/MC/MCAsmBackend.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCCodeEmitter.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCObjectFileInfo.h"
#include "llvm/MC/MCObjectWriter.h"
#include "llvm/MC/MCParser/MCAsmParser.h"
#include "llvm/MC/MCParser/MCTargetAsmParser.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCStreamer.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/YAMLParser.h"

using namespace llvm;

namespace kiln::codegen {

namespace {
/// What "amdgcn-amd-amdhsa--gfx90a:xnack+" says.
struct Processor {
  std::string name, features;
};
} // namespace

/// The operand of the text's first .amdgcn_target.
static std::optional<Processor> processorOf(StringRef text) {
  StringRef rest = text.substr(text.find(".amdgcn_target"));
  if (!rest.consume_front(".amdgcn_target"))
    return std::nullopt;
  StringRef id = rest.split('\n').first.split('"').second.split('"').first;
  SmallVector<StringRef> parts;
  id.rsplit("--").second.split(parts, ':', -1, /*KeepEmpty=*/false);
  if (parts.empty())
    return std::nullopt;
  Processor processor{parts[0].str(), {}};
  for (StringRef setting : ArrayRef(parts).drop_front())
    if (setting.ends_with("+") || setting.ends_with("-"))
      processor.features +=
          (processor.features.empty() ? "" : ",") + setting.take_back().str() + setting.drop_back().str();
  return processor;
}

/// Keeps the first few errors, "file:line:column: text" each.
static void collect(const SMDiagnostic &diagnostic, void *where) {
  constexpr size_t most = 2000;
  auto &errors = *static_cast<std::string *>(where);
  if (diagnostic.getKind() != SourceMgr::DK_Error || errors.size() > most)
    return;
  errors += (errors.empty() ? "" : "\n") + diagnostic.getFilename().str() + ":" +
            std::to_string(diagnostic.getLineNo()) + ":" + std::to_string(diagnostic.getColumnNo() + 1) +
            ": " + diagnostic.getMessage().str();
}

/// Without its closing quote LLVM's parser reads a string for ever.
static Error checkStrings(StringRef text, StringRef fileName) {
  unsigned number = 0;
  for (StringRef line : split(text, '\n')) {
    ++number;
    bool open = false;
    for (size_t i = 0; i < line.size(); ++i) {
      StringRef rest = line.substr(i);
      if (open && line[i] == '\\')
        ++i;
      else if (line[i] == '"')
        open = !open;
      else if (!open && (rest.starts_with(";") || rest.starts_with("//") || rest.starts_with("#")))
        break;
    }
    if (open)
      return createStringError(fileName + ":" + Twine(number) + ": a string is not closed");
  }
  return Error::success();
}

/// LLVM prints what it finds wrong in metadata, which are YAML, past all handlers: it must not find anything.
static Error checkMetadata(StringRef text, StringRef fileName) {
  constexpr StringLiteral begin = ".amdgpu_metadata", end = ".end_amdgpu_metadata";
  for (size_t at = text.find(begin); at != StringRef::npos; at = text.find(begin, at)) {
    at += begin.size();
    StringRef yaml = text.slice(at, text.find(end, at));
    std::string errors;
    SourceMgr sources;
    sources.setDiagHandler(collect, &errors);
    yaml::Stream stream(MemoryBufferRef(yaml, fileName), sources);
    if (!stream.validate())
      return createStringError(fileName + ": the metadata between " + begin + " and " + end +
                               " are no YAML: " + errors);
  }
  return Error::success();
}

static Error assembleFor(const Processor &processor, StringRef text, StringRef fileName,
                         SmallVectorImpl<char> &object) {
  Triple triple("amdgcn-amd-amdhsa");
  Expected<const Target *> found = findBackend(triple);
  if (!found)
    return found.takeError();
  if (Error error = checkStrings(text, fileName))
    return error;
  if (Error error = checkMetadata(text, fileName))
    return error;
  const Target &target = **found;
  Machine machine;
  machine.triple = triple.str(), machine.cpu = processor.name, machine.features = processor.features;
  if (Error error = checkProcessor(target, triple, machine))
    return createStringError(fileName + ": " + toString(std::move(error)));
  MCTargetOptions options;
  std::unique_ptr<MCRegisterInfo> registers(target.createMCRegInfo(triple));
  std::unique_ptr<MCAsmInfo> syntax(target.createMCAsmInfo(*registers, triple, options));
  std::unique_ptr<MCInstrInfo> instructions(target.createMCInstrInfo());
  std::unique_ptr<MCSubtargetInfo> subtarget(
      target.createMCSubtargetInfo(triple, processor.name, processor.features));
  std::string errors;
  SourceMgr sources;
  sources.AddNewSourceBuffer(MemoryBuffer::getMemBufferCopy(text, fileName), SMLoc());
  sources.setDiagHandler(collect, &errors);
  MCContext context(triple, syntax.get(), registers.get(), subtarget.get(), &sources, &options);
  std::unique_ptr<MCObjectFileInfo> sections(target.createMCObjectFileInfo(context, /*PIC=*/true));
  context.setObjectFileInfo(sections.get());
  raw_svector_ostream stream(object);
  std::unique_ptr<MCAsmBackend> backend(target.createMCAsmBackend(*subtarget, *registers, options));
  std::unique_ptr<MCObjectWriter> writer = backend->createObjectWriter(stream);
  std::unique_ptr<MCCodeEmitter> emitter(target.createMCCodeEmitter(*instructions, context));
  std::unique_ptr<MCStreamer> streamer(target.createMCObjectStreamer(
      triple, context, std::move(backend), std::move(writer), std::move(emitter), *subtarget));
  std::unique_ptr<MCAsmParser> parser(createMCAsmParser(sources, context, *streamer, *syntax));
  std::unique_ptr<MCTargetAsmParser> targetParser(
      target.createMCAsmParser(*subtarget, *parser, *instructions, options));
  parser->setTargetParser(*targetParser);
  bool failed = parser->Run(/*NoInitialTextSection=*/false);
  if (failed || context.hadError())
    return createStringError(errors.empty() ? fileName + ": cannot be assembled" : Twine(errors));
  return Error::success();
}

Expected<std::string> assemble(StringRef text, StringRef fileName, StringRef processor) {
  std::optional<Processor> named = processorOf(text);
  if (!named && processor.empty())
    return createStringError(fileName +
                             ": for which processor? The text has no .amdgcn_target, and none was given");
  if (named && !processor.empty() && named->name != processor)
    return createStringError(fileName + ": the text is for " + named->name + ", not for " + processor);
  if (!named)
    named = Processor{processor.str(), {}};
  SmallString<0> object;
  if (Error error = runGuarded([&] { return assembleFor(*named, text, fileName, object); }))
    return std::move(error);
  return std::string(object);
}

} // namespace kiln::codegen
