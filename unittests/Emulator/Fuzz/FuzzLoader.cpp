// libFuzzer target: any bytes as a code object, loaded into a device. Its line tables are left alone: LLVM
// 22's reader crashes on some damaged ones.
#include "Fuzz.h"
#include "Program.h"

using namespace kiln::emulator;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto object = CodeObject::load(llvm::ArrayRef(data, size));
  if (!object) {
    llvm::consumeError(object.takeError());
    return 0;
  }
  if (auto kernel = (*object)->find("no such kernel"); !kernel)
    llvm::consumeError(kernel.takeError());
  Device device((*object)->chip);
  auto program = device.load(*object);
  if (!program) {
    llvm::consumeError(program.takeError());
    return 0;
  }
  for (const Kernel &kernel : (*object)->kernels)
    (*program)->at((*program)->loadAddress() + kernel.entry());
  return 0;
}
