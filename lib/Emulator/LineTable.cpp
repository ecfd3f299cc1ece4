#include "LineTable.h"

#include "llvm/DebugInfo/DWARF/DWARFContext.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/CrashRecoveryContext.h"

#include <mutex>

using namespace llvm;

namespace kiln::emulator {

/// LLVM 22 crashes on some damaged line tables.
static bool survives(function_ref<void()> body) {
  static std::once_flag enabled;
  std::call_once(enabled, CrashRecoveryContext::Enable);
  return CrashRecoveryContext().RunSafely(body);
}

LineTable::LineTable(ArrayRef<uint8_t> elf) {
  std::map<uint64_t, Row> read;
  if (survives([&] { readRows(elf, read); }))
    rows = std::move(read);
}

void LineTable::readRows(ArrayRef<uint8_t> elf, std::map<uint64_t, Row> &rows) {
  auto object = object::ObjectFile::createObjectFile(MemoryBufferRef(toStringRef(elf), "code object"));
  if (!object) {
    consumeError(object.takeError());
    return;
  }
  auto ignore = [](Error error) { consumeError(std::move(error)); };
  auto context = DWARFContext::create(**object, DWARFContext::ProcessDebugRelocations::Process, nullptr, "",
                                      ignore, ignore);
  for (const auto &unit : context->compile_units()) {
    const DWARFDebugLine::LineTable *table = context->getLineTableForUnit(unit.get());
    if (!table)
      continue;
    for (const DWARFDebugLine::Row &row : table->Rows) {
      Row &here = rows[row.Address.Address];
      if (row.EndSequence || !row.Line) {
        if (row.EndSequence && !here.line)
          here = Row();
        continue;
      }
      here.line = row.Line;
      here.isStatement |= row.IsStmt;
      table->getFileNameByIndex(row.File, unit->getCompilationDir(),
                                DILineInfoSpecifier::FileLineInfoKind::RelativeFilePath, here.file);
    }
  }
}

std::string LineTable::at(uint64_t address) const {
  auto next = rows.upper_bound(address);
  if (next == rows.begin())
    return "";
  const Row &row = std::prev(next)->second;
  return row.line ? row.file + ":" + std::to_string(row.line) : "";
}

std::vector<uint64_t> LineTable::addressesOf(StringRef file, unsigned line) const {
  std::vector<uint64_t> found;
  const Row *previous = nullptr;
  for (const auto &[address, row] : rows) {
    bool continues = previous && previous->line == row.line && previous->file == row.file;
    if (row.line == line && row.isStatement && !continues && StringRef(row.file).ends_with(file))
      found.push_back(address);
    previous = &row;
  }
  return found;
}

} // namespace kiln::emulator
