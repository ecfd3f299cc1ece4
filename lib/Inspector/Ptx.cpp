#include "kiln/Inspector/Ptx.h"
#include "Loops.h"
#include "kiln/Inspector/Explorer.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;

namespace kiln::inspector {

/// Without "@%p1 " or "@!%p1 " in front and the semicolon.
static StringRef withoutGuard(StringRef line) {
  if (line.starts_with("@"))
    line = line.drop_until([](char c) { return isSpace(c); }).ltrim();
  return line.rtrim("; \t");
}

/// "m16n8k16" (PTX ISA, "Warp Level Matrix Multiply-Accumulate Instructions").
static bool readShape(StringRef word, MatrixOperation &matrix) {
  auto number = [&](char letter, unsigned &value) {
    return word.consume_front(StringRef(&letter, 1)) && !word.consumeInteger(10, value);
  };
  return number('m', matrix.m) && number('n', matrix.n) && number('k', matrix.k) && word.empty();
}

/// ".m16n8k16.row.col.f32.bf16.bf16.f32": the types are those of d, a, b and c; wgmma names no c.
static std::optional<MatrixOperation> readMatrix(StringRef name) {
  SmallVector<StringRef> words;
  name.split(words, '.');
  MatrixOperation matrix;
  SmallVector<StringRef> types;
  bool hasShape = false;
  for (StringRef word : words) {
    if (readShape(word, matrix))
      hasShape = true;
    else if (hasShape && word != "row" && word != "col" && word != "satfinite" && word != "and" &&
             word != "popc" && word != "xor" && word != "sp")
      types.push_back(word);
  }
  if (!hasShape || types.size() < 3)
    return std::nullopt;
  // The four warps of a group share a wgmma.
  if (name.starts_with("wgmma"))
    matrix.m /= 4;
  matrix.types = types[1] == types[2] ? types[1].str() : (types[1] + "_" + types[2]).str();
  matrix.atom = ("mma_m" + Twine(matrix.m) + "n" + Twine(matrix.n) + "k" + Twine(matrix.k) + "_" + types[0] +
                 "_" + matrix.types)
                    .str();
  return matrix;
}

/// Bytes of a lane: ".v4.b32" is 16, ".x4" of ldmatrix too.
static unsigned bytesOf(StringRef name) {
  unsigned count = 1, bits = 0;
  SmallVector<StringRef> words;
  name.split(words, '.');
  for (StringRef word : words) {
    unsigned number = 0;
    if ((word.starts_with("v") || word.starts_with("x")) && !word.drop_front().getAsInteger(10, number))
      count = number;
    else if (word.size() > 1 && StringRef("busf").contains(word[0]) &&
             !word.drop_front().getAsInteger(10, number))
      bits = number;
  }
  bool isMatrix = name.starts_with("ldmatrix") || name.starts_with("stmatrix");
  return isMatrix ? 4 * count : count * bits / 8;
}

/// "cp.async.cg.shared.global [%r1], [%rd2], 16": the first number among the operands. Bulk copies take
/// theirs from a descriptor or a register.
static unsigned copiedBytes(StringRef line, StringRef name) {
  if (name.contains("bulk"))
    return 0;
  SmallVector<StringRef> operands;
  line.split(operands, ',');
  unsigned bytes = 0;
  for (StringRef operand : ArrayRef(operands).drop_front())
    if (!operand.trim().getAsInteger(10, bytes))
      return bytes;
  return 0;
}

static void countFlops(StringRef name, InstructionInfo &info) {
  SmallVector<StringRef> words;
  name.split(words, '.');
  info.flops =
      StringSwitch<unsigned>(words[0]).Cases({"add", "sub", "mul"}, 1).Cases({"fma", "mad"}, 2).Default(0);
  StringRef type = words.back();
  bool isPair = type.consume_back("x2");
  info.flopType = StringSwitch<StringRef>(type)
                      .Case("f16", "f16")
                      .Case("bf16", "bf16")
                      .Case("f32", "f32")
                      .Case("f64", "f64")
                      .Default("");
  info.flops *= info.flopType.empty() ? 0 : isPair ? 2 : 1;
}

InstructionInfo classifyPtx(StringRef line) {
  InstructionInfo info;
  std::optional<Family> family = ptxFamily(line);
  // LLVM breaks long lists of operands.
  if (!family || (!line.starts_with("@") && !isAlpha(line.front()))) {
    info.noInstruction = true;
    return info;
  }
  StringRef text = withoutGuard(line), name = text.take_until([](char c) { return isSpace(c); });
  info.family = *family;
  info.mnemonic = name.str();
  if (info.family == Family::Matrix)
    info.matrix = readMatrix(name);
  if (info.family == Family::Valu)
    countFlops(name, info);
  bool isCopy = name.starts_with("cp.async");
  if (info.family != Family::Lds && info.family != Family::Vmem && info.family != Family::Smem && !isCopy)
    return info;
  bool isAtomic = name.starts_with("atom") || name.starts_with("red");
  info.load = name.starts_with("ld") || isAtomic || isCopy;
  info.store = name.starts_with("st") || isAtomic;
  info.memory = info.family == Family::Lds    ? MemoryKind::Lds
                : name.contains(".local")     ? MemoryKind::Scratch
                : info.family == Family::Smem ? MemoryKind::Scalar
                                              : MemoryKind::Global;
  info.bytes = isCopy ? copiedBytes(text, name) : bytesOf(name);
  return info;
}

/// Branches name labels: "@%p1 bra $L__BB0_1;", "bra.uni $L__BB0_1;".
static void resolveBranches(codegen::CodeFunction &function) {
  std::map<StringRef, uint64_t> labels;
  for (const codegen::Instruction &instruction : function.instructions)
    if (StringRef text = instruction.text; text.consume_back(":"))
      labels[text] = instruction.address;
  for (codegen::Instruction &instruction : function.instructions) {
    StringRef text = withoutGuard(instruction.text);
    if (!text.consume_front("bra"))
      continue;
    auto target = labels.find(text.drop_until([](char c) { return isSpace(c); }).trim());
    if (target != labels.end())
      instruction.branchTarget = target->second;
  }
}

KernelReport inspectPtx(StringRef text, const codegen::KernelInfo &info, const MachineFacts *machine) {
  KernelReport report;
  report.name = info.name;
  report.info = info;
  report.isText = true;
  report.code = listPtx(text, info.name);
  resolveBranches(report.code);
  for (const codegen::Instruction &instruction : report.code.instructions)
    report.infos.push_back(classifyPtx(instruction.text));
  report.flow = findControlFlow(report.code);
  Request request;
  describeParts({report, report.view(info.chip), machine, request});
  report.matrix.uses = auditMatrix(report.view(info.chip), machine).uses;
  report.notes.push_back(
      "PTX names virtual registers, and ptxas makes other instructions of it: counts are of PTX "
      "instructions; registers, spills, occupancy and cycles are unknown");
  if (report.code.instructions.empty())
    report.notes.push_back("the body of '" + info.name + "' was not found");
  return report;
}

} // namespace kiln::inspector
