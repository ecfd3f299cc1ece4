#include "kiln/Compiler/Dialects.h"

#include "dialects/Kernel/Kernel.h"
#include "dialects/Stage/Stage.h"
#include "dialects/Target/Target.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

void kiln::compiler::registerDialects(DialectRegistry &registry) {
  registry.insert<kernel::KernelDialect, layout::LayoutDialect, stage::StageDialect, target::TargetDialect, arith::ArithDialect,
                  cf::ControlFlowDialect, func::FuncDialect, LLVM::LLVMDialect, math::MathDialect, scf::SCFDialect,
                  vector::VectorDialect>();
}
