# Debian's LLVM, MLIR and lld 22.1. The unversioned packages of Debian 12 are LLVM 14, hence the absolute
# hints. MLIR's version file accepts an equal major.minor only.
set(KILN_LLVM_ROOT /usr/lib/llvm-22 CACHE PATH "Prefix of the LLVM 22.1 installation")
set(LLVM_DIR ${KILN_LLVM_ROOT}/lib/cmake/llvm CACHE PATH "")
set(MLIR_DIR ${KILN_LLVM_ROOT}/lib/cmake/mlir CACHE PATH "")
set(LLD_DIR ${KILN_LLVM_ROOT}/lib/cmake/lld CACHE PATH "")
set(KILN_LLVM_TOOLS ${KILN_LLVM_ROOT}/bin)

find_package(LLVM 22.1 REQUIRED CONFIG)
list(APPEND CMAKE_MODULE_PATH ${LLVM_CMAKE_DIR})
set(LLVM_RUNTIME_OUTPUT_INTDIR ${CMAKE_BINARY_DIR}/bin)
set(LLVM_LIBRARY_OUTPUT_INTDIR ${CMAKE_BINARY_DIR}/lib)

if(KILN_COMPILER)
  find_package(MLIR 22.1 REQUIRED CONFIG)
  find_package(LLD REQUIRED CONFIG)
  list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR})
  # MLIRConfig.cmake exports neither of these; without the second, mlir-doc writes to /docs.
  set(MLIR_LINK_MLIR_DYLIB ON)
  set(MLIR_BINARY_DIR ${CMAKE_BINARY_DIR})
  include(TableGen)
  include(AddLLVM)
  include(AddMLIR)
endif()
include_directories(SYSTEM ${LLVM_INCLUDE_DIRS})
