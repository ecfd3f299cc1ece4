// kiln-lsp-server: errors, completion and definitions of Kiln's files for editors that speak the Language Server Protocol.
#include "kiln/Codegen/Codegen.h"
#include "kiln/Compiler/Dialects.h"

#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  kiln::compiler::registerDialects(registry);
  // With them come the dialects that machine code is written in, which the bodies of atoms use.
  kiln::codegen::registerTranslations(registry);
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
