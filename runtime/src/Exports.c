// The shared library is made of KilnRuntime; CMake wants a source of its own for it.
#include "kiln/runtime.h"
