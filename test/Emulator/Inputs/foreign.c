// Kernels as other compilers' users write them, by clang alone: test/Emulator/foreign-kernels.py compares each with NumPy.
typedef unsigned u32;
typedef float f32;
typedef _Float16 f16;
typedef f16 f16x4 __attribute__((ext_vector_type(4)));
typedef f32 f32x4 __attribute__((ext_vector_type(4)));
typedef int i32x4 __attribute__((ext_vector_type(4)));
typedef int i32x8 __attribute__((ext_vector_type(8)));
typedef double f64x4 __attribute__((ext_vector_type(4)));
#define GLOBAL __attribute__((address_space(1)))
#define LOCAL __attribute__((address_space(3), loader_uninitialized))
#define SHARED __attribute__((address_space(3)))
#define KERNEL __attribute__((device_kernel, visibility("protected"), amdgpu_flat_work_group_size(256, 256)))
#define WAVE __attribute__((device_kernel, visibility("protected"), amdgpu_flat_work_group_size(64, 64)))

static u32 item() { return __builtin_amdgcn_workitem_id_x(); }
static u32 group() { return __builtin_amdgcn_workgroup_id_x(); }
static void barrier() {
  __builtin_amdgcn_fence(__ATOMIC_RELEASE, "workgroup");
  __builtin_amdgcn_s_barrier();
  __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "workgroup");
}
static f32 asFloat(int x) {
  union {
    int i;
    f32 f;
  } bits = {x};
  return bits.f;
}
static int asInt(f32 x) {
  union {
    f32 f;
    int i;
  } bits = {x};
  return bits.i;
}
static f32 exponential(f32 x) { return __builtin_amdgcn_exp2f(x * 1.44269504f); }
#define ADD(place, value, scope) __scoped_atomic_fetch_add(place, value, __ATOMIC_RELAXED, scope)

static LOCAL f32 sums[256];
static f32 groupSum(f32 value) {
  sums[item()] = value;
  barrier();
  for (u32 step = 128; step; step >>= 1) {
    if (item() < step)
      sums[item()] += sums[item() + step];
    barrier();
  }
  f32 result = sums[0];
  barrier();
  return result;
}
static f32 groupMaximum(f32 value) {
  sums[item()] = value;
  barrier();
  for (u32 step = 128; step; step >>= 1) {
    if (item() < step)
      sums[item()] = __builtin_fmaxf(sums[item()], sums[item() + step]);
    barrier();
  }
  f32 result = sums[0];
  barrier();
  return result;
}

KERNEL void reduction(GLOBAL const f32 *in, GLOBAL f32 *out, u32 n) {
  f32 sum = 0;
  for (u32 i = item(); i < n; i += 256)
    sum += in[group() * n + i];
  sum = groupSum(sum);
  if (item() == 0)
    out[group()] = sum;
}

static LOCAL u32 ranks[256];
KERNEL void scan(GLOBAL const u32 *in, GLOBAL u32 *out) {
  u32 i = item();
  ranks[i] = in[group() * 256 + i];
  barrier();
  for (u32 step = 1; step < 256; step <<= 1) {
    u32 other = i >= step ? ranks[i - step] : 0;
    barrier();
    ranks[i] += other;
    barrier();
  }
  out[group() * 256 + i] = ranks[i];
}

static LOCAL u32 keys[512];
KERNEL void bitonic_sort(GLOBAL u32 *data) {
  GLOBAL u32 *at = data + group() * 512;
  keys[item()] = at[item()], keys[item() + 256] = at[item() + 256];
  for (u32 size = 2; size <= 512; size <<= 1)
    for (u32 step = size / 2; step; step >>= 1) {
      barrier();
      u32 low = 2 * item() - (item() & (step - 1)), high = low + step;
      u32 a = keys[low], b = keys[high];
      if ((a > b) == ((low & size) == 0))
        keys[low] = b, keys[high] = a;
    }
  barrier();
  at[item()] = keys[item()], at[item() + 256] = keys[item() + 256];
}

static LOCAL u32 bins[64];
KERNEL void histogram(GLOBAL const unsigned char *in, GLOBAL u32 *out, u32 n) {
  if (item() < 64)
    bins[item()] = 0;
  barrier();
  for (u32 i = group() * 256 + item(); i < n; i += 512)
    ADD(&bins[in[i] & 63], 1, __MEMORY_SCOPE_WRKGRP);
  barrier();
  if (item() < 64)
    ADD(&out[item()], bins[item()], __MEMORY_SCOPE_DEVICE);
}

// The four largest of a row, each with its place; of equal ones the first.
KERNEL void top4(GLOBAL const f32 *in, GLOBAL f32 *values, GLOBAL u32 *places, u32 n) {
  f32 limit = __builtin_inff();
  u32 after = 0;
  for (u32 k = 0; k < 4; ++k) {
    f32 best = -__builtin_inff();
    u32 at = ~0u;
    for (u32 i = item(); i < n; i += 256) {
      f32 x = in[group() * n + i];
      if ((x < limit || (x == limit && i > after && k)) && x > best)
        best = x, at = i;
    }
    f32 top = groupMaximum(best);
    ranks[item()] = best == top ? at : ~0u;
    barrier();
    for (u32 step = 128; step; step >>= 1) {
      if (item() < step)
        ranks[item()] = ranks[item()] < ranks[item() + step] ? ranks[item()] : ranks[item() + step];
      barrier();
    }
    limit = top, after = ranks[0];
    if (item() == 0)
      values[group() * 4 + k] = top, places[group() * 4 + k] = after;
    barrier();
  }
}

KERNEL void softmax(GLOBAL const f32 *in, GLOBAL f32 *out, u32 n) {
  GLOBAL const f32 *row = in + group() * n;
  f32 most = -__builtin_inff(), sum = 0;
  for (u32 i = item(); i < n; i += 256)
    most = __builtin_fmaxf(most, row[i]);
  most = groupMaximum(most);
  for (u32 i = item(); i < n; i += 256)
    sum += exponential(row[i] - most);
  sum = groupSum(sum);
  for (u32 i = item(); i < n; i += 256)
    out[group() * n + i] = exponential(row[i] - most) / sum;
}

KERNEL void layer_norm(GLOBAL const f16 *in, GLOBAL const f16 *gain, GLOBAL f16 *out, u32 n) {
  GLOBAL const f16 *row = in + group() * n;
  f32 sum = 0, squares = 0;
  for (u32 i = item(); i < n; i += 256)
    sum += (f32)row[i];
  f32 mean = groupSum(sum) / n;
  for (u32 i = item(); i < n; i += 256)
    squares += ((f32)row[i] - mean) * ((f32)row[i] - mean);
  f32 scale = 1 / __builtin_sqrtf(groupSum(squares) / n + 1e-5f);
  for (u32 i = item(); i < n; i += 256)
    out[group() * n + i] = (f16)(((f32)row[i] - mean) * scale * (f32)gain[i]);
}

// One 16x16 tile a wave; group g is tile (g / 2, g % 2) of 32x32, K = 64.
WAVE void gemm_f16(GLOBAL const f16 *a, GLOBAL const f16 *b, GLOBAL f32 *c) {
  u32 row = group() / 2 * 16, column = group() % 2 * 16, lane = item(), quad = lane / 16;
  f32x4 sum = {0, 0, 0, 0};
  for (u32 k = 0; k < 64; k += 16) {
    f16x4 left = *(GLOBAL const f16x4 *)(a + (row + lane % 16) * 64 + k + 4 * quad), right;
    for (u32 i = 0; i < 4; ++i)
      right[i] = b[(k + 4 * quad + i) * 32 + column + lane % 16];
    sum = __builtin_amdgcn_mfma_f32_16x16x16f16(left, right, sum, 0, 0, 0);
  }
  for (u32 i = 0; i < 4; ++i)
    c[(row + 4 * quad + i) * 32 + column + lane % 16] = sum[i];
}

// 16x16 with K = 128, split over the groups, which meet in atomics.
WAVE void gemm_i8_split_k(GLOBAL const signed char *a, GLOBAL const signed char *b, GLOBAL int *c) {
  u32 k = group() * 32, lane = item(), quad = lane / 16;
  long left = *(GLOBAL const long *)(a + lane % 16 * 128 + k + 8 * quad), right = 0;
  for (u32 i = 0; i < 8; ++i)
    right |= (long)(unsigned char)b[(k + 8 * quad + i) * 16 + lane % 16] << 8 * i;
  i32x4 sum = __builtin_amdgcn_mfma_i32_16x16x32_i8(left, right, (i32x4){0, 0, 0, 0}, 0, 0, 0);
  for (u32 i = 0; i < 4; ++i)
    ADD(&c[(4 * quad + i) * 16 + lane % 16], sum[i], __MEMORY_SCOPE_DEVICE);
}

WAVE void gemm_f64(GLOBAL const double *a, GLOBAL const double *b, GLOBAL double *c) {
  u32 lane = item();
  f64x4 sum = {0, 0, 0, 0};
  for (u32 k = 0; k < 16; k += 4)
    sum = __builtin_amdgcn_mfma_f64_16x16x4f64(a[lane % 16 * 16 + k + lane / 16], b[(k + lane / 16) * 16 + lane % 16], sum, 0, 0, 0);
  for (u32 i = 0; i < 4; ++i)
    c[(lane / 16 + 4 * i) * 16 + lane % 16] = sum[i];
}

#ifdef __gfx950__
// MXFP4: rows of A and columns of B are 128 codes of four bits, a scale for each 32.
WAVE void gemm_mxfp4(GLOBAL const i32x4 *a, GLOBAL const i32x4 *b, GLOBAL const unsigned char *scaleA,
                     GLOBAL const unsigned char *scaleB, GLOBAL f32 *c) {
  u32 lane = item(), block = lane / 16;
  i32x4 x = a[lane % 16 * 4 + block], y = b[lane % 16 * 4 + block];
  i32x8 left = {x[0], x[1], x[2], x[3]}, right = {y[0], y[1], y[2], y[3]};
  int sa = scaleA[lane % 16 * 4 + block] << 8, sb = scaleB[lane % 16 * 4 + block] << 16;
  f32x4 sum = __builtin_amdgcn_mfma_scale_f32_16x16x128_f8f6f4(left, right, (f32x4){0, 0, 0, 0}, 4, 4, 1, sa, 2, sb);
  for (u32 i = 0; i < 4; ++i)
    c[(4 * block + i) * 16 + lane % 16] = sum[i];
}
#endif

// Attention of 16 queries over n keys, head size 16, by one wave: online softmax, matrix instructions for both products.
static LOCAL f16 weights[16 * 16];
WAVE void attention(GLOBAL const f16 *q, GLOBAL const f16 *k, GLOBAL const f16 *v, GLOBAL f32 *out, u32 n) {
  u32 lane = item(), quad = lane / 16, column = lane % 16;
  f16x4 query = *(GLOBAL const f16x4 *)(q + column * 16 + 4 * quad);
  f32 most[4], total[4] = {0, 0, 0, 0};
  f32x4 result = {0, 0, 0, 0};
  for (u32 i = 0; i < 4; ++i)
    most[i] = -__builtin_inff();
  for (u32 start = 0; start < n; start += 16) {
    f16x4 key = *(GLOBAL const f16x4 *)(k + (start + column) * 16 + 4 * quad), value;
    f32x4 score = __builtin_amdgcn_mfma_f32_16x16x16f16(query, key, (f32x4){0, 0, 0, 0}, 0, 0, 0);
    for (u32 i = 0; i < 4; ++i) {
      f32 row = score[i];
      for (u32 step = 1; step < 16; step <<= 1)
        row = __builtin_fmaxf(row, asFloat(__builtin_amdgcn_ds_bpermute((lane ^ step) * 4, asInt(row))));
      f32 now = __builtin_fmaxf(most[i], row), shrink = exponential(most[i] - now), weight = exponential(score[i] - now);
      f32 sum = weight;
      for (u32 step = 1; step < 16; step <<= 1)
        sum += asFloat(__builtin_amdgcn_ds_bpermute((lane ^ step) * 4, asInt(sum)));
      total[i] = total[i] * shrink + sum, most[i] = now, result[i] *= shrink;
      weights[(4 * quad + i) * 16 + column] = (f16)weight;
    }
    barrier();
    f16x4 weight = *(SHARED const f16x4 *)(weights + column * 16 + 4 * quad);
    for (u32 i = 0; i < 4; ++i)
      value[i] = v[(start + 4 * quad + i) * 16 + column];
    result = __builtin_amdgcn_mfma_f32_16x16x16f16(weight, value, result, 0, 0, 0);
    barrier();
  }
  for (u32 i = 0; i < 4; ++i)
    out[(4 * quad + i) * 16 + column] = result[i] / total[i];
}

// Sums of floats by atomics in global and in shared memory; the values are whole, so that the order does not show.
KERNEL void float_atomics(GLOBAL const f32 *in, GLOBAL f32 *out, GLOBAL double *wide) {
  if (item() < 8)
    sums[item()] = 0;
  barrier();
  ADD(&sums[item() % 8], in[group() * 256 + item()], __MEMORY_SCOPE_WRKGRP);
  ADD(&wide[item() % 4], (double)in[group() * 256 + item()], __MEMORY_SCOPE_DEVICE);
  barrier();
  if (item() < 8)
    ADD(&out[item()], sums[item()], __MEMORY_SCOPE_DEVICE);
}

// Much private memory: a small interpreter on a stack.
KERNEL void stack_machine(GLOBAL const u32 *program, GLOBAL u32 *out, u32 n) {
  volatile u32 stack[64];
  u32 depth = 0;
  for (u32 i = 0; i < n; ++i) {
    u32 word = program[i], operation = word & 3, value = (word >> 2) + item();
    if (operation == 0 || depth < 2) {
      stack[depth++ & 63] = value;
    } else {
      u32 b = stack[--depth & 63], a = stack[--depth & 63];
      stack[depth++ & 63] = operation == 1 ? a + b : operation == 2 ? a * 3 - b : a ^ b;
    }
  }
  out[group() * 256 + item()] = stack[(depth - 1) & 63];
}
