#include "kiln/Inspector/Pictures.h"
#include "kiln/Inspector/Targets.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

using namespace llvm;

namespace kiln::inspector {

std::vector<OperandLayout> operandLayouts(target::MachineOp machine, StringRef atom) {
  std::vector<OperandLayout> result;
  for (StringRef operand : {"a", "b", "acc", "scale_a", "scale_b"})
    if (Expected<OperandLayout> layout = operandLayout(machine, atom, operand))
      result.push_back(std::move(*layout));
    else
      consumeError(layout.takeError());
  return result;
}

std::string layoutsJson(const std::vector<OperandLayout> &operands) {
  json::Array all;
  for (const OperandLayout &operand : operands) {
    json::Object inputs;
    for (const layout::LinearLayout::Input &input : operand.layout.inputs()) {
      json::Array bases;
      for (ArrayRef<int32_t> basis : input.bases)
        bases.push_back(json::Array(basis));
      inputs[input.name] = std::move(bases);
    }
    all.push_back(json::Object{{"atom", operand.atom},
                               {"operand", operand.operand},
                               {"element", operand.element},
                               {"sizes", json::Array(operand.sizes)},
                               {"inputs", std::move(inputs)}});
  }
  return formatv("{0:2}\n", json::Value(std::move(all)));
}

std::optional<SharedBanks> sharedBanks(target::MachineOp machine) {
  target::MemoryOp memory = target::Machine(machine).memory("shared");
  if (!memory || !memory.getBanks())
    return std::nullopt;
  SharedBanks result;
  result.banks = *memory.getBanks();
  result.bankBytes = memory.getBankBytes().value_or(4);
  if (mlir::DictionaryAttr accesses = memory.getAccessBanksAttr())
    for (mlir::NamedAttribute access : accesses)
      if (auto banks = mlir::dyn_cast<mlir::IntegerAttr>(access.getValue()))
        result.accessBanks[access.getName().str()] = banks.getInt();
  if (mlir::DictionaryAttr accesses = memory.getPhasesAttr())
    for (mlir::NamedAttribute access : accesses)
      for (auto lanes : mlir::cast<mlir::ArrayAttr>(access.getValue()).getAsRange<mlir::ArrayAttr>()) {
        std::vector<unsigned> &phase = result.phases[access.getName().str()].emplace_back();
        for (auto lane : lanes.getAsRange<mlir::IntegerAttr>())
          phase.push_back(lane.getInt());
      }
  return result;
}

} // namespace kiln::inspector
