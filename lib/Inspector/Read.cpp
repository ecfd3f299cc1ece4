// From a file's bytes to the functions and resources that the analyses start from.
#include "kiln/Inspector/Ptx.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Object/ELFObjectFile.h"

using namespace llvm;

namespace kiln::inspector {

/// Says what a file that is no code object is, where that is known.
static Error refuse(StringRef binary) {
  if (binary.empty())
    return createStringError("the file is empty");
  if (binary.starts_with(ELF::ElfMagic))
    return Error::success();
  // PTX begins with comments and directives, and names its version before anything else.
  if (binary.take_front(4096).contains(".version"))
    return Error::success();
  return createStringError("neither a code object nor PTX");
}

namespace {
/// What a file says, before anything is computed.
struct Contents {
  std::string chip;
  std::vector<codegen::KernelInfo> infos;
  std::vector<codegen::KernelDescriptor> descriptors;
  std::vector<codegen::CodeFunction> functions;
  std::vector<std::string> notes;

  codegen::CodeFunction take(StringRef name);
  const codegen::KernelDescriptor *descriptorOf(StringRef name) const {
    auto found = find_if(descriptors, [&](const auto &descriptor) { return descriptor.name == name; });
    return found == descriptors.end() ? nullptr : &*found;
  }
};
} // namespace

/// The function of a kernel, or one without instructions.
codegen::CodeFunction Contents::take(StringRef name) {
  auto found = find_if(functions, [&](const auto &function) { return function.name == name; });
  if (found == functions.end())
    return {name.str(), 0, 0, {}};
  codegen::CodeFunction function = std::move(*found);
  functions.erase(found);
  return function;
}

static Error addCode(StringRef binary, Contents &contents) {
  Expected<std::vector<codegen::CodeFunction>> functions = codegen::disassemble(binary);
  if (!functions)
    return functions.takeError();
  contents.functions = std::move(*functions);
  auto object = cantFail(object::ObjectFile::createELFObjectFile(MemoryBufferRef(binary, "code object")));
  contents.chip = cast<object::ELFObjectFileBase>(*object).tryGetCPUName().value_or("").str();
  if (Expected<std::vector<codegen::KernelDescriptor>> descriptors = codegen::kernelDescriptors(binary))
    contents.descriptors = std::move(*descriptors);
  else
    contents.notes.push_back(toString(descriptors.takeError()));
  return Error::success();
}

/// Damaged metadata of a code object are a note: its instructions are worth seeing.
static Expected<Contents> read(StringRef binary) {
  if (Error error = refuse(binary))
    return std::move(error);
  Contents contents;
  Expected<std::vector<codegen::KernelInfo>> infos = codegen::kernelInfo(binary);
  if (!binary.starts_with(ELF::ElfMagic)) {
    if (!infos)
      return infos.takeError();
    contents.infos = std::move(*infos);
    contents.chip = contents.infos.empty() ? "" : contents.infos.front().chip;
    return contents;
  }
  if (Error error = addCode(binary, contents)) {
    consumeError(infos.takeError());
    return std::move(error);
  }
  if (infos)
    contents.infos = std::move(*infos);
  else
    contents.notes.push_back(toString(infos.takeError()));
  return contents;
}

Expected<Report> inspect(StringRef binary, FindMachine findMachine, const Request &request) {
  Expected<Contents> contents = read(binary);
  if (!contents)
    return contents.takeError();
  Report report;
  report.chip = contents->chip;
  std::optional<MachineFacts> machine = findMachine(report.chip);
  report.machine = machine ? machine->name : "";
  const MachineFacts *facts = machine ? &*machine : nullptr;
  auto wanted = [&](StringRef name) { return request.kernel.empty() || request.kernel == name; };
  bool isText = !binary.starts_with(ELF::ElfMagic);
  auto add = [&](codegen::CodeFunction code, const codegen::KernelInfo *info) {
    if (isText) {
      report.kernels.push_back(inspectPtx(binary, *info, facts));
      return;
    }
    const codegen::KernelDescriptor *descriptor = contents->descriptorOf(code.name);
    report.kernels.push_back(
        inspectFunction({std::move(code), info, descriptor}, report.chip, facts, request));
  };
  for (const codegen::KernelInfo &info : contents->infos) {
    if (!wanted(info.name))
      continue;
    add(contents->take(info.name), &info);
    if (!isText && report.kernels.back().code.instructions.empty() && contents->notes.empty())
      report.kernels.back().notes.push_back("the object has no function '" + info.name +
                                            "': its instructions are unknown");
  }
  for (codegen::CodeFunction &function : contents->functions)
    if (wanted(function.name))
      add(std::move(function), nullptr);
  for (KernelReport &one : report.kernels)
    one.notes.insert(one.notes.end(), contents->notes.begin(), contents->notes.end());
  if (report.kernels.empty())
    return createStringError(request.kernel.empty() ? Twine("the object has no kernel")
                                                    : "the object has no kernel '" + request.kernel + "'");
  return report;
}

} // namespace kiln::inspector
