// Makes the conformance suite's bundles, so that the suite itself needs nothing but the runtime:
// write-bundles GFX950.co GFX942.co KERNELS.ptx HOPPER.ptx FOLDER
#include "kiln/Bundle/Bundle.h"

#include <fstream>
#include <iostream>
#include <sstream>

using namespace kiln::bundle;

static std::string contentsOf(const std::string &path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream contents;
  contents << stream.rdbuf();
  return contents.str();
}

static Argument tensor(const std::string &name, const std::string &dtype, std::vector<std::string> shape) {
  return {name, true, dtype, std::move(shape), std::nullopt, 4};
}

static Argument scalar(const std::string &name, const std::string &dtype) {
  return {name, false, dtype, {}, std::nullopt, 1};
}

static Kernel affine() {
  Kernel kernel;
  kernel.name = "affine";
  kernel.arguments = {tensor("in", "f32", {"N"}), tensor("out", "f32", {"N"}), scalar("factor", "f32"),
                      scalar("bias", "i32")};
  kernel.arguments[0].strides = std::vector<std::string>{"?"};
  kernel.flops = "2 * N";
  Variant variant;
  variant.parameters = {{"BLOCK", "64"}};
  variant.grid = {"ceildiv(N, BLOCK)"};
  variant.block = {64};
  variant.kernargs = {Kernarg::pointer("in"),          Kernarg::pointer("out"),
                      Kernarg::integer("i32", "in.0"), Kernarg::integer("i64", "in.stride.0"),
                      Kernarg::scalar("factor"),       Kernarg::scalar("bias")};
  kernel.variants = {variant};
  return kernel;
}

static Kernel scalars() {
  Kernel kernel;
  kernel.name = "scalars";
  kernel.arguments = {tensor("out", "u64", {"10"})};
  Variant variant;
  variant.grid = {"1"};
  variant.block = {64};
  variant.kernargs = {Kernarg::pointer("out")};
  for (const char *dtype : {"u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "f32", "f64"}) {
    std::string name = std::string("x") + dtype;
    kernel.arguments.push_back(scalar(name, dtype));
    variant.kernargs.push_back(Kernarg::scalar(name));
  }
  kernel.arguments[0].align = 8;
  kernel.variants = {variant};
  return kernel;
}

static Kernel reverse() {
  Kernel kernel;
  kernel.name = "reverse";
  kernel.arguments = {tensor("in", "f32", {"N"}), tensor("out", "f32", {"N"}), scalar("skip", "i32")};
  Variant variant;
  variant.requirements = {{"mod(N, 64) == 0", "only whole blocks are reversed"}};
  variant.grid = {"floordiv(N, 64)"};
  variant.block = {64};
  variant.dynamicShared = "(skip + 64) * 4";
  // The last one is where dynamic shared memory starts, for machines that are told so.
  variant.kernargs = {Kernarg::pointer("in"), Kernarg::pointer("out"), Kernarg::scalar("skip"),
                      Kernarg::integer("u32", "0")};
  kernel.variants = {variant};
  return kernel;
}

static Kernel onPlainData(const std::string &name) {
  Kernel kernel;
  kernel.name = name;
  kernel.arguments = {tensor("data", "u32", {"N"})};
  Variant variant;
  variant.requirements = {{"mod(N, 64) == 0", "only whole blocks are worked on"}};
  variant.grid = {"floordiv(N, 64)"};
  variant.block = {64};
  variant.kernargs = {Kernarg::pointer("data")};
  kernel.variants = {variant};
  return kernel;
}

static Kernel tile() {
  Kernel kernel;
  kernel.name = "tile";
  kernel.arguments = {tensor("in", "f32", {"H", "W"}), tensor("out", "f32", {"8", "32"}), scalar("x", "i32"),
                      scalar("y", "i32")};
  kernel.arguments[0].align = 16;
  Variant variant;
  variant.grid = {"1"};
  variant.block = {256};
  TensorMap map;
  map.box = {32, 8};
  map.l2Promotion = 128;
  variant.kernargs = {Kernarg::tensorMap("in", map), Kernarg::pointer("out"), Kernarg::scalar("x"),
                      Kernarg::scalar("y")};
  kernel.variants = {variant};
  return kernel;
}

static Kernel clusters() {
  Kernel kernel;
  kernel.name = "clusters";
  kernel.arguments = {tensor("out", "u32", {"N"})};
  Variant variant;
  variant.grid = {"N"};
  variant.block = {32};
  variant.cluster = {2};
  variant.kernargs = {Kernarg::pointer("out")};
  kernel.variants = {variant};
  return kernel;
}

static void addTarget(Kernel &kernel, const std::string &target, const std::string &format,
                      const std::string &code) {
  Variant variant = kernel.variants[0];
  variant.target = target;
  variant.format = format;
  variant.code = code;
  variant.symbol = kernel.name;
  kernel.variants.push_back(variant);
}

/// Increments 64 zeros and expects `value` everywhere but in the last place, where it expects 1.
static Case incrementedZeros(char value) {
  Case test;
  test.name = "zeros";
  test.kernel = "increment";
  test.arguments.push_back(llvm::json::Object{{"zeros", "u32[64]"}});
  // As numpy.save writes it.
  std::string header = "{'descr': '<u4', 'fortran_order': False, 'shape': (64,), }";
  std::string npy("\x93NUMPY\1\0\x76\0", 10);
  npy += header + std::string(0x76 - header.size() - 1, ' ') + '\n';
  for (int i = 0; i < 64; ++i) {
    npy.push_back(i < 63 ? value : '\1');
    npy.append(3, '\0');
  }
  test.outputs = {{0, npy, 0, 0, 0}};
  return test;
}

static bool write(const Bundle &bundle, const std::string &path) {
  llvm::Expected<std::string> bytes = writeBundle(bundle);
  if (!bytes) {
    std::cerr << path << ": " << llvm::toString(bytes.takeError()) << '\n';
    return false;
  }
  return static_cast<bool>(std::ofstream(path, std::ios::binary) << *bytes);
}

int main(int argc, char **argv) {
  std::string gfx950 = contentsOf(argv[1]), gfx942 = contentsOf(argv[2]), ptx = contentsOf(argv[3]);
  std::string hopper = contentsOf(argv[4]), folder = argv[5];
  Bundle bundle, foreign;
  bundle.producer = foreign.producer = "conformance suite";
  bundle.chips["gfx950"] = {{"MI350X", 8000, {{"f32", 144.2}}}, {"gfx950", 1000, {{"f32", 100}}}};
  bundle.chips["sm_80"] = {{"H200", 4800, {{"f32", 67}}}, {"H100", 3352, {{"f32", 67}}}};
  for (Kernel kernel : {affine(), scalars(), reverse(), onPlainData("increment"), onPlainData("fault")}) {
    addTarget(kernel, "gfx950", "code-object", gfx950);
    addTarget(kernel, "gfx942", "code-object", gfx942);
    addTarget(kernel, "sm_80", "ptx", ptx);
    kernel.variants.erase(kernel.variants.begin());
    bundle.kernels.push_back(kernel);
  }
  for (Kernel kernel : {tile(), clusters()}) {
    addTarget(kernel, "sm_90a", "ptx", hopper);
    kernel.variants.erase(kernel.variants.begin());
    bundle.kernels.push_back(kernel);
  }
  // What only the emulator's observers see.
  Kernel race = onPlainData("race");
  addTarget(race, "gfx950", "code-object", gfx950);
  addTarget(race, "gfx942", "code-object", gfx942);
  race.variants.erase(race.variants.begin());
  bundle.kernels.push_back(race);
  Kernel other = onPlainData("increment");
  addTarget(other, "gfx1201", "code-object", gfx950);
  addTarget(other, "sm_999a", "ptx", ptx);
  other.variants.erase(other.variants.begin());
  foreign.kernels = {other};
  bundle.cases.push_back(incrementedZeros(1));
  foreign.cases.push_back(incrementedZeros(1));
  Bundle wrong = bundle;
  wrong.cases[0] = incrementedZeros(2);
  return write(bundle, folder + "/conformance.kiln") && write(foreign, folder + "/foreign.kiln") &&
                 write(wrong, folder + "/wrong.kiln")
             ? 0
             : 1;
}
