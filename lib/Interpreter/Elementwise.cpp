#include "Elementwise.h"

#include "dialects/Kernel/Kernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/StringMap.h"
#include <cmath>

using namespace mlir;
using namespace kiln;
using namespace kiln::interpreter;

using arith::CmpFPredicate;
using arith::CmpIPredicate;

//===-- Functions of one or two numbers, by op name
//----------------------------------------------------------===//

/// IEEE 754-2019 maximum: NaN if either is, and +0 above -0.
static double maximum(double a, double b) {
  if (std::isnan(a) || std::isnan(b))
    return NAN;
  return a > b || (a == b && !std::signbit(a)) ? a : b;
}
static double minimum(double a, double b) { return -maximum(-a, -b); }
/// The number if only one of them is.
static double maximumNumber(double a, double b) {
  return std::isnan(a) ? b : std::isnan(b) ? a : maximum(a, b);
}
static double minimumNumber(double a, double b) { return -maximumNumber(-a, -b); }

/// Wrapping arithmetic: unsigned overflow is defined.
static int64_t wrap(uint64_t value) { return static_cast<int64_t>(value); }
static uint64_t bits(int64_t value) { return static_cast<uint64_t>(value); }

/// -2^63 / -1 wraps instead of trapping.
static int64_t divide(int64_t a, int64_t b) { return b == -1 ? wrap(-bits(a)) : a / b; }
static int64_t remainder(int64_t a, int64_t b) { return b == -1 ? 0 : a % b; }
static int64_t floorDivide(int64_t a, int64_t b) {
  return divide(a, b) - (remainder(a, b) && (a < 0) != (b < 0));
}
static int64_t ceilDivide(int64_t a, int64_t b) {
  return divide(a, b) + (remainder(a, b) && (a < 0) == (b < 0));
}

using RealUnary = double (*)(double);
using RealBinary = double (*)(double, double);
using SignedBinary = int64_t (*)(int64_t, int64_t);
using UnsignedBinary = uint64_t (*)(uint64_t, uint64_t);

static const llvm::StringMap<RealUnary> &realUnary() {
  static const llvm::StringMap<RealUnary> table = {
      {"arith.negf", [](double x) { return -x; }},
      {"math.absf", [](double x) { return std::fabs(x); }},
      {"math.ceil", [](double x) { return std::ceil(x); }},
      {"math.floor", [](double x) { return std::floor(x); }},
      {"math.trunc", [](double x) { return std::trunc(x); }},
      {"math.round", [](double x) { return std::round(x); }},
      {"math.roundeven", [](double x) { return std::nearbyint(x); }},
      {"math.sqrt", [](double x) { return std::sqrt(x); }},
      {"math.rsqrt", [](double x) { return 1 / std::sqrt(x); }},
      {"math.cbrt", [](double x) { return std::cbrt(x); }},
      {"math.exp", [](double x) { return std::exp(x); }},
      {"math.exp2", [](double x) { return std::exp2(x); }},
      {"math.expm1", [](double x) { return std::expm1(x); }},
      {"math.log", [](double x) { return std::log(x); }},
      {"math.log2", [](double x) { return std::log2(x); }},
      {"math.log10", [](double x) { return std::log10(x); }},
      {"math.log1p", [](double x) { return std::log1p(x); }},
      {"math.sin", [](double x) { return std::sin(x); }},
      {"math.cos", [](double x) { return std::cos(x); }},
      {"math.tan", [](double x) { return std::tan(x); }},
      {"math.asin", [](double x) { return std::asin(x); }},
      {"math.acos", [](double x) { return std::acos(x); }},
      {"math.atan", [](double x) { return std::atan(x); }},
      {"math.sinh", [](double x) { return std::sinh(x); }},
      {"math.cosh", [](double x) { return std::cosh(x); }},
      {"math.tanh", [](double x) { return std::tanh(x); }},
      {"math.erf", [](double x) { return std::erf(x); }},
      {"math.erfc", [](double x) { return std::erfc(x); }},
  };
  return table;
}

static const llvm::StringMap<RealBinary> &realBinary() {
  static const llvm::StringMap<RealBinary> table = {
      {"arith.addf", [](double a, double b) { return a + b; }},
      {"arith.subf", [](double a, double b) { return a - b; }},
      {"arith.mulf", [](double a, double b) { return a * b; }},
      {"arith.divf", [](double a, double b) { return a / b; }},
      {"arith.remf", [](double a, double b) { return std::fmod(a, b); }},
      {"arith.maximumf", maximum},
      {"arith.minimumf", minimum},
      {"arith.maxnumf", maximumNumber},
      {"arith.minnumf", minimumNumber},
      {"math.powf", [](double a, double b) { return std::pow(a, b); }},
      {"math.atan2", [](double a, double b) { return std::atan2(a, b); }},
      {"math.copysign", [](double a, double b) { return std::copysign(a, b); }},
  };
  return table;
}

static const llvm::StringMap<SignedBinary> &signedBinary() {
  static const llvm::StringMap<SignedBinary> table = {
      {"arith.addi", [](int64_t a, int64_t b) { return wrap(bits(a) + bits(b)); }},
      {"arith.subi", [](int64_t a, int64_t b) { return wrap(bits(a) - bits(b)); }},
      {"arith.muli", [](int64_t a, int64_t b) { return wrap(bits(a) * bits(b)); }},
      {"arith.andi", [](int64_t a, int64_t b) { return a & b; }},
      {"arith.ori", [](int64_t a, int64_t b) { return a | b; }},
      {"arith.xori", [](int64_t a, int64_t b) { return a ^ b; }},
      {"arith.maxsi", [](int64_t a, int64_t b) { return std::max(a, b); }},
      {"arith.minsi", [](int64_t a, int64_t b) { return std::min(a, b); }},
      {"arith.divsi", divide},
      {"arith.remsi", remainder},
      {"arith.floordivsi", floorDivide},
      {"arith.ceildivsi", ceilDivide},
  };
  return table;
}

static const llvm::StringMap<UnsignedBinary> &unsignedBinary() {
  static const llvm::StringMap<UnsignedBinary> table = {
      {"arith.divui", [](uint64_t a, uint64_t b) { return a / b; }},
      {"arith.remui", [](uint64_t a, uint64_t b) { return a % b; }},
      {"arith.ceildivui", [](uint64_t a, uint64_t b) { return a / b + (a % b != 0); }},
      {"arith.maxui", [](uint64_t a, uint64_t b) { return std::max(a, b); }},
      {"arith.minui", [](uint64_t a, uint64_t b) { return std::min(a, b); }},
  };
  return table;
}

//===-- Comparisons, shifts, conversions
//---------------------------------------------------------------------===//

static bool compareReals(CmpFPredicate predicate, double a, double b) {
  bool unordered = std::isnan(a) || std::isnan(b);
  switch (predicate) {
  case CmpFPredicate::AlwaysFalse:
    return false;
  case CmpFPredicate::OEQ:
    return a == b;
  case CmpFPredicate::OGT:
    return a > b;
  case CmpFPredicate::OGE:
    return a >= b;
  case CmpFPredicate::OLT:
    return a < b;
  case CmpFPredicate::OLE:
    return a <= b;
  case CmpFPredicate::ONE:
    return !unordered && a != b;
  case CmpFPredicate::ORD:
    return !unordered;
  case CmpFPredicate::UEQ:
    return unordered || a == b;
  case CmpFPredicate::UGT:
    return unordered || a > b;
  case CmpFPredicate::UGE:
    return unordered || a >= b;
  case CmpFPredicate::ULT:
    return unordered || a < b;
  case CmpFPredicate::ULE:
    return unordered || a <= b;
  case CmpFPredicate::UNE:
    return a != b;
  case CmpFPredicate::UNO:
    return unordered;
  case CmpFPredicate::AlwaysTrue:
    return true;
  }
  llvm_unreachable("no other predicate");
}

static bool compareIntegers(CmpIPredicate predicate, int64_t a, int64_t b) {
  // Sign extension keeps the order of unsigned numbers of one width.
  uint64_t ua = bits(a), ub = bits(b);
  switch (predicate) {
  case CmpIPredicate::eq:
    return a == b;
  case CmpIPredicate::ne:
    return a != b;
  case CmpIPredicate::slt:
    return a < b;
  case CmpIPredicate::sle:
    return a <= b;
  case CmpIPredicate::sgt:
    return a > b;
  case CmpIPredicate::sge:
    return a >= b;
  case CmpIPredicate::ult:
    return ua < ub;
  case CmpIPredicate::ule:
    return ua <= ub;
  case CmpIPredicate::ugt:
    return ua > ub;
  case CmpIPredicate::uge:
    return ua >= ub;
  }
  llvm_unreachable("no other predicate");
}

static ElementFunction shiftFunction(StringRef name, Type type) {
  uint64_t width = bitWidth(type);
  if (name == "arith.shli")
    return [=](ArrayRef<Cell> x) {
      uint64_t by = zeroExtend(type, x[1]);
      return integer(by < width ? wrap(bits(x[0].integer) << by) : 0);
    };
  if (name == "arith.shrui")
    return [=](ArrayRef<Cell> x) {
      uint64_t by = zeroExtend(type, x[1]);
      return integer(by < width ? wrap(zeroExtend(type, x[0]) >> by) : 0);
    };
  if (name == "arith.shrsi")
    return [=](ArrayRef<Cell> x) {
      return integer(x[0].integer >> std::min(zeroExtend(type, x[1]), width - 1));
    };
  return {};
}

static ElementFunction conversionFunction(StringRef name, Type from, Type to) {
  if (llvm::is_contained({"kernel.convert", "arith.extf", "arith.truncf", "arith.sitofp", "arith.fptosi",
                          "arith.extsi", "arith.trunci", "arith.index_cast"},
                         name))
    return [=](ArrayRef<Cell> x) { return convert(from, to, x[0]); };
  if (name == "arith.extui" || name == "arith.index_castui")
    return [=](ArrayRef<Cell> x) { return integer(wrap(zeroExtend(from, x[0]))); };
  if (name == "arith.uitofp")
    return [=](ArrayRef<Cell> x) { return unsignedToReal(from, to, x[0]); };
  if (name == "arith.fptoui")
    return [=](ArrayRef<Cell> x) { return realToUnsigned(to, x[0]); };
  if (name == "arith.bitcast")
    return [=](ArrayRef<Cell> x) { return decode(to, encode(from, x[0])); };
  return {};
}

//===-- Look-up
//----------------------------------------------------------------------------------------------===//

static Type elementTypeOf(Value value) { return getElementTypeOrSelf(value.getType()); }

ElementFunction interpreter::elementFunction(Operation *op) {
  StringRef name = op->getName().getStringRef();
  if (auto found = realUnary().find(name); found != realUnary().end())
    return [f = found->second](ArrayRef<Cell> x) { return real(f(x[0].real)); };
  if (auto found = realBinary().find(name); found != realBinary().end())
    return [f = found->second](ArrayRef<Cell> x) { return real(f(x[0].real, x[1].real)); };
  if (auto found = signedBinary().find(name); found != signedBinary().end())
    return [f = found->second](ArrayRef<Cell> x) { return integer(f(x[0].integer, x[1].integer)); };
  if (op->getNumOperands() == 0 || op->getNumResults() != 1)
    return {};
  Type from = elementTypeOf(op->getOperand(0)), to = elementTypeOf(op->getResult(0));
  if (auto found = unsignedBinary().find(name); found != unsignedBinary().end())
    return [f = found->second, from](ArrayRef<Cell> x) {
      return integer(wrap(f(zeroExtend(from, x[0]), zeroExtend(from, x[1]))));
    };
  if (auto compare = dyn_cast<arith::CmpFOp>(op))
    return [p = compare.getPredicate()](ArrayRef<Cell> x) {
      return integer(compareReals(p, x[0].real, x[1].real));
    };
  if (auto compare = dyn_cast<arith::CmpIOp>(op))
    return [p = compare.getPredicate()](ArrayRef<Cell> x) {
      return integer(compareIntegers(p, x[0].integer, x[1].integer));
    };
  if (name == "arith.select" || name == "kernel.select")
    return [](ArrayRef<Cell> x) { return x[0].integer ? x[1] : x[2]; };
  if (name == "math.absi")
    return [](ArrayRef<Cell> x) { return x[0].integer < 0 ? integer(wrap(-bits(x[0].integer))) : x[0]; };
  if (name == "math.fma")
    return [to](ArrayRef<Cell> x) { return fusedMultiplyAdd(to, x[0], x[1], x[2]); };
  if (ElementFunction shift = shiftFunction(name, from))
    return shift;
  return conversionFunction(name, from, to);
}

bool interpreter::dividesByInteger(Operation *op) {
  return isa<arith::DivSIOp, arith::DivUIOp, arith::RemSIOp, arith::RemUIOp, arith::CeilDivSIOp,
             arith::CeilDivUIOp, arith::FloorDivSIOp>(op);
}
