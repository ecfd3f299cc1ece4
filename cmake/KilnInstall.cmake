# What is installed, the package for CMake (find_package(Kiln)), and the .deb.
include(CMakePackageConfigHelpers)

# `ninja tools` builds everything that is installed.
add_custom_target(tools)
foreach(target kiln kiln-run kiln-opt kiln-lsp-server kiln-runtime kiln-emulator amdhip64 docs)
  if(TARGET ${target})
    add_dependencies(tools ${target})
  endif()
endforeach()
foreach(tool kiln kiln-opt kiln-lsp-server) # kiln-run and the libraries install themselves
  if(TARGET ${tool})
    install(TARGETS ${tool} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endforeach()
# Beside the executables, as in the build folder: ../share/kiln.
install(DIRECTORY targets kernels DESTINATION ${CMAKE_INSTALL_DATADIR}/kiln)
install(PROGRAMS tools/compiler-explorer/kiln-explorer DESTINATION ${CMAKE_INSTALL_DATADIR}/kiln/compiler-explorer)
install(FILES tools/compiler-explorer/mlir.local.properties DESTINATION ${CMAKE_INSTALL_DATADIR}/kiln/compiler-explorer)
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/Kiln)
set(KILN_BIN ${CMAKE_INSTALL_BINDIR})
set(KILN_SHARE ${CMAKE_INSTALL_DATADIR}/kiln)
configure_package_config_file(cmake/KilnConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/KilnConfig.cmake
  INSTALL_DESTINATION ${package} PATH_VARS KILN_BIN KILN_SHARE)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/KilnConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/KilnConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/KilnConfigVersion.cmake
  DESTINATION ${package})
install(EXPORT KilnTargets NAMESPACE Kiln:: DESTINATION ${package})

# `cpack` packs what is built; it does not build the tests.
set(CMAKE_SKIP_PACKAGE_ALL_DEPENDENCY ON)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME kiln)
set(CPACK_PACKAGE_CONTACT "Kiln's authors <kiln@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "GPU cross-compiler, emulator, inspector and runtime")
set(CPACK_PACKAGE_FILE_NAME kiln_${PROJECT_VERSION}_${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
# dpkg-shlibdeps finds libLLVM by the link in llvm-22-dev, which users need not have.
set(CPACK_DEBIAN_PACKAGE_DEPENDS libllvm22)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_LIBRARY_OUTPUT_DIRECTORY})
include(CPack)
