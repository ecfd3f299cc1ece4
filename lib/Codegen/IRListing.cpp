#include "IRListing.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/AssemblyAnnotationWriter.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/Support/FormattedStream.h"
#include "llvm/Transforms/Utils/Cloning.h"

using namespace llvm;

namespace {
/// Notes at which line of the text each instruction stands.
class LineRecorder : public AssemblyAnnotationWriter {
public:
  void emitInstructionAnnot(const Instruction *instruction, formatted_raw_ostream &os) override {
    lineOf[instruction] = os.getLine();
  }
  DenseMap<const Instruction *, unsigned> lineOf;
};
} // namespace

kiln::codegen::IRListing kiln::codegen::listIR(const Module &module) {
  ValueToValueMapTy copies;
  std::unique_ptr<Module> plain = CloneModule(module, copies);
  StripDebugInfo(*plain);
  IRListing listing;
  LineRecorder recorder;
  {
    raw_string_ostream stream(listing.text);
    formatted_raw_ostream formatted(stream);
    plain->print(formatted, &recorder);
  }
  listing.places.resize(StringRef(listing.text).count('\n') + 1);
  for (const Function &function : module)
    for (const llvm::Instruction &instruction : instructions(function))
      if (const DILocation *place = instruction.getDebugLoc())
        if (auto *copy =
                dyn_cast_or_null<llvm::Instruction>(static_cast<Value *>(copies.lookup(&instruction))))
          if (auto line = recorder.lineOf.find(copy); line != recorder.lineOf.end())
            listing.places[line->second] = {place->getFilename().str(), place->getLine(), place->getColumn()};
  return listing;
}
