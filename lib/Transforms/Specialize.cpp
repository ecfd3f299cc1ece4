#include "dialects/Kernel/Specialize.h"
#include "kiln/Transforms/Passes.h"

using namespace mlir;

namespace kiln::transforms {
#define GEN_PASS_DEF_SPECIALIZE
#include "lib/Transforms/Passes.h.inc"

namespace {
struct Specialize : impl::SpecializeBase<Specialize> {
  using SpecializeBase::SpecializeBase;

  LogicalResult specialize(kernel::FuncOp func) {
    kernel::ParamValues values;
    for (StringRef text : params) {
      auto [name, value] = text.split('=');
      kernel::ParamDeclAttr decl = func.getParam(name);
      if (!decl)
        return func.emitError() << "@" << func.getSymName() << " has no parameter '" << name << "'";
      FailureOr<Attribute> parsed = kernel::parseParamValue(func, decl, value);
      if (failed(parsed))
        return failure();
      values[decl.getName().getValue()] = *parsed;
    }
    return failure(failed(kernel::bindParams(func, values)) || failed(kernel::bindDefaults(func)));
  }

  void runOnOperation() override {
    for (auto func : getOperation().getOps<kernel::FuncOp>())
      if (failed(specialize(func)) || failed(kernel::foldSpecialized(func)))
        return signalPassFailure();
  }
};
} // namespace
} // namespace kiln::transforms
