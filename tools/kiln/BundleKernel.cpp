#include "BundleKernel.h"

#include "kiln/launch/DType.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/Endian.h"

using namespace llvm;
using namespace kiln;
using namespace kiln::tools;

static std::string extentText(int64_t size) {
  return size == compiler::Argument::dynamic ? "?" : std::to_string(size);
}

static std::vector<std::string> extentTexts(ArrayRef<int64_t> sizes) {
  std::vector<std::string> texts;
  for (int64_t size : sizes)
    texts.push_back(extentText(size));
  return texts;
}

static bundle::Argument argumentOf(const compiler::Argument &formal) {
  bundle::Argument argument;
  argument.name = formal.name;
  argument.isTensor = formal.isTensor;
  argument.dtype = StringRef(formal.dtype).lower();
  argument.shape = extentTexts(formal.shape);
  if (!formal.strides.empty())
    argument.strides = extentTexts(formal.strides);
  argument.align = static_cast<unsigned>(formal.align);
  return argument;
}

/// What compiler::Argument says that the machine code receives.
static void addKernargs(const compiler::Argument &formal, std::vector<bundle::Kernarg> &kernargs) {
  if (!formal.isTensor) {
    kernargs.push_back(bundle::Kernarg::scalar(formal.name));
    return;
  }
  kernargs.push_back(bundle::Kernarg::pointer(formal.name));
  for (auto [d, size] : enumerate(formal.shape))
    if (size == compiler::Argument::dynamic)
      kernargs.push_back(bundle::Kernarg::integer("i32", formal.name + "." + std::to_string(d)));
  for (auto [d, stride] : enumerate(formal.strides))
    if (stride == compiler::Argument::dynamic)
      kernargs.push_back(bundle::Kernarg::integer("i32", formal.name + ".stride." + std::to_string(d)));
}

/// Tiles are read and written whole, so that the L2 cache may fetch as much at once as it can.
static bundle::Kernarg tensorMapOf(const compiler::TensorMap &map) {
  bundle::TensorMap form;
  form.box.assign(map.box.begin(), map.box.end());
  form.swizzle = static_cast<unsigned>(map.swizzle);
  form.l2Promotion = 256;
  return bundle::Kernarg::tensorMap(map.tensor, form);
}

/// The promise of `align` that the runtime does not check by itself: all strides but the last.
static void addRequirements(const compiler::Argument &formal,
                            std::vector<bundle::Requirement> &requirements) {
  std::optional<launch::DType> type = launch::parseDType(formal.dtype);
  if (!formal.isTensor || formal.align <= 1 || !type)
    return;
  int64_t bits = launch::factsOf(*type).bits, unit = formal.align * 8;
  for (size_t d = 0; d + 1 < formal.shape.size(); ++d) {
    std::string stride = formal.name + ".stride." + std::to_string(d);
    requirements.push_back(
        {"mod(" + stride + " * " + std::to_string(bits) + ", " + std::to_string(unit) + ") == 0",
         "rows of " + formal.name + " must start at multiples of " + std::to_string(formal.align) +
             " bytes"});
  }
}

/// What a code object asks of its device beyond the processor: "xnack-" where it must not be on ("any" asks
/// nothing). AMDGPUUsage, "ELF Header", e_flags of code object version 4 and later.
static std::vector<std::string> featuresOf(StringRef elf) {
  std::vector<std::string> features;
  if (elf.size() < sizeof(ELF::Elf64_Ehdr))
    return features;
  uint32_t flags = support::endian::read32le(elf.data() + offsetof(ELF::Elf64_Ehdr, e_flags));
  uint32_t xnack = flags & ELF::EF_AMDGPU_FEATURE_XNACK_V4, ecc = flags & ELF::EF_AMDGPU_FEATURE_SRAMECC_V4;
  if (ecc == ELF::EF_AMDGPU_FEATURE_SRAMECC_OFF_V4 || ecc == ELF::EF_AMDGPU_FEATURE_SRAMECC_ON_V4)
    features.push_back(ecc == ELF::EF_AMDGPU_FEATURE_SRAMECC_ON_V4 ? "sramecc+" : "sramecc-");
  if (xnack == ELF::EF_AMDGPU_FEATURE_XNACK_OFF_V4 || xnack == ELF::EF_AMDGPU_FEATURE_XNACK_ON_V4)
    features.push_back(xnack == ELF::EF_AMDGPU_FEATURE_XNACK_ON_V4 ? "xnack+" : "xnack-");
  return features;
}

static bundle::Variant variantOf(const TargetCode &compiled) {
  const CompileResult &code = compiled.code;
  bundle::Variant variant;
  variant.target = compiled.target;
  bool isElf = StringRef(code.output).starts_with(ELF::ElfMagic);
  variant.format = isElf ? "code-object" : "ptx";
  if (isElf)
    variant.features = featuresOf(code.output);
  variant.code = code.output;
  variant.symbol = code.kernelName;
  variant.parameters.insert(code.params.begin(), code.params.end());
  variant.grid = {code.grid};
  if (code.dynamicSharedBytes)
    variant.dynamicShared = std::to_string(code.dynamicSharedBytes);
  variant.block = {static_cast<unsigned>(code.threads)};
  for (const compiler::Argument &formal : code.arguments) {
    addKernargs(formal, variant.kernargs);
    addRequirements(formal, variant.requirements);
  }
  if (!compiled.sizes.empty())
    variant.requirements.push_back({compiled.sizes, "this code is for such sizes only"});
  for (const compiler::TensorMap &map : code.tensorMaps)
    variant.kernargs.push_back(tensorMapOf(map));
  return variant;
}

bundle::Kernel tools::bundleKernelOf(ArrayRef<TargetCode> codes, std::string name) {
  bundle::Kernel kernel;
  kernel.name = std::move(name);
  kernel.flops = codes.front().code.flops;
  for (const compiler::Argument &formal : codes.front().code.arguments)
    kernel.arguments.push_back(argumentOf(formal));
  for (const TargetCode &compiled : codes) {
    // A schedule may promise more than the kernel; the caller must keep every promise.
    for (auto [argument, formal] : zip_equal(kernel.arguments, compiled.code.arguments))
      argument.align = std::max(argument.align, static_cast<unsigned>(formal.align));
    kernel.variants.push_back(variantOf(compiled));
  }
  return kernel;
}

void tools::addChips(const TargetCode &compiled, bundle::Bundle &bundle) {
  std::vector<bundle::Chip> &chips = bundle.chips[compiled.target];
  if (!chips.empty())
    return;
  for (const compiler::Chip &chip : compiled.code.chips) {
    bundle::Chip &added = chips.emplace_back(bundle::Chip{chip.name, chip.gbps, {}});
    for (const auto &[dtype, peak] : chip.tflops)
      added.tflops[StringRef(dtype).lower()] = peak;
  }
}

bundle::Bundle tools::emptyBundle() {
  bundle::Bundle bundle;
  bundle.producer = "kiln " KILN_VERSION;
  return bundle;
}

Expected<std::string> tools::bundleOf(ArrayRef<TargetCode> codes) {
  bundle::Bundle bundle = emptyBundle();
  bundle.kernels.push_back(bundleKernelOf(codes, codes.front().code.kernelName));
  for (const TargetCode &compiled : codes)
    addChips(compiled, bundle);
  return bundle::writeBundle(bundle);
}
