// Read-modify-writes: what they compute, and how they are done in a place.
#ifndef KILN_LIB_EMULATOR_ISA_ATOMICS_H
#define KILN_LIB_EMULATOR_ISA_ATOMICS_H

#include "Isa/Access.h"
#include "Numerics/Arithmetic.h"
#include "Numerics/Convert.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

namespace kiln::emulator {

/// Operations are (mode, old value, first data, second data) -> new value, on raw bits.
namespace atomics {
using Mode = numerics::FloatMode;
template <class T> using Signed = std::make_signed_t<T>;

template <class T> T swap(const Mode &, T, T data, T) { return data; }
/// Memory instructions name the new value first, DS ones the comparand.
template <class T> T compareSwap(const Mode &, T old, T data, T compare) {
  return old == compare ? data : old;
}
template <class T> T compareStore(const Mode &, T old, T compare, T data) {
  return old == compare ? data : old;
}
template <class T> T add(const Mode &, T old, T data, T) { return old + data; }
template <class T> T sub(const Mode &, T old, T data, T) { return old - data; }
template <class T> T reverseSub(const Mode &, T old, T data, T) { return data - old; }
template <class T> T unsignedMin(const Mode &, T old, T data, T) { return data < old ? data : old; }
template <class T> T unsignedMax(const Mode &, T old, T data, T) { return data > old ? data : old; }
template <class T> T signedMin(const Mode &, T old, T data, T) {
  return Signed<T>(data) < Signed<T>(old) ? data : old;
}
template <class T> T signedMax(const Mode &, T old, T data, T) {
  return Signed<T>(data) > Signed<T>(old) ? data : old;
}
template <class T> T bitAnd(const Mode &, T old, T data, T) { return old & data; }
template <class T> T bitOr(const Mode &, T old, T data, T) { return old | data; }
template <class T> T bitXor(const Mode &, T old, T data, T) { return old ^ data; }
template <class T> T maskedOr(const Mode &, T old, T mask, T data) { return (old & ~mask) | data; }
template <class T> T increment(const Mode &, T old, T data, T) { return old >= data ? 0 : old + 1; }
template <class T> T decrement(const Mode &, T old, T data, T) {
  return old == 0 || old > data ? data : old - 1;
}
template <class T> T wrap(const Mode &, T old, T data, T data2) {
  return old >= data ? old - data : old + data2;
}

template <class T> using FloatOf = std::conditional_t<sizeof(T) == 8, numerics::F64, numerics::F32>;
template <class T> T floatAdd(const Mode &m, T old, T data, T) {
  return numerics::add<FloatOf<T>>(old, data, m);
}
template <class T> T floatMin(const Mode &m, T old, T data, T) {
  return numerics::min<FloatOf<T>>(old, data, m);
}
template <class T> T floatMax(const Mode &m, T old, T data, T) {
  return numerics::max<FloatOf<T>>(old, data, m);
}
/// As numbers: -0 equals 0, a NaN nothing.
template <class T> T floatCompareStore(const Mode &m, T old, T compare, T data) {
  using F = FloatOf<T>;
  T a = numerics::flushIn<F>(old, m), b = numerics::flushIn<F>(compare, m);
  bool equal = !numerics::isNaN<F>(a) && (a == b || (numerics::isZero<F>(a) && numerics::isZero<F>(b)));
  return equal ? data : old;
}

inline u16 addHalf(const Mode &m, u16 a, u16 b) { return numerics::add<numerics::F16>(a, b, m); }
/// A float holds 24 >= 2 * 8 + 2 bits: rounding the sum twice is rounding it once.
inline u16 addBf16(const Mode &m, u16 a, u16 b) {
  return numerics::f32ToBf16(numerics::add<numerics::F32>(u32(a) << 16, u32(b) << 16, m), m);
}
template <u16 (*Add)(const Mode &, u16, u16)> u32 packedAdd(const Mode &m, u32 old, u32 data, u32) {
  return Add(m, u16(old), u16(data)) | u32(Add(m, u16(old >> 16), u16(data >> 16))) << 16;
}

/// Rounds to nearest even. LDS follows MODE's denormal bits; the L2 cache flushes those of F32 sums and keeps
/// all others (manual 9.2).
inline Mode modeOf(MemorySpace space, u32 bits) {
  Mode mode = Mode::fromRegister(bits);
  mode.round32 = mode.round64 = numerics::Rounding::NearestEven;
  if (space != MemorySpace::Lds) {
    mode.flushIn32 = mode.flushOut32 = true;
    mode.flushIn64 = mode.flushOut64 = false;
  }
  return mode;
}
} // namespace atomics

template <class T> using AtomicOperation = T (*)(const atomics::Mode &, T, T, T);

/// Waves of other workgroups run on other host threads, so global memory needs the host's atomics.
template <class T, AtomicOperation<T> Operation>
T exchange(u8 *bytes, const atomics::Mode &mode, T first, T second) {
  T *cell = reinterpret_cast<T *>(bytes);
  T old = __atomic_load_n(cell, __ATOMIC_RELAXED);
  while (!__atomic_compare_exchange_n(cell, &old, Operation(mode, old, first, second), /*weak=*/true,
                                      __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
  }
  return old;
}

/// Host bytes of a lane's atomic: null where the access is dropped or the wave has failed.
inline u8 *atomicTarget(Wave &wave, Location at, unsigned lane, unsigned size) {
  if (at.address % size == 0)
    return wave.atomicBytes(at.space, lane, at.address, size);
  std::string address;
  llvm::raw_string_ostream(address) << llvm::format_hex(at.address, 1);
  wave.fail("lane " + llvm::Twine(lane) + ": an atomic of " + llvm::Twine(size) +
            " bytes at misaligned address " + address);
  return nullptr;
}

template <class T> T dataOf(const PendingAccess &access, unsigned row, unsigned lane) {
  u64 low = access.data[row][lane];
  return sizeof(T) == 8 ? T(low | u64(access.data[row + 1][lane]) << 32) : T(low);
}

template <class T> void writeLane(Wave &wave, unsigned dst, unsigned lane, T value) {
  wave.vgpr[dst & 511][lane] = u32(value);
  if (sizeof(T) == 8)
    wave.vgpr[(dst + 1) & 511][lane] = u32(u64(value) >> 32);
}

/// First data in rows 0.., second behind it. Returns the old value where there is a destination.
template <class Place, class T, AtomicOperation<T> Operation>
void landAtomic(Wave &wave, PendingAccess &access) {
  const Instruction &inst = *access.inst;
  // bf16 sums use the mode of 32 bits, and the packed ones keep denormals in the L2 cache.
  bool packed = llvm::StringRef(inst.mnemonic).contains("_pk_");
  forLanes(access.exec, [&](unsigned lane) {
    Location at = Place::locate(access.address[lane]);
    atomics::Mode mode = atomics::modeOf(at.space, access.mode);
    if (packed && at.space != MemorySpace::Lds)
      mode.flushIn32 = mode.flushOut32 = false;
    u8 *bytes = nullptr;
    if (!Place::IsBuffer || access.inRange[lane] >= sizeof(T) / 4)
      bytes = atomicTarget(wave, at, lane, sizeof(T));
    T old = 0;
    if (bytes)
      old = exchange<T, Operation>(bytes, mode, dataOf<T>(access, 0, lane),
                                   dataOf<T>(access, sizeof(T) / 4, lane));
    if (inst.dstCount)
      writeLane<T>(wave, inst.dst[0].index, lane, old);
  });
}

/// A landing as a type, so that it can be another template's argument.
template <void (*Land)(Wave &, PendingAccess &)> struct Landing {
  static constexpr auto value = Land;
};

/// The atomics that FLAT, GLOBAL and MUBUF share: calls `add(suffix, Landing)` for each.
template <class Place, class Add> void forMemoryAtomics(Add add) {
  using namespace atomics;
#define KILN_ATOMIC(name, operation)                                                                         \
  add("_atomic_" name, Landing<landAtomic<Place, u32, operation<u32>>>());                                   \
  add("_atomic_" name "_x2", Landing<landAtomic<Place, u64, operation<u64>>>());
  KILN_ATOMIC("swap", swap)
  KILN_ATOMIC("cmpswap", compareSwap)
  KILN_ATOMIC("add", atomics::add)
  KILN_ATOMIC("sub", sub)
  KILN_ATOMIC("smin", signedMin)
  KILN_ATOMIC("umin", unsignedMin)
  KILN_ATOMIC("smax", signedMax)
  KILN_ATOMIC("umax", unsignedMax)
  KILN_ATOMIC("and", bitAnd)
  KILN_ATOMIC("or", bitOr)
  KILN_ATOMIC("xor", bitXor)
  KILN_ATOMIC("inc", increment)
  KILN_ATOMIC("dec", decrement)
#undef KILN_ATOMIC
  add("_atomic_add_f32", Landing<landAtomic<Place, u32, floatAdd<u32>>>());
  add("_atomic_pk_add_f16", Landing<landAtomic<Place, u32, packedAdd<addHalf>>>());
  add("_atomic_pk_add_bf16", Landing<landAtomic<Place, u32, packedAdd<addBf16>>>());
  add("_atomic_add_f64", Landing<landAtomic<Place, u64, floatAdd<u64>>>());
  add("_atomic_min_f64", Landing<landAtomic<Place, u64, floatMin<u64>>>());
  add("_atomic_max_f64", Landing<landAtomic<Place, u64, floatMax<u64>>>());
}

} // namespace kiln::emulator

#endif
