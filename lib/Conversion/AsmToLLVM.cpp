#include "AsmToLLVM.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace kiln;

static int64_t registersOf(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  return vector ? vector.getNumElements() : 1;
}

/// The text with `$i` replaced by the registers of operand i, the first of which LLVM counts as `first[i]`.
static std::string numberRegisters(target::AsmOp op, ArrayRef<int64_t> first) {
  std::string text;
  StringRef rest = op.getText();
  while (!rest.empty()) {
    auto [plain, after] = rest.split('$');
    text += plain;
    unsigned operand;
    if (after.consumeInteger(10, operand) || operand >= first.size()) {
      rest = after;
      continue;
    }
    for (int64_t r = 0; r < registersOf(op.getInputs()[operand].getType()); ++r)
      text += (r ? ", $" : "$") + std::to_string(first[operand] + r);
    rest = after;
  }
  return text;
}

void conversion::lowerAsm(target::AsmOp op) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  SmallVector<StringRef> letters;
  op.getConstraints().split(letters, ',');
  // Outputs come first; an operand changed in place is an output and an input tied to it.
  unsigned results = op.getNumResults();
  SmallVector<int64_t> first;
  SmallVector<std::string> outputs, inputs;
  SmallVector<Value> values;
  int64_t tied = 0;
  for (unsigned i = 0; i < results; ++i)
    tied += registersOf(op.getInputs()[i].getType());
  SmallVector<Type> types;
  for (auto [i, value] : llvm::enumerate(op.getInputs())) {
    int64_t count = registersOf(value.getType());
    first.push_back(i < results ? static_cast<int64_t>(outputs.size())
                                : tied + static_cast<int64_t>(inputs.size()));
    for (int64_t r = 0; r < count; ++r) {
      inputs.push_back(i < results ? std::to_string(outputs.size()) : letters[i].trim().str());
      if (i < results)
        outputs.push_back("=" + letters[i].trim().str());
    }
    if (auto vector = dyn_cast<VectorType>(value.getType())) {
      auto elements = vector::ToElementsOp::create(builder, loc, value);
      values.append(elements.result_begin(), elements.result_end());
      if (i < results)
        types.append(count, vector.getElementType());
    } else {
      values.push_back(value);
      if (i < results)
        types.push_back(value.getType());
    }
  }
  outputs.append(inputs);
  Type result = types.empty()       ? Type(LLVM::LLVMVoidType::get(op.getContext()))
                : types.size() == 1 ? types[0]
                                    : Type(LLVM::LLVMStructType::getLiteral(op.getContext(), types));
  auto made =
      LLVM::InlineAsmOp::create(builder, loc, types.empty() ? Type() : result, values,
                                numberRegisters(op, first), llvm::join(outputs, ","),
                                /*has_side_effects=*/true, /*is_align_stack=*/false,
                                LLVM::tailcallkind::TailCallKind::None, LLVM::AsmDialectAttr(), ArrayAttr());
  SmallVector<Value> registers;
  for (auto [i, type] : llvm::enumerate(types))
    registers.push_back(types.size() == 1
                            ? made.getResult(0)
                            : LLVM::ExtractValueOp::create(builder, loc, made.getResult(0), i).getResult());
  ArrayRef<Value> rest(registers);
  for (Value output : op.getOutputs()) {
    int64_t count = registersOf(output.getType());
    Value value = rest[0];
    if (auto vector = dyn_cast<VectorType>(output.getType()))
      value = vector::FromElementsOp::create(builder, loc, vector, rest.take_front(count));
    output.replaceAllUsesWith(value);
    rest = rest.drop_front(count);
  }
  op.erase();
}
