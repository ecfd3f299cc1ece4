#include "AmdObject.h"

using namespace llvm;
using namespace llvm::object;

namespace kiln::codegen {

/// A table whose size is no multiple of its entries has no end for an iterator.
static Error checkSymbolTables(const ELF64LEFile &file) {
  auto sections = file.sections();
  if (!sections)
    return sections.takeError();
  for (const auto &section : *sections) {
    if (section.sh_type != ELF::SHT_SYMTAB && section.sh_type != ELF::SHT_DYNSYM)
      continue;
    auto symbols = file.symbols(&section);
    if (!symbols)
      return symbols.takeError();
  }
  return Error::success();
}

Expected<std::unique_ptr<ELF64LEObjectFile>> openAmdObject(StringRef binary) {
  auto object = ObjectFile::createELFObjectFile(MemoryBufferRef(binary, "code object"));
  if (!object)
    return object.takeError();
  auto *elf = dyn_cast<ELF64LEObjectFile>(object->get());
  if (!elf || elf->getELFFile().getHeader().e_machine != ELF::EM_AMDGPU)
    return createStringError("not an AMD code object");
  if (Error error = checkSymbolTables(elf->getELFFile()))
    return std::move(error);
  (void)object->release();
  return std::unique_ptr<ELF64LEObjectFile>(elf);
}

std::vector<ELFSymbolRef> symbolsOf(const ELFObjectFileBase &object) {
  std::vector<ELFSymbolRef> symbols(object.symbols().begin(), object.symbols().end());
  if (symbols.empty()) {
    auto range = object.getDynamicSymbolIterators();
    symbols.assign(range.begin(), range.end());
  }
  return symbols;
}

} // namespace kiln::codegen
