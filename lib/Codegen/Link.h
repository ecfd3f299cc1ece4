#ifndef KILN_LIB_CODEGEN_LINK_H
#define KILN_LIB_CODEGEN_LINK_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>

namespace kiln::codegen {

/// Links a relocatable object to a code object that a driver loads. Needs the lease for linking.
llvm::Expected<std::string> link(llvm::StringRef object);

} // namespace kiln::codegen

#endif // KILN_LIB_CODEGEN_LINK_H
