// The data of the explorer's page; the page itself is in Explorer/.
#include "kiln/Inspector/Explorer.h"
#include "ExplorerResources.h"
#include "llvm/ADT/STLExtras.h"

#include <nlohmann/json.hpp>

using namespace llvm;
using Json = nlohmann::ordered_json;

namespace kiln::inspector {

template <typename T> static Json orNull(const std::optional<T> &value) {
  return value ? Json(*value) : Json();
}

/// -1 for none.
static int originNumber(unsigned origin) { return origin == KernelTrail::none ? -1 : int(origin); }

namespace {
/// Files and decisions are named by number.
class TrailWriter {
public:
  explicit TrailWriter(const KernelTrail &trail) : trail(trail) {}

  Json write() {
    Json origins = Json::array(), stages = Json::array();
    for (const compiler::Origin &origin : trail.trail.origins)
      origins.push_back(write(origin));
    for (const compiler::StageText &stage : trail.trail.stages) {
      Json own = Json::array();
      for (unsigned origin : stage.origins)
        own.push_back(originNumber(origin));
      stages.push_back({{"name", stage.stage}, {"text", stage.text}, {"origins", own}});
    }
    return {{"files", files}, {"decisions", decisions}, {"origins", origins}, {"stages", stages}};
  }

private:
  Json write(const compiler::Origin &origin) {
    Json decided = Json::array();
    for (const compiler::Decision &decision : origin.decisions)
      decided.push_back(numberOf(decision));
    return {{"file", origin.kernel.line ? Json(numberOf(origin.kernel.file, "kernel")) : Json()},
            {"line", origin.kernel.line},
            {"decisions", decided},
            {"lines", origin.lines}};
  }

  size_t numberOf(const std::string &file, const char *role) {
    auto [known, isNew] = fileNumbers.try_emplace(file, files.size());
    if (isNew) {
      auto text = trail.files.find(file);
      files.push_back(
          {{"name", file}, {"text", text == trail.files.end() ? "" : text->second}, {"role", role}});
    }
    return known->second;
  }

  size_t numberOf(const compiler::Decision &decision) {
    auto [known, isNew] =
        decisionNumbers.try_emplace({decision.by, decision.at.file, decision.at.line}, decisions.size());
    if (isNew)
      decisions.push_back({{"by", decision.by},
                           {"file", decision.at.line ? Json(numberOf(decision.at.file, "schedule")) : Json()},
                           {"line", decision.at.line}});
    return known->second;
  }

  const KernelTrail &trail;
  Json files = Json::array(), decisions = Json::array();
  std::map<std::string, size_t> fileNumbers;
  std::map<std::tuple<std::string, std::string, unsigned>, size_t> decisionNumbers;
};
} // namespace

static Json code(const KernelReport &kernel, const KernelTrail &trail, bool hasAddresses) {
  Json result = Json::array();
  std::vector<Json> blockOf(kernel.code.instructions.size());
  for (unsigned block = 0; block < kernel.flow.blocks.size(); ++block)
    for (unsigned i = kernel.flow.blocks[block].first; i < kernel.flow.blocks[block].end; ++i)
      blockOf[i] = block;
  for (size_t i = 0; i < kernel.code.instructions.size(); ++i) {
    const codegen::Instruction &instruction = kernel.code.instructions[i];
    std::optional<Family> family = hasAddresses ? kernel.infos[i].family : ptxFamily(instruction.text);
    result.push_back({{"address", hasAddresses ? Json(instruction.address) : Json()},
                      {"text", instruction.text},
                      {"family", family ? Json(familyName(*family).str()) : Json()},
                      {"block", blockOf[i]},
                      {"origin", i < trail.origins.size() ? originNumber(trail.origins[i]) : -1}});
  }
  return result;
}

static Json toJson(const layout::LinearLayout &layout) {
  Json inputs = Json::array();
  for (const layout::LinearLayout::Input &input : layout.inputs()) {
    Json bases = Json::array();
    for (ArrayRef<int32_t> basis : input.bases)
      bases.push_back(std::vector<int32_t>(basis));
    inputs.push_back({{"name", input.name}, {"bases", bases}});
  }
  return {{"inputs", inputs}, {"sizes", std::vector<int64_t>(layout.outputSizes())}};
}

static Json toJson(const compiler::SharedTile &tile) {
  Json reads = Json::array(), rowSizes = Json::array();
  for (const layout::LinearLayout &read : tile.reads)
    reads.push_back(toJson(read));
  int64_t rows = 1;
  for (size_t d = 0; d < tile.shape.size(); ++d)
    if (d != tile.fastest) {
      rows *= tile.shape[d];
      rowSizes.push_back(tile.shape[d]);
    }
  return {{"name", tile.name},   {"element", tile.element}, {"bits", tile.bits},
          {"slots", tile.slots}, {"fastest", tile.fastest}, {"pad", tile.pad},
          {"shape", tile.shape}, {"swizzle", tile.swizzle}, {"offset", orNull(tile.offset)},
          {"rows", rows},        {"rowSizes", rowSizes},    {"columns", tile.shape[tile.fastest]},
          {"reads", reads}};
}

static Json toJson(const SharedBanks &banks) {
  return {{"banks", banks.banks},
          {"bankBytes", banks.bankBytes},
          {"accessBanks", banks.accessBanks},
          {"phases", banks.phases}};
}

static Json toJson(const Pressure &pressure, const std::optional<unsigned> &limit) {
  Json at = Json::array();
  for (const RegisterCounts &live : pressure.at)
    at.push_back({live.vector, live.accumulation, live.scalar});
  return {{"at", at},
          {"peak", {{"vector", pressure.peak.vector}, {"accumulation", pressure.peak.accumulation}}},
          {"limit", orNull(limit)}};
}

static Json toJson(const ExplorerView &view, Json report) {
  const KernelReport &kernel = view.report->kernels[view.kernel];
  bool hasAddresses = !kernel.isText;
  Json operands = Json::array(), tiles = Json::array();
  for (const OperandLayout &operand : view.operands)
    operands.push_back({{"atom", operand.atom},
                        {"operand", operand.operand},
                        {"element", operand.element},
                        {"layout", toJson(operand.layout)}});
  for (const compiler::SharedTile &tile : view.trail.trail.tiles)
    tiles.push_back(toJson(tile));
  return {{"name", view.name},
          {"chip", view.report->chip},
          {"report", std::move(report)},
          {"limits", {{"vector", orNull(view.registerLimit)}, {"shared", orNull(view.sharedLimit)}}},
          {"code", code(kernel, view.trail, hasAddresses)},
          {"pressure", kernel.pressure ? toJson(*kernel.pressure, view.registerLimit) : Json()},
          {"trail", TrailWriter(view.trail).write()},
          {"operands", operands},
          {"tiles", tiles},
          {"banks", view.banks ? toJson(*view.banks) : Json()}};
}

/// JSON in a script element: nothing in it may look like markup.
static std::string embeddable(const Json &data) {
  std::string text = data.dump(-1, ' ', false, Json::error_handler_t::replace), result;
  for (char c : text)
    if (c == '<')
      result += "\\u003c";
    else
      result += c;
  return result;
}

static std::string replaced(StringRef text, StringRef mark, StringRef by) {
  size_t at = text.find(mark);
  return (text.take_front(at) + by + text.drop_front(at + mark.size())).str();
}

std::string explorerHtml(StringRef title, const std::vector<ExplorerView> &views) {
  std::map<const Report *, Json> reports;
  Json list = Json::array();
  for (const ExplorerView &view : views) {
    auto [report, isNew] = reports.try_emplace(view.report);
    if (isNew)
      report->second = Json::parse(toJson(*view.report, Listing::None))["objects"][0]["kernels"];
    list.push_back(toJson(view, report->second[view.kernel]));
  }
  std::string page = replaced(explorerPage, "@STYLE@", explorerStyle);
  page = replaced(page, "@SCRIPTS@", explorerScripts);
  return replaced(page, "@DATA@", embeddable({{"title", title.str()}, {"views", list}}));
}

} // namespace kiln::inspector
