// A bundle with every kind of entry: a matmul for two machines.
#ifndef KILN_UNITTESTS_BUNDLE_EXAMPLE_H
#define KILN_UNITTESTS_BUNDLE_EXAMPLE_H

#include "kiln/Bundle/Bundle.h"

inline kiln::bundle::Bundle exampleBundle() {
  using namespace kiln::bundle;
  Bundle bundle;
  bundle.producer = "test";
  bundle.chips["gfx950"] = {{"MI355X", 8000, {{"bf16", 2516.6}}}};
  Kernel kernel;
  kernel.name = "matmul";
  kernel.arguments = {{"a", true, "bf16", {"M", "K"}, std::nullopt, 16},
                      {"b", true, "bf16", {"N", "K"}, std::vector<std::string>{"?", "1"}, 16},
                      {"c", true, "f32", {"M", "N"}, std::nullopt, 4},
                      {"alpha", false, "f32", {}, std::nullopt, 1},
                      {"count", false, "i32", {}, std::nullopt, 1}};
  kernel.flops = "2 * M * N * K";
  Variant amd;
  amd.target = "gfx950";
  amd.features = {"xnack-"};
  amd.format = "code-object";
  amd.code = "not really a code object";
  amd.symbol = "matmul";
  amd.parameters = {{"BM", "128"}, {"BN", "64"}, {"T", "bf16"}};
  amd.grid = {"ceildiv(M, BM) * ceildiv(N, BN)"};
  amd.block = {256};
  amd.dynamicShared = "2 * BM * 64";
  amd.requirements = {{"mod(K, 8) == 0", "rows are copied in pieces of 16 bytes"}};
  amd.kernargs = {Kernarg::pointer("a"),
                  Kernarg::pointer("b"),
                  Kernarg::pointer("c"),
                  Kernarg::integer("i32", "a.0"),
                  Kernarg::integer("i64", "b.stride.0 * 2"),
                  Kernarg::scalar("alpha"),
                  Kernarg::scalar("count")};
  Variant nvidia = amd;
  nvidia.target = "sm_90a";
  nvidia.features.clear();
  nvidia.format = "ptx";
  nvidia.code = "// not really PTX";
  nvidia.cluster = {2};
  TensorMap map;
  map.box = {64, 128};
  map.swizzle = 128;
  map.l2Promotion = 256;
  nvidia.kernargs.insert(nvidia.kernargs.begin() + 4, Kernarg::tensorMap("a", map));
  kernel.variants = {amd, nvidia};
  bundle.kernels = {kernel};
  Case test;
  test.name = "small";
  test.kernel = "matmul";
  for (const char *buffer : {"bf16[4,8]", "bf16[6,8]", "f32[4,6]"})
    test.arguments.push_back(llvm::json::Object{{"random", buffer}, {"seed", 1}});
  test.arguments.push_back(llvm::json::Object{{"f32", 1}});
  test.arguments.push_back(llvm::json::Object{{"i32", 1}});
  test.outputs = {{2, "an .npy file", 0.01, 0}};
  bundle.cases = {std::move(test)};
  return bundle;
}

#endif
