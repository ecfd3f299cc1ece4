#include "kiln/Inspector/Equivalence.h"
#include "ValueNumbers.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace kiln::inspector {

/// Takes "12" or "[4:7]" and says how many registers that are; 0 if it is neither.
static unsigned consumeRegisters(StringRef &text) {
  StringRef rest = text;
  unsigned first = 0, last = 0;
  if (rest.consume_front("[")) {
    if (rest.consumeInteger(10, first) || !rest.consume_front(":") || rest.consumeInteger(10, last) ||
        !rest.consume_front("]") || last < first)
      return 0;
  } else {
    if (rest.consumeInteger(10, first) || (!rest.empty() && (isAlnum(rest[0]) || rest[0] == '_')))
      return 0;
    last = first;
  }
  text = rest;
  return last - first + 1;
}

std::string operationOf(const codegen::Instruction &instruction) {
  StringRef text = instruction.text;
  if (instruction.branchTarget)
    return text.split(' ').first.str();
  std::string result;
  while (!text.empty()) {
    char c = text[0];
    bool begins = result.empty() || !(isAlnum(result.back()) || result.back() == '_');
    text = text.drop_front();
    result += c;
    if (c == '%') { // a virtual register: "%rd12"
      StringRef kind = text.take_while(isAlpha);
      result += kind;
      text = text.drop_front(kind.size()).drop_while(isDigit);
      continue;
    }
    if (!begins || !StringRef("vas").contains(c))
      continue;
    if (unsigned count = consumeRegisters(text); count > 1)
      result += "[" + std::to_string(count) + "]";
  }
  return result;
}

static bool sameText(const codegen::CodeFunction &a, const codegen::CodeFunction &b) {
  return std::equal(
      a.instructions.begin(), a.instructions.end(), b.instructions.begin(), b.instructions.end(),
      [](const auto &one, const auto &other) { return one.text == other.text && one.bytes == other.bytes; });
}

static bool sameShape(const std::vector<NumberedBlock> &a, const std::vector<NumberedBlock> &b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto &one, const auto &other) { return one.successors == other.successors; });
}

/// The first instruction of `block` whose hash `other` does not have as often.
static std::optional<unsigned> firstMissing(const NumberedBlock &block, const NumberedBlock &other) {
  std::vector<std::pair<uint64_t, unsigned>> missing;
  std::set_difference(block.instructions.begin(), block.instructions.end(), other.instructions.begin(),
                      other.instructions.end(), std::back_inserter(missing),
                      [](const auto &x, const auto &y) { return x.first < y.first; });
  std::optional<unsigned> first;
  for (const auto &[hash, index] : missing)
    first = std::min(first.value_or(index), index);
  return first;
}

Comparison compareCode(const KernelReport &a, const KernelReport &b) {
  if (sameText(a.code, b.code))
    return {};
  auto blocksA = numberValues(a), blocksB = numberValues(b);
  Comparison result{Sameness::Different, std::nullopt, std::nullopt};
  if (!blocksA || !blocksB)
    return result;
  for (unsigned i = 0; i < std::min(blocksA->size(), blocksB->size()) && !result.firstInA && !result.firstInB;
       ++i) {
    result.firstInA = firstMissing((*blocksA)[i], (*blocksB)[i]);
    result.firstInB = firstMissing((*blocksB)[i], (*blocksA)[i]);
  }
  if (sameShape(*blocksA, *blocksB) && !result.firstInA && !result.firstInB)
    result.sameness = Sameness::Equivalent;
  return result;
}

} // namespace kiln::inspector
