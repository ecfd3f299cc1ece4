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

  # Everything links KilnMLIR. Whether that is libMLIR.so or its archives, each executable decides by its property
  # KILN_STATIC_MLIR: relocating libMLIR.so takes a third of the start of a process, the archives take two seconds
  # of linking. Never both in one process, and LLVM always stays the shared one.
  option(KILN_STATIC_MLIR "Link MLIR into the kiln tool, which then starts faster" ON)
  file(GLOB mlir_archives ${KILN_LLVM_ROOT}/lib/libMLIR*.a)
  list(FILTER mlir_archives EXCLUDE REGEX "Test|CAPI")
  list(JOIN mlir_archives "," mlir_archives)
  add_library(KilnStaticMLIR INTERFACE)
  target_link_libraries(KilnStaticMLIR INTERFACE "$<LINK_GROUP:RESCAN,${mlir_archives}>")
  target_link_options(KilnStaticMLIR INTERFACE -Wl,--gc-sections)
  add_library(KilnMLIR INTERFACE)
  target_link_libraries(KilnMLIR INTERFACE
    "$<IF:$<BOOL:$<TARGET_PROPERTY:KILN_STATIC_MLIR>>,KilnStaticMLIR,MLIR>" LLVM)
endif()
include_directories(SYSTEM ${LLVM_INCLUDE_DIRS})
