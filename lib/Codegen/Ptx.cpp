#include "Ptx.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;

namespace kiln::codegen {

/// The number after the letters of a type: ".b8" -> 1 byte.
static unsigned typeBytes(StringRef type) {
  unsigned bits = 0;
  if (type.drop_while([](char c) { return !isDigit(c); }).getAsInteger(10, bits))
    return 0;
  return bits / 8;
}

/// Bytes of a declaration such as ".shared .align 16 .b8 name[1024];". An array without a bound has none.
static unsigned declaredBytes(StringRef line) {
  SmallVector<StringRef> words;
  SplitString(line, words);
  StringRef type;
  for (StringRef word : words)
    if (word.size() > 2 && StringRef("bsuf").contains(word[1]) && isDigit(word[2]))
      type = word;
  unsigned count = 1;
  size_t open = line.find('[');
  if (open != StringRef::npos && line.substr(open + 1).split(']').first.getAsInteger(10, count))
    count = 0;
  return typeBytes(type) * count;
}

/// The product of the numbers in ".maxntid 128, 1, 1".
static unsigned product(StringRef list) {
  unsigned result = 1;
  SmallVector<StringRef> parts;
  list.split(parts, ',');
  for (StringRef part : parts) {
    unsigned value = 1;
    if (!part.trim().getAsInteger(10, value))
      result *= value;
  }
  return result;
}

static void readParameter(StringRef line, KernelInfo &kernel) {
  unsigned size = declaredBytes(line), align = typeBytes(line);
  SmallVector<StringRef> words;
  SplitString(line, words, " \t,;()");
  for (size_t i = 0; i + 1 < words.size(); ++i)
    if (words[i] == ".align")
      (void)words[i + 1].getAsInteger(10, align);
  if (line.find('[') == StringRef::npos)
    align = size;
  unsigned end = kernel.argumentBytes.value_or(0);
  unsigned offset = align ? (end + align - 1) / align * align : end;
  kernel.arguments.push_back({words.back().split('[').first.str(), "by_value", offset, size});
  kernel.argumentBytes = offset + size;
}

Expected<std::vector<KernelInfo>> ptxKernelInfo(StringRef text) {
  std::vector<KernelInfo> kernels;
  std::string chip;
  unsigned sharedBytes = 0;
  bool inKernel = false, inBody = false;
  while (!text.empty()) {
    StringRef line;
    std::tie(line, text) = text.split('\n');
    line = line.split("//").first.trim();
    if (line.consume_front(".target "))
      chip = line.split(',').first.trim().str();
    else if (size_t entry = line.find(".entry "); entry != StringRef::npos) {
      kernels.emplace_back();
      kernels.back().name = line.substr(entry + 7).split('(').first.trim().str();
      kernels.back().argumentBytes = kernels.back().scratch = kernels.back().lds = 0;
      kernels.back().wavefrontSize = 32;
      inKernel = true;
      inBody = false;
    } else if (line.starts_with(".func") || line.contains(" .func ")) {
      inKernel = inBody = false;
    } else if (inKernel && !inBody && line.starts_with(".param")) {
      readParameter(line, kernels.back());
    } else if (inKernel && (line.consume_front(".maxntid") || line.consume_front(".reqntid"))) {
      kernels.back().maxWorkgroupSize = product(line);
    } else if (line.starts_with("{")) {
      inBody = inKernel;
    } else if (inBody && line.starts_with(".local")) {
      *kernels.back().scratch += declaredBytes(line);
    } else if (line.contains(".shared ") && line.starts_with(".")) {
      (inBody ? *kernels.back().lds : sharedBytes) += declaredBytes(line);
    }
  }
  if (chip.empty())
    return createStringError("neither a code object nor PTX: there is no .target line");
  for (KernelInfo &kernel : kernels) {
    kernel.chip = chip;
    *kernel.lds += sharedBytes;
  }
  return kernels;
}

} // namespace kiln::codegen
