// Small kernels with results worked out by hand.
#include "kiln/Interpreter/Interpreter.h"

#include "kiln/Compiler/Dialects.h"

#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace mlir;
using namespace kiln;
using interpreter::Argument;

namespace {

class Interpreter : public testing::Test {
protected:
  Interpreter() {
    DialectRegistry registry;
    compiler::registerDialects(registry);
    context.appendDialectRegistry(registry);
    context.getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
      messages += diagnostic.str();
      return success();
    });
  }

  bool run(StringRef text, ArrayRef<Argument> args, unsigned threads = 1) {
    OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module) << messages;
    if (!module)
      return false;
    return succeeded(interpreter::run(*module->getOps<kernel::FuncOp>().begin(), args, threads));
  }

  MLIRContext context;
  std::string messages;
};

template <typename T> MutableArrayRef<uint8_t> bytesOf(std::vector<T> &data) {
  return {reinterpret_cast<uint8_t *>(data.data()), data.size() * sizeof(T)};
}
template <typename T>
Argument tensor(std::vector<T> &data, ArrayRef<int64_t> dims, ArrayRef<int64_t> strides = {}) {
  return Argument::tensor(bytesOf(data), dims, strides);
}

TEST_F(Interpreter, LoadsOutsideReadOtherAndStoresOutsideAreDropped) {
  std::vector<float> x = {1, 2, 3}, y(4, 9);
  ASSERT_TRUE(run(R"(
    kernel.func @k(%x: !kernel.tensor<[?], f32>, %y: !kernel.tensor<[?], f32>) {
      %m1 = arith.constant -1 : index
      %c0 = arith.constant 0 : index
      %c2 = arith.constant 2 : index
      %v = kernel.load %x[%m1] other(5.0 : f32) : !kernel.tensor<[?], f32> -> !kernel.tile<[4], f32>
      kernel.store %v, %y[%c0] : !kernel.tile<[4], f32>, !kernel.tensor<[?], f32>
      %w = kernel.load %x[%c2] : !kernel.tensor<[?], f32> -> !kernel.tile<[2], f32>
      %c3 = arith.constant 3 : index
      kernel.store %w, %y[%c3] : !kernel.tile<[2], f32>, !kernel.tensor<[?], f32>
      kernel.return
    })",
                  {tensor(x, {3}), tensor(y, {4})}))
      << messages;
  EXPECT_EQ(y, (std::vector<float>{5, 1, 2, 3}));
}

TEST_F(Interpreter, DimsChooseTheTensorDimensionsThatATileWalks) {
  // x[i][j][k] = 100 i + 10 j + k with shape 2 x 3 x 2; the tile is x[:, 1, :].
  std::vector<int32_t> x, y(4);
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 2; ++k)
        x.push_back(100 * i + 10 * j + k);
  ASSERT_TRUE(run(R"(
    kernel.func @k(%x: !kernel.tensor<[?, 3, ?], i32>, %y: !kernel.tensor<[2, 2], i32>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %v = kernel.load %x[%c0, %c1, %c0] dims [0, 2] : !kernel.tensor<[?, 3, ?], i32> -> !kernel.tile<[2, 2], i32>
      %t = kernel.transpose %v [1, 0] : !kernel.tile<[2, 2], i32> -> !kernel.tile<[2, 2], i32>
      kernel.store %t, %y[%c0, %c0] : !kernel.tile<[2, 2], i32>, !kernel.tensor<[2, 2], i32>
      kernel.return
    })",
                  {tensor(x, {2, 3, 2}), tensor(y, {2, 2})}))
      << messages;
  EXPECT_EQ(y, (std::vector<int32_t>{10, 110, 11, 111}));
}

TEST_F(Interpreter, StridesOfTheLaunch) {
  std::vector<float> x = {0, 1, 2, 3, 4, 5, 6, 7}, y(4);
  ASSERT_TRUE(run(R"(
    kernel.func @k(%x: !kernel.tensor<[?, ?], f32, strides = [?, ?]>, %y: !kernel.tensor<[?, ?], f32>) {
      %c0 = arith.constant 0 : index
      %v = kernel.load %x[%c0, %c0] : !kernel.tensor<[?, ?], f32, strides = [?, ?]> -> !kernel.tile<[2, 2], f32>
      kernel.store %v, %y[%c0, %c0] : !kernel.tile<[2, 2], f32>, !kernel.tensor<[?, ?], f32>
      kernel.return
    })",
                  {tensor(x, {2, 2}, {1, 5}), tensor(y, {2, 2})}))
      << messages;
  EXPECT_EQ(y, (std::vector<float>{0, 5, 1, 6}));
}

TEST_F(Interpreter, TheWholeGridRuns) {
  // One program per element: y[i][j] = 10 i + j.
  std::vector<int32_t> y(15);
  ASSERT_TRUE(run(R"(
    kernel.func @k(%y: !kernel.tensor<[?, ?], i32>) {
      %m = kernel.dim %y, 0 : !kernel.tensor<[?, ?], i32>
      %n = kernel.dim %y, 1 : !kernel.tensor<[?, ?], i32>
      %i, %j = kernel.program_id grid(%m, %n)
      %c10 = arith.constant 10 : index
      %tens = arith.muli %i, %c10 : index
      %sum = arith.addi %tens, %j : index
      %s = arith.index_cast %sum : index to i32
      %v = kernel.splat %s : i32 -> !kernel.tile<[1], i32>
      kernel.store %v, %y[%i, %j] : !kernel.tile<[1], i32>, !kernel.tensor<[?, ?], i32>
      kernel.return
    })",
                  {tensor(y, {3, 5})}, /*threads=*/3))
      << messages;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 5; ++j)
      EXPECT_EQ(y[i * 5 + j], 10 * i + j);
}

TEST_F(Interpreter, PackedElementsKeepTheirNeighbours) {
  // f4 codes 1..6 are 0.5 1 1.5 2 3 4; the store writes elements 1 and 2 of row 1 only.
  std::vector<uint8_t> x = {0x21, 0x43, 0x65, 0x77};
  ASSERT_TRUE(run(R"(
    kernel.func @k(%x: !kernel.tensor<[?, ?], f4E2M1FN>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %v = kernel.load %x[%c0, %c0] : !kernel.tensor<[?, ?], f4E2M1FN> -> !kernel.tile<[2], f4E2M1FN>
      kernel.store %v, %x[%c1, %c1] : !kernel.tile<[2], f4E2M1FN>, !kernel.tensor<[?, ?], f4E2M1FN>
      kernel.return
    })",
                  {tensor(x, {2, 4})}))
      << messages;
  EXPECT_EQ(x, (std::vector<uint8_t>{0x21, 0x43, 0x15, 0x72}));
}

TEST_F(Interpreter, ReductionsAndBroadcasts) {
  std::vector<float> x = {1, 2, 3, NAN, 5, 6, -7, 8}, y(6);
  ASSERT_TRUE(run(R"(
    kernel.func @k(%x: !kernel.tensor<[2, 4], f32>, %y: !kernel.tensor<[6], f32>) {
      %c0 = arith.constant 0 : index
      %c2 = arith.constant 2 : index
      %c4 = arith.constant 4 : index
      %v = kernel.load %x[%c0, %c0] : !kernel.tensor<[2, 4], f32> -> !kernel.tile<[2, 4], f32>
      %max = kernel.reduce "max" %v along 1 : !kernel.tile<[2, 4], f32> -> !kernel.tile<[2], f32>
      kernel.store %max, %y[%c0] : !kernel.tile<[2], f32>, !kernel.tensor<[6], f32>
      %n = kernel.iota 0 : !kernel.tile<[2], i32>
      %wide = kernel.broadcast %n along 1 : !kernel.tile<[2], i32> -> !kernel.tile<[2, 4], i32>
      %lane = kernel.iota 1 : !kernel.tile<[2, 4], i32>
      %sum = arith.addi %wide, %lane : !kernel.tile<[2, 4], i32>
      %cols = kernel.reduce "sum" %sum along 1 : !kernel.tile<[2, 4], i32> -> !kernel.tile<[2], i32>
      %colsf = kernel.convert %cols : !kernel.tile<[2], i32> -> !kernel.tile<[2], f32>
      kernel.store %colsf, %y[%c2] : !kernel.tile<[2], f32>, !kernel.tensor<[6], f32>
      %prod = kernel.reduce "prod" %cols along 0 : !kernel.tile<[2], i32> -> i32
      %prodf = arith.sitofp %prod : i32 to f32
      %last = kernel.splat %prodf : f32 -> !kernel.tile<[2], f32>
      kernel.store %last, %y[%c4] : !kernel.tile<[2], f32>, !kernel.tensor<[6], f32>
      kernel.return
    })",
                  {tensor(x, {2, 4}), tensor(y, {6})}))
      << messages;
  EXPECT_TRUE(std::isnan(y[0]));
  y[0] = 0;
  EXPECT_EQ(y, (std::vector<float>{0, 8, 6, 10, 60, 60}));
}

TEST_F(Interpreter, BlockScaledMma) {
  // a = 32 x 1.5 then 32 x 2; scales 2 and 1/4. b = 1, scales 4 and 8: 32 * 1.5 * 8 + 32 * 2 * 2 + 1 = 513.
  std::vector<uint8_t> a(32), b(32, 0x22), sa = {128, 125}, sb = {129, 130};
  std::fill(a.begin(), a.begin() + 16, 0x33);
  std::fill(a.begin() + 16, a.end(), 0x44);
  std::vector<float> c(1);
  ASSERT_TRUE(run(
      R"(
    kernel.func @k(%a: !kernel.tensor<[1, 64], f4E2M1FN>, %b: !kernel.tensor<[64, 1], f4E2M1FN>,
                   %sa: !kernel.tensor<[1, 2], f8E8M0FNU>, %sb: !kernel.tensor<[2, 1], f8E8M0FNU>,
                   %c: !kernel.tensor<[1, 1], f32>) {
      %c0 = arith.constant 0 : index
      %at = kernel.load %a[%c0, %c0] : !kernel.tensor<[1, 64], f4E2M1FN> -> !kernel.tile<[1, 64], f4E2M1FN>
      %bt = kernel.load %b[%c0, %c0] : !kernel.tensor<[64, 1], f4E2M1FN> -> !kernel.tile<[64, 1], f4E2M1FN>
      %sat = kernel.load %sa[%c0, %c0] : !kernel.tensor<[1, 2], f8E8M0FNU> -> !kernel.tile<[1, 2], f8E8M0FNU>
      %sbt = kernel.load %sb[%c0, %c0] : !kernel.tensor<[2, 1], f8E8M0FNU> -> !kernel.tile<[2, 1], f8E8M0FNU>
      %one = kernel.constant 1.0 : !kernel.tile<[1, 1], f32>
      %r = kernel.mma %at, %bt, %one scale %sat, %sbt : !kernel.tile<[1, 64], f4E2M1FN>, !kernel.tile<[64, 1], f4E2M1FN>, !kernel.tile<[1, 1], f32>, !kernel.tile<[1, 2], f8E8M0FNU>, !kernel.tile<[2, 1], f8E8M0FNU>
      kernel.store %r, %c[%c0, %c0] : !kernel.tile<[1, 1], f32>, !kernel.tensor<[1, 1], f32>
      kernel.return
    })",
      {tensor(a, {1, 64}), tensor(b, {64, 1}), tensor(sa, {1, 2}), tensor(sb, {2, 1}), tensor(c, {1, 1})}))
      << messages;
  EXPECT_EQ(c[0], 513);
}

TEST_F(Interpreter, IntegerMmaWraps) {
  // 4 * (-128 * -128) fits; with the accumulator at the top of i32 it wraps.
  std::vector<int8_t> a(4, -128);
  std::vector<int32_t> c = {INT32_MAX};
  ASSERT_TRUE(run(R"(
    kernel.func @k(%a: !kernel.tensor<[1, 4], i8>, %c: !kernel.tensor<[1, 1], i32>) {
      %c0 = arith.constant 0 : index
      %at = kernel.load %a[%c0, %c0] : !kernel.tensor<[1, 4], i8> -> !kernel.tile<[1, 4], i8>
      %bt = kernel.transpose %at [1, 0] : !kernel.tile<[1, 4], i8> -> !kernel.tile<[4, 1], i8>
      %acc = kernel.load %c[%c0, %c0] : !kernel.tensor<[1, 1], i32> -> !kernel.tile<[1, 1], i32>
      %r = kernel.mma %at, %bt, %acc : !kernel.tile<[1, 4], i8>, !kernel.tile<[4, 1], i8>, !kernel.tile<[1, 1], i32>
      kernel.store %r, %c[%c0, %c0] : !kernel.tile<[1, 1], i32>, !kernel.tensor<[1, 1], i32>
      kernel.return
    })",
                  {tensor(a, {1, 4}), tensor(c, {1, 1})}))
      << messages;
  EXPECT_EQ(c[0], INT32_MIN + 65535);
}

/// Runs `op` (a format with %a and %b of `type`) on scalars and returns the one i64 or f64 that `finish`
/// makes of it.
struct ScalarCase {
  const char *ops;
  int64_t expected;
};

TEST_F(Interpreter, IntegerArithmetic) {
  // %a = -7, %b = 2 of i8; every case leaves an i64 in %r.
  const ScalarCase cases[] = {
      {"%x = arith.divsi %a, %b : i8 \n %r = arith.extsi %x : i8 to i64", -3},
      {"%x = arith.remsi %a, %b : i8 \n %r = arith.extsi %x : i8 to i64", -1},
      {"%x = arith.floordivsi %a, %b : i8 \n %r = arith.extsi %x : i8 to i64", -4},
      {"%x = arith.ceildivsi %a, %b : i8 \n %r = arith.extsi %x : i8 to i64", -3},
      {"%x = arith.divui %a, %b : i8 \n %r = arith.extui %x : i8 to i64", 124},
      {"%x = arith.remui %a, %b : i8 \n %r = arith.extui %x : i8 to i64", 1},
      {"%x = arith.ceildivui %a, %b : i8 \n %r = arith.extui %x : i8 to i64", 125},
      {"%x = arith.shrsi %a, %b : i8 \n %r = arith.extsi %x : i8 to i64", -2},
      {"%x = arith.shrui %a, %b : i8 \n %r = arith.extsi %x : i8 to i64", 62},
      {"%x = arith.shli %a, %b : i8 \n %r = arith.extsi %x : i8 to i64", -28},
      {"%x = arith.muli %a, %a : i8 \n %y = arith.muli %x, %b : i8 \n %z = arith.muli %y, %b : i8 \n"
       "%r = arith.extsi %z : i8 to i64",
       -60},
      {"%x = arith.cmpi ult, %a, %b : i8 \n %r = arith.extui %x : i1 to i64", 0},
      {"%x = arith.cmpi slt, %a, %b : i8 \n %r = arith.extui %x : i1 to i64", 1},
      {"%x = arith.cmpi slt, %a, %b : i8 \n %r = arith.extsi %x : i1 to i64", -1},
      {"%x = arith.maxui %a, %b : i8 \n %r = arith.extsi %x : i8 to i64", -7},
      {"%x = arith.minsi %a, %b : i8 \n %r = arith.extsi %x : i8 to i64", -7},
      {"%x = arith.xori %a, %b : i8 \n %r = arith.extsi %x : i8 to i64", -5},
      {"%x = arith.uitofp %a : i8 to f32 \n %r = arith.fptosi %x : f32 to i64", 249},
      {"%x = arith.constant 1.0 : f32 \n %y = arith.bitcast %x : f32 to i32 \n %r = arith.extsi %y : i32 to "
       "i64",
       0x3F800000},
  };
  for (const ScalarCase &c : cases) {
    std::vector<int64_t> y(1);
    std::string text = R"(kernel.func @k(%a: i8, %b: i8, %out: !kernel.tensor<[1], i64>) {
      )" + std::string(c.ops) +
                       R"(
      %c0 = arith.constant 0 : index
      %v = kernel.splat %r : i64 -> !kernel.tile<[1], i64>
      kernel.store %v, %out[%c0] : !kernel.tile<[1], i64>, !kernel.tensor<[1], i64>
      kernel.return
    })";
    ASSERT_TRUE(run(text, {Argument::scalar(int64_t(-7)), Argument::scalar(int64_t(2)), tensor(y, {1})}))
        << c.ops << messages;
    EXPECT_EQ(y[0], c.expected) << c.ops;
  }
}

TEST_F(Interpreter, FloatArithmetic) {
  struct Case {
    const char *op;
    double a, b, expected;
  };
  const double nan = NAN, inf = INFINITY;
  // All in f16, so that every result is visibly rounded to it.
  const Case cases[] = {
      {"arith.addf %a, %b : f16", 2048, 1, 2048},
      {"arith.addf %a, %b : f16", 2048, 3, 2052},
      {"arith.subf %a, %b : f16", 1, 0.5, 0.5},
      {"arith.mulf %a, %b : f16", 300, 300, inf},
      {"arith.divf %a, %b : f16", 1, 3, 0.333251953125},
      {"arith.negf %a : f16", 2, 0, -2},
      {"arith.maximumf %a, %b : f16", nan, 1, nan},
      {"arith.maxnumf %a, %b : f16", nan, 1, 1},
      {"arith.minimumf %a, %b : f16", 2, nan, nan},
      {"arith.minnumf %a, %b : f16", 2, -3, -3},
      {"math.fma %a, %a, %b : f16", 2, 0.5, 4.5},
      {"math.sqrt %a : f16", 2, 0, 1.4140625},
      {"math.rsqrt %a : f16", 4, 0, 0.5},
      {"math.exp2 %a : f16", -3, 0, 0.125},
      {"math.exp2 %a : f16", -inf, 0, 0},
      {"math.exp %a : f16", 1, 0, 2.71875},
      {"math.log2 %a : f16", 8, 0, 3},
      {"math.floor %a : f16", -1.5, 0, -2},
      {"math.ceil %a : f16", -1.5, 0, -1},
      {"math.roundeven %a : f16", 2.5, 0, 2},
      {"math.absf %a : f16", -1.5, 0, 1.5},
      {"math.powf %a, %b : f16", 3, 2, 9},
      {"math.tanh %a : f16", inf, 0, 1},
      {"math.erf %a : f16", 0, 0, 0},
      {"arith.remf %a, %b : f16", 7, 4, 3},
  };
  for (const Case &c : cases) {
    std::vector<double> y(1);
    std::string text =
        "kernel.func @k(%a: f16, %b: f16, %y: !kernel.tensor<[1], f64>) {\n%r = " + std::string(c.op) +
        R"(
      %c0 = arith.constant 0 : index
      %w = arith.extf %r : f16 to f64
      %v = kernel.splat %w : f64 -> !kernel.tile<[1], f64>
      kernel.store %v, %y[%c0] : !kernel.tile<[1], f64>, !kernel.tensor<[1], f64>
      kernel.return
    })";
    ASSERT_TRUE(run(text, {Argument::scalar(c.a), Argument::scalar(c.b), tensor(y, {1})}))
        << c.op << messages;
    if (std::isnan(c.expected))
      EXPECT_TRUE(std::isnan(y[0])) << c.op;
    else
      EXPECT_EQ(y[0], c.expected) << c.op;
  }
}

TEST_F(Interpreter, FloatComparisonsAndSelect) {
  std::vector<float> x = {1, NAN, 3, 4}, y(4);
  ASSERT_TRUE(run(R"(
    kernel.func @k(%x: !kernel.tensor<[4], f32>, %y: !kernel.tensor<[4], f32>) {
      %c0 = arith.constant 0 : index
      %v = kernel.load %x[%c0] : !kernel.tensor<[4], f32> -> !kernel.tile<[4], f32>
      %three = kernel.constant 3.0 : !kernel.tile<[4], f32>
      %m = arith.cmpf ult, %v, %three : !kernel.tile<[4], f32>
      %r = kernel.select %m, %three, %v : !kernel.tile<[4], i1>, !kernel.tile<[4], f32>
      kernel.store %r, %y[%c0] : !kernel.tile<[4], f32>, !kernel.tensor<[4], f32>
      kernel.return
    })",
                  {tensor(x, {4}), tensor(y, {4})}))
      << messages;
  EXPECT_EQ(y, (std::vector<float>{3, 3, 3, 4}));
}

TEST_F(Interpreter, LoopsCarryValuesAndConditionsChoose) {
  // 1 + 2 + ... + 9 in steps of 2 (1 3 5 7 9) = 25, doubled because 25 > 20.
  std::vector<int64_t> y(1);
  ASSERT_TRUE(run(R"(
    kernel.func @k(%n: index, %y: !kernel.tensor<[1], i64>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c20 = arith.constant 20 : index
      %sum = scf.for %i = %c1 to %n step %c2 iter_args(%s = %c0) -> (index) {
        %t = arith.addi %s, %i : index
        scf.yield %t : index
      }
      %big = arith.cmpi sgt, %sum, %c20 : index
      %r = scf.if %big -> (index) {
        %d = arith.muli %sum, %c2 : index
        scf.yield %d : index
      } else {
        scf.yield %sum : index
      }
      %w = arith.index_cast %r : index to i64
      %v = kernel.splat %w : i64 -> !kernel.tile<[1], i64>
      kernel.store %v, %y[%c0] : !kernel.tile<[1], i64>, !kernel.tensor<[1], i64>
      kernel.return
    })",
                  {Argument::scalar(int64_t(10)), tensor(y, {1})}))
      << messages;
  EXPECT_EQ(y[0], 50);
}

//===-- What is refused
//--------------------------------------------------------------------------------------===//

TEST_F(Interpreter, UnknownOpsAreNamed) {
  EXPECT_FALSE(run(R"(
    kernel.func @k(%x: f32) {
      %y = vector.broadcast %x : f32 to vector<4xf32>
      kernel.return
    })",
                   {Argument::scalar(1.0)}));
  EXPECT_EQ(messages, "'vector.broadcast' op is not known to the interpreter");
}

TEST_F(Interpreter, DivisionByZeroIsAnError) {
  EXPECT_FALSE(run(R"(
    kernel.func @k(%x: i32) {
      %y = arith.divsi %x, %x : i32
      kernel.return
    })",
                   {Argument::scalar(int64_t(0))}));
  EXPECT_EQ(messages, "'arith.divsi' op divides by zero");
}

TEST_F(Interpreter, AStepOfZeroIsAnError) {
  EXPECT_FALSE(run(R"(
    kernel.func @k(%n: index) {
      scf.for %i = %n to %n step %n {
      }
      kernel.return
    })",
                   {Argument::scalar(int64_t(0))}));
  EXPECT_EQ(messages, "'scf.for' op expects a step of 1 or more, found 0");
}

TEST_F(Interpreter, ArgumentsMustFit) {
  StringRef text = "kernel.func @k(%x: !kernel.tensor<[?, 4], f32>, %s: f32) { kernel.return }";
  std::vector<float> x(8);
  EXPECT_TRUE(run(text, {tensor(x, {2, 4}), Argument::scalar(1.0)}));
  EXPECT_FALSE(run(text, {tensor(x, {2, 4})}));
  EXPECT_EQ(messages, "@k takes 2 arguments, found 1");
  messages.clear();
  EXPECT_FALSE(run(text, {tensor(x, {4, 2}), Argument::scalar(1.0)}));
  EXPECT_EQ(messages, "argument 0 of @k: expected shape [?, 4], found [4, 2]");
  messages.clear();
  EXPECT_FALSE(run(text, {tensor(x, {3, 4}), Argument::scalar(1.0)}));
  EXPECT_EQ(messages,
            "argument 0 of @k: expected memory for shape [3, 4] and strides [4, 1] of 'f32', found 32 bytes");
  messages.clear();
  EXPECT_FALSE(run(text, {tensor(x, {2, 4}), Argument::scalar(int64_t(1))}));
  EXPECT_EQ(messages, "argument 1 of @k: expected a scalar 'f32', found an integer");
}

TEST_F(Interpreter, ParametersMustBeBound) {
  EXPECT_FALSE(run("kernel.func @k<B: index = 4>() { kernel.return }", {}));
  EXPECT_EQ(messages, "@k has parameters without values: specialise it first");
}

} // namespace
