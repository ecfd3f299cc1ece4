// AMD code objects as ELF files.
#ifndef KILN_LIB_CODEGEN_AMDOBJECT_H
#define KILN_LIB_CODEGEN_AMDOBJECT_H

#include "llvm/Object/ELFObjectFile.h"

namespace kiln::codegen {

/// Parses and checks what LLVM's iterators take for granted.
llvm::Expected<std::unique_ptr<llvm::object::ELF64LEObjectFile>> openAmdObject(llvm::StringRef binary);

/// The symbols; of a stripped object those that the loader needs.
std::vector<llvm::object::ELFSymbolRef> symbolsOf(const llvm::object::ELFObjectFileBase &object);

} // namespace kiln::codegen

#endif // KILN_LIB_CODEGEN_AMDOBJECT_H
