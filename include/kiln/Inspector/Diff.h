// What changed between two builds of kernels, or between two targets, in what it does and costs.
#ifndef KILN_INSPECTOR_DIFF_H
#define KILN_INSPECTOR_DIFF_H

#include "kiln/Inspector/Equivalence.h"
#include "kiln/Inspector/Figures.h"
#include <map>

namespace kiln::inspector {

/// A figure (Figures.h) that is not the same.
struct FigureChange {
  /// "kernel", "steady loop", "loop 2".
  std::string place, figure;
  /// Nothing: unknown. Figures of an iteration are those of as many FLOPs as A's has.
  std::optional<double> before, after;
  enum Verdict : uint8_t { Neither, Better, Worse } verdict = Neither;
  /// By how many percent of `before` it got worse (or better); infinite if that is 0.
  double percent = 0;
  /// Percent of the run time that it may cost or save: for ranking.
  double cost = 0;
};

/// How often an operation (Equivalence.h) stands at a place.
struct OperationChange {
  std::string place, operation;
  unsigned before = 0, after = 0;
  double cost = 0;
};

struct BoundChange {
  std::string before, after;
};

struct KernelDiff {
  std::string name, chipBefore, chipAfter;
  Sameness sameness = Sameness::Identical;
  /// By falling cost.
  std::vector<FigureChange> figures;
  std::vector<OperationChange> operations;
  /// What limits the steady loop.
  std::optional<BoundChange> bound;
  std::vector<std::string> notes;

  bool isEmpty() const;
  double cost() const;
};

/// One kernel of a side; `key` is what it is matched by ("lib/matmul.co: matmul").
struct DiffInput {
  std::string key, chip;
  const KernelReport *kernel;
};

struct Diff {
  unsigned same = 0;
  /// Those that differ, by falling cost.
  std::vector<KernelDiff> kernels;
  std::vector<std::string> added, removed;

  bool isEmpty() const { return kernels.empty() && added.empty() && removed.empty(); }
};

KernelDiff diffKernels(const DiffInput &a, const DiffInput &b);
/// Kernels are matched by key; the only two kernels that there are belong together in any case.
Diff diff(const std::vector<DiffInput> &a, const std::vector<DiffInput> &b);

/// Percentages by which figures may get worse: for all, and for single ones by name. "bound" is one too, and
/// "kernels" are those that are gone; both are infinitely worse.
struct Thresholds {
  std::optional<double> all = 0;
  std::map<std::string, double> byName;

  bool fails(llvm::StringRef name, double percent) const;
};
/// What got worse than that, a sentence each.
std::vector<std::string> findFailures(const Diff &diff, const Thresholds &thresholds);
/// Names that thresholds may have.
std::vector<llvm::StringRef> thresholdNames();

void printText(const Diff &diff, const std::vector<std::string> &failures, bool colours,
               llvm::raw_ostream &os);
/// docs/diff.md describes it.
std::string toJson(const Diff &diff, const std::vector<std::string> &failures);

} // namespace kiln::inspector

#endif // KILN_INSPECTOR_DIFF_H
