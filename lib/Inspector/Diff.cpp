#include "kiln/Inspector/Diff.h"
#include "AuditsText.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>
#include <limits>
#include <numeric>

using namespace llvm;

namespace kiln::inspector {

static constexpr double infinite = std::numeric_limits<double>::infinity();

/// Parts of the run time that are spent there, as a guess.
static constexpr double otherLoopShare = 0.2, outsideShare = 0.02;

bool KernelDiff::isEmpty() const {
  return sameness != Sameness::Different && figures.empty() && operations.empty() && !bound;
}

double KernelDiff::cost() const {
  double most = 0;
  for (const FigureChange &change : figures)
    most = std::max(most, change.cost);
  for (const OperationChange &change : operations)
    most = std::max(most, change.cost);
  return most;
}

namespace {
/// What B's figures are multiplied by to be those of as much work as A's iteration does.
struct PerWork {
  double wave = 1, workgroup = 1;

  double of(const Figure &figure) const {
    return figure.per == Figure::Kernel ? 1 : figure.per == Figure::Wave ? wave : workgroup;
  }
};
} // namespace

/// Compares figures of the same definition.
static void diffFigures(const std::string &place, const std::vector<Figure> &a, const std::vector<Figure> &b,
                        double share, const PerWork &perWork, std::vector<FigureChange> &changes) {
  for (auto [before, after] : zip_equal(a, b)) {
    FigureChange change{place, before.name.str(), before.value, after.value};
    if (change.after)
      *change.after *= perWork.of(after);
    if (change.before == change.after)
      continue;
    changes.push_back(change);
    if (!change.before || !change.after)
      continue;
    FigureChange &known = changes.back();
    double growth = *known.after - *known.before;
    if (before.better != Better::Neither)
      known.verdict =
          (growth > 0) == (before.better == Better::Less) ? FigureChange::Worse : FigureChange::Better;
    known.percent = *known.before == 0 ? infinite : 100 * std::abs(growth / *known.before);
    double scale = before.scale ? *before.scale : *known.before ? *known.before : *known.after;
    constexpr double most = 10;
    known.cost = 100 * share * before.weight * std::min(std::abs(growth / scale), most);
  }
}

static std::map<std::string, unsigned> operationsOf(const KernelReport &kernel,
                                                    const std::vector<unsigned> &blocks) {
  std::map<std::string, unsigned> counts;
  for (unsigned block : blocks)
    for (unsigned i = kernel.flow.blocks[block].first; i < kernel.flow.blocks[block].end; ++i)
      if (!kernel.infos[i].noInstruction)
        ++counts[operationOf(kernel.code.instructions[i])];
  return counts;
}

static void diffOperations(const std::string &place, const std::map<std::string, unsigned> &a,
                           const std::map<std::string, unsigned> &b, double share,
                           std::vector<OperationChange> &changes) {
  double all = 0;
  for (const auto &[operation, count] : a)
    all += count;
  std::map<std::string, std::pair<unsigned, unsigned>> both;
  for (const auto &[operation, count] : a)
    both[operation].first = count;
  for (const auto &[operation, count] : b)
    both[operation].second = count;
  for (const auto &[operation, counts] : both)
    if (auto [before, after] = counts; before != after) {
      double difference = before < after ? after - before : before - after;
      changes.push_back({place, operation, before, after, 100 * share * difference / std::max(all, 1.0)});
    }
}

/// From 0 (no instruction in common) to 1.
static double similarity(const Summary &a, const Summary &b) {
  double common = 0;
  for (const auto &[mnemonic, count] : a.mnemonics)
    if (auto other = b.mnemonics.find(mnemonic); other != b.mnemonics.end())
      common += std::min(count, other->second);
  return 2 * common / std::max(1u, a.instructions + b.instructions);
}

using LoopPairs = std::vector<std::pair<unsigned, unsigned>>;

/// The steady loops belong together. Of the others those of equal depth that have the most in common, in the
/// order of their addresses.
static LoopPairs matchLoops(const KernelReport &a, const KernelReport &b) {
  unsigned rows = a.loops.size(), columns = b.loops.size();
  // best[i][j]: of the loops before i and before j.
  std::vector<std::vector<double>> best(rows + 1, std::vector<double>(columns + 1));
  auto gain = [&](unsigned i, unsigned j) {
    const LoopRecord &one = a.loops[i], &other = b.loops[j];
    if (one.steady || other.steady || one.depth != other.depth)
      return 0.0;
    return similarity(one.summary, other.summary);
  };
  for (unsigned i = 1; i <= rows; ++i)
    for (unsigned j = 1; j <= columns; ++j)
      best[i][j] = std::max({best[i - 1][j], best[i][j - 1], best[i - 1][j - 1] + gain(i - 1, j - 1)});
  LoopPairs pairs;
  for (unsigned i = rows, j = columns; i && j;) {
    if (best[i][j] == best[i - 1][j])
      --i;
    else if (best[i][j] == best[i][j - 1])
      --j;
    else
      pairs.push_back({--i, --j});
  }
  if (a.steadyLoop && b.steadyLoop)
    pairs.push_back({*a.steadyLoop, *b.steadyLoop});
  std::reverse(pairs.begin(), pairs.end());
  return pairs;
}

static void noteUnmatched(const KernelReport &kernel, const std::vector<bool> &matched, const char *side,
                          std::vector<std::string> &notes) {
  for (const LoopRecord &loop : kernel.loops)
    if (!matched[loop.index])
      notes.push_back("loop " + std::to_string(loop.index) + " of the " + side + " kernel (" +
                      hex(loop.begin) + ", " + std::to_string(loop.summary.instructions) +
                      " instructions) has no counterpart");
}

/// How much more work an iteration does than another, by the FLOPs of its matrix instructions. Without such
/// it counts as more of the same if FLOPs and bytes have grown alike: the loop was unrolled, or its tile is
/// larger.
static double workRatio(const Summary &before, const Summary &after) {
  auto sum = [](const std::map<std::string, uint64_t> &flops) {
    double all = 0;
    for (const auto &[types, count] : flops)
      all += count;
    return all;
  };
  double matrixBefore = sum(before.flops), matrixAfter = sum(after.flops);
  if (matrixBefore && matrixAfter)
    return matrixAfter / matrixBefore;
  double flops = sum(after.vectorFlops) / sum(before.vectorFlops);
  double bytes = double(after.global.loaded + after.lds.loaded) / (before.global.loaded + before.lds.loaded);
  bool alike = !matrixBefore && !matrixAfter && std::isfinite(flops) && flops > 0 && flops == bytes;
  return alike ? flops : 1;
}

static void diffLoop(const KernelReport &a, const LoopRecord &one, const KernelReport &b,
                     const LoopRecord &other, KernelDiff &result) {
  bool isWhole = a.loops.empty();
  std::string place = isWhole ? "code" : one.steady ? "steady loop" : "loop " + std::to_string(one.index);
  double share = isWhole || one.steady ? 1 : otherLoopShare;
  PerWork perWork;
  if (double ratio = workRatio(one.summary, other.summary); ratio != 1) {
    double waves = one.bound && other.bound ? double(one.bound->waves) / other.bound->waves : 1;
    perWork = {1 / ratio, waves / ratio};
    result.notes.push_back(place + ": an iteration of the second kernel does " + decimal(ratio) +
                           " times the work; its figures are divided by that");
  }
  diffFigures(place, loopFigures(one), loopFigures(other), share, perWork, result.figures);
  diffOperations(place, operationsOf(a, one.blocks), operationsOf(b, other.blocks), share, result.operations);
  if (!one.steady)
    return;
  std::string boundBefore = limitingUnit(one).value_or("unknown");
  std::string boundAfter = limitingUnit(other).value_or("unknown");
  if (boundBefore != boundAfter)
    result.bound = BoundChange{boundBefore, boundAfter};
}

/// Code without loops is compared like an iteration of one.
static LoopRecord wholeCode(const KernelReport &kernel) {
  LoopRecord record;
  record.summary = kernel.summary;
  record.waits = kernel.waits.waits;
  record.blocks.resize(kernel.flow.blocks.size());
  std::iota(record.blocks.begin(), record.blocks.end(), 0);
  return record;
}

static void diffLoops(const KernelReport &a, const KernelReport &b, KernelDiff &result) {
  std::vector<bool> matchedA(a.loops.size()), matchedB(b.loops.size());
  for (auto [i, j] : matchLoops(a, b)) {
    matchedA[i] = matchedB[j] = true;
    diffLoop(a, a.loops[i], b, b.loops[j], result);
  }
  noteUnmatched(a, matchedA, "first", result.notes);
  noteUnmatched(b, matchedB, "second", result.notes);
  if (a.loops.empty() && b.loops.empty()) {
    diffLoop(a, wholeCode(a), b, wholeCode(b), result);
    return;
  }
  auto outside = [](const KernelReport &kernel) {
    std::vector<unsigned> blocks;
    for (unsigned block = 0; block < kernel.flow.blocks.size(); ++block)
      if (!kernel.flow.loopOf(block))
        blocks.push_back(block);
    return operationsOf(kernel, blocks);
  };
  diffOperations("outside of loops", outside(a), outside(b), outsideShare, result.operations);
}

/// Says where code differs that has the same operations.
static void noteOrder(const KernelReport &a, const KernelReport &b, const Comparison &comparison,
                      std::vector<std::string> &notes) {
  auto at = [](const KernelReport &kernel, std::optional<unsigned> index) {
    if (!index)
      return std::string("nowhere");
    const codegen::Instruction &instruction = kernel.code.instructions[*index];
    return hex(instruction.address) + " " + instruction.text;
  };
  if (comparison.firstInA || comparison.firstInB)
    notes.push_back("the same operations in another order or on other values: first " +
                    at(a, comparison.firstInA) + " against " + at(b, comparison.firstInB));
  else
    notes.push_back(
        "the texts differ, by registers or order at least; nothing else counts where register numbers "
        "or ways of control are computed");
}

KernelDiff diffKernels(const DiffInput &inputA, const DiffInput &inputB) {
  const KernelReport &a = *inputA.kernel, &b = *inputB.kernel;
  KernelDiff result;
  result.name = inputA.key == inputB.key ? inputA.key : inputA.key + " -> " + inputB.key;
  result.chipBefore = inputA.chip;
  result.chipAfter = inputB.chip;
  Comparison comparison = compareCode(a, b);
  result.sameness = comparison.sameness;
  diffFigures("kernel", kernelFigures(a), kernelFigures(b), 1, {}, result.figures);
  if (result.sameness == Sameness::Different) {
    diffLoops(a, b, result);
    if (result.operations.empty())
      noteOrder(a, b, comparison, result.notes);
  }
  llvm::sort(result.figures, [](const FigureChange &one, const FigureChange &other) {
    return std::tie(other.cost, one.place, one.figure) < std::tie(one.cost, other.place, other.figure);
  });
  llvm::sort(result.operations, [](const OperationChange &one, const OperationChange &other) {
    return std::tie(other.cost, one.place, one.operation) < std::tie(one.cost, other.place, other.operation);
  });
  return result;
}

Diff diff(const std::vector<DiffInput> &a, const std::vector<DiffInput> &b) {
  Diff result;
  auto compare = [&](const DiffInput &one, const DiffInput &other) {
    KernelDiff difference = diffKernels(one, other);
    if (difference.isEmpty())
      ++result.same;
    else
      result.kernels.push_back(std::move(difference));
  };
  if (a.size() == 1 && b.size() == 1) {
    compare(a[0], b[0]);
    return result;
  }
  std::multimap<std::string, const DiffInput *> left;
  for (const DiffInput &other : b)
    left.insert({other.key, &other});
  for (const DiffInput &one : a) {
    auto found = left.find(one.key); // of equal keys the first that is left
    if (found == left.end()) {
      result.removed.push_back(one.key);
      continue;
    }
    compare(one, *found->second);
    left.erase(found);
  }
  for (const DiffInput &other : b)
    if (any_of(left, [&](const auto &entry) { return entry.second == &other; }))
      result.added.push_back(other.key);
  llvm::sort(result.kernels, [](const KernelDiff &one, const KernelDiff &other) {
    return std::pair(other.cost(), one.name) < std::pair(one.cost(), other.name);
  });
  return result;
}

bool Thresholds::fails(StringRef name, double percent) const {
  auto own = byName.find(name.str());
  std::optional<double> limit = own != byName.end() ? std::optional(own->second) : all;
  return limit && percent > *limit;
}

std::vector<std::string> findFailures(const Diff &diff, const Thresholds &thresholds) {
  std::vector<std::string> failures;
  for (const KernelDiff &kernel : diff.kernels) {
    for (const FigureChange &change : kernel.figures)
      if (change.verdict == FigureChange::Worse && thresholds.fails(change.figure, change.percent))
        failures.push_back(kernel.name + ": " + change.place + ": " + change.figure + ": " +
                           decimal(*change.before) + " becomes " + decimal(*change.after));
    if (kernel.bound && kernel.bound->before == "matrix" && thresholds.fails("bound", infinite))
      failures.push_back(kernel.name + ": steady loop: bound: matrix becomes " + kernel.bound->after);
  }
  for (const std::string &name : diff.removed)
    if (thresholds.fails("kernels", infinite))
      failures.push_back(name + ": is gone");
  return failures;
}

std::vector<StringRef> thresholdNames() {
  std::vector<StringRef> names = kernelFigureNames();
  for (StringRef name : loopFigureNames())
    if (!is_contained(names, name))
      names.push_back(name);
  names.push_back("bound");
  names.push_back("kernels");
  return names;
}

} // namespace kiln::inspector
