#include "kiln/Inspector/Trail.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using kiln::compiler::Decision;
using kiln::compiler::Place;

namespace kiln::inspector {

static Place placeOf(const codegen::SourceLine &line) { return {line.file, line.line, line.column}; }

/// The trail that the line table tells.
static void fromLineTable(const KernelReport &kernel, KernelTrail &result) {
  std::map<std::string, unsigned> known;
  for (const codegen::Instruction &instruction : kernel.code.instructions) {
    if (!instruction.source) {
      result.origins.push_back(KernelTrail::none);
      continue;
    }
    compiler::Origin origin;
    origin.kernel = placeOf(*instruction.source);
    std::string key = origin.kernel.file + ":" + std::to_string(origin.kernel.line);
    for (const codegen::InlinedCall &call : instruction.calls) {
      origin.decisions.push_back({call.function, placeOf(call.at)});
      key += "|" + call.function + "@" + call.at.file + ":" + std::to_string(call.at.line);
    }
    auto [found, isNew] = known.try_emplace(key, result.trail.origins.size());
    if (isNew)
      result.trail.origins.push_back(std::move(origin));
    result.origins.push_back(found->second);
  }
}

KernelTrail trailOf(const KernelReport &kernel, const compiler::Trail *compiled) {
  KernelTrail result;
  if (!compiled) {
    fromLineTable(kernel, result);
    return result;
  }
  result.trail = *compiled;
  for (const codegen::Instruction &instruction : kernel.code.instructions) {
    unsigned column = instruction.source ? instruction.source->column : 0;
    bool isKnown = column > 0 && column <= compiled->origins.size();
    result.origins.push_back(isKnown ? column - 1 : KernelTrail::none);
  }
  return result;
}

//===-- Following it
//-------------------------------------------------------------------------------------------===//

static unsigned lineIn(const compiler::Origin &origin, size_t stage) {
  return stage < origin.lines.size() ? origin.lines[stage] : 0;
}

/// The origins of a stage's line.
static void addStageLine(const KernelTrail &trail, size_t stage, unsigned line, std::set<unsigned> &origins) {
  const std::vector<unsigned> &own = trail.trail.stages[stage].origins;
  if (line <= own.size() && own[line - 1] != KernelTrail::none)
    origins.insert(own[line - 1]);
  for (unsigned i = 0; i < trail.trail.origins.size(); ++i)
    if (lineIn(trail.trail.origins[i], stage) == line)
      origins.insert(i);
}

static bool isNamed(StringRef path, StringRef ending) {
  return path == ending || (path.ends_with(ending) && path.drop_back(ending.size()).ends_with("/"));
}

/// The origins that come from a line of a file, and which lines of it there are. Without a name the file is
/// the one that most origins name as the kernel's.
static std::set<unsigned> originsOfFileLine(const compiler::Trail &trail, const TrailQuery &query,
                                            std::set<unsigned> &lines) {
  std::string file = query.text;
  if (file.empty()) {
    std::map<std::string, unsigned> votes;
    for (const compiler::Origin &origin : trail.origins)
      if (origin.kernel.line && ++votes[origin.kernel.file] >= votes[file])
        file = origin.kernel.file;
  }
  std::set<unsigned> found;
  for (unsigned i = 0; i < trail.origins.size(); ++i) {
    auto add = [&](const Place &place) {
      if (!place.line || !isNamed(place.file, file))
        return;
      lines.insert(place.line);
      if (place.line == query.line)
        found.insert(i);
    };
    add(trail.origins[i].kernel);
    if (!query.text.empty())
      for (const Decision &decision : trail.origins[i].decisions)
        add(decision.at);
  }
  return found;
}

static Expected<std::set<unsigned>> originsOfLine(const KernelTrail &trail, const TrailQuery &query) {
  for (size_t stage = 0; stage < trail.trail.stages.size(); ++stage)
    if (trail.trail.stages[stage].stage == query.text) {
      std::set<unsigned> origins;
      addStageLine(trail, stage, query.line, origins);
      if (origins.empty())
        return createStringError("no op stands in line " + std::to_string(query.line) + " of stage '" +
                                 query.text + "'");
      return origins;
    }
  std::set<unsigned> lines;
  std::set<unsigned> origins = originsOfFileLine(trail.trail, query, lines);
  if (!origins.empty())
    return origins;
  std::string what = query.text.empty() ? "the kernel's file" : "'" + query.text + "'";
  if (lines.empty())
    return createStringError("nothing in the kernel comes from " + what +
                             (trail.trail.origins.empty() ? ": the code has no line table" : ""));
  std::vector<std::string> known;
  for (unsigned line : lines)
    known.push_back(std::to_string(line));
  return createStringError("nothing comes from line " + std::to_string(query.line) + " of " + what +
                           "; something comes from " + join(known, ", "));
}

static void addOrigin(const compiler::Origin &origin, TrailAnswer &answer) {
  if (origin.kernel.line)
    answer.kernel[origin.kernel.file].insert(origin.kernel.line);
  for (const Decision &decision : origin.decisions)
    answer.decisions[{decision.by, decision.at.file}].insert(decision.at.line);
  for (size_t stage = 0; stage < answer.stages.size(); ++stage)
    if (unsigned line = lineIn(origin, stage))
      answer.stages[stage].insert(line);
}

Expected<TrailAnswer> follow(const KernelReport &kernel, const KernelTrail &trail, const TrailQuery &query) {
  TrailAnswer answer;
  answer.stages.resize(trail.trail.stages.size());
  std::set<unsigned> origins;
  if (query.address) {
    auto at = find_if(kernel.code.instructions,
                      [&](const codegen::Instruction &one) { return one.address == *query.address; });
    if (at == kernel.code.instructions.end())
      return createStringError("no instruction of '" + kernel.name + "' stands at 0x" +
                               utohexstr(*query.address, true) + "; it has 0x" +
                               utohexstr(kernel.code.address, true) + " to 0x" +
                               utohexstr(kernel.code.address + kernel.code.size, true));
    answer.instructions = {unsigned(at - kernel.code.instructions.begin())};
    if (unsigned origin = trail.origins[answer.instructions[0]]; origin != KernelTrail::none)
      origins.insert(origin);
  } else {
    Expected<std::set<unsigned>> found = originsOfLine(trail, query);
    if (!found)
      return found.takeError();
    origins = std::move(*found);
    for (unsigned i = 0; i < trail.origins.size(); ++i)
      if (origins.count(trail.origins[i]))
        answer.instructions.push_back(i);
  }
  for (unsigned origin : origins)
    addOrigin(trail.trail.origins[origin], answer);
  // The last stage's lines stand in no origin: they are where origins are numbered.
  for (size_t stage = 0; stage < trail.trail.stages.size(); ++stage)
    for (size_t line = 0; line < trail.trail.stages[stage].origins.size(); ++line)
      if (origins.count(trail.trail.stages[stage].origins[line]))
        answer.stages[stage].insert(line + 1);
  return answer;
}

} // namespace kiln::inspector
