#include "kiln/launch/Launch.h"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>

using namespace kiln::launch;

namespace {

/// Memory at 0x1000 upwards, in one vector; room for 64 KiB.
class TestMemory : public Memory {
public:
  std::vector<uint8_t> bytes;
  bool allocate(uint64_t size, uint64_t &address, std::string &error) override {
    if (bytes.size() + size > 65536) {
      error = "out of memory";
      return false;
    }
    address = 0x1000 + bytes.size();
    bytes.resize((bytes.size() + size + 255) / 256 * 256);
    return true;
  }
  bool write(uint64_t address, const void *data, uint64_t size, std::string &) override {
    std::memcpy(bytes.data() + (address - 0x1000), data, size);
    return true;
  }
  bool read(uint64_t address, void *data, uint64_t size, std::string &) override {
    std::memcpy(data, bytes.data() + (address - 0x1000), size);
    return true;
  }
};

std::string errorOf(const std::string &args) {
  std::string error;
  std::string text = "{\"kernel\": \"k\",\n \"grid\": [1], \"block\": [64],\n \"args\": [" + args + "]}";
  EXPECT_FALSE(parseLaunch(text, "l.json", error)) << args;
  return error;
}

template <typename T> T valueOf(const std::string &argument) {
  std::string error;
  std::optional<Argument> parsed = parseArgument(argument, 0, error);
  EXPECT_TRUE(parsed) << error;
  T value{};
  EXPECT_EQ(parsed ? parsed->bytes.size() : 0, sizeof value);
  if (parsed && parsed->bytes.size() == sizeof value)
    std::memcpy(&value, parsed->bytes.data(), sizeof value);
  return value;
}

std::vector<double> randomValues(const std::string &type, uint64_t seed) {
  std::string error;
  std::optional<ArrayType> array = parseArrayType(type, error);
  EXPECT_TRUE(array) << error;
  std::vector<uint8_t> data(array->bytes());
  fillRandom(*array, seed, data.data());
  std::vector<double> values;
  for (uint64_t i = 0; i < array->elements(); ++i)
    values.push_back(decodeElement(array->type, data.data(), i));
  return values;
}

TEST(Launch, ReadsTheDesignsExample) {
  std::string error;
  std::optional<Launch> launch =
      parseLaunch(R"({ "kernel": "matmul", "grid": [64, 1, 1], "block": [256, 1, 1], "dynamic_lds": 0,
    "args": [ {"npy": "a.npy"}, {"npy": "/b.npy"}, {"zeros": "u16[256,256]", "save": "c.npy"},
              {"random": "bf16[256,256]", "seed": 1}, {"i32": 7}, {"u64": 0}, {"f32": 0.5},
              {"bytes": "00ff0000000000000000", "pointers": [{"at": 2, "to": 3, "plus": -4}]} ] })",
                  "some/where/launch.json", error);
  ASSERT_TRUE(launch) << error;
  EXPECT_EQ(launch->kernel, "matmul");
  EXPECT_EQ(launch->grid.x, 64u);
  EXPECT_EQ(launch->block.x, 256u);
  ASSERT_EQ(launch->args.size(), 8u);
  EXPECT_EQ(launch->args[0].file, "some/where/a.npy");
  EXPECT_EQ(launch->args[1].file, "/b.npy");
  EXPECT_EQ(launch->args[2].type.str(), "u16[256,256]");
  EXPECT_EQ(launch->args[2].save, "some/where/c.npy");
  EXPECT_EQ(launch->args[3].type.type, DType::BF16);
  EXPECT_EQ(launch->args[3].seed, 1u);
  EXPECT_EQ(launch->args[7].bytes[1], 0xff);
  EXPECT_EQ(launch->args[7].pointers[0].plus, -4);
}

TEST(Launch, ErrorsNameFileLineAndKey) {
  EXPECT_EQ(errorOf("{\"zeros\": \"u17[2]\"}").substr(0, 52),
            "l.json:3: args[0].zeros: unknown element type 'u17';");
  EXPECT_EQ(errorOf("{\"i8\": 128}"), "l.json:3: args[0].i8: expected an integer that fits i8, found 128");
  EXPECT_EQ(errorOf("{\"u8\": -1}"), "l.json:3: args[0].u8: expected an integer that fits u8, found -1");
  EXPECT_EQ(errorOf("{\"i32\": 1.5}"), "l.json:3: args[0].i32: expected an integer that fits i32, found 1.5");
  EXPECT_EQ(errorOf("{\"i32\": 1, \"save\": \"x\"}"),
            "l.json:3: args[0].save: only a buffer (npy, zeros, random) can be saved");
  EXPECT_EQ(errorOf("{\"i32\": 1, \"f32\": 1}"),
            "l.json:3: args[0].f32: an argument is one thing, and this is already i32");
  EXPECT_EQ(
      errorOf("{\"i32\": 1}, {\"bytes\": \"0000000000000000\", \"pointers\": [{\"at\": 0, \"to\": 0}]}"),
      "l.json:3: args[1].pointers: argument 0 is no buffer");
  EXPECT_EQ(errorOf("{\"bytes\": \"0\"}"),
            "l.json:3: args[0].bytes: expected pairs of lower-case hexadecimal digits");
  EXPECT_EQ(errorOf("{\"zeros\": \"f4e2m1fn[3]\"}"), "l.json:3: args[0].zeros: a row of f4e2m1fn[3] is no "
                                                     "whole number of bytes (packed elements of 4 bits)");
  EXPECT_EQ(errorOf("{\"zeros\": \"u8[99999999999,99999999999]\"}"),
            "l.json:3: args[0].zeros: the array u8[99999999999,99999999999] is larger than any memory");
  std::string error;
  EXPECT_FALSE(parseLaunch("{\"kernel\": \"k\", \"grid\": [0]}", "l.json", error));
  EXPECT_EQ(error, "l.json:1: block: missing");
  EXPECT_FALSE(
      parseLaunch("{\"kernel\": \"k\", \"grid\": [1], \"block\": [0], \"args\": []}", "l.json", error));
  EXPECT_EQ(error, "l.json:1: block[0]: expected a size of at least 1, found 0");
}

TEST(Launch, CommandLineArguments) {
  EXPECT_EQ(valueOf<int32_t>("i32:-7"), -7);
  EXPECT_EQ(valueOf<uint64_t>("u64:18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(valueOf<float>("f32:0.1"), 0.1f);
  EXPECT_EQ(valueOf<double>("f64:0.1"), 0.1);
  EXPECT_EQ(valueOf<float>("f32:1e-45"), 1e-45f);
  EXPECT_EQ(valueOf<uint16_t>("bf16:1.0"), 0x3f80);
  EXPECT_EQ(valueOf<uint16_t>("f16:-65504"), 0xfbff);
  // 65520 is halfway between f16's largest number and 2^16: ties to even is infinity. 2^-25 is halfway to
  // zero.
  EXPECT_EQ(valueOf<uint16_t>("f16:65520"), 0x7c00);
  EXPECT_EQ(valueOf<uint16_t>("f16:2.98023223876953125e-8"), 0);
  EXPECT_EQ(valueOf<uint16_t>("f16:5.9604644775390625e-8"), 1);
  EXPECT_EQ(valueOf<uint8_t>("bool:true"), 1);
  std::string error;
  std::optional<Argument> zeros = parseArgument("zeros:bf16[2,3],save=out.npy", 4, error);
  ASSERT_TRUE(zeros) << error;
  EXPECT_EQ(zeros->type.str(), "bf16[2,3]");
  EXPECT_EQ(zeros->save, "out.npy");
  EXPECT_EQ(parseArgument("random:f32[8],seed=18446744073709551615", 0, error)->seed, UINT64_MAX);
  EXPECT_EQ(parseArgument("{\"u8\": 3}", 0, error)->bytes[0], 3);
  EXPECT_FALSE(parseArgument("zeros", 0, error));
  EXPECT_EQ(error, "--arg 'zeros': expected KIND:VALUE[,key=value...] or a JSON object");
  EXPECT_FALSE(parseArgument("f33:1", 0, error));
  EXPECT_EQ(parseDim3("3,4", error)->y, 4u);
  EXPECT_FALSE(parseDim3("3,0", error));
  EXPECT_FALSE(parseDim3("1,2,3,4", error));
}

// SplitMix64's published outputs for the seed 1234567.
TEST(Launch, RandomIsSplitMix64) {
  ArrayType type{DType::U64, {3}};
  uint64_t found[3];
  fillRandom(type, 1234567, reinterpret_cast<uint8_t *>(found));
  EXPECT_EQ(found[0], 6457827717110365317u);
  EXPECT_EQ(found[1], 3203168211198807973u);
  EXPECT_EQ(found[2], 9817491932198370423u);
}

// Expected values: the header's formula evaluated by a separate Python program.
TEST(Launch, RandomFloatsOfEveryType) {
  using Values = std::vector<double>;
  EXPECT_EQ(randomValues("f16[3]", 7), (Values{1.1181640625, 0.1417236328125, -1.2060546875}));
  EXPECT_EQ(randomValues("bf16[3]", 7), (Values{1.1171875, 0.1416015625, -1.203125}));
  EXPECT_EQ(randomValues("f32[3]", 7), (Values{1.1186379194259644, 0.1417882889509201, -1.206085443496704}));
  EXPECT_EQ(randomValues("f64[3]", 7), (Values{1.1186379871301724, 0.1417882945281562, -1.2060854448550675}));
  for (const char *type : {"f8e4m3fn[3]", "f8e4m3fnuz[3]"})
    EXPECT_EQ(randomValues(type, 7), (Values{1.0, 0.140625, -1.125})) << type;
  for (const char *type : {"f8E5M2[3]", "f8e5m2fnuz[3]"})
    EXPECT_EQ(randomValues(type, 7), (Values{1.0, 0.125, -1.0})) << type;
  // Codes 3, 4, 15, 11, 6, 7 and 29, 19, 55, 53 decoded by the MX specification's tables.
  EXPECT_EQ(randomValues("f4e2m1fn[6]", 7), (Values{1.5, 2, -6, -1.5, 4, 6}));
  EXPECT_EQ(randomValues("f6e2m3fn[4]", 7), (Values{6.5, 2.75, -3.75, -3.25}));
  EXPECT_EQ(randomValues("f8e8m0fnu[3]", 7), (Values{1, 0.125, 1}));
}

TEST(Launch, RandomFloatsAreNeverZero) {
  for (const char *name : {"f16", "bf16", "f32", "f64", "f8e4m3fn", "f8e5m2", "f8e4m3fnuz", "f8e5m2fnuz",
                           "f8e8m0fnu", "f6e2m3fn", "f6e3m2fn", "f4e2m1fn"})
    for (double value : randomValues(std::string(name) + "[4096]", 3)) {
      ASSERT_NE(value, 0) << name;
      ASSERT_TRUE(std::isfinite(value)) << name;
    }
}

// Values from the OCP tables: largest numbers, smallest subnormals, NaN codes.
TEST(Launch, DecodesSmallFloats) {
  auto decode = [](DType type, uint8_t code) { return decodeElement(type, &code, 0); };
  EXPECT_EQ(decode(DType::F8E4M3FN, 0x7e), 448);
  EXPECT_TRUE(std::isnan(decode(DType::F8E4M3FN, 0x7f)));
  EXPECT_EQ(decode(DType::F8E4M3FN, 0x01), std::ldexp(1, -9));
  EXPECT_EQ(decode(DType::F8E5M2, 0x7b), 57344);
  EXPECT_EQ(decode(DType::F8E5M2, 0xfc), -INFINITY);
  EXPECT_EQ(decode(DType::F8E4M3FNUZ, 0x7f), 240);
  EXPECT_TRUE(std::isnan(decode(DType::F8E4M3FNUZ, 0x80)));
  EXPECT_EQ(decode(DType::F8E5M2FNUZ, 0x7f), 57344);
  EXPECT_EQ(decode(DType::F8E8M0FNU, 0), std::ldexp(1, -127));
  EXPECT_TRUE(std::isnan(decode(DType::F8E8M0FNU, 0xff)));
  EXPECT_EQ(decode(DType::F6E2M3FN, 0x1f), 7.5);
  EXPECT_EQ(decode(DType::F6E3M2FN, 0x3f), -28);
  EXPECT_EQ(decode(DType::F4E2M1FN, 0x07), 6);
  EXPECT_EQ(decode(DType::F4E2M1FN, 0x01), 0.5);
}

TEST(Launch, NpyRoundTripAndRefusals) {
  for (const char *name :
       {"bool[3]", "u8[2,2]", "u16[]", "i32[0,4]", "i64[2,1,3]", "f16[5]", "f32[5]", "f64[1]"}) {
    std::string error;
    ArrayType type = *parseArrayType(name, error);
    std::vector<uint8_t> data(type.bytes());
    fillRandom(type, 5, data.data());
    std::optional<NpyArray> back = parseNpy("x.npy", encodeNpy(type, data.data()), error);
    ASSERT_TRUE(back) << error;
    EXPECT_EQ(back->type.str(), name);
    EXPECT_EQ(back->data, data);
  }
  std::string error;
  ArrayType fp4{DType::F4E2M1FN, {2, 8}};
  std::vector<uint8_t> data(8, 0x21), bytes = encodeNpy(fp4, data.data());
  EXPECT_EQ(parseNpy("x.npy", bytes, error)->type.str(), "u8[2,4]");
  EXPECT_EQ((bytes.size() - 8) % 64, 0u);
  bytes.pop_back();
  EXPECT_FALSE(parseNpy("x.npy", bytes, error));
  EXPECT_EQ(error, "x.npy: holds 7 bytes of data, u8[2,4] needs 8");
  bytes[9] = 0xff;
  EXPECT_FALSE(parseNpy("x.npy", bytes, error));
  EXPECT_EQ(error, "x.npy: truncated header");
}

TEST(Launch, MaterialisesPointersAndPacksKernargs) {
  std::string error;
  std::optional<Launch> launch = parseLaunch(
      R"({"kernel": "k", "grid": [1], "block": [1], "args": [
        {"i8": -1}, {"random": "u32[4]", "seed": 2}, {"zeros": "u64[2]", "pointers": [{"at": 8, "to": 1, "plus": 4}]},
        {"i32": 5}, {"bytes": "000102030405060708090a0b0c0d0e0f", "pointers": [{"at": 8, "to": 2}]}]})",
      "l.json", error);
  ASSERT_TRUE(launch) << error;
  TestMemory memory;
  auto bound = materialise(*launch, memory, error);
  ASSERT_TRUE(bound) << error;
  uint64_t words[2];
  memory.read((*bound)[2].address, words, 16, error);
  EXPECT_EQ(words[0], 0u);
  EXPECT_EQ(words[1], (*bound)[1].address + 4);
  std::vector<uint8_t> kernargs = packKernargs(*bound);
  ASSERT_EQ(kernargs.size(), 48u); // i8 at 0, addresses at 8 and 16, i32 at 24, bytes at 32
  uint64_t address;
  std::memcpy(&address, &kernargs[8], 8);
  EXPECT_EQ(address, (*bound)[1].address);
  EXPECT_EQ(kernargs[24], 5);
  EXPECT_EQ(kernargs[33], 1);
  std::memcpy(&address, &kernargs[40], 8);
  EXPECT_EQ(address, (*bound)[2].address);

  launch->args[2].type.shape = {9000};
  EXPECT_FALSE(materialise(*launch, memory, error));
  EXPECT_EQ(error, "l.json:2: args[2]: out of memory");
}

TEST(Launch, SavesAndReadsBuffers) {
  std::string error, path = ::testing::TempDir() + "kiln-launch-test.npy";
  Launch launch;
  Argument argument;
  argument.kind = Argument::Random;
  argument.type = {DType::BF16, {4, 2}};
  argument.save = path;
  launch.args = {argument};
  TestMemory memory;
  auto bound = materialise(launch, memory, error);
  ASSERT_TRUE(bound) << error;
  ASSERT_TRUE(saveOutputs(launch, *bound, memory, error)) << error;
  EXPECT_EQ(readNpy(path, error)->type.str(), "u16[4,2]");

  std::optional<Argument> npy = parseArgument("npy:" + path + ",dtype=bf16", 0, error);
  ASSERT_TRUE(npy) << error;
  launch.args = {*npy};
  bound = materialise(launch, memory, error);
  ASSERT_TRUE(bound) << error;
  EXPECT_EQ((*bound)[0].type.str(), "bf16[4,2]");
  launch.args[0].type.type = DType::F32;
  EXPECT_FALSE(materialise(launch, memory, error));
  EXPECT_NE(error.find("holds u16, which cannot be read as f32"), std::string::npos) << error;
  std::remove(path.c_str());
}

TEST(Launch, Compares) {
  std::string error;
  uint16_t found[4] = {0x3f80, 0x4000, 0x7fc0, 0x0000}; // bf16: 1, 2, NaN, 0
  double values[4] = {1.004, 2, NAN, 0.5};
  NpyArray expected{{DType::F64, {4}}, std::vector<uint8_t>(32)};
  std::memcpy(expected.data.data(), values, 32);
  ArrayType type{DType::BF16, {4}};
  auto *bytes = reinterpret_cast<uint8_t *>(found);
  std::optional<Comparison> result = compare(type, bytes, expected, defaultTolerance(DType::BF16), error);
  ASSERT_TRUE(result) << error;
  EXPECT_EQ(result->wrong, 1u);
  EXPECT_EQ(result->firstWrong, 3u);
  EXPECT_EQ(result->maxAbsolute, 0.5);
  EXPECT_EQ(compare(type, bytes, expected, {}, error)->wrong, 2u);
  NpyArray codes{{DType::U16, {4}}, std::vector<uint8_t>(bytes, bytes + 8)};
  EXPECT_EQ(compare(type, bytes, codes, {}, error)->wrong, 0u);
  expected.type.shape = {2, 2};
  EXPECT_FALSE(compare(type, bytes, expected, {}, error));
  EXPECT_EQ(error, "found bf16[4], expected f64[2,2]");
}

} // namespace
