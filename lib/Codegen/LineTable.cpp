#include "LineTable.h"
#include "Guard.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Object/ObjectFile.h"

using namespace llvm;

namespace kiln::codegen {

void LineTable::guarded(function_ref<void()> body) {
  Error error = runGuarded([&] { return body(), Error::success(); });
  if (!error)
    return;
  consumeError(std::move(error));
  (void)context.release();
}

LineTable::LineTable(const object::ObjectFile &object) {
  bool has = any_of(object.sections(), [](const object::SectionRef &section) {
    return expectedToOptional(section.getName()) == StringRef(".debug_line");
  });
  if (!has)
    return;
  // LLVM's own handlers print.
  guarded([&] {
    context = DWARFContext::create(object, DWARFContext::ProcessDebugRelocations::Process, nullptr, "",
                                   consumeError, consumeError);
  });
}

static SourceLine placeOf(const DILineInfo &frame) { return {frame.FileName, frame.Line, frame.Column}; }

static void add(DWARFContext &context, uint64_t section, Instruction &instruction) {
  DILineInfoSpecifier how(DILineInfoSpecifier::FileLineInfoKind::RelativeFilePath,
                          DILineInfoSpecifier::FunctionNameKind::ShortName);
  DIInliningInfo frames = context.getInliningInfoForAddress({instruction.address, section}, how);
  if (frames.getNumberOfFrames() == 0 || !frames.getFrame(0).Line)
    return;
  instruction.source = placeOf(frames.getFrame(0));
  for (unsigned i = 1; i < frames.getNumberOfFrames(); ++i)
    instruction.calls.push_back({frames.getFrame(i - 1).FunctionName, placeOf(frames.getFrame(i))});
}

void LineTable::addTo(uint64_t section, std::vector<Instruction> &code) {
  if (context)
    guarded([&] {
      for (Instruction &instruction : code)
        add(*context, section, instruction);
    });
}

} // namespace kiln::codegen
