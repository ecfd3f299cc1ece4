// What a launch through the runtime costs the host beside a bare driver launch: launch-overhead
// CONFORMANCE.kiln [DEVICE]. Batches of one-workgroup launches, of both kinds in turns; only the enqueueing
// is timed. Prints the medians of the batches.
#include "kiln/runtime.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <dlfcn.h>
#include <functional>

using namespace kiln::runtime;

enum { Batches = 300, LaunchesPerBatch = 256 };

namespace {

/// One way to launch, and its batches' times.
struct Way {
  const char *name;
  std::function<void()> launch, wait;
  std::vector<double> nanoseconds;

  void runBatch() {
    auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < LaunchesPerBatch; ++i)
      launch();
    std::chrono::duration<double, std::nano> elapsed = std::chrono::steady_clock::now() - start;
    wait();
    nanoseconds.push_back(elapsed.count() / LaunchesPerBatch);
  }
  double median() {
    std::sort(nanoseconds.begin(), nanoseconds.end());
    return nanoseconds[nanoseconds.size() / 2];
  }
};

/// cuLaunchKernel with nothing around it, in the same (primary) context.
struct BareCuda {
  int (*moduleLoad)(void **, const void *);
  int (*getFunction)(void **, void *, const char *);
  int (*streamCreate)(void **, unsigned);
  int (*streamSynchronize)(void *);
  int (*launchKernel)(void *, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void *,
                      void **, void **);
  void *module = nullptr, *function = nullptr, *stream = nullptr;

  explicit BareCuda(const std::string &ptx) {
    void *library = dlopen("libcuda.so.1", RTLD_NOW);
    auto load = [&](auto &target, const char *name) {
      target = reinterpret_cast<std::remove_reference_t<decltype(target)>>(library ? dlsym(library, name)
                                                                                   : nullptr);
    };
    load(moduleLoad, "cuModuleLoadData");
    load(getFunction, "cuModuleGetFunction");
    load(streamCreate, "cuStreamCreate");
    load(streamSynchronize, "cuStreamSynchronize");
    load(launchKernel, "cuLaunchKernel");
    if (!library || !launchKernel || moduleLoad(&module, ptx.c_str()) ||
        getFunction(&function, module, "increment") || streamCreate(&stream, 1))
      throw std::runtime_error("no CUDA driver to compare with");
  }
  void launch(void **parameters, void **extra) const {
    launchKernel(function, 1, 1, 1, 64, 1, 1, 0, stream, parameters, extra);
  }
};

} // namespace

int main(int argc, char **argv) try {
  if (argc < 2) {
    std::fprintf(stderr, "usage: launch-overhead CONFORMANCE.kiln [DEVICE]\n");
    return 2;
  }
  Device device(argc > 2 ? argv[2] : "cuda:0");
  Bundle bundle(argv[1]);
  Kernel kernel = device.load(bundle).kernel("increment");
  Stream stream = device.stream();
  Buffer data = device.upload(std::vector<uint32_t>(64, 0));
  Tensor tensor(data, KILN_U32, {64});
  kiln_argument argument = Argument(tensor);
  BareCuda bare(bundle.file("code/affine.sm_80.ptx"));
  uint64_t address = data.address();
  size_t size = 8;
  auto bareWait = [&] { bare.streamSynchronize(bare.stream); };
  Way ways[] = {{"bare, a list of parameters",
                 [&] {
                   void *parameters[] = {&address};
                   bare.launch(parameters, nullptr);
                 },
                 bareWait,
                 {}},
                {"bare, a buffer of parameters",
                 [&] {
                   void *extra[] = {reinterpret_cast<void *>(1), &address, reinterpret_cast<void *>(2), &size,
                                    nullptr};
                   bare.launch(nullptr, extra);
                 },
                 bareWait,
                 {}},
                {"runtime",
                 [&] { check(kiln_kernel_launch(kernel.get(), stream.get(), &argument, 1)); },
                 [&] { stream.synchronize(); },
                 {}}};
  for (Way &way : ways)
    way.runBatch();
  for (int round = 0; round < 3; ++round) {
    for (Way &way : ways)
      way.nanoseconds.clear();
    for (int batch = 0; batch < Batches; ++batch)
      for (Way &way : ways)
        way.runBatch();
    double runtime = ways[2].median();
    std::printf("runtime %.0f ns", runtime);
    for (Way &way : {std::ref(ways[0]), std::ref(ways[1])})
      std::printf("; %s %.0f ns: overhead %.1f %%", way.name, way.median(),
                  100 * (runtime / way.median() - 1));
    std::printf("\n");
  }
} catch (const std::exception &error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
