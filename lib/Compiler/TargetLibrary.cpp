#include "kiln/Compiler/TargetLibrary.h"

#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace kiln;
using namespace kiln::compiler;

std::vector<std::string> TargetLibrary::searchPath(const std::vector<std::string> &fromUser,
                                                   StringRef executable) {
  std::vector<std::string> path = fromUser;
  SmallString<256> beside(llvm::sys::path::parent_path(llvm::sys::path::parent_path(executable)));
  llvm::sys::path::append(beside, "share", "kiln", "targets");
  path.push_back(beside.str().str());
  return path;
}

std::vector<std::string> TargetLibrary::names() const {
  llvm::StringSet<> seen;
  std::vector<std::string> found;
  for (const std::string &folder : folders) {
    std::error_code error;
    for (llvm::sys::fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      StringRef name = llvm::sys::path::filename(entry->path());
      if (name != "generic" && llvm::sys::fs::is_directory(entry->path()) && seen.insert(name).second)
        found.push_back(name.str());
    }
  }
  llvm::sort(found);
  return found;
}

std::string TargetLibrary::folderOf(StringRef name) const {
  for (const std::string &folder : folders) {
    SmallString<256> path(folder);
    llvm::sys::path::append(path, name);
    if (llvm::sys::fs::is_directory(path))
      return path.str().str();
  }
  return {};
}

static std::vector<std::string> filesOf(StringRef folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (llvm::sys::fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    if (StringRef(entry->path()).ends_with(".mlir"))
      files.push_back(entry->path());
  llvm::sort(files);
  return files;
}

std::vector<std::string> TargetLibrary::schedulesOf(StringRef name) const {
  SmallString<256> path(folderOf(name));
  llvm::sys::path::append(path, "schedules");
  return filesOf(path);
}

/// The facts of a machine by name. Machines have hundreds: looking each up in a symbol table's block takes
/// too long.
using Facts = DenseMap<StringAttr, Operation *>;

static StringAttr nameOf(Operation &fact) {
  return fact.getAttrOfType<StringAttr>(SymbolTable::getSymbolAttrName());
}

/// Moves the facts and keys of `from` into `into`, whose facts are `known`. Keys must not repeat with
/// different values, nor names at all.
static LogicalResult mergePart(target::MachineOp into, target::MachineOp from, Facts &known) {
  for (NamedAttribute attr : from->getAttrs()) {
    Attribute before = into->getAttr(attr.getName());
    if (before && before != attr.getValue())
      return from.emitOpError() << "gives the key '" << attr.getName().getValue() << "' a second time";
    into->setAttr(attr.getName(), attr.getValue());
  }
  Block &block = into.getBody().front();
  for (Operation &op : llvm::make_early_inc_range(from.getBody().front())) {
    auto [first, isNew] = known.try_emplace(nameOf(op), &op);
    if (!isNew) {
      InFlightDiagnostic diag = op.emitOpError() << "defines '" << nameOf(op).getValue() << "' a second time";
      diag.attachNote(first->second->getLoc()) << "the first is here";
      return diag;
    }
    op.moveBefore(&block, block.end());
  }
  return success();
}

/// Adds the facts and keys of an inherited machine that the heir neither has nor removes. Products are each
/// machine's own.
static void inherit(target::MachineOp heir, target::MachineOp from) {
  llvm::StringSet<> taken;
  for (Operation &op : heir.getBody().front())
    taken.insert(nameOf(op).getValue());
  if (ArrayAttr removes = heir.getRemovesAttr())
    for (StringRef name : removes.getAsValueRange<StringAttr>())
      taken.insert(name);
  for (NamedAttribute attr : from->getAttrs())
    if (!heir->getAttr(attr.getName()) && attr.getName() != "removes" && attr.getName() != "inherits")
      heir->setAttr(attr.getName(), attr.getValue());
  Block &block = heir.getBody().front();
  for (Operation &op : llvm::make_early_inc_range(from.getBody().front()))
    if (!isa<target::ChipOp>(op) && !taken.contains(nameOf(op).getValue()))
      op.moveBefore(&block, block.end());
}

FailureOr<target::MachineOp> TargetLibrary::loadMerged(StringRef name, ModuleOp module,
                                                       std::vector<std::string> &inheriting) const {
  Location loc = module.getLoc();
  if (llvm::is_contained(inheriting, name))
    return emitError(loc) << "target '" << name << "' inherits itself", failure();
  inheriting.push_back(name.str());
  std::string folder = folderOf(name);
  if (folder.empty()) {
    InFlightDiagnostic diag = emitError(loc) << "unknown target '" << name << "'; known are ";
    llvm::interleaveComma(names(), diag);
    return failure();
  }
  target::MachineOp merged;
  Facts known;
  for (const std::string &file : filesOf(folder)) {
    OwningOpRef<ModuleOp> parsed = parseSourceFile<ModuleOp>(file, module.getContext());
    if (!parsed)
      return failure();
    for (auto part : llvm::make_early_inc_range(parsed->getOps<target::MachineOp>())) {
      if (part.getSymName() != name)
        return part.emitOpError() << "stands in the folder of target '" << name << "'", failure();
      if (!merged) {
        part->moveBefore(module.getBody(), module.getBody()->end());
        merged = part;
        for (Operation &op : part.getBody().front())
          known.try_emplace(nameOf(op), &op);
      } else if (failed(mergePart(merged, part, known))) {
        return failure();
      }
    }
  }
  if (!merged)
    return emitError(loc) << "'" << folder << "' holds no target.machine @" << name, failure();
  if (failed(target::expandWidths(merged)))
    return failure();
  if (ArrayAttr parents = merged.getInheritsAttr())
    for (StringRef parent : parents.getAsValueRange<StringAttr>()) {
      FailureOr<target::MachineOp> from = loadMerged(parent, module, inheriting);
      if (failed(from))
        return failure();
      inherit(merged, *from);
      from->erase();
    }
  inheriting.pop_back();
  return merged;
}

FailureOr<target::MachineOp> TargetLibrary::load(StringRef name, ModuleOp module) const {
  std::vector<std::string> inheriting;
  FailureOr<target::MachineOp> machine = loadMerged(name, module, inheriting);
  if (failed(machine) || failed(target::verifyComplete(*machine)))
    return failure();
  return machine;
}
