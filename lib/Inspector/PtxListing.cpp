#include "kiln/Inspector/Explorer.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace kiln::inspector {

/// `.file 1 "kernels/matmul.mlir"` (PTX ISA, "Debugging Directives").
static void readFile(StringRef line, std::map<unsigned, std::string> &files) {
  auto [number, name] = line.trim().split(' ');
  unsigned index = 0;
  if (!number.getAsInteger(10, index))
    files[index] = name.trim().split('"').second.split('"').first.str();
}

/// `.loc 1 49 13`, perhaps with more after a comma.
static std::optional<codegen::SourceLine> readPlace(StringRef line,
                                                    const std::map<unsigned, std::string> &files) {
  SmallVector<StringRef> words;
  SplitString(line.split(',').first, words);
  unsigned file = 0, number = 0, column = 0;
  if (words.size() < 3 || words[0].getAsInteger(10, file) || words[1].getAsInteger(10, number) ||
      words[2].getAsInteger(10, column) || number == 0)
    return std::nullopt;
  auto name = files.find(file);
  return codegen::SourceLine{name == files.end() ? "" : name->second, number, column};
}

/// Where the body of a kernel begins; npos if it is not there.
static size_t findBody(StringRef text, StringRef kernel) {
  for (size_t at = text.find(".entry"); at != StringRef::npos; at = text.find(".entry", at + 1)) {
    StringRef name = text.substr(at + 6).ltrim();
    if (name.consume_front(kernel) && !name.empty() && !isAlnum(name[0]) && name[0] != '_' && name[0] != '$')
      return text.find('{', at);
  }
  return StringRef::npos;
}

std::optional<Family> ptxFamily(StringRef line) {
  if (line.ends_with(":"))
    return std::nullopt;
  line.consume_front("@");
  StringRef name = line;
  if (name.starts_with("%") || name.starts_with("!"))
    name = name.drop_until(isSpace).ltrim();
  name = name.take_until(isSpace).rtrim(';');
  bool isShared = name.contains(".shared"), isParameter = name.contains(".param");
  std::pair<StringRef, Family> table[] = {
      {"wgmma.mma", Family::Matrix},     {"mma.", Family::Matrix},         {"wmma.mma", Family::Matrix},
      {"cp.async.wait", Family::Wait},   {"wgmma.wait", Family::Wait},     {"mbarrier", Family::Barrier},
      {"cp.async", Family::LdsDma},      {"ldmatrix", Family::Lds},        {"stmatrix", Family::Lds},
      {"bar", Family::Barrier},          {"bra", Family::Branch},          {"ret", Family::Branch},
      {"ex2", Family::Transcendental},   {"lg2", Family::Transcendental},  {"rcp", Family::Transcendental},
      {"rsqrt", Family::Transcendental}, {"sqrt", Family::Transcendental}, {"sin", Family::Transcendental},
      {"cos", Family::Transcendental},   {"tanh", Family::Transcendental}};
  for (auto [prefix, family] : table)
    if (name.starts_with(prefix))
      return family;
  if (name.starts_with("ld") || name.starts_with("st") || name.starts_with("atom") || name.starts_with("red"))
    return isShared ? Family::Lds : isParameter ? Family::Smem : Family::Vmem;
  return Family::Valu;
}

codegen::CodeFunction listPtx(StringRef text, StringRef kernel) {
  codegen::CodeFunction function;
  function.name = kernel.str();
  std::map<unsigned, std::string> files;
  for (auto [line, rest] = text.split('\n'); !line.empty() || !rest.empty();
       std::tie(line, rest) = rest.split('\n'))
    if (line = line.trim(); line.consume_front(".file"))
      readFile(line, files);
  size_t body = findBody(text, kernel);
  if (body == StringRef::npos)
    return function;
  std::optional<codegen::SourceLine> place;
  int depth = 1;
  for (StringRef rest = text.substr(body + 1); depth > 0 && !rest.empty();) {
    StringRef line;
    std::tie(line, rest) = rest.split('\n');
    line = line.split("//").first.trim();
    depth += int(line.count('{')) - int(line.count('}'));
    if (line.consume_front(".loc")) {
      place = readPlace(line, files);
      continue;
    }
    // Labels that LLVM sets for its line tables are nobody's branch target.
    if (line.empty() || line.starts_with(".") || line.starts_with("$L__tmp") || line == "{" || line == "}")
      continue;
    codegen::Instruction instruction;
    instruction.address = function.instructions.size();
    instruction.text = line.str();
    if (!line.ends_with(":"))
      instruction.source = place;
    function.instructions.push_back(std::move(instruction));
  }
  function.size = function.instructions.size();
  return function;
}

} // namespace kiln::inspector
