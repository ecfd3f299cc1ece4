// Variables of the program that kernels see: `__device__` and `__constant__`.
#include "State.h"

namespace kiln::hip {

static int variableOf(Module *module, const std::string &name, uint64_t &address, uint64_t &size) {
  if (kiln_emulator_variable(module->program, name.c_str(), &address, &size, nullptr, 0))
    return NotFound;
  state().variables[address] = size;
  return Success;
}

/// `symbol` is the host's shadow of the variable, which clang registers.
static int findVariable(const void *symbol, uint64_t &address, uint64_t &size) {
  auto found = state().hostVariables.find(symbol);
  if (found == state().hostVariables.end())
    return InvalidSymbol;
  FatBinary &binary = *found->second.binary;
  int error = loadBinary(binary);
  return error ? error : variableOf(binary.module, found->second.name, address, size);
}

/// The bytes [offset, offset + size) of the variable.
static int partOf(const void *symbol, size_t size, size_t offset, void *&part) {
  uint64_t address = 0, whole = 0;
  if (int error = findVariable(symbol, address, whole))
    return error;
  if (offset > whole || size > whole - offset)
    return InvalidValue;
  part = reinterpret_cast<void *>(address + offset);
  return Success;
}

} // namespace kiln::hip

using namespace kiln::hip;
using Guard = std::lock_guard<std::recursive_mutex>;

HIP_EXPORT int hipMemcpyAsync(void *target, const void *source, size_t size, int kind, Stream *stream);

HIP_EXPORT void __hipRegisterVar(void **binary, void *hostVariable, char *, const char *name, int, size_t,
                                 int, int) {
  Guard guard(state().lock);
  state().hostVariables[hostVariable] = {reinterpret_cast<FatBinary *>(binary), name};
}

HIP_EXPORT int hipModuleGetGlobal(void **pointer, size_t *bytes, Module *module, const char *name) {
  Guard guard(state().lock);
  uint64_t address = 0, size = 0;
  if (!state().modules.count(module))
    return note(InvalidHandle);
  int error = name ? variableOf(module, name, address, size) : static_cast<int>(InvalidValue);
  if (!error && pointer)
    *pointer = reinterpret_cast<void *>(address);
  if (!error && bytes)
    *bytes = size;
  return note(error);
}

HIP_EXPORT int hipGetSymbolAddress(void **pointer, const void *symbol) {
  Guard guard(state().lock);
  return note(pointer ? partOf(symbol, 0, 0, *pointer) : static_cast<int>(InvalidValue));
}

HIP_EXPORT int hipGetSymbolSize(size_t *size, const void *symbol) {
  Guard guard(state().lock);
  uint64_t address = 0;
  return note(size ? findVariable(symbol, address, *size) : static_cast<int>(InvalidValue));
}

HIP_EXPORT int hipMemcpyToSymbolAsync(const void *symbol, const void *source, size_t size, size_t offset,
                                      int kind, Stream *stream) {
  Guard guard(state().lock);
  void *part = nullptr;
  int error = partOf(symbol, size, offset, part);
  return error ? note(error) : hipMemcpyAsync(part, source, size, kind, stream);
}
HIP_EXPORT int hipMemcpyToSymbol(const void *symbol, const void *source, size_t size, size_t offset,
                                 int kind) {
  return hipMemcpyToSymbolAsync(symbol, source, size, offset, kind, nullptr);
}

HIP_EXPORT int hipMemcpyFromSymbolAsync(void *target, const void *symbol, size_t size, size_t offset,
                                        int kind, Stream *stream) {
  Guard guard(state().lock);
  void *part = nullptr;
  int error = partOf(symbol, size, offset, part);
  return error ? note(error) : hipMemcpyAsync(target, part, size, kind, stream);
}
HIP_EXPORT int hipMemcpyFromSymbol(void *target, const void *symbol, size_t size, size_t offset, int kind) {
  return hipMemcpyFromSymbolAsync(target, symbol, size, offset, kind, nullptr);
}
