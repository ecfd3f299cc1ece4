// kiln-opt: one pass at a time, for tests and for looking.
#include "kiln/Codegen/Codegen.h"
#include "kiln/Compiler/Dialects.h"

#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  kiln::compiler::registerDialects(registry);
  // With them come the dialects that machine code is written in, which the bodies of atoms use.
  kiln::codegen::registerTranslations(registry);
  return mlir::asMainReturnCode(mlir::MlirOptMain(argc, argv, "Kiln pass driver\n", registry));
}
