#include "Numbers.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace kiln;
using namespace kiln::interpreter;
using llvm::APFloat;
using llvm::APInt;

static constexpr auto nearestEven = APFloat::rmNearestTiesToEven;

const char *interpreter::whyNotSupported(Type type) {
  if (auto real = dyn_cast<FloatType>(type))
    return real.getWidth() <= 64 ? nullptr : "floats wider than 64 bits are not supported";
  if (isa<IndexType>(type) || (type.isSignlessInteger() && type.getIntOrFloatBitWidth() <= 64))
    return nullptr;
  return "only floats, index and signless integers of up to 64 bits are supported";
}

unsigned interpreter::bitWidth(Type type) { return type.isIndex() ? 64 : type.getIntOrFloatBitWidth(); }

static const llvm::fltSemantics &formatOf(Type type) { return cast<FloatType>(type).getFloatSemantics(); }

static double toDouble(APFloat number) {
  // APFloat converts e8m0's NaN, which has no payload bits, to an infinity.
  if (number.isNaN())
    return std::numeric_limits<double>::quiet_NaN();
  bool inexact;
  number.convert(APFloat::IEEEdouble(), nearestEven, &inexact);
  return number.convertToDouble();
}

/// `value` as the format's nearest number, by the rules that `round` states.
static APFloat nearest(const llvm::fltSemantics &format, APFloat value) {
  if (value.isNaN())
    return APFloat::semanticsHasNaN(format) ? APFloat::getQNaN(format) : APFloat::getLargest(format);
  // e8m0 holds powers of two only: neither a sign nor a zero.
  if (!APFloat::semanticsHasSignedRepr(format) && (value.isNegative() || value.isZero()))
    return APFloat::getSmallest(format);
  double largest = toDouble(APFloat::getLargest(format));
  if (!APFloat::semanticsHasInf(format) && std::fabs(toDouble(value)) > largest)
    return APFloat::getLargest(format, value.isNegative());
  bool inexact;
  value.convert(format, nearestEven, &inexact);
  return value;
}

static int64_t signExtend(Type type, uint64_t bits) {
  unsigned unused = 64 - bitWidth(type);
  return static_cast<int64_t>(bits << unused) >> unused;
}

Cell interpreter::round(Type type, Cell value) {
  if (type.isF64())
    return value;
  if (type.isF32())
    return real(static_cast<float>(value.real));
  if (isa<FloatType>(type))
    return real(toDouble(nearest(formatOf(type), APFloat(value.real))));
  return integer(signExtend(type, static_cast<uint64_t>(value.integer)));
}

uint64_t interpreter::zeroExtend(Type type, Cell value) {
  unsigned unused = 64 - bitWidth(type);
  return static_cast<uint64_t>(value.integer) << unused >> unused;
}

uint64_t interpreter::encode(Type type, Cell value) {
  if (isa<FloatType>(type))
    return nearest(formatOf(type), APFloat(value.real)).bitcastToAPInt().getZExtValue();
  return zeroExtend(type, value);
}

Cell interpreter::decode(Type type, uint64_t bits) {
  if (isa<FloatType>(type))
    return real(toDouble(APFloat(formatOf(type), APInt(bitWidth(type), bits))));
  return integer(signExtend(type, bits));
}

/// A 64-bit integer as a float, rounded once.
static Cell integerToReal(Type to, uint64_t value, bool isSigned) {
  // 113 bits hold any 64-bit integer exactly.
  APFloat number(APFloat::IEEEquad());
  number.convertFromAPInt(APInt(64, value), isSigned, nearestEven);
  return real(toDouble(nearest(formatOf(to), number)));
}

static Cell realToInteger(Type to, double value, bool isSigned) {
  llvm::APSInt result(bitWidth(to), !isSigned);
  bool exact;
  // Saturates; NaN gives 0.
  APFloat(value).convertToInteger(result, APFloat::rmTowardZero, &exact);
  return integer(signExtend(to, result.getZExtValue()));
}

Cell interpreter::convert(Type from, Type to, Cell value) {
  bool fromReal = isa<FloatType>(from), toReal = isa<FloatType>(to);
  if (fromReal == toReal)
    return round(to, value);
  return toReal ? integerToReal(to, static_cast<uint64_t>(value.integer), /*isSigned=*/true)
                : realToInteger(to, value.real, /*isSigned=*/true);
}

Cell interpreter::unsignedToReal(Type from, Type to, Cell value) {
  return integerToReal(to, zeroExtend(from, value), /*isSigned=*/false);
}

Cell interpreter::realToUnsigned(Type to, Cell value) {
  return realToInteger(to, value.real, /*isSigned=*/false);
}

Cell interpreter::fusedMultiplyAdd(Type type, Cell a, Cell b, Cell c) {
  const llvm::fltSemantics &format = formatOf(type);
  APFloat sum = nearest(format, APFloat(a.real));
  sum.fusedMultiplyAdd(nearest(format, APFloat(b.real)), nearest(format, APFloat(c.real)), nearestEven);
  return real(toDouble(sum));
}
