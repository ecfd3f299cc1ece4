// The portable functions and conversions, run on the host.
#include "TargetFiles.h"

#include "kiln/Conversion/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "llvm/Support/TargetSelect.h"
#include <cmath>
#include <cstring>

using namespace mlir;
using namespace kiln;
using namespace kiln::target;
using namespace kiln::target::test;

namespace {

float asFloat(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}
uint32_t asBits(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// Every elementwise atom of targets/generic as a function of the host. What an atom's body takes from
/// another atom is put in by the compiler's own pass.
struct Generic : testing::Test {
  static void SetUpTestSuite() {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    DialectRegistry registry;
    compiler::registerDialects(registry);
    registerBuiltinDialectTranslation(registry);
    registerLLVMDialectTranslation(registry);
    context = new MLIRContext(registry, MLIRContext::Threading::DISABLED);
    context->loadAllAvailableDialects();
    files = new TargetFiles(*context, "generic");
    OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(context));
    OpBuilder builder = OpBuilder::atBlockEnd(module->getBody());
    // Those on 16-bit floats need conversions that a host may lack; they only call the others.
    for (const auto &[name, op] : files->ops)
      if (auto atom = cast<ElementwiseOp>(op); atom.getFrom().getIntOrFloatBitWidth() != 16)
        addFunction(builder, name, op);
    addMachine(builder);
    PassManager passes(context);
    passes.addPass(conversion::createConvertAtomsToBodies());
    passes.addPass(conversion::createConvertLanesToLLVM());
    ASSERT_TRUE(succeeded(passes.run(*module)));
    ExecutionEngineOptions options;
    auto optimize = makeOptimizingTransformer(2, 0, nullptr);
    options.transformer = optimize;
    auto created = ExecutionEngine::create(*module, options);
    ASSERT_TRUE(bool(created)) << llvm::toString(created.takeError());
    engine = created->release();
  }

  static void addFunction(OpBuilder &builder, const std::string &name, Operation *op) {
    Block &body = op->getRegion(0).front();
    Type result = body.getTerminator()->getOperand(0).getType();
    auto type = LLVM::LLVMFunctionType::get(result, {body.getArgument(0).getType()});
    OpBuilder::InsertionGuard guard(builder);
    auto function = LLVM::LLVMFuncOp::create(builder, op->getLoc(), "host_" + name, type);
    Block *entry = function.addEntryBlock(builder);
    builder.setInsertionPointToStart(entry);
    auto apply =
        ApplyOp::create(builder, op->getLoc(), TypeRange(result), name, ValueRange(entry->getArgument(0)));
    LLVM::ReturnOp::create(builder, op->getLoc(), apply.getResults());
  }

  static void addMachine(OpBuilder &builder) {
    MachineOp machine;
    for (auto &module : files->modules)
      for (MachineOp part : module->getOps<MachineOp>()) {
        if (!machine) {
          machine = cast<MachineOp>(builder.clone(*part));
          continue;
        }
        for (Operation &op : part.getBody().front())
          OpBuilder::atBlockEnd(&machine.getBody().front()).clone(op);
      }
  }

  template <typename Function> static Function *function(const std::string &name) {
    auto found = engine->lookup("host_" + name);
    EXPECT_TRUE(bool(found)) << llvm::toString(found.takeError());
    return found ? reinterpret_cast<Function *>(*found) : nullptr;
  }

  static MLIRContext *context;
  static TargetFiles *files;
  static ExecutionEngine *engine;
};
MLIRContext *Generic::context;
TargetFiles *Generic::files;
ExecutionEngine *Generic::engine;

//===-- Functions
//--------------------------------------------------------------------------------------------===//

struct MathFunction {
  const char *name;
  double (*reference)(double);
  double ulps;
};

/// The distance of `found` from `exact` in units of the last place of f32 at `exact`.
double error(float found, double exact) {
  int exponent;
  std::frexp(exact, &exponent);
  return std::fabs(found - exact) / std::ldexp(1.0, std::max(exponent, -125) - 24);
}

bool isRight(float found, double exact, double ulps) {
  float rounded = static_cast<float>(exact);
  if (std::isnan(exact))
    return std::isnan(found);
  if (std::isinf(rounded) || rounded == 0) // Exactly this, or the number next to it.
    return found == rounded ? std::signbit(found) == std::signbit(rounded)
                            : std::nextafterf(found, rounded) == rounded;
  return !std::isnan(found) && std::signbit(found) == std::signbit(exact) && error(found, exact) <= ulps;
}

/// Every 1021st number, and all numbers within 64 of a power of two, zero and infinity. With KILN_EXHAUSTIVE
/// all there are.
void checkFunction(const MathFunction &math, float (*function)(float)) {
  int wrong = 0;
  auto check = [&](uint32_t bits) {
    float x = asFloat(bits), found = function(x);
    double exact = math.reference(x);
    if (!isRight(found, exact, math.ulps) && ++wrong < 10)
      ADD_FAILURE() << math.name << "(" << x << ") is " << found << ", expected " << exact;
  };
  uint64_t step = std::getenv("KILN_EXHAUSTIVE") ? 1 : 1021;
  for (uint64_t bits = 0; bits < uint64_t(1) << 32; bits += step)
    check(bits);
  for (uint64_t power = 0; power < 512; ++power)
    for (int near = -64; near <= 64; ++near)
      check(static_cast<uint32_t>(power << 23) + near);
  EXPECT_EQ(wrong, 0) << math.name;
}

/// The bounds that the files state.
const MathFunction functions[] = {
    {"exp", std::exp, 0.9},
    {"exp2", std::exp2, 0.9},
    {"log", std::log, 0.9},
    {"log2", std::log2, 0.95},
    {"tanh", std::tanh, 1.5},
    {"erf", std::erf, 1.1},
    {"rsqrt", [](double x) { return 1 / std::sqrt(x); }, 1.5},
};

TEST_F(Generic, FunctionsKeepTheirBounds) {
  for (const MathFunction &math : functions)
    checkFunction(math, function<float(float)>(math.name));
}

TEST_F(Generic, SpecialValues) {
  float infinity = INFINITY, nan = NAN;
  auto call = [&](const char *name, float x) { return function<float(float)>(name)(x); };
  EXPECT_EQ(call("exp", -infinity), 0);
  EXPECT_EQ(call("exp", infinity), infinity);
  EXPECT_EQ(call("exp", 0), 1);
  EXPECT_EQ(call("exp2", -149), asFloat(1));
  EXPECT_EQ(call("exp2", 127), asFloat(0x7F000000));
  EXPECT_EQ(call("log", 0), -infinity);
  EXPECT_EQ(call("log", 1), 0);
  EXPECT_TRUE(std::isnan(call("log", -1)));
  EXPECT_EQ(call("log2", asFloat(1)), -149);
  EXPECT_EQ(call("tanh", infinity), 1);
  EXPECT_EQ(asBits(call("tanh", -0.0f)), 0x80000000u);
  EXPECT_EQ(call("erf", -infinity), -1);
  EXPECT_EQ(call("rsqrt", 0), infinity);
  for (const MathFunction &math : functions)
    EXPECT_TRUE(std::isnan(call(math.name, nan))) << math.name;
}

//===-- Conversions
//------------------------------------------------------------------------------------------===//

/// A format by its parameters; what a code means follows from these alone.
struct Format {
  const char *name;
  int bits, fraction, bias;
  int largest;  ///< Code of the largest finite value.
  int overflow; ///< Code of what is beyond.
  int nan;      ///< Code of a NaN; -1 if there is none.
  bool hasNegativeZero = true;
};
const Format formats[] = {
    {"f8E4M3FN", 8, 3, 7, 0x7E, 0x7E, 0x7F},
    {"f8E5M2", 8, 2, 15, 0x7B, 0x7C, 0x7E},
    {"f8E4M3FNUZ", 8, 3, 8, 0x7F, 0x7F, 0x80, false},
    {"f8E5M2FNUZ", 8, 2, 16, 0x7F, 0x7F, 0x80, false},
    {"f6E2M3FN", 6, 3, 1, 0x1F, 0x1F, -1},
    {"f6E3M2FN", 6, 2, 3, 0x1F, 0x1F, -1},
    {"f4E2M1FN", 4, 1, 1, 0x07, 0x07, -1},
};

/// The value of a code without its sign, as if the format went on beyond its largest.
double valueOf(const Format &format, int code) {
  int exponent = code >> format.fraction, fraction = code & ((1 << format.fraction) - 1);
  return exponent ? std::ldexp((1 << format.fraction) + fraction, exponent - format.bias - format.fraction)
                  : std::ldexp(fraction, 1 - format.bias - format.fraction);
}

int nearestCode(const Format &format, double magnitude) {
  int code = 0;
  while (code <= format.largest && valueOf(format, code + 1) <= magnitude)
    ++code;
  double below = magnitude - valueOf(format, code), above = valueOf(format, code + 1) - magnitude;
  if (code <= format.largest && (above < below || (above == below && code % 2)))
    ++code;
  return code > format.largest ? format.overflow : code;
}

int expectedCode(const Format &format, float x) {
  int sign = std::signbit(x) ? 1 << (format.bits - 1) : 0;
  if (std::isnan(x))
    return format.nan < 0 ? format.largest | sign : format.hasNegativeZero ? format.nan | sign : format.nan;
  int code = nearestCode(format, std::fabs(static_cast<double>(x)));
  return code == 0 && !format.hasNegativeZero ? 0 : code | sign;
}

/// All numbers within 3 of where the result changes, every 65521st number, and the special ones.
TEST_F(Generic, ConversionsToSmallFormats) {
  for (const Format &format : formats) {
    auto *convert = function<uint8_t(float)>("convert_f32_to_" + std::string(format.name));
    int mask = (1 << format.bits) - 1;
    auto check = [&](uint32_t bits) {
      for (uint32_t sign : {0u, 0x80000000u}) {
        float x = asFloat(bits | sign);
        EXPECT_EQ(convert(x) & mask, expectedCode(format, x)) << format.name << " " << x;
      }
    };
    for (int code = 0; code <= format.largest; ++code)
      for (double edge : {valueOf(format, code), (valueOf(format, code) + valueOf(format, code + 1)) / 2})
        for (int near = -3; near <= 3; ++near)
          check((asBits(static_cast<float>(edge)) + near) & 0x7FFFFFFF);
    for (uint64_t bits = 0; bits < 0x80000000u; bits += 65521)
      check(bits);
    for (uint32_t bits : {0x7F7FFFFFu, 0x7F800000u, 0x7F800001u, 0x7FC00000u, 0x7FFFFFFFu, 1u, 0x007FFFFFu})
      check(bits);
  }
}

TEST_F(Generic, ConversionsFromSmallFormats) {
  for (const Format &format : formats) {
    auto *convert = function<float(uint8_t)>("convert_" + std::string(format.name) + "_to_f32");
    int sign = 1 << (format.bits - 1);
    for (int code = 0; code < 2 * sign; ++code) {
      float found = convert(code);
      int magnitude = code & (sign - 1);
      bool isNan = format.hasNegativeZero ? magnitude > format.overflow : code == format.nan;
      if (isNan) {
        EXPECT_TRUE(std::isnan(found)) << format.name << " " << code;
        continue;
      }
      double expected = magnitude > format.largest ? INFINITY : valueOf(format, magnitude);
      EXPECT_EQ(found, code & sign ? -expected : expected) << format.name << " " << code;
      EXPECT_EQ(std::signbit(found), (code & sign) != 0) << format.name << " " << code;
    }
  }
}

/// OCP Microscaling Formats 1.0, 5.4.1: 2^(code - 127); 0xFF is NaN.
TEST_F(Generic, ConversionsOfScales) {
  auto *to = function<uint8_t(float)>("convert_f32_to_f8E8M0FNU");
  auto *from = function<float(uint8_t)>("convert_f8E8M0FNU_to_f32");
  for (int code = 0; code < 255; ++code) {
    double value = std::ldexp(1.0, code - 127);
    EXPECT_EQ(from(code), value);
    EXPECT_EQ(to(value), code);
    // The border to the next power is 1.5 times this one, and belongs to the next.
    float border = static_cast<float>(1.5 * value);
    EXPECT_EQ(to(border), std::min(code + 1, 254)) << border;
    EXPECT_EQ(to(std::nextafterf(border, 0)), code) << border;
  }
  EXPECT_TRUE(std::isnan(from(255)));
  EXPECT_EQ(to(NAN), 255);
  EXPECT_EQ(to(INFINITY), 254);
  EXPECT_EQ(to(0), 0);
  EXPECT_EQ(to(-0.0f), 0);
  EXPECT_EQ(to(-8), 0);
  EXPECT_EQ(to(asFloat(1)), 0);
}

} // namespace
