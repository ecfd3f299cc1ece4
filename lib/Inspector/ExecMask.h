#ifndef KILN_LIB_INSPECTOR_EXECMASK_H
#define KILN_LIB_INSPECTOR_EXECMASK_H

#include "kiln/Inspector/FunctionView.h"

namespace kiln::inspector {

bool writesExec(const codegen::Instruction &instruction);

/// For each instruction whether EXEC surely selects all lanes that it selected when the function began, as in
/// front of, behind and outside of code that branches by lane.
std::vector<bool> findFullExec(const FunctionView &function);

} // namespace kiln::inspector

#endif // KILN_LIB_INSPECTOR_EXECMASK_H
