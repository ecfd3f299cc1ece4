// libFuzzer target: mutated code objects, executed. The last byte says how (Choices), the rest is the object.
#include "Fuzz.h"

using namespace kiln::emulator;

static void launchKernel(Device &device, Program &program, const Kernel &kernel, uint64_t buffer,
                         fuzz::Choices choices) {
  Launch launch;
  launch.kernel = kernel.name;
  launch.block[0] = std::min<uint32_t>(choices.items(), kernel.maxFlatWorkgroupSize);
  launch.dynamicLds = choices.byte & 4 ? 1024 : 0;
  launch.kernarg.resize(std::min<uint32_t>(kernel.explicitKernargSize(), 4096));
  for (const KernelArgument &argument : kernel.arguments)
    if (uint64_t(argument.offset) + 8 <= launch.kernarg.size() && argument.size == 8)
      memcpy(launch.kernarg.data() + argument.offset, &buffer, 8);
    else if (uint64_t(argument.offset) + 4 <= launch.kernarg.size() && argument.size == 4)
      launch.kernarg[argument.offset] = 100;
  fuzz::launchShortly(device, program, launch, choices);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!size)
    return 0;
  fuzz::Choices choices(data[size - 1]);
  auto object = CodeObject::load(llvm::ArrayRef(data, size - 1));
  if (!object) {
    llvm::consumeError(object.takeError());
    return 0;
  }
  Device device((*object)->chip);
  uint64_t buffer = device.memory().allocate(fuzz::BufferBytes, "buffer");
  auto program = device.load(*object);
  if (!program) {
    llvm::consumeError(program.takeError());
    return 0;
  }
  for (size_t i = 0; i < (*object)->kernels.size() && i < 4; ++i)
    launchKernel(device, **program, (*object)->kernels[i], buffer, choices);
  return 0;
}
