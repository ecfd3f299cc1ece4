// kiln-opt: one pass at a time, for tests and for looking.
#include "LoadTarget.h"
#include "kiln/Codegen/Codegen.h"
#include "kiln/Compiler/Dialects.h"
#include "kiln/Conversion/Passes.h"
#include "kiln/Schedule/Passes.h"
#include "kiln/Transforms/Passes.h"

#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  kiln::compiler::registerDialects(registry);
  // With them come the dialects that machine code is written in, which the bodies of atoms use.
  kiln::codegen::registerTranslations(registry);
  kiln::schedule::registerKilnSchedulePasses();
  kiln::transforms::registerKilnTransformsPasses();
  kiln::conversion::registerKilnConversionPasses();
  mlir::registerTransformsPasses(); // --canonicalize, --cse, ...
  kiln::tools::registerLoadTarget(argv[0], reinterpret_cast<void *>(&main));
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "Kiln pass driver\n", registry));
}
