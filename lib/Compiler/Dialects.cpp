#include "kiln/Compiler/Dialects.h"

#include "dialects/Kernel/Kernel.h"
#include "dialects/Schedule/Schedule.h"
#include "dialects/Stage/Stage.h"
#include "dialects/Target/Target.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/UB/IR/UBOps.h"

using namespace mlir;

void kiln::compiler::registerDialects(DialectRegistry &registry) {
  registry.insert<kernel::KernelDialect, layout::LayoutDialect, schedule::ScheduleDialect, stage::StageDialect, target::TargetDialect, arith::ArithDialect,
                  cf::ControlFlowDialect, func::FuncDialect, LLVM::LLVMDialect, math::MathDialect, scf::SCFDialect,
                  transform::TransformDialect, ub::UBDialect, vector::VectorDialect>();
}
