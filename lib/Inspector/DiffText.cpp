// A diff for a terminal.
#include "AuditsText.h"
#include "kiln/Inspector/Diff.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include <cmath>

using namespace llvm;

namespace kiln::inspector {

/// Of each list; JSON has all.
static constexpr size_t mostLines = 20;

namespace {
/// Colours of one line, or none.
struct Painter {
  raw_ostream &os;
  bool colours;

  void begin(FigureChange::Verdict verdict) {
    if (colours && verdict != FigureChange::Neither)
      os << (verdict == FigureChange::Worse ? "\033[31m" : "\033[32m");
  }
  void end(FigureChange::Verdict verdict) {
    if (colours && verdict != FigureChange::Neither)
      os << "\033[0m";
  }
};
} // namespace

static std::string orUnknown(const std::optional<double> &value) {
  return value ? decimal(*value) : "unknown";
}

static void printFigure(const FigureChange &change, Painter painter) {
  raw_ostream &os = painter.os;
  painter.begin(change.verdict);
  os << "  " << format("%5.1f %%", change.cost) << "  " << left_justify(change.place, 12) << " "
     << left_justify(change.figure, 21) << right_justify(orUnknown(change.before), 9) << " -> "
     << left_justify(orUnknown(change.after), 9);
  if (change.verdict != FigureChange::Neither) {
    os << (change.verdict == FigureChange::Worse ? " worse" : " better");
    if (std::isfinite(change.percent))
      os << " by " << format("%.1f %%", change.percent);
  }
  painter.end(change.verdict);
  os << "\n";
}

/// The first ones, and how many there are.
template <typename List, typename Print>
static void printMost(const List &list, raw_ostream &os, Print print) {
  for (size_t i = 0; i < std::min(list.size(), mostLines); ++i)
    print(list[i]);
  if (list.size() > mostLines)
    os << "  and " << list.size() - mostLines << " more; --format json lists all\n";
}

static void printKernel(const KernelDiff &kernel, Painter painter) {
  raw_ostream &os = painter.os;
  os << kernel.name << ", " << kernel.chipBefore;
  if (kernel.chipAfter != kernel.chipBefore)
    os << " -> " << kernel.chipAfter;
  os << "\n";
  if (!kernel.figures.empty())
    os << "   cost   place        figure                  before -> after\n";
  printMost(kernel.figures, os, [&](const FigureChange &change) { printFigure(change, painter); });
  if (kernel.bound)
    os << "  bound of the steady loop: " << kernel.bound->before << " -> " << kernel.bound->after << "\n";
  if (!kernel.operations.empty())
    os << "   cost   place            before -> after  operation\n";
  printMost(kernel.operations, os, [&](const OperationChange &change) {
    os << "  " << format("%5.1f %%", change.cost) << "  " << left_justify(change.place, 16)
       << right_justify(std::to_string(change.before), 7) << " -> "
       << left_justify(std::to_string(change.after), 7) << change.operation << "\n";
  });
  for (const std::string &note : kernel.notes)
    os << "  note: " << note << "\n";
  os << "\n";
}

static std::string kernels(size_t count) {
  return std::to_string(count) + (count == 1 ? " kernel" : " kernels");
}

void printText(const Diff &diff, const std::vector<std::string> &failures, bool colours, raw_ostream &os) {
  for (const KernelDiff &kernel : diff.kernels)
    printKernel(kernel, {os, colours});
  for (const std::string &name : diff.removed)
    os << "removed: " << name << "\n";
  for (const std::string &name : diff.added)
    os << "added: " << name << "\n";
  if (diff.isEmpty())
    os << "no difference: " << kernels(diff.same) << " the same\n";
  else
    os << kernels(diff.kernels.size()) << " different, " << diff.same << " the same, " << diff.added.size()
       << " added, " << diff.removed.size() << " removed\n";
  if (failures.empty())
    return;
  Painter painter{os, colours};
  os << "worse than allowed:\n";
  for (const std::string &failure : failures) {
    painter.begin(FigureChange::Worse);
    os << "  " << failure;
    painter.end(FigureChange::Worse);
    os << "\n";
  }
}

} // namespace kiln::inspector
