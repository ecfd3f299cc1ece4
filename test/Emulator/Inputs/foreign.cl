// Kernels as other compilers make them: what production code does with LDS, waves, atomics and matrix instructions.
// Every workgroup has 256 items.
#pragma OPENCL EXTENSION cl_khr_fp16 : enable
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
typedef float float4 __attribute__((ext_vector_type(4)));
typedef float float16 __attribute__((ext_vector_type(16)));
typedef double double4 __attribute__((ext_vector_type(4)));
typedef half half4 __attribute__((ext_vector_type(4)));
typedef int int4 __attribute__((ext_vector_type(4)));
typedef unsigned uint;
typedef unsigned long ulong;

#define KERNEL __kernel __attribute__((reqd_work_group_size(256, 1, 1))) void
#define ITEM __builtin_amdgcn_workitem_id_x()
#define GROUP __builtin_amdgcn_workgroup_id_x()

static void barrier(void) {
  __builtin_amdgcn_fence(__ATOMIC_RELEASE, "workgroup");
  __builtin_amdgcn_s_barrier();
  __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "workgroup");
}
static uint add(__global uint *to, uint value) {
  return __scoped_atomic_fetch_add(to, value, __ATOMIC_RELAXED, __MEMORY_SCOPE_DEVICE);
}
static uint addLocal(__local uint *to, uint value) {
  return __scoped_atomic_fetch_add(to, value, __ATOMIC_RELAXED, __MEMORY_SCOPE_WRKGRP);
}

// C[64 x n] = A[64 x k] * B[n x k]: double-buffered tiles in LDS, each wave makes a 32 x 32 block.
KERNEL gemm(__global const half *a, __global const half *b, __global float *c, int n, int k) {
  __local half tileA[2][64 * 20], tileB[2][64 * 20]; // rows of 16, padded
  uint item = ITEM, wave = item / 64, lane = item % 64;
  uint row = item / 4, column = item % 4 * 4;
  float16 sum = 0;
  for (int step = 0; step <= k / 16; ++step) {
    if (step < k / 16) {
      *(__local half4 *)&tileA[step & 1][row * 20 + column] = *(__global const half4 *)&a[row * k + step * 16 + column];
      *(__local half4 *)&tileB[step & 1][row * 20 + column] =
          *(__global const half4 *)&b[(GROUP * 64 + row) * k + step * 16 + column];
    }
    if (step)
      for (int part = 0; part < 2; ++part) {
        uint at = part * 8 + lane / 32 * 4;
        half4 x = *(__local half4 *)&tileA[~step & 1][(wave / 2 * 32 + lane % 32) * 20 + at];
        half4 y = *(__local half4 *)&tileB[~step & 1][(wave % 2 * 32 + lane % 32) * 20 + at];
        sum = __builtin_amdgcn_mfma_f32_32x32x8f16(x, y, sum, 0, 0, 0);
      }
    barrier();
  }
  for (int i = 0; i < 16; ++i)
    c[(wave / 2 * 32 + i / 4 * 8 + lane / 32 * 4 + i % 4) * n + GROUP * 64 + wave % 2 * 32 + lane % 32] = sum[i];
}

static float lanesMax(float value) {
  for (int mask = 1; mask < 16; mask *= 2) {
    int other = __builtin_amdgcn_ds_bpermute((ITEM ^ mask) << 2, __builtin_astype(value, int));
    value = __builtin_fmaxf(value, __builtin_astype(other, float));
  }
  return value;
}
static float lanesSum(float value) {
  for (int mask = 1; mask < 16; mask *= 2)
    value += __builtin_astype(__builtin_amdgcn_ds_bpermute((ITEM ^ mask) << 2, __builtin_astype(value, int)), float);
  return value;
}

// softmax(Q K^T) V for 16 rows a wave, head size 16, keys in blocks of 16: the probabilities go through LDS.
KERNEL attention(__global const half *q, __global const half *k, __global const half *v, __global float *out, int keys) {
  __local half probability[4][16 * 16];
  uint wave = ITEM / 64, lane = ITEM % 64;
  uint row = lane % 16, part = lane / 16;
  __global const half *rows = q + (GROUP * 4 + wave) * 256;
  half4 x = *(__global const half4 *)&rows[row * 16 + part * 4];
  float4 sum = 0, largest = -1e30f, total = 0;
  for (int block = 0; block < keys; block += 16) {
    half4 y = *(__global const half4 *)&k[(block + row) * 16 + part * 4];
    float4 score = __builtin_amdgcn_mfma_f32_16x16x16f16(x, y, (float4)0, 0, 0, 0);
    for (int i = 0; i < 4; ++i) {
      float now = __builtin_fmaxf(largest[i], lanesMax(score[i]));
      float scale = __builtin_amdgcn_exp2f(largest[i] - now), p = __builtin_amdgcn_exp2f(score[i] - now);
      largest[i] = now;
      total[i] = total[i] * scale + lanesSum(p);
      sum[i] *= scale;
      probability[wave][(part * 4 + i) * 16 + row] = (half)p;
    }
    barrier();
    half4 p = *(__local half4 *)&probability[wave][row * 16 + part * 4];
    half4 w;
    for (int i = 0; i < 4; ++i)
      w[i] = v[(block + part * 4 + i) * 16 + row];
    sum = __builtin_amdgcn_mfma_f32_16x16x16f16(p, w, sum, 0, 0, 0);
    barrier();
  }
  for (int i = 0; i < 4; ++i)
    out[(GROUP * 4 + wave) * 256 + (part * 4 + i) * 16 + row] = sum[i] / total[i];
}

// Inclusive sums of 256 numbers a workgroup.
KERNEL scan(__global const uint *in, __global uint *out) {
  __local uint part[256];
  uint item = ITEM;
  part[item] = in[GROUP * 256 + item];
  barrier();
  for (uint step = 1; step < 256; step *= 2) {
    uint left = item >= step ? part[item - step] : 0;
    barrier();
    part[item] += left;
    barrier();
  }
  out[GROUP * 256 + item] = part[item];
}

KERNEL bitonic_sort(__global uint *data) {
  __local uint part[512];
  uint item = ITEM;
  part[item] = data[GROUP * 512 + item];
  part[item + 256] = data[GROUP * 512 + item + 256];
  for (uint size = 2; size <= 512; size *= 2)
    for (uint stride = size / 2; stride; stride /= 2) {
      barrier();
      uint at = 2 * item - (item & (stride - 1));
      uint x = part[at], y = part[at + stride];
      if ((x > y) == ((at & size) == 0)) {
        part[at] = y;
        part[at + stride] = x;
      }
    }
  barrier();
  data[GROUP * 512 + item] = part[item];
  data[GROUP * 512 + item + 256] = part[item + 256];
}

KERNEL histogram(__global const uint *in, __global uint *bins, int n) {
  __local uint count[256];
  count[ITEM] = 0;
  barrier();
  for (int i = GROUP * 256 + ITEM; i < n; i += 512)
    addLocal(&count[in[i] & 255], 1);
  barrier();
  if (count[ITEM])
    add(&bins[ITEM], count[ITEM]);
}

// Row-wise, a workgroup a row, with a reduction through registers of other lanes and LDS.
static float groupSum(float value, __local float *part) {
  for (int mask = 32; mask; mask /= 2)
    value += __builtin_astype(__builtin_amdgcn_ds_bpermute((ITEM ^ mask) << 2, __builtin_astype(value, int)), float);
  barrier();
  if (ITEM % 64 == 0)
    part[ITEM / 64] = value;
  barrier();
  return part[0] + part[1] + part[2] + part[3];
}
KERNEL layer_norm(__global const float *in, __global float *out, int n) {
  __local float part[4];
  float sum = 0, squares = 0;
  for (int i = ITEM; i < n; i += 256)
    sum += in[GROUP * n + i];
  float mean = groupSum(sum, part) / n;
  for (int i = ITEM; i < n; i += 256) {
    float difference = in[GROUP * n + i] - mean;
    squares += difference * difference;
  }
  float scale = __builtin_amdgcn_rsqf(groupSum(squares, part) / n + 1e-5f);
  for (int i = ITEM; i < n; i += 256)
    out[GROUP * n + i] = (in[GROUP * n + i] - mean) * scale;
}

KERNEL transpose(__global const uint *in, __global uint *out, int n) {
  __local uint tile[16][17];
  uint x = ITEM % 16, y = ITEM / 16, tiles = n / 16, column = GROUP % tiles * 16, row = GROUP / tiles * 16;
  tile[y][x] = in[(row + y) * n + column + x];
  barrier();
  out[(column + y) * n + row + x] = tile[x][y];
}

// The four largest of each item's numbers, kept in an array that is indexed by a variable: scratch at -O0, selects at -O2.
KERNEL top4(__global const uint *in, __global uint *out, int n) {
  uint best[4] = {0, 0, 0, 0};
  for (int i = 0; i < n; ++i) {
    uint value = in[i * 512 + GROUP * 256 + ITEM];
    int at = 3;
    if (value <= best[3])
      continue;
    for (; at && best[at - 1] < value; --at)
      best[at] = best[at - 1];
    best[at] = value;
  }
  for (int i = 0; i < 4; ++i)
    out[i * 512 + GROUP * 256 + ITEM] = best[i];
}

// An array that no compiler keeps in registers.
KERNEL permute(__global const uint *in, __global uint *out) {
  uint table[64];
  for (int i = 0; i < 64; ++i)
    table[i] = in[i] ^ ITEM;
  uint sum = 0;
  for (int i = 0; i < 32; ++i)
    sum = sum * 31 + table[(in[64 + i] + ITEM) & 63];
  out[GROUP * 256 + ITEM] = sum;
}

// Calls that are not inlined, one of them of some lanes only.
static __attribute__((noinline)) uint collatz(uint n) {
  uint steps = 0;
  for (; n > 1 && steps < 50; ++steps)
    n = n & 1 ? 3 * n + 1 : n / 2;
  return steps;
}
static __attribute__((noinline)) uint bits(uint n) { return __builtin_popcount(n) * 3; }
KERNEL calls(__global const uint *in, __global uint *out) {
  uint at = GROUP * 256 + ITEM;
  out[at] = collatz(in[at] & 1023) + (in[at] & 1024 ? bits(in[at]) : 0);
}

// Waves leave at different times; what is left is divergent.
KERNEL early_return(__global const uint *in, __global uint *out, int n) {
  int at = GROUP * 256 + ITEM;
  if (at >= n)
    return;
  uint value = in[at];
  if (value & 1)
    for (uint i = 0; i < (value & 15); ++i)
      value = value * 1664525 + 1013904223;
  else if (value & 2)
    value = value / ((value >> 8 & 255) + 1);
  out[at] = value;
}

KERNEL split_k(__global const float *a, __global float *sums, int n) {
  float sum = 0;
  for (int i = GROUP * 256 + ITEM; i < n; i += 512)
    sum += a[i] * a[i];
  __scoped_atomic_fetch_add(&sums[ITEM & 63], sum, __ATOMIC_RELAXED, __MEMORY_SCOPE_DEVICE);
}

KERNEL doubles(__global const double *a, __global double *out) {
  uint lane = ITEM % 64, at = (GROUP * 4 + ITEM / 64) * 64 + lane;
  double4 sum = 0;
  sum = __builtin_amdgcn_mfma_f64_16x16x4f64(a[at], a[at], sum, 0, 0, 0);
  sum = __builtin_amdgcn_mfma_f64_16x16x4f64(a[at], 0.5, sum, 0, 0, 0);
  out[at] = sum[0] + sum[1] / (1.0 + sum[2] * sum[2]) + sum[3];
}

KERNEL int8_dot(__global const int *a, __global const int *b, __global int *out, int n) {
  int sum = 0, lane = ITEM % 64;
  int4 block = 0;
  for (int i = 0; i < n; ++i)
    sum = __builtin_amdgcn_sdot4(a[i * 256 + ITEM], b[i * 256 + ITEM], sum, 0);
  ulong pair = (ulong)(uint)a[lane] << 32 | (uint)b[lane];
  block = __builtin_amdgcn_mfma_i32_16x16x32_i8(pair, pair, block, 0, 0, 0);
  out[GROUP * 256 + ITEM] = sum + block[0] + block[1] + block[2] + block[3];
}

// Copies straight into LDS, two at a time; the second is used one step later.
typedef __local void *Shared;
typedef const __global void *Far;
KERNEL lds_dma(__global const uint *in, __global uint *out, int n) {
  __local uint tile[2][256];
  uint sum = 0, item = ITEM, wave = __builtin_amdgcn_readfirstlane(ITEM / 64);
  for (int step = 0; step <= n; ++step) {
    if (step < n)
      __builtin_amdgcn_global_load_lds((Far)&in[step * 256 + item], (Shared)&tile[step & 1][wave * 64], 4, 0, 0);
    if (step) {
      if (step < n)
        __builtin_amdgcn_s_waitcnt(0xF71); // vmcnt(1)
      else
        __builtin_amdgcn_s_waitcnt(0xF70); // vmcnt(0)
      __builtin_amdgcn_s_barrier();
      sum = sum * 31 + tile[~step & 1][255 - item];
      __builtin_amdgcn_s_waitcnt(0xC07F); // lgkmcnt(0)
      __builtin_amdgcn_s_barrier();
    }
  }
  out[GROUP * 256 + item] = sum;
}

// Sums along the rows of a wave by DPP, then across rows.
#define SHIFTED(value, control, rows, banks)                                                                          \
  __builtin_astype(__builtin_amdgcn_update_dpp(0, __builtin_astype(value, int), control, rows, banks, 0), float)
KERNEL dpp_sum(__global const float *in, __global float *out) {
  float value = in[GROUP * 256 + ITEM];
  value += SHIFTED(value, 0x111, 0xf, 0xf); // row_shr:1, 2, 4, 8
  value += SHIFTED(value, 0x112, 0xf, 0xf);
  value += SHIFTED(value, 0x114, 0xf, 0xe);
  value += SHIFTED(value, 0x118, 0xf, 0xc);
  value += SHIFTED(value, 0x142, 0xa, 0xf); // row_bcast:15, 31
  value += SHIFTED(value, 0x143, 0xc, 0xf);
  float total = __builtin_astype(__builtin_amdgcn_readlane(__builtin_astype(value, int), 63), float);
  out[GROUP * 256 + ITEM] = value / total;
}

// What is kept is packed at the front: a place for each wave by an atomic.
KERNEL compact(__global const uint *in, __global uint *out, __global uint *count) {
  uint value = in[GROUP * 256 + ITEM];
  ulong kept = __builtin_amdgcn_ballot_w64(value & 1);
  uint before = __builtin_amdgcn_mbcnt_hi((uint)(kept >> 32), __builtin_amdgcn_mbcnt_lo((uint)kept, 0));
  uint base = 0;
  if (ITEM % 64 == 0)
    base = add(count, __builtin_popcountl(kept));
  base = __builtin_amdgcn_readfirstlane(base);
  if (value & 1)
    out[base + before] = value;
}

// A structure with padding, copied whole.
typedef float float3 __attribute__((ext_vector_type(3)));
typedef struct {
  int first;
  ulong second;
  unsigned char third;
  float3 fourth;
} Padded;
KERNEL padded(__global const int *in, __global Padded *out) {
  Padded value;
  value.first = in[ITEM];
  value.second = (ulong)in[ITEM + 256] * 3;
  value.third = in[ITEM];
  value.fourth = (float3){1, 2, in[ITEM]};
  out[GROUP * 256 + ITEM] = value;
}

// Vectors that are filled one small element after the other.
typedef unsigned char uchar4 __attribute__((ext_vector_type(4)));
typedef half half2 __attribute__((ext_vector_type(2)));
KERNEL elements(__global const unsigned char *in, __global uchar4 *out, __global half2 *halves) {
  int item = GROUP * 256 + ITEM;
  uchar4 bytes;
  for (int i = 0; i < 4; ++i)
    bytes[i] = in[item * 4 + (i ^ 1)] * 3 + 1;
  out[item] = bytes;
  half2 pair;
  pair.y = (half)(float)in[item];
  pair.x = pair.y * pair.y;
  halves[item] = pair;
}
