// Every dialect that a Kiln file may use.
#ifndef KILN_COMPILER_DIALECTS_H
#define KILN_COMPILER_DIALECTS_H

namespace mlir {
class DialectRegistry;
}

namespace kiln::compiler {

/// Registers Kiln's dialects and those of MLIR that kernels, schedules and target files are written in.
void registerDialects(mlir::DialectRegistry &registry);

} // namespace kiln::compiler

#endif
