#include "kiln/Inspector/Figures.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"

using namespace llvm;

namespace kiln::inspector {

namespace {
struct Definition {
  const char *name;
  Better better;
  double weight;
  Figure::Per per = Figure::Wave;
};
} // namespace

// Registers and LDS cost through the occupancy, which has its own line.
static constexpr Definition kernelDefinitions[] = {
    {"waves_per_simd", Better::More, 0.5, Figure::Kernel},
    {"scratch_bytes", Better::Less, 0.5, Figure::Kernel},
    {"scratch_instructions", Better::Less, 0.5, Figure::Kernel},
    {"vgpr_spills", Better::Less, 0.5, Figure::Kernel},
    {"sgpr_spills", Better::Less, 0.1, Figure::Kernel},
    {"vgprs", Better::Less, 0.05, Figure::Kernel},
    {"agprs", Better::Neither, 0.01, Figure::Kernel},
    {"sgprs", Better::Less, 0.01, Figure::Kernel},
    {"lds_bytes", Better::Less, 0.05, Figure::Kernel},
    {"max_workgroup_size", Better::Neither, 0.05, Figure::Kernel},
    {"lint_findings", Better::Less, 0.05, Figure::Kernel},
    {"instructions", Better::Less, 0.01, Figure::Kernel},
    {"code_bytes", Better::Less, 0.01, Figure::Kernel},
};

// Those of instruction families are counted in cycles of the loop (`addFamilies`).
static constexpr Definition loopDefinitions[] = {
    {"cycles_at_least", Better::Less, 1, Figure::Workgroup},
    {"cycles_matrix", Better::Less, 0.1, Figure::Workgroup},
    {"cycles_lds", Better::Less, 0.1, Figure::Workgroup},
    {"cycles_valu", Better::Less, 0.1, Figure::Workgroup},
    {"cycles_issue", Better::Less, 0.1, Figure::Workgroup},
    {"instructions", Better::Less, 0.1},
    {"flops", Better::Neither, 0.01},
    {"flops_per_byte", Better::More, 0.2, Figure::Kernel},
    {"global_loaded", Better::Less, 0.3},
    {"global_stored", Better::Less, 0.3},
    {"lds_loaded", Better::Less, 0.3},
    {"lds_stored", Better::Less, 0.3},
    {"scratch_loaded", Better::Less, 1},
    {"scratch_stored", Better::Less, 1},
    {"waits_leave_vmcnt", Better::More, 0.2, Figure::Kernel},
    {"waits_leave_lgkmcnt", Better::More, 0.1, Figure::Kernel},
};

/// The figures of `definitions`, with their values where known.
static std::vector<Figure> figuresOf(ArrayRef<Definition> definitions,
                                     const std::map<StringRef, double> &values) {
  std::vector<Figure> figures;
  for (const Definition &definition : definitions) {
    Figure figure{definition.name,   std::nullopt, definition.better,
                  definition.weight, std::nullopt, definition.per};
    if (auto value = values.find(definition.name); value != values.end())
      figure.value = value->second;
    figures.push_back(figure);
  }
  return figures;
}

std::vector<Figure> kernelFigures(const KernelReport &kernel) {
  std::map<StringRef, double> values;
  auto add = [&](StringRef name, const auto &value) {
    if (value)
      values[name] = *value;
  };
  if (kernel.info) {
    const codegen::KernelInfo &info = *kernel.info;
    add("vgprs", info.vgprs);
    add("agprs", info.agprs);
    add("sgprs", info.sgprs);
    add("lds_bytes", info.lds);
    add("scratch_bytes", info.scratch);
    add("vgpr_spills", info.vgprSpills);
    add("sgpr_spills", info.sgprSpills);
    add("max_workgroup_size", info.maxWorkgroupSize);
  }
  if (kernel.occupancy)
    values["waves_per_simd"] = kernel.occupancy->wavesPerSimd;
  if (!kernel.code.instructions.empty()) {
    values["instructions"] = kernel.summary.instructions;
    if (!kernel.isText)
      values["code_bytes"] = kernel.code.size;
    values["scratch_instructions"] = kernel.scratchAccesses.size();
    values["lint_findings"] = kernel.lint.size();
  }
  return figuresOf(kernelDefinitions, values);
}

std::optional<std::string> limitingUnit(const LoopRecord &loop) {
  if (!loop.bound || !loop.bound->matrix || loop.bound->unit.empty())
    return std::nullopt;
  return loop.bound->unit;
}

/// One more instruction takes 4 cycles of issue, a transcendental 16 of its unit; what matrix instructions
/// cost stands in `cycles_matrix`.
static void addFamilies(const LoopRecord &loop, std::vector<Figure> &figures) {
  constexpr double cyclesOfIssue = 4;
  // Of one of the waves that share a SIMD.
  double all = cyclesOfIssue * loop.summary.instructions;
  if (loop.bound && loop.bound->issue.value_or(0))
    all = double(loop.bound->cycles) * *loop.summary.bounds.issue / *loop.bound->issue;
  for (unsigned i = 0; i < FamilyCount; ++i) {
    auto family = static_cast<Family>(i);
    Better better = family == Family::Matrix ? Better::Neither : Better::Less;
    double cycles = cyclesOfIssue * (family == Family::Transcendental ? 4 : 1);
    figures.push_back({familyName(family), double(loop.summary.count(family)), better, 1,
                       std::max(all, 1.0) / cycles, Figure::Wave});
  }
}

/// The fewest operations that a wait leaves in flight.
static void addWaits(const LoopRecord &loop, std::map<StringRef, double> &values) {
  for (const WaitRecord &wait : loop.waits)
    for (const CounterWait &counter : wait.counters)
      for (StringRef name : {"waits_leave_vmcnt", "waits_leave_lgkmcnt"})
        if (name.ends_with("_" + counter.counter)) {
          auto [value, first] = values.try_emplace(name, counter.leaves);
          if (!first)
            value->second = std::min(value->second, double(counter.leaves));
        }
}

std::vector<Figure> loopFigures(const LoopRecord &loop) {
  const Summary &summary = loop.summary;
  std::map<StringRef, double> values = {{"instructions", summary.instructions}};
  auto add = [&](StringRef name, const auto &value) {
    if (value)
      values[name] = *value;
  };
  if (loop.bound) {
    if (loop.bound->matrix)
      values["cycles_at_least"] = loop.bound->cycles;
    add("cycles_matrix", loop.bound->matrix);
    add("cycles_lds", loop.bound->lds);
    add("cycles_valu", loop.bound->valu);
    add("cycles_issue", loop.bound->issue);
  }
  for (auto [loaded, stored, traffic] : {std::tuple("global_loaded", "global_stored", &summary.global),
                                         {"lds_loaded", "lds_stored", &summary.lds},
                                         {"scratch_loaded", "scratch_stored", &summary.scratch}})
    if (!traffic->unknown)
      values[loaded] = traffic->loaded, values[stored] = traffic->stored;
  double flops = 0;
  for (const auto &[types, count] : summary.flops)
    flops += count;
  values["flops"] = flops;
  add("flops_per_byte", summary.intensity());
  addWaits(loop, values);
  std::vector<Figure> figures = figuresOf(loopDefinitions, values);
  addFamilies(loop, figures);
  return figures;
}

const Figure *findFigure(const std::vector<Figure> &figures, StringRef name) {
  auto found = find_if(figures, [&](const Figure &figure) { return figure.name == name; });
  return found == figures.end() ? nullptr : &*found;
}

static std::vector<StringRef> namesOf(const std::vector<Figure> &figures) {
  std::vector<StringRef> names;
  for (const Figure &figure : figures)
    names.push_back(figure.name);
  return names;
}

std::vector<StringRef> kernelFigureNames() { return namesOf(kernelFigures({})); }
std::vector<StringRef> loopFigureNames() { return namesOf(loopFigures({})); }

} // namespace kiln::inspector
