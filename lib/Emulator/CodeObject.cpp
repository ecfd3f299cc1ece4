// ELF code objects, versions 4 to 6 (LLVM AMDGPUUsage "Code Object").
#include "Metadata.h"
#include "OffloadBundle.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/Endian.h"

using namespace llvm;
using namespace llvm::object;

namespace kiln::emulator {

uint32_t Kernel::explicitKernargSize() const {
  uint32_t size = 0;
  for (const KernelArgument &argument : arguments)
    if (!argument.isHidden())
      size = std::max(size, argument.offset + argument.size);
  return arguments.empty() ? kernargSize : size;
}

static KernelDescriptor parseDescriptor(const uint8_t *bytes) {
  using namespace support::endian;
  KernelDescriptor result;
  result.groupSegmentSize = read32le(bytes);
  result.privateSegmentSize = read32le(bytes + 4);
  result.kernargSize = read32le(bytes + 8);
  result.entryOffset = read64le(bytes + 16);
  result.rsrc3 = read32le(bytes + 44);
  result.rsrc1 = read32le(bytes + 48);
  result.rsrc2 = read32le(bytes + 52);
  result.properties = read16le(bytes + 56);
  result.kernargPreload = read16le(bytes + 58);
  return result;
}

/// Kernels of the metadata note, by the name of their descriptor symbol.
static Expected<std::map<std::string, Kernel>> readMetadata(const ELF64LEFile &file) {
  std::map<std::string, Kernel> kernels;
  auto headers = file.program_headers();
  if (!headers)
    return headers.takeError();
  for (const ELF64LE::Phdr &header : *headers) {
    if (header.p_type != ELF::PT_NOTE)
      continue;
    Error error = Error::success();
    for (const auto &note : file.notes(header, error)) {
      if (note.getName() != "AMDGPU" || note.getType() != ELF::NT_AMDGPU_METADATA)
        continue;
      if (Error damage = readKernelMetadata(note.getDescAsStringRef(4), kernels)) {
        consumeError(std::move(error));
        return std::move(damage);
      }
    }
    if (error)
      return std::move(error);
  }
  return kernels;
}

static Error checkHeader(ArrayRef<uint8_t> elf, CodeObject &object) {
  if (elf.size() < 4 || memcmp(elf.data(), "\177ELF", 4) != 0)
    return createStringError("not an ELF file: expected a code object or an offload bundle (.co, .hsaco)");
  if (elf.size() < sizeof(ELF64LE::Ehdr))
    return createStringError("truncated ELF file: %zu bytes do not hold its header", elf.size());
  ELF64LE::Ehdr header;
  memcpy(&header, elf.data(), sizeof(header));
  if (header.e_ident[ELF::EI_CLASS] != ELF::ELFCLASS64 || header.e_machine != ELF::EM_AMDGPU)
    return createStringError(
        "an ELF file for another machine (e_machine %u): expected an AMDGPU code object%s",
        unsigned(header.e_machine),
        toStringRef(elf).contains(".hip_fatbin")
            ? "; those of a HIP program are what 'llvm-objcopy -O binary -j .hip_fatbin FILE OUT' takes out"
            : "");
  unsigned abi = header.e_ident[ELF::EI_ABIVERSION];
  if (header.e_ident[ELF::EI_OSABI] != ELF::ELFOSABI_AMDGPU_HSA || abi < ELF::ELFABIVERSION_AMDGPU_HSA_V4 ||
      abi > ELF::ELFABIVERSION_AMDGPU_HSA_V6)
    return createStringError(
        "code object of OS ABI %u version %u: expected HSA code object version 4, 5 or 6",
        unsigned(header.e_ident[ELF::EI_OSABI]), abi);
  unsigned machine = header.e_flags & ELF::EF_AMDGPU_MACH;
  if (machine == ELF::EF_AMDGPU_MACH_AMDGCN_GFX942)
    object.chip = Chip::Gfx942;
  else if (machine == ELF::EF_AMDGPU_MACH_AMDGCN_GFX950)
    object.chip = Chip::Gfx950;
  else
    return createStringError(std::errc::no_such_device,
                             "code object for another GPU (machine flag 0x%x): expected gfx942 or gfx950",
                             machine);
  object.sramEcc =
      (header.e_flags & ELF::EF_AMDGPU_FEATURE_SRAMECC_V4) != ELF::EF_AMDGPU_FEATURE_SRAMECC_OFF_V4;
  return Error::success();
}

/// Limits, so that a damaged object asks the host for no more: bytes of an image, program headers of a file.
constexpr uint64_t MaxImage = uint64_t(1) << 30;
constexpr size_t MaxHeaders = 256;

static Error readSegments(const ELF64LEFile &file, ArrayRef<uint8_t> elf, CodeObject &object) {
  auto headers = file.program_headers();
  if (!headers)
    return headers.takeError();
  if (headers->size() > MaxHeaders)
    return createStringError("damaged ELF file: %zu program headers, expected at most %zu", headers->size(),
                             MaxHeaders);
  uint64_t end = 0; // of the segments so far
  for (const ELF64LE::Phdr &header : *headers) {
    if (header.p_type == ELF::PT_GNU_RELRO)
      object.relocatedReadOnly.push_back({header.p_vaddr, header.p_memsz});
    if (header.p_type != ELF::PT_LOAD)
      continue;
    if (header.p_offset > elf.size() || header.p_filesz > elf.size() - header.p_offset)
      return createStringError(
          "truncated ELF file: a segment of %llu bytes at offset %llu exceeds the %zu bytes",
          (unsigned long long)header.p_filesz, (unsigned long long)header.p_offset, elf.size());
    // The System V ABI wants loadable segments in the order of their addresses.
    if (header.p_memsz < header.p_filesz || header.p_memsz > MaxImage ||
        header.p_vaddr > MaxImage - header.p_memsz || header.p_vaddr < end)
      return createStringError("damaged ELF file: a segment of %llu bytes at address 0x%llx",
                               (unsigned long long)header.p_memsz, (unsigned long long)header.p_vaddr);
    CodeObject::Segment segment;
    segment.address = header.p_vaddr;
    segment.memorySize = header.p_memsz;
    segment.bytes.assign(elf.begin() + header.p_offset, elf.begin() + header.p_offset + header.p_filesz);
    segment.executable = header.p_flags & ELF::PF_X;
    segment.writable = header.p_flags & ELF::PF_W;
    end = segment.address + segment.memorySize;
    object.segments.push_back(std::move(segment));
  }
  if (object.segments.empty())
    return createStringError(
        "the ELF file has nothing to load: expected a linked code object, not a relocatable one");
  return Error::success();
}

static const uint8_t *imageAt(const CodeObject &object, uint64_t address, uint64_t size) {
  for (const CodeObject::Segment &segment : object.segments) {
    uint64_t offset = address - segment.address;
    if (offset < segment.bytes.size() && size <= segment.bytes.size() - offset)
      return segment.bytes.data() + offset;
  }
  return nullptr;
}

/// The dynamic relocations (AMDGPUUsage "Relocation Records"): S + A or B + A, of which S and B move with the
/// object.
static Error addRelocation(const ELF64LE::Rela &entry, CodeObject &object) {
  CodeObject::Relocation result{entry.r_offset, uint64_t(entry.r_addend), 8, 0};
  uint32_t type = entry.getType(/*isMips64EL=*/false), symbol = entry.getSymbol(/*isMips64EL=*/false);
  switch (type) {
  case ELF::R_AMDGPU_RELATIVE64:
    break;
  case ELF::R_AMDGPU_ABS64:
  case ELF::R_AMDGPU_ABS32:
  case ELF::R_AMDGPU_ABS32_LO:
  case ELF::R_AMDGPU_ABS32_HI: {
    // `symbols` lacks the table's first entry, which is no symbol.
    if (symbol == 0 || symbol > object.symbols.size() || object.symbols[symbol - 1].address == 0)
      return createStringError(
          "the code object needs a symbol that it does not define%s%s",
          symbol && symbol <= object.symbols.size() ? ": " : "",
          symbol && symbol <= object.symbols.size() ? object.symbols[symbol - 1].name.c_str() : "");
    result.value += object.symbols[symbol - 1].address;
    result.size = type == ELF::R_AMDGPU_ABS64 ? 8 : 4;
    result.shift = type == ELF::R_AMDGPU_ABS32_HI ? 32 : 0;
    break;
  }
  default:
    return createStringError(
        "the code object has a dynamic relocation of type %u at 0x%llx, which is not known", type,
        (unsigned long long)entry.r_offset);
  }
  if (!imageAt(object, result.address, result.size))
    return createStringError("damaged ELF file: a relocation of 0x%llx, outside the loaded segments",
                             (unsigned long long)result.address);
  object.relocations.push_back(result);
  return Error::success();
}

/// The records of a table that lies whole in the loaded segments. (ELFFile::dynamicEntries trusts the
/// headers.)
template <class Record>
static Expected<std::vector<Record>> readTable(const CodeObject &object, uint64_t address, uint64_t size) {
  std::vector<Record> records(size / sizeof(Record));
  const uint8_t *bytes = records.empty() ? nullptr : imageAt(object, address, size);
  if (bytes)
    memcpy(records.data(), bytes, records.size() * sizeof(Record));
  else if (!records.empty())
    return createStringError("damaged ELF file: its dynamic section lies outside the loaded segments");
  return records;
}

/// Those that the dynamic section names.
static Error readRelocations(const ELF64LEFile &file, CodeObject &object) {
  uint64_t table = 0, size = 0;
  for (const ELF64LE::Phdr &header : cantFail(file.program_headers())) { // readSegments has read them
    if (header.p_type != ELF::PT_DYNAMIC || header.p_filesz > object.elf.size())
      continue;
    auto entries = readTable<ELF64LE::Dyn>(object, header.p_vaddr, header.p_filesz);
    if (!entries)
      return entries.takeError();
    for (const ELF64LE::Dyn &entry : *entries) {
      table = entry.getTag() == ELF::DT_RELA ? entry.getPtr() : table;
      size = entry.getTag() == ELF::DT_RELASZ ? entry.getVal() : size;
    }
  }
  if (size > object.elf.size())
    return createStringError("damaged ELF file: %llu bytes of relocations", (unsigned long long)size);
  auto relocations = readTable<ELF64LE::Rela>(object, table, size);
  if (!relocations)
    return relocations.takeError();
  for (const ELF64LE::Rela &relocation : *relocations)
    if (Error error = addRelocation(relocation, object))
      return error;
  return Error::success();
}

/// Every `<name>.kd` symbol is a kernel descriptor.
static Error addKernels(CodeObject &object, std::map<std::string, Kernel> metadata) {
  StringSet<> names;
  for (const CodeObject::Symbol &symbol : object.symbols) {
    StringRef name = symbol.name;
    if (!name.consume_back(".kd"))
      continue;
    const uint8_t *bytes = imageAt(object, symbol.address, 64);
    if (!bytes)
      return createStringError("the kernel descriptor '%s' lies outside the loaded segments",
                               symbol.name.c_str());
    if (!names.insert(name).second)
      return createStringError("damaged code object: two kernels '%s'", name.str().c_str());
    Kernel kernel = std::move(metadata[symbol.name]);
    kernel.name = name.str();
    kernel.descriptor = parseDescriptor(bytes);
    kernel.descriptorAddress = symbol.address;
    kernel.kernargSize = std::max(kernel.kernargSize, kernel.descriptor.kernargSize);
    if (kernel.kernargSize > MaxKernarg)
      return createStringError("damaged code object: '%s' has %u bytes of arguments", kernel.name.c_str(),
                               kernel.kernargSize);
    kernel.groupSegmentSize = std::max(kernel.groupSegmentSize, kernel.descriptor.groupSegmentSize);
    kernel.privateSegmentSize = std::max(kernel.privateSegmentSize, kernel.descriptor.privateSegmentSize);
    object.kernels.push_back(std::move(kernel));
  }
  return Error::success();
}

static Expected<std::shared_ptr<CodeObject>> loadElf(ArrayRef<uint8_t> elf) {
  auto object = std::make_shared<CodeObject>();
  if (Error error = checkHeader(elf, *object))
    return std::move(error);
  object->elf.assign(elf.begin(), elf.end());
  StringRef bytes(reinterpret_cast<const char *>(object->elf.data()), object->elf.size());
  auto file = ELF64LEFile::create(bytes);
  if (!file)
    return file.takeError();
  if (Error error = readSegments(*file, elf, *object))
    return std::move(error);
  auto metadata = readMetadata(*file);
  if (!metadata)
    return metadata.takeError();
  auto objectFile = ELFObjectFile<ELF64LE>::create(MemoryBufferRef(bytes, "code object"));
  if (!objectFile)
    return objectFile.takeError();
  for (const ELFSymbolRef &symbol : objectFile->getDynamicSymbolIterators()) {
    auto name = symbol.getName();
    auto address = symbol.getAddress();
    if (!name || !address) {
      consumeError(name.takeError());
      consumeError(address.takeError());
      return createStringError("damaged ELF file: a dynamic symbol cannot be read");
    }
    object->symbols.push_back({name->str(), *address, symbol.getSize()});
  }
  if (Error error = readRelocations(*file, *object))
    return std::move(error);
  if (Error error = addKernels(*object, std::move(*metadata)))
    return std::move(error);
  return object;
}

Expected<std::shared_ptr<CodeObject>> CodeObject::load(ArrayRef<uint8_t> file, std::optional<Chip> wanted) {
  if (!isOffloadBundle(toStringRef(file)))
    return loadElf(file);
  auto code = unbundle(toStringRef(file), wanted);
  return code ? loadElf(arrayRefFromStringRef(*code)) : code.takeError();
}

std::vector<uint8_t> CodeObject::bytesAt(const Segment &segment, uint64_t base) const {
  std::vector<uint8_t> bytes = segment.bytes;
  for (const Relocation &relocation : relocations) {
    uint64_t offset = relocation.address - segment.address,
             value = (base + relocation.value) >> relocation.shift;
    if (offset < bytes.size())
      memcpy(bytes.data() + offset, &value, relocation.size);
  }
  return bytes;
}

std::shared_ptr<CodeObject> CodeObject::fromText(ArrayRef<uint8_t> text, Chip chip) {
  auto object = std::make_shared<CodeObject>();
  object->chip = chip;
  Segment segment;
  segment.memorySize = text.size();
  segment.bytes.assign(text.begin(), text.end());
  segment.executable = true;
  object->segments.push_back(std::move(segment));
  return object;
}

Expected<const Kernel *> CodeObject::find(StringRef name) const {
  std::string known;
  for (const Kernel &kernel : kernels) {
    if (kernel.name == name)
      return &kernel;
    known += (known.empty() ? "" : ", ") + kernel.name;
  }
  return createStringError("no kernel '%s': the code object has %s", name.str().c_str(),
                           known.empty() ? "none" : known.c_str());
}

} // namespace kiln::emulator
