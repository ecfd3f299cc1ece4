// The metadata note of AMD code objects (LLVM's AMDGPUUsage, "Code Object V6 Metadata").
#include "kiln/Codegen/CodeObject.h"
#include "AmdObject.h"
#include "Guard.h"
#include "Ptx.h"
#include "llvm/BinaryFormat/MsgPackDocument.h"

using namespace llvm;
using namespace llvm::object;

namespace kiln::codegen {

using Map = msgpack::MapDocNode;

static std::optional<unsigned> number(Map &map, StringRef key) {
  auto it = map.find(key);
  if (it == map.end())
    return std::nullopt;
  if (it->second.getKind() == msgpack::Type::UInt)
    return it->second.getUInt();
  if (it->second.getKind() == msgpack::Type::Int)
    return it->second.getInt();
  return std::nullopt;
}

static std::string text(Map &map, StringRef key) {
  auto it = map.find(key);
  return it != map.end() && it->second.isString() ? it->second.getString().str() : std::string();
}

static KernelInfo readKernel(Map &map, StringRef chip) {
  KernelInfo info;
  info.name = text(map, ".name");
  info.chip = chip.str();
  info.vgprs = number(map, ".vgpr_count");
  info.agprs = number(map, ".agpr_count");
  info.sgprs = number(map, ".sgpr_count");
  info.vgprSpills = number(map, ".vgpr_spill_count");
  info.sgprSpills = number(map, ".sgpr_spill_count");
  info.lds = number(map, ".group_segment_fixed_size");
  info.scratch = number(map, ".private_segment_fixed_size");
  info.argumentBytes = number(map, ".kernarg_segment_size");
  info.maxWorkgroupSize = number(map, ".max_flat_workgroup_size");
  info.wavefrontSize = number(map, ".wavefront_size");
  auto stack = map.find(".uses_dynamic_stack");
  info.dynamicStack =
      stack != map.end() && stack->second.getKind() == msgpack::Type::Boolean && stack->second.getBool();
  auto arguments = map.find(".args");
  if (arguments == map.end() || !arguments->second.isArray())
    return info;
  for (msgpack::DocNode &node : arguments->second.getArray())
    if (node.isMap()) {
      Map &argument = node.getMap();
      info.arguments.push_back({text(argument, ".name"), text(argument, ".value_kind"),
                                number(argument, ".offset").value_or(0),
                                number(argument, ".size").value_or(0)});
    }
  return info;
}

static Error damagedNote() { return createStringError("the code object's metadata note is damaged"); }

static Error parseNote(StringRef bytes, StringRef chip, std::vector<KernelInfo> &kernels) {
  msgpack::Document document;
  if (!document.readFromBlob(bytes, /*Multi=*/false) || !document.getRoot().isMap())
    return damagedNote();
  Map &root = document.getRoot().getMap();
  auto list = root.find("amdhsa.kernels");
  if (list == root.end() || !list->second.isArray())
    return Error::success();
  for (msgpack::DocNode &node : list->second.getArray())
    if (node.isMap())
      kernels.push_back(readKernel(node.getMap(), chip));
  return Error::success();
}

/// LLVM's reader of MessagePack gives up on some damage.
static Error readNote(StringRef bytes, StringRef chip, std::vector<KernelInfo> &kernels) {
  if (Error error = runGuarded([&] { return parseNote(bytes, chip, kernels); })) {
    consumeError(std::move(error));
    return damagedNote();
  }
  return Error::success();
}

/// Notes stand in segments of linked objects and in sections of relocatable ones.
static Error readNotes(const ELFFile<ELF64LE> &file, StringRef chip, std::vector<KernelInfo> &kernels) {
  Error error = Error::success();
  auto readAll = [&](auto notes) {
    for (const auto &note : notes)
      if (!error && note.getType() == ELF::NT_AMDGPU_METADATA && note.getName() == "AMDGPU")
        error = readNote(note.getDescAsStringRef(4), chip, kernels);
  };
  auto sections = file.sections();
  if (!sections)
    return joinErrors(std::move(error), sections.takeError());
  for (const auto &section : *sections)
    if (!error && section.sh_type == ELF::SHT_NOTE) {
      Error damaged = Error::success();
      readAll(make_range(file.notes_begin(section, damaged), file.notes_end()));
      error = joinErrors(std::move(error), std::move(damaged));
    }
  return error;
}

Expected<std::vector<KernelInfo>> kernelInfo(StringRef binary) {
  if (!binary.starts_with(ELF::ElfMagic))
    return ptxKernelInfo(binary);
  Expected<std::unique_ptr<ELF64LEObjectFile>> object = openAmdObject(binary);
  if (!object)
    return object.takeError();
  std::vector<KernelInfo> kernels;
  if (Error error = readNotes((*object)->getELFFile(), (*object)->tryGetCPUName().value_or(""), kernels))
    return std::move(error);
  return kernels;
}

} // namespace kiln::codegen
