# How a room (a folder with one responsibility) is built.

# Flags of everything that is ours. LLVM is built without exceptions and with RTTI.
# Everything is position independent, executables too, so that all share one precompiled header.
add_compile_options(-fPIC -Wall -Wextra -Wno-unused-parameter $<$<COMPILE_LANGUAGE:CXX>:-Wno-comment>)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # A PCH's time stamp would defeat ccache.
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
endif()

function(kiln_add_room room)
  if(EXISTS ${PROJECT_SOURCE_DIR}/${room}/CMakeLists.txt)
    add_subdirectory(${PROJECT_SOURCE_DIR}/${room} ${PROJECT_BINARY_DIR}/${room})
  endif()
endfunction()

# kiln_add_library(<name> SOURCES <file>... [LINK <library>...] [DEPENDS <target>...] [MLIR])
# A static library of one room. LLVM is always the shared one: two copies of LLVM in one process do not work.
function(kiln_add_library name)
  cmake_parse_arguments(ARG "MLIR" "" "SOURCES;LINK;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
  if(ARG_MLIR)
    kiln_use_mlir(${name})
  endif()
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
endfunction()

# Compiles <target> against MLIR with the shared precompiled header.
function(kiln_use_mlir target)
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  target_include_directories(${target} SYSTEM PUBLIC ${MLIR_INCLUDE_DIRS} ${LLD_INCLUDE_DIRS})
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>)
  target_link_libraries(${target} PUBLIC KilnMLIR)
  if(NOT TARGET KilnPrecompiled)
    add_library(KilnPrecompiled OBJECT ${PROJECT_SOURCE_DIR}/cmake/precompiled.cpp)
    target_include_directories(KilnPrecompiled SYSTEM PRIVATE ${MLIR_INCLUDE_DIRS} ${LLD_INCLUDE_DIRS})
    target_compile_options(KilnPrecompiled PRIVATE -fno-exceptions)
    target_precompile_headers(KilnPrecompiled PRIVATE ${PROJECT_SOURCE_DIR}/cmake/precompiled.h)
  endif()
  # A precompiled header fits one code model only, and CMake would give executables another one than libraries.
  get_target_property(type ${target} TYPE)
  if(type STREQUAL EXECUTABLE)
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(${target} PRIVATE -fPIC)
  endif()
  target_precompile_headers(${target} REUSE_FROM KilnPrecompiled)
endfunction()

# kiln_add_unit_test(<room> <file>... LINK <library>...): a GoogleTest binary unittests/<room>, known to ctest.
function(kiln_add_unit_test room)
  cmake_parse_arguments(ARG "MLIR" "" "LINK" ${ARGN})
  set(name Kiln${room}Tests)
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gtest GTest::gtest_main)
  if(ARG_MLIR)
    kiln_use_mlir(${name})
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/unittests)
  add_test(NAME ${room} COMMAND ${name})
  set_property(GLOBAL APPEND PROPERTY KILN_UNIT_TESTS ${name})
endfunction()
