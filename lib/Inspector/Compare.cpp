#include "kiln/Inspector/Compare.h"
#include "AuditsText.h"
#include "kiln/Inspector/Figures.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>
#include <nlohmann/json.hpp>

using namespace llvm;
using Json = nlohmann::ordered_json;

namespace kiln::inspector {

namespace {
/// What a column says about one kernel.
struct Column {
  std::string title;
  std::vector<Figure> kernel, loop;
  std::string loopText, matrix, bound;
  bool isRefused = false;
};
} // namespace

static const KernelReport *kernelOf(const TargetColumn &column) {
  return column.report ? &column.report->kernels.front() : nullptr;
}

static const LoopRecord *steadyLoop(const KernelReport &kernel) {
  return kernel.steadyLoop ? &kernel.loops[*kernel.steadyLoop] : nullptr;
}

/// The matrix instructions of a loop.
static std::vector<std::pair<std::string, unsigned>> matrixOf(const KernelReport &kernel,
                                                              const LoopRecord &loop) {
  std::map<std::string, unsigned> counts;
  for (unsigned block : loop.blocks)
    for (unsigned i = kernel.flow.blocks[block].first; i < kernel.flow.blocks[block].end; ++i)
      if (kernel.infos[i].family == Family::Matrix && !kernel.infos[i].noInstruction)
        ++counts[kernel.infos[i].mnemonic];
  return {counts.begin(), counts.end()};
}

static Column describe(const TargetColumn &target) {
  Column column;
  column.title = target.target;
  const KernelReport *kernel = kernelOf(target);
  column.isRefused = !kernel;
  const LoopRecord *loop = kernel ? steadyLoop(*kernel) : nullptr;
  column.kernel = kernelFigures(kernel ? *kernel : KernelReport());
  if (!loop) {
    // Without instructions nobody knows about loops.
    bool known = kernel && !kernel->code.instructions.empty();
    column.loopText = known ? "none" : "unknown";
    for (StringRef name : loopFigureNames())
      column.loop.emplace_back().name = name;
    column.bound = column.matrix = column.loopText;
    return column;
  }
  column.loop = loopFigures(*loop);
  column.loopText = "loop " + std::to_string(loop->index);
  column.bound = limitingUnit(*loop).value_or("unknown");
  auto matrix = matrixOf(*kernel, *loop);
  column.matrix = matrix.empty() ? "none" : matrix.front().first;
  return column;
}

static std::string cellOf(const Figure &figure, bool isRefused) {
  return isRefused ? "-" : figure.value ? decimal(*figure.value) : "unknown";
}

void printComparison(const std::vector<TargetColumn> &targets, raw_ostream &os) {
  std::vector<Column> columns;
  for (const TargetColumn &target : targets)
    columns.push_back(describe(target));
  std::vector<size_t> widths;
  for (const Column &column : columns)
    widths.push_back(2 + std::max({size_t(9), column.title.size(), column.matrix.size()}));
  auto row = [&](StringRef name, auto cell) {
    os << left_justify(name, 24);
    for (auto [column, width] : zip_equal(columns, widths))
      os << right_justify(cell(column), width);
    os << "\n";
  };
  auto figures = [&](std::vector<Figure> Column::*part) {
    for (size_t i = 0; i < (columns.front().*part).size(); ++i)
      if (any_of(columns, [&](const Column &column) { return (column.*part)[i].value.value_or(0) != 0; }))
        row(("  " + (columns.front().*part)[i].name).str(),
            [&](const Column &column) { return cellOf((column.*part)[i], column.isRefused); });
  };
  auto text = [&](std::string Column::*part) {
    return [part](const Column &column) { return column.isRefused ? "-" : column.*part; };
  };
  row("", [](const Column &column) { return column.title; });
  os << "kernel\n";
  figures(&Column::kernel);
  row("steady loop", text(&Column::loopText));
  row("  matrix instruction", text(&Column::matrix));
  row("  bound", text(&Column::bound));
  figures(&Column::loop);
  for (const TargetColumn &target : targets) {
    if (!target.report)
      os << target.target << " refuses the kernel:\n" << target.refusal;
    else
      for (const std::string &note : kernelOf(target)->notes)
        os << "note: " << target.target << ": " << note << "\n";
  }
}

static Json toJson(const std::vector<Figure> &figures) {
  Json result = Json::object();
  for (const Figure &figure : figures) {
    Json &value = result[figure.name.str()];
    if (figure.value)
      value = *figure.value == std::floor(*figure.value) ? Json(int64_t(*figure.value)) : Json(*figure.value);
  }
  return result;
}

std::string comparisonToJson(const std::vector<TargetColumn> &columns) {
  Json targets = Json::array();
  for (const TargetColumn &target : columns) {
    Json one = {{"target", target.target}, {"refusal", target.report ? Json() : Json(target.refusal)}};
    if (const KernelReport *kernel = kernelOf(target)) {
      one["name"] = kernel->name;
      one["kernel"] = toJson(kernelFigures(*kernel));
      one["steady_loop"] = nullptr;
      if (const LoopRecord *loop = steadyLoop(*kernel)) {
        Json matrix = Json::object();
        for (const auto &[mnemonic, count] : matrixOf(*kernel, *loop))
          matrix[mnemonic] = count;
        one["steady_loop"] = toJson(loopFigures(*loop));
        one["steady_loop"]["matrix_instructions"] = matrix;
        std::optional<std::string> bound = limitingUnit(*loop);
        one["steady_loop"]["bound"] = bound ? Json(*bound) : Json();
      }
      one["notes"] = kernel->notes;
    }
    targets.push_back(std::move(one));
  }
  return Json{{"targets", targets}}.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace kiln::inspector
