#include "Special.h"

namespace kiln::emulator::numerics {

namespace {

/// sin(2 pi x), exact at multiples of a quarter turn.
double sineOfTurns(double x) {
  double r = x - std::nearbyint(x);
  if (std::fabs(r) > 0.25)
    r = std::copysign(0.5, r) - r;
  return std::sin(r * 6.283185307179586476925);
}

double cosineOfTurns(double x) { return sineOfTurns(0.25 - std::fabs(x - std::nearbyint(x))); }

double evaluate(Transcendental op, double x) {
  switch (op) {
  case Transcendental::Rcp:
    return 1.0 / x;
  case Transcendental::Rsq:
    return 1.0 / std::sqrt(x);
  case Transcendental::Sqrt:
    return std::sqrt(x);
  case Transcendental::Exp2:
    return std::exp2(x);
  case Transcendental::Log2:
    return std::log2(x);
  case Transcendental::Sin:
    return std::fabs(x) > 256 ? 0.0 : x == 0 ? x : sineOfTurns(x);
  case Transcendental::Cos:
    return std::fabs(x) > 256 ? 1.0 : cosineOfTurns(x);
  }
  return x;
}

/// 2/pi, 1201 fraction bits from the top.
constexpr uint64_t twoOverPi[20] = {
    0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561, 0xb7246e3a424dd2e0,
    0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4,
    0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d,
    0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b0000, 0x0000000000000000};

} // namespace

template <class T>
typename T::Bits transcendental(Transcendental op, typename T::Bits a, const FloatMode &m) {
  FloatMode mode = m;
  mode.flushIn32 = mode.flushOut32 = true;
  a = flushIn<T>(a, mode);
  if (isNaN<T>(a))
    return quiet<T>(a);
  bool trigonometric = op == Transcendental::Sin || op == Transcendental::Cos;
  if (trigonometric && isInfinity<T>(a))
    return defaultNaN<T>();
  double result = evaluate(op, double(hostValue<T>(a)));
  if (result != result)
    return defaultNaN<T>();
  if constexpr (std::is_same_v<T, F64>)
    return flushOut<T>(bitCast<uint64_t>(result), mode);
  else if (std::isinf(result))
    return infinity<T>(result < 0);
  else
    return flushOut<T>(typename T::Bits(pack(T::format, unpack(formatF64, bitCast<uint64_t>(result)),
                                             Rounding::NearestEven, overflowOf<T>(m))),
                       mode);
}
template uint16_t transcendental<F16>(Transcendental, uint16_t, const FloatMode &);
template uint32_t transcendental<F32>(Transcendental, uint32_t, const FloatMode &);
template uint64_t transcendental<F64>(Transcendental, uint64_t, const FloatMode &);

uint64_t trigPreop(uint64_t s0, uint32_t segment) {
  int exponent = exponentField<F64>(s0);
  int shift = int(segment & 31) * 53 + (exponent > 1077 ? exponent - 1077 : 0);
  uint64_t bits = 0;
  for (int i = 0; i < 53; ++i) {
    int position = shift + i;
    bits = bits << 1 | (position < 1201 ? twoOverPi[position / 64] >> (63 - position % 64) & 1 : 0);
  }
  int scale = -53 - shift + (exponent >= 1968 ? 128 : 0);
  return packFinite(formatF64, false, bits, scale, Rounding::NearestEven);
}

uint32_t cube(Cube op, uint32_t xBits, uint32_t yBits, uint32_t zBits, const FloatMode &m) {
  xBits = flushIn<F32>(xBits, m), yBits = flushIn<F32>(yBits, m), zBits = flushIn<F32>(zBits, m);
  float x = bitCast<float>(xBits), y = bitCast<float>(yBits), z = bitCast<float>(zBits);
  bool zMajor = std::fabs(z) >= std::fabs(x) && std::fabs(z) >= std::fabs(y);
  bool yMajor = !zMajor && std::fabs(y) >= std::fabs(x);
  float major = zMajor ? z : yMajor ? y : x;
  bool negative = major < 0;
  switch (op) {
  case Cube::Id:
    return bitCast<uint32_t>(float((zMajor ? 4 : yMajor ? 2 : 0) + negative));
  case Cube::Sc:
    return bitCast<uint32_t>(zMajor ? (negative ? -x : x) : yMajor ? x : (negative ? z : -z));
  case Cube::Tc:
    return bitCast<uint32_t>(yMajor ? (negative ? -z : z) : -y);
  case Cube::Ma:
    return mul<F32>(bitCast<uint32_t>(major), bitCast<uint32_t>(2.0f), m);
  }
  return 0;
}

} // namespace kiln::emulator::numerics
