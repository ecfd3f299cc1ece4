#include "InspectFile.h"
#include "InspectedCode.h"
#include "LoadedMachine.h"

#include "kiln/Inspector/Targets.h"
#include "kiln/Layout/Draw.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace kiln;
using namespace kiln::tools;
using llvm::StringRef;

static Answer failed(const std::string &error) { return {false, {}, error}; }

Answer tools::inspectFile(const InspectRequest &request) {
  std::vector<InspectedCode> codes;
  if (Answer answer = inspectCodes(request, codes); !answer.ok)
    return answer;
  std::vector<inspector::Report> reports;
  for (InspectedCode &code : codes)
    reports.push_back(std::move(code.report));
  auto listing = request.listing == "all"      ? inspector::Listing::All
                 : request.listing == "steady" ? inspector::Listing::Steady
                                               : inspector::Listing::None;
  Answer answer{true, {}, {}};
  if (request.json) {
    answer.text = inspector::toJson(reports, listing);
  } else {
    llvm::raw_string_ostream stream(answer.text);
    inspector::printText(reports, listing, stream);
  }
  return answer;
}

Answer tools::describeTargets(const std::string &target, const std::vector<std::string> &folders, bool json) {
  if (!target.empty()) {
    LoadedMachine loaded(target, folders);
    if (!loaded.machine)
      return failed("");
    return {true,
            json ? inspector::describeJson(loaded.machine) + "\n" : inspector::describeText(loaded.machine),
            {}};
  }
  compiler::TargetLibrary library(targetSearchPath(folders));
  llvm::json::Array all;
  Answer answer{true, {}, {}};
  for (const std::string &name : library.names()) {
    LoadedMachine loaded(name, folders);
    if (!loaded.machine)
      return failed("");
    llvm::json::Array chips;
    std::string line;
    for (target::ChipOp chip : target::Machine(loaded.machine).all<target::ChipOp>()) {
      chips.push_back(chip.getSymName().str());
      line += (line.empty() ? "" : ", ") + chip.getSymName().str();
    }
    answer.text += name + std::string(name.size() < 12 ? 12 - name.size() : 1, ' ') + line + "\n";
    all.push_back(llvm::json::Object{{"name", name}, {"chips", std::move(chips)}});
  }
  if (json)
    answer.text = llvm::formatv("{0:2}\n", llvm::json::Value(std::move(all)));
  return answer;
}

/// "lane 17, register 3" of an element, or the element of a lane and a register.
static Answer answerPlace(const inspector::OperandLayout &operand, const LayoutRequest &request) {
  const layout::LinearLayout &layout = operand.layout;
  Answer answer{true, {}, {}};
  llvm::raw_string_ostream os(answer.text);
  int32_t waves = layout.hasInput(layout::waveDim) ? layout.inputSize(layout::waveDim) : 1;
  int32_t elements =
      layout.inputSize(layout::registerDim) * operand.sizes.back() / layout.outputSizes().back();
  if (!request.holds.empty()) {
    std::vector<int32_t> limits{static_cast<int32_t>(layout.inputSize(layout::laneDim)), elements},
        place(request.holds);
    if (waves > 1)
      limits.push_back(waves);
    place.resize(std::max(place.size(), limits.size())); // without a wave, the first
    bool exists = request.holds.size() >= 2 && place.size() == limits.size();
    for (size_t i = 0; exists && i < limits.size(); ++i)
      exists = place[i] >= 0 && place[i] < limits[i];
    if (!exists) {
      os << (waves > 1 ? "--holds expects LANE,ELEMENT,WAVE below " : "--holds expects LANE,ELEMENT below ");
      llvm::interleave(limits, os, ",");
      return failed(answer.text);
    }
    place.resize(3);
    os << "element (";
    llvm::interleaveComma(
        layout.apply(
            {{layout::laneDim, place[0]}, {layout::registerDim, place[1]}, {layout::waveDim, place[2]}}),
        os);
    os << ")\n";
    return answer;
  }
  if (request.at.size() != layout.outputRank())
    return failed("--at expects " + std::to_string(layout.outputRank()) + " coordinates");
  bool found = false;
  for (int wave = 0; wave < waves; ++wave)
    for (int lane = 0; lane < layout.inputSize(layout::laneDim); ++lane)
      for (int element = 0; element < elements; ++element) {
        auto at =
            layout.apply({{layout::laneDim, lane}, {layout::registerDim, element}, {layout::waveDim, wave}});
        if (!llvm::equal(at, request.at))
          continue;
        if (waves > 1)
          os << "wave " << wave << ", ";
        os << "lane " << lane << ", element " << element << " of the lane's registers\n";
        found = true;
      }
  return found ? answer : failed("the operand has no such element");
}

/// Layouts of one operand, of all of an atom's, or of all atoms.
static Answer listLayouts(target::MachineOp machine, const LayoutRequest &request) {
  std::vector<inspector::OperandLayout> operands;
  auto add = [&](StringRef atom) {
    for (inspector::OperandLayout &operand : inspector::operandLayouts(machine, atom))
      operands.push_back(std::move(operand));
  };
  if (request.atom.empty()) {
    for (target::MmaOp mma : target::Machine(machine).all<target::MmaOp>())
      add(mma.getSymName());
    return {true, inspector::layoutsJson(operands), {}};
  }
  std::string first = request.operand.empty() ? "a" : request.operand;
  auto found = inspector::operandLayout(machine, request.atom, first, request.type);
  if (!found)
    return failed(llvm::toString(found.takeError()));
  if (request.operand.empty())
    add(found->atom);
  else
    operands.push_back(std::move(*found));
  return {true, inspector::layoutsJson(operands), {}};
}

Answer tools::drawLayout(const LayoutRequest &request) {
  LoadedMachine loaded(request.target, request.targetFolders);
  if (!loaded.machine)
    return failed("");
  if (request.json)
    return listLayouts(loaded.machine, request);
  llvm::Expected<inspector::OperandLayout> operand = inspector::operandLayout(
      loaded.machine, request.atom, request.operand.empty() ? "a" : request.operand, request.type);
  if (!operand)
    return failed(llvm::toString(operand.takeError()));
  if (!request.at.empty() || !request.holds.empty())
    return answerPlace(*operand, request);
  std::string sizes;
  for (int64_t size : operand->sizes)
    sizes += (sizes.empty() ? "" : "x") + std::to_string(size);
  layout::DrawOptions options;
  options.title = operand->atom + ", operand " + operand->operand + ": " + sizes + " of " + operand->element +
                  ", lane:element";
  options.maxRows = options.maxColumns = 128;
  options.columns = operand->sizes.back();
  return {true,
          request.svg ? layout::drawSvg(operand->layout, options)
                      : layout::drawText(operand->layout, options),
          {}};
}
