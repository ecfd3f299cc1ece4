#include "CodeInput.h"

#include "runtime/format/Manifest.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Object/OffloadBundle.h"

using namespace llvm;
using namespace kiln;
using namespace kiln::tools;

/// As the target files name what bundles call "f8e4m3fn".
static std::string formatOf(unsigned dtype) {
  StringRef name = kiln_dtype_facts(dtype)->name;
  return StringSwitch<StringRef>(name)
      .Case("f8e4m3fn", "f8E4M3FN")
      .Case("f8e5m2", "f8E5M2")
      .Case("f8e4m3fnuz", "f8E4M3FNUZ")
      .Case("f8e5m2fnuz", "f8E5M2FNUZ")
      .Default(name)
      .str();
}

static bool isKnown(ArrayRef<CodeInput> inputs, StringRef name) {
  return any_of(inputs, [&](const CodeInput &input) { return input.name == name; });
}

Expected<std::vector<CodeInput>> tools::readBundle(StringRef bytes, StringRef target) {
  kiln_bundle_image image;
  char reason[512];
  if (!kiln_bundle_image_read(&image, bytes.data(), bytes.size(), reason, sizeof(reason)))
    return createStringError(reason);
  auto release = make_scope_exit([&] { kiln_bundle_image_free(&image); });
  std::vector<CodeInput> inputs;
  std::string targets;
  for (const kiln_kernel_entry &kernel : ArrayRef(image.manifest.kernels, image.manifest.kernelCount))
    for (const kiln_variant &variant : ArrayRef(kernel.variants, kernel.variantCount)) {
      if (!StringRef(targets).contains(variant.target))
        targets += (targets.empty() ? "" : ", ") + std::string(variant.target);
      if ((!target.empty() && target != variant.target) || variant.format == KILN_CODE_CUBIN ||
          isKnown(inputs, variant.code->name))
        continue;
      CodeInput input;
      input.name = variant.code->name;
      input.code.assign(reinterpret_cast<const char *>(variant.code->data), variant.code->size);
      input.contract.ieee = true;
      for (const kiln_formal &formal : ArrayRef(kernel.formals, kernel.formalCount))
        input.contract.formats.push_back(formatOf(formal.dtype));
      inputs.push_back(std::move(input));
    }
  if (inputs.empty())
    return createStringError(target.empty()
                                 ? Twine("the bundle has no code that can be read")
                                 : "the bundle has no code for '" + target + "', but for " + targets);
  return inputs;
}

bool tools::isOffloadBundle(StringRef bytes) {
  file_magic magic = identify_magic(bytes);
  return magic == file_magic::offload_bundle || magic == file_magic::offload_bundle_compressed;
}

static Expected<std::unique_ptr<MemoryBuffer>> decompress(StringRef bytes) {
  using object::CompressedOffloadBundle;
  auto header = CompressedOffloadBundle::CompressedBundleHeader::tryParse(bytes);
  if (!header)
    return header.takeError();
  // LLVM allocates what the header says.
  if (header->UncompressedFileSize > uint64_t(1) << 30)
    return createStringError("%zu bytes once it is decompressed", header->UncompressedFileSize);
  return CompressedOffloadBundle::decompress(*MemoryBuffer::getMemBuffer(bytes, "", false));
}

static Expected<std::vector<CodeInput>> codesOf(StringRef bytes, StringRef target) {
  auto bundle = object::OffloadBundleFatBin::create(MemoryBufferRef(bytes, ""), 0, "");
  if (!bundle)
    return bundle.takeError();
  std::vector<CodeInput> inputs;
  for (const object::OffloadBundleEntry &entry : (*bundle)->getEntries()) {
    if (entry.Offset > bytes.size() || entry.Size > bytes.size() - entry.Offset)
      return createStringError("'" + entry.ID + "' lies outside the file");
    StringRef code = bytes.substr(entry.Offset, entry.Size);
    StringRef processor = StringRef(entry.ID).split(':').first.rsplit('-').second;
    bool isHost = StringRef(entry.ID).starts_with("host-");
    if (!isHost && (target.empty() || target == processor))
      inputs.push_back({entry.ID, code.str(), {}, {}});
  }
  if (!inputs.empty())
    return inputs;
  std::string known;
  for (const object::OffloadBundleEntry &entry : (*bundle)->getEntries())
    known += (known.empty() ? "" : ", ") + entry.ID;
  return createStringError("no code" + (target.empty() ? "" : " for '" + target + "'") + ": it has " +
                           (known.empty() ? "none" : known));
}

Expected<std::vector<CodeInput>> tools::readOffloadBundle(StringRef bytes, StringRef target) {
  std::unique_ptr<MemoryBuffer> decompressed;
  if (identify_magic(bytes) == file_magic::offload_bundle_compressed) {
    auto buffer = decompress(bytes);
    if (!buffer)
      return createStringError("damaged offload bundle: " + toString(buffer.takeError()));
    decompressed = std::move(*buffer);
    bytes = decompressed->getBuffer();
  }
  auto inputs = codesOf(bytes, target);
  return inputs ? std::move(inputs) : createStringError("offload bundle: " + toString(inputs.takeError()));
}
