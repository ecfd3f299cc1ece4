// What the generated programs of utils/differential/generate are written in: one source that clang compiles as OpenCL C for
// the GPU and as C for the host. Only the ends differ: where memory is, and how lanes exchange values.
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;
typedef signed char i8;
typedef short i16;
typedef int i32;
typedef long i64;
typedef float f32;
typedef double f64;
typedef u16 u16x2 __attribute__((ext_vector_type(2)));
typedef i16 i16x2 __attribute__((ext_vector_type(2)));
typedef f32 f32x2 __attribute__((ext_vector_type(2)));

#ifdef __OPENCL_C_VERSION__
#pragma OPENCL EXTENSION cl_khr_fp16 : enable
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
typedef half f16;
#define GLOBAL __global
#define LOCAL __local
#else
typedef _Float16 f16;
#define GLOBAL
#define LOCAL
#endif
typedef f16 f16x2 __attribute__((ext_vector_type(2)));

#define CALL static __attribute__((noinline)) void
#define PART static inline __attribute__((always_inline)) void
#define PURE static inline __attribute__((always_inline))

// Bits of a float. All NaNs are the same, since processors may differ in their payloads; so are the zeros, since LLVM 22 loses their
// signs (docs/emulator/errata.md).
#define BITS(name, F, U, canonical)                                                                          \
  PURE U name(F x) {                                                                                         \
    union {                                                                                                  \
      F f;                                                                                                   \
      U u;                                                                                                   \
    } bits;                                                                                                  \
    bits.f = x;                                                                                              \
    return x != x ? canonical : x == 0 ? 0 : bits.u;                                                         \
  }
BITS(bitsH, f16, u16, 0x7E00)
BITS(bitsF, f32, u32, 0x7FC00000)
BITS(bitsD, f64, u64, 0x7FF8000000000000)
#define FROM(name, U, F, canonical)                                                                          \
  PURE F name(U x) {                                                                                         \
    union {                                                                                                  \
      F f;                                                                                                   \
      U u;                                                                                                   \
    } bits;                                                                                                  \
    bits.u = x;                                                                                              \
    return bits.f != bits.f ? (F)canonical : bits.f;                                                         \
  }
FROM(fromH, u16, f16, 1)
FROM(fromF, u32, f32, 1)
FROM(fromD, u64, f64, 1)
PURE u32 bitsU2(u16x2 x) { return x.x | (u32)x.y << 16; }
PURE u16x2 pairU(u32 x) { return (u16x2){(u16)x, (u16)(x >> 16)}; }
PURE i16x2 pairI(u32 x) { return (i16x2){(i16)x, (i16)(x >> 16)}; }
PURE u32 bitsI2(i16x2 x) { return (u16)x.x | (u32)(u16)x.y << 16; }
PURE f16x2 pairH(u32 x) { return (f16x2){fromH((u16)x), fromH((u16)(x >> 16))}; }
PURE u32 bitsH2(f16x2 x) { return bitsH(x.x) | (u32)bitsH(x.y) << 16; }

PURE f16 notZeroH(f16 x) { return x == 0 ? (f16)1 : x; }
PURE f32 notZeroF(f32 x) { return x == 0 ? 1 : x; }
PURE f64 notZeroD(f64 x) { return x == 0 ? 1 : x; }

// Defined wherever C leaves the result open.
PURE i32 toInt(f32 x) { return x > -2e9f && x < 2e9f ? (i32)x : 7; }
PURE u32 toUint(f32 x) { return x >= 0 && x < 4e9f ? (u32)x : 9; }
PURE i64 toLong(f64 x) { return x > -9e18 && x < 9e18 ? (i64)x : 11; }
PURE i32 toShort(f16 x) { return x > -30000 && x < 30000 ? (i16)x : 13; }
PURE u32 divU(u32 a, u32 b) { return a / (b | 1); }
PURE u32 remU(u32 a, u32 b) { return a % (b | 1); }
PURE i32 divI(i32 a, i32 b) { return (a >> 1) / (b | 1); }
PURE i32 remI(i32 a, i32 b) { return (a >> 1) % (b | 1); }
PURE u64 divL(u64 a, u64 b) { return a / (b | 1); }
PURE u32 mulHigh(u32 a, u32 b) { return (u32)((u64)a * b >> 32); }
PURE i32 mulHighI(i32 a, i32 b) { return (i32)((i64)a * b >> 32); }
PURE u32 rotate(u32 a, u32 n) { return a << (n & 31) | a >> (-n & 31); }
PURE u32 field(u32 a, u32 at, u32 width) { return a >> (at & 31) & ((1u << (width & 31)) - 1); }

/// What an item keeps between barriers.
typedef struct {
  u32 u[8];
  u64 l[4];
  f32 f[5];
  f64 d[3];
  f16 h[3];
} Item;

enum { MaxItems = 256, InputWords = 1024, Cells = 16 };

/// What a workgroup shares: an item writes its own places of one bank while all read the other.
typedef struct {
  u32 bank[2][MaxItems * 2];
  u32 cells[Cells];
  u64 wide[4];
  f32 sums[4];
} Group;

#ifdef __OPENCL_C_VERSION__
#define BARRIER                                                                                              \
  __builtin_amdgcn_fence(__ATOMIC_RELEASE, "workgroup");                                                     \
  __builtin_amdgcn_s_barrier();                                                                              \
  __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "workgroup")
#define SCOPE_GROUP , __MEMORY_SCOPE_WRKGRP
#define SCOPE_DEVICE , __MEMORY_SCOPE_DEVICE
#define ATOMIC(operation, scope, place, value)                                                               \
  __scoped_atomic_fetch_##operation(place, value, __ATOMIC_RELAXED scope)
#else
#define SCOPE_GROUP
#define SCOPE_DEVICE
#define ATOMIC(operation, scope, place, value) __atomic_fetch_##operation(place, value, __ATOMIC_RELAXED)
#include "Exchange.h"
#endif
