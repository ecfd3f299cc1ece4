// Kernel descriptors of AMD code objects (LLVM's AMDGPUUsage, "Kernel Descriptor").
#include "AmdObject.h"
#include "kiln/Codegen/CodeObject.h"
#include "llvm/Support/AMDHSAKernelDescriptor.h"
#include "llvm/Support/Endian.h"
#include "llvm/TargetParser/TargetParser.h"

using namespace llvm;
using namespace llvm::object;

namespace kiln::codegen {

static KernelDescriptor readDescriptor(StringRef name, StringRef bytes, StringRef chip) {
  amdhsa::kernel_descriptor_t raw;
  static_assert(sizeof(raw) == 64, "AMDGPUUsage, \"Kernel Descriptor\"");
  memcpy(&raw, bytes.data(), sizeof(raw));
  auto field = [](uint32_t word, uint32_t mask) { return (word & mask) >> countr_zero(mask); };
  AMDGPU::IsaVersion version = AMDGPU::getIsaVersion(chip);
  bool hasAccumulators = version.Major == 9 && (version.Minor >= 4 || version.Stepping == 10);
  KernelDescriptor descriptor;
  descriptor.name = name.str();
  descriptor.lds = raw.group_segment_fixed_size;
  descriptor.scratch = raw.private_segment_fixed_size;
  descriptor.argumentBytes = raw.kernarg_size;
  uint32_t rsrc1 = raw.compute_pgm_rsrc1, rsrc2 = raw.compute_pgm_rsrc2;
  // Units of 8 registers where accumulators share the file and for waves of 32 lanes, else of 4.
  bool wave32 = raw.kernel_code_properties & amdhsa::KERNEL_CODE_PROPERTY_ENABLE_WAVEFRONT_SIZE32;
  descriptor.vgprs = (field(rsrc1, amdhsa::COMPUTE_PGM_RSRC1_GRANULATED_WORKITEM_VGPR_COUNT) + 1) *
                     (hasAccumulators || wave32 ? 8 : 4);
  if (hasAccumulators)
    descriptor.accumulatorOffset =
        (field(raw.compute_pgm_rsrc3, amdhsa::COMPUTE_PGM_RSRC3_GFX90A_ACCUM_OFFSET) + 1) * 4;
  descriptor.scalarsAtStart = field(rsrc2, amdhsa::COMPUTE_PGM_RSRC2_GFX6_GFX120_USER_SGPR_COUNT) +
                              field(rsrc2, amdhsa::COMPUTE_PGM_RSRC2_ENABLE_SGPR_WORKGROUP_ID_X) +
                              field(rsrc2, amdhsa::COMPUTE_PGM_RSRC2_ENABLE_SGPR_WORKGROUP_ID_Y) +
                              field(rsrc2, amdhsa::COMPUTE_PGM_RSRC2_ENABLE_SGPR_WORKGROUP_ID_Z) +
                              field(rsrc2, amdhsa::COMPUTE_PGM_RSRC2_ENABLE_SGPR_WORKGROUP_INFO) +
                              field(rsrc2, amdhsa::COMPUTE_PGM_RSRC2_ENABLE_PRIVATE_SEGMENT);
  // Later chips pack the three work-item ids into v0.
  bool packed = hasAccumulators || version.Major >= 11;
  descriptor.hasScratchBuffer =
      raw.kernel_code_properties & amdhsa::KERNEL_CODE_PROPERTY_ENABLE_SGPR_PRIVATE_SEGMENT_BUFFER;
  descriptor.dimensions = field(rsrc2, amdhsa::COMPUTE_PGM_RSRC2_ENABLE_VGPR_WORKITEM_ID) + 1;
  descriptor.vectorsAtStart = packed ? 1 : descriptor.dimensions;
  descriptor.round32 = field(rsrc1, amdhsa::COMPUTE_PGM_RSRC1_FLOAT_ROUND_MODE_32);
  descriptor.round16And64 = field(rsrc1, amdhsa::COMPUTE_PGM_RSRC1_FLOAT_ROUND_MODE_16_64);
  descriptor.denormals32 = field(rsrc1, amdhsa::COMPUTE_PGM_RSRC1_FLOAT_DENORM_MODE_32);
  descriptor.denormals16And64 = field(rsrc1, amdhsa::COMPUTE_PGM_RSRC1_FLOAT_DENORM_MODE_16_64);
  return descriptor;
}

Expected<std::vector<KernelDescriptor>> kernelDescriptors(StringRef binary) {
  Expected<std::unique_ptr<ELF64LEObjectFile>> object = openAmdObject(binary);
  if (!object)
    return object.takeError();
  const ELF64LEObjectFile &elf = **object;
  std::vector<KernelDescriptor> descriptors;
  // The relocations of an unlinked object do not touch the fields that are read.
  for (const ELFSymbolRef &symbol : symbolsOf(elf)) {
    Expected<StringRef> name = symbol.getName();
    if (!name)
      return name.takeError();
    if (!name->ends_with(".kd") || symbol.getELFType() != ELF::STT_OBJECT)
      continue;
    Expected<uint64_t> address = symbol.getAddress();
    Expected<section_iterator> section = symbol.getSection();
    if (!address || !section)
      return joinErrors(address.takeError(), section.takeError());
    if (*section == elf.section_end())
      continue;
    Expected<StringRef> contents = (*section)->getContents();
    if (!contents)
      return contents.takeError();
    uint64_t begin = *address - (*section)->getAddress();
    if (begin > contents->size() || contents->size() - begin < sizeof(amdhsa::kernel_descriptor_t))
      return createStringError("the kernel descriptor '" + *name + "' reaches beyond its section");
    descriptors.push_back(
        readDescriptor(name->drop_back(3), contents->substr(begin), elf.tryGetCPUName().value_or("")));
  }
  return descriptors;
}

} // namespace kiln::codegen
