// target.asm, an instruction with lists of registers, as LLVM's inline assembly.
#ifndef KILN_CONVERSION_ASMTOLLVM_H
#define KILN_CONVERSION_ASMTOLLVM_H

#include "dialects/Target/Target.h"

namespace kiln::conversion {

void lowerAsm(target::AsmOp op);

} // namespace kiln::conversion

#endif
