// The trail between a kernel's lines, its schedule's ops, the program at each stage and machine instructions.
#ifndef KILN_INSPECTOR_TRAIL_H
#define KILN_INSPECTOR_TRAIL_H

#include "kiln/Compiler/Trail.h"
#include "kiln/Inspector/Inspector.h"
#include <map>
#include <set>

namespace kiln::inspector {

/// The trail of one kernel, down to its instructions.
struct KernelTrail {
  static constexpr unsigned none = compiler::StageText::none;
  compiler::Trail trail;
  /// By instruction of the kernel's code: its origin in `trail`, or `none`.
  std::vector<unsigned> origins;
  /// Texts of the files that origins name, as far as they can be read.
  std::map<std::string, std::string> files;
};

/// With `compiled`, what the compiler noted when it made this code. Without, what the line table says: the
/// kernel's lines and, from inlined functions, who decided. An instruction that has no entry of its own
/// counts for the one before it, as in every line table.
KernelTrail trailOf(const KernelReport &kernel, const compiler::Trail *compiled = nullptr);

/// Where to start: an instruction, or a line. `text` names what it is a line of: a stage ("lanes"), the end
/// of a file's path, or if empty the kernel's file.
struct TrailQuery {
  std::optional<uint64_t> address;
  std::string text;
  unsigned line = 0;
};

/// Everything that the start belongs to. Ordered, without repetitions.
struct TrailAnswer {
  /// By file: the kernel's lines, and those of schedules.
  std::map<std::string, std::set<unsigned>> kernel;
  /// By decision and file (empty for a pass).
  std::map<std::pair<std::string, std::string>, std::set<unsigned>> decisions;
  /// By position of the stage.
  std::vector<std::set<unsigned>> stages;
  /// Positions in the kernel's code.
  std::vector<unsigned> instructions;
};
llvm::Expected<TrailAnswer> follow(const KernelReport &kernel, const KernelTrail &trail,
                                   const TrailQuery &query);

/// `most` lines of every part at most, 0 for all.
void printTrail(const KernelReport &kernel, const KernelTrail &trail, const TrailAnswer &answer,
                unsigned most, llvm::raw_ostream &os);
/// docs/inspector.md describes it.
std::string trailToJson(const KernelReport &kernel, const KernelTrail &trail, const TrailAnswer &answer);

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_TRAIL_H
