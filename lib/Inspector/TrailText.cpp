// Answers about the trail, for a terminal and as JSON.
#include "kiln/Inspector/Trail.h"
#include "llvm/ADT/StringExtras.h"

#include <nlohmann/json.hpp>

using namespace llvm;
using Json = nlohmann::ordered_json;

namespace kiln::inspector {

/// A line of a text, without the blanks around it.
static std::string lineOf(StringRef text, unsigned line) {
  for (; line > 1 && !text.empty(); --line)
    text = text.split('\n').second;
  return text.split('\n').first.trim().str();
}

static std::string lineOfFile(const KernelTrail &trail, const std::string &file, unsigned line) {
  auto found = trail.files.find(file);
  return found == trail.files.end() ? "" : lineOf(found->second, line);
}

namespace {
/// Prints a part of an answer and cuts it.
class Part {
public:
  Part(raw_ostream &os, size_t count, unsigned most)
      : os(os), left(most ? most : count), dropped(count - std::min<size_t>(count, left)) {}
  ~Part() {
    if (dropped)
      os << "  ... and " << dropped << " more (--listing all shows them)\n";
  }
  void line(const Twine &text) {
    if (!left)
      return;
    --left;
    os << "  " << text << "\n";
  }

private:
  raw_ostream &os;
  size_t left, dropped;
};
} // namespace

/// Types of tiles make lines of many hundred characters.
constexpr size_t widest = 140;

static std::string numbered(unsigned line, StringRef text) {
  std::string result;
  bool isLong = text.size() > widest;
  raw_string_ostream(result) << right_justify(std::to_string(line), 6) << "  " << text.take_front(widest)
                             << (isLong ? " ..." : "");
  return result;
}

static void printStages(const KernelTrail &trail, const TrailAnswer &answer, unsigned most, raw_ostream &os) {
  for (size_t i = 0; i < answer.stages.size(); ++i) {
    const compiler::StageText &stage = trail.trail.stages[i];
    os << "\n" << stage.stage << (answer.stages[i].empty() ? ": nothing of it\n" : "\n");
    Part part(os, answer.stages[i].size(), most);
    for (unsigned line : answer.stages[i])
      part.line(numbered(line, lineOf(stage.text, line)));
  }
}

static std::string placeInCode(const KernelReport &kernel, unsigned instruction) {
  for (unsigned block = 0; block < kernel.flow.blocks.size(); ++block)
    if (instruction >= kernel.flow.blocks[block].first && instruction < kernel.flow.blocks[block].end)
      if (std::optional<unsigned> loop = kernel.flow.loopOf(block))
        return "loop " + std::to_string(*loop) + (kernel.steadyLoop == loop ? ", steady" : "");
  return "";
}

void printTrail(const KernelReport &kernel, const KernelTrail &trail, const TrailAnswer &answer,
                unsigned most, raw_ostream &os) {
  os << "Kernel " << kernel.name << "\n";
  if (answer.kernel.empty())
    os << "\nThe compiler kept no place for it: the code generator added it.\n";
  for (const auto &[file, lines] : answer.kernel) {
    os << "\n" << file << "\n";
    Part part(os, lines.size(), most);
    for (unsigned line : lines)
      part.line(numbered(line, lineOfFile(trail, file, line)));
  }
  for (const auto &[decision, lines] : answer.decisions) {
    const auto &[by, file] = decision;
    os << "\ndecided by " << by << (file.empty() ? " (no schedule says it)\n" : " in " + file + "\n");
    Part part(os, file.empty() ? 0 : lines.size(), most);
    for (unsigned line : lines)
      if (line)
        part.line(numbered(line, lineOfFile(trail, file, line)));
  }
  printStages(trail, answer, most, os);
  os << "\nmachine code: " << answer.instructions.size() << " of " << kernel.code.instructions.size()
     << " instructions\n";
  Part part(os, answer.instructions.size(), most);
  for (unsigned i : answer.instructions) {
    const codegen::Instruction &instruction = kernel.code.instructions[i];
    std::string where = placeInCode(kernel, i);
    part.line("0x" + utohexstr(instruction.address, true) + "  " + instruction.text +
              (where.empty() ? "" : "   ; " + where));
  }
}

std::string trailToJson(const KernelReport &kernel, const KernelTrail &trail, const TrailAnswer &answer) {
  Json places = Json::array(), decisions = Json::array(), stages = Json::array(),
       instructions = Json::array();
  for (const auto &[file, lines] : answer.kernel)
    for (unsigned line : lines)
      places.push_back({{"file", file}, {"line", line}, {"text", lineOfFile(trail, file, line)}});
  for (const auto &[decision, lines] : answer.decisions)
    for (unsigned line : lines) {
      Json one = {{"by", decision.first}, {"file", nullptr}, {"line", nullptr}};
      if (line)
        one.update(
            {{"file", decision.second}, {"line", line}, {"text", lineOfFile(trail, decision.second, line)}});
      decisions.push_back(std::move(one));
    }
  for (size_t i = 0; i < answer.stages.size(); ++i) {
    const compiler::StageText &stage = trail.trail.stages[i];
    Json lines = Json::array();
    for (unsigned line : answer.stages[i])
      lines.push_back({{"line", line}, {"text", lineOf(stage.text, line)}});
    stages.push_back({{"stage", stage.stage}, {"lines", lines}});
  }
  for (unsigned i : answer.instructions) {
    const codegen::Instruction &instruction = kernel.code.instructions[i];
    instructions.push_back({{"address", instruction.address}, {"text", instruction.text}});
  }
  Json result = {{"kernel", kernel.name},
                 {"places", places},
                 {"decisions", decisions},
                 {"stages", stages},
                 {"instructions", instructions}};
  return result.dump(2, ' ', false, Json::error_handler_t::replace);
}

} // namespace kiln::inspector
